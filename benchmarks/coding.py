"""Coding, timed side by side in one run: key to frame, opening an interview, a decision on disk, import of many words.

Run with ``python -m benchmarks.coding`` from the top of a checkout; prints Markdown tables. The app and what it is compared
with stand in pseudo-terminals of 120×40 at the same time and are given the same keys in turns. A frame is timed from the key
until the last byte of what it paints (then 60 ms of silence). Textual's animations are off in both: they would be timed.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.side_by_side.processes import offline
from benchmarks.talks import write_long_talk, write_talks

LINES, PASSAGES, WIDTH = 3000, 400, 78
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
WORDS, FILES = 1_000_000, 100
SILENCE = 0.06
DOWN, UP, ENTER, ESCAPE = b"\x1b[6~", b"\x1b[5~", b"\r", b"\x1b"
KEYS = {"j": (b"j", 60), "k": (b"k", 30), "n": (b"n", 60), "page down": (DOWN, 30), "page up": (UP, 30)}

BARE = """
import json, sys
from rich.segment import Segment
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
LINES, PLACES = json.load(open(sys.argv[1], encoding="utf-8"))
class Lines(ScrollView, can_focus=True):
    at = -1
    def on_mount(self):
        self.virtual_size = Size(80, len(LINES))
    def render_line(self, y):
        number = y + round(self.scroll_offset.y)
        text = LINES[number] if number < len(LINES) else ""
        return Strip([Segment(text)]).adjust_cell_length(self.size.width, self.rich_style)
    def key_j(self):
        self.at = min(self.at + 1, len(PLACES) - 1)
        self.scroll_to(y=PLACES[self.at], animate=False)
    key_n = key_j
    def key_k(self):
        self.at = max(self.at - 1, 0)
        self.scroll_to(y=PLACES[self.at], animate=False)
class Bare(App):
    CSS = "Lines { height: 1fr; }"
    def compose(self):
        yield Lines()
Bare().run()
"""
SWITCH = """
from textual.app import App
from textual.screen import Screen
from textual.widgets import Static
class One(Screen):
    def compose(self):
        yield Static("screen uno")
class Two(Screen):
    def compose(self):
        yield Static("screen duo")
class Switch(App):
    MODES = {"one": One, "two": Two}
    DEFAULT_MODE = "one"
    def key_enter(self):
        self.switch_mode("two")
    def key_escape(self):
        self.switch_mode("one")
Switch().run()
"""
IMPORT = """
import json, resource, sys, time
from pathlib import Path
from needsseg.actions import importing, studies
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
with studies.open_study(Path(sys.argv[1])) as study:
    started = time.perf_counter()
    report = importing.import_transcripts(study, [Path(p) for p in sys.argv[2:]])
    print(json.dumps([time.perf_counter() - started, peak(), len(report.added), len(report.refused)]))
"""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, words: Sequence[str | Path]) -> None:
        self.leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        env = offline() | {"TEXTUAL_ANIMATIONS": "none"}
        command = [str(word) for word in words]
        self.child = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env)
        os.close(follower)

    def read(self, patience: float) -> bytes:
        """What is painted next, or nothing after ``patience`` seconds."""
        ready, _, _ = select.select([self.leader], [], [], patience)
        return os.read(self.leader, 1 << 20) if ready else b""

    def rest(self) -> None:
        """Reads until nothing is painted for half a second."""
        while self.read(0.5):
            pass

    def frame(self, key: bytes) -> float | None:
        """Milliseconds from a key to the end of what it paints; None where it paints nothing."""
        while self.read(SILENCE):  # what is still painted of the key before
            pass
        started = time.perf_counter()
        os.write(self.leader, key)
        ended, patience = None, 1.0
        while self.read(patience):
            ended, patience = time.perf_counter(), SILENCE
        return None if ended is None else (ended - started) * 1000

    def until(self, key: bytes, marker: str) -> float:
        """Milliseconds from a key (none to begin with) to the first sight of ``marker``; the rest is read and not timed."""
        started, seen = time.perf_counter(), b""
        os.write(self.leader, key)
        while True:
            more = self.read(30)
            took = (time.perf_counter() - started) * 1000
            if not more:
                raise TimeoutError(f"{marker!r} was not painted: {seen[-500:]!r}")
            seen += more
            if marker in CONTROLS.sub("", seen.decode("utf-8", "replace")):
                self.rest()
                return took

    def close(self) -> None:
        """Ends the program."""
        self.child.kill()
        self.child.wait()
        os.close(self.leader)


def made_study(folder: Path) -> tuple[Path, Path, str]:
    """A study of a short and a long interview with passages; the bare app's lines; words shown below its first passage."""
    from needsseg.actions.coding import passages
    from needsseg.actions.study import studies
    from needsseg.actions.transcripts import importing, interviews

    lines = write_long_talk(folder / "b-long.txt", LINES, WIDTH)
    (folder / "a-short.txt").write_text("Interviewer: What do you do?\n\nBo: I plan the week.\n", encoding="utf-8")
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [folder / "a-short.txt", folder / "b-long.txt"])
        talk = interviews.show(study, "b-long")
        spans = [
            span
            for turn in talk.turns
            if turn.role == "participant"
            for span in interviews.sentences(talk, turn.start, turn.end)
        ]
        chosen = [spans[number * len(spans) // PASSAGES] for number in range(PASSAGES)]
        made = [passages.mark(study, "b-long", *span) for span in chosen]
        passages.decide(study, made[: PASSAGES * 3 // 4], "suggested")
        passages.code(study, made[PASSAGES * 7 // 8 :], "planning")
    places = [number * len(lines) // PASSAGES for number in range(PASSAGES)]
    (folder / "lines.json").write_text(json.dumps([lines, places]), encoding="utf-8")
    print(f"A transcript of {len(lines):,} lines with {len(made)} passages ({len(spans)} sentences to choose from).\n")
    after = next(turn for turn in talk.turns if turn.start > chosen[0][1])
    return folder / "study.db", folder / "lines.json", talk.text[after.start : after.start + 30]


def spread(times: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[18]


def key_to_frame(ours: Terminal, bare: Terminal) -> None:
    """Prints a row a key."""
    print("| key | presses | needsseg p50 | p95 | bare lines p50 | p95 | p95 ratio (goal 2×) |")
    print("|---|---|---|---|---|---|---|")
    everything: tuple[list[float], list[float]] = ([], [])
    for name, (key, presses) in KEYS.items():
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(presses):
            for terminal, found in zip((ours, bare), times, strict=True):
                took = terminal.frame(key)
                found += [] if took is None else [took]
        _frame_row(name, *times)
        for all_of_it, found in zip(everything, times, strict=True):
            all_of_it += found
    _frame_row("all", *everything)


def _frame_row(name: str, ours: Sequence[float], bare: Sequence[float]) -> None:
    (a50, a95), (b50, b95) = spread(ours), spread(bare)
    cells = f"{a50:.1f} ms | {a95:.1f} ms | {b50:.1f} ms | {b95:.1f} ms | {a95 / b95:.2f}×"
    print(f"| {name} | {len(ours)}, {len(bare)} | {cells} |", flush=True)


def opening(ours: Terminal, empty: Terminal, words: str, runs: int) -> None:
    """Prints how long an interview takes to open, beside a switch between two screens that hold a word each."""
    first = ours.until(ENTER, words), empty.until(ENTER, "duo")
    times: dict[str, list[float]] = {"enter": [], ">": [], "switch": []}
    for _ in range(runs):
        ours.frame(b"<")
        times[">"].append(ours.until(b">", words))
        ours.frame(ESCAPE)
        times["enter"].append(ours.until(ENTER, words))
        empty.until(ESCAPE, "uno")
        times["switch"].append(empty.until(ENTER, "duo"))
    switch = statistics.median(times["switch"])
    print("\n| opening the long interview | needsseg | empty switch | more (goal 150 ms) |\n|---|---|---|---|")
    print(f"| enter, the first time | {first[0]:.0f} ms | {first[1]:.0f} ms | {first[0] - first[1]:.0f} ms |")
    for name, key in (("enter, later (the screen is there)", "enter"), ("`>` in Code", ">")):
        took = statistics.median(times[key])
        print(f"| {name}, median of {runs} | {took:.0f} ms | {switch:.0f} ms | {took - switch:.0f} ms |", flush=True)


def decisions(ours: Terminal, path: Path, presses: int = 60) -> None:
    """Prints what a decision takes, on disk and on the screen; each is looked for in the file as soon as it is shown."""
    from needsseg.actions.coding import passages
    from needsseg.actions.study import studies

    frames, alone = [], []
    ours.frame(b"g")
    with studies.open_study(path) as study:
        for _ in range(presses):
            before = len(passages.listing(study, "b-long", "accepted"))
            took = ours.frame(b"a")
            assert took is not None and len(passages.listing(study, "b-long", "accepted")) == before + 1
            frames.append(took)
        for passage in [p.id for p in passages.listing(study, "b-long", "suggested")][:presses]:
            started = time.perf_counter()
            passages.decide(study, [passage], "accepted")
            alone.append((time.perf_counter() - started) * 1000)
    print("\n| a decision | p50 | p95 |\n|---|---|---|")
    for name, times in (
        ("the action: on disk, synchronous FULL", alone),
        ("`a` to the next suggestion's frame", frames),
    ):
        p50, p95 = spread(times)
        print(f"| {name} ({len(times)}) | {p50:.1f} ms | {p95:.1f} ms |", flush=True)


def importing_words(folder: Path) -> None:
    """Prints the import of many words, beside that of one file."""
    from needsseg.actions.study import studies

    words = write_talks(folder / "talks", FILES, WORDS)
    files = sorted((folder / "talks").iterdir())
    whole = folder / "whole.txt"
    whole.write_text("\n\n".join(f.read_text(encoding="utf-8") for f in files if f.suffix == ".md"), encoding="utf-8")
    print(
        "\n| import | words | size of a file | took | write lock held at a time | peak memory |\n|---|---|---|---|---|---|"
    )
    cases = (("one file", files[:1]), (f"{len(files)} files", files), ("one file", [whole]))
    for number, (name, given) in enumerate(cases):
        path = folder / f"import{number}.db"
        studies.init(path).close()
        (took, peak, added, refused), held = watched(path, given)
        assert (added, refused) == (len(given), 0)
        said = sum(len(file.read_text(encoding="utf-8").split()) for file in given)
        size = max(file.stat().st_size for file in given) / 1e6
        print(f"| {name} | {said:,} | {size:.1f} MB | {took:.2f} s | {held:.2f} s | {peak:.0f} MB |", flush=True)
    print(f"\n{words:,} words in all were made for it.")


def watched(path: Path, files: Sequence[Path]) -> tuple[list[float], float]:
    """What the import printed, and the longest time for which a second process could not begin to write."""
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    child = subprocess.Popen([sys.executable, "-c", IMPORT, path, *files], stdout=subprocess.PIPE, env=offline())
    longest, free = 0.0, time.perf_counter()
    while child.poll() is None:
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            longest, free = max(longest, time.perf_counter() - free), time.perf_counter()
        except sqlite3.OperationalError:
            pass  # locked: the time since it was free is counted when it is again
        time.sleep(0.001)
    other.close()
    assert child.stdout is not None and child.returncode == 0
    return json.loads(child.stdout.read()), longest


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", choices=("screen", "import"))
    asked = parser.parse_args()
    python = sys.executable
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if asked.only != "import":
            study, lines, words = made_study(folder)
            ours = Terminal([python, "-m", "needsseg.cli", "--study", study])
            bare, empty = Terminal([python, "-c", BARE, lines]), Terminal([python, "-c", SWITCH])
            first_line = json.loads(lines.read_text(encoding="utf-8"))[0][0]
            for terminal, marker in ((ours, "A Short"), (bare, first_line), (empty, "uno")):
                terminal.until(b"", marker)
            ours.frame(b"j")
            try:
                opening(ours, empty, words, asked.runs)
                print()
                key_to_frame(ours, bare)
                decisions(ours, study)
            finally:
                for terminal in (ours, bare, empty):
                    terminal.close()
        if asked.only != "screen":
            importing_words(folder)


if __name__ == "__main__":
    main()
