"""Why this number: each reading of an engineer and week traced to its rows and its arithmetic."""
