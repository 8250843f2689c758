"""Convert rows of a table to turns: labels, times, roles, and attributes of speakers from the other columns."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from needsseg.records import Role
from needsseg.text import format_count
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.moments import in_milliseconds, parts_of_range, unit_of
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Reading, Spoken, flowing, merged, one_line
from needsseg.transcripts.subtitles.cues import overlap_warning
from needsseg.transcripts.tables.columns import Columns, is_time_name
from needsseg.transcripts.tables.rows import Row

_LONGEST_ATTRIBUTE = 200
_SIGNS_ONLY = re.compile(r"^\s*[\[(][^\[\]()]*[\])]\s*$")


def voices_reading(rows: Sequence[Row], columns: Columns) -> Reading:
    """Return the turns of a table with a column per speaker; a row's time is that of its first speaker."""
    cells = [_time_cells(row, columns) for row in rows]
    words_in_all = sum(len(row.cells.get(column, "").split()) for row in rows for column, _ in columns.voices)
    unit = unit_of([cell for pair in cells for cell in pair], words_in_all)
    starts, _ = in_milliseconds([start for start, _ in cells], columns.start, unit)
    spoken: list[Spoken] = []
    for row, start in zip(rows, starts, strict=True):
        start_of_row = start
        for column, speaker in columns.voices:
            if one_line(words := row.cells.get(column, "")):
                spoken.append(Spoken(speaker, words, start_of_row, None, row.number))
                start_of_row = None
    attributes = attributes_of(rows, columns) if columns.voices[-1][1] == "Participant" else {}
    return Reading(merged(spoken, by_paragraph=True), attributes={"Participant": attributes} if attributes else {})


def answers_reading(rows: Sequence[Row], columns: Columns) -> Reading:
    """Return the questions that one respondent of a survey answered, and the answers, in column order."""
    spoken: list[Spoken] = []
    for row in rows:
        for question in columns.answers:
            if one_line(answer := row.cells.get(question, "")):
                spoken += [
                    Spoken("Interviewer", question, line=row.number),
                    Spoken("Participant", answer, line=row.number),
                ]
    attributes = attributes_of(rows, columns)
    return Reading(tuple(spoken), attributes={"Participant": attributes} if attributes else {})


def attributes_of(rows: Sequence[Row], columns: Columns) -> dict[str, str]:
    """Return the values of columns without speech that have one value in all rows of an interview, by column name."""
    used_columns = {*columns.spoken, columns.speaker, columns.role, columns.start, columns.end, columns.key}
    value_by_column: dict[str, str] = {}
    for name in rows[0].cells:
        values = {value for row in rows if (value := one_line(row.cells.get(name, "")))}
        if name not in used_columns and len(values) == 1 and len(value := values.pop()) <= _LONGEST_ATTRIBUTE:
            value_by_column[name] = value
    return value_by_column


def turns_reading(
    rows: Sequence[Row], columns: Columns, choices: ReadingChoices
) -> tuple[Reading, dict[str, Role], list[str]]:
    """Return the turns of one interview with one row per turn, the roles that its rows name, and warnings about cells."""
    labels, doubts = _labels_of(rows, columns, choices)
    spoken, bad_times = _turns(rows, labels, columns)
    doubts += bad_times
    has_speakers = any(piece.speaker for piece in spoken)
    timed = any(piece.end_ms is not None for piece in spoken)
    turns = merged(spoken, by_paragraph=not timed) if has_speakers else flowing(spoken) if timed else tuple(spoken)
    reading = Reading(
        turns, overlap_warning(turns) if has_speakers else (), attributes=_attributes_by_speaker(rows, labels, columns)
    )
    return reading, _roles(rows, labels, columns), doubts


def _labels_of(rows: Sequence[Row], columns: Columns, choices: ReadingChoices) -> tuple[list[str], list[str]]:
    labels = _labels([row.cells.get(columns.speaker, "") for row in rows])
    doubts: list[str] = []
    words = [row.cells.get(columns.words, "") for row in rows]
    if not choices.unlabelled and _is_on_change(labels, words):
        blank = sum(not label for label in labels)
        for index, label in enumerate(labels):
            labels[index] = label or labels[index - 1]
        rows_without_speaker = format_count(blank, "row without a speaker was", "rows without a speaker were")
        doubts.append(
            f"{rows_without_speaker} given to the speaker above, since names occur only where the speaker changes."
        )
    if choices.not_speakers or choices.unlabelled:
        nobodys_labels = {label.casefold() for label in choices.not_speakers}
        labels = [choices.unlabelled if not label or label.casefold() in nobodys_labels else label for label in labels]
    return labels, doubts


def _is_on_change(labels: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether labels occur only where the speaker changes: some rows have none, and no name follows itself.

    A row with only a note in brackets may lack a name for another reason.
    """
    label_list = [label for label in labels if label]
    blank = len(labels) - len(label_list)
    if not labels or not labels[0] or not blank or len(set(label_list)) < 2:
        return False
    if any(not label and _SIGNS_ONLY.match(text) for label, text in zip(labels, words, strict=True)):
        return False
    return all(first != second for first, second in itertools.pairwise(label_list))


def _turns(rows: Sequence[Row], labels: Sequence[str], columns: Columns) -> tuple[list[Spoken], list[str]]:
    words = [row.cells.get(columns.words, "") for row in rows]
    count = sum(len(text.split()) for text in words)
    cells = [_time_cells(row, columns) for row in rows]
    unit = unit_of([cell for pair in cells for cell in pair], count)
    starts = in_milliseconds([start for start, _ in cells], columns.start, unit)
    ends = in_milliseconds([end for _, end in cells], columns.end, unit)
    doubts: list[str] = []
    for column, (_, bad) in ((columns.start, starts), (columns.end, ends)):
        if bad:
            bad_cell = one_line(rows[bad[0]].cells.get(column, ""))[:40]
            cells_are = format_count(len(bad), "cell is", "cells are")
            doubts.append(f"{cells_are} not a time in column “{column}”, first {rows[bad[0]].where}: {bad_cell}")
    spoken = [
        Spoken(label, text, start, max(start, end) if start is not None and end is not None else end, row.number)
        for row, label, text, start, end in zip(rows, labels, words, starts[0], ends[0], strict=True)
    ]
    if all(piece.start_ms is not None for piece in spoken):
        spoken.sort(key=lambda piece: piece.start_ms or 0)
    return spoken, doubts


def _time_cells(row: Row, columns: Columns) -> tuple[str, str]:
    start = row.cells.get(columns.start, "") if columns.start else ""
    end = row.cells.get(columns.end, "") if columns.end else ""
    both = parts_of_range(start) if start and not end else None
    return both or (start, end)


def _labels(cells: Sequence[str]) -> list[str]:
    """Return speaker labels; where all are numbers or single letters (``0``, ``B``) other than Q and A, as transcription
    services write them, ``Speaker`` is put before them."""
    labels = [one_line(cell).rstrip(":：").strip() for cell in cells]
    label_set = {label for label in labels if label}
    bare = all(label.isdecimal() or (len(label) == 1 and label.isupper() and label.isascii()) for label in label_set)
    if not bare or label_set & {"Q", "I", "P", "R", "M"}:
        return labels
    return [f"Speaker {label}" if label else "" for label in labels]


def _roles(rows: Sequence[Row], labels: Sequence[str], columns: Columns) -> dict[str, Role]:
    """Return roles from a column beside the speaker's, where it does not contradict itself."""
    if not columns.role:
        return {}
    role_counts = Counter(
        (label, role)
        for label, row in zip(labels, rows, strict=True)
        if label and (role := role_from_label(one_line(row.cells.get(columns.role, "")))) is not None
    )
    roles: dict[str, Role] = {}
    for (label, role), _ in role_counts.most_common():
        roles.setdefault(label, role)
    return roles


def _attributes_by_speaker(
    rows: Sequence[Row], labels: Sequence[str], columns: Columns
) -> Mapping[str, Mapping[str, str]]:
    """Return attributes of speakers: values of other columns that are constant per speaker and differ between speakers."""
    speakers = set(labels) - {""}
    if len(speakers) < 2 or len(rows) < 2 * len(speakers):
        return {}
    used_columns = {*columns.spoken, columns.speaker, columns.role, columns.start, columns.end, columns.key}
    attributes_by_label: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(name for row in rows for name in row.cells):
        if name in used_columns or is_time_name(name):
            continue
        values: dict[str, set[str]] = {}
        for label, row in zip(labels, rows, strict=True):
            values.setdefault(label, set()).add(one_line(row.cells.get(name, "")))
        single = {label: next(iter(cells)) for label, cells in values.items() if label and len(cells) == 1}
        if len(single) < len(speakers) or len(set(single.values())) < 2:
            continue
        for label, value in single.items():
            if value and len(value) <= _LONGEST_ATTRIBUTE:
                attributes_by_label.setdefault(label, {})[name] = value
    return attributes_by_label
