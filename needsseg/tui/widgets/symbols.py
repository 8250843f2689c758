"""The symbols of segments and codes in their colours, as the app shows them everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rich.style import Style
from textual.color import Color
from textual.content import Content

from needsseg.symbols import CODE_SHAPES, PLACES, SHAPES, Sign, code_symbol
from needsseg.text import safe
from needsseg.tui.themes import MARK_COLOURS

_SHAPE = re.compile(f"([{''.join(filled + hollow for filled, hollow in SHAPES)}])")


def colour_of(symbol: str) -> str:
    """Return the theme variable with the colour of a segment's symbol; empty for any other character."""
    place = PLACES.get(symbol)
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
            yield part, part in PLACES and not part.isalpha()


def coloured(line: str) -> Content:
    """Return a line with the shapes of segments in their colours."""
    return Content.assemble(
        *(symbol_content(part) if is_symbol else Content(safe(part)) for part, is_symbol in split_symbols(line))
    )


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
