"""What the parts of the coding screen know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.records import Passage, Transcript
from needsseg.tui.screens.base import StudyScreen
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import one_line


class CodeDesk(StudyScreen):
    """The transcript that is open, its passages and the current one."""

    key: str
    current: int | None
    transcript: Transcript | None
    passages: list[Passage]

    def __init__(self) -> None:
        super().__init__()
        self._changed: list[int] = []

    if TYPE_CHECKING:  # the screen's own

        @property
        def view(self) -> TranscriptView:
            """The transcript on the screen."""

        @property
        def passage(self) -> Passage | None:
            """The current passage."""

        @property
        def selection(self) -> tuple[int, int] | None:
            """What is selected."""

        @property
        def adjusting(self) -> bool:
            """Whether the selection moves the edges of a passage."""

        def forget_selection(self) -> None:
            """Drops the selection."""

        def forget_find(self) -> None:
            """Ends the find."""

        def is_queued(self, passage: Passage) -> bool:
            """Whether a passage is the suggestion of the queue."""

        def stored(self, passage: int) -> None:
            """The suggestion of the queue is now this passage of the study."""

        def go_to(self, passage: int | None) -> None:
            """Makes a passage the current one."""

        def show_passage(self, *, reveal: bool = False) -> None:
            """Draws the passages and tells of the current one."""

    def away(self, passage: Passage) -> bool:
        """Whether a passage had scrolled out of sight; if so it is brought back, to be seen before anything is done to it."""
        if self.view.is_visible(passage.start) or self.view.is_visible(passage.end - 1):
            return False
        self.view.reveal(passage.start, passage.end)
        self.tell("this is the current passage; press again")
        return True

    def short(self, passage: Passage) -> str:
        """The beginning of a quote, for the line of state."""
        return one_line(passage.quote, 40)
