"""The gate before stdout and stderr: no text from a study, a file or an argument steers a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, TextIO, cast

from needsseg.text import escaped_json, is_plain, one_line_encoder, safe

_encoded = one_line_encoder(json.JSONEncoder(ensure_ascii=False, allow_nan=False))


class SafeText(str):
    """A text that was looked through already: what ``safe`` would leave as it is."""


class Written(list[str]):
    """A column for ``json_records`` whose values are JSON already."""


class Gate:
    """A stream that writes only what ``safe`` leaves of a text, tabs and line ends kept; all else is the stream's own.

    It has no ``buffer``, past which bytes could go.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text; return its length, as streams do."""
        self.stream.write(text if type(text) is SafeText else safe(text, tabs=True))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Write each text."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError("bytes do not pass the gate")
        return getattr(self.stream, name)


@contextmanager
def gated() -> Iterator[None]:
    """Put the gate before stdout and stderr."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, Gate(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def beyond(stream: TextIO) -> TextIO:
    """Return the stream behind the gate, for a library that draws with escape sequences of its own: give it safe text only."""
    return stream.stream if isinstance(stream, Gate) else stream


def json_line(value: object) -> str:
    """Return a value as ``json_text`` does, but for escapes; for ``json_lines``."""
    return _encoded(value)


def json_text(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that reads back the same everywhere and passes the gate unchanged.

    Letters of every script stay; what would steer a terminal is written as ``\\u`` escapes. NaN and infinities are errors.
    """
    if indent is None:
        return escaped_json(_encoded(value))
    from needsseg.cli.indented import indented  # which help needs not

    return escaped_json(indented(value, indent))


def json_lines(lines: Sequence[str], before: str, between: str) -> SafeText:
    """Return lines of JSON behind ``before`` and with ``between`` between them, escaped as ``json_text`` does.

    All are looked through at once; the lines themselves need no escapes yet.
    """
    text = before + between.join(lines)
    if not is_plain(text):
        text = before + between.join(map(escaped_json, lines))
    return SafeText(text)


def json_records(template: str, columns: Sequence[Sequence[object]]) -> Iterator[str]:
    """Return JSON objects: ``template`` has the keys, as ``json_text`` writes them, and a ``%s`` for the value of each column.

    They are escaped by ``json_lines``. Values are written column by column, which is many times as fast as one by one.
    """
    texts = [column if type(column) is Written else map(_text_of(column), column) for column in columns]
    return map(template.__mod__, zip(*texts, strict=True))


def json_template(keys: Sequence[str]) -> str:
    """Return the template of ``json_records`` for objects with these keys."""
    return "{" + ", ".join(f"{json_text(key).replace('%', '%%')}: %s" for key in keys) + "}"


def json_group(keys: Sequence[str]) -> str:
    """Return a template for the values of several keys that follow each other, as one column of ``json_records``.

    The first key stands in the template of the objects; the others stand in the column's texts, which rows may share.
    """
    return json_template(keys)[len(json_template(keys[:1])) - len("%s}") : -len("}")]


def _text_of(column: Sequence[object]) -> Callable[[Any], str]:
    """Return what writes every value of a column."""
    writers = {kind: _TEXT_OF.get(kind, _encoded) for kind in set(map(type, column))}
    if len(writers) == 1:
        return next(iter(writers.values()))
    return lambda value: writers[type(value)](value)


def _float_text(value: float) -> str:
    # NaN and infinities are errors, which the encoder raises.
    return float.__repr__(value) if isfinite(value) else _encoded(value)


_TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: _float_text,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
