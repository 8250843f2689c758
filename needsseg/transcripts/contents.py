"""A file is opened once: its lines, or its paragraphs where a word processor wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from needsseg.errors import TranscriptError
from needsseg.transcripts.decoding import PROTECTED, decoded
from needsseg.transcripts.odt import is_odt, odt_paragraphs
from needsseg.transcripts.word import paragraphs_of
from needsseg.transcripts.workbook import Sheet, is_workbook, sheets_of


@dataclass(frozen=True, slots=True)
class Contents:
    """Lines of a text file, or paragraphs of a document, with the warnings that reading them gave."""

    lines: tuple[str, ...]
    kind: Literal["text", "docx", "odt", "xlsx"] = "text"
    warnings: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()


def contents_of(path: Path) -> Contents:
    """The lines or paragraphs of a file; raises TranscriptError with the file, the reason and what to do."""
    data = _bytes_of(path)
    if not data.strip(b"\0 \t\r\n"):
        raise TranscriptError(f"{path}: the file is empty.", "Export the transcript again, or leave the file out.")
    suffix = path.suffix.casefold()
    if suffix == ".odt" or (data.startswith(b"PK\x03\x04") and is_odt(path)):
        return Contents(tuple(odt_paragraphs(path)), "odt")
    if data.startswith(b"PK\x03\x04") and (suffix in {".xlsx", ".xlsm"} or is_workbook(path)):
        return Contents((), "xlsx", sheets=sheets_of(path))
    if data.startswith(b"PK\x03\x04") or (suffix == ".docx" and not data.startswith(PROTECTED)):
        return Contents(tuple(paragraphs_of(path)), "docx")
    text, warnings = decoded(data, str(path))
    return Contents(tuple(text.split("\n")), "text", warnings)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TranscriptError(f"{path}: there is no such file.", "Check the path.") from error
    except IsADirectoryError as error:
        raise TranscriptError(f"{path}: this is a folder.", "Name a file, or import the whole folder.") from error
    except PermissionError as error:
        raise TranscriptError(f"{path}: no permission to read it.", "Change its permissions (chmod u+r).") from error
    except (OSError, ValueError) as error:
        raise TranscriptError(f"{path}: cannot be read: {error}.", "Check the path and the disk.") from error
