"""What is kept on disk: raw payloads as received, Parquet tables by week, stored views, run records."""
