"""Commands on segments."""
