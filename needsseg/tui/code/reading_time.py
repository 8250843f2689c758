"""What was read: turns that stood on the screen for a while, for the share of speech read, coded and skipped."""

from __future__ import annotations

from needsseg.actions.coding import coverage
from needsseg.errors import NeedssegError
from needsseg.tui.code.desk import CodeDesk

LOOK_SECONDS = 2.0
"""How long the end of a turn stands on the screen before the turn counts as read; leafing through is no reading."""


class Reading(CodeDesk):
    """Looks every two seconds which turns are on the screen, and remembers those that were there the last time too."""

    def __init__(self) -> None:
        super().__init__()
        self._before: set[int] = set()
        self._read: set[int] = set()
        self._reading = ""

    def on_mount(self) -> None:
        """Begins to look."""
        self.set_interval(LOOK_SECONDS, self.notice)

    def notice(self) -> None:
        """Remembers the turns that have been on the screen since the last look."""
        if not self.key or self.app.screen is not self:
            self._before = set()
            return
        if self._reading != self.key:
            self._reading, self._before, self._read = self.key, set(), set()
        seen = self.view.turns_seen()
        stayed = (seen & self._before) - self._read
        self._before = seen
        if not stayed:
            return
        try:
            coverage.mark_read(self.study, self.key, sorted(stayed))
        except NeedssegError as error:
            # No decision is at stake: when another program holds the file, the turns are noticed at the next look.
            self.log.warning(str(error))
        else:
            self._read |= stayed
