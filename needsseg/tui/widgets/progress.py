"""The progress dialog of a command in a child process, and the key that cancels it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import ProgressBar, Static

from needsseg.errors import NeedssegError
from needsseg.tui.child import Outcome, Step, run_child
from needsseg.tui.keys.hints import bound_keys, key_of, with_keys
from needsseg.tui.study_app import study_app
from needsseg.tui.words import plain


class ProgressScreen(ModalScreen[Outcome | None]):
    """Runs a command in a child process and shows its steps; closes with its outcome, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", id="progress.cancel")]
    DEFAULT_CSS = """
    ProgressScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 60; max-width: 95%; height: auto; background: $surface; border: round $accent; padding: 0 1; }
      & Static { height: auto; }
      & ProgressBar { width: 100%; }
      & Bar { width: 1fr; }
      & #keys { color: $text-muted; }
    }
    """

    def __init__(self, title: str, command: Sequence[str]) -> None:
        super().__init__()
        self._title, self._command = title, command
        self._ending = False
        self._hidden = False
        self._results: list[Outcome | None] = []
        """The first is the result, as soon as there is one; it may have to wait for a screen above to close."""

    def compose(self) -> ComposeResult:
        """Yield title, step, bar and keys."""
        with Vertical():
            yield Static(plain(self._title, "bold"))
            yield Static("starting", id="doing", markup=False)
            yield ProgressBar(show_eta=False)
            yield Static(with_keys("{progress.cancel} cancels; the study stays as it was"), id="keys", markup=False)

    def on_mount(self) -> None:
        """Start the child process, which ends with this screen."""
        self.run_worker(self._run(), name="child", exit_on_error=False)

    async def _run(self) -> None:
        async with study_app(self).background.paused():
            try:
                outcome = await self._outcome()
            except OSError as error:
                outcome = Outcome(1, None, f"It could not be started: {error.strerror}.", "", ())
        self._end_with(outcome)

    async def _outcome(self) -> Outcome:
        """Run the command, and return its outcome; OSError where it cannot be started."""
        return await run_child(self._command, self._show)

    def _end_with(self, result: Outcome | None) -> None:
        """Close with the first result; while keys or commands are shown above, when the user has closed those."""
        self._results.append(result)
        if len(self._results) > 1:
            return
        self._hidden = not self.is_active
        if not self._hidden:
            self.dismiss(result)

    def on_screen_resume(self) -> None:
        """Close if the command has ended below a screen that was above."""
        if self._results and self._hidden:
            self.dismiss(self._results[0])

    def on_key(self, event: events.Key) -> None:
        """Report that a key was ignored; it must not act later on something that was not visible."""
        if not any(event.key in bound_keys(binding, self.app) for _, binding in self._bindings):
            message = (
                f"{event.character or event.key} was ignored: {key_of('progress.cancel')} cancels; the study "
                "stays as it was"
            )
            self.query_one("#keys", Static).update(plain(message))

    def _show(self, step: Step) -> None:
        count = f" · {step.done:,} of {step.total:,}" if step.total > 1 else ""
        self.query_one("#doing", Static).update(plain(f"{step.doing}{count}"))
        # A step without a count shows a moving bar.
        counted = step.total > 1
        self.query_one(ProgressBar).update(total=step.total if counted else None, progress=step.done if counted else 0)

    async def action_cancel(self) -> None:
        """Stop the child process and wait until it has ended."""
        if self._ending:
            return
        self._ending = True
        self.query_one("#doing", Static).update("ending …")
        self.run_worker(self._end(), name="end")

    async def _end(self) -> None:
        running = [worker for worker in self.workers if worker.name == "child" and worker.node is self]
        for worker in running:
            worker.cancel()
        from textual.worker import WorkerCancelled, WorkerFailed

        for worker in running:
            try:
                await worker.wait()
            except (WorkerCancelled, WorkerFailed):
                continue
        self._end_with(None)


def failure(outcome: Outcome) -> NeedssegError:
    """Return a child process's failure as an error to show."""
    return NeedssegError(outcome.error or "The command failed.", outcome.hint)
