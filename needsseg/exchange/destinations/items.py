"""Convert rows to a destination's records, and hash their content to recognise what was already sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from needsseg.exchange.destinations.delivery import Item, Packed, pack
from needsseg.exchange.destinations.destination import Destination
from needsseg.exchange.tables import Cell
from needsseg.files import sha256
from needsseg.text import one_line_encoder

_ENCODE = one_line_encoder(json.JSONEncoder(sort_keys=True, ensure_ascii=False))
_OF_THE_EXPORT = ("as_of_date", "segmentation_version")


def row_shas(row: Mapping[str, Cell]) -> tuple[str, str]:
    """Return the hash of the whole row, and of its facts: without the date and the segmentation's version.

    A trigger happened once: its id says all, whatever is said of its account later.
    """
    if "trigger_id" in row:
        return _sha(row["trigger_id"]), _sha(row["trigger_id"])
    facts = {name: value for name, value in row.items() if name not in _OF_THE_EXPORT}
    return _sha(row), _sha(facts)


def message_id(destination: str, row: Mapping[str, Cell], before: str) -> str:
    """Return a message's id from destination, account, content and the previous message, so that reverting is a new one.

    A destination that forgets repeated ids would else drop a label that went from A to B and back to A. Of a trigger it is the
    trigger's own.
    """
    if "trigger_id" in row:
        return str(row["trigger_id"])
    return _sha([destination, row["account_id"], row, before])[:40]


def items(destination: Destination, rows: Sequence[Mapping[str, Cell]], ids: Mapping[str, str], key: str) -> list[Item]:
    """Return the rows as a destination's records; ``ids`` are the message ids by account, or by user.

    ValueError for a destination that takes no batches.
    """
    if destination.record is None:
        raise ValueError(f"{destination.name} takes no batches")
    return [Item(who, ids[who], destination.record(row, ids[who], key)) for row in rows for who in [subject_id(row)]]


def packed(destination: Destination, rows: Sequence[Mapping[str, Cell]], ids: Mapping[str, str], key: str) -> Packed:
    """Return the rows as batches within a destination's limits; ValueError for one that takes no batches."""
    if destination.limits is None:
        raise ValueError(f"{destination.name} takes no batches")
    return pack(items(destination, rows, ids, key), destination.limits, destination.size)


def subject_id(row: Mapping[str, Cell]) -> str:
    """Return the id of the subject of a row: its trigger or user if it has one, else the account."""
    return str(row.get("trigger_id") or row.get("user_id") or row["account_id"])


def _sha(content: object) -> str:
    return sha256(_ENCODE(content))
