"""The line above the segments: whether the passages form groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from needsseg.actions.discovery import firmness
from needsseg.tui.fixes import worded
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study


class VerdictLine(Static):
    """The verdict of the newest run on the passages as a whole."""

    DEFAULT_CSS = "VerdictLine { height: auto; max-height: 3; padding: 0 1; background: $surface; display: none; }"

    def show_verdict(self, study: Study, *, shown: bool) -> bool | None:
        """Show the verdict of the newest run, if any; return whether its groups stand apart, or None if unknown."""
        verdict = firmness.verdict(study)
        self.display = shown and verdict.has_run
        self.update(plain(f"{worded(verdict.short, self.app)} {verdict.caution}".strip()))
        return verdict.separate
