"""Locate selections by the file's convention of counting, checked against the words that programs write as names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import product

from needsseg.exchange.refi.offsets import Convention, fitting, placer
from needsseg.exchange.refi.parsing import Dropped
from needsseg.exchange.refi.records import Selection, Source

_FEWEST_SIGNS = 3
_CUT_FROM = 20
"""A name of this length may be the beginning of a longer quote."""
_WINDOW = 400
_COMPARED = 400
_MUCH_ALIKE = 0.8
_ALL = tuple(
    Convention(utf16, line_end, mark, inclusive)
    for inclusive, mark, line_end, utf16 in product((False, True), (False, True), (1, 2), (False, True))
)


def _plain(text: str) -> str:
    return " ".join(text.split())


def names_are_quotes(sources: Sequence[Source]) -> bool:
    """Return whether a project's selections are named by their words: at least half of the names occur in their texts."""
    named_selections = quoting_names = 0
    for source in sources:
        text = _plain(source.text)
        for selection in source.selections:
            name = _plain(selection.name)
            if len(name) >= _FEWEST_SIGNS:
                named_selections += 1
                quoting_names += name in text
    return named_selections > 0 and quoting_names * 2 >= named_selections


@dataclass(slots=True)
class _Words:
    """A text with white space collapsed, and the position of each of its characters in the original."""

    plain: str
    at: list[int]

    @classmethod
    def of(cls, text: str) -> _Words:
        signs: list[str] = []
        at: list[int] = []
        for word in re.finditer(r"\S+", text):
            if signs:
                signs.append(" ")
                at.append(word.start() - 1)
            signs.append(word[0])
            at.extend(range(word.start(), word.end()))
        return cls("".join(signs), at)

    def spans(self, name: str) -> Iterator[tuple[int, int]]:
        """Return every position of these words in the text."""
        position = self.plain.find(name)
        while position >= 0:
            yield self.at[position], self.at[position + len(name) - 1] + 1
            position = self.plain.find(name, position + 1)


def placed(source: Source, convention: Convention, quotes: bool, dropped: list[Dropped]) -> tuple[Source, int]:
    """Return the source with selections in code points, and how many were located by their words instead of positions.

    ``quotes`` says that names are the words that selections mark. One that lies outside the text, or whose words are not
    where it stands nor anywhere near, is listed.
    """
    words = _Words.of(source.text) if quotes else None
    counters = _Counters(source.text)
    placed_selections: list[Selection] = []
    moved_count = 0
    for selection in source.selections:
        span = counters.place(selection, convention)
        place, reason = span, "lies outside the text of"
        if selection.unsure:
            place, reason = _unsure(counters, selection, convention, span), "its place is not certain in"
        elif words is not None and len(_plain(selection.name)) >= _FEWEST_SIGNS:
            place = _by_words(counters, words, selection, span)
            reason = reason if span is None else "its words are not where it stands, nor near, in"
            moved_count += place is not None and place != span
        if place is None or not source.text[slice(*place)].strip():
            selection_name = selection.name or selection.description or f"{selection.start}–{selection.end}"
            reason = reason if place is None else "holds no words of"
            dropped.append(Dropped("selection", selection_name, f"{reason} “{source.name}”"))
        else:
            placed_selections.append(replace(selection, start=place[0], end=place[1], unsure=False))
    return replace(source, selections=tuple(placed_selections)), moved_count


def _by_words(
    counters: _Counters, words: _Words, selection: Selection, span: tuple[int, int] | None
) -> tuple[int, int] | None:
    """Return the span of a selection's words: by any convention, else their nearest occurrence."""
    name = _plain(selection.name)
    if span is not None and _holds(counters.text[slice(*span)], name):
        return span
    for convention in _ALL:
        place = counters.place(selection, convention)
        if place is not None and _holds(counters.text[slice(*place)], name):
            return place
    near = sorted(words.spans(name), key=lambda place: abs(place[0] - selection.start))
    if not near:
        # Words that were corrected since are still much like those at the place.
        words_there = "" if span is None else _plain(counters.text[slice(*span)])
        alike = SequenceMatcher(None, name[:_COMPARED], words_there[:_COMPARED], autojunk=False).ratio() >= _MUCH_ALIKE
        return span if alike else None
    first = abs(near[0][0] - selection.start)
    second = abs(near[1][0] - selection.start) if len(near) > 1 else None
    long = selection.end - selection.start > 2 * len(name) + 8
    return near[0] if first <= _WINDOW and (second is None or first * 2 < second) and not long else None


def _holds(words: str, name: str) -> bool:
    plain_words = _plain(words)
    cut = name.rstrip(".… ")
    return plain_words == name or (len(cut) >= _CUT_FROM and plain_words.startswith(cut))


def _unsure(
    counters: _Counters, selection: Selection, convention: Convention, span: tuple[int, int] | None
) -> tuple[int, int] | None:
    """The place of a selection that may be counted another way than the rest: the one that lies between words.

    Where all ways give one place, or the rest is counted as the standard says, nothing is uncertain.
    """
    places_by_convention = (span, *(counters.place(selection, one) for one in _ALL[:2]))
    distinct_places = list(dict.fromkeys(place for place in places_by_convention if place is not None))
    good = [place for place in distinct_places if fitting(counters.text, place) == 2]
    if len(distinct_places) == 1 or len(good) == 1:
        return (good or distinct_places)[0]
    return (
        span
        if not convention.utf16 and convention.line_end == 1 and not convention.mark and not convention.inclusive
        else None
    )


class _Counters:
    """The ways to count positions in one text, each prepared once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._placers: dict[Convention, Callable[[int, int], tuple[int, int] | None]] = {}

    def place(self, selection: Selection, convention: Convention) -> tuple[int, int] | None:
        """Where a selection stands by one of them."""
        if convention not in self._placers:
            self._placers[convention] = placer(self.text, convention)
        return self._placers[convention](selection.start, selection.end)
