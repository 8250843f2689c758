"""One regular expression for many phrases, which finds what all of them would, several times faster.

Python's engine tries every phrase at every word. Here the phrases are put in groups by the letter with which they can begin,
each behind a look at that letter, so that at a word only its own letter's phrases are tried, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_SPECIAL = frozenset("^$.")
_UNGROUPED = re.compile(r"\\[1-9]|\(\?P|\(\?\(|\(\?[a-zA-Z]")
"""What refers to groups by number or name, or sets flags: such phrases stay as they are."""


class _UnknownStart(Exception):  # noqa: N818  # Not an error: the phrase is then tried at every word.
    """It cannot be told with which letters a phrase may begin."""


def any_phrase(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds the first of some phrases, each a regular expression, at word borders and in any case.

    Raises ``re.error`` for a phrase that is none.
    """
    plain = re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)
    if any(_UNGROUPED.search(phrase) for phrase in phrases):
        return plain
    parts = [(part, _starts_or_none(part)) for phrase in phrases for part in _alternatives(phrase)]
    letters = sorted({letter for _, starts in parts for letter in starts or ()})
    if _overlap(letters):
        return plain
    anywhere = [part for part, starts in parts if starts is None]
    groups = [
        (letter, "|".join(part for part, starts in parts if starts is None or letter in starts)) for letter in letters
    ]
    return re.compile(rf"\b(?:{_tree(groups, anywhere)})\b", re.IGNORECASE)


def _tree(groups: Sequence[tuple[str, str]], anywhere: Sequence[str]) -> str:
    """Put groups of phrases behind looks at their letters, each look halving them; ``anywhere`` if it is no such letter."""
    others = f"(?:{'|'.join(anywhere)})"
    if not groups:
        return others
    within = _branches(groups)
    return f"{within}|(?!{_set_of(groups)}){others}" if anywhere else within


def _branches(groups: Sequence[tuple[str, str]]) -> str:
    if len(groups) == 1:
        return f"(?={_set_of(groups)})(?:{groups[0][1]})"
    middle = len(groups) // 2
    return f"(?={_set_of(groups)})(?:{_branches(groups[:middle])}|{_branches(groups[middle:])})"


def _set_of(groups: Sequence[tuple[str, str]]) -> str:
    return f"[{''.join(re.escape(letter) for letter, _ in groups)}]"


def _overlap(letters: Sequence[str]) -> bool:
    """Return whether a letter of a text can be two of some letters, as ſ in any case is s, so that their groups overlap."""
    beyond_ascii = [letter for letter in letters if not letter.isascii()]
    return any(
        len(letter) != 1 or re.match(re.escape(letter), other, re.IGNORECASE)
        for letter in beyond_ascii
        for other in letters
        if other != letter
    )


def _alternatives(phrase: str) -> Iterator[str]:
    """Split a phrase at the alternatives outside its groups, and inside a group that is the whole phrase."""
    begin = 0
    for at, depth in _depths(phrase):
        if depth == 0 and phrase[at] == "|":
            yield from _alternatives(phrase[begin:at])
            begin = at + 1
    rest = phrase[begin:]
    inner = _inside(rest)
    if inner is None:
        yield rest
    else:
        yield from _alternatives(inner)


def _inside(phrase: str) -> str | None:
    """What is inside the one group that makes up a phrase; None where there is no such group."""
    if not phrase.startswith("(") or (phrase.startswith("(?") and not phrase.startswith("(?:")):
        return None
    closes = next((at for at, depth in _depths(phrase) if depth == 0 and phrase[at] == ")"), None)
    return phrase[3 if phrase.startswith("(?:") else 1 : -1] if closes == len(phrase) - 1 else None


def _depths(phrase: str) -> Iterator[tuple[int, int]]:
    """Give the places of characters outside sets that are not escaped, and in how many groups each is, its own not counted."""
    at = depth = 0
    while at < len(phrase):
        if phrase[at] == "\\":
            at += 2
            continue
        if phrase[at] == "[":
            at = _end_of_set(phrase, at)
            continue
        depth -= phrase[at] == ")"
        yield at, depth
        depth += phrase[at] == "("
        at += 1


def _end_of_set(phrase: str, at: int) -> int:
    """Return the place after the set that begins at ``at``; a bracket right after its beginning belongs to it."""
    at += 2 if phrase[at + 1 : at + 2] == "^" else 1
    at += phrase[at : at + 1] == "]"
    while at < len(phrase) and phrase[at] != "]":
        at += 2 if phrase[at] == "\\" else 1
    return at + 1


def _starts_or_none(phrase: str) -> frozenset[str] | None:
    """The letters, in lower case, with which a phrase can begin; None where they cannot be told."""
    try:
        starts, may_be_empty = _starts(phrase)
    except _UnknownStart:
        return None
    return None if may_be_empty else frozenset(starts)


def _starts(phrase: str) -> tuple[set[str], bool]:
    """The letters with which any of a phrase's alternatives can begin, and whether one can be empty."""
    starts, may_be_empty, begin = set[str](), False, 0
    ends = [at for at, depth in _depths(phrase) if depth == 0 and phrase[at] == "|"]
    for end in [*ends, len(phrase)]:
        own, is_empty = _sequence_starts(phrase[begin:end])
        starts, may_be_empty, begin = starts | own, may_be_empty or is_empty, end + 1
    return starts, may_be_empty


def _sequence_starts(phrase: str) -> tuple[set[str], bool]:
    """As ``_starts``, for a phrase without alternatives outside its groups."""
    starts, at = set[str](), 0
    while at < len(phrase):
        own, is_empty, at = _item_starts(phrase, at)
        starts |= own
        quantifier = phrase[at : at + 1]
        if quantifier == "{":
            raise _UnknownStart
        if not is_empty and quantifier not in ("?", "*"):
            return starts, False
        at += quantifier in ("?", "*", "+") and 1
        at += phrase[at : at + 1] == "?" and quantifier in ("?", "*", "+")
    return starts, True


def _item_starts(phrase: str, at: int) -> tuple[set[str], bool, int]:
    """As ``_starts``, for the one letter, set or group at a place, and the place after it."""
    sign = phrase[at]
    if sign == "(":
        end = next(place for place, depth in _depths(phrase[at:]) if depth == 0 and phrase[at + place] == ")") + at
        if phrase.startswith("(?", at) and not phrase.startswith("(?:", at):
            raise _UnknownStart
        return *_starts(phrase[at + (3 if phrase.startswith("(?:", at) else 1) : end]), end + 1
    if sign == "[":
        end = _end_of_set(phrase, at)
        letters = phrase[at + 1 : end - 1]
        if not letters.isalpha():
            raise _UnknownStart
        return {letter.lower() for letter in letters}, False, end
    if sign == "\\":
        if at + 1 >= len(phrase) or phrase[at + 1].isalnum():
            raise _UnknownStart
        return {phrase[at + 1]}, False, at + 2
    if sign in _SPECIAL:
        raise _UnknownStart
    return {sign.lower()}, False, at + 1
