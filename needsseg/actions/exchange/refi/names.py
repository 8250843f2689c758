"""The names of a study's own data in a REFI-QDA file, and the values of its colours."""

from __future__ import annotations

from needsseg.records import Role

COLOURS = {
    "red": "#d62728", "orange": "#ff7f0e", "yellow": "#e6c229", "green": "#2ca02c", "teal": "#17a2a2",
    "blue": "#1f77b4", "violet": "#7b4fb5", "pink": "#e377c2", "grey": "#7f7f7f",
}  # fmt: skip
"""The study's named colours as RGB values."""
NO_COLOUR = "#b3b3b4"
"""The colour of a code without one, since other programs choose one themselves."""
ROLES: tuple[tuple[Role, str], ...] = (
    ("interviewer", "interviewers"),
    ("participant", "participants"),
    ("other", "others who speak"),
)
"""Variables of a source that name its speakers, one label per line."""
STATEMENT = "Job statement"
SEGMENT_NOTE = "Segment: "
"""The prefix of the name of a note that represents a segment; the segment's passages refer to it."""
NAMELESS = "(without a name)"
KEY = "key"
"""The variable of a source that holds the interview's key."""
