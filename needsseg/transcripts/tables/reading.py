"""Tables of speech: one row per turn, per answer, or per interview with a transcript as its text."""

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
_FEWEST_NARRATIVES = 3
_NARRATIVE_WORDS = 25
_CLOCK = re.compile(r"^\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?$")
_LABELLED = re.compile(r"^\s*[^\W\d_][^:\n]{0,60}:\s+\S")
_NAME_THEM = "Name the columns in the first row, for example: transcript_id,speaker,start,text."


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview of a table: its id ("" where the table has none), its speech, its first row, roles by speaker."""

    key: str
    reading: Reading
    where: str
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The interviews of one table in order of their first rows, and warnings about its rows."""

    interviews: tuple[Interview, ...]
    warnings: tuple[str, ...] = ()


def read_table(lines: Sequence[str], kind: str, name: str, choices: ReadingChoices = NO_CHOICES) -> Table:
    """Return the interviews in a table; ``kind`` is one of TABLE_FORMATS, ``name`` the file for messages.

    Rows without words or without an id are left out and reported in the warnings. Raises TranscriptError where no column
    or no row has words; for JSON the message lists the keys by depth.
    """
    if kind == "json" and (reading := read_otranscribe(lines, choices)) is not None:
        return Table((Interview("", reading, "line 1"),))
    return _table_of(_READERS[kind](lines, name, choices), name, choices)


def read_workbook(sheets: Sequence[Sheet], name: str, choices: ReadingChoices = NO_CHOICES) -> Table:
    """Return the interviews in all sheets of a workbook with speech; the other sheets are named in the warnings.

    Where several sheets have speech, the sheet's name is part of the keys. Raises TranscriptError where none has.
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
    columns = columns if choices.columns else _columns_by_rows(rows, columns)
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
    if table.keys_message:
        return TranscriptError(
            f"{name}: no turns were recognised in this JSON: no column holds the words ({table.keys_message}).",
            "Export the turns as CSV, or name the key that holds the words (column words).",
        )
    column_list = ", ".join(table.names[:12]) or "none"
    return TranscriptError(f"{name}: no column holds the words (columns: {column_list}).", _NAME_THEM)


def _with_words(rows: Sequence[Row], columns: Columns) -> tuple[list[Row], list[Row], list[str]]:
    rows_with_words: list[Row] = []
    silent_rows: list[Row] = []
    for row in rows:
        (
            rows_with_words if any(one_line(row.cells.get(column, "")) for column in columns.spoken) else silent_rows
        ).append(row)
    return rows_with_words, silent_rows, _left_out(silent_rows, f"no words in column “{columns.spoken[0]}”")


def _with_id(rows: list[Row], columns: Columns) -> tuple[list[Row], list[Row], list[str]]:
    """Return rows with a known interview, the others, and warnings about the latter.

    Where each id occurs once, above rows without one, it is written only at the beginning of each interview.
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


def _columns_by_rows(rows: Sequence[Row], columns: Columns) -> Columns:
    """Return the columns, corrected by the contents of the rows where a name alone was misleading.

    An ``id`` that differs in every row numbers turns where no text is a dialogue; a participant column in a table without
    an id identifies interviews where the texts are whole dialogues.
    """
    if columns.voices or columns.answers:
        return columns
    texts = [row.cells.get(columns.words, "") for row in rows]
    if columns.key:
        keys = [row.cells.get(columns.key, "") for row in rows]
        vague = columns.key.strip().casefold() == "id"
        numbered = vague and len(set(keys)) == len(keys) > 1 and not _are_mostly_dialogues(texts)
        return replace(columns, key="") if numbered else columns
    if columns.speaker and not columns.start and _are_mostly_dialogues(texts):
        return replace(columns, key=columns.speaker, speaker="")
    if columns.speaker and not columns.start and _is_one_text_per_person(rows, columns, texts):
        return replace(columns, key=columns.speaker)
    return columns


def _is_one_text_per_person(rows: Sequence[Row], columns: Columns, texts: Sequence[str]) -> bool:
    """Return whether each row is a long text of a different person: narratives, not a conversation."""
    people = [row.cells.get(columns.speaker, "").strip() for row in rows]
    words = sum(len(text.split()) for text in texts)
    return len(rows) >= _FEWEST_NARRATIVES and len(set(people)) == len(people) and words >= _NARRATIVE_WORDS * len(rows)


def _are_mostly_dialogues(texts: Sequence[str]) -> bool:
    sample = texts[:40]
    return sum(_is_dialogue(text) for text in sample) * 2 > len(sample)


def _is_dialogue(text: str) -> bool:
    """Return whether one cell is a conversation: several lines, or several labels in one line, and two or more speakers."""
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
    """Return one interview of a table, and warnings about its rows."""
    place = rows[0].where
    if columns.voices or columns.answers:
        reading = answers_reading(rows, columns) if columns.answers else voices_reading(rows, columns)
        pieces = row_pieces(rows, columns, table.only_words)
        if columns.answers:
            pieces += [Piece(piece.line, piece.words, (("speech", piece.words),)) for piece in reading.spoken[::2]]
        roles: dict[str, Role] = {"Interviewer": "interviewer", "Participant": "participant"}
        role_by_label = {label: roles[label] for label in {piece.speaker for piece in reading.spoken} & set(roles)}
        return Interview(key, with_pieces(replace(reading, unit=table.unit), pieces), place, role_by_label), []
    dialogue = _talk(rows, columns, choices)
    if dialogue is not None:
        other_roles = (
            []
            if table.only_words
            else row_pieces(_untimed(rows, columns), replace(columns, words=""), False, but=columns.words)
        )
        attributes = attributes_of(rows, columns)
        speakers = {piece.speaker for piece in dialogue.spoken if piece.speaker}
        attributes_by_speaker = {
            speaker: attributes for speaker in _participants(dialogue) if attributes and len(speakers) > 1
        }
        if dialogue.source:
            dialogue = with_pieces(dialogue, other_roles)
        return Interview(key, replace(dialogue, attributes=attributes_by_speaker or dialogue.attributes), place), []
    reading, role_by_speaker, doubts = turns_reading(rows, columns, choices)
    pieces = row_pieces(rows, columns, table.only_words)
    return Interview(key, with_pieces(replace(reading, unit=table.unit), pieces), place, role_by_speaker), doubts


def _untimed(rows: Sequence[Row], columns: Columns) -> list[Row]:
    """Return rows without the times that ``_timed_text`` has put before the words, where they are marked."""
    return [
        replace(row, cells={name: cell for name, cell in row.cells.items() if name != columns.start})
        if columns.start and _timed_text(row, columns) != row.cells.get(columns.words, "")
        else row
        for row in rows
    ]


def _talk(rows: Sequence[Row], columns: Columns, choices: ReadingChoices) -> Reading | None:
    """Return the transcript in the cells of words; None where each row is a turn."""
    if columns.speaker and not (len(rows) == 1 and _is_dialogue(rows[0].cells.get(columns.words, ""))):
        return None
    text = "\n\n".join(_timed_text(row, columns) for row in rows)
    return _nested(text, choices) if not columns.start or _is_dialogue(text) else None


def _timed_text(row: Row, columns: Columns) -> str:
    """Return the words of a row, after its time in brackets where they are one labelled line: ``[00:03] Ada: words``."""
    text, time = row.cells.get(columns.words, ""), row.cells.get(columns.start, "").strip() if columns.start else ""
    timed = _CLOCK.match(time) and "\n" not in text.strip() and _LABELLED.match(text)
    return f"[{time}] {text.strip()}" if timed else text


def _participants(dialogue: Reading) -> list[str]:
    """Return the only participant of a dialogue, by the roles that a separate file would get; empty for several."""
    from needsseg.transcripts.compose import compose
    from needsseg.transcripts.roles import guess_roles

    text, turns = compose(dialogue.spoken)
    participants = [speaker for speaker, role in guess_roles(turns, text).items() if role == "participant" and speaker]
    return participants if len(participants) == 1 else []
