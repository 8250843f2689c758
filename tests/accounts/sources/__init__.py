"""Files and kinds of account data."""
