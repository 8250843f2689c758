"""Convert JSON and JSON lines to rows of named cells, and account for all text of the document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.json.chosen_columns import Path, chosen_rows, path_called, paths_in
from needsseg.transcripts.json.layouts import (
    END_KEYS,
    ID_KEYS,
    NAME_KEYS,
    PEOPLE_KEYS,
    ROLE_KEYS,
    START_KEYS,
    TITLE_KEYS,
)
from needsseg.transcripts.json.parsing import Document, document_of, keys_by_depth, whole_document
from needsseg.transcripts.json.paths import lists_under, objects_by_path, value_at
from needsseg.transcripts.json.turns import Candidate, JsonTurn, best_candidate, layout_turns, turns_in
from needsseg.transcripts.json.word_account import left_over
from needsseg.transcripts.tables.column_contents import columns_by_content
from needsseg.transcripts.tables.columns import Columns, columns_of
from needsseg.transcripts.tables.rows import Row, Rows, chosen_columns

_ROLES = {"internal": "interviewer", "external": "participant", "host": "host", "guest": "guest"}
_SHOWN = 3
_MOST_SHOWN = 12


def json_lines(lines: Sequence[str], name: str, choices: ReadingChoices) -> Rows:
    """Return the rows of a JSON-lines file, one object per line; an object may hold a list of turns.

    A line that is not a JSON object is left out with a warning; raises TranscriptError where there is no object at all.
    """
    documents: list[tuple[str, Any]] = []
    repeated_keys: list[tuple[str, Any]] = []
    warnings: list[str] = []
    lost_lines: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = document_of(line)
            if not isinstance(document.value, dict):
                raise ValueError(f"it is {type(document.value).__name__}, not an object")
            documents.append((f"line {number}", document.value))
            repeated_keys += document.doubled
        except ValueError as error:
            warnings.append(f"Line {number} is not a JSON object and was left out: {error}.")
            lost_lines.append(line)
    if not documents:
        complaint = warnings[0] if warnings else "It contains no JSON object."
        raise TranscriptError(f"{name}: {complaint}", "Write one JSON object a line, or save the file as CSV.")
    values = [value for _, value in documents]
    return _rows(
        Document(values, repeated_keys), [place for place, _ in documents], name, choices, (warnings, lost_lines)
    )


def json_whole(lines: Sequence[str], name: str, choices: ReadingChoices) -> Rows:
    """Return the rows of one JSON document: a list of turns, or an object with one; raises TranscriptError if broken."""
    document = whole_document(lines, name)
    value = document.value
    records = value if isinstance(value, list) else [value]
    first_non_object = next(((at, item) for at, item in enumerate(records, 1) if not isinstance(item, dict)), None)
    if first_non_object is not None and not any(isinstance(item, dict) for item in records):
        kind = f"item {first_non_object[0]} is {type(first_non_object[1]).__name__}, not an object"
        raise TranscriptError(f"{name}: no turns were recognised in this JSON: {kind}.", "Export the turns as CSV.")
    return _rows(document, [f"item {number}" for number in range(1, len(records) + 1)], name, choices, ([], []))


def looks_json(lines: Sequence[str]) -> str:
    """Return ``jsonl``, ``json``, or "" where the lines are not JSON."""
    non_blank = [line.strip() for line in lines if line.strip()]
    if not non_blank or non_blank[0][0] not in "{[":
        return ""
    if len(non_blank) == 1 and non_blank[0].startswith('{"') and non_blank[0].endswith("}"):
        return "json"
    if non_blank[0].startswith("{") and non_blank[0].endswith("}") and _is_object(non_blank[0]):
        return "jsonl" if len(non_blank) > 1 else "json"
    opens = non_blank[0] in {"{", "[", "[{"} or non_blank[0].startswith(('{"', '[{"', '{ "', "[{ ", "[ {"))
    return "json" if opens and non_blank[-1][-1] in "}]" else ""


def json_of_speech(lines: Sequence[str]) -> bool:
    """Return whether the first non-blank line is a JSON object with the columns of speech, or with a list of turns."""
    head = next((line for line in lines if line.strip()), "")
    return _of_speech(head)


def json_text_of_speech(text: str) -> bool:
    """Return whether a JSON text is a transcript: a service's layout, or objects with the keys of speech."""
    return _of_speech(text)


def _of_speech(text: str) -> bool:
    try:
        value = document_of(text).value
    except ValueError:
        return False
    documents = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    if not documents:
        return False
    if columns_of(list(documents[0])).of_speech or layout_turns(documents) is not None:
        return True
    best = best_candidate(objects_by_path(value))
    if best is None or best.layout.turns in {"", "[]"}:
        return False
    turns = turns_in(best.places, best.layout)
    speakers = {turn.speaker for turn in turns if turn.speaker}
    return any(turn.start for turn in turns) or 1 < len(speakers) < len(turns)


def _is_object(line: str) -> bool:
    try:
        return isinstance(document_of(line).value, dict)
    except ValueError:
        return False


def _rows(
    document: Document,
    wheres: Sequence[str],
    name: str,
    choices: ReadingChoices,
    left_over_lines: tuple[list[str], list[str]],
) -> Rows:
    value = document.value
    documents = value if isinstance(value, list) else [value]
    service = None if choices.columns else layout_turns(documents)
    best = None if service or choices.columns.get("words") else best_candidate(objects_by_path(value))
    extra_texts: list[tuple[str, str]] = []
    if service or (best and (best.layout.turns not in {"", "[]"} or best.layout.by_word)):
        if chosen_column := next(filter(None, choices.columns.values()), ""):
            raise TranscriptError(
                f"{name}: the column “{chosen_column}” is chosen, but not that of the words, and this JSON is nested.",
                "Name the path of the words too: words=results.items.text, for example.",
            )
        layout, turns = service or _by_keys(best)
        several = isinstance(value, list)
        rows, columns = _turn_rows(turns, wheres, several, _people(value), known_unit=bool(layout.unit))
        used = {source for turn in turns for source in turn.sources}
    else:
        rows, columns, used, extra_texts = _flat_rows(documents, wheres, name, choices)
        if not columns.spoken:
            return Rows(
                tuple(rows),
                columns,
                tuple(dict.fromkeys(key for row in rows for key in row.cells)),
                keys_message=_keys_message(value),
            )
    spoken_cells = [row.cells.get(column, "") for row in rows for column in columns.spoken]
    extra = left_over(value, used, spoken_cells)
    if choices.columns.get("words"):
        # Where a person chose the key of the words, all other values are metadata.
        extra = [(text, kind or "metadata") for text, kind in extra]
    extra += extra_texts
    warnings, lost_lines = left_over_lines
    warnings = [*warnings, *_doubled_warning(document)]
    extra += [(text, "") for text in lost_lines]
    extra += [(str(item), "") for _, item in document.doubled if isinstance(item, str)]
    names = tuple(dict.fromkeys(key for row in rows for key in row.cells))
    return Rows(
        tuple(rows), columns, names, tuple(warnings), tuple((0, text, kind) for text, kind in extra), "entry", True,
        _title(documents), _keys_message(value),
    )  # fmt: skip


def _by_keys(best: Candidate | None) -> tuple[Any, list[JsonTurn]]:
    assert best is not None  # noqa: S101
    return best.layout, turns_in(best.places, best.layout)


def _turn_rows(
    turns: Sequence[JsonTurn],
    wheres: Sequence[str],
    several: bool,
    people: Mapping[str, tuple[str, str]],
    known_unit: bool,
) -> tuple[list[Row], Columns]:
    start, end = ("start_ms", "end_ms") if known_unit else ("start", "end")
    rows: list[Row] = []
    has_interviews = any(turn.interview for turn in turns) or (several and _talks_apart(turns))
    for number, turn in enumerate(turns, 1):
        label, role = people.get(turn.speaker, (turn.speaker, ""))
        interview = turn.interview or (
            wheres[turn.root - 1] if several and 0 < turn.root <= len(wheres) and has_interviews else ""
        )
        cells = {
            "interview_id": interview,
            "speaker": label,
            "role": _ROLES.get((role or turn.role).casefold(), role or turn.role),
            start: turn.start,
            end: turn.end,
            "text": turn.words,
        }
        root = wheres[turn.root - 1] if 0 < turn.root <= len(wheres) else wheres[0]
        rows.append(Row(f"{root}, turn {number}", cells, number))
    filled_columns = {key for row in rows for key, cell in row.cells.items() if cell}

    def filled_or_empty(key: str) -> str:
        return key if key in filled_columns else ""

    return rows, Columns(
        "text",
        filled_or_empty("speaker"),
        filled_or_empty("role"),
        filled_or_empty(start),
        filled_or_empty(end),
        filled_or_empty("interview_id"),
    )


def _talks_apart(turns: Sequence[JsonTurn]) -> bool:
    """Return whether most items of the root have at least two speakers each, so that they are separate interviews."""
    speakers: dict[int, set[str]] = {}
    for turn in turns:
        speakers.setdefault(turn.root, set()).add(turn.speaker)
    return sum(len(names) > 1 for names in speakers.values()) * 2 > len(speakers)


def _flat_rows(
    documents: Sequence[Any], wheres: Sequence[str], name: str, choices: ReadingChoices
) -> tuple[list[Row], Columns, set[tuple[int, str]], list[tuple[str, str]]]:
    """Return rows, their columns, the (object id, key) pairs that were used, and other chosen texts with their kinds."""
    records = [(place, record) for place, record in zip(wheres, documents, strict=True) if isinstance(record, dict)]
    if choices.columns.get("words") and not any(choices.columns["words"] in record for _, record in records):
        return _rows_by_path(documents, name, choices)
    rows = [Row(place, _cells(record), number) for number, (place, record) in enumerate(records, 1)]
    names = tuple(dict.fromkeys(key for row in rows for key in row.cells))
    columns = chosen_columns(columns_by_content(names, [row.cells for row in rows]), names, choices, name)
    used = {(id(record), column) for _, record in records for column in columns.spoken}
    return rows, columns, used, []


def _rows_by_path(
    documents: Sequence[Any], name: str, choices: ReadingChoices
) -> tuple[list[Row], Columns, set[tuple[int, str]], list[tuple[str, str]]]:
    """Return rows of a nested document with columns chosen by path; raises TranscriptError for a missing path."""
    document_paths = paths_in(documents)
    paths: dict[str, Path] = {}
    for part, column in choices.columns.items():
        if not column:
            continue
        path = path_called(column, document_paths)
        if path is None or not any(entry[: len(path)] == path for entry in document_paths):
            known_list = ", ".join(".".join(entry) for entry in document_paths[:_MOST_SHOWN]) + (
                ", …" if document_paths[_MOST_SHOWN:] else ""
            )
            raise TranscriptError(
                f"{name}: there is no column “{column}” (columns: {known_list}).", "Choose one of these."
            )
        paths[part] = path
    other_paths = {".".join(path): path for part, path in paths.items() if part != "words"}
    matching_rows = chosen_rows(documents, paths["words"], other_paths)
    rows = [Row(f"entry {number}", dict(entry.cells), number) for number, entry in enumerate(matching_rows, 1)]
    names = tuple(dict.fromkeys(key for row in rows for key in row.cells))
    column_name = replace(choices, columns={part: ".".join(path) for part, path in paths.items()})
    columns = chosen_columns(columns_by_content(names, [row.cells for row in rows]), names, column_name, name)
    # The name of a speaker or interview occurs once in the document, but in several rows.
    cells_beside = {
        place: (entry.cells[column_name], column_name)
        for entry in matching_rows
        for column_name, place in entry.places.items()
    }
    times = {".".join(paths[part]) for part in ("start", "end") if part in paths}
    extra_texts = [(text, "time" if column_name in times else "label") for text, column_name in cells_beside.values()]
    return rows, columns, {*cells_beside, *((entry.holder, entry.key) for entry in matching_rows)}, extra_texts


def _cells(record: Mapping[str, Any]) -> dict[str, str]:
    cells = {key: _cell(value) for key, value in record.items() if _cell(value) or not isinstance(value, dict | list)}
    for paths, column in ((START_KEYS, "start"), (END_KEYS, "end")):
        value_found = value_at(record, [path for path in paths if "." in path or "[" in path])
        if value_found is not None and column not in cells and not isinstance(value_found.value, dict | list):
            cells[column] = _cell(value_found.value)
    return cells


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        name_value = value_at(value, NAME_KEYS)
        return name_value.value if name_value and isinstance(name_value.value, str) else ""
    if value is None or isinstance(value, list):
        return ""
    return value if isinstance(value, str) else _number(value)


def _number(value: Any) -> str:
    try:
        return str(value)
    except ValueError:
        # Python does not convert integers of more than 4,300 digits to text; such a number is neither a time nor a word.
        return ""


def _people(value: Any) -> dict[str, tuple[str, str]]:
    """Return names and roles of speakers by their ids, where the document lists its people."""
    people: dict[str, tuple[str, str]] = {}
    for record in lists_under(value, PEOPLE_KEYS):
        name, role = value_at(record, NAME_KEYS), value_at(record, ROLE_KEYS)
        if name is None or isinstance(name.value, dict | list):
            continue
        role_text = str(role.value) if role and isinstance(role.value, str) else ""
        for key in ID_KEYS:
            ident = record.get(key)
            if ident is not None and not isinstance(ident, dict | list | bool) and key != name.key:
                people.setdefault(_number(ident), (str(name.value), role_text))
    for record in _records_around(value):
        for key in PEOPLE_KEYS & set(record):
            if isinstance(record[key], dict):
                people.update(
                    {ident: (person_name, "") for ident, item in record[key].items() if (person_name := _cell(item))}
                )
    return people


def _records_around(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that may hold a list of people: down to the third level."""
    level = value if isinstance(value, list) else [value]
    for _ in range(3):
        records = [item for item in level if isinstance(item, dict)]
        yield from records
        level = [item for record in records for item in record.values() if isinstance(item, dict)]


def _title(documents: Sequence[Any]) -> str:
    """Return the title of a single transcript, where the root or an object directly below it has one."""
    if len(documents) != 1:
        return ""
    for record in _records_around(documents):
        title_value = value_at(record, TITLE_KEYS)
        if (
            title_value
            and isinstance(title_value.value, str)
            and any(isinstance(item, dict | list) for item in record.values())
        ):
            return title_value.value
    return ""


def _doubled_warning(document: Document) -> list[str]:
    if not document.doubled:
        return []
    keys = ", ".join(json.dumps(key, ensure_ascii=False) for key in dict.fromkeys(key for key, _ in document.doubled))
    return [f"Duplicate keys in one object ({keys[:80]}): only the last value of each was read."]


def _keys_message(value: Any) -> str:
    return f"keys found at {keys_by_depth(value)}"
