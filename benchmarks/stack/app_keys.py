"""Keys of the accounts screen on a study that ``big_study`` made: opening, moving, sorting, filtering, the matches screen.

``python -m benchmarks.stack.app_keys STUDY [TIMES]`` prints a Markdown table: the median, the 95th percentile and the worst of
the presses of each key in milliseconds, of the process's own work until the app has drawn, and seconds to open.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.study import studies
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp

SIZE = (120, 40)
ROUNDS = (
    ("move", ("j", "j", "k", "G", "g", "J", "K")),
    ("sort", ("s", "down", "enter")),
    ("filter by words", ("slash", "7", "7", "enter", "escape")),
    ("filter by a tier", ("f", "down", "enter", "enter", "escape", "escape")),
    ("open an account", ("enter", "escape")),
    ("matches", ("m", "down", "up", "escape")),
)
LONGEST_WAIT = 120.0


async def measure(path: Path, times: int) -> tuple[float, dict[str, list[float]]]:
    """Return seconds to open the screen, and the milliseconds of each press by round and key."""
    took: dict[str, list[float]] = defaultdict(list)
    with studies.open_study(path) as study:
        app = NeedssegApp(study)
        app.background.stop()  # nothing but the keys is measured
        app.animation_level = "none"
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await pilot.pause()
            began = time.process_time()
            await pilot.press("f4")
            await _settled(app, pilot)
            screen = app.screen
            assert isinstance(screen, AccountsScreen) and screen.profiles, "the accounts are not shown"
            opened = time.process_time() - began
            for _ in range(times):
                for name, keys in ROUNDS:
                    for key in keys:
                        began = time.process_time()
                        await pilot.press(key)
                        took[f"{name}: {key}"].append(1000 * (time.process_time() - began))
                        await _settled(app, pilot)
                    while not isinstance(app.screen, AccountsScreen):
                        await pilot.press("escape")
                        await _settled(app, pilot)
    return opened, took


async def _settled(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """Wait for what works beside the screen."""
    ends = time.monotonic() + LONGEST_WAIT
    await pilot.pause()
    while any(not worker.is_finished for worker in app.workers) and time.monotonic() < ends:
        await asyncio.sleep(0.02)
    await pilot.pause()


def main() -> None:
    """Print the table."""
    path, times = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    opened, took = asyncio.run(measure(path, times))
    print(f"opened in {opened:.1f} s of processor time\n\n| key | median | p95 | worst |\n|---|---|---|---|")
    for key, all_times in took.items():
        p95 = sorted(all_times)[max(0, round(0.95 * len(all_times)) - 1)]
        print(f"| {key} | {statistics.median(all_times):.0f} | {p95:.0f} | {max(all_times):.0f} |", flush=True)


if __name__ == "__main__":
    main()
