"""``python -m benchmarks.hard [--rounds N] [PART …]``: breaks studies in every way we know, and prints what came of it.

Parts: kills, commands, interrupts,
full-disk, together, undone, readers; all by default, within an hour on two cores. Exit code 1 where anything
that was said to be done was lost, a study was half changed, or an error was not the project's own.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import fuzz_readers
from benchmarks.hard.commands import end_all
from benchmarks.hard.full_disk import fill_all
from benchmarks.hard.kills import Told, kill_all
from benchmarks.hard.together import work_together
from benchmarks.hard.undone import walk_and_undo

ROOT = Path(__file__).resolve().parents[2]
RESULTS, TITLE = ROOT / "benchmarks" / "results.md", "## Breaking studies"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part: whether all was well, one line of figures, and what was not."""

    sound: bool
    line: str
    faults: Sequence[str] = ()


def _sum(title: str, told: dict[str, Told]) -> Outcome:
    rounds, lost, half, left = (
        sum(getattr(one, what) for one in told.values()) for what in ("rounds", "lost", "half", "left")
    )
    before, after = (sum(getattr(one, what) for one in told.values()) for what in ("before", "after"))
    line = (
        f"{title}: {len(told)} operations, {rounds} rounds ({before} as before, {after} done): "
        f"{lost} lost, {half} half or otherwise, {left} with leftovers"
    )
    faults = [f"{name}: {one}" for name, one in told.items() if one.lost or one.half or one.left]
    return Outcome(not faults, line, faults)


def _kills(rounds: int) -> Outcome:
    return _sum("Killed in process", kill_all(rounds))


def _commands(how: signal.Signals, title: str, rounds: int) -> Outcome:
    told = end_all(how, max(1, rounds // 10))
    wrong = [f"{name}, {fault}" for name, one in told.items() for fault in one.wrong]
    count, stopped = sum(one.rounds for one in told.values()), sum(one.stopped for one in told.values())
    line = f"{title}: {len(told)} commands, {count} rounds ({stopped} ended before they were done): {len(wrong)} wrong"
    return Outcome(not wrong, line, wrong)


def _killed_commands(rounds: int) -> Outcome:
    return _commands(signal.SIGKILL, "Commands killed", rounds)


def _interrupted(rounds: int) -> Outcome:
    return _commands(signal.SIGINT, "Commands interrupted (Ctrl+C)", rounds)


def _full_disk(rounds: int) -> Outcome:
    return _sum("Full disk", fill_all(max(2, rounds // 10)))


def _together(rounds: int) -> Outcome:
    told = work_together(rounds * 50)
    line = (
        f"Together: 4 people, {told.actions} actions, {told.undone} of them undone by whom they were: "
        f"{told.lost} lost, {len(told.refused)} refused"
    )
    return Outcome(not (told.lost or told.refused), line, sorted(set(told.refused)))


def _undone(rounds: int) -> Outcome:
    told = walk_and_undo(max(1, rounds // 4), 300)
    line = f"Undone and done again: {told.walks} walks, {told.done} of {told.tried} actions done: {told.different} states differ"
    return Outcome(not told.different, line)


def _readers(rounds: int) -> Outcome:
    sound = fuzz_readers.main([str(rounds * 50)]) == 0
    found = "no error but the project's own" if sound else "other errors than the project's own, above"
    return Outcome(sound, f"Mutated transcripts: {rounds * 50} read: {found}")


PARTS: dict[str, Callable[[int], Outcome]] = {
    "kills": _kills, "commands": _killed_commands, "interrupts": _interrupted,
    "full-disk": _full_disk, "together": _together, "undone": _undone, "readers": _readers,
}  # fmt: skip


def main() -> int:
    """Runs the parts that were asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hard", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="kills of each operation; the other parts go with it")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/results.md")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are: {', '.join(PARTS)}")
    told = []
    for part in given.parts or PARTS:
        began = time.perf_counter()
        outcome = PARTS[part](given.rounds)
        told.append(outcome)
        print(f"{outcome.line} ({time.perf_counter() - began:.0f} s)", flush=True)
        print("".join(f"  {fault}\n" for fault in outcome.faults[:20]), end="")
    if given.write:
        _write(given.rounds, told)
    return 0 if all(outcome.sound for outcome in told) else 1


def _write(rounds: int, told: Sequence[Outcome]) -> None:
    """Puts the figures in place of the last ones, at the end of the page of results."""
    kept = RESULTS.read_text(encoding="utf-8").partition(f"\n{TITLE}\n")[0].rstrip()
    day = datetime.now(UTC).date().isoformat()
    lines = "\n".join(f"- {outcome.line}." for outcome in told)
    about = f"`python -m benchmarks.hard --rounds {rounds} --write`, {day}:"
    RESULTS.write_text(f"{kept}\n\n{TITLE}\n\n{about}\n\n{lines}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
