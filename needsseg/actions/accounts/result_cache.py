"""Results that take long to compute, kept beside the study: private, checked, and free to be thrown away.

A result is found again by the content of everything that it was computed from; it is never updated. Only JSON is stored, so
that a folder from somebody else can at worst be wrong, never run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from needsseg.files import sha256, whole_file
from needsseg.study.connection import Study
from needsseg.version import __version__

T = TypeVar("T")
MOST_RESULTS = 12
"""Older results are deleted beyond so many, those first that were not used for longest."""
_LOCKS: dict[Path, Lock] = {}
"""Of each result asked for in this process; the app may ask for one again while it is being computed."""


@cache
def program_state() -> str:
    """Return what tells one state of the program from another: its version, and the sizes and times of its files."""
    root = Path(__file__).parents[2]
    files = [(str(path.relative_to(root)), *file_state(path)[1:]) for path in sorted(root.rglob("*.py"))]
    return sha256(repr((__version__, files)))


def cached(
    study: Study,
    key: Sequence[object],
    compute: Callable[[], T],
    encode: Callable[[T], Any],
    decode: Callable[[Any], T],
) -> T:
    """Return a result from the study's folder, or compute and store it; ``key`` is all that it depends on, as ``repr`` has it.

    A result that cannot be read is computed again, and one that cannot be written is returned all the same. Threads that ask
    for a result that another is computing wait for it.
    """
    path = study.results / f"{sha256(repr((program_state(), *key)))[:32]}.json"
    with _LOCKS.setdefault(path, Lock()):
        try:
            result = decode(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            result = compute()
            _store(path, encode(result))
            return result
    with suppress(OSError):
        path.touch()
    return result


def _store(path: Path, encoded: Any) -> None:
    # A folder that cannot be written to is no reason to withhold the result.
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(path, private=True) as partial:
            partial.write_text(json.dumps(encoded, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        newest_first = sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for old in newest_first[MOST_RESULTS:]:
            old.unlink(missing_ok=True)


def file_state(path: Path) -> tuple[str, int, int]:
    """Return what tells a file of a study from any other: its name, which has a hash of the content, size and time."""
    stat = path.stat()
    return path.name, stat.st_size, stat.st_mtime_ns
