"""Sentences as spans: offsets into the transcript, not copies of its words."""

from __future__ import annotations

import re

from needsseg.languages.speech import Speech, load_speech

Span = tuple[int, int]

# A sentence end: its marks, closing quotes or brackets, then white space (or none, in scripts without spaces).
_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s|$))|(?:[。！？]+[」』”’）]*)|\n+")


def sentence_spans(text: str, start: int = 0, end: int | None = None, speech: Speech | None = None) -> list[Span]:
    """Return the spans of the sentences in ``text[start:end]``, without surrounding white space, in order.

    ``speech`` knows the language's abbreviations (English by default).
    """
    abbreviation = (speech or load_speech()).abbreviation
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for mark in _END.finditer(text, start, end):
        if not text[mark.start()].isspace() and _is_inside(text, begin, mark, abbreviation):
            continue
        _append_trimmed(text, begin, mark.end(), spans)
        begin = mark.end()
    _append_trimmed(text, begin, end, spans)
    return spans


def _is_inside(text: str, begin: int, mark: re.Match[str], abbreviation: re.Pattern[str]) -> bool:
    """Return whether a mark does not end a sentence: an abbreviation, or dots before a lower-case continuation."""
    if mark.group().startswith(".") and abbreviation.search(text[begin : mark.start() + 1]):
        return True
    trailing_off = mark.group().startswith(("..", "…"))
    following = text[mark.end() : mark.end() + 2].lstrip()
    return trailing_off and following[:1].islower()


def _append_trimmed(text: str, start: int, end: int, spans: list[Span]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


_UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af]")


def count_words(text: str) -> int:
    """Return the number of words by white space; in scripts without it, two characters count as one word."""
    spaced = len(text.split())
    return spaced if text.isascii() else max(spaced, len(_UNSPACED.findall(text)) // 2)
