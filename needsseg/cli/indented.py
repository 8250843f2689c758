"""JSON over several lines, as ``json.dumps`` writes it with an indent, in a fraction of the time.

The encoder of the standard library writes it value by value in Python. Long lists here hold flat objects with the same keys,
which are written by a template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from needsseg.text import one_line_encoder

_encoded = one_line_encoder(json.JSONEncoder(ensure_ascii=False, allow_nan=False))
_FLAT = frozenset((str, int, float, bool, type(None)))


def indented(value: object, indent: int) -> str:
    """Return a value as JSON with ``indent`` blanks a level, letters of every script kept; NaN and infinities are errors.

    ValueError for them, TypeError for what JSON cannot hold.
    """
    return _text(value, " " * indent, "\n")


def _text(value: object, blanks: str, newline: str) -> str:
    """Return a value's text; ``newline`` is a line end with the blanks of the level that it is on."""
    if isinstance(value, dict):
        return _object(value, blanks, newline)
    if isinstance(value, list | tuple):
        if not value:
            return "[]"
        inner = newline + blanks
        texts = _records(value, blanks, inner) or [_text(each, blanks, inner) for each in value]
        return f"[{inner}{f',{inner}'.join(texts)}{newline}]"
    return _encoded(value)


def _object(value: Mapping[Any, object], blanks: str, newline: str) -> str:
    if not value:
        return "{}"
    inner = newline + blanks
    parts = [f"{_key(key)}: {_text(each, blanks, inner)}" for key, each in value.items()]
    return f"{{{inner}{f',{inner}'.join(parts)}{newline}}}"


def _key(key: object) -> str:
    # The encoder knows what numbers and None are called as keys.
    return encode_basestring(key) if type(key) is str else _encoded({key: 0})[1:-4]


def _records(values: Sequence[object], blanks: str, newline: str) -> list[str]:
    """Return the texts of objects with the same keys in the same order and no lists or objects in them; none where others."""
    first = values[0]
    if type(first) is not dict or not first or not all(type(key) is str for key in first):
        return []
    keys = list(first)
    if not all(type(each) is dict and list(each) == keys for each in values):
        return []
    columns = list(zip(*(each.values() for each in values), strict=True))  # type: ignore[attr-defined]
    if not all(_FLAT.issuperset(map(type, column)) for column in columns):
        return []
    inner = newline + blanks
    named = (f"{encode_basestring(key).replace('%', '%%')}: %s" for key in keys)
    template = f"{{{inner}{f',{inner}'.join(named)}{newline}}}"
    return list(map(template.__mod__, zip(*(map(_encoded, column) for column in columns), strict=True)))
