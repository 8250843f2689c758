"""A segment, and what was left over, as the list of them shows it."""

from __future__ import annotations

from textual.content import Content

from needsseg.actions.discovery.evidence import SegmentSummary
from needsseg.text import format_count
from needsseg.tui.widgets.evidence import LEFT_OVER
from needsseg.tui.widgets.symbols import Sign, symbol_content
from needsseg.tui.words import SEGMENT_GLYPHS, lines, plain

MOST_WORDS = 5


def segment_line(row: SegmentSummary, sign: Sign | None = None) -> Content:
    """A segment: its name, its symbol, its size, and while it has no name of its own the words it is known by."""
    warned = " !" if row.warnings else ""
    new = f" +{row.new} new" if row.new else ""
    proposed = f" ?{row.proposed}" if row.proposed else ""
    once = f" (+{row.with_one_passage} once)" if row.with_one_passage else ""
    # Beside the figures, where a narrow list has room for it however long the name is.
    stated = " · in view" if row.in_view and row.status == "candidate" else ""
    people = format_count(row.participants, "person", "people")
    about = f"{row.size} · {people}{warned}{new}{proposed}{once}{stated}"
    parts = [
        plain(f"{SEGMENT_GLYPHS[row.status]} {row.name}", "bold" if row.status == "confirmed" else ""),
        Content.assemble(symbol_content(sign[0]) if sign else " ", " ", plain(about, "dim")),
    ]
    if row.status == "candidate" and row.keywords:
        parts.append(plain(f"  {', '.join(row.keywords[:MOST_WORDS])}", "dim"))
    return lines(parts)


def left_line(number: int, off: int) -> Content:
    """How many passages lie in no segment, of which so many are off-topic."""
    about = f"  in no segment, {off} off-topic" if off else "  in no segment"
    return lines([plain(f"· {LEFT_OVER} · {number - off}"), plain(about, "dim")])
