"""Commands on what segments say about customers."""
