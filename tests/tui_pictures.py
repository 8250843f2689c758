"""A screen as a picture in text: its lines, and below them where each line is styled, read from the public screenshot.

Styles are letters: b bold, i italic, u underlined, s struck out, f a foreground other than the one most of the screen has,
and A, B, C … the backgrounds other than the one most of the screen has, in the order in which they come. Which colours these
are is left out: another theme gives the same picture, unless two colours of one are the same in the other.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from string import ascii_uppercase

from rich.cells import split_graphemes
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from needsseg.tui.app import NeedssegApp

CELL, LINE = 12.2, 24.4
_RULE = re.compile(r"\.[\w-]+-(r\d+) \{ ([^}]*)\}")
_RECT = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+" shape-rendering')
_TEXT = re.compile(
    r'<text class="[\w-]+-(r\d+)" x="([\d.]+)" y="[\d.]+" textLength="[\d.]+" clip-path="url\(#[\w-]+-line-(\d+)\)">(.*?)</text>',
    re.DOTALL,
)
LETTERS = (("font-weight: bold", "b"), ("font-style: italic", "i"), ("underline", "u"), ("line-through", "s"))
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?")
Place = tuple[int, int]


async def still(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """Cursors in lines stop blinking, or a picture would depend on when it is taken."""
    for line in (*app.screen.query(Input), *app.screen.query(TextArea)):
        line.cursor_blink = False
    await pilot.pause()


def picture(app: NeedssegApp) -> str:
    """The lines of the screen, a rule, and the styled stretches of each line as ``line  column+cells letters``."""
    return drawn(app.export_screenshot(), *app.size)


def drawn(svg: str, width: int, height: int) -> str:
    """A screenshot as ``picture`` shows it; times are zeros in it."""
    chars, looks = _texts(svg, dict(_RULE.findall(svg)))
    usual = Counter(colour for _, colour in looks.values()).most_common(1)[0][0] if looks else ""
    grounds = _grounds(svg)
    lines = ["".join(chars.get((y, x), " ") for x in range(width)).rstrip() for y in range(height)]
    styled = []
    for y in range(height):
        letters = [_letters(looks.get((y, x)), usual) + grounds.get((y, x), "") for x in range(width)]
        if any(letters):
            styled.append("  ".join([f"{y:2}", *_runs(letters)]))
    return MOMENT.sub(lambda found: re.sub(r"\d", "0", found[0]), "\n".join([*lines, "-" * width, *styled])) + "\n"


def words(svg: str) -> str:
    """The words of a screenshot, a line a line."""
    found: dict[int, list[str]] = {}
    for _, _, line, text in _TEXT.findall(svg):
        found.setdefault(int(line), []).append(html.unescape(text).replace("\xa0", " "))
    return "\n".join("".join(found[line]) for line in sorted(found))


def _letters(look: tuple[str, str] | None, usual: str) -> str:
    return "" if look is None else look[0] + ("f" if look[1] != usual else "")


def _texts(svg: str, rules: dict[str, str]) -> tuple[dict[Place, str], dict[Place, tuple[str, str]]]:
    """What stands in each cell, a wide character in its first one, and how: its letters and its colour."""
    chars: dict[Place, str] = {}
    looks: dict[Place, tuple[str, str]] = {}
    for rule, x, line, words in _TEXT.findall(svg):
        text, at = html.unescape(words).replace("\xa0", " "), round(float(x) / CELL)
        if text == "\n":
            continue
        said = rules.get(rule, "")
        letters = "".join(letter for words, letter in LETTERS if words in said)
        colour = re.search(r"fill: (#\w+)", said)
        for start, end, wide in split_graphemes(text)[0]:
            chars[int(line), at] = text[start:end]
            for cell in range(at, at + wide):
                looks[int(line), cell] = letters, colour[1] if colour else ""
            for cell in range(at + 1, at + wide):
                chars[int(line), cell] = ""
            at += wide
    return chars, looks


def _grounds(svg: str) -> dict[Place, str]:
    """The letter of the background of each cell that has another one than most."""
    found: dict[Place, str] = {}
    for colour, x, y, width in _RECT.findall(svg):
        first = round(float(x) / CELL)
        for cell in range(first, first + round(float(width) / CELL)):
            found[round((float(y) - 1.5) / LINE), cell] = colour
    usual = Counter(found.values()).most_common(1)[0][0] if found else ""
    others = [colour for colour in dict.fromkeys(found[place] for place in sorted(found)) if colour != usual]
    letters = dict(zip(others, ascii_uppercase, strict=False))
    return {place: letters.get(colour, "+") for place, colour in found.items() if colour != usual}


def _runs(letters: list[str]) -> Iterator[str]:
    at = 0
    for look, cells in groupby(letters):
        length = len(list(cells))
        if look:
            yield f"{at}+{length} {look}"
        at += length
