"""Tie interviews to their recordings from the interviews screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.transcripts import recordings
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.report import ReportScreen
from needsseg.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from needsseg.actions.transcripts import InterviewRow
    from needsseg.actions.transcripts.recordings import FolderTies
    from needsseg.tui.context import ScreenContext


def ask_recording(context: ScreenContext, row: InterviewRow | None) -> None:
    """Ask for the recording of an interview, or for a folder of recordings."""
    if row is None:
        context.tell(with_keys("there are no interviews yet: {interviews.import} imports some"))
        return
    current = next((each for each in recordings.listing(context.study) if each.interview == row.key), None)
    about = "A folder ties every interview to the file that is called as it is. Nothing is copied or sent."
    if current is not None and current.path:
        state = "which is not there" if current.is_missing else f"{current.timed} of {current.turns} turns have a time"
        about = f"It is tied to {current.path} ({state}). An empty answer unties it. {about}"
    prompt = Prompt(
        f"Which recording is “{row.title}”?",
        value="" if current is None else current.path and str(current.file),
        about=about,
        path=True,
        empty=True,
    )
    context.push(prompt, partial(_tie, context, row, current is not None and bool(current.path)))


def _tie(context: ScreenContext, row: InterviewRow, is_tied: bool, answer: str | None) -> None:
    if answer is None or not (answer.strip() or is_tied):
        return
    try:
        if not answer.strip():
            recordings.untie(context.study, row.key)
            context.done(f"untied “{row.title}” from its recording")
            return
        file = Path(answer.strip()).expanduser()
        if file.is_dir():
            _show_ties(context, recordings.tie_folder(context.study, file))
            return
        offset_ms = next(each.offset_ms for each in recordings.listing(context.study) if each.interview == row.key)
        stored = recordings.tie(context.study, row.key, file, offset_ms)
        warning = recordings.times_warning(context.study, row.key)
        context.done(f"tied “{row.title}” to {stored.path}{f'; {warning}' if warning else ''}")
    except NeedssegError as error:
        context.show_error(error)


def _show_ties(context: ScreenContext, ties: FolderTies) -> None:
    context.done(f"tied {format_count(len(ties.tied), 'interview')} to recordings", undo=bool(ties.tied))
    if lines := recordings.open_questions(ties):
        context.push(ReportScreen("Recordings to tie by hand", lines), lambda _: None)
