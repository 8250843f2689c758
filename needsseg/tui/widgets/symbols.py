"""The symbol and colour of each segment and the symbol of each code: the same in lists, on the map, in panels and in charts.

The symbol alone identifies them, so nothing is lost without colours; a symbol always has the same colour.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from rich.style import Style
from textual.color import Color
from textual.content import Content

from needsseg.text import safe
from needsseg.tui.themes import MARK_COLOURS

# Filled for the current segment, hollow for the others; letters once the shapes are used up.
SHAPES = (("▲", "△"), ("■", "□"), ("◆", "◇"), ("▼", "▽"), ("★", "☆"), ("✦", "✧"), ("▶", "▷"), ("◀", "◁"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Codes have patterns, so that none is taken for a segment.
CODE_SHAPES = ("▣", "▤", "▥", "▦", "▧", "▨", "◧", "◩")
Sign = tuple[str, str]
Signs = dict[int, Sign]
"""For each segment its symbol when it is current, and its symbol when it is not."""
_ALL: tuple[Sign, ...] = (*SHAPES, *((letter.upper(), letter) for letter in LETTERS))
_SHAPE = re.compile(f"([{''.join(filled + hollow for filled, hollow in SHAPES)}])")
_PLACES = {symbol: place for place, pair in enumerate(_ALL) for symbol in pair}


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


def colour_of(symbol: str) -> str:
    """Return the theme variable with the colour of a segment's symbol; empty for any other character."""
    place = _PLACES.get(symbol)
    return "" if place is None else f"mark-{place % MARK_COLOURS}"


def symbol_content(symbol: str) -> Content:
    """Return a segment's symbol in its colour."""
    colour = colour_of(symbol)
    return Content.styled(safe(symbol), f"${colour}") if colour else Content(safe(symbol))


def symbol_style(symbol: str, variables: Mapping[str, str]) -> Style:
    """Return the style of a segment's symbol from the theme's ``variables``; a null style for any other character."""
    value = variables.get(colour_of(symbol), "")
    return Style(color=Color.parse(value).rich_color) if value else Style.null()


def split_symbols(line: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a line, each with whether it is a segment's shape; letters count as words."""
    for part in _SHAPE.split(line):
        if part:
            yield part, part in _PLACES and not part.isalpha()


def coloured(line: str) -> Content:
    """Return a line with the shapes of segments in their colours."""
    return Content.assemble(
        *(symbol_content(part) if is_symbol else Content(safe(part)) for part, is_symbol in split_symbols(line))
    )


def code_symbol(code: int) -> str:
    """Return the symbol of a code, by its id."""
    return CODE_SHAPES[(code - 1) % len(CODE_SHAPES)]


def code_colour(code: int, own: str = "") -> str:
    """Return the colour of a code as a style: its ``own`` if somebody chose one, else one by its id."""
    # A code of the same symbol has another colour, up to 64 codes.
    return own or f"$mark-{(code - 1 + (code - 1) // len(CODE_SHAPES)) % MARK_COLOURS}"


def code_content(code: int, own: str = "") -> Content:
    """Return the symbol of a code in its colour, and a blank after it."""
    return Content.styled(f"{code_symbol(code)} ", code_colour(code, own))


def by_name(names: Iterable[tuple[int, str]], signs: Mapping[int, Sign]) -> dict[str, Sign]:
    """Return the symbols of segments by their names, from (id, name) pairs."""
    return {name: signs[number] for number, name in names if number in signs}
