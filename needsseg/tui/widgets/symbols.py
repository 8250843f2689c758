"""The symbol and colour of each segment and the symbol of each code: the same in lists, on the map, in panels and in charts.

The symbol alone tells them apart, so that nothing is lost without colours; a symbol always has the same colour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from textual.content import Content

from needsseg.text import safe
from needsseg.tui.themes import MARK_COLOURS

# Filled for the segment that is shown, hollow for the others; letters once the shapes are used up.
SHAPES = (("▲", "△"), ("■", "□"), ("◆", "◇"), ("▼", "▽"), ("★", "☆"), ("✦", "✧"), ("▶", "▷"), ("◀", "◁"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Sign = tuple[str, str]
Signs = dict[int, Sign]
"""For each segment its symbol where it is the one shown, and its symbol where it is not."""
_ALL: tuple[Sign, ...] = (*SHAPES, *((letter.upper(), letter) for letter in LETTERS))
_PLACES = {symbol: place for place, pair in enumerate(_ALL) for symbol in pair}


def glyphs(segments: Collection[int], kept: Mapping[int, Sign] | None = None) -> Signs:
    """Return the symbols of ``segments`` by id, among ``kept`` ones: a segment keeps its symbol, and no other one gets it.

    A segment's id chooses its shape; where another segment has that one already, it gets the first that is free. Only where
    there are no others left, symbols of segments that are gone are given again.
    """
    signs = dict(kept or {})
    for segment in sorted(segments):
        if segment in signs:
            continue
        wanted = SHAPES[(segment - 1) % len(SHAPES)]
        taken = set(signs.values())
        free = [sign for sign in (wanted, *_ALL) if sign not in taken]
        gone = [other for other in signs if other not in segments]
        if free:
            signs[segment] = free[0]
        elif gone:
            signs[segment] = signs.pop(gone[0])
        else:
            signs[segment] = _ALL[len(signs) % len(_ALL)]
    return signs


def colour_of(symbol: str) -> str:
    """Return the name of the theme variable with the colour of a segment's symbol; empty for a symbol of none."""
    place = _PLACES.get(symbol)
    return "" if place is None else f"mark-{place % MARK_COLOURS}"


def symbol_content(symbol: str) -> Content:
    """Return a segment's symbol in its colour."""
    colour = colour_of(symbol)
    return Content.styled(safe(symbol), f"${colour}") if colour else Content(safe(symbol))


def marked(name: str, sign: Sign | None, *, style: str = "") -> Content:
    """Return a segment's name after its symbol; the name alone where it has none."""
    words = Content.styled(safe(name), style) if style else Content(safe(name))
    return Content.assemble(symbol_content(sign[0]), " ", words) if sign else words


def by_name(names: Iterable[tuple[int, str]], signs: Mapping[int, Sign]) -> dict[str, Sign]:
    """Return the symbols of segments by their names, from (id, name) pairs."""
    return {name: signs[number] for number, name in names if number in signs}
