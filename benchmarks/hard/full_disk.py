"""Changes while the disk is full from some byte on: done, or refused with the study as it was; it is still read."""

from __future__ import annotations

import os
import random
import resource
import signal
import tempfile
import traceback
from pathlib import Path

from benchmarks.hard.kills import Told
from benchmarks.hard.operations import OPERATIONS, Operation
from benchmarks.hard.states import leftovers, whole
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError
from tests.fixtures.studies.random_actions import walked_study

REFUSED, OTHERWISE = 3, 4


def fill_all(rounds: int, seed: int = 1, names: list[str] | None = None) -> dict[str, Told]:
    """Lets the disk fill at so many random sizes under every operation; what came of it, by operation."""
    return {name: fill(name, OPERATIONS[name], rounds, seed) for name in names or OPERATIONS}


def fill(name: str, operation: Operation, rounds: int, seed: int) -> Told:
    """Runs one operation where no file may grow beyond a size; ``half`` counts errors that are not our own too."""
    pick, told = random.Random(f"{seed} {name}"), Told()  # noqa: S311  # repeatable, not secret
    with tempfile.TemporaryDirectory(prefix="needsseg-full-") as temporary:
        calm = walked_study(Path(temporary) / "calm")
        before = whole(calm)
        assert _run(calm, operation, None) == 0, f"{name} failed undisturbed"
        after = whole(calm)
        for number in range(rounds):
            path = walked_study(Path(temporary) / str(number))
            names = {each.name for each in path.parent.iterdir()}
            code = _run(path, operation, pick.choice([0, 1000, pick.randrange(path.stat().st_size * 2)]))
            now = whole(path)
            told.rounds += 1
            told.after += code == 0
            told.before += code == REFUSED
            told.lost += now != (after if code == 0 else before)
            told.half += code not in (0, REFUSED)
            told.left += bool(leftovers(path.parent, names))
    return told


def _run(path: Path, operation: Operation, most: int | None) -> int:
    """The operation in a process of its own, whose files grow to so many bytes at most: 0 done, 3 refused, 4 otherwise."""
    child = os.fork()
    if child == 0:
        code = OTHERWISE
        try:
            with studies.open_study(path) as study:
                if most is not None:
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                operation(study)
            code = 0
        except NeedssegError:
            code = REFUSED
        except BaseException as error:
            traceback.print_exception(error)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else OTHERWISE
