"""CSV text: its records, whatever its quotes, and where its header is below a title, a ``sep=`` line or empty lines."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from needsseg.accounts.ingest.cells import YEAR_FIRST, YEAR_LAST
from needsseg.accounts.ingest.mapping import is_usual_name
from needsseg.errors import Advice, NoHeaderError, Option
from needsseg.text import format_count, plural

LONGEST_CELL = 500  # lines of one quoted cell in a malformed file
# Prefix of the text of a line with an unclosed quote.
UNCLOSED = "\x01unclosed\x01"
DELIMITERS = (",", ";", "\t", "|")
MOST_ABOVE = 30  # rows above a header
_SEPARATOR = re.compile(r'\s*"?sep=(.|\\t)"?\s*', re.IGNORECASE)
_VALUE = re.compile(
    rf"(?:{YEAR_FIRST})|(?:{YEAR_LAST})|[-+]?[$€£]?\s*\d[\d,.]*%?|[^@\s]+@[^@\s]+\.[^@\s]+"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A CSV's columns, the number of the first row of data, and what a person should know of the rows above it."""

    delimiter: str
    names: tuple[str, ...]
    first_row: int
    has_header: bool = True
    notes: tuple[str, ...] = ()


def find_header(lines: Sequence[str], name: str, has_header: bool | None = None) -> Header:
    """Return where the header is in a CSV's first ``lines``; ``has_header`` is what a person said of it.

    Rows above the header are a line ``sep=;``, empty lines, and a title: rows with at most half as many filled cells as
    the header, where a row further down looks like one. NoHeaderError where the first row looks like data.
    """
    given = _SEPARATOR.fullmatch(lines[0].lstrip("\ufeff").rstrip("\r\n")) if lines else None
    first_line = next((line for line in lines[1 if given else 0 :] if line.strip()), "")
    delimiter = given[1].replace("\\t", "\t") if given else max(DELIMITERS, key=first_line.count)
    place, rows = _place(lines, delimiter, 1 if given else 0, has_header)
    if place is None and not given:
        for other in DELIMITERS:
            other_place, other_rows = _place(lines, other, 0, has_header)
            if other_place is not None and (place is None or len(other_rows[other_place]) > len(rows[place])):
                place, rows, delimiter = other_place, other_rows, other
    if place is None:
        rows = _rows(lines, delimiter)
        place = _first_filled(rows, 1 if given else 0)
    cells = [cell.strip() for cell in rows[place]] if rows else [""]
    below = [row for row in rows[place + 1 :] if any(cell.strip() for cell in row)]
    if has_header is None and _looks_like_data(cells, below):
        raise _no_header(name, place + 1, cells)
    if has_header is False:
        width = max(len(row) for row in rows[place:])
        names = tuple(f"column {number}" for number in range(1, width + 1))
        return Header(delimiter, names, place + 1, False, tuple(_above(name, rows, place, bool(given), "data")))
    return Header(delimiter, tuple(cells), place + 2, True, tuple(_above(name, rows, place, bool(given), "header")))


def _no_header(name: str, row: int, cells: Sequence[str]) -> NoHeaderError:
    shown = ", ".join(cell[:40] for cell in cells[:6]) + (" …" if len(cells) > 6 else "")
    return NoHeaderError(
        f"{name}: row {row} looks like data, not like names of columns: {shown}.",
        Advice(
            "Say whether it is a header",
            Option.HEADER,
            ". Without one, columns are called column 1, column 2 and so on; say which is which field",
            Option.MAP.of(field="account_id"),
            ".",
        ),
    )


def _place(
    lines: Sequence[str], delimiter: str, start: int, has_header: bool | None
) -> tuple[int | None, list[list[str]]]:
    """Return the index of the header among the rows, None where no row fits, and the rows."""
    rows = _rows(lines, delimiter)
    first = _first_filled(rows, start)
    if not rows or has_header is False:
        return (first if rows else None), rows
    widths = [_filled(row) for row in rows[first + 1 :] if any(row)]
    if not widths:
        return first, rows
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    named_fields = _named_fields(rows[first])
    if 2 * _filled(rows[first]) > usual:
        return (first if usual >= 2 or len(rows[first]) == 1 or named_fields else None), rows
    candidates = [
        place
        for place in range(first + 1, min(len(rows), first + 1 + MOST_ABOVE))
        if 2 * _filled(rows[place]) > usual and _could_be_header(rows[place])
    ]
    named = [place for place in candidates if _named_fields(rows[place]) > named_fields]
    # A first row that names a field may be the header of a column of texts with commas, or of rows that are too long.
    return next(iter(named or ([first] if named_fields else candidates)), None), rows


def _named_fields(row: Sequence[str]) -> int:
    return sum(map(is_usual_name, row))


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    return list(islice(records(lines, delimiter), len(lines)))


def _first_filled(rows: Sequence[Sequence[str]], start: int) -> int:
    return next((place for place in range(start, len(rows)) if any(cell.strip() for cell in rows[place])), 0)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _could_be_header(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(set(cells)) == len(cells) and not any(_VALUE.fullmatch(cell) for cell in cells)


def _looks_like_data(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether a row of at least two cells names no usual column, and has a value where a row below has one too."""
    if len(cells) < 2 or any(map(is_usual_name, cells)):
        return False
    values = [place for place, cell in enumerate(cells) if _VALUE.fullmatch(cell)]
    if not below:
        return bool(values)
    return any(place < len(row) and _VALUE.fullmatch(row[place].strip()) for place in values for row in below[:20])


def _above(name: str, rows: Sequence[Sequence[str]], place: int, has_separator: bool, what: str) -> Iterator[str]:
    titles = [(number, row) for number, row in enumerate(rows[:place], 1) if any(cell.strip() for cell in row)]
    if has_separator and titles:
        titles = titles[1:]
    if titles:
        number, row = titles[0]
        shown = " ".join(cell.strip() for cell in row if cell.strip())[:60]
        above = format_count(len(titles), "row")
        is_are = plural(len(titles), "is", "are")
        yield f"{name}: the {what} is in row {place + 1}; {above} above it, such as row {number} '{shown}', {is_are} not read."


def records(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV text; a line with an unclosed quote is a row of one marked cell, and no later row is lost.

    A quoted cell may span several lines if its closing quote is followed by the delimiter or the line's end.
    """
    stream = iter(lines)
    waiting: deque[str] = deque()
    while True:
        line = waiting.popleft() if waiting else next(stream, None)
        if line is None:
            return
        cells = _parsed(line, delimiter)
        if cells is not None:
            yield cells
            continue
        open_lines: list[str] = []
        while cells is None and len(open_lines) < LONGEST_CELL:
            more = waiting.popleft() if waiting else next(stream, None)
            if more is None:
                break
            open_lines.append(more)
            if '"' in more:
                cells = _parsed(line + "".join(open_lines), delimiter, strict=True)
        if cells is None:
            waiting.extendleft(reversed(open_lines))
            cells = [UNCLOSED + line.rstrip("\r\n")[:200]]
        yield cells


def _parsed(row_text: str, delimiter: str, strict: bool = False) -> list[str] | None:
    """One row of CSV, or None where its last quote is open; ``strict`` also rejects text after a closing quote."""
    try:
        rows = list(csv.reader(io.StringIO(row_text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if strict or "end of data" in str(error):
            return None
        rows = list(csv.reader(io.StringIO(row_text, newline=""), delimiter=delimiter))
    return rows[0] if len(rows) == 1 else ([] if not rows else None)
