"""What a person is writing and has not saved, so that a closed terminal takes no words along."""

from __future__ import annotations

from collections.abc import Mapping

from needsseg.study.coding import drafts as table
from needsseg.study.coding.drafts import Draft, DraftKind
from needsseg.study.connection import Study


def load(study: Study, kind: DraftKind, target: int | str) -> Draft | None:
    """Return the draft of the person at the keyboard, or None."""
    return table.load(study, kind, target)


def listing(study: Study) -> list[Draft]:
    """Return all drafts of the person at the keyboard, the newest first."""
    return table.listing(study)


def store(study: Study, kind: DraftKind, target: int | str, about: str, words: Mapping[str, str]) -> None:
    """Keep a draft in place of the one before; nothing is kept of an interview that is gone."""
    table.store(study, kind, target, about, words)


def drop(study: Study, kind: DraftKind, target: int | str) -> None:
    """Erase a draft of the person at the keyboard; nothing happens where there is none."""
    table.drop(study, kind, target)


def drop_id(study: Study, draft: int) -> None:
    """Erase a draft of the person at the keyboard by its id; raise NotFoundError where they have none of that id."""
    table.drop_id(study, draft)
