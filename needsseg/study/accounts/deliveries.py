"""Exports and deliveries: an audit row per batch or file, and what each destination has of each account. Not in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.study.connection import now
from needsseg.study.file.faults import translated

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Delivered:
    """The state of one account at a destination: hashes of its row and its facts, the message, the segment's name then."""

    account_id: str
    row_sha256: str
    facts_sha256: str
    message_id: str
    segment_id: int | None
    segment: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One batch that was sent, or one file that was written."""

    id: int
    destination: str
    batch: str
    rows: int
    first_account: str
    last_account: str
    status: str
    rejected: int
    code: int | None
    words: str
    at: str
    by: str


def delivered_rows(study: Study, destination: str) -> dict[str, Delivered]:
    """Return the state of each account at a destination, by account id."""
    names = tuple(Delivered.__dataclass_fields__)
    rows = study.rows(f"SELECT {', '.join(names)} FROM delivered WHERE destination = ?", [destination])
    return {row["account_id"]: Delivered(**{name: row[name] for name in names}) for row in rows}


def listing(study: Study) -> list[DeliveryRow]:
    """All batches and files, oldest first."""
    return [DeliveryRow(**dict(row)) for row in study.rows("SELECT * FROM deliveries ORDER BY id")]


def start(study: Study, destination: str, batch: str, accounts: Sequence[str]) -> int:
    """Record a batch of these accounts before it is sent; return the audit row's id.

    Until the answer is recorded, the destination's state of them is unknown, so the earlier state is dropped; the last
    message's id stays, since the next one's follows from it.
    """
    with study.writing():
        with translated(study.path):
            study.conn.executemany(
                "UPDATE delivered SET row_sha256 = '', facts_sha256 = '' WHERE destination = ? AND account_id = ?",
                [[destination, account] for account in accounts],
            )
        return study.insert("deliveries", _audit(study, destination, batch, accounts, "started", ""))


def close_open(study: Study, destination: str) -> int:
    """Mark started batches without a recorded answer as failed (their run was killed); return how many."""
    with study.writing():
        return study.execute(
            "UPDATE deliveries SET status = 'failed', words = 'the run ended before the answer' "
            "WHERE destination = ? AND status = 'started'",
            [destination],
        ).rowcount


def finish(
    study: Study,
    id: int,
    status: str,
    code: int | None,
    words: str,
    rejected: int,
    destination: str,
    delivered: Sequence[Delivered],
) -> None:
    """Record the answer to a batch together with the destination's new state."""
    with study.writing():
        study.execute(
            "UPDATE deliveries SET status = ?, code = ?, words = ?, rejected = ?, at = ? WHERE id = ?",
            [status, code, words, rejected, now(), id],
        )
        _store_delivered(study, destination, delivered)


def wrote(study: Study, destination: str, batch: str, words: str, delivered: Sequence[Delivered]) -> None:
    """Record that a file was written."""
    accounts = [each.account_id for each in delivered]
    with study.writing():
        study.insert("deliveries", _audit(study, destination, batch, accounts, "written", words))
        _store_delivered(study, destination, delivered)


def _audit(
    study: Study, destination: str, batch: str, accounts: Sequence[str], status: str, words: str
) -> dict[str, object]:
    return {
        "destination": destination,
        "batch": batch,
        "rows": len(accounts),
        "first_account": accounts[0] if accounts else "",
        "last_account": accounts[-1] if accounts else "",
        "status": status,
        "words": words,
        "at": now(),
        "by": study.actor,
    }


def _store_delivered(study: Study, destination: str, delivered: Sequence[Delivered]) -> None:
    names = tuple(Delivered.__dataclass_fields__)
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    at = now()
    with translated(study.path):
        study.conn.executemany(
            f"INSERT OR REPLACE INTO delivered (destination, at, {columns}) VALUES (?, ?, {marks})",
            [[destination, at, *(getattr(each, name) for name in names)] for each in delivered],
        )
