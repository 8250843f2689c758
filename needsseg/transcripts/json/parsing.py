"""Parse JSON, report broken or too deeply nested text and duplicate keys, and describe a value by its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from needsseg.errors import TranscriptError

_SHOWN_DEPTHS = 4
_SHOWN_KEYS = 8
_LONGEST_KEY = 40


@dataclass(slots=True)
class Document:
    """One JSON value, and the duplicate keys of its objects with the values that were dropped."""

    value: Any
    doubled: list[tuple[str, Any]] = field(default_factory=list)


def document_of(text: str) -> Document:
    """Return the value of a JSON text; of duplicate keys in one object the last counts, the others are ``doubled``.

    ``NaN`` and infinities become None. Raises json.JSONDecodeError where the text is broken, ValueError where a number is
    too long or the text is nested deeper than Python reads (about a thousand levels).
    """
    repeated_keys: list[tuple[str, Any]] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(items)
        if len(record) < len(items):
            last = {key: index for index, (key, _) in enumerate(items)}
            repeated_keys.extend(pair for index, pair in enumerate(items) if last[pair[0]] != index)
        return record

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return Document(value, repeated_keys)


def whole_document(lines: Sequence[str], name: str) -> Document:
    """Return the value of a JSON file; raises TranscriptError with line and column where it is broken."""
    try:
        return document_of("\n".join(lines))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TranscriptError(f"{name}: broken JSON at {place}: {error.msg}.", "Export the file again.") from error
    except ValueError as error:
        raise TranscriptError(f"{name}: this JSON cannot be read: {error}.", "Export the file again.") from error


def keys_by_depth(value: Any) -> str:
    """Return the keys of a JSON value by depth, for a message: ``depth 1: metadata, results; depth 2: channels``."""
    level: list[Any] = [value]
    levels: list[str] = []
    for depth in range(1, 64):
        records = [item for item in _without_lists(level) if isinstance(item, dict)]
        keys = list(dict.fromkeys(_short(key) for record in records[:1_000] for key in record))
        if not keys or len(levels) == _SHOWN_DEPTHS:
            break
        levels.append(f"depth {depth}: {', '.join(keys[:_SHOWN_KEYS])}{', …' if len(keys) > _SHOWN_KEYS else ''}")
        level = [item for record in records[:1_000] for item in record.values()]
    return "; ".join(levels) or "none"


def _without_lists(level: list[Any]) -> Iterator[Any]:
    stack = list(reversed(level))
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item[:1_000]))
        else:
            yield item


def _short(key: str) -> str:
    text = " ".join(key.split())
    return text if len(text) <= _LONGEST_KEY else f"{text[: _LONGEST_KEY - 1]}…"
