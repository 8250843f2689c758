"""Gather the files of one source: single files, folders, patterns, zip files and database tables."""

from __future__ import annotations

import glob
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from needsseg.accounts.ingest.databases import Selection, copy_from_file, copy_from_server, database_kind
from needsseg.accounts.ingest.databases.addresses import is_address
from needsseg.accounts.ingest.file_rows import Layout, layout
from needsseg.accounts.ingest.workbooks import is_workbook, refuse_old_workbook, spool_sheet
from needsseg.errors import Advice, NeedssegError, Option, TableError, UsageError
from needsseg.files import file_sha256, private_folder

# Hourly event files for two years, and more than any CRM needs; a larger archive is malicious or a mistake.
MOST_MEMBERS = 20_000
MOST_UNPACKED = 32 * 1024**3
MOST_RATIO = 1_000
RATIO_FROM = 64 * 1024**2
HIDDEN = (".", "__MACOS", "~$")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a source: its name, its path, its hash, its layout once it is known, and what to say of it."""

    name: str
    path: Path
    sha256: str
    layout: Layout | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The parts of a source in order, the files that could not be opened with the reason, and duplicates."""

    parts: tuple[Part, ...]
    refused: tuple[tuple[str, str], ...] = ()
    twice: tuple[str, ...] = ()


@contextmanager
def gathered(
    sources: Sequence[str | Path],
    folder: Path | None = None,
    table: str = "",
    rows: int | None = None,
    is_own_file: Callable[[Path], bool] = lambda _: False,
    query: str = "",
) -> Iterator[Gathered]:
    """Gather what ``sources`` name: files, folders (all files below), patterns, zip files, databases with ``table`` or ``query``.

    Content of archives and databases is copied below ``folder`` (the system's temporary folder where None) until the
    context ends; ``rows`` limits the rows copied of a table. Files for which ``is_own_file`` is true are skipped in
    folders. TableError where there is no file, or where a single file cannot be read.
    """
    selection = Selection(table, query)
    if not sources:
        raise UsageError("No file is named.", "Name a CSV, Excel, Parquet or JSON-lines file, a folder or a database.")
    with private_folder(folder, "reading") as scratch:
        parts: list[Part] = []
        refused: list[tuple[str, str]] = []
        for name in sources:
            try:
                for part in _parts(str(name), scratch, selection, rows, is_own_file):
                    if isinstance(part, Part):
                        parts.append(part)
                    else:
                        refused.append(part)
            except TableError as error:
                if len(sources) == 1:
                    raise
                refused.append((str(name), f"{error.message} {error.hint}".strip()))
        first: dict[str, Part] = {}
        twice = [part.name for part in parts if first.setdefault(part.sha256, part) is not part]
        distinct_parts = list(first.values())
        if not distinct_parts:
            raise (
                TableError(*refused[0])
                if refused
                else TableError(
                    f"{sources[0]}: holds no file.", "Name a CSV, Excel (.xlsx), Parquet or JSON-lines file."
                )
            )
        yield Gathered(tuple(distinct_parts), tuple(refused), tuple(twice))


def laid_out(
    parts: Iterable[Part], whole_files: bool = True, has_header: bool | None = None
) -> tuple[tuple[Part, ...], tuple[tuple[str, str], ...]]:
    """Return the parts with their layouts, and the unreadable ones with the reason; TableError where none is readable.

    ``has_header`` says whether the files name their columns, as in ``layout``.
    """
    readable: list[Part] = []
    refused: list[tuple[str, str]] = []
    first_error: TableError | None = None
    for part in parts:
        try:
            readable.append(part if part.layout else _laid_out(part, whole_files, has_header))
        except TableError as error:
            first_error = first_error or error
            refused.append((part.name, error.message.removeprefix(f"{part.name}: ")))
    if first_error and not readable:
        raise first_error
    return tuple(readable), tuple(refused)


def _laid_out(part: Part, whole_file: bool, has_header: bool | None) -> Part:
    part_layout = layout(part.path, part.name, whole_file, has_header)
    return replace(part, layout=part_layout, notes=(*part.notes, *part_layout.notes))


def label(names: Sequence[str]) -> str:
    """Return the name of a source of several files."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"


def _parts(
    source: str, scratch: Path, selection: Selection, rows: int | None, is_own_file: Callable[[Path], bool]
) -> Iterator[Part | tuple[str, str]]:
    if is_address(source):
        yield _spooled(scratch, lambda target: copy_from_server(source, selection, target, rows))
        return
    path = Path(source).expanduser()
    if path.is_dir():
        yield from _of_folder(path, scratch, selection, is_own_file)
    elif not path.exists() and glob.has_magic(source):
        matching_paths = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        files = [name for name in matching_paths if name.is_file() and not is_own_file(name)]
        if not files:
            raise TableError(
                f"{source}: no file fits this pattern.", "Give a CSV, Excel (.xlsx), Parquet or JSON-lines file."
            )
        base = Path(os.path.commonpath([file.parent for file in files])) if len(files) > 1 else files[0].parent
        for file in files:
            yield from _of_file(file, str(file.relative_to(base)), scratch, selection, named_directly=len(files) == 1)
    else:
        yield from _of_file(path, path.name, scratch, selection, named_directly=True, rows=rows)


def _of_folder(
    folder: Path, scratch: Path, selection: Selection, is_own_file: Callable[[Path], bool]
) -> Iterator[Part | tuple[str, str]]:
    file_count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(HIDDEN) and not is_own_file(Path(place, name))
        )
        for name in sorted(files):
            file = Path(place, name)
            if name.startswith(HIDDEN) or is_own_file(file) or not file.is_file():
                continue
            file_count += 1
            yield from _of_file(
                file, f"{folder.name}/{file.relative_to(folder)}", scratch, selection, named_directly=False
            )
    if not file_count:
        raise TableError(f"{folder}: holds no file.", "Name a folder of CSV, Parquet or JSON-lines files.")


def _of_file(
    path: Path, name: str, scratch: Path, selection: Selection, named_directly: bool, rows: int | None = None
) -> Iterator[Part | tuple[str, str]]:
    """Yield the part of a file, or the parts in it; for an unreadable file in a folder its name and the reason."""
    try:
        if not path.is_file():
            raise TableError(f"{path}: no such file.", "Give a CSV, Excel (.xlsx), Parquet or JSON-lines file.")
        try:
            kind = database_kind(path)
            zipped = not kind and zipfile.is_zipfile(path)
            sha = "" if kind or zipped else file_sha256(path)
            refuse_old_workbook(path, name)
        except OSError as error:
            raise TableError(f"{path}: cannot be read: {error}.", "Check the file and its permissions.") from error
        if kind:
            yield _spooled(scratch, lambda target: copy_from_file(path, kind, selection, target, rows))
        elif selection.query:
            raise UsageError(
                f"{name} is not a database, and cannot be queried.", Advice("Leave the query out", Option.QUERY, ".")
            )
        elif zipped and is_workbook(path):
            yield _sheet(path, name, scratch, selection.table, rows)
        elif zipped:
            yield from _of_zip(path, name, scratch, selection.table)
        elif selection.table:
            raise UsageError(
                f"{name} is not a database or a workbook and has no tables to choose from.",
                Advice("Leave the table out", Option.TABLE, "."),
            )
        else:
            yield Part(name, path, sha)
    except (TableError, UsageError) as error:
        if named_directly or (selection.table and isinstance(error, UsageError)):
            raise
        yield name, error.message.removeprefix(f"{name}: ")


def _spooled(scratch: Path, spool: Callable[[Path], tuple[str, Layout]]) -> Part:
    target = scratch / f"{len(list(scratch.iterdir())):06}.csv"
    name, layout_found = spool(target)
    return Part(name, target, file_sha256(target), layout_found)


def _sheet(path: Path, name: str, scratch: Path, table: str, rows: int | None = None) -> Part:
    """Return the sheet of a workbook as a part; its hash is that of the cells, so that only a changed sheet is new."""
    target = scratch / f"{len(list(scratch.iterdir())):06}.csv"
    sheet_name, notes = spool_sheet(path, name, table, target, rows)
    return Part(sheet_name, target, file_sha256(target), None, notes)


def _of_member(path: Path, name: str, scratch: Path, table: str) -> Iterator[Part | tuple[str, str]]:
    try:
        refuse_old_workbook(path, name)
        yield (_sheet(path, name, scratch, table) if is_workbook(path) else Part(name, path, file_sha256(path)))
    except (TableError, UsageError) as error:
        yield name, f"{error.message} {error.hint}".removeprefix(f"{name}: ")


def _of_zip(path: Path, name: str, scratch: Path, table: str = "") -> Iterator[Part | tuple[str, str]]:
    """Yield the files in a zip, copied under numbers, since the names in an archive are not trusted as paths."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            members = [info for info in members if not info.filename.rpartition("/")[2].startswith(HIDDEN)]
            members = [info for info in members if not info.filename.startswith("__MACOS")]
            names = {info.filename for info in members}
            if names & {"[Content_Types].xml", "mimetype", "project.qde"}:
                raise TableError(f"{name}: is an office document, no table.", "Save it as CSV.")
            if len(members) > MOST_MEMBERS:
                raise TableError(f"{name}: holds {len(members):,} files.", f"At most {MOST_MEMBERS:,} are read of one.")
            if not members:
                raise TableError(f"{name}: holds no file.", "Export it again.")
            unpacked = 0
            for info in sorted(members, key=lambda member: member.filename):
                inside = f"{name}/{info.filename}"
                if info.flag_bits & 1:
                    yield inside, "is locked with a password. Unpack it first."
                    continue
                target = scratch / f"{len(list(scratch.iterdir())):06}"
                unpacked += _unpacked(archive, info, target, name, unpacked)
                yield from _of_member(target, inside, scratch, table)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise TableError(
            f"{name}: is cut off or damaged: {error}.", "It was not copied or downloaded whole; fetch it again."
        ) from error
    except OSError as error:
        raise NeedssegError(f"{name}: cannot be unpacked: {error}.", "Free space beside the study.") from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, before: int) -> int:
    """Copy one member and count its bytes, since the sizes in an archive's directory may be false."""
    size = 0
    with archive.open(info) as source, target.open("wb") as copy:
        while block := source.read(1024 * 1024):
            size += len(block)
            is_bomb = size > RATIO_FROM and size > MOST_RATIO * max(1, info.compress_size)
            if is_bomb or before + size > MOST_UNPACKED:
                raise TableError(
                    f"{name}: {info.filename} has an implausible compression ratio; it was not unpacked.",
                    "Unpack it yourself if you trust it, and import the folder.",
                )
            copy.write(block)
    return size
