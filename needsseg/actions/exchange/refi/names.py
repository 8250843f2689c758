"""What the study's own things are called in a REFI-QDA file, and its colours as others see them."""

from __future__ import annotations

from needsseg.records import Role

COLOURS = {
    "red": "#d62728", "orange": "#ff7f0e", "yellow": "#e6c229", "green": "#2ca02c", "teal": "#17a2a2",
    "blue": "#1f77b4", "violet": "#7b4fb5", "pink": "#e377c2", "grey": "#7f7f7f",
}  # fmt: skip
"""The study's named colours as others see them."""
NO_COLOUR = "#b3b3b4"
"""Stands for a code without a colour, since other programs give one of their own to it."""
ROLES: tuple[tuple[Role, str], ...] = (
    ("interviewer", "interviewers"),
    ("participant", "participants"),
    ("other", "others who speak"),
)
"""Variables of a source that say who speaks in it, a label a line."""
STATEMENT = "Job statement"
SEGMENT_NOTE = "Segment: "
"""Begins the name of a note that stands for a segment; its passages refer to it."""
NAMELESS = "(without a name)"
KEY = "key"
"""The variable of a source that holds the interview's key."""
