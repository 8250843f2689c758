"""Verbs that concern the study as a whole, called from the command palette."""

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
    """Asks for a file, and copies the study there."""
    from needsseg.tui.widgets.prompt import Prompt

    def copy(path: str | None) -> None:
        if path:
            try:
                made = studies.backup(app.study, Path(path).expanduser())
            except NeedssegError as error:
                app.show_error(error)
            else:
                app.notify(f"The study was copied to {made}", title="Backed up", markup=False)

    wanted = app.study.path.with_suffix(f".backup{app.study.path.suffix}")
    app.push_screen(Prompt("Copy the study to which file?", value=str(wanted), path=True), copy)


def save_copy(app: StudyApp, fault: str) -> None:
    """Says that the study's file was moved, replaced or deleted, and offers to save a copy of what is open."""
    from needsseg.tui.widgets.prompt import Prompt

    def copy(path: str | None) -> None:
        if not path:
            return
        try:
            made = studies.backup(app.study, Path(path).expanduser())
        except NeedssegError as error:
            app.show_error(error)
            return
        app.notify(
            f"Saved {made}. Quit with {key_of('app.quit')}, then: needsseg --study {made} app", timeout=30, markup=False
        )

    unused = (
        app.study.path.with_name(f"{app.study.path.stem}.saved{n or ''}{app.study.path.suffix}") for n in range(100)
    )
    wanted = next((path for path in unused if not path.exists()), app.study.path)
    app.push_screen(
        Prompt(
            f"The study's file was {fault}. Nothing more can be saved in it. Save a copy of what is open to which "
            "file?",
            value=str(wanted),
            about=with_keys(
                "{prompt.leave} goes on without: what is open can be read, and “back up the study” among "
                "all commands saves it later."
            ),
            path=True,
        ),
        copy,
    )


def backups(app: StudyApp) -> None:
    """Lists the study's backups; one of them can be restored there."""
    from needsseg.tui.study.backups import BackupsSheet

    app.push_screen(BackupsSheet(app.study))


def check(app: StudyApp) -> None:
    """Checks the study's file, and shows what is wrong."""
    from needsseg.tui.report import ReportScreen

    try:
        found = studies.check(app.study)
    except NeedssegError as error:
        app.show_error(error)
        return
    app.push_screen(
        ReportScreen("The study's file is sound." if not found else "The study's file is not sound.", found)
    )


def overview(app: StudyApp) -> None:
    """The study in numbers."""
    from needsseg.tui.report import ReportScreen

    seen = studies.overview(app.study)
    passages = f"{seen.suggested} suggested, {seen.accepted} accepted, {seen.rejected} rejected"
    said: list[str | Advice] = [
        seen.path,
        f"{format_count(seen.interviews, 'interview')}, {format_count(seen.participants, 'participant')}",
        f"Passages: {passages}",
        f"Segments: {format_count(seen.candidates, 'candidate')}, {seen.named} named, {seen.confirmed} confirmed",
        f"Accounts: {seen.accounts:,}",
        *(Advice("Note: ", warning) for warning in seen.warnings),
    ]
    app.push_screen(ReportScreen("The study in numbers", said))


PALETTE: dict[str, Callable[[StudyApp], None]] = {
    "back up": back_up,
    "backups": backups,
    "check": check,
    "overview": overview,
}
"""What the palette runs for each of ``fixes.STUDY_COMMANDS``."""
