"""What the parts of the coding screen know of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.records import Passage, Transcript
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import one_line


@dataclass(frozen=True, slots=True)
class Aim:
    """What a key acts on: a stretch of the text, and the passage that it is; ``passage`` is None for a selection.

    ``begun`` is said of a selection that the key itself began, which goes when its dialog is left.
    """

    span: tuple[int, int]
    passage: Passage | None
    begun: bool = False


class CodeDesk(StudyScreen):
    """The transcript that is open, its passages and the current one: the one under the text cursor."""

    key: str
    current: int | None
    transcript: Transcript | None
    passages: list[Passage]

    def __init__(self) -> None:
        super().__init__()
        self._changed: list[int] = []
        self.busy = ""
        """What is being computed, of which the next passage will come; until then nothing is decided."""

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

        def action_mark(self) -> None:
            """Marks the selection."""

        def begin_at_cursor(self) -> Aim | None:
            """Selects the sentence at the cursor."""

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

    def aim(self, *, asks: bool = False) -> Aim | None:
        """What a key acts on: the selection, else the passage under the cursor. Says why where that is nothing.

        A key that ``asks`` first opens its dialog at once, so that what is typed after it goes there; what it is about is
        brought into sight and named in the dialog. Other keys do nothing to what was not on the screen as they were pressed.
        """
        if self.is_waiting():
            return None
        here, span = self.passage, self.selection
        if span is not None:
            aim = Aim(span, None)
        elif here is not None:
            aim = Aim((here.start, here.end), here)
        else:
            self.tell("no passage is under the cursor: j goes to the next, v begins one by hand")
            return None
        if asks:
            self.view.reveal(*aim.span)
            return aim
        seen = self.is_shown(aim.passage) if aim.passage else self.is_in_sight(*aim.span, "selection")
        return aim if seen else None

    def aim_at_passage(self, *, asks: bool = False) -> Passage | None:
        """The passage under the cursor, for keys that concern passages only; none while a selection is open."""
        if self.selection is not None:
            self.tell("a selection is open: enter marks it, esc drops it; nothing was changed")
            return None
        aim = self.aim(asks=asks)
        return None if aim is None else aim.passage

    def is_waiting(self) -> bool:
        """Whether something is being computed, which is said: nothing is decided before it is shown."""
        if self.busy:
            self.tell(f"{self.busy} …: nothing was done; press again once it is there · esc stops it")
        return bool(self.busy)

    def is_shown(self, passage: Passage) -> bool:
        """Whether a passage is on the screen and was there when the key was pressed; says so where not, and shows it."""
        if not self.is_in_sight(passage.start, passage.end, "current passage"):
            return False
        if not self.pressed_before(self.view.seen_since(passage)):
            return True
        self.tell("this passage was not on the screen yet as the key was pressed: nothing was done; press again")
        return False

    def is_in_sight(self, start: int, end: int, what: str) -> bool:
        """Whether a stretch can be seen; where it had scrolled away it is brought back, to be seen before anything is done."""
        if self.view.is_visible(start) or self.view.is_visible(end - 1):
            return True
        self.view.reveal(start, end)
        self.tell(f"this is the {what}; press again")
        return False

    def short(self, passage: Passage) -> str:
        """The beginning of a quote, for the line of state."""
        return one_line(passage.quote, 40)
