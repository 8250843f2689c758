"""The gate before the screen: whatever a widget draws, no text of it steers the terminal."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from needsseg.text import is_one_line


class Gate(LineFilter):
    """Leaves out of every line what moves the cursor, begins an escape sequence or changes the order of letters.

    Such characters count as no cell wide, so that the line stays as long as it is. Where people are to see that one stood
    there, ``words.plain`` puts a sign in its place before. Links are no part of the app's screens.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line, cleaned where one needs it."""
        if all(_is_safe(segment) for segment in segments):
            return segments
        return [segment if _is_safe(segment) else _cleaned(segment) for segment in segments]


def _is_safe(segment: Segment) -> bool:
    return is_one_line(segment.text) and not (segment.style and segment.style.link)


def _cleaned(segment: Segment) -> Segment:
    text, style, control = segment
    kept = "".join(char for char in text if is_one_line(char))
    return Segment(kept, style.update_link(None) if style and style.link else style, control)
