"""Processes killed at random moments while they change a study: it is as before or as after, and after once that was said."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hard.operations import OPERATIONS, Operation
from benchmarks.hard.states import State, leftovers, whole
from needsseg.actions.study import studies
from tests.fixtures.studies.random_actions import walked_study

DONE = b"done"
FORGETTING, FORGOTTEN = "forget", b"nobody calls me at night"
LATER = 1.15
"""The latest kill comes when the operation would have been over for a while."""


@dataclass(slots=True)
class Told:
    """What came of the kills of one operation."""

    rounds: int = 0
    before: int = 0
    after: int = 0
    lost: int = 0
    half: int = 0
    left: int = 0


def kill_all(rounds: int, seed: int = 1, names: list[str] | None = None) -> dict[str, Told]:
    """Kills every operation so many times; what came of it, by operation."""
    return {name: kill(name, OPERATIONS[name], rounds, seed) for name in names or OPERATIONS}


def kill(name: str, operation: Operation, rounds: int, seed: int) -> Told:
    """Kills one operation at so many random moments, each time in a process of its own on a fresh copy of a study."""
    pick, told = random.Random(f"{seed} {name}"), Told()  # noqa: S311  # repeatable, not secret
    with tempfile.TemporaryDirectory(prefix="needsseg-kills-") as temporary:
        calm = walked_study(Path(temporary) / "calm")
        before = whole(calm)
        began = time.perf_counter()
        assert _acknowledged(calm, operation, None), f"{name} failed undisturbed"
        seconds = time.perf_counter() - began
        after = whole(calm)
        assert before != after, f"{name} changed nothing"
        for number in range(rounds):
            path = walked_study(Path(temporary) / str(number))
            names = {each.name for each in path.parent.iterdir()}
            acknowledged = _acknowledged(path, operation, pick.uniform(0, seconds * LATER))
            _judge(told, acknowledged, whole(path), before, after)
            told.left += bool(leftovers(path.parent, names))
            if name == FORGETTING and whole(path) == after:
                told.left += _still_said(path, names)
    return told


def _still_said(path: Path, before: set[str]) -> bool:
    """Whether words of the forgotten interview stand in the study, or in a file that came since."""
    files = [each for each in path.parent.rglob("*") if each.is_file()]
    own = [each for each in files if each == path or each.relative_to(path.parent).parts[0] not in before]
    return any(FORGOTTEN in each.read_bytes() for each in own)


def _judge(told: Told, acknowledged: bool, now: State, before: State, after: State) -> None:
    told.rounds += 1
    told.after += now == after
    told.before += now == before
    told.lost += acknowledged and now != after
    told.half += now not in (before, after)


def _acknowledged(path: Path, operation: Operation, killed_after: float | None) -> bool:
    """Whether a process of its own said that the operation was done, before it was killed after so many seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with studies.open_study(path) as study:
                operation(study)
                os.write(writing, DONE)
            code = 0
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            os._exit(code)
    os.close(writing)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    said = os.read(reading, len(DONE))
    os.close(reading)
    assert killed_after is not None or status == 0, "the operation raised an error"
    assert not (os.WIFEXITED(status) and os.WEXITSTATUS(status)), "the operation raised an error before it was killed"
    return said == DONE
