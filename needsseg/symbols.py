"""The symbol of each segment and of each code: the same in lists, on maps, in charts and in the report.

The symbol alone identifies them, so nothing is lost without colours; a symbol always has the same colour.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

# Filled for the current segment, hollow for the others; letters once the shapes are used up.
SHAPES = (("▲", "△"), ("■", "□"), ("◆", "◇"), ("▼", "▽"), ("★", "☆"), ("✦", "✧"), ("▶", "▷"), ("◀", "◁"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Codes have patterns, so that none is taken for a segment.
CODE_SHAPES = ("▣", "▤", "▥", "▦", "▧", "▨", "◧", "◩")
Sign = tuple[str, str]
Signs = dict[int, Sign]
"""For each segment its symbol when it is current, and its symbol when it is not."""
_ALL: tuple[Sign, ...] = (*SHAPES, *((letter.upper(), letter) for letter in LETTERS))
PLACES = {symbol: place for place, pair in enumerate(_ALL) for symbol in pair}
"""The place of each symbol among all, which chooses its colour."""


def glyphs(segments: Collection[int], previous: Mapping[int, Sign] | None = None) -> Signs:
    """Return the symbols of ``segments`` by id: a segment keeps its symbol of ``previous``, and no other one gets it.

    A segment's id chooses its shape; if another segment has that one, it gets the first free one. Only when none is left
    are symbols of former segments given again.
    """
    signs = dict(previous or {})
    for segment in sorted(segments):
        if segment in signs:
            continue
        preferred = SHAPES[(segment - 1) % len(SHAPES)]
        used = set(signs.values())
        free = [sign for sign in (preferred, *_ALL) if sign not in used]
        former = [other for other in signs if other not in segments]
        if free:
            signs[segment] = free[0]
        elif former:
            signs[segment] = signs.pop(former[0])
        else:
            signs[segment] = _ALL[len(signs) % len(_ALL)]
    return signs


def code_symbol(code: int) -> str:
    """Return the symbol of a code, by its id."""
    return CODE_SHAPES[(code - 1) % len(CODE_SHAPES)]
