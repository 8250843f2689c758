"""Blind mode: a coder works without seeing what others marked, and never over it."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.records import Passage, PassageStatus
from needsseg.study import blinding, places
from needsseg.study.connection import Study

__all__ = ["is_blind", "own_rows", "own_view", "set_blind"]


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


def own_rows(study: Study, ids: Sequence[int], status: PassageStatus | None = None) -> list[int]:
    """The passages that a decision on some passages is about (inside an action): a blind coder's own, else just these."""
    return blinding.own_rows(study, ids, status) if is_blind(study) else list(ids)
