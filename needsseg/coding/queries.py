"""A search's words as full-text search takes them, and the sentences in which they occur together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.coding.sentences import Span, sentence_spans

MOST_TERMS = 100
"""Distinct words of one search; what is longer is a text to be compared by meaning."""

_TERM = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
# Scripts that put no spaces between words: full-text search takes a whole run of them for one word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What must occur together: ``phrases`` as full-text search reads them, ``literal`` to the letter."""

    phrases: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.phrases) + len(self.literal)


def parsed(query: str) -> Query:
    """The terms of a search: what stands in quotes is one phrase, every other sign is a part of a word or nothing.

    Words of scripts without spaces are looked for to the letter. So is all of a search that holds no word at all.
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
        # One phrase of signs alone, as an emoji in quotes, is looked for without its quotation marks.
        literal.append(signs[0] if len(signs) == 1 and signs[0] else query.strip())
    return Query(tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(literal)))


def occurrences(text: str, literal: str) -> list[Span]:
    """Where ``literal`` stands in ``text`` to the letter, without overlap."""
    return [match.span() for match in re.finditer(re.escape(literal), text)]


def stretches(text: str, terms: Sequence[Sequence[Span]]) -> list[Span]:
    """The shortest stretches of whole sentences that hold each of the ``terms`` at least once, without overlap, in order.

    ``terms`` are the spans at which each term occurs. One sentence that holds them all is a stretch of its own.
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
