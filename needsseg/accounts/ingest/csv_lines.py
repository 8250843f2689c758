"""Whether every line of a CSV file is a row of its own, looked at in blocks of bytes: files have millions of lines."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


def each_line_is_a_row(blocks: Iterable[bytes]) -> bool:
    """Return whether no line below the first is blank or has an odd number of quotes, for a UTF-8 file in ``blocks``.

    Of other lines DuckDB would lose count, or silently skip the rest of the file after an unclosed quote. Lines end in LF, CRLF
    or CR.
    """
    rest, is_first = b"", True
    for block in blocks:
        buffer = rest + block
        # A CR at the very end may be the first half of a CRLF.
        cut = max(buffer.rfind(b"\n"), buffer.rfind(b"\r", 0, len(buffer) - 1)) + 1
        lines, rest = buffer[:cut], buffer[cut:]
        if is_first and lines:
            lines, is_first = _without_first(lines), False
        if lines and not _are_rows(lines):
            return False
    return is_first or not rest or _are_rows(rest)


def _without_first(lines: bytes) -> bytes:
    ends = [end for end in (lines.find(b"\n"), lines.find(b"\r")) if end >= 0]
    end = min(ends)
    return lines[end + (2 if lines[end : end + 2] == b"\r\n" else 1) :]


def _are_rows(lines: bytes) -> bool:
    import numpy as np

    if lines.count(b"\r") != lines.count(b"\r\n"):
        return _each_is_row(lines)
    characters = np.frombuffer(lines, dtype=np.uint8)
    ends = np.flatnonzero(characters == _NEWLINE)
    first_characters = characters[np.concatenate(([0], ends[: -1 if characters[-1] == _NEWLINE else None] + 1))]
    if np.isin(first_characters, (_NEWLINE, _RETURN)).any():
        return False
    # A line that begins with another blank, or with a character that may be one, can be blank as a whole.
    if ((first_characters <= ord(" ")) | (first_characters >= 0x80)).any():
        return _each_is_row(lines)
    return b'"' not in lines or _quotes_are_even(characters, ends)


def _quotes_are_even(characters: np.ndarray, ends: np.ndarray) -> bool:
    import numpy as np

    quotes = np.flatnonzero(characters == _QUOTE)
    before = np.searchsorted(quotes, ends)
    return len(quotes) % 2 == 0 and not (before % 2).any()


def _each_is_row(lines: bytes) -> bool:
    text = io.StringIO(lines.decode("utf-8", errors="replace"), newline="")
    return all(line.strip() and line.count('"') % 2 == 0 for line in text)
