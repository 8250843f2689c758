"""What is done with a long study in one process, timed.

``python -m benchmarks.long_study.work STUDY NAME [TIMES]`` prints JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from benchmarks.sizes import peak_memory
from needsseg.actions.coding import searching, suggesting
from needsseg.actions.coding.search_scope import Filter
from needsseg.actions.discovery import discovery, questions
from needsseg.actions.exchange import matrices
from needsseg.actions.exchange.report import report
from needsseg.actions.study import Study, history, merging, studies
from needsseg.errors import UsageError

WORDS = (
    "board",
    "time",
    "the list",
    "energy project",
    "call them",
    "every month",
    "money",
    "nobody knew",
    "supermarket",
    "paper",
)
MEANT = ("too much paperwork", "nobody answers the phone", "paying late", "trust in the numbers", "training new people")
Task = Callable[[], object]


def _undo(study: Study) -> Iterator[Task]:
    """Undo of the newest actions, one after the other; the discovery after all of them is undone before."""
    history.undo(study, anyones=True)
    while True:
        yield lambda: history.undo(study, anyones=True)


def _redo(study: Study) -> Iterator[Task]:
    for _ in range(61):
        history.undo(study, anyones=True)
    while True:
        yield lambda: history.redo(study, anyones=True)


def _undo_older(study: Study) -> Iterator[Task]:
    """Undo of actions from anywhere in the history, which is refused where later ones depend on them."""
    chance = random.Random(1)  # noqa: S311  # repeatable, not secret
    entries = [entry.id for entry in history.listing(study) if entry.state == "done"]

    def undo(number: int) -> None:
        try:
            history.undo(study, number, anyones=True)
        except UsageError:
            return

    while True:
        yield lambda: undo(chance.choice(entries))


def _words(study: Study) -> Iterator[Task]:
    while True:
        for words in WORDS:
            yield lambda words=words: searching.search(study, words, limit=201)
            yield lambda words=words: searching.search(study, words, Filter(speech="passages"), limit=201)


def _meaning(study: Study) -> Iterator[Task]:
    """The first of all reads the vectors of all windows, and is measured apart; those after it find them in memory."""
    for words in MEANT:
        searching.make_ready(study, words)
    while True:
        for words in MEANT:
            yield lambda words=words: searching.search(study, words, meaning=True, limit=201)


def _first_meaning(study: Study) -> Iterator[Task]:
    yield lambda: searching.search(study, MEANT[0], meaning=True, limit=201)


def _discovery(study: Study) -> Iterator[Task]:
    while True:
        yield lambda: discovery.discover(study)


def _matrix(study: Study) -> Iterator[Task]:
    while True:
        for columns in ("code", "participant", "interview", "segment"):
            yield lambda columns=columns: matrices.cross(study, "code", columns)


def _queue(study: Study) -> Iterator[Task]:
    while True:
        yield lambda: suggesting.queue(study)


def _question(study: Study) -> Iterator[Task]:
    while True:
        yield lambda: questions.next_question(study)


def _report(study: Study) -> Iterator[Task]:
    while True:
        yield lambda: report.gather(study)


def _merge(study: Study) -> Iterator[Task]:
    yield lambda: merging.merge(study, study.path.with_name("colleague.db"))


TASKS: dict[str, Callable[[Study], Iterator[Task]]] = {
    "undo": _undo,
    "redo": _redo,
    "undo of any entry": _undo_older,
    "search by words": _words,
    "first search by meaning": _first_meaning,
    "search by meaning": _meaning,
    "discovery": _discovery,
    "code matrix": _matrix,
    "suggestion queue": _queue,
    "next question": _question,
    "report": _report,
    "merge": _merge,
}


def main() -> None:
    """Print the seconds of each time, and the peak memory in MB."""
    path, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5
    wall: list[float] = []
    processor: list[float] = []
    began = time.perf_counter()
    with studies.open_study(path) as study:
        opened = time.perf_counter() - began
        for task in islice(TASKS[name](study), times):
            started, used = time.perf_counter(), time.process_time()
            task()
            wall.append(time.perf_counter() - started)
            processor.append(time.process_time() - used)
    print(json.dumps({"wall": wall, "processor": processor, "memory": peak_memory(), "opened": opened}))


if __name__ == "__main__":
    main()
