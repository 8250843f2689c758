"""Merging a colleague's study from the app: which file, what it would do, and doing it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import Advice
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.tui.child import Outcome
    from needsseg.tui.screen_base import StudyScreen

ABOUT = "That study is not changed. Equal marks are joined; different ones are kept side by side, each with its coder."


def merge_study(screen: StudyScreen) -> None:
    """Asks for a colleague's study, shows what merging it would do, and does it if wanted."""
    screen.app.push_screen(Prompt("Merge which colleague's study?", about=ABOUT, path=True), partial(_rehearse, screen))


def _rehearse(screen: StudyScreen, path: str | None) -> None:
    if path:
        where = str(Path(path).expanduser())
        arguments = ["merge", "--dry-run", "--json", "--", where]
        screen.run_verb(f"Looking at {path}", partial(_ask, screen, where), arguments)


def _ask(screen: StudyScreen, where: str, outcome: Outcome) -> None:
    """Shows what it would do, and asks."""
    if outcome.code or not isinstance(outcome.result, dict):
        screen.study_app.show_error(failure(outcome))
        return
    report = outcome.result
    who = ", ".join(map(str, report["coders"])) or "nobody yet"
    about = "\n".join([f"Coded by {who}.", str(report["sentence"]), *_doubts(report, outcome.said)])
    choices = [
        Choice("merge", "merge", with_keys("one action: {study.undo} undoes it")),
        Choice("leave", "leave it", "nothing was changed"),
    ]
    asked = Prompt(f"Merge {report['file']}?", about=about, choices=choices, free=False)
    screen.app.push_screen(asked, partial(_merge, screen, where))


def _doubts(report: dict[str, object], said: tuple[str | Advice, ...]) -> list[str]:
    """What one should know before."""
    unplaced, left = report["unplaced"], report["left"]
    doubts = [f"! {line}" for line in map(str, said) if "NEEDSSEG_CODER" in line]
    if isinstance(unplaced, list) and unplaced:
        doubts.append(f"{format_count(len(unplaced), 'passage')} would have no place in the text here.")
    if isinstance(left, list) and left:
        doubts.append(f"{format_count(len(left), 'thing')} on which you contradict each other would stay as here.")
    return doubts


def _merge(screen: StudyScreen, where: str, answer: str | None) -> None:
    if answer == "merge":
        screen.run_verb("Merging", partial(_merged, screen), ["merge", "--json", "--", where])


def _merged(screen: StudyScreen, outcome: Outcome) -> None:
    from needsseg.tui.report import ReportScreen

    if outcome.code or not isinstance(outcome.result, dict):
        screen.study_app.show_error(failure(outcome))
        return
    report = outcome.result
    changed = any(
        isinstance(number, int) and number
        for name, number in report.items()
        if name not in ("joined", "marks_joined", "turns_read", "dry_run")
    ) or any(row["how"] == "new" for row in report["interviews"])
    screen.done(f"merged {report['file']}" if changed else f"nothing new in {report['file']}", undo=changed)
    said = [str(report["sentence"]).replace("; ", "\n"), *(f"Stays as here: {line}" for line in report["left"])]
    said += [f"No place for: “{row['quote']}” ({row['interview']})" for row in report["unplaced"]]
    said += [f"Not merged: {count} {what}" for what, count in report["not_merged"].items()]
    screen.app.push_screen(ReportScreen(f"Merged {report['file']}", said))
