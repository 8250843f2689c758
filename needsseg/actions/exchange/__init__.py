"""Verbs that write files for others, or send them."""
