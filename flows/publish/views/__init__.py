"""Views: what a page says, rounded, sorted and worded. JSON-able, without HTML."""
