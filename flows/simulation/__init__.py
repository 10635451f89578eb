"""The seeded world of decisions.md, and how well it is judged."""
