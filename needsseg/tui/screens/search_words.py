"""How what was found looks: who said it where, and the words, with those looked for between marks."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from needsseg.actions.searching import Filter, Hit
from needsseg.records import Passage
from needsseg.tui.words import GLYPHS, lines, plain, state

LONGEST = 280
BEFORE = 90
"""Characters shown before the first match where a sentence is longer than ``LONGEST``."""
SPEECH = {"participants": "participants' words", "all": "all speech", "passages": "marked passages"}


def filter_words(within: Filter) -> str:
    """What a search is narrowed to, in words."""
    parts = [SPEECH[within.speech], *within.attributes]
    parts += [f"code {within.code}"] if within.code is not None else []
    parts += [f"in {within.interview}" if within.interview is not None else "all interviews"]
    return " · ".join(parts)


def found_row(hit: Hit, there: Sequence[Passage]) -> Content:
    """A row of the list: interview, speaker, how similar, the passages that lie there, and the words."""
    who = hit.speaker or "unnamed speaker"
    role = "" if hit.role == "participant" else f" ({hit.role})"
    score = "" if hit.score is None else f"  {hit.score:.2f}"
    marks = "".join(f"  {GLYPHS[state(one)]} {', '.join(one.codes) or state(one)}" for one in there)
    head = Content.assemble(plain(f"{who}{role}", "bold"), plain(f"  {hit.interview}{score}{marks}", "dim"))
    return lines([head, _excerpt(hit), plain("")])


def _excerpt(hit: Hit) -> Content:
    """The words on one line, cut around the first match where they are long; matches stand ‹between marks›."""
    first = hit.matches[0][0] if hit.matches else hit.start
    low = max(hit.start, first - BEFORE) if hit.end - hit.start > LONGEST else hit.start
    high = min(hit.end, low + LONGEST)
    parts, at = [plain("… " if low > hit.start else "  ", "dim")], low
    for start, end in hit.matches:
        if at <= start and end <= high:
            parts += [plain(_flat(hit, at, start)), plain(f"‹{_flat(hit, start, end)}›", "bold")]
            at = end
    return Content.assemble(*parts, plain(_flat(hit, at, high)), plain(" …" if high < hit.end else "", "dim"))


def _flat(hit: Hit, start: int, end: int) -> str:
    return hit.words[start - hit.start : end - hit.start].replace("\n", " ")
