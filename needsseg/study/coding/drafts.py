"""Words that somebody is writing and has not saved: private, no decision, so that history and exports know nothing of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.errors import Advice, Fix, NotFoundError

if TYPE_CHECKING:
    from needsseg.study.connection import Study

DraftKind = Literal[
    "passage memo", "interview memo", "code memo", "job statement", "segment description", "segment statement",
    "segment need", "code description", "need description", "survey words", "survey answers", "readout",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft of one person: what it is of, its words by part, and when they were kept."""

    id: int
    kind: DraftKind
    target: str
    about: str
    words: Mapping[str, str]
    written_at: str


_COLUMNS = "SELECT id, kind, target, about, words, written_at FROM drafts WHERE coder = ?"


def load(study: Study, kind: DraftKind, target: int | str) -> Draft | None:
    """The draft of the person at the keyboard, or None."""
    row = study.row(f"{_COLUMNS} AND kind = ? AND target = ?", [study.person, kind, _key(study, kind, target)])
    return None if row is None else Draft(**{**dict(row), "words": json.loads(row["words"])})


def listing(study: Study) -> list[Draft]:
    """All drafts of the person at the keyboard, the newest first."""
    rows = study.rows(f"{_COLUMNS} ORDER BY written_at DESC, id DESC", [study.person])
    return [Draft(**{**dict(row), "words": json.loads(row["words"])}) for row in rows]


def store(study: Study, kind: DraftKind, target: int | str, about: str, words: Mapping[str, str]) -> None:
    """Keep a draft in place of the one before, in a transaction of its own; none for a deleted interview."""
    with study.writing():
        interview = _interview(study, kind, target)
        if interview == GONE:
            return
        study.execute(
            "INSERT INTO drafts (kind, target, coder, interview_id, about, words, written_at) VALUES (?, ?, ?, ?, ?, ?, "
            "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) "
            "ON CONFLICT (kind, target, coder) DO UPDATE SET interview_id = excluded.interview_id, about = excluded.about, "
            "words = excluded.words, written_at = excluded.written_at",
            [kind, _key(study, kind, target), study.person, interview, about, json.dumps(dict(words))],
        )


def drop(study: Study, kind: DraftKind, target: int | str) -> None:
    """Erase a draft of the person at the keyboard; nothing where there is none."""
    draft = load(study, kind, target)
    if draft is not None:
        drop_id(study, draft.id)


def drop_id(study: Study, draft: int) -> None:
    """Erase a draft of the person at the keyboard by its id; raises NotFoundError where they have none of that id."""
    with study.writing():
        deleted = study.execute("DELETE FROM drafts WHERE id = ? AND coder = ?", [draft, study.person]).rowcount
    if not deleted:
        raise NotFoundError(f"You have no draft {draft}.", Advice("List them with: ", Fix.DRAFTS))


def forget(study: Study) -> None:
    """Erase the drafts (inside a transaction) of deleted interviews, and those of no single interview.

    What is written of a segment or code may hold words of any participant.
    """
    study.execute("DELETE FROM drafts WHERE interview_id IS NULL OR interview_id NOT IN (SELECT id FROM interviews)")


GONE = -1
"""Stands for the id of an interview that does not exist any more."""
_OF_PASSAGES = ("passage memo", "job statement")


def _interview(study: Study, kind: DraftKind, target: int | str) -> int | None:
    if kind in _OF_PASSAGES:
        row = study.row("SELECT interview_id FROM passages WHERE id = ?", [target])
    elif kind == "interview memo":
        row = study.row("SELECT id FROM interviews WHERE key = ?", [target])
    else:
        return None
    return GONE if row is None else int(row[0])


def _key(study: Study, kind: DraftKind, target: int | str) -> str:
    """Return the id of the draft's target where it has one: names and keys may change and be used again."""
    table, name = {"interview memo": ("interviews", "key"), "code memo": ("codes", "name"),
                   "code description": ("codes", "name")}.get(kind, ("", ""))  # fmt: skip
    row = study.row(f"SELECT id FROM {table} WHERE {name} = ?", [target]) if table else None
    return str(target if row is None else row[0])
