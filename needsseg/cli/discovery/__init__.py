"""Commands on candidates and needs."""
