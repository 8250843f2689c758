"""Parse a search for full-text search, and find the sentences in which its terms occur together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.coding.sentences import Span, sentence_spans

MOST_TERMS = 100
"""The most distinct words of one search; longer input is a text to compare by meaning."""

_TERM = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
# Scripts without spaces between words, of which full-text search treats a whole run as one word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must occur together: ``phrases`` for full-text search, ``literal`` for exact substrings."""

    phrases: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.phrases) + len(self.literal)


def parsed(query: str) -> Query:
    """Return the terms of a search: text in quotes is one phrase, other signs are part of a word or ignored.

    Words of scripts without spaces are searched literally, as is a search without any word.
    """
    phrases: list[str] = []
    literal: list[str] = []
    signs: list[str] = []
    for match in _TERM.finditer(query):
        term = " ".join((match[1] or match[2] or match[3] or "").replace('"', " ").split())
        if _UNSPACED.search(term):
            literal.append(term)
        elif any(char.isalnum() for char in term):
            phrases.append(term)
        else:
            signs.append(term)
    if not phrases and not literal and query.strip():
        # A single phrase of signs, such as an emoji in quotes, is searched without its quotation marks.
        literal.append(signs[0] if len(signs) == 1 and signs[0] else query.strip())
    return Query(tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(literal)))


def occurrences(text: str, literal: str) -> list[Span]:
    """Return the spans of ``literal`` in ``text``, exact and without overlap."""
    return [match.span() for match in re.finditer(re.escape(literal), text)]


def stretches(text: str, terms: Sequence[Sequence[Span]]) -> list[Span]:
    """Return the shortest stretches of whole sentences with each of the ``terms`` at least once, without overlap, in order.

    ``terms`` are the spans of each term. One sentence with all of them is a separate stretch.
    """
    sentences = sentence_spans(text)
    starts = [start for start, _ in sentences]
    beyond = len(sentences)
    last_needed = [0] * (beyond + 1)  # from each sentence on, the first one up to which every term has occurred
    for spans in terms:
        earliest = [beyond] * (beyond + 1)
        for start, end in spans:
            begins = max(bisect_right(starts, start) - 1, 0)
            ends = max(bisect_right(starts, end - 1) - 1, 0)
            earliest[begins] = min(earliest[begins], ends)
        for sentence in range(beyond - 1, -1, -1):
            earliest[sentence] = min(earliest[sentence], earliest[sentence + 1])
        last_needed = [max(pair) for pair in zip(last_needed, earliest, strict=True)]
    complete = [
        (sentence, last_needed[sentence])
        for sentence in range(beyond)
        if last_needed[sentence] < beyond and last_needed[sentence] < last_needed[sentence + 1]
    ]
    chosen: list[Span] = []
    for first, final in sorted(complete, key=lambda pair: (pair[1] - pair[0], pair[0])):
        if all(final < stretch[0] or stretch[1] < first for stretch in chosen):
            chosen.append((first, final))
    return [(sentences[first][0], sentences[final][1]) for first, final in sorted(chosen)]
