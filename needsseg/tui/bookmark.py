"""A place in the study that a screen can ask the Code screen to show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An interview, with a passage or a span of its text; with neither, the place where the interview was left."""

    interview: str
    passage: int | None = None
    span: tuple[int, int] | None = None
