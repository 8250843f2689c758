"""Tests in processes of their own: collected once, run with their lines noted, or up to the first failure."""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import math
import os
import pickle
import resource
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutants.mutations import Mutant

USUAL_TIMES, SPARE_SECONDS = 3.0, 10.0
"""A test that takes so many times as long as usual, and so many seconds more, has noticed the mutant."""
FAULT = 70
"""The exit code of a process that failed by this tool's own fault."""
LARGEST_BYTES = 8 << 30
"""Address space of a mutant, which may collect without end."""


@dataclass(frozen=True)
class Coverage:
    """What each test runs: its lines as (path, line), and its seconds."""

    lines: dict[str, set[tuple[str, int]]]
    seconds: dict[str, float]

    @classmethod
    def load(cls, file: Path) -> Coverage:
        return cls(*pickle.loads(file.read_bytes()))  # noqa: S301  # written by ``save``

    def save(self, file: Path) -> None:
        file.write_bytes(pickle.dumps((self.lines, self.seconds)))

    def only(self, items: list[pytest.Item], dearest: float) -> Coverage:
        """That of tests which were collected now and take no more than ``dearest`` seconds."""
        present = [item.nodeid for item in items if self.seconds.get(item.nodeid, math.inf) <= dearest]
        return Coverage({test: self.lines[test] for test in present}, {test: self.seconds[test] for test in present})

    def list_tests(self, mutant: Mutant, spend: float) -> list[str]:
        """Tests that run the mutant, quickest first; for one run on import, all, those of its module first.

        Of them as many as take ``spend`` seconds together.
        """
        places = {(mutant.path, line) for line in mutant.lines}
        if mutant.function is not None:
            tests = sorted((test for test, lines in self.lines.items() if lines & places), key=self.seconds.__getitem__)
        else:
            of_module = {test for test, lines in self.lines.items() if any(path == mutant.path for path, _ in lines)}
            tests = sorted(self.lines, key=lambda test: (test not in of_module, self.seconds[test]))
        spent = itertools.accumulate(self.seconds[test] for test in tests)
        return [test for test, seconds in zip(tests, spent, strict=True) if seconds <= spend]


class _Plugin:
    """Hands what pytest collected to a function instead of running it."""

    def __init__(self, run: Callable[[list[pytest.Item]], None], examples: int) -> None:
        self.run = run
        self.examples = examples

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Property tests try the same examples for every mutant, and do not look for smaller ones."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        profile = hypothesis.settings(derandomize=True, database=None, phases=phases, deadline=None)
        profile = hypothesis.settings(profile, suppress_health_check=list(hypothesis.HealthCheck))
        hypothesis.settings.register_profile("mutants", profile, max_examples=self.examples)
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            os._exit(1)
        self.run(session.items)
        os._exit(0)


def collect(arguments: Sequence[str], run: Callable[[list[pytest.Item]], None], examples: int) -> None:
    """Collects tests and hands them over; the process ends with that, with 1 where collecting failed."""
    options = ["-q", "-s", "-p", "no:randomly", "-m", "not slow and not model"]
    pytest.main([*options, *arguments], plugins=[_Plugin(run, examples)])
    os._exit(1)


def fork(work: Callable[[], None], silent: bool = True) -> int:
    """The exit code of a child that did ``work``; negative where a signal ended it."""
    child = os.fork()
    if child == 0:
        try:
            if silent:
                os.setsid()
                nowhere = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nowhere, stream)
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(FAULT)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if silent:
        with contextlib.suppress(ProcessLookupError):  # its tests may have left something running
            os.killpg(child, signal.SIGKILL)
    return code


def note_coverage(items: list[pytest.Item], files: set[str], target: Path) -> None:
    """Runs each test alone and writes what it ran; a test that fails is left out of everything."""
    seconds: dict[str, float] = {}
    measured = coverage.Coverage(data_file=None, config_file=False, include=sorted(files))
    caches = [
        entry
        for entry in gc.get_objects()
        if type(entry) is functools._lru_cache_wrapper and str(entry.__module__).startswith("needsseg")
    ]
    for previous, item in zip([None, *items], items, strict=False):
        if previous is None or previous.path != item.path:
            for entry in caches:
                entry.cache_clear()
        began = time.perf_counter()
        with measured.collect():
            measured.switch_context(item.nodeid)
            reports = runtestprotocol(item, log=False, nextitem=None)
        if not any(report.failed for report in reports):
            seconds[item.nodeid] = time.perf_counter() - began
    lines: dict[str, set[tuple[str, int]]] = {test: set() for test in seconds}
    data = measured.get_data()
    for path in data.measured_files():
        for line, tests in data.contexts_by_lineno(path).items():
            for test in seconds.keys() & tests:
                lines[test].add((path, line))
    Coverage(lines, seconds).save(target)


def run_tests(items: list[pytest.Item], chosen: list[str], seconds: dict[str, float], last: Path) -> None:
    """Runs the chosen tests in their order; the process ends at the first failure. ``last`` names the last test begun."""
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    by_id = {item.nodeid: item for item in items}
    tests = [by_id[test] for test in chosen]
    for item, following in zip(tests, [*tests[1:], None], strict=False):
        last.write_text(item.nodeid, encoding="utf-8")
        signal.setitimer(signal.ITIMER_REAL, USUAL_TIMES * seconds[item.nodeid] + SPARE_SECONDS)
        try:
            reports = runtestprotocol(item, log=False, nextitem=following)
        except BaseException:  # whatever a test lets through, as SystemExit, is a failure
            os._exit(1)
        if any(report.failed for report in reports):
            os._exit(1)
    os._exit(0)
