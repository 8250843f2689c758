"""Reporting the progress of long work."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of the task, the amount done, and the total amount."""


def silent(_doing: str, _done: int, _total: int) -> None:
    """Ignore a report of progress, for callers that show none."""
