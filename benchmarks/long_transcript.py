"""Opening a transcript of 5 MB in the app, and keys in it: turns of every length, with and without passages.

Run with ``python -m benchmarks.long_transcript [--megabytes N] [--profile SHAPE KEY]`` from the top of a checkout; prints a
Markdown table: seconds to open, then for each key the median (worst) of five presses in milliseconds, of the process's own
work until the app has drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.records import Suggestion, Transcript, Turn
from needsseg.study.coding import passages as stored_passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews as stored
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen

SIZE = (120, 40)
MOVES = ("right", "left", "down", "up", "pagedown", "pageup", "home", "end")
KEYS = (*MOVES, "shift+right", "escape", "s", "t", "escape", "j", "k", "n")
SHAPES = {
    "15,000 turns": (340, False),
    "15,000 turns, 3,000 passages": (340, False),
    "20 turns": (250_000, False),
    "one turn": (10**9, False),
    "one turn, one paragraph of Japanese": (10**9, True),
}
SAID = """we had the list on paper and nobody knew who was meant to take the early round so I called them one by one
which takes an hour, mostly; and when somebody is ill it begins again. That is what I would change first."""
WORDS = SAID.split()


def long_text(size: int, turn: int, *, unspaced: bool = False) -> Transcript:
    """A transcript of ``size`` code points in turns of about ``turn``, every other one an interviewer's."""
    pick, parts, turns, at = random.Random(1), list[str](), list[Turn](), 0  # noqa: S311  # repeatable, not secret
    while at < size:
        length, said = 0, list[str]()
        while length < min(turn, size - at):
            said.append("誰が早番かは紙に書いてあり、" if unspaced else pick.choice(WORDS))
            length += len(said[-1]) + (not unspaced)
        words = ("" if unspaced else " ").join(said)
        speaker = "Interviewer" if len(turns) % 2 else "Anna"
        lead = ("\n\n" if parts else "") + f"{speaker}: "
        parts += [lead, words]
        start = at + len(lead)
        at = start + len(words)
        turns.append(Turn(speaker, "interviewer" if len(turns) % 2 else "participant", start, at))
    return Transcript("".join(parts), tuple(turns), "text")


def add_long_interview(study: Study, transcript: Transcript, marks: int = 0) -> None:
    """Stores a transcript as the interview ``long``, with suggestions at the beginning of its first turns."""
    with study.action("import"):
        stored.add(study, "long", "Long", "long.txt", "0", transcript)
        spans = [
            (turn.start, min(turn.end, turn.start + 60)) for turn in transcript.turns if turn.role == "participant"
        ]
        found = [Suggestion(start, end, 0.5, ("why",)) for start, end in spans[:marks]]
        stored_passages.replace_suggestions(study, "long", found)


async def measure(path: Path, profile: str = "") -> dict[str, float]:
    """Seconds to open the interview, then the median and worst of each key's, as ``key`` and ``key (worst)``."""
    took: dict[str, float] = {}
    with studies.open_study(path) as study:
        app = NeedssegApp(study)
        app.background.stop()  # nothing but the keys is measured
        app.animation_level = "none"
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await pilot.pause()
            took["open"] = await _timed(lambda: _open(app, pilot), profiled=profile == "open")
            screen = app.screen
            assert (
                isinstance(screen, CodeScreen)
                and screen.interview.key == "long"
                and screen.interview.transcript is not None
            )
            turns = screen.interview.transcript.turns
            turn = turns[len(turns) // 2]
            screen.view.move_cursor((turn.start + turn.end) // 2 if len(turns) < 50 else turn.start)
            await pilot.pause()
            for key in KEYS:
                times = [
                    await _timed(lambda key=key: pilot.press(key), profiled=key == profile)  # type: ignore[misc]
                    for _ in range(1 if key in ("s", "t", "escape") else 5)
                ]
                took[key], took[f"{key} (worst)"] = statistics.median(times), max(times)
    return took


async def _open(app: NeedssegApp, pilot: Pilot[int]) -> None:
    app.open_passage("long", None, "interviews")
    await pilot.pause()


async def _timed(act: Callable[[], Awaitable[None]], *, profiled: bool) -> float:
    """Seconds of work that an act takes this process: what it sleeps for while it waits for itself does not count."""
    profiler = cProfile.Profile()
    started = time.process_time()
    if profiled:
        profiler.enable()
    await act()
    took = time.process_time() - started
    if profiled:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    return took


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument(
        "--profile", nargs=2, metavar=("SHAPE", "KEY"), help="A shape's number from 1, and open or a key."
    )
    asked = parser.parse_args()
    size = round(asked.megabytes * 1_000_000)
    print("| shape | open |", " | ".join(KEYS), "|\n|" + "---|" * (len(KEYS) + 2), flush=True)
    for number, (name, (turn, unspaced)) in enumerate(SHAPES.items(), start=1):
        if asked.profile and number != int(asked.profile[0]):
            continue
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / "study.db"
            with studies.init(path) as study:
                text = long_text(size // (3 if unspaced else 1), turn, unspaced=unspaced)
                add_long_interview(study, text, 3_000 if "passages" in name else 0)
                assert interviews.show(study, "long").turns == text.turns and passages.listing(study) is not None
            took = asyncio.run(measure(path, asked.profile[1] if asked.profile else ""))
        cells = [
            f"{took['open']:.2f} s",
            *(f"{took[key] * 1000:.0f} ({took[f'{key} (worst)'] * 1000:.0f})" for key in KEYS),
        ]
        print(f"| {name} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
