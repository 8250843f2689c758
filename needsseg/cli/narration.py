"""All that goes to stderr, and every exit code: notes, warnings, errors, progress, interruption."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.gate import beyond, gated, json_text
from needsseg.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PARTLY, EXIT_USAGE, Advice, NeedssegError
from needsseg.text import safe

if TYPE_CHECKING:
    from types import FrameType

    from needsseg.progress import Progress

DEFAULT_STUDY = "needsseg.db"
PATIENT_SIGNALS = 3


class Session:
    """One call of the program: which study, how to narrate, and the exit code so far."""

    def __init__(self) -> None:
        self.path = DEFAULT_STUDY
        self.progress = "auto"
        self.debug = False
        self.exit_code = EXIT_DONE
        self._recorded: list[Any] | None = None

    @contextmanager
    def recording(self, notes: list[Any]) -> Iterator[None]:
        """Add what is told in the block to ``notes``, for ``narrate``."""
        self._recorded = notes
        try:
            yield
        finally:
            self._recorded = None

    def narrate(self, notes: Sequence[Any]) -> None:
        """Tell what was recorded; anything else among the notes is left out."""
        for note in notes:
            if isinstance(note, list) and len(note) == 2 and isinstance(note[0], dict) and isinstance(note[1], str):
                self._write(note[0], note[1])

    @property
    def json(self) -> bool:
        """Whether stderr is read by a program."""
        return self.progress == "json"

    def say(self, text: str | Advice) -> None:
        """Tell what was done."""
        self._write({"note": _worded(text)} | _fixes(text), _worded(text))

    def warn(self, text: str | Advice) -> None:
        """Tell what a person should know."""
        self._write({"warning": _worded(text)} | _fixes(text), f"warning: {_worded(text)}")

    def refuse(self, subject: str, reason: str | Advice) -> None:
        """Name what was refused and why; the command is then only partly done."""
        self.exit_code = EXIT_PARTLY
        reason_text = _worded(reason)
        self._write({"refused": subject, "reason": reason_text} | _fixes(reason), f"refused: {subject}: {reason_text}")

    def fail(self, message: str, hint: str | Advice = "") -> None:
        """Tell what is wrong and what to do."""
        hint_text = _worded(hint)
        self._write(
            {"error": message, "hint": hint_text} | _fixes(hint),
            f"error: {message}" + (f"\nhint: {hint_text}" if hint_text else ""),
        )

    @contextmanager
    def progressing(self) -> Iterator[Progress]:
        """A callback for actions that take long: a bar in a terminal, JSON lines for programs, or nothing."""
        if self.json:
            yield lambda doing, done, total: self._write({"doing": doing, "done": done, "total": total}, "")
        elif self.progress == "auto" and sys.stderr.isatty():
            with _bar() as progress:
                yield progress
        else:
            from needsseg.progress import silent

            yield silent

    def _write(self, row: dict[str, object], text: str) -> None:
        if self._recorded is not None and "doing" not in row:
            self._recorded.append([row, text])
        if self.json:
            text = json_text(row)
        print(text, file=sys.stderr, flush=True)


def _worded(text: str | Advice) -> str:
    if isinstance(text, str):
        return text
    from needsseg.cli.fixes import worded  # here, since most calls end without an error

    return worded(text)


def _fixes(text: str | Advice) -> dict[str, object]:
    """Return the parts of an advice, for an app that started this command and words them its own way."""
    return {"advice": text.as_json()} if isinstance(text, Advice) and text.fixes else {}


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # What is printed meanwhile goes above the bar, but never off the pipe that it was meant for.
    bars = Bars(
        *columns,
        console=Console(file=beyond(sys.stderr)),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=True,
    )
    tasks: dict[str, Any] = {}
    # What rich puts in place of the streams meanwhile would read escape sequences: the gate stands before it too.
    with bars, gated():

        def progress(doing: str, done: int, total: int) -> None:
            doing = safe(doing, newlines=False)
            if doing not in tasks:
                for old in tasks.values():
                    bars.update(old, visible=False)
                tasks[doing] = bars.add_task(doing, total=total)
            bars.update(tasks[doing], completed=done, total=total, visible=done < total)

        yield progress


def narrated(session: Session, command: Callable[[], object]) -> int:
    """Run a command and return its exit code; errors are reported on stderr."""
    asked_to_stop: list[int] = []
    try:
        with _terminable(asked_to_stop):
            try:
                command()
                code = session.exit_code
            except click.exceptions.Exit as leaving:
                code = leaving.exit_code
            sys.stdout.flush()
            return code
    except (Exception, KeyboardInterrupt) as error:
        if asked_to_stop and not isinstance(error, NeedssegError):
            # A library that runs just then may make another error of the interruption, or of what it left half done.
            error = KeyboardInterrupt()
        # The outermost handler: every error is reported in words, and --debug shows the traceback.
        if session.debug and not isinstance(error, BrokenPipeError | click.ClickException):
            import traceback

            traceback.print_exception(error)
        return _explained(session, error)


def _explained(session: Session, error: BaseException) -> int:
    if isinstance(error, NeedssegError):
        session.fail(error.message, error.hint)
        return error.exit_code
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "needsseg"
        session.fail(error.format_message(), f"See {path} --help")
        return EXIT_USAGE
    if isinstance(error, click.ClickException):
        session.fail(error.format_message())
        return EXIT_FAILED
    if isinstance(error, BrokenPipeError):
        # The reader of stdout has gone, as head does; Python would complain again when it flushes on leaving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return session.exit_code
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        session.fail(f"{place}{error.strerror or error}.")
        return EXIT_FAILED
    if isinstance(error, KeyboardInterrupt | click.Abort):
        session.fail("Interrupted.", "What was not finished is not in the study.")
        return EXIT_INTERRUPTED
    session.fail(
        f"Internal error: {type(error).__name__}: {error}",
        "Please report it, with what --debug shows. An action that failed has changed nothing.",
    )
    return EXIT_FAILED


@contextmanager
def _terminable(signals_received: list[int]) -> Iterator[None]:
    """Let SIGTERM end the program as Ctrl+C does: transactions roll back, and the exit code says so.

    ``signals_received`` is filled with the signals that came. The next two after the first do nothing, so that an
    impatient second Ctrl+C does not interrupt the rollback.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        signals_received.append(number)
        if len(signals_received) == 1 or len(signals_received) > PATIENT_SIGNALS:
            raise KeyboardInterrupt

    before: dict[int, Any] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell starts what runs in the background
                before[int(number)] = signal.signal(number, interrupt)
    except ValueError:  # not the main thread, the only one that receives signals
        yield
        return
    try:
        yield
    finally:
        for signal_number, handler in before.items():
            signal.signal(signal_number, handler)


def asked_for_json(args: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON progress; needed for errors that stop the arguments from being read."""
    return "--progress=json" in args or ("--progress", "json") in pairwise(args)
