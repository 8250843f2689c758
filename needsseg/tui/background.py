"""Embed the study's texts in a child process of low priority while no other command runs, so that nothing waits for it later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from needsseg.actions.study.compared_texts import TextsState
from needsseg.errors import NeedssegError, UsageError
from needsseg.settings import load
from needsseg.tui.child import Outcome, Step, run_child

if TYPE_CHECKING:
    from needsseg.actions.study import Study

DELAY_SECONDS = 1.5
"""How long nothing else may have run before it starts: an app that opens, or a chain of commands, is not slowed."""


class BackgroundEmbedding:
    """Runs ``embed`` for one app when the study has new texts, ends it for other commands, and starts it again after them.

    What it stores is a cache of its own process: no screen is read again, and history does not know of it.
    """

    def __init__(
        self,
        study: Study,
        command: Callable[[], list[str]],
        on_change: Callable[[], None],
        on_failure: Callable[[NeedssegError], None],
    ) -> None:
        self._study, self._command = study, command
        self._on_change, self._on_failure = on_change, on_failure
        self._task: asyncio.Task[None] | None = None
        self._pauses = 0
        self._seen: tuple[int, int] | None = None
        self._embedded: TextsState | None = None
        """The texts for which it was started last; None where it was ended before its end."""
        self._is_over = False
        self.words = ""
        """What it does, for the status line; empty while it does nothing."""

    @property
    def is_running(self) -> bool:
        """Whether it is running, or about to start."""
        return self._task is not None and not self._task.done()

    def look(self) -> None:
        """Start it if the study has texts for which it did not run yet; raise StudyError where the study cannot be read."""
        study = self._study
        if self._is_over or self._pauses or self.is_running or study.unwritable:
            return
        task, self._task = self._task, None
        if task is not None and not task.cancelled():
            task.result()  # raises what nobody expected
        seen = (study.others_changes, study.own_changes)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            if not load(study.path).embed_in_background:
                return
            state = TextsState.of(study)
        except UsageError as error:  # the file of settings was changed
            self._fail(error)
            return
        if state != self._embedded and state.speech.texts:
            self._task = asyncio.create_task(self._run())
        self._embedded = state

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """End it, and do not start it within the block; what it has embedded is kept."""
        self._pauses += 1
        try:
            await self._end()
            yield
        finally:
            self._pauses -= 1

    def stop(self) -> None:
        """End it for good, without waiting for that: the app is closing, and its event loop waits for its tasks."""
        self._is_over = True
        self._cancel()

    async def _end(self) -> None:
        if self._task is not None and self.is_running:
            self._cancel()
            await asyncio.wait([self._task])
            self._seen = self._embedded = None

    def _cancel(self) -> None:
        # A second time would interrupt the waiting for the process to end.
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()

    async def _run(self) -> None:
        await asyncio.sleep(DELAY_SECONDS)
        try:
            outcome = await run_child(self._command(), self._show, low_priority=True)
        except OSError as error:
            outcome = Outcome(1, None, f"It could not be started: {error.strerror}.", "", ())
        finally:
            self._say("")
        if outcome.code:
            self._fail(NeedssegError(outcome.error, outcome.hint))

    def _show(self, step: Step) -> None:
        self._say(f"preparing search {step.done:,} of {step.total:,}")

    def _say(self, words: str) -> None:
        self.words = words
        self._on_change()

    def _fail(self, error: NeedssegError) -> None:
        """Report an error once; it is not tried again before the app is opened again."""
        self._is_over = True
        self._on_failure(error)
