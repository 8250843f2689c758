"""Sentence vectors: the one seam between the program and its models."""
