"""Read slowly in the background: on a separate connection, in a thread whose result the screen awaits."""

from __future__ import annotations

import asyncio
import atexit
import gc
import threading
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    from needsseg.actions.study import Study

T = TypeVar("T")

# Importing scikit-learn stalls the screen for at most about 25 ms in a thread, but for a second in the event loop.
_warm = False


PRELOADED = (
    "code.screen", "interviews.participants", "code.sheets.coverage", "code.sheets.codebook", "code.sheets.matrix",
    "code.sheets.memo", "code.sheets.job", "search.screen", "study.history", "segments.people",
)  # fmt: skip
"""Modules of the app that are not needed for its first screen, the likeliest first."""


def load_modules() -> None:
    """Load the modules that are not needed for the first screen; it is called in a thread."""
    for name in PRELOADED:
        import_module(f"needsseg.tui.{name}")
    spare_gc()


async def read_in_background(path: Path, read: Callable[[Study], T]) -> T:
    """Read the study at ``path`` in a thread; return the result of ``read``, or raise its error.

    A thread cannot be ended, so ``read`` must take at most a second; longer work belongs in a child process.
    """

    def run() -> T:
        with studies.open_study(path) as study:
            return read(study)

    return await asyncio.to_thread(run)


def is_warm(study: Study) -> bool:
    """Return whether evidence can be read at once: its libraries are loaded, or no run exists that would need them."""
    return _warm or not segments.runs(study)


def warm(study: Study) -> None:
    """Load the libraries that evidence needs, by reading some."""
    global _warm
    from needsseg.actions.discovery import evidence

    for row in evidence.listing(study)[:1]:
        evidence.evidence(study, row.id)
    _warm = True


_RUNNING: set[object] = set()
_LOCK = threading.Lock()
# Frozen objects are collected when the program ends; otherwise libraries report leaks.
atexit.register(gc.unfreeze)


def without_gc(work: Callable[[], T]) -> T:
    """Run work that creates millions of objects without garbage collection, and return its result.

    With 100,000 accounts, each collection stops every thread, and so the screen, for up to two seconds.
    """
    token = object()
    with _LOCK:
        _RUNNING.add(token)
        gc.disable()
    try:
        return work()
    finally:
        with _LOCK:
            _RUNNING.discard(token)
            if not _RUNNING:
                gc.enable()


THRESHOLDS = (10_000, 20, 10)
"""After how many new objects, and collections of the younger ones, garbage is collected."""
MANY = 10_000


def spare_gc() -> None:
    """Have all objects that exist now left out of garbage collection, and the others looked at more rarely.

    A collection stops the screen: for a fifth of a second with the program's own objects alone. Those that are no longer
    used are freed all the same, but for cycles of references.
    """
    gc.freeze()
    if gc.get_threshold()[0] < THRESHOLDS[0]:
        gc.set_threshold(*THRESHOLDS)


def sparing_gc(work: Callable[[], T]) -> T:
    """Run work without garbage collection; if it keeps many objects, as texts in memory, collections leave them out later."""
    before = gc.get_count()[0]
    result = without_gc(work)
    if gc.get_count()[0] - before > MANY:
        spare_gc()
    return result


async def result_or_error(work: Awaitable[T]) -> T | NeedssegError:
    """Await background work; return its result or its error.

    An unexpected exception becomes an internal error, as on the command line: in a worker it would end the app, or the
    screen would wait for ever.
    """
    (result,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(result, NeedssegError) or not isinstance(result, BaseException):
        return result
    if not isinstance(result, Exception):
        raise result
    return NeedssegError(
        f"Internal error: {type(result).__name__}: {result}",
        "Please report it, with what needsseg --debug profile --as-of DATE shows. Nothing was changed.",
    )
