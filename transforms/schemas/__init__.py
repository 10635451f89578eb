"""One Pandera model per table. The docstring is the table's grain and meaning in the data dictionary."""
