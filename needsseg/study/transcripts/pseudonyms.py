"""Decisions about words that may identify somebody, and the numbers that pseudonyms are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.connection import now, plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Decision = Literal["replace", "keep"]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision about words; ``replacement`` is empty where the program's own pseudonym replaces them."""

    words: str
    kind: str
    decision: Decision
    replacement: str
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The rows' own numbers, which stay while a study grows: of participants, interviews and speakers' labels."""

    participants: dict[str, int]
    interviews: dict[str, int]
    speakers: dict[str, int]


def decide(study: Study, words: str, kind: str, decision: Decision, replacement: str = "") -> bool:
    """Store a decision about words, in place of an earlier one (inside an action); return whether that changed anything."""
    words, replacement = " ".join(plain_text(words).split()), " ".join(plain_text(replacement).split())
    if not words:
        raise UsageError("There are no words to decide about.", "Give a name, a company or other words.")
    new = (kind, decision, replacement)
    existing = study.row("SELECT kind, decision, replacement FROM pseudonyms WHERE words = ?", [words])
    if existing is not None and tuple(existing) == new:
        return False
    study.execute(
        "INSERT INTO pseudonyms (words, kind, decision, replacement, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (words) DO UPDATE SET kind = excluded.kind, decision = excluded.decision, "
        "replacement = excluded.replacement, decided_by = excluded.decided_by, decided_at = excluded.decided_at",
        [words, *new, study.actor, now()],
    )
    return True


def take(study: Study, row: DecisionRow) -> None:
    """Store a decision as somebody made it elsewhere (inside an action), about words that nobody decided on here."""
    study.insert(
        "pseudonyms",
        {
            "words": row.words,
            "kind": row.kind,
            "decision": row.decision,
            "replacement": row.replacement,
            "decided_by": row.decided_by,
            "decided_at": row.decided_at,
        },
    )


def listing(study: Study) -> list[DecisionRow]:
    """All decisions, in the order in which the words were first decided on."""
    return [
        DecisionRow(*row)
        for row in study.rows(
            "SELECT words, kind, decision, replacement, decided_by, decided_at FROM pseudonyms ORDER BY id"
        )
    ]


def forget(study: Study, words: str) -> None:
    """Take a decision back (inside an action); raises NotFoundError where there is none."""
    if study.execute("DELETE FROM pseudonyms WHERE words = ?", [words]).rowcount == 0:
        raise NotFoundError(
            f"Nothing was decided about “{words}”.", Advice("What was decided is listed by: ", Fix.PSEUDONYMS)
        )


def numbers(study: Study) -> Numbers:
    """The numbers of all participants and interviews by key, and of speakers by label, the lowest where there are several."""
    return Numbers(
        {row[0]: row[1] for row in study.rows("SELECT key, id FROM participants ORDER BY id")},
        {row[0]: row[1] for row in study.rows("SELECT key, id FROM interviews ORDER BY id")},
        {row[0]: row[1] for row in study.rows("SELECT label, min(id) FROM speakers GROUP BY label ORDER BY 2")},
    )
