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
from collections.abc import Callable

from benchmarks import fuzz_readers
from benchmarks.hard.commands import end_all
from benchmarks.hard.full_disk import fill_all
from benchmarks.hard.kills import Told, kill_all
from benchmarks.hard.together import work_together
from benchmarks.hard.undone import walk_and_undo


def _sum(title: str, told: dict[str, Told]) -> bool:
    rounds, lost, half, left = (
        sum(getattr(one, what) for one in told.values()) for what in ("rounds", "lost", "half", "left")
    )
    before, after = (sum(getattr(one, what) for one in told.values()) for what in ("before", "after"))
    print(
        f"{title}: {len(told)} operations, {rounds} rounds ({before} as before, {after} done): "
        f"{lost} lost, {half} half or otherwise, {left} with leftovers"
    )
    for name, one in told.items():
        if one.lost or one.half or one.left:
            print(f"  {name}: {one}")
    return not (lost or half or left)


def _kills(rounds: int) -> bool:
    return _sum("Killed", kill_all(rounds))


def _commands(how: signal.Signals, title: str, rounds: int) -> bool:
    told = end_all(how, max(1, rounds // 10))
    wrong = [f"{name}, {fault}" for name, one in told.items() for fault in one.wrong]
    count, stopped = sum(one.rounds for one in told.values()), sum(one.stopped for one in told.values())
    print(f"{title}: {len(told)} commands, {count} rounds ({stopped} ended before they were done): {len(wrong)} wrong")
    print("".join(f"  {fault}\n" for fault in wrong[:20]), end="")
    return not wrong


def _killed_commands(rounds: int) -> bool:
    return _commands(signal.SIGKILL, "Commands killed", rounds)


def _interrupted(rounds: int) -> bool:
    return _commands(signal.SIGINT, "Commands interrupted (Ctrl+C)", rounds)


def _full_disk(rounds: int) -> bool:
    return _sum("Full disk", fill_all(max(2, rounds // 10)))


def _together(rounds: int) -> bool:
    told = work_together(rounds * 50)
    print(
        f"Together: 4 people, {told.actions} actions, {told.undone} of them undone by whom they were, in {told.seconds:.0f} s: "
        f"{told.lost} lost, {len(told.refused)} refused {sorted(set(told.refused))[:3]}"
    )
    return not (told.lost or told.refused)


def _undone(rounds: int) -> bool:
    told = walk_and_undo(max(1, rounds // 4), 300)
    print(f"Undone: {told.walks} walks, {told.done} of {told.tried} actions done: {told.different} states differ")
    return not told.different


def _readers(rounds: int) -> bool:
    return fuzz_readers.main([str(rounds * 50)]) == 0


PARTS: dict[str, Callable[[int], bool]] = {
    "kills": _kills, "commands": _killed_commands, "interrupts": _interrupted,
    "full-disk": _full_disk, "together": _together, "undone": _undone, "readers": _readers,
}  # fmt: skip


def main() -> int:
    """Runs the parts that were asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hard", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="kills of each operation; the other parts go with it")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are: {', '.join(PARTS)}")
    sound = True
    for part in given.parts or PARTS:
        began = time.perf_counter()
        sound &= PARTS[part](given.rounds)
        print(f"  ({part}: {time.perf_counter() - began:.0f} s)", flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
