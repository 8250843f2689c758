"""Delimited text and JSON become rows of named cells, each with the place it stands at."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.columns import Columns, columns_of

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 100_000_000
_TURNS = ("turns", "utterances", "segments", "messages", "dialogue", "conversation", "transcript", "results")
_END = "\x1f"
_TITLES = 5
# The line below the header of a table in Markdown.
_RULE = re.compile(r"^\s*(?::?-{3,}:?)?\s*$")


@dataclass(frozen=True, slots=True)
class Row:
    """One record: ``where`` names it for a person (``row 7``, ``line 3, turn 2``); cells by column name."""

    where: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as read: its rows, its columns, and what was odd about it."""

    rows: tuple[Row, ...]
    columns: Columns
    names: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def delimited(lines: Sequence[str], name: str) -> Rows:
    """Rows of a delimited file; row numbers are those a spreadsheet shows.

    The first of the five first filled rows that names the columns of speech is the header (titles may stand above), or
    else the first. The delimiter is the one of comma, semicolon, tab and bar under which most columns are known. Quoted cells may
    hold line ends. Raises TranscriptError, naming line and column, where a quotation mark never closes.
    """
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(lines)
    warnings: list[str] = []
    records = _records(lines, delimiter, name)
    filled = [(number, record) for number, record in records if any(cell.strip() for cell in record)]
    if not filled:
        return Rows((), Columns(), ())
    head = next((index for index, (_, record) in enumerate(filled[:_TITLES]) if columns_of(record).of_speech), 0)
    names = tuple(cell.strip() for cell in filled[head][1])
    columns = columns_of(names)
    rows: list[Row] = []
    for number, record in filled[head + 1 :]:
        if all(_RULE.match(cell) for cell in record):
            continue
        cells = record
        if len(record) > len(names):
            cells, warning = _too_many(record, names, columns, delimiter)
            warnings.append(f"Row {number}: {len(record)} cells below {len(names)} column names; {warning}")
        if cells:
            rows.append(Row(f"row {number}", dict(zip(names, cells, strict=False))))
    return Rows(tuple(rows), columns, names, (*_stray_quotation(lines, delimiter), *warnings))


def looks_delimited(lines: Sequence[str]) -> bool:
    """Whether the first filled line names the columns of a table of speech."""
    head = next((line for line in lines if line.strip()), "")
    return len(head) < 2_000 and any(
        mark in head and columns_of(next(csv.reader([head], delimiter=mark), [])).of_speech for mark in _DELIMITERS
    )


def json_lines(lines: Sequence[str], name: str) -> Rows:
    """Rows of a JSON-lines file, one object a line; an object may hold a list of turns.

    A line that is no JSON object is left out with a warning that names it; raises TranscriptError where none is.
    """
    rows: list[Row] = []
    warnings: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows += _rows_of(json.loads(line), f"line {number}")
        except (ValueError, RecursionError) as error:
            warnings.append(f"Line {number} is no JSON object and was left out: {error}.")
    if not rows and warnings:
        raise TranscriptError(f"{name}: {warnings[0]}", "Write one JSON object a line, or save the file as CSV.")
    return _table(rows, warnings)


def json_whole(lines: Sequence[str], name: str) -> Rows:
    """Rows of one JSON document: a list of turns, or an object that holds one; raises TranscriptError if broken."""
    try:
        document = json.loads("\n".join(lines))
        records = document if isinstance(document, list) else [document]
        rows = [row for number, record in enumerate(records, 1) for row in _rows_of(record, f"item {number}")]
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise TranscriptError(f"{name}: broken JSON at {where}: {error.msg}.", "Export the file again.") from error
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"{name}: this JSON holds no turns: {error}.", "Export the turns as CSV.") from error
    return _table(rows, [])


def looks_json(lines: Sequence[str]) -> str:
    """``jsonl``, ``json`` or "": what kind of JSON the lines are, if any."""
    filled = [line.strip() for line in lines if line.strip()]
    if not filled or filled[0][0] not in "{[":
        return ""
    if filled[0].startswith("{") and filled[0].endswith("}") and _loads(filled[0]):
        return "jsonl" if len(filled) > 1 else "json"
    opens = filled[0] in {"{", "[", "[{"} or filled[0].startswith(('{"', '[{"'))
    return "json" if opens and filled[-1][-1] in "}]" else ""


def json_of_speech(lines: Sequence[str]) -> bool:
    """Whether the first filled line is a JSON object with the columns of speech, or with a list of turns."""
    head = next((line for line in lines if line.strip()), "")
    try:
        rows = _rows_of(json.loads(head), "line 1")
    except (ValueError, RecursionError):
        return False
    return columns_of(list(rows[0].cells)).of_speech


def _loads(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _rows_of(record: Any, where: str) -> list[Row]:
    if not isinstance(record, dict):
        raise ValueError(f"{where} is {type(record).__name__}, not an object")
    nested = next((key for key in _TURNS if _is_turns(record.get(key))), "")
    if not nested:
        return [Row(where, {key: _cell(value) for key, value in record.items()})]
    above = columns_of([key for key, value in record.items() if not isinstance(value, dict | list)] + ["text"])
    named = next((name for name in (above.key, "id", "name", "title") if name in record), "")
    shared = {"interview_id": _cell(record[named])} if named else {}
    return [
        Row(f"{where}, turn {number}", {**shared, **{key: _cell(value) for key, value in turn.items()}})
        for number, turn in enumerate(record[nested], 1)
    ]


def _is_turns(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return value if isinstance(value, str) else str(value)


def _table(rows: list[Row], warnings: list[str]) -> Rows:
    names = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    return Rows(tuple(rows), columns_of(names), names, tuple(warnings))


def _delimiter(lines: Sequence[str]) -> str:
    heads = [line for line in lines[: 4 * _TITLES] if line.strip()][:_TITLES]

    def known(mark: str, head: str) -> tuple[bool, int, int]:
        columns = columns_of(next(csv.reader([head], delimiter=mark), []))
        found = sum(bool(part) for part in (columns.words, columns.speaker, columns.start, columns.key, columns.voices))
        return columns.of_speech, found, head.count(mark)

    return max(_DELIMITERS, key=lambda mark: max((known(mark, head) for head in heads), default=(False, 0, 0)))


def _records(lines: Sequence[str], delimiter: str, name: str) -> list[tuple[int, list[str]]]:
    """Records with their row numbers. The line put behind the last shows whether a quoted cell was still open there."""

    def fed() -> Iterator[str]:
        yield from (f"{line}\n" for line in lines)
        yield _END

    reader = csv.reader(fed(), delimiter=delimiter)
    records: list[list[str]] = []
    last = 1
    try:
        for record in reader:
            if record == [_END]:
                break
            records.append(record)
            if not record or not record[-1].endswith(_END):
                last = reader.line_num + 1
    except csv.Error as error:
        raise TranscriptError(f"{name}: line {reader.line_num}: {error}.", "Save the table as CSV again.") from error
    if records and records[-1] and records[-1][-1].endswith(_END):
        column = len(records[-1])
        raise TranscriptError(
            f"{name}: row {len(records)} (line {last}), column {column}: a quotation mark opens and never closes.",
            "Close it, or write quotation marks inside a cell twice, and import again.",
        )
    return list(enumerate(records, 1))


def _stray_quotation(lines: Sequence[str], delimiter: str) -> tuple[str, ...]:
    """A warning where words follow a closing quotation mark: often one above was never closed and swallowed rows."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        return (f"Line {reader.line_num}: words follow a closing quotation mark; check that none above is left open.",)
    return ()


def _too_many(record: list[str], names: Sequence[str], columns: Columns, delimiter: str) -> tuple[list[str], str]:
    """A row with more cells than columns: a comma in unquoted words, where the words stand last."""
    if not any(cell.strip() for cell in record[len(names) :]):
        return record[: len(names)], "the empty ones were left out."
    if columns.words == names[-1]:
        return [*record[: len(names) - 1], delimiter.join(record[len(names) - 1 :])], "the last were read as words."
    return [], "the row was left out."
