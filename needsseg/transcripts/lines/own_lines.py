"""Separate lines that are not speech: descriptions in brackets, comments, headings of parts, page headers and footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from needsseg.transcripts.lines.labels import words as word_set
from needsseg.transcripts.subtitles.text import is_note as describes_sound

_COMMENT = re.compile(r"^(?://(?!.*//\s*$)|%%)\s*\S")
_WHOLE = re.compile(r"^[*_]{0,3}(?P<open>[\[(])(?P<inner>[^\[\]()]+)[\])]\.?[*_]{0,3}\.?$")
_SLANTED = re.compile(r"^(?P<mark>[*_])(?!(?P=mark))[^*_]+(?P=mark)\.?$")
_NUMBER = (
    r"(?:\d{1,3}|[IVX]{1,5}|[A-D]|one|two|three|four|five|six|seven|eight|eins|zwei|drei|uno|dos|tres|un|deux|trois)"
)
_PART = re.compile(
    rf"^[\W_]*(?:part|section|chapter|tape|side|disc|disk|track|block|segment|theme|topic|module|task|scenario|teil|"
    rf"abschnitt|kapitel|band|thema|block|partie|chapitre|thème|parte|sección|seção|tema|bloque|sezione|deel|część|osa)\s+"
    rf"{_NUMBER}\b(?:[,;]?\s+(?:side|part|tape)\s+{_NUMBER})?\s*(?:[:.–—-]\s*[^.?!:]{{1,60}})?[\W_]*$",
    re.IGNORECASE,
)
_PERSON = word_set(
    "i i'm i've i'd i'll you your you're we we're our us me my mine ich du wir mich mir mein meine je j'ai tu nous vous moi "
    "mon ma yo tú mi nosotros eu meu io mio ik mijn yes no yeah okay ok"
)
_LONGEST_NOTE = 25
_PAGE_WORD = re.compile(r"\b(?:page|seite|página|pagina|pág|pag|pg|blz|strona|sida)\b", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"^\W*\d{1,4}(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,4})?\W*$", re.IGNORECASE)
_LONGEST_PAGE_LINE = 14
_FEWEST_PAGES = 3


def kind_of_own_line(line: str, ends_paragraph: bool) -> str:
    """Return ``note`` or ``heading`` for a line between turns that is not speech, "" for any other.

    ``ends_paragraph`` means that a blank line or another turn follows. A speaker's actions (``[laughs]``), placeholders
    for words (``[inaudible]``), and text in the first or second person remain speech.
    """
    if _COMMENT.match(line) or describes_sound(line, whole_cue=False):
        return "note"
    if match := _WHOLE.match(line):
        return "note" if _is_description(match["inner"].strip(), match["open"]) else ""
    if _SLANTED.match(line) and ends_paragraph and not _is_first_person(line):
        return "note"
    return "heading" if ends_paragraph and _PART.match(line) else ""


def _is_description(inner: str, opening: str) -> bool:
    """Return whether words in brackets describe an event: at least three words about others, not a question."""
    count = len(inner.split())
    if not 3 <= count <= _LONGEST_NOTE or inner.endswith(("?", "!", "…")) or ":" in inner or _is_first_person(inner):
        return False
    return inner[:1].isupper() or opening == "["


def _is_first_person(text: str) -> bool:
    return any(
        word.casefold().replace("’", "'") in _PERSON for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text)
    )


def page_lines(lines: Sequence[str]) -> list[int]:
    """Return the indices of page headers and footers: separate lines that differ only in a consecutive number.

    There are at least three of a kind; each contains a word for page, is a bare number, or has three more words.
    """
    groups: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if re.search(r"\d", line) and len(line.split()) <= _LONGEST_PAGE_LINE and _is_separate(lines, index):
            groups.setdefault(re.sub(r"\d+", "#", line.strip(" \f\t")), []).append(index)
    return sorted(
        index
        for shape, places in groups.items()
        if len(places) >= _FEWEST_PAGES and _is_page_shape(shape) and _counts_on([lines[index] for index in places])
        for index in places
    )


def _is_page_shape(shape: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", shape)
    if re.search(r"[.?!:]\s*$", shape) or ":" in shape:
        return False
    return bool(_PAGE_WORD.search(shape)) or len(words) >= 3 or bool(_BARE_NUMBER.match(shape.replace("#", "1")))


def _is_separate(lines: Sequence[str], index: int) -> bool:
    before = index == 0 or not lines[index - 1].strip() or "\f" in lines[index]
    return before and (index + 1 >= len(lines) or not lines[index + 1].strip() or "\f" in lines[index + 1])


def _counts_on(lines: Sequence[str]) -> bool:
    """Return whether exactly one number differs from line to line, and by one."""
    numbers = [[int(number) for number in re.findall(r"\d+", line)] for line in lines]
    steps = {
        tuple(after_one - before_one for before_one, after_one in zip(before, after, strict=True))
        for before, after in pairwise(numbers)
    }
    return len(steps) == 1 and sorted(next(iter(steps)), reverse=True)[:1] == [1] and sum(next(iter(steps))) == 1
