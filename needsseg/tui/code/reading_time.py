"""Reading time: which turns were on the screen long enough to count as read, for the progress of coding."""

from __future__ import annotations

from needsseg.actions.coding import coverage
from needsseg.errors import NeedssegError
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.widgets.transcript_view import TranscriptView

LOOK_SECONDS = 2.0
"""How long the end of a turn must be on the screen, in seconds, for the turn to count as read."""


class ReadingTime:
    """Checks at intervals which turns are on the screen, and marks those as read that were there the last time too."""

    def __init__(self, context: CodeContext, interview: OpenInterview, view: TranscriptView) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._before: set[int] = set()
        self._read: set[int] = set()
        self._key = ""

    def look(self) -> None:
        """Mark turns as read that have been on the screen since the last check."""
        key = self._interview.key
        if not key or not self.context.is_on_top:
            self._before = set()
            return
        if self._key != key:
            self._key, self._before, self._read = key, set(), set()
        visible = self._view.visible_turns()
        stayed = (visible & self._before) - self._read
        self._before = visible
        if not stayed:
            return
        try:
            coverage.mark_read(self.context.study, key, sorted(stayed))
        except NeedssegError as error:
            # No decision is lost: when another program locks the file, the next check marks the turns.
            self.context.log.warning(str(error))
        else:
            self._read |= stayed
