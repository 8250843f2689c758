"""Read CSV, Parquet and JSON lines as numbered rows of text, without interpreting cells such as ``NA``.

A row's number is that of a spreadsheet, which counts a title above the header too; JSON lines have no header, so their
first line is 1.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from needsseg.accounts.ingest.cells import text
from needsseg.accounts.ingest.csv_lines import each_line_is_a_row
from needsseg.accounts.ingest.csv_text import UNCLOSED, find_header, records
from needsseg.errors import TableError
from needsseg.tables import TableWriter

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FileFormat = Literal["csv", "parquet", "jsonl"]
PEEK = 64 * 1024
PEEK_LINES = 500
BEGINNING = 200  # lines in which a CSV's header is looked for
LONGEST_LINE = 32 * 1024 * 1024
PREVIEWED = 4 * 1024 * 1024
# A text that no cell holds, so that empty cells stay empty text, and only missing cells of short rows become NULL.
ABSENT = "\x01absent\x01"
TABLE_HINT = "Give a CSV, Excel (.xlsx), Parquet or JSON-lines file."
CUT_HINT = "It was not copied or downloaded whole; fetch it again."


@dataclass(frozen=True, slots=True)
class Layout:
    """The format of a file; ``clean`` means that DuckDB can read its bytes directly.

    ``first_row`` is the number of the first row below the header, and
    ``has_header`` says whether there is one. ``notes`` are what a person should know of it.
    """

    format: FileFormat
    header: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    clean: bool = True
    first_row: int = 2
    has_header: bool = True
    notes: tuple[str, ...] = ()


def read_header(path: Path) -> tuple[str, ...]:
    """Return the column names of a CSV or Parquet file, or the dotted names in the first JSON lines."""
    return layout(path).header


def layout(path: Path, name: str = "", whole_file: bool = True, has_header: bool | None = None) -> Layout:
    """Return the layout of a file, by content before suffix; TableError where it is not a readable table.

    ``name`` is the file's name in messages. Unless ``whole_file``, as for a preview, the encoding and blank lines are
    those of the file's beginning. ``has_header`` says whether a CSV names its columns; NoHeaderError where it is None and
    the first row looks like data.
    """
    name = name or path.name
    try:
        if not path.is_file():
            raise TableError(f"{path}: no such file.", TABLE_HINT)
        with path.open("rb") as stream:
            if stream.read(4) == b"PAR1":
                return Layout("parquet", _parquet_header(path, name))
        with open_bytes(path) as stream:
            head = stream.read(PEEK)
        return _text_layout(path, name, head, None if whole_file else PREVIEWED, has_header)
    except (EOFError, zlib.error) as error:
        raise TableError(f"{name}: is cut off: the gzip file ends in the middle, or is damaged.", CUT_HINT) from error
    except OSError as error:
        raise TableError(f"{name}: cannot be read: {error}.", "Check the file and its permissions.") from error


def _text_layout(path: Path, name: str, head: bytes, most: int | None, has_header: bool | None) -> Layout:
    if head.startswith(b"PK\x03\x04"):
        if not zipfile.is_zipfile(path):
            raise TableError(f"{name}: is cut off: the zip file ends in the middle, or is damaged.", CUT_HINT)
        raise TableError(f"{name}: is a zip file or an office document, not a table.", TABLE_HINT)
    encoding = _encoding(path, name, head, most)
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t")
    if not start:
        raise TableError(f"{name}: the file is empty.", "Export it again with a header and rows.")
    if start.startswith("[") and name.removesuffix(".gz").endswith((".json", ".jsonl")):
        raise TableError(f"{name}: holds one JSON array.", "Write one object a line: jq -c '.[]' file.json")
    if start.startswith("{"):
        return Layout("jsonl", _json_header(path, name, encoding), encoding=encoding)
    return _csv_layout(path, name, encoding, most, has_header)


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


def rows_of(con: DuckDBPyConnection, path: Path, file_layout: Layout, scratch: Path) -> str:
    """Return an SQL relation over the file with columns ``row``, ``c0…cn`` (text) and ``surplus`` (an extra cell).

    Those of a Parquet file also as they are stored, as ``c0_stored`` and so on.
    ``scratch`` is the path for a UTF-8 copy where the file cannot be read directly.
    """
    if file_layout.format == "parquet":
        columns = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in file_layout.header]
        cells = ", ".join(
            f"CAST({column} AS VARCHAR) AS c{i}, {column} AS c{i}_stored" for i, column in enumerate(columns)
        )
        source = f"read_parquet({text(str(path))}, file_row_number = true)"
        return f"(SELECT file_row_number + 2 AS row, {cells}, NULL AS surplus FROM {source})"
    if not file_layout.clean:
        _rewrite(path, file_layout, scratch)
    readable = path if file_layout.clean else scratch
    if file_layout.format == "jsonl":
        lines = _csv_relation(readable, ["line"], "\x02", quote="", header=False)
        cells = ", ".join(
            f"coalesce(json_extract_string(line, {text(_json_path(name))}), '') AS c{i}"
            for i, name in enumerate(file_layout.header)
        )
        numbered = f"SELECT row_number() OVER () AS row, line FROM {lines}"
        sorted_out = (
            "CASE WHEN json_valid(line) THEN NULL ELSE line END AS surplus, "
            "CASE WHEN json_valid(line) THEN line ELSE '{}' END AS line"
        )
        filled_lines = f"SELECT row, {sorted_out} FROM ({numbered}) WHERE trim(coalesce(line, '')) <> ''"
        return f"(SELECT row, {cells}, surplus FROM ({filled_lines}))"
    names = [f"c{i}" for i in range(len(file_layout.header))]
    relation = _csv_relation(readable, [*names, "surplus"], file_layout.delimiter, quote='"', header=True)
    blank = " AND ".join(f"coalesce({name}, '') = ''" for name in names)
    is_row = f"surplus IS NOT NULL OR NOT ({blank})"
    return f"(SELECT * FROM (SELECT row_number() OVER () + {file_layout.first_row - 1} AS row, * FROM {relation}) WHERE {is_row})"


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


def _encoding(path: Path, name: str, head: bytes, most: int | None) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise TableError(f"{name} is not a text file.", TABLE_HINT)
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(path) as stream:
        try:
            for block in _blocks(stream, most):
                decoder.decode(block)
            # An incomplete character at the very end means a truncated file, not another encoding.
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _blocks(stream: IO[bytes], most: int | None) -> Iterator[bytes]:
    """The stream in blocks, no further than ``most`` bytes where that is given."""
    bytes_read = 0
    while (most is None or bytes_read < most) and (block := stream.read(1024 * 1024)):
        bytes_read += len(block)
        yield block


def _csv_layout(path: Path, name: str, encoding: str, most: int | None, has_header: bool | None) -> Layout:
    with open_text(path, encoding) as stream:
        beginning = list(islice(stream, BEGINNING))
    header = find_header(beginning, name, has_header)
    clean = encoding == "utf-8" and header.first_row == 2 and header.has_header
    if clean:
        with open_bytes(path) as lines:
            clean = each_line_is_a_row(_blocks(lines, most))
    if len(set(header.names)) < len(header.names):
        twice = sorted({cell for cell in header.names if header.names.count(cell) > 1})
        raise TableError(f"{name}: the header names {', '.join(map(repr, twice))} twice.", "Rename one of them.")
    return Layout(
        "csv", header.names, header.delimiter, encoding, clean, header.first_row, header.has_header, header.notes
    )


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file's text without a byte-order mark; line ends inside quoted cells stay as they are."""
    with open_bytes(path) as stream:
        spelt = "utf-8-sig" if encoding == "utf-8" else encoding
        yield io.TextIOWrapper(stream, encoding=spelt, errors="replace", newline="")


def _rewrite(path: Path, file_layout: Layout, scratch: Path) -> None:
    """Write a UTF-8 copy in which an empty line is a row of empty cells, so that row numbers stay those of the file."""
    with open_text(path, file_layout.encoding) as source, scratch.open("w", encoding="utf-8", newline="") as copy:
        if file_layout.format == "jsonl":
            copy.writelines(source)
            return
        width = len(file_layout.header)
        writer = TableWriter(copy, delimiter=file_layout.delimiter, quote_all=True)
        csv.field_size_limit(LONGEST_LINE)
        writer.header(file_layout.header)
        for cells in islice(records(source, file_layout.delimiter), file_layout.first_row - 1, None):
            if cells and cells[0].startswith(UNCLOSED):
                cells = [*[""] * width, cells[0]]
            writer.row((cells or [""] * width)[: width + 1])


def _parquet_header(path: Path, name: str) -> tuple[str, ...]:
    import duckdb

    with path.open("rb") as stream:
        stream.seek(-4, io.SEEK_END)
        if stream.tell() < 8 or stream.read() != b"PAR1":
            raise TableError(f"{name}: is cut off: the Parquet file has no end.", CUT_HINT)
    try:
        with duckdb.connect() as con:
            rows = con.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(path))})").fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TableError(f"{name} is not a readable Parquet file: {first}.", "Export it again.") from error
    return tuple(str(row[0]) for row in rows)


def _json_header(path: Path, name: str, encoding: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    with open_text(path, encoding) as stream:
        for _, line in zip(range(PEEK_LINES), stream, strict=False):
            try:
                first_object = json.loads(line)
            except ValueError:
                continue  # the row itself is rejected by number when the file is read
            if isinstance(first_object, dict):
                names.update(dict.fromkeys(_leaves(first_object, "")))
    if not names:
        raise TableError(f"{name}: none of its first {PEEK_LINES} lines is a JSON object.", "Write one object a line.")
    return tuple(names)


def _leaves(record: dict[str, object], prefix: str) -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield f"{prefix}{key}"


def _json_path(name: str) -> str:
    return "$" + "".join(f'."{part}"' for part in name.split("."))
