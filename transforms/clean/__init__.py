"""Source rows -> typed rows and problems: what cannot be used is said, never dropped in silence."""
