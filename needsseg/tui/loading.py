"""Slow reading beside the screen: on a connection of its own, in a thread of which the screen awaits only the result."""

from __future__ import annotations

import asyncio
import atexit
import gc
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    from needsseg.actions.study import Study

T = TypeVar("T")

# Importing scikit-learn in a thread stalls the screen by at most some 25 ms, in the event loop by a second.
_warm = False


async def aside(path: Path, read: Callable[[Study], T]) -> T:
    """What ``read`` finds in the study at ``path``; raises what it raises.

    A thread cannot be ended: ``read`` takes a second at most, and longer work belongs in a child.
    """

    def run() -> T:
        with studies.open_study(path) as study:
            return read(study)

    return await asyncio.to_thread(run)


def is_warm(study: Study) -> bool:
    """Whether evidence can be read at once: what it needs is loaded, or nothing is known that would need it."""
    return _warm or not segments.runs(study)


def warm(study: Study) -> None:
    """Loads what evidence needs by reading some."""
    global _warm
    for row in evidence.listing(study)[:1]:
        evidence.evidence(study, row.id)
    _warm = True


_AT_WORK: set[object] = set()
_ONE = threading.Lock()
# What was put aside is looked through as the program ends, or libraries complain of leaks.
atexit.register(gc.unfreeze)


def uncollected(work: Callable[[], T]) -> T:
    """What comes of work that makes millions of objects, none of them looked through for cycles meanwhile.

    Each such look holds every thread, and the screen with them, for up to two seconds with 100,000 accounts.
    """
    me = object()
    with _ONE:
        _AT_WORK.add(me)
        gc.disable()
    try:
        return work()
    finally:
        with _ONE:
            _AT_WORK.discard(me)
            if not _AT_WORK:
                gc.enable()


async def attempted(work: Awaitable[T]) -> T | NeedssegError:
    """What comes of work beside the screen, or why nothing does.

    What nobody foresaw is told as the command line tells it: a worker's exception would end the app, or its screen would wait
    for ever.
    """
    (found,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(found, NeedssegError) or not isinstance(found, BaseException):
        return found
    if not isinstance(found, Exception):
        raise found
    return NeedssegError(
        f"Internal error: {type(found).__name__}: {found}",
        "Please report it, with what needsseg --debug profile --as-of DATE shows. Nothing was changed.",
    )
