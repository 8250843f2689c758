"""Commands on what a profile drives."""
