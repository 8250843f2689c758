"""Tables of speech in documents: one row per turn, columns recognised by their header or their contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.documents.marks import cells_of, plain
from needsseg.transcripts.lines.labels import is_metadata, like_a_name
from needsseg.transcripts.moments import in_milliseconds, unit_of
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import HEADED, Mark, Reading, Spoken, marked, merged
from needsseg.transcripts.tables.columns import columns_of

_TITLE_ROWS = 3
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CLOCK = r"[\[(]?\d{1,3}(?::\d{1,2}){1,2}(?:[.,]\d{1,7})?[\])]?"
_TIME = re.compile(rf"^(?P<start>{_CLOCK})(?:\s*(?:-->|->|–|—|-|to|bis|à|a)\s*(?P<end>{_CLOCK}))?$")
_LABELLED = re.compile(r"^\s*(?P<label>[^:：\n]{1,63}?)\s*[:：]\s*(?P<words>\S.*)$", re.DOTALL)
_NAME_AND_TIME = re.compile(rf"^(?P<name>.*\S)\s+(?P<time>{_CLOCK})$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Column indices, -1 for a missing column; ``voices`` are (column, speaker) where each speaker has their own column."""

    words: int = -1
    speaker: int = -1
    start: int = -1
    end: int = -1
    voices: tuple[tuple[int, str], ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    at: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        return self.cells[column] if 0 <= column < len(self.cells) else ""


def read_tables(paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading | None:
    """Return turns from the rows of a document's tables; None where most of its words are outside the tables.

    Outside the tables the first paragraph is a heading, ``Field: value`` is metadata, and ``Name: words`` is speech where
    the tables contain the name; anything else is unread.
    """
    rows = [
        _Row(index, tuple(cells)) for index, piece in enumerate(paragraphs) if (cells := cells_of(piece)) is not None
    ]
    tables = [(table, _header(table, choices)) for table in _blocks(rows)]
    state = _State(choices)
    last: _Columns | None = None
    for table, (header, known_columns) in tables:
        columns = (
            _completed(known_columns, table[header + 1 :])
            if known_columns
            else _columns_by_content(table[header + 1 :])
        )
        if columns is None and last is not None and len(table[0].cells) == len(rows[0].cells):
            columns = last
        if columns is None:
            continue
        last = columns
        if header < 0 and _looks_like_a_header(table, columns):
            header = 0
        for row in table[: header + 1]:
            state.marks.append(marked(row.at, "heading", " ".join(row.cells)))
        repeats = table[header].cells if header >= 0 else ()
        state.take([row for row in table[header + 1 :] if row.cells != repeats], columns)
        for row in table[header + 1 :]:
            if row.cells == repeats:
                state.marks.append(marked(row.at, "heading", " ".join(row.cells)))
    lines = state.lines
    outside = sum(len(plain(piece).split()) for index, piece in enumerate(paragraphs) if index not in lines)
    if state.words <= outside:
        return None
    state.take_around(paragraphs)
    turns = merged(
        (piece for _, piece in sorted(state.pieces, key=lambda numbered_piece: numbered_piece[0])), by_paragraph=True
    )
    return Reading(turns, (), tuple(state.marks), tuple(map(plain, paragraphs)), "paragraph")


def row_as_line(cells: Sequence[str]) -> str:
    """Return a row without known columns as a line: ``[time] speaker: words`` or ``speaker: words`` for 2 or 3 cells."""
    non_empty = [cell for cell in cells if cell]
    time = f"[{non_empty.pop(0).strip('[]()')}] " if len(non_empty) in {2, 3} and _TIME.match(non_empty[0]) else ""
    if len(non_empty) != 2:
        return time + " ".join(non_empty)
    return f"{time}{non_empty[0].rstrip(':')}: {non_empty[1]}"


def rows_of_facts(paragraphs: Sequence[str]) -> frozenset[int]:
    """Return the rows, except the last, of ``Field | value`` tables about the file, which form one block of fields."""
    rows = [
        _Row(index, tuple(cells)) for index, piece in enumerate(paragraphs) if (cells := cells_of(piece)) is not None
    ]
    return frozenset(
        row.at
        for table in _blocks(rows)
        if any(is_metadata(row.cell(0).strip().rstrip(":")) for row in table)
        and all(sum(bool(cell.strip()) for cell in row.cells) <= 2 for row in table)
        for row in table[:-1]
    )


def _blocks(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Group consecutive rows of the document into tables."""
    blocks: list[list[_Row]] = []
    for row in rows:
        if blocks and blocks[-1][-1].at == row.at - 1:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _header(table: Sequence[_Row], choices: ReadingChoices) -> tuple[int, _Columns | None]:
    """Return the index of the header row and its columns; (-1, None) where there is none."""
    for index, row in enumerate(table[:_TITLE_ROWS]):
        cells = [cell.strip() for cell in row.cells]
        if columns := _columns_by_choice(cells, choices) or _columns_by_name(cells):
            return index, columns
    return -1, None


def _columns_by_choice(cells: Sequence[str], choices: ReadingChoices) -> _Columns | None:
    names = {cell.casefold(): at for at, cell in reversed(list(enumerate(cells)))}
    places = {field: names.get(column.strip().casefold(), -1) for field, column in choices.columns.items()}
    if places.get("words", -1) < 0:
        return None
    start = places.get("start", -1)
    return _Columns(
        places["words"],
        places.get("speaker", -1),
        start,
        places.get("end", -1),
        name=cells[start] if start >= 0 else "",
    )


def _columns_by_name(cells: Sequence[str]) -> _Columns | None:
    columns_named = columns_of(cells)
    if not columns_named.of_speech:
        return None
    place = {name: at for at, name in reversed(list(enumerate(cells)))}
    if columns_named.voices:
        return _Columns(voices=tuple((place[column], speaker) for column, speaker in columns_named.voices))
    return _Columns(
        place[columns_named.words],
        place.get(columns_named.speaker or columns_named.role, -1)
        if columns_named.speaker or columns_named.role
        else -1,
        place[columns_named.start] if columns_named.start else -1,
        place[columns_named.end] if columns_named.end else -1,
        name=columns_named.start,
    )


def _columns_by_content(table: Sequence[_Row]) -> _Columns | None:
    """Return the columns of a table without header: long words, recurring speakers, clock times."""
    # The first row may be a header; with enough rows the others suffice.
    table = table[1:] if len(table) > 4 else table
    width = max((len(row.cells) for row in table), default=0)
    columns = [[cell for row in table if (cell := row.cell(column).strip())] for column in range(width)]
    if len(table) < 2 or width < 2 or not all(columns[:2]):
        return None
    counts = [sum(len(cell.split()) for cell in column) for column in columns]
    words = max(range(width), key=lambda column: counts[column])
    if counts[words] < 3 * len(columns[words]) and width > 2:
        return None
    times = [
        column_index
        for column_index, column in enumerate(columns)
        if column_index != words and _mostly(column, _TIME.match)
    ]
    speakers = [
        column_index
        for column_index, column in enumerate(columns)
        if column_index not in {words, *times}
        and not all(cell.isdecimal() for cell in column)
        and _mostly(column, lambda cell: _is_speaker(_label(cell)))
        and 2 * len({_label(cell) for cell in column}) <= max(len(column) + 1, 4)
    ]
    if not speakers:
        return None
    speaker = min(
        speakers, key=lambda column_index: (column_index > words, len({_label(cell) for cell in columns[column_index]}))
    )
    start = times[0] if times else -1
    return _Columns(words, speaker, start, times[1] if len(times) > 1 else -1)


def _completed(columns: _Columns, table: Sequence[_Row]) -> _Columns:
    """Return the columns with those of speakers and times added by their contents, where no name gave them."""
    columns = _timed(columns, table)
    if columns.speaker >= 0 or columns.voices:
        return columns
    by_content = _columns_by_content(table)
    used_columns = {columns.words, columns.start, columns.end}
    return (
        replace(columns, speaker=by_content.speaker)
        if by_content and by_content.speaker not in used_columns
        else columns
    )


def _timed(columns: _Columns, table: Sequence[_Row]) -> _Columns:
    """Return the columns with that of the times added, where no name gave it and a column holds only clock times."""
    if columns.start >= 0 or columns.voices:
        return columns
    for column in range(max((len(row.cells) for row in table), default=0)):
        cells = [cell for row in table if (cell := row.cell(column).strip())]
        if column not in {columns.words, columns.speaker} and _mostly(cells, _TIME.match):
            return replace(columns, start=column)
    return columns


def _mostly(column: Sequence[str], is_one: Callable[[str], object]) -> bool:
    return bool(column) and sum(bool(is_one(cell)) for cell in column) * 10 >= 9 * len(column)


def _is_speaker(label: str) -> bool:
    return bool(label) and not is_metadata(label) and (like_a_name(label) or role_from_label(label) is not None)


def _looks_like_a_header(table: Sequence[_Row], columns: _Columns) -> bool:
    """Return whether the first row is a header in unknown words: its speaker never speaks again."""
    speakers = Counter(_label(row.cell(columns.speaker)) for row in table)
    words = table[0].cell(columns.words)
    short = len(words.split()) <= 3 and not _SENTENCE_END.search(words.strip())
    untimed = columns.start < 0 or not _TIME.match(table[0].cell(columns.start).strip())
    other_counts = [count for label, count in speakers.items() if label != _label(table[0].cell(columns.speaker))]
    speaks_once = speakers[_label(table[0].cell(columns.speaker))] == 1 and min(other_counts, default=0) > 1
    return len(table) > 4 and short and untimed and speaks_once


def _label(cell: str) -> str:
    """Return the speaker that a cell names, without a colon or a time after the name."""
    text = " ".join(cell.split())
    if match := _NAME_AND_TIME.match(text):
        text = match["name"]
    return text.rstrip(":： ")


class _State:
    """Turns by their paragraph, and the marks of all words."""

    def __init__(self, choices: ReadingChoices) -> None:
        self.choices = choices
        self.pieces: list[tuple[int, Spoken]] = []
        self.marks: list[Mark] = []
        self.words = 0

    @property
    def lines(self) -> frozenset[int]:
        """The paragraphs that have a mark."""
        return frozenset(mark.line for mark in self.marks)

    def take(self, rows: Sequence[_Row], columns: _Columns) -> None:
        """Read the rows of one table."""
        if columns.voices:
            for row in rows:
                self._take_voices(row, columns)
            return
        starts, ends = _times(rows, columns)
        speaker = self.choices.unlabelled
        for row, start, end in zip(rows, starts, ends, strict=True):
            label = _label(row.cell(columns.speaker)) if columns.speaker >= 0 else ""
            if label and label not in self.choices.not_speakers:
                speaker = label
            self._mark_row(row, columns, label)
            words = row.cell(columns.words)
            if words.strip():
                known_end = max(start, end) if start is not None and end is not None else end
                self.pieces.append((row.at, Spoken(speaker, words, start, known_end, row.at + 1)))

    def _mark_row(self, row: _Row, columns: _Columns, label: str) -> None:
        for column, cell in enumerate(row.cells):
            if column == columns.words:
                self.words += len(cell.split())
                self.marks.append(marked(row.at, "speech", cell))
            elif column == columns.speaker:
                kind = "heading" if label in self.choices.not_speakers else "label"
                timed = len(cell.split()) - len(label.split())
                self.marks += [Mark(row.at, kind, len(label.split())), Mark(row.at, "time", max(timed, 0))]
            else:
                # A number that counts the turns is a label.
                kind_of_other_cells = "label" if cell.strip().rstrip(".").isdecimal() else "metadata"
                kind = "time" if column in {columns.start, columns.end} else kind_of_other_cells
                self.marks.append(marked(row.at, kind, cell))

    def _take_voices(self, row: _Row, columns: _Columns) -> None:
        speakers = dict(columns.voices)
        for column, cell in enumerate(row.cells):
            self.marks.append(marked(row.at, "speech" if column in speakers else "metadata", cell))
            if column in speakers:
                self.words += len(cell.split())
        for column, speaker in columns.voices:
            if row.cell(column).strip():
                self.pieces.append((row.at, Spoken(speaker, row.cell(column), None, None, row.at + 1)))

    def take_around(self, paragraphs: Sequence[str]) -> None:
        """Read the paragraphs outside the tables."""
        speakers = {piece.speaker for _, piece in self.pieces}
        first, lines = True, self.lines
        for index, piece in enumerate(paragraphs):
            text = plain(piece)
            if index in lines or not text.strip():
                continue
            item = _LABELLED.match(text)
            label = " ".join(item["label"].split()) if item else ""
            if item and label in speakers:
                spoken_words = len(item["words"].split())
                self.pieces.append((index, Spoken(label, item["words"], None, None, index + 1)))
                self.marks += [
                    Mark(index, "speech", spoken_words),
                    Mark(index, "label", len(text.split()) - spoken_words),
                ]
            elif piece.startswith(HEADED) or first:
                self.marks.append(marked(index, "heading", text))
            elif is_metadata((cells_of(piece) or [label])[0].rstrip(":")):
                self.marks.append(marked(index, "metadata", text))
            first = False


def _times(rows: Sequence[_Row], columns: _Columns) -> tuple[list[int | None], list[int | None]]:
    """Return the start and end of each row in milliseconds; one cell may hold both, and a speaker's cell a time."""
    starts: list[str] = []
    ends: list[str] = []
    for row in rows:
        start, end = row.cell(columns.start).strip(), row.cell(columns.end).strip()
        if columns.start < 0 and (match := _NAME_AND_TIME.match(" ".join(row.cell(columns.speaker).split()))):
            start = match["time"]
        if match := _TIME.match(start):
            start, end = match["start"], match["end"] or end
        starts.append(start)
        ends.append(end)
    unit = unit_of([*starts, *ends], sum(len(row.cell(columns.words).split()) for row in rows))
    return in_milliseconds(starts, columns.name, unit)[0], in_milliseconds(ends, columns.name, unit)[0]
