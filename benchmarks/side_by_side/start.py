"""The start of the program: its help, the app's first picture, and everyday commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.side_by_side.figures import Comparison, alone, in_turns
from benchmarks.side_by_side.processes import command, first_paint

PROGRAM = Path(sys.executable).with_name("needsseg")
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
EVERYDAY = (("status",), ("passages",), ("segments",), ("segment", "show", "1"), ("interviews",))


def start(study: Path, runs: int) -> Iterator[Comparison]:
    """Help beside an import of click, and the first picture beside an app of header and footer alone."""
    ours, theirs = in_turns(
        runs * 3, lambda: command(PROGRAM, "--help"), lambda: command(sys.executable, "-c", "import click")
    )
    yield Comparison("`needsseg --help`", ours, "1.3×", "`python -c 'import click'`", theirs)
    ours, theirs = in_turns(
        runs,
        lambda: first_paint([str(PROGRAM), "--study", str(study)], b"Astrid"),
        lambda: first_paint([sys.executable, "-c", EMPTY_APP], b"Quit"),
    )
    yield Comparison("first paint, sample study (elapsed)", ours, "1.3×", "empty Textual app", theirs)


def everyday(study: Path, runs: int) -> Iterator[Comparison]:
    """Commands that people give many times a day."""
    for words in EVERYDAY:
        took = alone(runs, lambda words=words: command(PROGRAM, "--study", study, *words))  # type: ignore[misc]
        yield Comparison(f"`needsseg {' '.join(words)}`", took, "0.4 s")
