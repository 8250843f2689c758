"""Convert delimited text and sheets to rows of named cells, each with its location."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from needsseg.errors import TranscriptError
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.moments import is_time, parts_of_range
from needsseg.transcripts.tables.column_contents import columns_by_content
from needsseg.transcripts.tables.columns import Columns, columns_of, plain_name
from needsseg.transcripts.tables.wide import grid_of

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 100_000_000
_END = "\x1f"
HEADER = "header"
"""The kind of the row of column names: labels for known columns, headings for others."""
_TITLES = 10
_WIDEST = 2_000
_FEW_OPEN = 3
# The line below the header of a table in Markdown.
_RULE = re.compile(r"^\s*(?::?-{3,}:?)?\s*$")
_MARKDOWN_RULE = re.compile(r"^\s*\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)+\|?\s*$")
_MOST_ROWS = 0.6
_TIMED_CELLS = 4
_UNDER_HEADER = re.compile(
    r"^\s*(?:\{\s*\"ImportId\".*|open-ended response|response|other \(please specify\))?\s*$", re.IGNORECASE
)

Records = Sequence[tuple[int, list[str]]]
"""Rows of a table with their numbers, as a spreadsheet shows them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: ``where`` is its location for messages (``row 7``, ``line 3, turn 2``); cells by column name; its number."""

    where: str
    cells: Mapping[str, str]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as read: its rows, its columns, and warnings.

    ``extra`` is text outside the rows, as (number of its piece, text, kind of words); ``unit`` is the name of a piece.
    Where ``only_words``, the rows' other cells are among the extra text. ``keys_message`` describes the source's keys for
    an error message.
    """

    rows: tuple[Row, ...]
    columns: Columns
    names: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    extra: tuple[tuple[int, str, str], ...] = ()
    unit: str = "row"
    only_words: bool = False
    title: str = ""
    keys_message: str = ""


def delimited(lines: Sequence[str], name: str, choices: ReadingChoices = NO_CHOICES) -> Rows:
    """Return the rows of a delimited file; row numbers are those a spreadsheet shows.

    The delimiter is the one of comma, semicolon, tab and bar that gives most known columns. Quoted cells may contain line
    ends. Raises TranscriptError, with line and column, where a quotation mark is never closed, or where most rows have an
    unclosed one.
    """
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(lines)
    records = _records(lines, delimiter, name)
    stray = _stray_quotation(lines, delimiter, name)
    return rows_of(records, delimiter, name, choices, stray)


def rows_of(records: Records, delimiter: str, name: str, choices: ReadingChoices, warnings: Sequence[str] = ()) -> Rows:
    """Return rows of named cells from records; the header is recognised by its names, or the widest of the first ten.

    Titles above the header and the second header line of survey tools are headings. Raises TranscriptError where the
    table has more than 2,000 columns.
    """
    filled_records = [(number, record) for number, record in records if any(cell.strip() for cell in record)]
    if not filled_records:
        return Rows((), Columns(), (), tuple(warnings))
    if max(len(record) for _, record in filled_records[:1_000]) > _WIDEST:
        raise TranscriptError(
            f"{name}: this table has more than {_WIDEST:,} columns.", "Leave out those without speech."
        )
    head, names = _header(filled_records)
    extra = [(number, _line(record), "heading") for number, record in filled_records[: max(head, 0)]]
    if head >= 0:
        extra.append((filled_records[head][0], _line(filled_records[head][1]), HEADER))
    first, names, under = _under_header(filled_records, head, names)
    extra += under
    cells_by_name = [dict(zip(names, record, strict=False)) for _, record in filled_records[first:]]
    grid = None if any(choices.columns.values()) else grid_of(names, cells_by_name)
    columns = grid.columns if grid else columns_by_content(names, cells_by_name)
    columns = chosen_columns(columns, names, choices, name)
    doubts = list(warnings)
    rows: list[Row] = []
    for number, record in filled_records[first:]:
        if all(_RULE.match(cell) for cell in record):
            extra.append((number, _line(record), "markup"))
            continue
        cells = record
        if len(record) > len(names):
            cells, warning = _too_many(record, names, columns, delimiter)
            doubts.append(f"Row {number}: {len(record)} cells below {len(names)} column names; {warning}")
        if cells and grid:
            named = dict(zip(names, cells, strict=False))
            rows += [Row(f"row {number}", cells_unfolded, number) for cells_unfolded in grid.unfold(named)]
        elif cells:
            rows.append(Row(f"row {number}", dict(zip(names, cells, strict=False)), number))
        else:
            extra.append((number, _line(record), ""))
    return Rows(tuple(rows), columns, names, tuple(doubts), tuple(extra))


def chosen_columns(columns: Columns, names: Sequence[str], choices: ReadingChoices, name: str) -> Columns:
    """Return the columns with a person's choices applied; raises TranscriptError for a missing column."""
    if not any(choices.columns.values()):
        return columns
    exact = {plain_name(column_name): column_name for column_name in names} | {
        column_name: column_name for column_name in names
    }
    parts: dict[str, str] = {}
    for part, column in choices.columns.items():
        column_name = exact.get(column, exact.get(plain_name(column), "")) if column else ""
        if column and not column_name:
            column_list = ", ".join(names[:12])
            raise TranscriptError(
                f"{name}: there is no column “{column}” (columns: {column_list}).", "Choose one of these."
            )
        parts["key" if part == "interview" else part] = column_name
    words = parts.get("words", columns.words)
    if not words:
        return columns
    used_columns = {words, *parts.values()}

    def chosen_or_guessed(part: str, guessed: str) -> str:
        return parts.get(part, "" if guessed in used_columns else guessed)

    return Columns(
        words,
        chosen_or_guessed("speaker", columns.speaker),
        chosen_or_guessed("role", columns.role),
        chosen_or_guessed("start", columns.start),
        chosen_or_guessed("end", columns.end),
        chosen_or_guessed("key", columns.key),
    )


def looks_delimited(lines: Sequence[str]) -> bool:
    """Return whether the first non-blank line is the header of a table of speech, or the lines are a table without one.

    A Markdown table may follow a title: it is recognised by the rule under its header.
    """
    if _is_markdown_table(lines) or _is_timed_table(lines):
        return True
    head = next((line for line in lines if line.strip()), "")
    return len(head) < 2_000 and any(
        mark in head and columns_of(next(csv.reader([head], delimiter=mark), [])).of_speech for mark in _DELIMITERS
    )


def _is_markdown_table(lines: Sequence[str]) -> bool:
    non_blank = [line for line in lines if line.strip()]
    rule = next(
        (line_index for line_index, line in enumerate(non_blank[1 : _TITLES + 1], 1) if _MARKDOWN_RULE.match(line)), 0
    )
    if not rule or sum(line.count("|") > 0 for line in non_blank[rule:]) < _MOST_ROWS * len(non_blank[rule:]):
        return False
    names = [cell.strip(" *_") for cell in non_blank[rule - 1].strip().strip("|").split("|")]
    return columns_of(names).of_speech


def _is_timed_table(lines: Sequence[str]) -> bool:
    """Return whether the lines have four or more cells separated by tabs, several of them times: a table of annotations."""
    non_blank = [line for line in lines if line.strip()][:50]
    records = [line.split("\t") for line in non_blank]
    if len(records) < _FEW_OPEN or len({len(record) for record in records}) != 1 or len(records[0]) < _TIMED_CELLS:
        return False
    return all(sum(is_time(cell) for cell in record) >= 2 for record in records)


def _header(filled_records: Records) -> tuple[int, tuple[str, ...]]:
    """Return the index of the header among the filled rows and its names; -1 where the first row has times."""
    head = next(
        (index for index, (_, record) in enumerate(filled_records[:_TITLES]) if columns_of(record).of_speech), None
    )
    if head is None:
        widths = [sum(bool(cell.strip()) for cell in record) for _, record in filled_records[:_TITLES]]
        head = widths.index(max(widths))
        first = filled_records[head][1]
        if any(is_time(cell) or parts_of_range(cell) for cell in first if cell.strip()) and len(filled_records) > 1:
            width = max(len(record) for _, record in filled_records[:1_000])
            return -1, tuple(f"column {number}" for number in range(1, width + 1))
    return head, _unique([cell.strip() for cell in filled_records[head][1]])


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return unique column names: empty names and repeated ones are numbered."""
    name_counts: Counter[str] = Counter()
    unique: list[str] = []
    for number, name in enumerate(names, 1):
        base_name = name or f"column {number}"
        name_counts[base_name] += 1
        unique.append(base_name if name_counts[base_name] == 1 else f"{base_name} ({name_counts[base_name]})")
    return tuple(unique)


def _under_header(
    filled_records: Records, head: int, names: tuple[str, ...]
) -> tuple[int, tuple[str, ...], list[tuple[int, str, str]]]:
    """Return the index of the first row below the header, the names, and the text between the two.

    Survey tools write a second and third line: the questions' wording, a line of ids, or the kinds of the answers.
    """
    first = head + 1
    for index in range(first, min(first + 2, len(filled_records))):
        record = filled_records[index][1]
        if head >= 0 and any(cell.strip() for cell in record) and all(_UNDER_HEADER.match(cell) for cell in record):
            records_between = filled_records[first : index + 1]
            if index > first:
                worded = [
                    question.strip() or name for question, name in zip(filled_records[first][1], names, strict=False)
                ]
                names = _unique([*worded, *names[len(worded) :]])
            return index + 1, names, [(number, _line(cells), "heading") for number, cells in records_between]
    return first, names, []


def _line(record: Sequence[str]) -> str:
    return " ".join(cell.strip() for cell in record if cell.strip())


def _delimiter(lines: Sequence[str]) -> str:
    heads = [line for line in lines[: 4 * _TITLES] if line.strip()][:_TITLES]

    def score_of_head(mark: str, head: str) -> tuple[bool, int, int]:
        columns = columns_of(next(csv.reader([head], delimiter=mark), []))
        column_count = sum(
            bool(part) for part in (columns.words, columns.speaker, columns.start, columns.key, columns.voices)
        )
        return columns.of_speech, column_count, 0

    def score(mark: str) -> tuple[tuple[bool, int, int], float, int]:
        best = max((score_of_head(mark, head) for head in heads), default=(False, 0, 0))
        widths = Counter(len(record) for record in csv.reader(heads, delimiter=mark) if len(record) > 1)
        return best, max(widths.values(), default=0), sum(head.count(mark) for head in heads)

    return max(_DELIMITERS, key=score)


def _records(lines: Sequence[str], delimiter: str, name: str) -> list[tuple[int, list[str]]]:
    """Return records with their row numbers; an extra last line shows whether a quoted cell was never closed."""

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
            f"{name}: row {len(records)} (line {last}), column {column}: a quotation mark is never closed.",
            "Close it, or write quotation marks inside a cell twice, and import again.",
        )
    return list(enumerate(records, 1))


def _stray_quotation(lines: Sequence[str], delimiter: str, name: str) -> tuple[str, ...]:
    """Return a warning where words follow a closing quotation mark, as often after an unclosed one above.

    Raises TranscriptError where, in addition, most lines have an odd number of quotation marks.
    """
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        unbalanced_lines = [number for number, line in enumerate(lines, 1) if line.count('"') % 2]
        if len(unbalanced_lines) >= _FEW_OPEN and len(unbalanced_lines) * 2 > sum(bool(line.strip()) for line in lines):
            raise TranscriptError(
                f"{name}: {len(unbalanced_lines):,} lines open a quotation mark and do not close it, "
                f"the first is line {unbalanced_lines[0]}.",
                "Save the table as CSV again, so that quotation marks inside a cell are doubled.",
            ) from None
        return (f"Line {reader.line_num}: words follow a closing quotation mark; check that none above is left open.",)
    return ()


def _too_many(record: list[str], names: Sequence[str], columns: Columns, delimiter: str) -> tuple[list[str], str]:
    """Return the cells of a row with more cells than columns, with a message: unquoted words may contain commas."""
    if not any(cell.strip() for cell in record[len(names) :]):
        return record[: len(names)], "the empty ones were left out."
    if columns.words == names[-1]:
        return [*record[: len(names) - 1], delimiter.join(record[len(names) - 1 :])], "the last were read as words."
    return [], "the row was left out."
