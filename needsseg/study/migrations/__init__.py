"""Numbered, append-only migrations of a study."""
