"""Open a file safely and return its lines, or the pieces of a document."""

from __future__ import annotations

import errno
import os
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from needsseg.errors import TranscriptError
from needsseg.transcripts.decoding import PROTECTED, decoded
from needsseg.transcripts.tables.workbook import Sheet, sheets_of

LARGEST_TEXT = 50_000_000
LARGEST_DOCUMENT = 500_000_000
Kind = Literal["text", "docx", "odt", "rtf", "pdf", "html", "xlsx"]
_HEAD = 4_096
_BLANK = b"\0 \t\r\n"
_ZIP = b"PK\x03\x04"
_SPLIT_IT = "Split it, or export the talk alone: an hour of talk has less than 1 MB of text."
_SAVE_AS_DOCX = "Open it in a word processor, save it as .docx and import that."
_OTHER_KINDS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    ((b"<?xml", b"<pkg:package"), "a Word document as XML", _SAVE_AS_DOCX),
    ((b"<?xml", b"w:wordDocument"), "a Word document as XML", _SAVE_AS_DOCX),
    ((b"<?xml", b"<office:document"), "a flat OpenDocument text (.fodt)", _SAVE_AS_DOCX),
    ((b"MIME-Version:", b"multipart/related"), "a web archive (.mht)", "Save the page as .html and import that."),
)
_XML = re.compile(rb"\s*<(?:\?xml|tt)[\s>]")
"""The beginning of XML; TTML captions may omit the XML declaration."""
_ELEMENT = re.compile(rb"<([A-Za-z][\w:.-]{0,39})")
_KINDS_OF_NODE: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """Lines of a text file, or pieces of a document, with warnings from reading them."""

    lines: tuple[str, ...]
    kind: Kind = "text"
    warnings: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()


def contents_of(path: Path) -> Contents:
    """Return the lines of a text file or the pieces of a document; its first bytes decide on the kind before its suffix.

    Only regular files are opened, and only up to a size limit. Raises TranscriptError, with the file, the reason and
    what to do, for any failure.
    """
    name = shown_name(path)
    head = _read(path, name, _HEAD)
    suffix = path.suffix.casefold()
    kind = _kind_of(path, head, suffix)
    if kind == "text":
        _refuse_by_name(head, name)
        return _text(path, name)
    _refuse_large(path, name, LARGEST_DOCUMENT)
    try:
        return _document(path, kind)
    except TranscriptError as error:
        raise TranscriptError(error.message.replace(str(path), name), error.hint) from error
    except (MemoryError, RecursionError) as error:
        raise TranscriptError(f"{name}: damaged, or too large to be read.", _SPLIT_IT) from error


def shown_name(path: Path) -> str:
    """Return a path for a message, with undecodable bytes as replacement characters."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _refuse_by_name(head: bytes, name: str) -> None:
    """Raise TranscriptError for documents of other kinds that are stored as text, whose markup would be read as speech."""
    start = head.replace(b"\0", b"")
    for signs, kind_name, hint in _OTHER_KINDS:
        if all(sign in start for sign in signs):
            raise TranscriptError(f"{name}: this is {kind_name}, not a text transcript.", hint)
    if _XML.match(start.removeprefix(b"\xef\xbb\xbf")):
        root = _ELEMENT.search(start)
        root_name = f" (<{root[1].decode()}>)" if root else ""
        raise TranscriptError(
            f"{name}: this is XML{root_name}, not a text transcript.",
            "Export the talk as subtitles (.srt, .vtt), .docx or plain text and import that.",
        )


def _kind_of(path: Path, head: bytes, suffix: str) -> Kind | Literal["zip"]:
    from needsseg.transcripts.documents.html_page import looks_like_html

    if not head.strip(_BLANK):
        return "text"
    if head.startswith((_ZIP, b"PK\x05\x06")):
        return _kind_of_archive(path, suffix)
    if head.startswith(PROTECTED):
        return "text"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{\\rtf"):
        return "rtf"
    # Where the suffix is that of a document but the content is not, that document's reader reports what is wrong.
    by_suffix: dict[str, Kind] = {
        ".odt": "odt",
        ".docx": "docx",
        ".docm": "docx",
        ".pdf": "pdf",
        ".xlsx": "xlsx",
        ".xlsm": "xlsx",
    }
    if suffix in by_suffix:
        return by_suffix[suffix]
    return "html" if looks_like_html(head, suffix) else "text"


def _kind_of_archive(path: Path, suffix: str) -> Kind | Literal["zip"]:
    """Return the kind of an archive from the names of its parts, or from its suffix where it cannot be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.casefold() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, LookupError):
        return "odt" if suffix == ".odt" else "docx"
    if "content.xml" in names and not any(name.startswith("word/") for name in names):
        return "odt"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "zip" if names & {"xl/workbook.bin", "ppt/presentation.xml"} else "docx"


def _document(path: Path, kind: Kind | Literal["zip"]) -> Contents:
    from needsseg.transcripts.documents.html_page import html_pieces
    from needsseg.transcripts.documents.odt import odt_paragraphs
    from needsseg.transcripts.documents.pdf import pdf_pieces
    from needsseg.transcripts.documents.rich_text import rtf_pieces
    from needsseg.transcripts.documents.word import paragraphs_of

    if kind == "zip":
        raise TranscriptError(
            f"{path}: this is a presentation (.pptx) or a binary workbook (.xlsb), not a transcript.",
            "Save the sheet that holds the talk as .xlsx, or the text as .docx, and import that.",
        )
    if kind == "xlsx":
        return Contents((), "xlsx", sheets=sheets_of(path))
    if kind == "pdf":
        pieces, warnings = pdf_pieces(path)
        return Contents(tuple(pieces), "pdf", warnings)
    if kind == "html":
        pieces, warnings = html_pieces(_read(path, str(path), LARGEST_TEXT), str(path))
        return Contents(tuple(pieces), "html", warnings)
    if kind == "rtf":
        return Contents(tuple(rtf_pieces(_read(path, str(path), LARGEST_TEXT), str(path))), "rtf")
    if kind == "odt":
        return Contents(tuple(odt_paragraphs(path)), "odt")
    return Contents(tuple(paragraphs_of(path)), "docx")


def _text(path: Path, name: str) -> Contents:
    data = _read(path, name, LARGEST_TEXT)
    if not data.strip(_BLANK):
        raise TranscriptError(f"{name}: the file is empty.", "Export the transcript again, or leave the file out.")
    text, warnings = decoded(data, name)
    return Contents(tuple(text.split("\n")), "text", warnings)


def _refuse_large(path: Path, name: str, limit: int) -> None:
    if (size := path.stat().st_size) > limit:
        raise TranscriptError(f"{name}: it has {size / 1e6:,.0f} MB, which no interview has.", _SPLIT_IT)


def _read(path: Path, name: str, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a regular file: its head, or all of it; a larger file is refused.

    Anything else (a pipe, a device) is refused before it is opened, since opening it may block for ever.
    """
    try:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):
            # A file without readable status cannot be read either; reading it raises the system's own error.
            return path.read_bytes()
        if node_kind := next((kind_name for is_one, kind_name in _KINDS_OF_NODE if is_one(mode)), ""):
            raise TranscriptError(f"{name}: this is {node_kind}, not a file.", "Save the transcript as a file.")
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            # A non-blocking system file with nothing to read yet returns None.
            data = (file.read(limit) or b"") if limit == _HEAD or size <= limit else b""
            is_too_large = limit != _HEAD and (size > limit or bool(file.read(1)))
    except OSError as error:
        raise _unreadable(path, name, error) from error
    except ValueError as error:
        raise TranscriptError(f"{name}: cannot be read: {error}.", "Check the path and the disk.") from error
    if is_too_large:
        size_text = f"{size / 1e6:,.0f} MB of text" if size > limit else "text without an end"
        raise TranscriptError(f"{name}: it has {size_text}, and no interview has more than 50 MB.", _SPLIT_IT)
    return data


def _opened(path: Path) -> BinaryIO:
    """Open a file without blocking: a pipe that has replaced it since the check gives no data instead of blocking."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0)))


def _unreadable(path: Path, name: str, error: OSError) -> TranscriptError:
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return TranscriptError(f"{name}: there is no such file where this link leads.", "Check the link.")
        return TranscriptError(f"{name}: there is no such file.", "Check the path.")
    if isinstance(error, IsADirectoryError):
        return TranscriptError(f"{name}: this is a folder.", "Name a file, or import the whole folder.")
    if isinstance(error, PermissionError):
        return TranscriptError(f"{name}: no permission to read it.", "Change its permissions (chmod u+r).")
    if error.errno == errno.ELOOP:
        return TranscriptError(f"{name}: this link leads back to itself.", "Name the file that it should lead to.")
    if error.errno == errno.ENAMETOOLONG:
        return TranscriptError(f"{name}: there is no such file: the name is too long.", "Check the path.")
    return TranscriptError(f"{name}: cannot be read: {error.strerror or error}.", "Check the path and the disk.")
