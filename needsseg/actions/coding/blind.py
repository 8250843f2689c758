"""Blind mode: a coder works without seeing or changing what others marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from needsseg.records import Passage, PassageStatus
from needsseg.study import bookmarks
from needsseg.study.coding import blinding
from needsseg.study.connection import Study
from needsseg.study.segments import blind_places, constraints, segments
from needsseg.study.segments.segments import Member

__all__ = [
    "is_blind", "own_counts", "own_off_topic", "own_rows", "own_view", "seen_coder", "seen_members", "set_blind",
    "unseen_candidates", "veiled",
]  # fmt: skip


def is_blind(study: Study) -> bool:
    """Whether the coder of the study works blind; each coder has a switch of their own."""
    return bookmarks.load(study, _name(study)).get("on") is True


def set_blind(study: Study, on: bool) -> None:
    """Switch blind mode on or off for the study's coder; not recorded in the history, since it is no decision."""
    if on != is_blind(study):
        bookmarks.store(study, _name(study), {"on": on})


def _name(study: Study) -> str:
    return f"blind:{study.actor}"


def own_view(study: Study, rows: Sequence[Passage]) -> list[Passage]:
    """Passages as a blind coder sees them."""
    return blinding.own_view(study, rows)


def veiled(study: Study, rows: Sequence[Passage]) -> list[Passage]:
    """The same passages without others' decisions and codes if the coder works blind.

    For results of the whole team, such as a segment's passages: none is left out.
    """
    if not is_blind(study):
        return list(rows)
    own = {row.id: row for row in blinding.own_view(study, rows)}
    return [own.get(row.id) or replace(row, status="suggested", coder="", codes=(), also_decided_by=()) for row in rows]


def seen_members(study: Study) -> dict[int, list[Member]]:
    """The members of every segment; for a blind coder without others' changes to single passages since the last run."""
    return blind_places.members(study) if is_blind(study) else segments.members(study)


def unseen_candidates(study: Study, members: Mapping[int, Sequence[Member]]) -> frozenset[int]:
    """Ids of candidates filled only by others' answers, which are hidden from a blind coder."""
    if not is_blind(study):
        return frozenset()
    full = segments.members(study)
    return frozenset(
        row.id
        for row in segments.listing(study)
        if row.status == "candidate" and row.id in full and not members.get(row.id)
    )


def seen_coder(study: Study) -> str | None:
    """The one coder whose work is shown and counted, or None for everybody's."""
    return study.actor if is_blind(study) else None


def own_counts(study: Study) -> Mapping[str, Mapping[str, int]]:
    """The number of passages of each status that a blind coder sees, by interview."""
    return blinding.own_counts(study)


def own_off_topic(study: Study) -> frozenset[int]:
    """The passages that a person declared off-topic; for a blind coder, only their own."""
    coder = seen_coder(study)
    return frozenset(row.passage for row in constraints.off_topic(study) if coder in (None, row.decided_by))


def own_rows(study: Study, ids: Sequence[int], status: PassageStatus | None = None) -> list[int]:
    """The passages to which a decision on ``ids`` applies (inside an action): a blind coder's own copies, else ``ids``."""
    return blinding.own_rows(study, ids, status) if is_blind(study) else list(ids)
