"""Commands on interviews."""
