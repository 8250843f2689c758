"""Read a table of responses from CSV, JSON lines, or a JSON array, as flat rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from needsseg.errors import TableError

MOST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One row as flat cells; ``answer_names`` are cells that are certainly answers, ``error`` is what is wrong with the row."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    answer_names: frozenset[str] = frozenset()
    error: str = ""


def records(text: str, name: str) -> Iterator[Record]:
    """Yield the rows of a text, called ``name`` in messages; TableError where it is in none of these formats."""
    text = text.removeprefix("\ufeff")
    first = text.lstrip()[:1]
    if first == "[" or (first == "{" and _is_whole(text)):
        try:
            document = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            raise TableError(f"{name}: not valid JSON: {error}.", "Give an array of objects, or JSON lines.") from error
        if isinstance(document, dict):
            document = next(
                (document[key] for key in ("items", "data", "responses") if _is_rows(document.get(key))), [document]
            )
        yield from (_flat(number, row) for number, row in enumerate(document, start=1))
    elif first == "{":
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    yield _flat(number, json.loads(line))
                except (json.JSONDecodeError, RecursionError) as error:
                    yield Record(number, error=f"not valid JSON: {error}")
    else:
        yield from _cells(text, name)


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _is_whole(text: str) -> bool:
    """Return whether a text that begins with { is a single object, not one per line."""
    try:
        json.loads(text.lstrip().split("\n", 1)[0])
    except (json.JSONDecodeError, RecursionError):
        return True
    return "\n" not in text.strip()


def _cells(text: str, name: str) -> Iterator[Record]:
    head = text.partition("\n")[0]
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    header: list[str] | None = None
    try:
        for number, cells in enumerate(reader, start=1):
            if header is None:
                header = [cell.strip() for cell in cells]
                twice = next((cell for i, cell in enumerate(header) if cell and cell in header[:i]), None)
                if twice is not None:
                    raise TableError(f"{name}: two columns are called '{twice}'.", "Rename one of them.")
            elif not any(cell.strip() for cell in cells):
                continue
            elif len(cells) != len(header):
                more = "more" if len(cells) > len(header) else "fewer"
                yield Record(number, error=f"the row has {more} cells than the header")
            else:
                pairs = zip(header, cells, strict=True)
                yield Record(number, {column: cell.strip() for column, cell in pairs if column})
    except csv.Error as error:
        raise TableError(f"{name}, line {reader.line_num}: not CSV: {error}.", "Save it as CSV again.") from error


def _flat(number: int, row: Any) -> Record:
    """Flatten one JSON response: ``answers``, ``data``, ``hidden`` and ``variables`` are expanded, as are Typeform's answers."""
    if not isinstance(row, dict):
        return Record(number, error="not an object")
    cells: dict[str, str] = {}
    answer_names: set[str] = set()
    for key, value in row.items():
        if key == "answers" and isinstance(value, list):
            answers = dict(filter(None, map(_typeform, value)))
            cells |= answers
            answer_names |= set(answers)
        elif key in ("answers", "data", "hidden", "variables") and isinstance(value, dict):
            cells |= {str(name): _cell(inner) for name, inner in value.items()}
            answer_names |= set(map(str, value)) if key == "answers" else set()
        else:
            cells[str(key)] = _cell(value)
    return Record(number, cells, frozenset(answer_names))


def _typeform(answer: Any) -> tuple[str, str] | None:
    field = answer.get("field") if isinstance(answer, dict) else None
    choice = answer.get("choice") if isinstance(answer, dict) else None
    if not isinstance(field, dict) or not isinstance(choice, dict):
        return None
    return str(field.get("ref") or field.get("id")), str(choice.get("ref") or choice.get("label") or "")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and len(value) == 1:
        return _cell(value[0])
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
