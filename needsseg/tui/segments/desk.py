"""What the parts of the segments screen know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
from needsseg.actions.discovery.previews import LeftOver
from needsseg.actions.segments.segment_accounts import Backing
from needsseg.actions.study import history
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.widgets.evidence import EvidenceList
from needsseg.tui.widgets.prompt import Choice
from needsseg.tui.words import SEGMENT_WORDS, plain

NONE = "none"
LEFT_OVER = 0
"""What was left over, where a segment's id is wanted; ids begin at 1."""


class SegmentDesk(StudyScreen):
    """The segments, the evidence that is shown, what was left over, and what is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[SegmentSummary] = []
        self.shown: Evidence | None = None
        self.left: list[LeftOver] = []
        self.backing: dict[int, Backing] = {}
        self.companies: dict[str, str] = {}
        self.marked: set[int] = set()
        self.question_keys: dict[tuple[str, int], str] = {}
        """The key of each need and segment in questions, as long as the program runs."""
        self.map_signs: dict[int, tuple[str, str]] = {}
        """The sign of each segment on the map, as long as the program runs."""
        self.wanted: int | None = None
        """The segment to go to once the study is read anew."""
        self.wanted_quote: int | None = None
        """The passage to go to there."""
        self._changed_at = 0.0
        """When a reading of the study that nobody here asked for put another segment under the cursor."""
        self._stood: dict[int, tuple[int, int | None]] = {}
        """Where one stood, segment and passage, as an entry of the history was made."""

    if TYPE_CHECKING:  # the screen's own

        @property
        def segment(self) -> SegmentSummary | None:
            """The segment under the cursor; None on what was left over."""

        @property
        def on_left(self) -> bool:
            """Whether the cursor is on what was left over."""

        @property
        def on_quotes(self) -> bool:
            """Whether keys go to the quotes."""

        def show_marks(self) -> None:
            """Shows the evidence that was read, with what is marked."""

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """After a change: remembers where it was made, as undo leads back there."""
        newest = history.newest_own(self.study)
        if undo and newest is not None and newest.state == "done":
            quote = self.quotes.quote
            here = self.segment.id if self.segment else LEFT_OVER
            self._stood.setdefault(newest.id, (here, quote.id if quote else None))
        super().done(happened, undo=undo, steps=steps)

    def went_back(self, entry: int) -> None:
        """Goes to where the change was made that was taken back."""
        if entry in self._stood:
            self.wanted, self.wanted_quote = self._stood[entry]

    @property
    def quotes(self) -> EvidenceList:
        """The evidence on the screen."""
        return self.query_one(EvidenceList)

    def others(self, here: SegmentSummary | None) -> list[Choice]:
        """All segments but this one, to choose from."""
        return [
            Choice(str(row.id), row.name, f"{SEGMENT_WORDS[row.status]}, {format_count(row.size, 'passage')}")
            for row in self.rows
            if here is None or row.id != here.id
        ]

    def chosen(self) -> list[int]:
        """The marked quotes in their order, else none."""
        return [passage.id for passage in self.quotes.quotes if passage.id in self.marked]

    def needed(self) -> SegmentSummary | None:
        """The segment under the cursor; says so where there is none."""
        if self.segment is None:
            self.tell("this is no segment: v moves its passages into one" if self.on_left else "there are no segments")
        elif self.pressed_before(self._changed_at):
            self.tell(
                "another segment has come under the cursor as the key was pressed: nothing was changed; press again"
            )
            return None
        return self.segment

    def is_confirmed(self, here: SegmentSummary) -> bool:
        """Whether a segment is confirmed and thus closed to changes; says how it is opened."""
        if here.status == "confirmed":
            self.tell(f"“{here.name}” is confirmed: o reopens it for change")
        return here.status == "confirmed"

    def name_of(self, segment: int | None) -> str:
        """What a segment is called."""
        return next((row.name for row in self.rows if row.id == segment), "no segment")

    def passage_under_cursor(self) -> Passage | None:
        """The quote under the cursor where keys go to the quotes; says how to get there."""
        quote = self.quotes.quote
        if quote is None and self.segment is not None and self.shown is None:
            self.tell("the evidence is being read: nothing was changed; press again once it is there")
            return None
        if quote is None or not self.on_quotes:
            self.tell("n goes to the quotes" if self.quotes.quotes else "there are no quotes here")
            return None
        if self.pressed_before(self.quotes.shown_since):
            self.tell(
                "this evidence was not on the screen yet as the key was pressed: nothing was changed; press again"
            )
            return None
        return quote

    def waiting(self) -> None:
        """Shows that evidence is being read."""
        self.quotes.say(plain("Reading the evidence …", "dim"))
