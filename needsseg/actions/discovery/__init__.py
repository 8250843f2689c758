"""Verbs on candidates: discover, compare runs, state needs, answer questions, read the evidence."""
