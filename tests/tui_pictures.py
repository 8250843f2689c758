"""A screen as a picture in text: its lines, and below them where each line is styled, read from what the screen draws.

Styles are letters: b bold, i italic, u underlined, s struck out, f a foreground other than the one most of the screen has,
and A, B, C … the backgrounds other than the one most of the screen has, in the order in which they come. Which colours these
are is left out: another theme gives the same picture, unless two colours of one are the same in the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from string import ascii_uppercase
from typing import Any, NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.color import blend_rgb
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from textual.app import App
from textual.strip import Strip
from textual.widgets import Input, TextArea
from tui_waiting import idle

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?")


class Look(NamedTuple):
    """How text is drawn: its letters, its colour, and its background where it has one."""

    letters: str
    colour: str
    ground: str


class Stretch(NamedTuple):
    """Text in one style, from a column of a line on."""

    line: int
    column: int
    text: str
    look: Look


async def still(app: App[Any]) -> None:
    """Cursors in lines stop blinking, or a picture would depend on when it is taken."""
    for line in (*app.screen.query(Input), *app.screen.query(TextArea)):
        line.cursor_blink = False
    await idle(app)


def strips(app: App[Any]) -> list[list[Strip]]:
    """All that the screen draws, with the screens that show through it: what Textual makes a screenshot of."""
    update: Any = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    return [list(line) for line in update.strips]


def stretches(lines: list[list[Strip]], width: int) -> list[Stretch]:
    """What ``strips`` gives, a stretch for each run of one style."""
    found = []
    for line, parts in enumerate(lines):
        segments = [segment for strip in parts for segment in strip if not segment.control]
        column = 0
        for text, style, _ in next(Segment.split_and_crop_lines(segments, width), ()):
            found.append(Stretch(line, column, text, _look(style)))
            column += cell_len(text)
    return found


@lru_cache(maxsize=4096)
def _look(style: Style | None) -> Look:
    """A style as a screenshot has it."""
    style = style or Style()
    theme = SVG_EXPORT_THEME
    front, back = style.color, style.bgcolor
    colour = theme.foreground_color if front is None or front.is_default else front.get_truecolor(theme)
    ground = theme.background_color if back is None or back.is_default else back.get_truecolor(theme)
    if style.reverse:
        colour, ground = ground, colour
    if style.dim:
        colour = blend_rgb(colour, ground, 0.4)
    drawn = style.reverse or (back is not None and not back.is_default)
    marks = (("b", style.bold), ("i", style.italic), ("u", style.underline), ("s", style.strike))
    return Look("".join(letter for letter, there in marks if there), colour.hex, ground.hex if drawn else "")


def picture(app: App[Any]) -> str:
    """The lines of the screen, a rule, and the styled stretches of each line as ``line  column+cells letters``."""
    return drawn(stretches(strips(app), app.size.width), *app.size)


def drawn(found: list[Stretch], width: int, height: int) -> str:
    """What a screen draws, as ``picture`` shows it; times are zeros in it."""
    chars = [[" "] * width for _ in range(height)]
    looks: list[list[Look | None]] = [[None] * width for _ in range(height)]
    grounds = [[""] * width for _ in range(height)]
    for line, column, text, look in found:
        blank = not text.strip(" ")
        for start, end, wide in _graphemes(text):
            chars[line][column] = text[start:end]
            for cell in range(column, column + wide):
                grounds[line][cell] = look.ground
                looks[line][cell] = None if blank else look
            for cell in range(column + 1, column + wide):
                chars[line][cell] = ""
            column += wide
    letters = _ground_letters(grounds)
    colours = Counter(look.colour for row in looks for look in row if look)
    usual = colours.most_common(1)[0][0] if colours else ""
    styled = []
    for line in range(height):
        cells = zip(looks[line], grounds[line], strict=True)
        shown = [
            (look.letters + "f" * (look.colour != usual) if look else "") + letters[ground] for look, ground in cells
        ]
        if any(shown):
            styled.append("  ".join([f"{line:2}", *_runs(shown)]))
    lines = ["".join(row).rstrip() for row in chars]
    return MOMENT.sub(lambda moment: re.sub(r"\d", "0", moment[0]), "\n".join([*lines, "-" * width, *styled])) + "\n"


def _graphemes(text: str) -> list[tuple[int, int, int]]:
    if text.isascii() and text.isprintable():
        return [(at, at + 1, 1) for at in range(len(text))]
    return split_graphemes(text)[0]


def words(app: App[Any]) -> str:
    """The words of the screen, a line a line; lines without any are left out."""
    return worded(stretches(strips(app), app.size.width))


def worded(found: list[Stretch]) -> str:
    """What a screen draws, as ``words`` shows it."""
    lines: dict[int, list[str]] = {}
    for line, _, text, _ in found:
        if text.strip(" "):
            lines.setdefault(line, []).append(text)
    return "\n".join("".join(lines[line]) for line in sorted(lines))


def _ground_letters(grounds: list[list[str]]) -> dict[str, str]:
    """The letter of each background other than the one of most cells."""
    counted = Counter(ground for row in grounds for ground in row if ground)
    usual = counted.most_common(1)[0][0] if counted else ""
    others = dict.fromkeys(ground for row in grounds for ground in row if ground not in ("", usual))
    return {"": "", usual: ""} | dict.fromkeys(others, "+") | dict(zip(others, ascii_uppercase, strict=False))


def _runs(letters: list[str]) -> Iterator[str]:
    at = 0
    for look, cells in groupby(letters):
        length = len(list(cells))
        if look:
            yield f"{at}+{length} {look}"
        at += length
