"""Clients of the systems that data come from, and readers of the managers' files."""
