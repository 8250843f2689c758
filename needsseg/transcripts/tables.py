"""Tables of speech: one row a turn, or one row an interview whose text is itself a transcript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.errors import TranscriptError
from needsseg.records import Role
from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.columns import Columns
from needsseg.transcripts.contents import Contents
from needsseg.transcripts.cues import overlap_warning
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import TEXT_FORMATS
from needsseg.transcripts.moments import in_milliseconds, unit_of
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.rows import Row, Rows, delimited, json_lines, json_whole
from needsseg.transcripts.spoken import Reading, Spoken, flowing, merged, one_line

_READERS: Mapping[str, Callable[[Sequence[str], str], Rows]] = {
    "csv": delimited,
    "jsonl": json_lines,
    "json": json_whole,
}
_NAME_THEM = "Name the columns in the first row, for example: transcript_id,speaker,start,text."


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview of a table: its id ("" where the table has none), what was said, its first row, roles it names."""

    key: str
    reading: Reading
    where: str
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The interviews of one table in the order they begin, and warnings about its rows."""

    interviews: tuple[Interview, ...]
    warnings: tuple[str, ...] = ()


def read_table(lines: Sequence[str], kind: str, name: str, choices: ReadingChoices = NO_CHOICES) -> Table:
    """The interviews in a table; ``kind`` is one of TABLE_FORMATS, ``name`` the file for messages.

    Rows without words or without an id are left out and named in the warnings. Raises TranscriptError where no column
    holds words or no row holds any.
    """
    found = _READERS[kind](lines, name)
    columns = found.columns
    if not columns.words and not columns.voices:
        known = ", ".join(found.names[:12]) or "none"
        raise TranscriptError(f"{name}: no column holds what was said (columns: {known}).", _NAME_THEM)
    rows, warnings = _with_words(found.rows, columns)
    if not rows:
        column = columns.words or ", ".join(column for column, _ in columns.voices)
        first = f" {warnings[0]}" if warnings else ""
        raise TranscriptError(f"{name}: no row holds words in column “{column}”.{first}", "Check the table.")
    columns = _settled(rows, columns)
    rows, nameless = _with_id(rows, columns)
    warnings += nameless
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(one_line(row.cells.get(columns.key, "")) if columns.key else "", []).append(row)
    speech = [_interview(key, group, columns, len(groups)) for key, group in groups.items()]
    warnings += [warning for _, doubts in speech for warning in doubts]
    return Table(tuple(interview for interview, _ in speech), (*found.warnings, *warnings))


def _with_words(rows: Sequence[Row], columns: Columns) -> tuple[list[Row], list[str]]:
    wanted = [columns.words] if columns.words else [column for column, _ in columns.voices]
    heard: list[Row] = []
    silent: list[Row] = []
    for row in rows:
        (heard if any(one_line(row.cells.get(column, "")) for column in wanted) else silent).append(row)
    return heard, _left_out(silent, f"no words in column “{wanted[0]}”")


def _with_id(rows: list[Row], columns: Columns) -> tuple[list[Row], list[str]]:
    named = [row for row in rows if one_line(row.cells.get(columns.key, ""))]
    if not columns.key or not named:
        return rows, []
    nameless = [row for row in rows if not one_line(row.cells.get(columns.key, ""))]
    return named, _left_out(nameless, f"nothing in column “{columns.key}”, so their interview is unknown")


def _left_out(rows: Sequence[Row], why: str) -> list[str]:
    if not rows:
        return []
    named = ", ".join(row.where for row in rows[:5]) + (", …" if len(rows) > 5 else "")
    return [f"{format_count(len(rows), 'row was', 'rows were')} left out ({named}): {why}."]


def _settled(rows: Sequence[Row], columns: Columns) -> Columns:
    """The columns once the rows are seen: what was guessed from a name alone may turn out otherwise.

    An ``id`` that differs in every row numbers turns where no text holds a talk; a participant in every row of a table
    without an id names interviews where the texts are whole talks.
    """
    if columns.voices:
        return columns
    texts = [row.cells.get(columns.words, "") for row in rows]
    if columns.key:
        keys = [row.cells.get(columns.key, "") for row in rows]
        vague = columns.key.strip().casefold() == "id"
        numbered = vague and len(set(keys)) == len(keys) > 1 and not _mostly_talks(texts)
        return replace(columns, key="") if numbered else columns
    if columns.speaker and not columns.start and _mostly_talks(texts):
        return replace(columns, key=columns.speaker, speaker="")
    return columns


def _mostly_talks(texts: Sequence[str]) -> bool:
    sample = texts[:40]
    return sum(_is_talk(text) for text in sample) * 2 > len(sample)


def _is_talk(text: str) -> bool:
    """Whether one cell holds a conversation by itself: several lines with at least two speakers."""
    return "\n" in text.strip() and len({piece.speaker for piece in _nested(text).spoken if piece.speaker}) > 1


def _nested(text: str) -> Reading:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kind = format_of(Contents(tuple(lines)), "")
    return TEXT_FORMATS[kind if kind in TEXT_FORMATS else "text"](lines, NO_CHOICES)


def _interview(key: str, rows: Sequence[Row], columns: Columns, of: int) -> tuple[Interview, list[str]]:
    about, where = f"{key}: " if of > 1 else "", rows[0].where
    if columns.voices:
        spoken = [
            Spoken(speaker, words)
            for row in rows
            for column, speaker in columns.voices
            if one_line(words := row.cells.get(column, ""))
        ]
        return Interview(key, Reading(merged(spoken, by_paragraph=True)), where), []
    if not columns.speaker or (len(rows) == 1 and _is_talk(rows[0].cells.get(columns.words, ""))):
        text = "\n\n".join(row.cells.get(columns.words, "") for row in rows)
        if not columns.start or _is_talk(text):
            return Interview(key, _nested(text), where), []
    spoken, doubts = _turns(rows, columns)
    named = any(piece.speaker for piece in spoken)
    timed = any(piece.end_ms is not None for piece in spoken)
    turns = merged(spoken, by_paragraph=not timed) if named else flowing(spoken) if timed else tuple(spoken)
    return (
        Interview(key, Reading(turns, overlap_warning(turns) if named else ()), where, _roles(rows, columns, spoken)),
        [f"{about}{doubt}" for doubt in doubts],
    )


def _turns(rows: Sequence[Row], columns: Columns) -> tuple[list[Spoken], list[str]]:
    words = [row.cells.get(columns.words, "") for row in rows]
    count = sum(len(text.split()) for text in words)
    cells = {
        column: [row.cells.get(column, "") if column else "" for row in rows] for column in (columns.start, columns.end)
    }
    unit = unit_of([cell for column in cells.values() for cell in column], count)
    starts = in_milliseconds(cells[columns.start], columns.start, unit)
    ends = in_milliseconds(cells[columns.end], columns.end, unit)
    doubts: list[str] = []
    for column, (_, bad) in ((columns.start, starts), (columns.end, ends)):
        if bad:
            shown = one_line(rows[bad[0]].cells.get(column, ""))[:40]
            cells_are = format_count(len(bad), "cell is", "cells are")
            doubts.append(f"{cells_are} no time in column “{column}”, first {rows[bad[0]].where}: {shown}")
    labels = _labels([row.cells.get(columns.speaker, "") for row in rows])
    spoken = [
        Spoken(label, text, start, max(start, end) if start is not None and end is not None else end)
        for label, text, start, end in zip(labels, words, starts[0], ends[0], strict=True)
    ]
    if all(piece.start_ms is not None for piece in spoken):
        spoken.sort(key=lambda piece: piece.start_ms or 0)
    return spoken, doubts


def _labels(cells: Sequence[str]) -> list[str]:
    """Speaker labels; where all are numbers or single letters (``0``, ``B``), as transcription services write them,
    ``Speaker`` goes before, except for Q and A."""
    labels = [one_line(cell).rstrip(":：").strip() for cell in cells]
    named = {label for label in labels if label}
    bare = all(label.isdecimal() or (len(label) == 1 and label.isupper() and label.isascii()) for label in named)
    if not bare or named & {"Q", "I", "P", "R", "M"}:
        return labels
    return [f"Speaker {label}" if label else "" for label in labels]


def _roles(rows: Sequence[Row], columns: Columns, spoken: Sequence[Spoken]) -> dict[str, Role]:
    """Roles where a column beside the speaker's names them and it does not contradict itself."""
    if not columns.role:
        return {}
    labels = _labels([row.cells.get(columns.speaker, "") for row in rows])
    told = Counter(
        (label, role)
        for label, row in zip(labels, rows, strict=True)
        if (role := role_from_label(one_line(row.cells.get(columns.role, "")))) is not None
    )
    roles: dict[str, Role] = {}
    for (label, role), _ in told.most_common():
        roles.setdefault(label, role)
    present = {piece.speaker for piece in spoken}
    return {label: role for label, role in roles.items() if label in present}
