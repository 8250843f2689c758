"""Codebooks as tables: one code per row with its parent and meaning, in CSV, TSV or a spreadsheet (.xlsx)."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.exchange.refi.archive import LARGEST_MEMBER
from needsseg.exchange.refi.offsets import Convention
from needsseg.exchange.refi.parsing import Dropped
from needsseg.exchange.refi.reading import Read
from needsseg.exchange.refi.records import Code, Project

SUFFIXES = (".csv", ".tsv", ".xlsx")
MOST_ROWS = 100_000
_COLUMNS = {
    "code": ("code", "codes", "codename", "nameofcode", "name"),
    "parent": ("parent", "parentcode", "parentname", "codeabove", "category", "codegroup", "codegroup1", "theme"),
    "description": ("description", "definition", "meaning", "memo", "codememo", "comment"),
    "colour": ("colour", "color"),
}
_OF_TALK = frozenset(
    {
        "text",
        "words",
        "speaker",
        "utterance",
        "speech",
        "transcript",
        "transcriptid",
        "answer",
        "quote",
        "quotation",
        "segment",
    }
)
_BETWEEN_LEVELS = re.compile(r"\s*(?:\\|>|::|→)\s*")
_PEEK = 65_536
_SAVE_AGAIN = "Save it as CSV (UTF-8) with the columns code, parent and description."


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: dict[str, str]


def is_code_table(path: Path) -> bool:
    """Return whether a file is a table of codes: its columns are codes and parents or descriptions, but not speech."""
    if path.suffix.casefold() not in SUFFIXES:
        return False
    try:
        rows = _sheet(path, head=True) if path.suffix.casefold() == ".xlsx" else _separated(path, head=True)
    except NeedssegError:
        return False
    columns = _columns(next(iter(rows), []))
    header_words = {_plain(cell) for cell in next(iter(rows), [])}
    return "code" in columns and ("parent" in columns or "description" in columns) and not header_words & _OF_TALK


def read_code_table(path: Path) -> Read:
    """Return the codes of a table, parents before children; rows without a code are listed.

    A code above that has no row of its own is made. NeedssegError where the file is no such table.
    """
    rows = _sheet(path) if path.suffix.casefold() == ".xlsx" else _separated(path)
    if not rows:
        raise NeedssegError(f"{path}: is empty.", _SAVE_AGAIN)
    columns = _columns(rows[0])
    if "code" not in columns:
        header_text = ", ".join(cell for cell in rows[0] if cell.strip()) or "none"
        raise NeedssegError(f"{path}: row 1 names no column for codes; the columns are: {header_text}.", _SAVE_AGAIN)
    dropped: list[Dropped] = []
    code_rows: list[_Row] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[column].strip() if column < len(row) else "" for name, column in columns.items()}
        if cells["code"]:
            code_rows.append(_Row(number, cells))
        elif any(cell.strip() for cell in row):
            dropped.append(Dropped("row", f"row {number}", "names no code"))
    codes = _in_order(_codes(code_rows, dropped), dropped)
    return Read(Project(path.stem, "table", codes=codes), Convention(), tuple(dropped))


def _plain(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell).casefold()


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [_plain(cell) for cell in header]
    column_by_name: dict[str, int] = {}
    for column, spellings in _COLUMNS.items():
        at = next((names.index(name) for name in spellings if name in names), None)
        if at is not None:
            column_by_name[column] = at
    return column_by_name


def _separated(path: Path, head: bool = False) -> list[list[str]]:
    """Return the rows of a CSV or TSV file, with the separator of the first line; only the first ones for ``head``."""
    from needsseg.transcripts.decoding import decoded

    try:
        with path.open("rb") as file:
            data = file.read(_PEEK if head else LARGEST_MEMBER + 1)
        if len(data) > LARGEST_MEMBER:
            raise NeedssegError(
                f"{path}: has more than {LARGEST_MEMBER // 1_000_000} MB, as no codebook has.", _SAVE_AGAIN
            )
        text, _ = decoded(data.rpartition(b"\n")[0] if head and len(data) == _PEEK else data, str(path))
    except OSError as error:
        raise NeedssegError(f"{path}: cannot be read: {error.strerror}.", "Check the path.") from error
    text = text.lstrip("\ufeff\n")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise NeedssegError(
                    f"{path}: has more than {MOST_ROWS} rows, more than a codebook can have.", _SAVE_AGAIN
                )
            if head:
                break
    except csv.Error as error:
        raise NeedssegError(f"{path}: row {len(rows) + 1} is not a row of a table: {error}.", _SAVE_AGAIN) from error
    return rows


def _sheet(path: Path, head: bool = False) -> list[list[str]]:
    """Return the rows of a spreadsheet's first sheet, from the first non-empty one."""
    try:
        import openpyxl  # type: ignore[import-untyped,unused-ignore]
    except ImportError as error:
        raise NeedssegError(
            f"{path}: reading spreadsheets needs openpyxl, which is not installed.", _SAVE_AGAIN
        ) from error
    try:
        data = path.read_bytes()
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_MEMBER:
                raise NeedssegError(f"{path}: unpacks to more than a codebook can hold.", _SAVE_AGAIN)
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        rows: list[list[str]] = []
        for row in book.worksheets[0].iter_rows(values_only=True):
            cells = ["" if cell is None else str(cell) for cell in row]
            if rows or any(cell.strip() for cell in cells):
                rows.append(cells)
            if len(rows) > MOST_ROWS:
                raise NeedssegError(
                    f"{path}: has more than {MOST_ROWS} rows, more than a codebook can have.", _SAVE_AGAIN
                )
            if head and rows:
                break
    except NeedssegError:
        raise
    except FileNotFoundError as error:
        raise NeedssegError(f"{path}: there is no such file.", "Check the path.") from error
    # For a damaged file the library passes on exceptions of many kinds.
    except Exception as error:
        raise NeedssegError(f"{path}: is damaged or not a spreadsheet (.xlsx): {error}.", _SAVE_AGAIN) from error
    return rows


def _codes(rows: Iterable[_Row], dropped: list[Dropped]) -> dict[str, Code]:
    """Return codes by their path in the tree; a second row of a code adds its description where the first has none."""
    codes: dict[str, Code] = {}
    id_by_name: dict[str, str] = {}
    rows = list(rows)
    names_with_row = {row.cells["code"].casefold() for row in rows}
    parents_wanted: list[tuple[str, str]] = []
    for row in rows:
        name, parent_name = row.cells["code"], row.cells.get("parent", "")
        guid = f"{parent_name.casefold()}\0{name.casefold()}"
        colour = row.cells.get("colour", "").lower()
        colour = colour if re.fullmatch("#[0-9a-f]{6}", colour) else ""
        description = row.cells.get("description", "").replace("\r\n", "\n").replace("\r", "\n")
        if guid in codes:
            if description and codes[guid].description not in ("", description):
                dropped.append(
                    Dropped("row", f"row {row.number}", f"repeats the description of “{name}”; not imported")
                )
            codes[guid] = replace(codes[guid], description=codes[guid].description or description)
            continue
        codes[guid] = Code(guid, name, "", colour, description)
        id_by_name.setdefault(name.casefold(), guid)
        parents_wanted.append((guid, parent_name))
    for guid, parent_name in parents_wanted:
        codes[guid] = replace(codes[guid], parent=_above(codes, id_by_name, names_with_row, parent_name))
    return codes


def _above(codes: dict[str, Code], id_by_name: dict[str, str], names_with_row: set[str], parent_name: str) -> str:
    """Return the parent code by its name, or by the names of all levels; created where it has no row."""
    if not parent_name:
        return ""
    levels = (
        [parent_name]
        if parent_name.casefold() in names_with_row
        else [level for level in _BETWEEN_LEVELS.split(parent_name) if level]
    )
    parent = ""
    for level in levels:
        code_id = id_by_name.get(level.casefold())
        if code_id is None:
            code_id = f"{parent}\0{level.casefold()}"
            codes[code_id] = Code(code_id, level, parent)
            id_by_name[level.casefold()] = code_id
        parent = code_id
    return parent


def _in_order(codes: dict[str, Code], dropped: list[Dropped]) -> tuple[Code, ...]:
    """Sort parents before children; a code that is its own ancestor becomes a top-level code, and is listed."""
    walked: dict[str, str] = {}
    for start in codes:
        ancestor = start
        while ancestor and ancestor not in walked:
            walked[ancestor] = start
            ancestor = codes[ancestor].parent
        # A walk that returns to a visited code is a cycle.
        if ancestor and walked[ancestor] == start:
            dropped.append(
                Dropped("code", codes[ancestor].name, "lies under itself in the table; it stands at the top here")
            )
            codes[ancestor] = replace(codes[ancestor], parent="")
    children: dict[str, list[Code]] = {}
    for code in codes.values():
        children.setdefault(code.parent, []).append(code)
    ordered: list[Code] = []
    waiting = children.get("", [])[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting += children.get(ordered[-1].guid, [])[::-1]
    return tuple(ordered)
