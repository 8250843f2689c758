"""Waiting for somebody else's lock on a study."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from needsseg.study.file import faults

BUSY_SECONDS = 40.0
"""How long to wait for somebody else's lock: a lock of less than half a minute is not reported."""

T = TypeVar("T")


def patiently(step: Callable[[], T]) -> T:
    """Return what ``step`` returns; while somebody else holds a lock it is tried again, for BUSY_SECONDS.

    SQLite does not wait by itself where a program opens, recovers or closes the file just then.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if not faults.is_lock(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
