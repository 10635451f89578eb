"""The four metrics and coverage: typed source rows -> weekly readings."""
