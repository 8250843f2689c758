"""What a key acts on, asked of the part itself: no app, no study, a screen and a transcript view that take notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from needsseg.records import Passage
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.navigation import Selection
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.targets import KeyTargets, Target
from needsseg.tui.widgets.transcript_view import TranscriptView

PASSAGE = Passage(7, "talk", "Ana", 10, 20, "words", "suggested", "program", None, ())


@dataclass
class Screen:
    """The screen as the part knows it; ``pressed_at`` is when the key was pressed."""

    pressed_at: float = 2.0
    told: list[str] = field(default_factory=list)

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        self.told.append(happened or "")

    def pressed_before(self, shown: float | None) -> bool:
        return shown is None or self.pressed_at < shown


@dataclass
class View:
    """A view of the characters from ``top`` on, which the passage came to at ``since``."""

    top: int = 0
    since: float | None = 1.0
    revealed: list[tuple[int, int]] = field(default_factory=list)

    def is_visible(self, offset: int) -> bool:
        return offset >= self.top

    def seen_since(self, passage: Passage) -> float | None:
        return self.since

    def reveal(self, start: int, end: int) -> None:
        self.revealed.append((start, end))


def parts(screen: Screen, view: View) -> tuple[KeyTargets, OpenInterview]:
    interview = OpenInterview()
    interview.key, interview.passages, interview.current = "talk", [PASSAGE], PASSAGE.id
    return KeyTargets(cast(CodeContext, screen), interview, cast(TranscriptView, view)), interview


def test_a_selection_comes_before_the_passage_and_is_no_passage() -> None:
    targets, interview = parts(Screen(), View())
    assert targets.target() == Target((10, 20), PASSAGE)
    interview.selection = Selection((12, 14), (12, 14), "word")
    assert targets.target() == Target((12, 14), None)
    assert targets.passage() is None


def test_nothing_is_done_to_what_was_not_seen_as_the_key_was_pressed() -> None:
    screen, view = Screen(pressed_at=2.0), View(since=3.0)
    targets, _ = parts(screen, view)
    assert targets.target() is None and "press again" in screen.told[-1]
    assert targets.target(asks=True) == Target((10, 20), PASSAGE), "a dialog names what it is about"
    view.since = 1.0
    assert targets.target() is not None


def test_what_has_scrolled_away_is_brought_back_first() -> None:
    screen, view = Screen(), View(top=30)
    targets, _ = parts(screen, view)
    assert targets.target() is None and view.revealed == [(10, 20)] and "current passage" in screen.told[-1]


def test_while_something_is_computed_nothing_is_done() -> None:
    screen = Screen()
    targets, _ = parts(screen, View())
    targets.busy = "ranking the suggestions"
    assert targets.target() is None and targets.target(asks=True) is None and targets.passage() is None
    assert all("nothing was done" in told for told in screen.told) and len(screen.told) == 3
