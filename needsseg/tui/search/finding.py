"""What a search is for, and what it finds: read beside the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from needsseg.actions.coding import passages, searching
from needsseg.actions.coding.search_scope import EVERYTHING, Filter
from needsseg.actions.coding.searching import Hit, Origin
from needsseg.tui.search.words import hit_row

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.progress import Progress

MOST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: for words, by meaning or not, or for what is similar to an ``origin``; with neither, the marked passages."""

    words: str = ""
    origin: Origin | None = None
    meaning: bool = False
    within: Filter = EVERYTHING

    @property
    def is_anything(self) -> bool:
        """Whether it is for anything; else there is nothing to find."""
        return bool(self.words) or self.origin is not None or self.within != EVERYTHING

    @property
    def is_by_meaning(self) -> bool:
        """Whether vectors are compared."""
        return self.origin is not None or (self.meaning and bool(self.words))

    @property
    def target(self) -> str | Origin:
        """The words, or the example."""
        return self.words if self.origin is None else self.origin


@dataclass(frozen=True, slots=True)
class Results:
    """The hits, at most ``MOST``, whether there are ``more``, and a row for each; none while texts are ``lacking`` vectors."""

    hits: Sequence[Hit] = ()
    more: bool = False
    rows: Sequence[Content] = ()
    lacking: int = 0


def find(wanted: Wanted, study: Study, progress: Progress) -> Results:
    """Search; by meaning only if all needed vectors exist, so that no model is loaded."""
    within = wanted.within
    if wanted.is_by_meaning and (lacking := searching.unready(study, wanted.target, within.speech, progress)):
        return Results(lacking=lacking)
    hits = _hits(wanted, study, progress)
    shown = hits[:MOST]
    ids = sorted({number for hit in shown for number in hit.passages})
    by_id = {one.id: one for one in passages.listing(study, ids=ids)}
    rows = [hit_row(hit, [by_id[number] for number in hit.passages if number in by_id]) for hit in shown]
    return Results(shown, len(hits) > MOST, rows)


def _hits(wanted: Wanted, study: Study, progress: Progress) -> list[Hit]:
    within, limit = wanted.within, MOST + 1
    if wanted.origin is not None:
        return searching.like(study, wanted.origin, within, limit=limit, progress=progress)
    if wanted.words:
        return searching.search(study, wanted.words, within, meaning=wanted.meaning, limit=limit, progress=progress)
    return searching.marked(study, within, limit=limit) if within != EVERYTHING else []
