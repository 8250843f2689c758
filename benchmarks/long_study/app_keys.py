"""Keys of the app at 120×40 on the long study: milliseconds of the screen's own thread until the app has drawn.

``python -m benchmarks.long_study.app_keys STUDY [TIMES] [ROUND KEY]`` prints JSON: the times of each press by round and key;
the longest time that the screen could take no key, by the clock, until all that the press began was done; and the processor
time of other threads until then. With a round and a key, where the time of the screen's thread goes.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import sys
import time
from collections import defaultdict
from pathlib import Path

from textual.pilot import Pilot

from benchmarks.sizes import peak_memory
from needsseg.actions.study import studies
from needsseg.tui.app import NeedssegApp

SIZE = (120, 40)
TICK = 0.005
LONGEST_WAIT = 120.0
ROUNDS = (
    ("interviews", "f1", ("j", "j", "k", "G", "g", "j")),
    ("interviews, filter", "f1", ("slash", "0", "5", "enter", "escape")),
    ("participants", "f1", ("p", "down", "end", "escape")),
    ("coverage", "f1", ("c", "down", "end", "escape")),
    ("open an interview", "f1", ("j", "enter", "escape")),
    ("code, cursor", "f2", ("down", "right", "pagedown", "end", "up", "pageup", "home", "G", "g")),
    ("code, passages", "f2", ("j", "j", "k", "n", "o")),
    ("code, another interview", "f2", ("greater_than_sign", "less_than_sign")),
    ("code, decide", "f2", ("j", "a", "u", "ctrl+r", "u", "x", "u")),
    ("code, apply codes", "f2", ("j", "1", "u", "2", "u", "q", "u")),
    ("code, choose a code", "f2", ("j", "c", "2", "1", "7", "enter", "u")),
    ("code, remove a code", "f2", ("j", "C", "escape")),
    ("code, mark", "f2", ("pagedown", "v", "w", "shift+right", "right_square_bracket", "enter", "d")),
    ("code, find", "f2", ("slash", "t", "i", "m", "e", "enter", "n", "N", "escape")),
    ("codebook", "f2", ("b", "down", "pagedown", "end", "home", "escape")),
    ("matrix", "f2", ("X", "down", "right", "end", "escape")),
    ("memo", "f2", ("j", "m", "a", "b", "escape")),
    ("job statement", "f2", ("j", "J", "a", "escape")),
    ("search by words", "f2", ("f", "b", "o", "a", "r", "d", "enter", "down", "pagedown", "escape", "escape")),
    ("search, similar", "f2", ("j", "F", "down", "escape", "escape")),
    ("suggestion queue", "f2", ("Q", "space", "a", "x", "u", "u", "escape")),
    ("segments", "f3", ("j", "k", "n", "N", "n", "G", "g")),
    ("segments, map", "f3", ("M", "n", "n", "M")),
    ("segments, evidence", "f3", ("i", "down", "escape")),
    ("segments, people", "f3", ("p", "down", "end", "escape")),
    ("segments, mark and move", "f3", ("n", "space", "n", "space", "v", "escape", "escape")),
    ("question queue", "f3", ("Q", "down", "space", "escape")),
    ("history", "f2", ("h", "down", "pagedown", "end", "home", "u", "ctrl+r", "escape")),
    ("other screens", "f2", ("f1", "f2", "f3", "f2")),
)


class _Presses:
    """The presses that were measured."""

    def __init__(self, app: NeedssegApp, pilot: Pilot[int], profiled: tuple[str, str]) -> None:
        self._app, self._pilot, self._profiled = app, pilot, profiled
        self.drawn: dict[str, list[float]] = defaultdict(list)
        self.held: dict[str, list[float]] = defaultdict(list)
        self.beside: dict[str, list[float]] = defaultdict(list)
        self._longest = 0.0

    async def press(self, name: str, key: str) -> None:
        """Press a key and wait, first until the app has drawn, then for what works beside the screen."""
        profiler = cProfile.Profile() if self._profiled == (name, key) else None
        self._longest = 0.0
        began, process_began = time.thread_time(), time.process_time()
        if profiler:
            profiler.enable()
        await self._pilot.press(key)
        drawn = time.thread_time()
        await self.settle()
        if profiler:
            profiler.disable()
            pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(60)
        own, everything = time.thread_time() - began, time.process_time() - process_began
        self.drawn[f"{name}: {key}"].append(1000 * (drawn - began))
        self.held[f"{name}: {key}"].append(1000 * self._longest)
        self.beside[f"{name}: {key}"].append(1000 * max(0.0, everything - own))

    async def watch(self) -> None:
        """Note the longest time in which the screen's thread comes to nothing else."""
        while True:
            slept = time.perf_counter()
            await asyncio.sleep(TICK)
            self._longest = max(self._longest, time.perf_counter() - slept - TICK)

    async def settle(self) -> None:
        """Wait for what works beside the screen."""
        ends = time.monotonic() + LONGEST_WAIT
        await self._pilot.pause()
        while any(not worker.is_finished for worker in self._app.workers) and time.monotonic() < ends:
            await asyncio.sleep(0.02)
        await self._pilot.pause()

    async def go(self, mode: str) -> None:
        """Close dialogs and go to a screen."""
        for _ in range(5):
            if len(self._app.screen_stack) == 1:
                break
            await self._pilot.press("escape")
            await self.settle()
        await self._pilot.press(mode)
        await self.settle()


async def measure(path: Path, times: int, profiled: tuple[str, str] = ("", "")) -> dict[str, object]:
    """Return the milliseconds of each press, drawn, held up and beside the screen, and the peak memory in MB."""
    began = time.process_time()
    with studies.open_study(path) as study:
        app = NeedssegApp(study)
        app.background.stop()  # nothing but the keys is measured
        app.animation_level = "none"
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await pilot.pause()
            opened = time.process_time() - began
            presses = _Presses(app, pilot, profiled)
            await presses.settle()
            watching = asyncio.create_task(presses.watch())
            for _ in range(times):
                for name, mode, keys in ROUNDS:
                    if profiled[0] and name != profiled[0]:
                        continue
                    await presses.go(mode)
                    for key in keys:
                        await presses.press(name, key)
            watching.cancel()
    by_key = {"drawn": presses.drawn, "held": presses.held, "beside": presses.beside}
    return {"opened": opened, **by_key, "memory": peak_memory()}


def main() -> None:
    """Print the times as JSON."""
    path, times = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    profiled = (sys.argv[3], sys.argv[4]) if len(sys.argv) > 4 else ("", "")
    print(json.dumps(asyncio.run(measure(path, times, profiled))))


if __name__ == "__main__":
    main()
