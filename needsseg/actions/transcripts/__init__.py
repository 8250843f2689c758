"""Verbs on interviews: import, preview, mend, re-import, and who speaks in them."""
