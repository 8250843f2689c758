"""How what was found looks: who said it where, and the words, with those looked for between marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from textual.content import Content

from needsseg.actions.coding.search_scope import Filter
from needsseg.actions.coding.searching import Hit, Origin
from needsseg.records import Passage
from needsseg.tui.words import GLYPHS, lines, plain, state

LONGEST = 280
BEFORE = 90
"""Characters shown before the first match where a sentence is longer than ``LONGEST``."""
SPEECH = {"participants": "participants' words", "all": "all speech", "passages": "marked passages"}


Left = tuple[str, Origin | None, bool, Filter, int]
"""A search as it was left: the words, what it was more like, whether by meaning, what it was narrowed to, and the row."""


def left_at(words: str, origin: Origin | None, meaning: bool, within: Filter, row: int) -> dict[str, object]:
    """A search as the study remembers it; ``taken_up`` reads it again."""
    return {"words": words, "like": origin, "meaning": meaning, "row": row, "within": asdict(within)}


def taken_up(held: Mapping[str, object]) -> Left | None:
    """A search that was left, from what the study remembers; None where none is remembered."""
    words, like, row, within = (held.get(name) for name in ("words", "like", "row", "within"))
    if not isinstance(words, str) or not isinstance(row, int) or not isinstance(within, dict):
        return None
    origin = cast("Origin | None", tuple(like) if isinstance(like, list) else like)
    narrowed = Filter(**{**within, "attributes": tuple(within["attributes"])})
    return words, origin, bool(held.get("meaning")), narrowed, row


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
