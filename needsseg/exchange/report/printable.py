"""Words as a page or a document can hold them."""

from __future__ import annotations


def printable(words: str) -> str:
    """Return words without the control characters that pages forbid; joiners stay, which some scripts and emoji need."""
    return "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in words)
