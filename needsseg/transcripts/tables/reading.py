"""Tables of speech: one row a turn, one row an answer, or one row an interview whose text is itself a transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.errors import TranscriptError
from needsseg.records import Role
from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.contents import Contents
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import TEXT_FORMATS
from needsseg.transcripts.json.otranscribe import read_otranscribe
from needsseg.transcripts.json.rows import json_lines, json_whole
from needsseg.transcripts.lines.interjections import inline_labels
from needsseg.transcripts.spoken import Reading, one_line
from needsseg.transcripts.tables.columns import Columns
from needsseg.transcripts.tables.rows import Row, Rows, delimited, rows_of
from needsseg.transcripts.tables.turns import answers_reading, attributes_of, turns_reading, voices_reading
from needsseg.transcripts.tables.word_account import Piece, extra_pieces, row_pieces, with_pieces
from needsseg.transcripts.tables.workbook import Sheet

_READERS: Mapping[str, Callable[[Sequence[str], str, ReadingChoices], Rows]] = {
    "csv": delimited,
    "jsonl": json_lines,
    "json": json_whole,
}
_FEWEST_ACCOUNTS = 3
_ACCOUNT_WORDS = 25
_CLOCK = re.compile(r"^\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?$")
_LABELLED = re.compile(r"^\s*[^\W\d_][^:\n]{0,60}:\s+\S")
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
    holds words or no row holds any; for JSON it says which keys stand at which depth.
    """
    if kind == "json" and (reading := read_otranscribe(lines, choices)) is not None:
        return Table((Interview("", reading, "line 1"),))
    return _table_of(_READERS[kind](lines, name, choices), name, choices)


def read_workbook(sheets: Sequence[Sheet], name: str, choices: ReadingChoices = NO_CHOICES) -> Table:
    """The interviews in all sheets of a workbook that hold speech; the other sheets are named in the warnings.

    Where several sheets hold speech, the sheet's name tells its interviews apart. Raises TranscriptError where none does.
    """
    tables: list[tuple[Sheet, Table]] = []
    warnings: list[str] = []
    refusals: list[TranscriptError] = []
    silent_pieces: list[Piece] = []
    for sheet in sheets:
        try:
            rows = rows_of(sheet.records, "\t", f"{name}: sheet “{sheet.name}”", choices)
            tables.append((sheet, _table_of(rows, f"{name}: sheet “{sheet.name}”", choices)))
        except TranscriptError as error:
            refusals.append(error)
            warnings.append(f"Sheet “{sheet.name}” holds no speech and was left out.")
            silent_pieces += [
                Piece(number, " ".join(cells), (("metadata", " ".join(cells)),)) for number, cells in sheet.records
            ]
    if not tables:
        raise refusals[0] if refusals else TranscriptError(f"{name}: this workbook is empty.", "Check the file.")
    several = len(tables) > 1
    interviews = [
        replace(
            interview,
            key=f"{sheet.name} {interview.key}".strip() if several else interview.key,
            where=f"sheet “{sheet.name}”, {interview.where}",
        )
        for sheet, table in tables
        for interview in table.interviews
    ]
    warnings += [
        f"Sheet “{sheet.name}”: {warning}" if several else warning
        for sheet, table in tables
        for warning in table.warnings
    ]
    if interviews[0].reading.source:
        interviews[0] = replace(interviews[0], reading=with_pieces(interviews[0].reading, silent_pieces))
    return Table(tuple(interviews), tuple(warnings))


def _table_of(table: Rows, name: str, choices: ReadingChoices) -> Table:
    columns = table.columns
    if not columns.spoken:
        raise _no_words(table, name)
    rows, silent_rows, warnings = _with_words(table.rows, columns)
    if not rows:
        first = f" {warnings[0]}" if warnings else ""
        column = ", ".join(columns.spoken)
        raise TranscriptError(f"{name}: no row holds words in column “{column}”.{first}", "Check the table.")
    columns = columns if choices.columns else _settled(rows, columns)
    rows, nameless, doubts = _with_id(rows, columns)
    warnings += doubts
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_key_of(row, columns), []).append(row)
    extra = extra_pieces(table, columns, silent_rows, nameless)
    interviews: list[Interview] = []
    for key, group in groups.items():
        interview, doubts = _interview(key, group, table, columns, choices)
        about = f"{key}: " if len(groups) > 1 else ""
        warnings += [f"{about}{doubt}" for doubt in doubts]
        if not interviews and interview.reading.source:
            interview = replace(interview, reading=with_pieces(interview.reading, extra))
        title = interview.reading.title or (table.title if len(groups) == 1 else "")
        interviews.append(replace(interview, reading=replace(interview.reading, title=title)))
    return Table(tuple(interviews), (*table.warnings, *warnings))


def _key_of(row: Row, columns: Columns) -> str:
    if columns.answers and not columns.key:
        return row.where
    return one_line(row.cells.get(columns.key, "")) if columns.key else ""


def _no_words(table: Rows, name: str) -> TranscriptError:
    if table.told:
        return TranscriptError(
            f"{name}: this JSON holds no turns that can be told: no column holds what was said ({table.told}).",
            "Export the turns as CSV, or name the key that holds the words (column words).",
        )
    known = ", ".join(table.names[:12]) or "none"
    return TranscriptError(f"{name}: no column holds what was said (columns: {known}).", _NAME_THEM)


def _with_words(rows: Sequence[Row], columns: Columns) -> tuple[list[Row], list[Row], list[str]]:
    rows_with_words: list[Row] = []
    silent_rows: list[Row] = []
    for row in rows:
        (
            rows_with_words if any(one_line(row.cells.get(column, "")) for column in columns.spoken) else silent_rows
        ).append(row)
    return rows_with_words, silent_rows, _left_out(silent_rows, f"no words in column “{columns.spoken[0]}”")


def _with_id(rows: list[Row], columns: Columns) -> tuple[list[Row], list[Row], list[str]]:
    """Rows whose interview is known, the others, and what to say of them.

    Where each id stands once, with rows below it that have none, it is written only where an interview begins.
    """
    rows_with_id = [row for row in rows if one_line(row.cells.get(columns.key, ""))]
    if not columns.key or not rows_with_id or len(rows_with_id) == len(rows):
        return rows, [], []
    keys = [one_line(row.cells[columns.key]) for row in rows_with_id]
    if rows[0] is rows_with_id[0] and len(set(keys)) == len(keys) and len(rows) >= 3 * len(keys):
        filled_rows: list[Row] = []
        for row in rows:
            key = row.cells.get(columns.key, "").strip() or filled_rows[-1].cells[columns.key]
            filled_rows.append(replace(row, cells={**row.cells, columns.key: key}))
        return filled_rows, [], []
    nameless = [row for row in rows if not one_line(row.cells.get(columns.key, ""))]
    return (
        rows_with_id,
        nameless,
        _left_out(nameless, f"nothing in column “{columns.key}”, so their interview is unknown"),
    )


def _left_out(rows: Sequence[Row], reason: str) -> list[str]:
    if not rows:
        return []
    row_list = ", ".join(row.where for row in rows[:5]) + (", …" if len(rows) > 5 else "")
    return [f"{format_count(len(rows), 'row was', 'rows were')} left out ({row_list}): {reason}."]


def _settled(rows: Sequence[Row], columns: Columns) -> Columns:
    """The columns once the rows are seen: what was guessed from a name alone may turn out otherwise.

    An ``id`` that differs in every row numbers turns where no text holds a talk; a participant in every row of a table
    without an id names interviews where the texts are whole talks.
    """
    if columns.voices or columns.answers:
        return columns
    texts = [row.cells.get(columns.words, "") for row in rows]
    if columns.key:
        keys = [row.cells.get(columns.key, "") for row in rows]
        vague = columns.key.strip().casefold() == "id"
        numbered = vague and len(set(keys)) == len(keys) > 1 and not _mostly_talks(texts)
        return replace(columns, key="") if numbered else columns
    if columns.speaker and not columns.start and _mostly_talks(texts):
        return replace(columns, key=columns.speaker, speaker="")
    if columns.speaker and not columns.start and _one_text_a_person(rows, columns, texts):
        return replace(columns, key=columns.speaker)
    return columns


def _one_text_a_person(rows: Sequence[Row], columns: Columns, texts: Sequence[str]) -> bool:
    """Whether each row is a long text of somebody else: accounts that people wrote or told alone, no conversation."""
    people = [row.cells.get(columns.speaker, "").strip() for row in rows]
    words = sum(len(text.split()) for text in texts)
    return len(rows) >= _FEWEST_ACCOUNTS and len(set(people)) == len(people) and words >= _ACCOUNT_WORDS * len(rows)


def _mostly_talks(texts: Sequence[str]) -> bool:
    sample = texts[:40]
    return sum(_is_talk(text) for text in sample) * 2 > len(sample)


def _is_talk(text: str) -> bool:
    """Whether one cell holds a conversation by itself: several lines, or several labels in one, with two speakers at least."""
    if "\n" not in text.strip() and not inline_labels([text]):
        return False
    return len({piece.speaker for piece in _nested(text).spoken if piece.speaker}) > 1


def _nested(text: str, choices: ReadingChoices = NO_CHOICES) -> Reading:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kind = format_of(Contents(tuple(lines)), "")
    return TEXT_FORMATS[kind if kind in TEXT_FORMATS else "text"](lines, choices)


def _interview(
    key: str, rows: Sequence[Row], table: Rows, columns: Columns, choices: ReadingChoices
) -> tuple[Interview, list[str]]:
    """One interview of a table, and doubts about its rows."""
    place = rows[0].where
    if columns.voices or columns.answers:
        reading = answers_reading(rows, columns) if columns.answers else voices_reading(rows, columns)
        pieces = row_pieces(rows, columns, table.only_words)
        if columns.answers:
            pieces += [Piece(piece.line, piece.words, (("speech", piece.words),)) for piece in reading.spoken[::2]]
        roles: dict[str, Role] = {"Interviewer": "interviewer", "Participant": "participant"}
        role_by_label = {label: roles[label] for label in {piece.speaker for piece in reading.spoken} & set(roles)}
        return Interview(key, with_pieces(replace(reading, unit=table.unit), pieces), place, role_by_label), []
    talk = _talk(rows, columns, choices)
    if talk is not None:
        other_roles = (
            []
            if table.only_words
            else row_pieces(_untimed(rows, columns), replace(columns, words=""), False, but=columns.words)
        )
        attributes = attributes_of(rows, columns)
        speakers = {piece.speaker for piece in talk.spoken if piece.speaker}
        attributes_by_speaker = {
            speaker: attributes for speaker in _participants(talk) if attributes and len(speakers) > 1
        }
        if talk.source:
            talk = with_pieces(talk, other_roles)
        return Interview(key, replace(talk, attributes=attributes_by_speaker or talk.attributes), place), []
    reading, roles_told, doubts = turns_reading(rows, columns, choices)
    pieces = row_pieces(rows, columns, table.only_words)
    return Interview(key, with_pieces(replace(reading, unit=table.unit), pieces), place, roles_told), doubts


def _untimed(rows: Sequence[Row], columns: Columns) -> list[Row]:
    """Rows without the times that stand before the words of a talk already, and are accounted for there."""
    return [
        replace(row, cells={name: cell for name, cell in row.cells.items() if name != columns.start})
        if columns.start and _timed_text(row, columns) != row.cells.get(columns.words, "")
        else row
        for row in rows
    ]


def _talk(rows: Sequence[Row], columns: Columns, choices: ReadingChoices) -> Reading | None:
    """The transcript that the cells of words are by themselves; None where their rows are turns."""
    if columns.speaker and not (len(rows) == 1 and _is_talk(rows[0].cells.get(columns.words, ""))):
        return None
    text = "\n\n".join(_timed_text(row, columns) for row in rows)
    return _nested(text, choices) if not columns.start or _is_talk(text) else None


def _timed_text(row: Row, columns: Columns) -> str:
    """The words of a row, its time in brackets before them where they are one labelled line: ``[00:03] Ada: words``."""
    text, time = row.cells.get(columns.words, ""), row.cells.get(columns.start, "").strip() if columns.start else ""
    timed = _CLOCK.match(time) and "\n" not in text.strip() and _LABELLED.match(text)
    return f"[{time}] {text.strip()}" if timed else text


def _participants(talk: Reading) -> list[str]:
    """The one participant of a talk, by the roles that a file of its own would get; empty where there are several."""
    from needsseg.transcripts.compose import compose
    from needsseg.transcripts.roles import guess_roles

    text, turns = compose(talk.spoken)
    participants = [speaker for speaker, role in guess_roles(turns, text).items() if role == "participant" and speaker]
    return participants if len(participants) == 1 else []
