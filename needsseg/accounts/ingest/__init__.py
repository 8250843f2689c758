"""Account files in: gathered, laid out, mapped to fields, checked row by row, and stored as Parquet."""
