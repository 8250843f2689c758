"""Tables of speech: CSV files and workbooks."""
