"""Random actions of every kind, taken back one by one and done again: each state comes back to the byte."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hard.states import State, tables
from needsseg.actions.study import history, studies
from needsseg.errors import NeedssegError
from needsseg.study.connection import Study
from tests.fixtures.studies.random_actions import anything, walked_study


@dataclass(slots=True)
class Undone:
    """What came of it: actions tried and done, and states that differed after undo or redo."""

    walks: int = 0
    tried: int = 0
    done: int = 0
    different: int = 0


def walk_and_undo(walks: int, steps: int, seed: int = 1) -> Undone:
    """So many walks of so many random actions of two people, undone and redone."""
    told = Undone()
    for number in range(walks):
        with tempfile.TemporaryDirectory(prefix="needsseg-undone-") as folder:
            path = walked_study(Path(folder) / "study")
            with studies.open_study(path) as study:
                states = _walk(study, random.Random(f"{seed} {number}"), steps)  # noqa: S311  # repeatable, not secret
            with studies.open_study(path) as study:
                for state in reversed(states[:-1]):
                    history.undo(study, anyones=True)
                    told.different += tables(study) != state
                for state in states[1:]:
                    history.redo(study, anyones=True)
                    told.different += tables(study) != state
        told.walks, told.tried, told.done = told.walks + 1, told.tried + steps, told.done + len(states) - 1
    return told


def _walk(study: Study, pick: random.Random, steps: int) -> list[State]:
    """The states that a walk went through; an action that changed nothing, or was refused, adds none."""
    states = [tables(study)]
    for _ in range(steps):
        entries = _entries(study)
        try:
            anything(study, pick)
        except NeedssegError:
            continue
        if _entries(study) > entries:
            states.append(tables(study))
    return states


def _entries(study: Study) -> int:
    """How many actions there are, of everybody, whoever is blind."""
    return int(study.rows("SELECT count(*) FROM history")[0][0])
