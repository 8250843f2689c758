"""The lines of the segment list: one for a segment, and one for the passages in no segment."""

from __future__ import annotations

from textual.content import Content

from needsseg.actions.discovery.evidence import SegmentSummary
from needsseg.symbols import Sign
from needsseg.text import format_count
from needsseg.tui.widgets.evidence import LEFT_OVER
from needsseg.tui.widgets.symbols import symbol_content
from needsseg.tui.words import SEGMENT_GLYPHS, lines, plain

MOST_WORDS = 5


def segment_line(row: SegmentSummary, sign: Sign | None = None) -> Content:
    """Return a segment's line: name, symbol, size, and its keywords while it is a candidate."""
    warned = " !" if row.warnings else ""
    new = f" +{row.new} new" if row.new else ""
    proposed = f" ?{row.proposed}" if row.proposed else ""
    single_note = f" (+{row.with_one_passage} once)" if row.with_one_passage else ""
    # Beside the figures, where a narrow list has room for it even after a long name.
    stated = " · in view" if row.in_view and row.status == "candidate" else ""
    people = format_count(row.participants, "person", "people")
    about = f"{row.size} · {people}{warned}{new}{proposed}{single_note}{stated}"
    parts = [
        plain(f"{SEGMENT_GLYPHS[row.status]} {row.name}", "bold" if row.status == "confirmed" else ""),
        Content.assemble(symbol_content(sign[0]) if sign else " ", " ", plain(about, "dim")),
    ]
    if row.status == "candidate" and row.keywords:
        parts.append(plain(f"  {', '.join(row.keywords[:MOST_WORDS])}", "dim"))
    return lines(parts)


def left_line(number: int, off: int) -> Content:
    """Return the line of the passages in no segment: ``number`` in all, ``off`` of them off-topic."""
    about = f"  in no segment, {off} off-topic" if off else "  in no segment"
    return lines([plain(f"· {LEFT_OVER} · {number - off}"), plain(about, "dim")])
