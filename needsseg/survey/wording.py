"""Extract plain neutral clauses from people's texts about a segment, as options of the survey."""

from __future__ import annotations

import re
from collections.abc import Iterable

FEWEST_WORDS, MOST_WORDS = 2, 20

# Marks that end a clause: a dash between spaces, a full stop before a space or the end, and others anywhere.
_ENDS = re.compile(r"[.!?…]+(?=\s|$)|[;\n]|:\s|\s[–—-]+\s")
# Beginnings of a purpose or reason, which is cut off.
_TAIL = re.compile(
    r"(?:,?\s+(?:so that|because|although|whereas)|,\s+(?:so|which|but))\b",
    re.IGNORECASE,
)
# Exclamations, questions and quotations are not neutral, or not the writer's words.
_NOT_PLAIN = re.compile(r"[\"“”„«»‟]|[!?]")


def plain_clauses(texts: Iterable[str]) -> list[str]:
    """Return the plain clauses of texts, in order, without repeats, with a capital first letter.

    Clauses of fewer than ``FEWEST_WORDS`` or more than ``MOST_WORDS`` words are left out, as are quotations, questions and
    exclamations.
    """
    once: dict[str, str] = {}
    for text in texts:
        start = 0
        for end in [*_ENDS.finditer(text), None]:
            last = len(text) if end is None else end.start()
            clause, mark = text[start:last], "" if end is None else end.group()
            start = last if end is None else end.end()
            if not _NOT_PLAIN.search(clause + mark):
                words = _alone(" ".join(clause.split()))
                if FEWEST_WORDS <= len(words.split()) <= MOST_WORDS:
                    once.setdefault(words.casefold(), words[:1].upper() + words[1:])
    return list(once.values())


def _alone(clause: str) -> str:
    """Return a clause without subordinate clauses."""
    tail = _TAIL.search(clause)
    if tail is not None and len(clause[: tail.start()].split()) >= FEWEST_WORDS:
        clause = clause[: tail.start()]
    return clause.strip(" ,;:.–—-")
