"""Measure the long study in copies of it, each part in a process of its own, and print Markdown."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.long_study.work import TASKS
from benchmarks.side_by_side.processes import ROOT, first_paint, offline

TIMES = {"undo": 60, "redo": 60, "undo of any entry": 60, "search by words": 60, "search by meaning": 30, "code matrix": 8,
         "first search by meaning": 1, "merge": 1, "report": 2}  # fmt: skip
GOALS = {"undo": "50 ms", "redo": "50 ms", "undo of any entry": "50 ms", "search by words": "0.5 s", "search by meaning": "0.5 s",
         "discovery": "3 s", "code matrix": "1 s", "merge": "60 s"}  # fmt: skip
COMMANDS = (
    ("status",), ("interviews",), ("passages",), ("passages", "--json"), ("codebook",), ("segments",), ("history",),
    ("search", "energy project"), ("segment", "show", "1"), ("undo", "--anyones"),
)  # fmt: skip
LONGEST = ("suggestion queue",)
"""What takes minutes and gigabytes, measured only if asked for."""
PARTS = ("work", "longest", "commands", "open", "keys")
DEFAULT = ("work", "commands", "open", "keys")
KEY_GOAL, KEY_TIMES = 100.0, 5


def measure(folder: Path, wanted: Sequence[str]) -> None:
    """Print the tables that are wanted."""
    if "work" in wanted:
        print("| what | median | p95 | processor, median | peak memory | goal |\n|---|---|---|---|---|---|", flush=True)
        for name in (name for name in TASKS if name not in LONGEST or "longest" in wanted):
            _print_work(folder, name)
    if "commands" in wanted:
        print("\n| command | processor |\n|---|---|", flush=True)
        for words in COMMANDS:
            _print_command(_copy(folder), words)
    if "open" in wanted:
        program, path = Path(sys.executable).with_name("python"), _copy(folder)
        run = [str(program), "-m", "needsseg.cli", "--study", str(path)]
        times = [first_paint(run, b"nterview-0") for _ in range(6)][1:]
        print(
            f"\nfirst paint of the app: median {statistics.median(times):.2f} s, worst {max(times):.2f} s (goal 1 s)",
            flush=True,
        )
    if "keys" in wanted:
        _print_keys(_copy(folder))


def _copy(folder: Path) -> Path:
    """A copy of the study to be changed, beside the colleague's."""
    path = folder / "measured.db"
    for leftover in folder.glob("measured.db*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    shutil.copy(folder / "study.db", path)
    return path


def _print_work(folder: Path, name: str) -> None:
    found = _measured("work", _copy(folder), name, str(TIMES.get(name, 5)))
    wall, processor = found["wall"], found["processor"]
    unit, factor = ("ms", 1000) if GOALS.get(name, "").endswith("ms") else ("s", 1)
    digits = 0 if factor == 1000 else 2
    cells = [
        f"{factor * value:.{digits}f} {unit}"
        for value in (statistics.median(wall), p95(wall), statistics.median(processor))
    ]
    print(f"| {name} | {' | '.join(cells)} | {found['memory']:,.0f} MB | {GOALS.get(name, '')} |", flush=True)


def _measured(module: str, *words: object) -> dict[str, object]:
    call = [sys.executable, "-m", f"benchmarks.long_study.{module}", *map(str, words)]
    done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=offline())
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print_command(path: Path, words: Sequence[str]) -> None:
    call = [sys.executable, "-m", "needsseg.cli", "--study", str(path), *words]
    times = list[float]()
    for _ in range(4):
        process = subprocess.Popen(call, cwd=ROOT, env=offline(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, words
        times.append(used.ru_utime + used.ru_stime)
    print(f"| `{' '.join(words)}` | {statistics.median(times[1:]):.2f} s |", flush=True)


def _print_keys(path: Path) -> None:
    found = _measured("app_keys", path, KEY_TIMES)
    drawn, held, beside = found["drawn"], found["held"], found["beside"]
    for what, times_by_key in (("drawn", drawn), ("held up", held)):
        everything = [value for times in times_by_key.values() for value in times]
        median, most, worst = (
            f"{value:.0f} ms" for value in (statistics.median(everything), p95(everything), max(everything))
        )
        print(f"\nAll {len(everything):,} presses, {what}: median {median}, p95 {most}, worst {worst}")
    print(
        f"\nmemory {found['memory']:,.0f} MB\n\n| round | key | drawn, median | worst | held up, worst | beside the screen |"
    )
    print("|---|---|---|---|---|---|")
    for name, times in drawn.items():
        what, _, key = name.rpartition(": ")
        figures = (statistics.median(times), max(times), max(held[name]), statistics.median(beside[name]))
        print(f"| {what} | {key} | {' | '.join(f'{figure:.0f}' for figure in figures)} |")


def p95(times: Sequence[float]) -> float:
    """The 95th percentile; of a few the greatest."""
    return sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]
