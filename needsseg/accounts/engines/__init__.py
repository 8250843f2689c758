"""Where expressions over accounts and events run: DuckDB, Polars or Spark."""
