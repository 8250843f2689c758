"""Text for the screen: never parsed as markup, and without characters that control the terminal."""

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
    """Return text as content without markup, for a Static, an option or a label."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def row(values: Iterable[object], widths: Iterable[int]) -> Text:
    """Return values in columns as one cell of a DataTable: a row of one cell is drawn eight times as fast as one of eight."""
    return Text(
        "  ".join(_fitted(str(value), width) for value, width in zip(values, widths, strict=True)), no_wrap=True, end=""
    )


def _fitted(text: str, width: int) -> str:
    flat = safe(text, newlines=False)
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def lines(parts: Iterable[Content]) -> Content:
    """Return contents below each other."""
    return Content("\n").join(parts)


def state(passage: Passage) -> str:
    """Return a passage's status for the margin; ``coded`` for an accepted passage with codes."""
    return "coded" if passage.status == "accepted" and passage.codes else passage.status


def one_line(text: str, most: int = 200) -> str:
    """Return ``text`` on one line, cut with an ellipsis if it is longer than ``most`` characters."""
    flat = " ".join(safe(text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
