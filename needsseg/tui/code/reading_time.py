"""What was read: turns that stood on the screen for a while, for the share of speech read, coded and skipped."""

from __future__ import annotations

from needsseg.actions.coding import coverage
from needsseg.errors import NeedssegError
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.widgets.transcript_view import TranscriptView

LOOK_SECONDS = 2.0
"""How long the end of a turn stands on the screen before the turn counts as read; leafing through is no reading."""


class ReadingTime:
    """Looks at intervals which turns are on the screen, and remembers those that were there the last time too."""

    def __init__(self, context: CodeContext, interview: OpenInterview, view: TranscriptView) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._before: set[int] = set()
        self._read: set[int] = set()
        self._key = ""

    def look(self) -> None:
        """Remember the turns that have been on the screen since the last look."""
        key = self._interview.key
        if not key or not self.context.is_on_top:
            self._before = set()
            return
        if self._key != key:
            self._key, self._before, self._read = key, set(), set()
        seen = self._view.turns_seen()
        stayed = (seen & self._before) - self._read
        self._before = seen
        if not stayed:
            return
        try:
            coverage.mark_read(self.context.study, key, sorted(stayed))
        except NeedssegError as error:
            # No decision is at stake: when another program holds the file, the turns are noticed at the next look.
            self.context.log.warning(str(error))
        else:
            self._read |= stayed
