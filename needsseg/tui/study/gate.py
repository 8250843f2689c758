"""A filter for everything drawn, so that no text controls the terminal."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from needsseg.text import is_one_line


class Gate(LineFilter):
    """Removes characters that move the cursor, begin an escape sequence or change the order of letters, and links.

    Such characters have no width, so the length of the line does not change. Where readers should see that one was removed,
    ``words.plain`` has already put a sign in its place. The app's screens have no links.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line, cleaned if needed."""
        if all(_is_safe(segment) for segment in segments):
            return segments
        return [segment if _is_safe(segment) else _cleaned(segment) for segment in segments]


def _is_safe(segment: Segment) -> bool:
    return is_one_line(segment.text) and not (segment.style and segment.style.link)


def _cleaned(segment: Segment) -> Segment:
    text, style, control = segment
    safe_text = "".join(char for char in text if is_one_line(char))
    return Segment(safe_text, style.update_link(None) if style and style.link else style, control)
