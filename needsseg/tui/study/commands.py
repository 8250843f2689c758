"""Commands on the study as a whole, run from the command palette."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.study import studies
from needsseg.errors import Advice, NeedssegError
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys

if TYPE_CHECKING:
    from needsseg.tui.study_app import StudyApp


def back_up(app: StudyApp) -> None:
    """Ask for a file, and copy the study there."""
    from needsseg.tui.widgets.prompt import Prompt

    def copy(path: str | None) -> None:
        if path:
            try:
                backup_file = studies.backup(app.study, Path(path).expanduser())
            except NeedssegError as error:
                app.show_error(error)
            else:
                app.notify(f"The study was copied to {backup_file}", title="Backed up", markup=False)

    suggested_file = app.study.path.with_suffix(f".backup{app.study.path.suffix}")
    app.push_screen(Prompt("Copy the study to which file?", value=str(suggested_file), path=True), copy)


def save_copy(app: StudyApp, fault: str) -> None:
    """Report that the study's file was moved, replaced or deleted, and offer to save a copy of the open study."""
    from needsseg.tui.widgets.prompt import Prompt

    def copy(path: str | None) -> None:
        if not path:
            return
        try:
            copied_file = studies.backup(app.study, Path(path).expanduser())
        except NeedssegError as error:
            app.show_error(error)
            return
        app.notify(
            f"Saved {copied_file}. Quit with {key_of('app.quit')}, then: needsseg --study {copied_file} app",
            timeout=30,
            markup=False,
        )

    candidates = (
        app.study.path.with_name(f"{app.study.path.stem}.saved{n or ''}{app.study.path.suffix}") for n in range(100)
    )
    suggested_file = next((path for path in candidates if not path.exists()), app.study.path)
    app.push_screen(
        Prompt(
            f"The study's file was {fault}. Nothing more can be saved in it. Save a copy of the open study to which "
            "file?",
            value=str(suggested_file),
            about=with_keys(
                "{prompt.leave} goes on without a copy: the study can still be read, and “back up the study” "
                "in the list of all commands saves it later."
            ),
            path=True,
        ),
        copy,
    )


def backups(app: StudyApp) -> None:
    """List the study's backups, to restore one."""
    from needsseg.tui.study.backups import BackupsSheet

    app.push_screen(BackupsSheet(app.study))


def check(app: StudyApp) -> None:
    """Check the study's file, and show its faults."""
    from needsseg.tui.report import ReportScreen

    try:
        faults = studies.check(app.study)
    except NeedssegError as error:
        app.show_error(error)
        return
    app.push_screen(
        ReportScreen("The study's file is sound." if not faults else "The study's file is not sound.", faults)
    )


def overview(app: StudyApp) -> None:
    """Show the study in numbers."""
    from needsseg.tui.report import ReportScreen

    counts = studies.overview(app.study)
    passages = f"{counts.suggested} suggested, {counts.accepted} accepted, {counts.rejected} rejected"
    report_lines: list[str | Advice] = [
        counts.path,
        f"{format_count(counts.interviews, 'interview')}, {format_count(counts.participants, 'participant')}",
        f"Passages: {passages}",
        f"Segments: {format_count(counts.candidates, 'candidate')}, {counts.named} named, {counts.confirmed} confirmed",
        f"Accounts: {counts.accounts:,}",
        *(Advice("Note: ", warning) for warning in counts.warnings),
    ]
    app.push_screen(ReportScreen("The study in numbers", report_lines))


PALETTE: dict[str, Callable[[StudyApp], None]] = {
    "back up": back_up,
    "backups": backups,
    "check": check,
    "overview": overview,
}
"""The function that the palette runs for each of ``fixes.STUDY_COMMANDS``."""
