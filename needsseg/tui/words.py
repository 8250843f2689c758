"""Text on its way to the screen: never parsed as markup, never able to steer the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.content import Content

from needsseg.records import Passage

# A transcript is a stranger's file: control characters would move the cursor or recolour the terminal.
_CONTROLS = {code: "�" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x0A}
_CONTROLS[0x09] = " "
# Bidirectional overrides can make a line read as other words than it holds.
_CONTROLS |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�")
_ANY_CONTROL = re.compile(f"[{re.escape(''.join(map(chr, _CONTROLS)))}]")

GLYPHS = {"suggested": "?", "accepted": "✓", "rejected": "·", "coded": "#"}
SEGMENT_GLYPHS = {"confirmed": "●", "named": "◐", "candidate": "○", "set_aside": "–"}
SEGMENT_WORDS = {"confirmed": "confirmed", "named": "named", "candidate": "candidate", "set_aside": "set aside"}


def shown(text: str) -> str:
    """``text`` with control characters replaced one by one, so that offsets still fit."""
    # Looking first is ten times as fast as replacing nothing.
    return text.translate(_CONTROLS) if _ANY_CONTROL.search(text) else text


def plain(text: str, style: str = "") -> Content:
    """User text as it stands, for a Static, an option or a label."""
    return Content.styled(shown(text), style) if style else Content(shown(text))


def row(values: Iterable[object], widths: Iterable[int]) -> Text:
    """User text in columns, as the only cell of a DataTable's row: one cell a row is drawn eight times as fast as eight."""
    return Text(
        "  ".join(_fitted(str(value), width) for value, width in zip(values, widths, strict=True)), no_wrap=True, end=""
    )


def _fitted(text: str, width: int) -> str:
    flat = shown(text).replace("\n", " ")
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def lines(parts: Iterable[Content]) -> Content:
    """Contents below each other."""
    return Content("\n").join(parts)


def state(passage: Passage) -> str:
    """A passage's status as marked in the margin: its status, or ``coded`` where an accepted one carries codes."""
    return "coded" if passage.status == "accepted" and passage.codes else passage.status


def one_line(text: str, most: int = 200) -> str:
    """``text`` on one line, cut with an ellipsis where it is longer than ``most`` characters."""
    flat = " ".join(shown(text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def counted(number: int, word: str, several: str = "") -> str:
    """``1 passage``, ``2 passages``."""
    return f"{number:,} {word if number == 1 else several or word + 's'}"


def clock(milliseconds: int | None) -> str:
    """A time of a recording as h:mm:ss or m:ss; empty where there is none."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
