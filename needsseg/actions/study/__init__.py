"""Verbs on the study as a whole: open, copy, check, undo, merge, and the sample study."""
