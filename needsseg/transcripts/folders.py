"""Sort the files in a folder: transcripts to read, possible transcripts that cannot be read, and all others."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import TranscriptError
from needsseg.transcripts.decoding import decoded
from needsseg.transcripts.json.rows import json_of_speech, json_text_of_speech
from needsseg.transcripts.tables.reading import read_workbook
from needsseg.transcripts.tables.rows import looks_delimited
from needsseg.transcripts.tables.workbook import sheets_of

SUFFIXES: tuple[str, ...] = (
    ".txt", ".text", ".md", ".markdown", ".vtt", ".srt", ".lrc", ".docx", ".odt", ".rtf", ".pdf", ".html", ".htm",
    ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".xlsx", ".otr", ".dote", ".cha",
)  # fmt: skip
"""Suffixes of files that are read from a folder."""
_TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
_AUDIO = (
    ".aac", ".aif", ".aiff", ".amr", ".avi", ".caf", ".flac", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpg",
    ".mpeg", ".oga", ".ogg", ".opus", ".wav", ".webm", ".wma", ".wmv", ".3gp", ".dss", ".ds2",
)  # fmt: skip
_SAVE_AS_DOCX = "Save it as .docx or as plain text, and import that."
_SAVE_AS_CSV = "Save the sheet as .xlsx or .csv, and import that."
_UNPACK = "Unpack it, and import what it holds."
_EXPORT_SUBTITLES = "Export it as .srt or .vtt from the program that wrote it."
_EXPORT_PROJECT = "Export it as .qdpx (REFI-QDA) from the program that wrote it, and import that."
WHAT_TO_DO: Mapping[str, str] = {
    **dict.fromkeys(_AUDIO, "A recording has no words to read. Have it transcribed, and import the transcript."),
    **dict.fromkeys(
        (".doc", ".dot", ".docm", ".dotx", ".wps", ".wpd", ".pages", ".fodt", ".ott", ".sxw"), _SAVE_AS_DOCX
    ),
    **dict.fromkeys((".epub", ".mobi", ".ps", ".djvu", ".xps", ".tex", ".ppt", ".pptx", ".odp", ".one"), _SAVE_AS_DOCX),
    **dict.fromkeys((".eml", ".msg", ".mht", ".mhtml", ".mbox", ".webarchive"), _SAVE_AS_DOCX),
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".sav", ".parquet"), _SAVE_AS_CSV),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"), _UNPACK),
    **dict.fromkeys((".ass", ".ssa", ".sbv", ".sub", ".ttml", ".dfxp", ".stl", ".smi", ".scc"), _EXPORT_SUBTITLES),
    **dict.fromkeys((".eaf", ".textgrid", ".trs", ".exb", ".antx"), "Export it as text with speakers and times."),
    **dict.fromkeys((".nvp", ".nvpx", ".mx18", ".mx20", ".mx22", ".mx24", ".atlproj", ".atlproj23"), _EXPORT_PROJECT),
    **dict.fromkeys((".qdpx", ".qdc"), "Projects and codebooks are imported whole: name this file itself."),
    **dict.fromkeys((".gdoc", ".url", ".webloc"), "This is only a link. Download what it leads to, and import that."),
}
"""What to do with files that may hold speech but are not read, by suffix."""
_TRIED = frozenset({".json", ".xlsx"})
_LARGEST_JSON = 50_000_000
_PEEK = 65_536
_LONGEST_LINE = 20_000_000
_NO_TALK = re.compile(r"~\$.*|(?:README|LICEN[SC]E|COPYING|CHANGELOG)(?:_[a-z]{2}|[-.][\w.-]*)?", re.IGNORECASE)
_LONG_CELL = 8
_SAMPLE_LINES = 20


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that may hold speech and is not read, with the reason and what to do."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class FolderContents:
    """All files below a folder, sorted by path: those to read, those that may hold speech but are not read, and others."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]
    others: tuple[Path, ...]


def folder_contents(folder: str | Path) -> FolderContents:
    """Return the files below a folder, at any depth, by whether they are read.

    Files with SUFFIXES are read, but tables only where their columns are those of speech or their cells are long. Files
    in WHAT_TO_DO, symbolic links out of the folder, and non-files named like a transcript may hold speech and are
    ``passed_over``. All else (README and LICENSE, a word processor's lock files, pictures) is in ``others``; hidden
    names (with a leading dot) are left out. Raises TranscriptError where the folder is missing or not a folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise TranscriptError(f"{root}: there is no such folder.", "Check the path.")
    files: list[Path] = []
    passed_over: list[PassedOver] = []
    other_files: list[Path] = []
    for path, reason in _walk(root):
        if reason:
            passed_over.append(PassedOver(path, reason))
        elif _NO_TALK.fullmatch(path.name):
            other_files.append(path)
        elif reason := _why_not_read(path):
            passed_over.append(PassedOver(path, reason))
        elif path.suffix.casefold() not in SUFFIXES or (
            path.suffix.casefold() in _TABLES and not _may_hold_speech(path)
        ):
            other_files.append(path)
        else:
            files.append(path)
    return FolderContents(tuple(sorted(files)), tuple(sorted(passed_over, key=_path_of)), tuple(sorted(other_files)))


def transcript_files(folder: str | Path) -> list[Path]:
    """Return the files below a folder that may be transcripts, sorted by path: the ``files`` of ``folder_contents``."""
    return list(folder_contents(folder).files)


def why_no_file(path: Path) -> str:
    """Return why an existing path is not a regular file (a device, a pipe, a socket) and what to do; "" for a file."""
    mode = path.stat().st_mode
    kinds = (
        (stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device"),
        (stat.S_ISFIFO(mode), "a pipe"),
        (stat.S_ISSOCK(mode), "a socket"),
    )
    kind = next((kind for is_kind, kind in kinds if is_kind), "")
    return f"is {kind}, not a file. Save its output in a file, and import that." if kind else ""


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file below a folder that is not hidden, with the reason where it cannot be followed or read."""
    home = root.resolve()
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(root, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*linked, *(name for name in names if not name.startswith("."))):
            path = Path(parent, name)
            reason = _of_a_link(path, home) if path.is_symlink() else ""
            if reason or name not in linked:
                yield path, reason
    for error in unreadable:
        yield Path(str(error.filename)), f"this folder cannot be opened: {error.strerror}. Change its permissions."


def _of_a_link(path: Path, home: Path) -> str:
    """Return why a symbolic link is not followed; "" for one within the folder and one that cannot be a transcript."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "" if not _may_hold_talk(path) else "is a symbolic link to a missing file. Remove or correct it."
    if target.is_relative_to(home) or not (target.is_dir() or _may_hold_talk(path) or _may_hold_talk(target)):
        return ""
    return "is a symbolic link out of the folder and was not followed. To import the file, name it directly."


def _may_hold_talk(path: Path) -> bool:
    suffix = path.suffix.casefold()
    return (suffix in SUFFIXES or suffix in WHAT_TO_DO) and not _NO_TALK.fullmatch(path.name)


def _why_not_read(path: Path) -> str:
    """Return why a file that may hold speech is not read and what to do; "" for one that is read or holds none."""
    suffix = path.suffix.casefold()
    try:
        if suffix in SUFFIXES and (reason := why_no_file(path)):
            return reason
    except OSError as error:
        return f"cannot be read: {error.strerror}."
    if suffix in _TRIED:
        return _why_no_talk(path, suffix)
    if suffix in WHAT_TO_DO:
        return f"{suffix} is not read. {WHAT_TO_DO[suffix]}"
    return ""


def _why_no_talk(path: Path, suffix: str) -> str:
    """Return why a JSON file or a workbook is not read from a folder; "" for a transcript, and for a damaged file.

    Such files may hold any data: those without speech are passed over, and importing a damaged one reports why.
    """
    try:
        if suffix == ".json":
            with path.open("rb") as file:
                text, _ = decoded(file.read(_LARGEST_JSON), str(path))
            has_speech = json_text_of_speech(text)
        else:
            has_speech = bool(read_workbook(sheets_of(path), str(path)).interviews)
    except (OSError, TranscriptError):
        return (
            ""
            if suffix == ".json"
            else "has no sheet that is recognised as a transcript. Import it by name to see why."
        )
    return (
        ""
        if has_speech
        else "has no turns that are recognised as a transcript. Import it by name to see what was found."
    )


def _head(path: Path) -> list[str] | None:
    """Return the first lines of a text file, at least the first one whole; None where it cannot be read as text."""
    try:
        with path.open("rb") as file:
            data = file.read(_PEEK)
            if b"\n" not in data:
                data += file.readline(_LONGEST_LINE)
        head, _ = decoded(data, str(path))
    except (OSError, TranscriptError):
        return None
    return head.split("\n")


def _may_hold_speech(path: Path) -> bool:
    """Return whether a table's columns are those of speech, or its cells are long enough to be speech.

    Also True where it cannot be read, so that importing it reports why.
    """
    lines = _head(path)
    if lines is None:
        return path.is_file()
    return looks_delimited(lines) or json_of_speech(lines) or _has_long_cells(lines)


def _has_long_cells(lines: Sequence[str]) -> bool:
    """Return whether a cell below the header of a table is long enough to be speech."""
    table_lines = [line for line in lines if line.strip()][1:_SAMPLE_LINES]
    return any(len(cell.split()) >= _LONG_CELL for line in table_lines for cell in re.split(r"[,;\t|]", line))


def _path_of(passed: PassedOver) -> Path:
    return passed.path
