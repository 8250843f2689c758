"""How hits are shown: who said it where, and the words, with the matches between marks."""

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
"""Characters shown before the first match if a sentence is longer than ``LONGEST``."""
SPEECH = {"participants": "participants' words", "all": "all speech", "passages": "marked passages"}


RecordedSearch = tuple[str, Origin | None, bool, Filter, int]
"""A remembered search: its words, what it was similar to, whether it was by meaning, its filter, and the current row."""


def search_record(words: str, origin: Origin | None, meaning: bool, within: Filter, row: int) -> dict[str, object]:
    """Return a search as the study remembers it; ``recorded_search`` reads it."""
    return {"words": words, "like": origin, "meaning": meaning, "row": row, "within": asdict(within)}


def recorded_search(record: Mapping[str, object]) -> RecordedSearch | None:
    """Return the search that the study remembers, or None."""
    words, like, row, within = (record.get(name) for name in ("words", "like", "row", "within"))
    if not isinstance(words, str) or not isinstance(row, int) or not isinstance(within, dict):
        return None
    origin = cast("Origin | None", tuple(like) if isinstance(like, list) else like)
    stored_filter = Filter(**{**within, "attributes": tuple(within["attributes"])})
    return words, origin, bool(record.get("meaning")), stored_filter, row


def filter_words(within: Filter) -> str:
    """Return the filter of a search in words."""
    parts = [SPEECH[within.speech], *within.attributes]
    parts += [f"code {within.code}"] if within.code is not None else []
    parts += [f"in {within.interview}" if within.interview is not None else "all interviews"]
    return " · ".join(parts)


def hit_row(hit: Hit, passages: Sequence[Passage]) -> Content:
    """Return a row of the list: speaker, interview, similarity, passages at that place, and the words."""
    speaker = hit.speaker or "unnamed speaker"
    role = "" if hit.role == "participant" else f" ({hit.role})"
    score = "" if hit.score is None else f"  {hit.score:.2f}"
    marks = "".join(f"  {GLYPHS[state(one)]} {', '.join(one.codes) or state(one)}" for one in passages)
    head = Content.assemble(plain(f"{speaker}{role}", "bold"), plain(f"  {hit.interview}{score}{marks}", "dim"))
    return lines([head, _excerpt(hit), plain("")])


def _excerpt(hit: Hit) -> Content:
    """Return the words on one line, cut around the first match if they are long; matches are ‹between marks›."""
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
