"""CSV, Parquet and JSON lines as numbered rows of text: cells exact, ``NA`` a word like any other.

A row's number counts the header as 1, as a spreadsheet does; JSON lines have no header, so their first line is 1.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from needsseg.accounts.cells import text
from needsseg.errors import TableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FileFormat = Literal["csv", "parquet", "jsonl"]
PEEK = 64 * 1024
PEEK_LINES = 500
LONGEST_LINE = 32 * 1024 * 1024
# A text no cell holds: empty cells stay empty text, and only cells that a short row lacks become NULL.
ABSENT = "\x01absent\x01"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written; ``clean`` tells that DuckDB can read its bytes as they lie."""

    format: FileFormat
    header: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    clean: bool = True


def read_header(path: Path) -> tuple[str, ...]:
    """The column names of a CSV or Parquet file, or the dotted names that occur in the first JSON lines."""
    return layout(path).header


def layout(path: Path) -> Layout:
    """What kind of file this is, by content before extension; TableError where it is none that can be read."""
    try:
        if not path.is_file():
            raise TableError(f"{path}: no such file.", "Give a CSV, Parquet or JSON-lines file.")
        with path.open("rb") as stream:
            if stream.read(4) == b"PAR1":
                return Layout("parquet", _parquet_header(path))
        with open_bytes(path) as stream:
            head = stream.read(PEEK)
    except (OSError, EOFError) as error:
        raise TableError(f"{path}: cannot be read: {error}.", "Check the file and its permissions.") from error
    encoding = _encoding(path, head)
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t")
    if not start:
        raise TableError(f"{path.name}: the file is empty.", "Export it again with a header and rows.")
    if start.startswith("[") and path.name.removesuffix(".gz").endswith((".json", ".jsonl")):
        raise TableError(f"{path.name}: holds one JSON array.", "Write one object a line: jq -c '.[]' file.json")
    if start.startswith("{"):
        return Layout("jsonl", _json_header(path, encoding), encoding=encoding)
    return _csv_layout(path, encoding)


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unzipped where it is gzip."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if zipped:
            with gzip.open(raw) as stream:
                yield stream  # type: ignore[misc]
        else:
            yield raw


def rows_of(con: DuckDBPyConnection, path: Path, found: Layout, spare: Path) -> str:
    """A relation over the file with columns ``row`` and ``c0…cn`` (text), plus ``surplus`` for a cell too many.

    ``spare`` is where a copy in plain UTF-8 goes when the file's own bytes will not do.
    """
    if found.format == "parquet":
        cells = ", ".join(
            f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR) AS c{i}' for i, name in enumerate(found.header)
        )
        source = f"read_parquet({text(str(path))}, file_row_number = true)"
        return f"(SELECT file_row_number + 2 AS row, {cells}, NULL AS surplus FROM {source})"
    if not found.clean:
        _rewrite(path, found, spare)
    lying = path if found.clean else spare
    if found.format == "jsonl":
        lines = _csv_relation(lying, ["line"], "\x02", quote="", header=False)
        cells = ", ".join(
            f"coalesce(json_extract_string(line, {text(_json_path(name))}), '') AS c{i}"
            for i, name in enumerate(found.header)
        )
        numbered = f"SELECT row_number() OVER () AS row, line FROM {lines}"
        sorted_out = (
            "CASE WHEN json_valid(line) THEN NULL ELSE line END AS surplus, "
            "CASE WHEN json_valid(line) THEN line ELSE '{}' END AS line"
        )
        filled = f"SELECT row, {sorted_out} FROM ({numbered}) WHERE trim(coalesce(line, '')) <> ''"
        return f"(SELECT row, {cells}, surplus FROM ({filled}))"
    names = [f"c{i}" for i in range(len(found.header))]
    relation = _csv_relation(lying, [*names, "surplus"], found.delimiter, quote='"', header=True)
    blank = " AND ".join(f"coalesce({name}, '') = ''" for name in names)
    return f"(SELECT * FROM (SELECT row_number() OVER () + 1 AS row, * FROM {relation}) WHERE NOT ({blank}))"


def _csv_relation(path: Path, names: list[str], delimiter: str, quote: str, header: bool) -> str:
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    return (
        f"read_csv({text(str(path))}, columns = {columns}, auto_detect = false, header = {str(header).lower()}, "
        f"delim = {text(delimiter)}, quote = {text(quote)}, escape = {text(quote)}, nullstr = {text(ABSENT)}, "
        f"null_padding = true, parallel = false, max_line_size = {LONGEST_LINE}, "
        f"compression = {text('gzip' if _zipped(path) else 'none')})"
    )


def _zipped(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise TableError(f"{path.name}: is no text file.", "Give a CSV, Parquet or JSON-lines file.")
    with open_bytes(path) as stream:
        reader = io.TextIOWrapper(stream, encoding="utf-8")
        try:
            while reader.read(1024 * 1024):
                pass
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _csv_layout(path: Path, encoding: str) -> Layout:
    with open_text(path, encoding) as stream:
        first = stream.readline()
        rest_blank = False
        while not first.strip():
            rest_blank = True
            first = stream.readline()
        delimiter = max((",", ";", "\t", "|"), key=first.count)
        rest_blank = rest_blank or any(not line.strip() for line in stream)
    header = next(csv.reader([first], delimiter=delimiter))
    names = tuple(name.strip() for name in header)
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise TableError(f"{path.name}: the header names {', '.join(map(repr, twice))} twice.", "Rename one of them.")
    return Layout("csv", names, delimiter, encoding, clean=encoding == "utf-8" and not rest_blank)


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file's text without a byte-order mark; line ends inside quoted cells stay as they are."""
    with open_bytes(path) as stream:
        yield io.TextIOWrapper(stream, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


def _rewrite(path: Path, found: Layout, spare: Path) -> None:
    """A copy as UTF-8 in which an empty line is a row of empty cells, so that row numbers stay those of the file."""
    with open_text(path, found.encoding) as source, spare.open("w", encoding="utf-8", newline="") as copy:
        if found.format == "jsonl":
            copy.writelines(source)
            return
        width = len(found.header)
        writer = csv.writer(copy, delimiter=found.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        reader = csv.reader(source, delimiter=found.delimiter)
        header_seen = False
        try:
            for cells in reader:
                if not header_seen and not any(cells):
                    continue
                header_seen = True
                writer.writerow((cells or [""] * width)[: width + 1])
        except csv.Error as error:
            raise TableError(f"{path.name}, line {reader.line_num}: {error}.", "Correct the quoting there.") from error


def _parquet_header(path: Path) -> tuple[str, ...]:
    import duckdb

    try:
        with duckdb.connect() as con:
            rows = con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(path))})").fetchall()
    except duckdb.Error as error:
        raise TableError(f"{path.name}: is no readable Parquet file: {error}.", "Export it again.") from error
    return tuple(str(row[0]) for row in rows)


def _json_header(path: Path, encoding: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    with open_text(path, encoding) as stream:
        for _, line in zip(range(PEEK_LINES), stream, strict=False):
            try:
                found = json.loads(line)
            except ValueError:
                continue  # the row itself is rejected by number when the file is read
            if isinstance(found, dict):
                names.update(dict.fromkeys(_leaves(found, "")))
    if not names:
        raise TableError(
            f"{path.name}: none of its first {PEEK_LINES} lines is a JSON object.", "Write one object a line."
        )
    return tuple(names)


def _leaves(found: dict[str, object], above: str) -> Iterator[str]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        elif not isinstance(value, list):
            yield f"{above}{key}"


def _json_path(name: str) -> str:
    return "$" + "".join(f'."{part}"' for part in name.split("."))
