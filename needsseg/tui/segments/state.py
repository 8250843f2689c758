"""The state of the segments screen: what it has read and what its user has chosen, without widgets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.symbols import Signs
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.segments.keys import HINTS, UNSEPARATE_HINT
from needsseg.tui.widgets.prompt import Choice
from needsseg.tui.words import SEGMENT_WORDS

if TYPE_CHECKING:
    from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
    from needsseg.actions.discovery.previews import LeftOver
    from needsseg.actions.segments.cards import Card
    from needsseg.actions.segments.segment_accounts import SegmentAccounts
    from needsseg.records import Passage

LEFT_OVER = 0
"""The passages in no segment, where a segment's id is expected; ids begin at 1."""


@dataclass
class ReviewState:
    """The segments, the evidence of the current one, the passages in no segment, and what is marked."""

    rows: list[SegmentSummary] = field(default_factory=list)
    left_over: list[LeftOver] = field(default_factory=list)
    separate: bool | None = None
    """Whether the newest run's passages form separate groups; None if unknown."""
    coded: int = 0
    """How many passages somebody accepted or rejected."""
    passages: int = 0
    """How many passages there are, including suggestions."""
    shown: Evidence | None = None
    """The evidence on the screen that passes the filter; None while it is being read."""
    card: Card | None = None
    accounts: dict[int, SegmentAccounts] = field(default_factory=dict)
    """The accounts behind each segment, by its id."""
    companies: dict[str, str] = field(default_factory=dict)
    """Participants' names for their accounts, by account id."""
    marked: set[int] = field(default_factory=set)
    """Ids of the marked passages."""
    filter_words: str = ""
    """Only quotes with these words are shown; empty shows all."""
    requested_segment: int | None = None
    """The segment to go to when the study is read next."""
    requested_passage: int | None = None
    """The passage to go to there."""
    segment_replaced_at: float = 0.0
    """When a reload that no key caused put another segment under the cursor, in seconds of the monotonic clock."""
    question_keys: dict[tuple[str, int], str] = field(default_factory=dict)
    """The key of each need and segment in questions; kept as long as the program runs."""
    signs: Signs = field(default_factory=dict)
    """The symbol of each segment."""
    _change_places: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    """The segment and passage under the cursor when each entry of the history was made."""

    def hint(self) -> str:
        """Return what to do next, in one line."""
        statuses = {row.status for row in self.rows}
        if "candidate" in statuses and self.separate is False:
            return with_keys(UNSEPARATE_HINT)
        return with_keys(next((hint for status, hint in HINTS.items() if status in statuses), ""))

    def state_line(self, number: int, *, on_left: bool) -> str:
        """Return how many segments stand, that the one with this number is shown, or what is left over, and what is marked."""
        if not self.rows:
            return "saved · no segments"
        shown = "left over" if on_left else f"segment {number}/{len(self.rows)}"
        confirmed = sum(row.status == "confirmed" for row in self.rows)
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        narrowed = f" · filter “{self.filter_words}”" if self.filter_words else ""
        return f"saved · coded {self.coded}/{self.passages} · {shown} · {confirmed} confirmed{marked}{narrowed}"

    def name_of(self, segment: int | None) -> str:
        """Return the name of a segment."""
        return next((row.name for row in self.rows if row.id == segment), "no segment")

    def choices_except(self, segment: SegmentSummary | None) -> list[Choice]:
        """Return all segments but one, to choose from."""
        return [
            Choice(str(row.id), row.name, f"{SEGMENT_WORDS[row.status]}, {format_count(row.size, 'passage')}")
            for row in self.rows
            if segment is None or row.id != segment.id
        ]

    def passes_filter(self, passage: Passage) -> bool:
        """Return whether a passage has the words of the filter."""
        return self.filter_words.casefold() in f"{passage.quote} {passage.speaker} {passage.interview}".casefold()

    def filtered(self, evidence: Evidence) -> Evidence:
        """Return evidence with only those passages that pass the filter."""
        return replace(
            evidence,
            passages=tuple((p, s) for p, s in evidence.passages if self.passes_filter(p)),
            proposed=tuple((p, s) for p, s in evidence.proposed if self.passes_filter(p)),
        )

    def note_change(self, entry: int, segment: int, passage: int | None) -> None:
        """Remember where an entry of the history was made, so that undo can return there."""
        self._change_places.setdefault(entry, (segment, passage))

    def go_to_change(self, entry: int) -> None:
        """Have the next reload go to the segment and passage where an entry of the history was made."""
        if entry in self._change_places:
            self.requested_segment, self.requested_passage = self._change_places[entry]
