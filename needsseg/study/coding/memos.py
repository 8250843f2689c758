"""Memos: what each researcher notes on a passage, an interview or a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.coding import codebook, passages
from needsseg.study.connection import now, plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study

MemoKind = Literal["passage", "interview", "code"]
KINDS: tuple[MemoKind, ...] = ("passage", "interview", "code")


@dataclass(frozen=True, slots=True)
class Memo:
    """One writer's memo; ``of`` is the passage's id, the interview's key or the code's name."""

    kind: MemoKind
    of: int | str
    words: str
    written_by: str
    written_at: str
    id: int


def write(study: Study, kind: MemoKind, of: int | str, words: str) -> None:
    """Write the memo the study's user has there (inside an action); empty words remove it."""
    words = plain_text(words.replace("\r\n", "\n").replace("\r", "\n"))
    column, target = f"{kind}_id", _target(study, kind, of)
    if not words:
        study.execute(f"DELETE FROM memos WHERE {column} = ? AND written_by = ?", [target, study.actor])
        return
    study.execute(
        f"INSERT INTO memos ({column}, words, written_by, written_at) VALUES (?, ?, ?, ?) "
        f"ON CONFLICT ({column}, written_by) DO UPDATE SET words = excluded.words, written_at = excluded.written_at "
        "WHERE words <> excluded.words",
        [target, words, study.actor, now()],
    )


def listing(study: Study, kind: MemoKind | None = None, of: int | str | None = None) -> list[Memo]:
    """Memos by kind, by what they are on, and as they were written; of one kind, or on one thing."""
    where, values = ["1"], list[Any]()
    if kind is not None:
        where.append(f"m.{kind}_id IS NOT NULL")
        if of is not None:
            where, values = [*where, f"m.{kind}_id = ?"], [_target(study, kind, of)]
    rows = study.rows(
        "SELECT m.passage_id, i.key, c.name, m.words, m.written_by, m.written_at, m.id FROM memos m "
        "LEFT JOIN interviews i ON i.id = m.interview_id LEFT JOIN codes c ON c.id = m.code_id "
        f"WHERE {' AND '.join(where)} ORDER BY m.passage_id IS NULL, i.key IS NULL, m.passage_id, i.key, c.name, m.id",
        values,
    )
    return [_memo(row) for row in rows]


def _memo(row: Any) -> Memo:
    kind = next(kind for kind, of in zip(KINDS, row[:3], strict=True) if of is not None)
    return Memo(kind, row[KINDS.index(kind)], row["words"], row["written_by"], row["written_at"], row["id"])


def join_codes(study: Study, source: int, target: int) -> None:
    """Give one code's memos to another (inside an action); where the writer has one there, the words are added to it."""
    for number, words, writer, at in study.rows(
        "SELECT id, words, written_by, written_at FROM memos WHERE code_id = ? ORDER BY id", [source]
    ):
        joined = study.execute(
            "UPDATE memos SET words = words || char(10, 10) || ?, written_at = max(written_at, ?) "
            "WHERE code_id = ? AND written_by = ?",
            [words, at, target, writer],
        ).rowcount
        if joined:
            study.execute("DELETE FROM memos WHERE id = ?", [number])
        else:
            study.execute("UPDATE memos SET code_id = ? WHERE id = ?", [target, number])


def _target(study: Study, kind: MemoKind, of: int | str) -> int:
    """The id of what a memo is on; raises NotFoundError where it is not there."""
    if kind == "code":
        return codebook.id_of(study, str(of))
    if kind == "interview":
        row = study.row("SELECT id FROM interviews WHERE key = ?", [of])
        if row is None:
            raise NotFoundError(f"There is no interview '{of}'.", Advice("List them with: ", Fix.INTERVIEWS))
        return int(row[0])
    if not str(of).isascii() or not str(of).isdecimal():
        raise UsageError(f"'{of}' is not the number of a passage.", Advice("List them with: ", Fix.PASSAGES))
    return passages.one(study, int(of)).id
