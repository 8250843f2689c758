"""Room 6: whether segments say who stays."""
