"""One account's facts as a destination's record, and the hashes by which sent content is known again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from needsseg.exchange.destinations import amplitude, hubspot, mixpanel, segment
from needsseg.exchange.destinations.delivery import Item
from needsseg.exchange.tables import Cell
from needsseg.files import sha256

RECORDS: dict[str, Callable[[Mapping[str, Cell], str, str], Mapping[str, object]]] = {
    "segment": segment.record,
    "segment-users": segment.user_record,
    "amplitude": amplitude.record,
    "mixpanel": mixpanel.record,
    "hubspot": hubspot.record,
}
_OF_THE_EXPORT = ("as_of_date", "segmentation_version")


def row_shas(row: Mapping[str, Cell]) -> tuple[str, str]:
    """The hash of the whole row, and that of what it says of the account: without the date and the segmentation's version."""
    facts = {name: value for name, value in row.items() if name not in _OF_THE_EXPORT}
    return _sha(row), _sha(facts)


def message_id(destination: str, row: Mapping[str, Cell], before: str) -> str:
    """The id of a message: of destination, account, content and the message before it, so that going back is new again.

    A destination that forgets repeated ids would else drop a label that went from A to B and back to A.
    """
    return _sha([destination, row["account_id"], row, before])[:40]


def items(target: str, rows: Sequence[Mapping[str, Cell]], ids: Mapping[str, str], key: str) -> list[Item]:
    """The rows as records of a target that takes batches; ``ids`` are the message ids by account, or by user."""
    records = []
    for row in rows:
        known_as = whom(row)
        records.append(Item(known_as, ids[known_as], RECORDS[target](row, ids[known_as], key)))
    return records


def whom(row: Mapping[str, Cell]) -> str:
    """Whom a row is about: a user where it has one, else the account."""
    return str(row["user_id"] if "user_id" in row else row["account_id"])


def _sha(content: object) -> str:
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False))
