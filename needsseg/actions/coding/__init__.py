"""Verbs on passages: suggest, decide, mark, code, search, pseudonyms, and measures of the coding."""
