"""A place in the study that a screen may ask the Code screen to show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An interview, and in it a passage or a stretch of its text, or neither: where it was left."""

    interview: str
    passage: int | None = None
    span: tuple[int, int] | None = None
