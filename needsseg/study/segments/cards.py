"""Quotes that people pinned to the parts of a segment's card, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import NotFoundError
from needsseg.study.connection import now
from needsseg.study.segments import segments

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned quote: ``passage.quote[start:end] == quote`` when it was pinned."""

    id: int
    segment: int
    part: str
    passage: int
    start: int
    end: int
    quote: str
    pinned_by: str
    pinned_at: str


def listing(study: Study, segment: int | None = None) -> list[Pin]:
    """The pinned quotes of one segment or of all, by segment and part, in their order."""
    rows = study.rows(
        'SELECT id, segment_id, part, passage_id, start, "end", quote, pinned_by, pinned_at FROM card_quotes '
        "WHERE ? IS NULL OR segment_id = ? ORDER BY segment_id, part, position, id",
        [segment, segment],
    )
    return [Pin(*row) for row in rows]


def pin(study: Study, segment: int, part: str, passage: int, start: int, end: int, quote: str) -> int:
    """Pin a quote behind those that the part has (inside an action); return its id."""
    segments.open_for_words(study, segment)
    last = study.row(
        "SELECT coalesce(max(position), 0) FROM card_quotes WHERE segment_id = ? AND part = ?", [segment, part]
    )
    return study.insert(
        "card_quotes",
        {
            "segment_id": segment,
            "part": part,
            "passage_id": passage,
            "start": start,
            "end": end,
            "quote": quote,
            "position": 1 + (int(last[0]) if last else 0),
            "pinned_by": study.actor,
            "pinned_at": now(),
        },
    )


def unpin(study: Study, pins: Sequence[Pin]) -> None:
    """Take pinned quotes off (inside an action)."""
    for each in pins:
        segments.open_for_words(study, each.segment)
        study.execute("DELETE FROM card_quotes WHERE id = ?", [each.id])


def trim(study: Study, pin: Pin, start: int, end: int, quote: str) -> None:
    """Give a pinned quote other edges (inside an action)."""
    segments.open_for_words(study, pin.segment)
    study.execute(
        'UPDATE card_quotes SET start = ?, "end" = ?, quote = ?, pinned_by = ?, pinned_at = ? WHERE id = ?',
        [start, end, quote, study.actor, now(), pin.id],
    )


def order(study: Study, segment: int, part: str, ids: Sequence[int]) -> None:
    """Put the pinned quotes of a part in the order of their ids given (inside an action)."""
    segments.open_for_words(study, segment)
    pinned_ids = {each.id for each in listing(study, segment) if each.part == part}
    if pinned_ids != set(ids):
        raise NotFoundError(f"The quotes pinned as {part} have changed since.", "Look at the card again.")
    for position, each in enumerate(ids, start=1):
        study.execute("UPDATE card_quotes SET position = ? WHERE id = ?", [position, each])


def needs_in_view(study: Study) -> list[tuple[str, str, int | None]]:
    """Name, description and segment of each need in view, in their order."""
    return [
        (row[0], row[1], row[2])
        for row in study.rows("SELECT name, description, segment_id FROM needs ORDER BY position, id")
    ]
