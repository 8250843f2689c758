"""Puts mutants into running functions, or into modules as they are imported, and has the tests run."""

from __future__ import annotations

import functools
import gc
import importlib
import os
import pickle
import signal
import sys
import tempfile
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks.mutants.mutations import ROOT, Mutant, list_modules
from benchmarks.mutants.processes import FAULT, Coverage, collect, fork, note_coverage, run_tests

HEAVY = (
    "click",
    "docx",
    "hdbscan",
    "lxml.html",
    "openpyxl",
    "pypdf",
    "rapidfuzz",
    "regex",
    "scipy.stats",
    "sqlite_utils",
)
"""What tests import beside needsseg: loaded once, before anything is forked."""
IMPORT_SECONDS = 120.0
CONTROL_EVERY = 20
"""So many mutants lie between two runs of tests without any: what fails there is left out from then on."""
_NOT_SWAPPED = 3
_NAMES = {0: "survived", None: "run by no test", _NOT_SWAPPED: "open", FAULT: "not tried: the tool failed"}


def find_functions(files: set[str]) -> dict[tuple[str, str, int], list[FunctionType]]:
    """Functions of the files' modules, all of which are imported for it, by path, qualified name and line."""
    for file in sorted(files):
        importlib.import_module(".".join(Path(file).relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    functions: dict[tuple[str, str, int], list[FunctionType]] = {}
    for entry in gc.get_objects():
        if type(entry) is FunctionType and (code := entry.__code__).co_filename in files:
            functions.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(entry)
    return functions


def swap_code(mutant: Mutant, functions: dict[tuple[str, str, int], list[FunctionType]]) -> bool:
    """Puts the mutant into the functions of this process; False where that does not go."""
    compiled = [mutant.compile()]
    swapped = False
    while compiled:
        code = compiled.pop()
        compiled += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        if code.co_qualname == mutant.function:
            for function in functions.get((mutant.path, code.co_qualname, code.co_firstlineno), []):
                if len(function.__code__.co_freevars) != len(code.co_freevars):
                    return False
                function.__code__ = code
                swapped = True
    return swapped


@dataclass(frozen=True)
class Trial:
    """Mutants, the tests to run them by, and a folder for what the processes hand each other."""

    mutants: list[Mutant]
    tests: list[str]
    folder: Path
    kept_coverage: Path | None
    examples: int
    dearest: float
    spend: float

    @property
    def coverage_file(self) -> Path:
        return self.kept_coverage or self.folder / "coverage"

    @property
    def verdicts_file(self) -> Path:
        return self.folder / "verdicts"

    @property
    def last_test_file(self) -> Path:
        return self.folder / "last"

    def list_options(self) -> list[str]:
        # Studies that tests build once are built with the coverage, never by a mutant, and are kept beside it.
        cache = self.coverage_file.with_suffix(".cache")
        return ["-o", f"cache_dir={cache}", f"--basetemp={self.folder / 'tests' / str(os.getpid())}"]

    def swap_all(self, items: list[pytest.Item]) -> None:
        """Notes what the tests run, then runs the mutants that can be put into functions; writes the verdicts."""
        files = {str(path) for path in list_modules(self.mutants[0].room)}
        functions = find_functions(files)
        if not self.coverage_file.exists() and fork(lambda: note_coverage(items, files, self.coverage_file)):
            print("noting which lines the tests run failed", file=sys.stderr)
            os._exit(1)
        noted = Coverage.load(self.coverage_file)
        failing = [item.nodeid for item in items if item.nodeid not in noted.seconds]
        coverage = noted.only(items, self.dearest)
        seconds = sum(coverage.seconds.values())
        print(f"{len(coverage.seconds)} of {len(items)} tests, {seconds:.0f} s; failing: {failing}", file=sys.stderr)
        verdicts: dict[Mutant, str] = {}
        for mutant in self.mutants:
            chosen = coverage.list_tests(mutant, self.spend)

            def run(mutant: Mutant | None, chosen: list[str] = chosen) -> None:
                if mutant is not None and not swap_code(mutant, functions):
                    os._exit(_NOT_SWAPPED)
                run_tests(items, chosen, coverage.seconds, self.last_test_file)

            while len(verdicts) % CONTROL_EVERY == 0 and fork(functools.partial(run, None)):
                failing_test = self.last_test_file.read_text(encoding="utf-8")
                print(f"fails without a mutant too, and is left out: {failing_test}", file=sys.stderr)
                chosen.remove(failing_test)
                for each in (coverage, noted):
                    del each.lines[failing_test], each.seconds[failing_test]
                noted.save(self.coverage_file)
            code = _NOT_SWAPPED if mutant.function is None else fork(functools.partial(run, mutant)) if chosen else None
            verdicts[mutant] = _NAMES.get(code, "killed")
            print(f"{len(verdicts)} {verdicts[mutant]}: {mutant}", file=sys.stderr, flush=True)
        self.verdicts_file.write_bytes(pickle.dumps(verdicts))

    def import_one(self, mutant: Mutant) -> None:
        """Runs tests in a process that has not imported needsseg yet, and imports it with the mutant."""
        signal.setitimer(signal.ITIMER_REAL, IMPORT_SECONDS)
        read_code = SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
            return mutant.compile() if loader.path == mutant.path else read_code(loader, name)

        setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010  # a method of the standard library
        noted = Coverage.load(self.coverage_file)

        def run(items: list[pytest.Item]) -> None:
            coverage = noted.only(items, self.dearest)
            run_tests(items, coverage.list_tests(mutant, self.spend), coverage.seconds, self.last_test_file)

        collect([*self.list_options(), *self.tests], run, self.examples)


def judge(
    mutants: list[Mutant], tests: list[str], kept_coverage: Path | None, examples: int, dearest: float, spend: float
) -> dict[Mutant, str]:
    """``killed``, ``survived`` or ``run by no test`` for each mutant."""
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="needsseg-mutants-") as folder:
        (Path(folder) / "tests").mkdir()
        trial = Trial(mutants, tests, Path(folder), kept_coverage, examples, dearest, spend)
        if fork(lambda: collect([*trial.list_options(), *tests], trial.swap_all, examples), silent=False):
            raise SystemExit("the tests could not be collected or run")
        verdicts: dict[Mutant, str] = pickle.loads(trial.verdicts_file.read_bytes())  # noqa: S301  # of our own child
        for mutant in [mutant for mutant, verdict in verdicts.items() if verdict == "open"]:
            verdicts[mutant] = _NAMES.get(fork(functools.partial(trial.import_one, mutant)), "killed")
            print(f"on import, {verdicts[mutant]}: {mutant}", file=sys.stderr, flush=True)
    return verdicts
