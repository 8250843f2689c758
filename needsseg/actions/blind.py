"""Blind mode: a coder works without seeing what others marked, and never over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from needsseg.records import Passage, PassageStatus
from needsseg.study import blind_places, blinding, decisions, places, segments
from needsseg.study.connection import Study
from needsseg.study.segments import Member

__all__ = [
    "is_blind", "own_counts", "own_off_topic", "own_rows", "own_view", "seen_coder", "seen_members", "set_blind",
    "unseen_candidates", "veiled",
]  # fmt: skip


def is_blind(study: Study) -> bool:
    """Whether the coder of the study works blind; each coder has a switch of their own."""
    return places.load(study, _name(study)).get("on") is True


def set_blind(study: Study, on: bool) -> None:
    """Hides what others marked from the coder of the study, or shows it again. No decision, so the history does not keep it."""
    if on != is_blind(study):
        places.store(study, _name(study), {"on": on})


def _name(study: Study) -> str:
    return f"blind:{study.actor}"


def own_view(study: Study, rows: Sequence[Passage]) -> list[Passage]:
    """Passages as a blind coder sees them."""
    return blinding.own_view(study, rows)


def veiled(study: Study, rows: Sequence[Passage]) -> list[Passage]:
    """The same passages, of which a blind coder is not told what others decided and which codes they put there.

    For results of the whole team, as a segment's passages are: none is left out.
    """
    if not is_blind(study):
        return list(rows)
    own = {row.id: row for row in blinding.own_view(study, rows)}
    return [own.get(row.id) or replace(row, status="suggested", coder="", codes=(), seconded=()) for row in rows]


def seen_members(study: Study) -> dict[int, list[Member]]:
    """The members of every segment; for a blind coder without what others did to single passages since the last run."""
    return blind_places.members(study) if is_blind(study) else segments.members(study)


def unseen_candidates(study: Study, seen: Mapping[int, Sequence[Member]]) -> frozenset[int]:
    """Of all candidates those that nothing but others' answers fills, of which a blind coder is not told."""
    if not is_blind(study):
        return frozenset()
    full = segments.members(study)
    return frozenset(
        row.id
        for row in segments.listing(study)
        if row.status == "candidate" and row.id in full and not seen.get(row.id)
    )


def seen_coder(study: Study) -> str | None:
    """The one coder whose work is shown and counted, or None for everybody's."""
    return study.actor if is_blind(study) else None


def own_counts(study: Study) -> Mapping[str, Mapping[str, int]]:
    """How many passages of each status a blind coder sees, by interview."""
    return blinding.own_counts(study)


def own_off_topic(study: Study) -> frozenset[int]:
    """The passages that a person said are off-topic; a blind coder's own alone."""
    coder = seen_coder(study)
    return frozenset(row.passage for row in decisions.off_topic(study) if coder in (None, row.decided_by))


def own_rows(study: Study, ids: Sequence[int], status: PassageStatus | None = None) -> list[int]:
    """The passages that a decision on some passages is about (inside an action): a blind coder's own, else just these."""
    return blinding.own_rows(study, ids, status) if is_blind(study) else list(ids)
