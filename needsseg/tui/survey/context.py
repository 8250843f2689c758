"""The survey screen as the objects that it is composed of may use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from needsseg.tui.context import ScreenContext

if TYPE_CHECKING:
    from needsseg.actions.survey import Option, Question
    from needsseg.errors import Advice
    from needsseg.tui.child import Outcome


class SurveyContext(ScreenContext, Protocol):
    """The screen as its objects use it: what is under the cursors, reports, work in the background."""

    confirmed: int
    """How many segments are confirmed."""

    @property
    def question(self) -> Question | None:
        """The question under the cursor."""

    @property
    def option(self) -> Option | None:
        """The option under the cursor."""

    @property
    def on_questions(self) -> bool:
        """Whether the questions have the focus."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is on top."""

    def show(self) -> None:
        """Show the survey with its edits."""

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""

    def run_worker(self, work: Awaitable[None], *, group: str, exclusive: bool = False) -> object:
        """Run work in the background."""
