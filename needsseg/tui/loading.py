"""Slow reading beside the screen: on a connection of its own, in a thread of which the screen awaits only the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import studies

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
