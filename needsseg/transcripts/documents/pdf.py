"""PDF: the text of its pages without running titles, with words rejoined that were hyphenated at line ends."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError
from needsseg.transcripts.documents.marks import aside, without_signs
from needsseg.transcripts.lines.labels import words

LARGEST_TEXT = 20_000_000
LARGEST_DRAWING = 5_000_000
MOST_PAGES = 5_000
_SAVE_AS_TEXT = "Save the transcript as .docx or plain text and import that."
_CONTROL = dict.fromkeys([*range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
_EDGE_LINES = 3
_NUMBERED_LINES = 5
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|seite|p\.|s\.|página|pagina|pág\.|sida|side|strona|strana|blad|стр\.)\s*)?"
    r"(?P<number>\d{1,4})(?:\s*(?:/|of|von|de|di|av|z|из|sur)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)
_LONGEST_LINE = 2_000
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_COMPOUNDING = words(
    "twenty thirty forty fifty sixty seventy eighty ninety well self half ex non mid semi quasi all so e"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CUT = re.compile(r"(?P<first>[^\W\d_]+)(?P<sign>[-\xad\u2010])$")
_GOES_ON = re.compile(r"(?P<second>[^\W\d_]+)")


def pdf_pieces(path: Path) -> tuple[list[str], tuple[str, ...]]:
    """Return the lines of a PDF and warnings; running titles, page and line numbers are asides (``marks.aside``).

    Raises TranscriptError where the file is damaged, protected, too large, or holds pictures of text.
    """
    pages, pictures = _pages(path)
    if not any(line.strip() for page in pages for line in page):
        if pictures:
            raise TranscriptError(
                f"{path}: this PDF holds pictures of text and no text.",
                "Run text recognition over it (OCR, for example with ocrmypdf), or export the transcript as text.",
            )
        raise TranscriptError(f"{path}: this PDF holds no text.", _SAVE_AS_TEXT)
    talk_pages, asides = _without_furniture(pages)
    warnings: tuple[str, ...] = ()
    if textless_pages := [number for number in pictures if not any(line.strip() for line in pages[number - 1])]:
        page_list = ", ".join(map(str, textless_pages[:5])) + (", …" if len(textless_pages) > 5 else "")
        warnings = (f"Pages that hold pictures and no text were left out: {page_list}.",)
    return [
        *joined([line for page in talk_pages for line in page]),
        *(aside(kind, text) for kind, text in asides),
    ], warnings


def _pages(path: Path) -> tuple[list[list[str]], list[int]]:
    """The lines of each page, and the numbers of the pages that hold pictures."""
    import pypdf
    from pypdf.errors import FileNotDecryptedError

    # pypdf logs what it repairs; users should see only this package's messages.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pages: list[list[str]] = []
    pictures: list[int] = []
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError("it needs a password")
        if len(reader.pages) > MOST_PAGES:
            raise TranscriptError(
                f"{path}: this PDF has {len(reader.pages)} pages, more than an interview can have.", _SAVE_AS_TEXT
            )
        size = 0
        for number, page in enumerate(reader.pages, 1):
            if _drawing_size(page) > LARGEST_DRAWING:
                raise TranscriptError(
                    f"{path}: page {number} of this PDF is a drawing too large to read.", _SAVE_AS_TEXT
                )
            text = without_signs(page.extract_text().translate(_CONTROL).replace("\f", "\n"))
            size += len(text)
            if size > LARGEST_TEXT:
                raise TranscriptError(f"{path}: this PDF holds more text than an interview can.", _SAVE_AS_TEXT)
            pages.append(text.encode("utf-8", "replace").decode("utf-8").split("\n"))
            if not text.strip() and _has_picture(page):
                pictures.append(number)
    except TranscriptError:
        raise
    except FileNotDecryptedError as error:
        raise TranscriptError(
            f"{path}: this PDF is protected with a password.", "Save a copy without a password and import that."
        ) from error
    except Exception as error:
        # A damaged file can make pypdf raise any exception.
        reason = f"{type(error).__name__}: {error}"[:200]
        raise TranscriptError(f"{path}: this PDF is damaged: {reason}.", _SAVE_AS_TEXT) from error
    return pages, pictures


def _drawing_size(page: Any) -> int:
    """Return the unpacked size of a page's drawing instructions in bytes, which bounds the time to parse them."""
    contents = page.get("/Contents")
    streams = contents.get_object() if contents is not None else []
    parts = streams if isinstance(streams, list) else [streams]
    return sum(len(data) for part in parts if (data := getattr(part.get_object(), "get_data", bytes)()))


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return objects is not None and any(
        item.get_object().get("/Subtype") in {"/Image", "/Form"} for item in objects.get_object().values()
    )


def _without_furniture(pages: Sequence[list[str]]) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Return pages without running titles, page numbers and line numbers, and these as (kind, text)."""
    line_numbers = [_line_numbers(page) for page in pages]
    edges = [_edges(page, numbered_lines) for page, numbered_lines in zip(pages, line_numbers, strict=True)]
    running = _running_lines(pages, edges)
    first = _first_number(pages, edges)
    dialogue_pages: list[list[str]] = []
    asides: list[tuple[str, str]] = []
    for page_index, page in enumerate(pages):
        lines: list[str] = []
        for index, line in enumerate(page):
            if index in edges[page_index] and _shape(line) in running:
                asides.append(("heading", " ".join(line.split())))
            elif index in line_numbers[page_index] or (
                index in edges[page_index] and first is not None and _number(line) == first + page_index
            ):
                asides.append(("metadata", " ".join(line.split())))
            else:
                lines.append(line)
        # A page may end within a sentence, which no empty line may split.
        non_blank = [index for index, line in enumerate(lines) if line.strip()]
        dialogue_pages.append(lines[non_blank[0] : non_blank[-1] + 1] if non_blank else [])
    return dialogue_pages, asides


def _edges(page: Sequence[str], line_numbers: frozenset[int]) -> frozenset[int]:
    """Return the indices of the first and last non-blank lines of a page, ignoring line numbers."""
    non_blank = [index for index, line in enumerate(page) if line.strip() and index not in line_numbers]
    return frozenset([*non_blank[:_EDGE_LINES], *non_blank[-_EDGE_LINES:]])


def _shape(line: str) -> str:
    """Return a line with all numbers replaced by the same sign, so that “page 3” equals “page 4”."""
    return re.sub(r"\d+", "0", " ".join(line.split())).casefold()


def _running_lines(pages: Sequence[list[str]], edges: Sequence[frozenset[int]]) -> frozenset[str]:
    """Return the lines at an edge of at least half of the pages and nowhere else: titles, file names.

    A speaker's name is at some edges too, but also in the middle of pages.
    """
    pages_with_text = [page_index for page_index, edge_lines in enumerate(edges) if edge_lines]
    at_edge = Counter(
        shape
        for page_index in pages_with_text
        for shape in {_shape(pages[page_index][index]) for index in edges[page_index]}
    )
    everywhere = Counter(_shape(line) for page in pages for line in page)
    fewest = max(2, (len(pages_with_text) + 1) // 2)
    return frozenset(
        shape
        for shape, count in at_edge.items()
        if count >= fewest and everywhere[shape] <= count + 1 and re.search(r"[^\W\d_]", shape)
    )


def _number(line: str) -> int | None:
    match = _PAGE_NUMBER.match(line.strip())
    return int(match["number"]) if match else None


def _first_number(pages: Sequence[list[str]], edges: Sequence[frozenset[int]]) -> int | None:
    """Return the number of the first page, or None where the pages have no consecutive numbers."""
    firsts = Counter(
        number - page_index
        for page_index, page in enumerate(pages)
        for number in {_number(page[index]) for index in edges[page_index]}
        if number is not None
    )
    if not firsts:
        return None
    first, count = firsts.most_common(1)[0]
    return first if count >= max(2, (len(pages) + 1) // 2) or (len(pages) == 1 and first == 1) else None


def _line_numbers(page: Sequence[str]) -> frozenset[int]:
    """Return the indices of line numbers: five or more lines in a row that hold only consecutive numbers."""
    numbered_lines: set[int] = set()
    run: list[int] = []
    before = -1
    for index, line in enumerate([*page, "end"]):
        text = line.strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -2
        if run and number == before + 1:
            run.append(index)
        else:
            numbered_lines |= set(run) if len(run) >= _NUMBERED_LINES else set()
            run = [index] if number >= 0 else []
        before = number
    return frozenset(numbered_lines)


def joined(lines: Sequence[str]) -> list[str]:
    """Return the lines with words rejoined that were hyphenated at line ends.

    A soft hyphen always splits a word. A hyphen does where the joined word occurs in the text, or where one half does not
    occur; where both halves do, it belongs to a compound. A first half that the next word repeats is a false start and is
    left, as is a hyphen before a capital letter.
    """
    vocabulary, compounds = _vocabulary(lines)
    joined_lines: list[str] = []
    for line in lines:
        remaining = line
        if (
            joined_lines
            and (cut := _CUT.search(joined_lines[-1].rstrip()))
            and (goes_on := _GOES_ON.match(line.lstrip()))
        ):
            word = _whole_word(cut, goes_on[0], vocabulary, compounds)
            if word and cut.start() < _LONGEST_LINE:
                joined_lines[-1] = joined_lines[-1].rstrip()[: cut.start()] + word
                remaining = line.lstrip()[goes_on.end() :]
                # Characters directly after the word (a comma) belong to it, the rest to its own line.
                stuck = re.match(r"\S*", remaining)
                joined_lines[-1] += stuck[0] if stuck else ""
                remaining = remaining[stuck.end() :].lstrip() if stuck else remaining
                if not remaining:
                    continue
        joined_lines.append(remaining)
    return joined_lines


def _vocabulary(lines: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a text that no line end splits, and its hyphenated compounds, both in lower case."""
    vocabulary: set[str] = set()
    compounds: set[str] = set()
    was_cut = False
    for line in lines:
        words = [word.casefold() for word in _WORD.findall(line)]
        cut = _CUT.search(line.rstrip())
        vocabulary.update(words[1 if was_cut else 0 : -1 if cut else None])
        compounds.update(match.casefold() for match in _COMPOUND.findall(line))
        was_cut = bool(cut)
    return frozenset(vocabulary), frozenset(compounds)


def _whole_word(cut: re.Match[str], second: str, vocabulary: frozenset[str], compounds: frozenset[str]) -> str:
    """Return the joined word, with or without its hyphen; "" where the halves are separate words."""
    first = cut["first"]
    first_folded, second_folded, both = first.casefold(), second.casefold(), f"{first}{second}".casefold()
    if cut["sign"] == "\xad":
        return f"{first}{second}"
    if not second[0].islower():
        return ""
    if f"{first_folded}-{second_folded}" in compounds:
        return f"{first}-{second}"
    if both in vocabulary:
        return f"{first}{second}"
    if second_folded.startswith(first_folded):
        return ""
    if (first_folded in vocabulary and second_folded in vocabulary) or first_folded in _COMPOUNDING:
        return f"{first}-{second}"
    return f"{first}{second}"
