"""Batches within a destination's limits, and their delivery with retries; functions to wait and to post are arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

TRIES = 6
LONGEST_WAIT = 300.0  # seconds; a longer Retry-After ends the run, which is resumed later

Status = Literal["accepted", "partly", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one request: items, total bytes and bytes of one item, from the destination's documentation."""

    count: int
    bytes: int
    item_bytes: int


@dataclass(frozen=True, slots=True)
class Item:
    """One account's part of a request; ``message_id`` is the same each time the same content is sent."""

    account_id: str
    message_id: str
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Batch:
    """The items of one request."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """All batches, and the accounts that are too large for any, with the reason."""

    batches: tuple[Batch, ...]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A destination's answer to one request.

    ``failed`` may be tried again, ``refused`` not (``fatal``: nor any other batch, the key is wrong); ``rejected`` names the
    accounts of a ``partly`` accepted batch with the reasons. ``code`` is the HTTP status, None where no answer came.
    """

    status: Status
    code: int | None
    words: str
    rejected: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    fatal: bool = False
    tries: int = 1


def pack(items: Sequence[Item], limits: Limits, size: Callable[[Item], int] | None = None) -> Packed:
    """Return batches in the items' order, each within the limits; ``size`` gives an item's bytes (of its JSON by default)."""
    measure = size or json_size
    batches: list[Batch] = []
    refused: dict[str, str] = {}
    batch_items: list[Item] = []
    total = 0
    for item in items:
        weight = measure(item) + 1  # and the comma
        if weight > limits.item_bytes:
            refused[item.account_id] = (
                f"{weight:,} bytes are more than the {limits.item_bytes:,} that one account may have"
            )
            continue
        if batch_items and (len(batch_items) == limits.count or total + weight > limits.bytes):
            batches.append(Batch(tuple(batch_items)))
            batch_items, total = [], 0
        batch_items.append(item)
        total += weight
    if batch_items:
        batches.append(Batch(tuple(batch_items)))
    return Packed(tuple(batches), refused)


def json_size(item: Item) -> int:
    """Return the bytes of an item's JSON with non-ASCII characters escaped, as clients do."""
    return len(json.dumps(item.record))


def deliver(
    batch: Batch,
    post: Callable[[Batch], Answer],
    wait: Callable[[float], None],
    chance: Callable[[], float],
    tries: int = TRIES,
) -> Answer:
    """Post a batch until there is a final answer, at most ``tries`` times.

    Between tries it waits as long as the destination asks (Retry-After), else 1, 2, 4 … seconds up to 30, and up to half as
    much again by ``chance`` (0 to 1), so that several senders do not return together.
    """
    for n in range(1, tries + 1):
        answer = replace(post(batch), tries=n)
        if answer.status != "failed" or n == tries or (answer.retry_after or 0) > LONGEST_WAIT:
            break
        pause = answer.retry_after if answer.retry_after is not None else min(30.0, 2.0 ** (n - 1))
        wait(pause * (1 + chance() / 2))
    return answer
