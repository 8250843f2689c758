"""What people wrote of a segment, as options of the survey: one plain neutral clause each."""

from __future__ import annotations

import re
from collections.abc import Iterable

FEWEST_WORDS, MOST_WORDS = 2, 20

# Marks that end a clause whatever comes after them; a dash does so between spaces, a full stop before a space or the end.
_ENDS = re.compile(r"[.!?…]+(?=\s|$)|[;\n]|:\s|\s[–—-]+\s")
# What follows says for what or why; the clause before it stands alone.
_TAIL = re.compile(
    r"(?:,?\s+(?:so that|because|although|whereas)|,\s+(?:so|which|but))\b",
    re.IGNORECASE,
)
# An exclamation, a question and what stands in quotation marks are not neutral, or not the writer's words.
_NOT_PLAIN = re.compile(r"[\"“”„«»‟]|[!?]")


def plain_clauses(texts: Iterable[str]) -> list[str]:
    """The plain clauses of texts that people wrote, in their order, each once, the first letter large.

    A clause of fewer than ``FEWEST_WORDS`` or more than ``MOST_WORDS`` words is left to a person, as is one with words in
    quotation marks, a question or an exclamation.
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
    """A clause without what depends on it."""
    tail = _TAIL.search(clause)
    if tail is not None and len(clause[: tail.start()].split()) >= FEWEST_WORDS:
        clause = clause[: tail.start()]
    return clause.strip(" ,;:.–—-")
