"""From tables to a static site: views (worded values), charts, templates, one swap."""
