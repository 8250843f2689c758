"""Verbs on segments: review, cards, lineage, and assigning new texts to them."""
