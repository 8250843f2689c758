"""Commands on passages and codes."""
