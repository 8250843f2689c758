"""Commands on account data."""
