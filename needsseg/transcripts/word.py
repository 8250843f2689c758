"""Word documents: plain paragraphs ``Name: words``, Teams' and Google Meet's transcripts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.headed import HEADER, TEAMS_NOTICE, read_headed
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.text import read_text

LARGEST_TEXT = 200_000_000
_MEET_TIME = re.compile(r"^\s*\d{2}:\d{2}:\d{2}\s*$")
_MEET_END = re.compile(r"^\s*(?:Transcription|Meeting) ended (?:after|at)\b", re.IGNORECASE)
_SAVE_AGAIN = "Open it in a word processor, save it again as .docx (or as plain text) and import that."


def paragraphs_of(path: Path) -> list[str]:
    """The paragraphs of a Word file in order, headings emptied, line breaks as LF; a table row as ``cell: cell``.

    Raises TranscriptError where the file is no Word document or is damaged.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" not in archive.namelist():
                raise TranscriptError(f"{path}: this zip archive is not a Word document (.docx).", _SAVE_AGAIN)
            if sum(part.file_size for part in archive.infolist()) > LARGEST_TEXT:
                raise TranscriptError(f"{path}: the Word document unpacks to more than 200 MB.", _SAVE_AGAIN)
        document = docx.Document(str(path))
        return [text for block in document.iter_inner_content() for text in _texts(block)]
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError, EOFError, OSError) as error:
        raise TranscriptError(f"{path}: damaged or not a Word document (.docx): {error}.", _SAVE_AGAIN) from error


def _texts(block: Any) -> list[str]:
    if hasattr(block, "rows"):
        return [_row([cell.text.strip() for cell in row.cells]) for row in block.rows]
    # A paragraph that names no style has the default one; asking for that walks all styles of the document.
    style = block.style.name if block._p.style is not None else ""
    return ["" if style and style.startswith(("Heading", "Title", "Subtitle")) else str(block.text)]


def _row(cells: list[str]) -> str:
    distinct = [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]
    if len(distinct) == 3 and re.match(r"^[\[(]?[\d:.,]+[\])]?$", distinct[0]):
        return f"[{distinct[0].strip('[]()')}] {distinct[1].rstrip(':')}: {distinct[2]}"
    return f"{distinct[0].rstrip(':')}: {distinct[1]}" if len(distinct) == 2 else " ".join(distinct)


def word_format(paragraphs: Sequence[str]) -> str:
    """Which of the Word layouts the paragraphs have."""
    if any(HEADER.match(text.split("\n", 1)[0]) for text in paragraphs if text.strip()):
        return "teams-docx"
    if any(_MEET_TIME.match(text) for text in paragraphs):
        return "meet-docx"
    return "docx"


def read_word(paragraphs: Sequence[str]) -> Reading:
    """Paragraphs ``Name: words``; a paragraph without a label goes on with the speaker before."""
    return read_text(_apart(paragraphs))


def read_teams_word(paragraphs: Sequence[str]) -> Reading:
    """One paragraph a turn: header, line break, words; notices of transcription are dropped."""
    lines = ["" if TEAMS_NOTICE.match(line) else line for line in _apart(paragraphs)]
    return read_headed(lines)


def read_meet_word(paragraphs: Sequence[str]) -> Reading:
    """Google Meet: everything above the first ``HH:MM:SS`` paragraph (summary, attendees) is no speech."""
    first = next((index for index, text in enumerate(paragraphs) if _MEET_TIME.match(text)), 0)
    return read_text(_apart(["" if _MEET_END.match(text) else text for text in paragraphs[first:]]))


def _apart(paragraphs: Sequence[str]) -> list[str]:
    return [line for text in paragraphs for line in (*text.replace("\v", "\n").split("\n"), "")]
