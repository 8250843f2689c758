"""Search over the whole study."""
