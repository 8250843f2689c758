"""Keep drafts of what a person is writing, so that closing the terminal loses no words."""

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
    """Store a draft in place of the previous one; nothing is stored for an interview that no longer exists."""
    table.store(study, kind, target, about, words)


def drop(study: Study, kind: DraftKind, target: int | str) -> None:
    """Erase a draft of the person at the keyboard, if there is one."""
    table.drop(study, kind, target)


def drop_id(study: Study, draft: int) -> None:
    """Erase a draft of the person at the keyboard by its id; raise NotFoundError if they have none with that id."""
    table.drop_id(study, draft)
