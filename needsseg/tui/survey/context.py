"""What the objects of the survey screen may ask of the screen that they are part of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from needsseg.tui.context import ScreenContext

if TYPE_CHECKING:
    from needsseg.actions.survey import Option, Question
    from needsseg.errors import Advice
    from needsseg.tui.child import Outcome


class SurveyContext(ScreenContext, Protocol):
    """The screen as its objects know it: what is under the cursors, reports, work beside the screen."""

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
        """Whether keys go to the questions."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is the one on top."""

    def show(self) -> None:
        """Show the survey as it is now."""

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""

    def run_worker(self, work: Awaitable[None], *, group: str, exclusive: bool = False) -> object:
        """Run work beside the screen."""
