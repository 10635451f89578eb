"""The core: DataFrames and values in, DataFrames out. No network, disk, clock, environment or randomness."""
