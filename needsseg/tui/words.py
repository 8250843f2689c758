"""Text on its way to the screen: never parsed as markup, never able to steer the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.content import Content

from needsseg.records import Passage
from needsseg.text import safe

GLYPHS = {"suggested": "?", "accepted": "✓", "rejected": "·", "coded": "#"}
SEGMENT_GLYPHS = {"confirmed": "●", "named": "◐", "candidate": "○", "set_aside": "–"}
SEGMENT_WORDS = {"confirmed": "confirmed", "named": "named", "candidate": "candidate", "set_aside": "set aside"}


def plain(text: str, style: str = "") -> Content:
    """User text as it stands, for a Static, an option or a label."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def row(values: Iterable[object], widths: Iterable[int]) -> Text:
    """User text in columns, as the only cell of a DataTable's row: one cell a row is drawn eight times as fast as eight."""
    return Text(
        "  ".join(_fitted(str(value), width) for value, width in zip(values, widths, strict=True)), no_wrap=True, end=""
    )


def _fitted(text: str, width: int) -> str:
    flat = safe(text, newlines=False)
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def lines(parts: Iterable[Content]) -> Content:
    """Contents below each other."""
    return Content("\n").join(parts)


def state(passage: Passage) -> str:
    """A passage's status as marked in the margin: its status, or ``coded`` where an accepted one carries codes."""
    return "coded" if passage.status == "accepted" and passage.codes else passage.status


def one_line(text: str, most: int = 200) -> str:
    """``text`` on one line, cut with an ellipsis where it is longer than ``most`` characters."""
    flat = " ".join(safe(text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
