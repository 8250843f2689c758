"""The gate before stdout and stderr: no text from a study, a file or an argument steers a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from json.encoder import encode_basestring
from typing import Any, TextIO, cast

from needsseg.text import escaped_json, safe

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _one_line_encoder() -> Callable[[object], str]:
    """Return what ``_ENCODER.encode`` is, made once: ``json.dumps`` makes a new encoder for every line, and so does that.

    Nothing that is printed holds itself, so that nothing need be remembered for each list and object.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODER.encode
    parts = make(None, _ENCODER.default, encode_basestring, None, ": ", ", ", False, False, False)
    return lambda value: "".join(parts(value, 0))


_encoded = _one_line_encoder()


class Gate:
    """A stream that writes only what ``safe`` leaves of a text, tabs and line ends kept; all else is the stream's own.

    It has no ``buffer``, past which bytes could go.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text; return its length, as streams do."""
        self.stream.write(safe(text, tabs=True))
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


def json_text(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that reads back the same everywhere and passes the gate unchanged.

    Letters of every script stay; what would steer a terminal is written as ``\\u`` escapes. NaN and infinities are errors.
    """
    if indent is None:
        return escaped_json(_encoded(value))
    return escaped_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))


def json_record(template: str, values: Iterable[object]) -> str:
    """Return a JSON object: ``template`` has its keys, as ``json_text`` writes them, and a ``%s`` for each of the values."""
    return escaped_json(template % tuple([_TEXT_OF.get(type(value), _encoded)(value) for value in values]))


_TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
