"""Merge a colleague's study from the app: ask for the file, show what would change, merge."""

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
    """Ask for a colleague's study, show what merging it would change, and merge it if confirmed."""
    screen.app.push_screen(Prompt("Merge which colleague's study?", about=ABOUT, path=True), partial(_rehearse, screen))


def _rehearse(screen: StudyScreen, path: str | None) -> None:
    if path:
        file = str(Path(path).expanduser())
        arguments = ["merge", "--dry-run", "--json", "--", file]
        screen.run_verb(f"Looking at {path}", partial(_ask, screen, file), arguments)


def _ask(screen: StudyScreen, file: str, outcome: Outcome) -> None:
    """Show what merging would change, and ask whether to merge."""
    if outcome.code or not isinstance(outcome.result, dict):
        screen.study_app.show_error(failure(outcome))
        return
    report = outcome.result
    coders = ", ".join(map(str, report["coders"])) or "nobody yet"
    about = "\n".join([f"Coded by {coders}.", str(report["sentence"]), *_doubts(report, outcome.notes)])
    choices = [
        Choice("merge", "merge", with_keys("one action: {study.undo} undoes it")),
        Choice("leave", "leave it", "nothing was changed"),
    ]
    prompt = Prompt(f"Merge {report['file']}?", about=about, choices=choices, free=False)
    screen.app.push_screen(prompt, partial(_merge, screen, file))


def _doubts(report: dict[str, object], messages: tuple[str | Advice, ...]) -> list[str]:
    """Return what to know before merging, a line each."""
    unplaced, contradictions = report["unplaced"], report["left"]
    doubts = [f"! {line}" for line in map(str, messages) if "NEEDSSEG_CODER" in line]
    if isinstance(unplaced, list) and unplaced:
        doubts.append(f"{format_count(len(unplaced), 'passage')} would have no place in this study's text.")
    if isinstance(contradictions, list) and contradictions:
        doubts.append(f"{format_count(len(contradictions), 'contradicting decision')} would stay as in this study.")
    return doubts


def _merge(screen: StudyScreen, file: str, answer: str | None) -> None:
    if answer == "merge":
        screen.run_verb("Merging", partial(_merged, screen), ["merge", "--json", "--", file])


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
    report_lines = [
        str(report["sentence"]).replace("; ", "\n"),
        *(f"Stays as in this study: {line}" for line in report["left"]),
    ]
    report_lines += [f"No place for: “{row['quote']}” ({row['interview']})" for row in report["unplaced"]]
    report_lines += [f"Not merged: {count} {kind}" for kind, count in report["not_merged"].items()]
    screen.app.push_screen(ReportScreen(f"Merged {report['file']}", report_lines))
