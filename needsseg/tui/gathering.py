"""Gather beside the screen what a sheet shows: keys stay live meanwhile, and gathering can be stopped at any step."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from needsseg.tui.child import Step
from needsseg.tui.loading import read_in_background, result_or_error, sparing_gc

if TYPE_CHECKING:
    from textual.worker import Worker

    from needsseg.actions.study import Study
    from needsseg.errors import NeedssegError
    from needsseg.progress import Progress

T = TypeVar("T")
SHOWN_AFTER = 1.0
"""After so many seconds progress is shown; what takes less would only flicker."""
GROUP = "gathering"


class Stopped(Exception):  # noqa: N818  # It is no error: nobody waits for the result any more.
    """Raised in the thread that gathers, at its next step after it was stopped."""


class Owner(Protocol):
    """The screen, or what stands for it, that shows what is gathered."""

    @property
    def is_attached(self) -> bool:
        """Whether it still belongs to a running app."""

    def run_worker(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        """Run a coroutine in the background, until the screen is closed."""


class Gathering(Generic[T]):
    """Reads in a thread, on a connection of its own, one thing at a time: a later reading stops the one before it.

    The thread stops where it reports progress, so ``read`` must do so at least every half second.
    """

    def __init__(self, owner: Owner, tell: Callable[[], None]) -> None:
        self._owner, self._tell = owner, tell
        self._worker: Worker[None] | None = None
        self._began: float | None = None
        self._step: Step | None = None

    @property
    def is_going(self) -> bool:
        """Whether something is being gathered."""
        return self._began is not None

    @property
    def words(self) -> str:
        """What is being done, and how much of it is done; empty while nothing is or has not taken a second yet."""
        if self._began is None or monotonic() - self._began < SHOWN_AFTER:
            return ""
        step = self._step
        count = f", {step.done:,} of {step.total:,}" if step is not None and step.total > 1 else ""
        return f"{'reading the study' if step is None else step.doing}{count} …"

    def begin(
        self, path: Path, read: Callable[[Study, Progress], T], show: Callable[[T | NeedssegError], None]
    ) -> None:
        """Gather with ``read``, and pass the result or the error to ``show``; what was being gathered is stopped."""
        self.stop()
        self._began, self._step = monotonic(), None
        self._worker = self._owner.run_worker(self._gather(path, read, show), group=GROUP)

    def stop(self) -> bool:
        """Stop gathering; return whether something was being gathered."""
        was_going, self._began = self.is_going, None
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        return was_going

    async def _gather(
        self, path: Path, read: Callable[[Study, Progress], T], show: Callable[[T | NeedssegError], None]
    ) -> None:
        stopped = threading.Event()
        reading = asyncio.create_task(
            result_or_error(read_in_background(path, partial(_read, read, partial(self._note, stopped))))
        )
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=SHOWN_AFTER)
                if not reading.done():
                    self._tell()
        finally:
            # When the screen closes, or a later reading begins, this worker is cancelled here.
            stopped.set()
            reading.cancel()
        # Showing may begin to gather again, which must not stop the worker that shows.
        self._began, self._worker = None, None
        if self._owner.is_attached:
            show(reading.result())

    def _note(self, stopped: threading.Event, doing: str, done: int, total: int) -> None:
        """Note a step of the thread, and end the thread if it was stopped."""
        if stopped.is_set():
            raise Stopped
        self._step = Step(doing, done, total)


def _read(read: Callable[[Study, Progress], T], progress: Progress, study: Study) -> T:
    return sparing_gc(lambda: read(study, progress))
