"""The segment and the quote that a key acts on: those on the screen when it was pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.segments.state import LEFT_OVER

if TYPE_CHECKING:
    from needsseg.actions.discovery.evidence import SegmentSummary
    from needsseg.records import Passage
    from needsseg.tui.context import ScreenContext
    from needsseg.tui.segments.segment_list import SegmentList
    from needsseg.tui.segments.state import ReviewState
    from needsseg.tui.widgets.evidence import EvidenceList
    from needsseg.tui.widgets.passage_map import PassageMap


class ReviewCursor:
    """The cursors of list, evidence and map, and how keys move them.

    A ``required_…`` method that returns None shows why.
    """

    def __init__(
        self,
        context: ScreenContext,
        review: ReviewState,
        segments: SegmentList,
        quotes: EvidenceList,
        passage_map: PassageMap,
    ) -> None:
        self.context, self._review = context, review
        self._segments, self._map = segments, passage_map
        self.quotes = quotes
        self.is_mapped = False
        """Whether the map is shown in place of the evidence."""

    @property
    def segment(self) -> SegmentSummary | None:
        """The segment under the cursor; None on the passages in no segment."""
        return self._segments.segment

    @property
    def segment_id(self) -> int:
        """The id of the segment under the cursor; LEFT_OVER without one."""
        return self.segment.id if self.segment is not None else LEFT_OVER

    @property
    def on_left(self) -> bool:
        """Whether the cursor is on the passages in no segment."""
        return self._segments.on_left

    @property
    def on_quotes(self) -> bool:
        """Whether the quotes have the focus, in their list or on the map."""
        return self.quotes.has_focus or self._map.has_focus

    def required_segment(self) -> SegmentSummary | None:
        """Return the segment under the cursor, or None with a message."""
        if self.segment is None:
            self.context.tell(
                with_keys("Not a segment; {segments.move} moves its passages into one")
                if self.on_left
                else "there are no segments"
            )
        elif self.context.pressed_before(self._review.segment_replaced_at):
            self.context.tell(
                "the cursor moved to another segment when you pressed the key; nothing was changed, press again"
            )
            return None
        return self.segment

    def is_closed(self, segment: SegmentSummary) -> bool:
        """Return whether a segment is confirmed and thus closed to changes; then show how to reopen it."""
        if segment.status == "confirmed":
            self.context.tell(f"“{segment.name}” is confirmed: {key_of('segments.reopen')} reopens it for change")
        return segment.status == "confirmed"

    def required_quote(self) -> Passage | None:
        """Return the quote under the cursor if the quotes have the focus, or None with a message."""
        quote = self.quotes.quote
        if quote is None and self.segment is not None and self._review.shown is None:
            self.context.tell("still reading the evidence; nothing was changed, press again when it is shown")
            return None
        if quote is None or not self.on_quotes:
            self.context.tell(
                with_keys("press {segments.next} to go to the quotes")
                if self.quotes.quotes
                else "there are no quotes here"
            )
            return None
        if self.context.pressed_before(self.quotes.shown_since):
            self.context.tell(
                "this evidence was not yet on screen when you pressed the key; nothing was changed, press again"
            )
            return None
        return quote

    def marked_passages(self) -> list[int]:
        """Return the ids of the marked quotes, in their order on the screen."""
        return [passage.id for passage in self.quotes.quotes if passage.id in self._review.marked]

    def focus_quotes(self) -> None:
        """Focus the quotes, or the map if it is shown instead."""
        (self._map if self.is_mapped else self.quotes).focus()

    def focus_other_pane(self) -> None:
        """Move the focus between the list and the evidence."""
        self._segments.focus() if self.on_quotes else self.focus_quotes()

    def go_to_next_quote(self, by: int) -> None:
        """Go to the next or previous quote, from wherever the focus is."""
        if not self.on_quotes:
            self.focus_quotes()
            if by > 0:  # the quote under the cursor has not been read yet
                return
        if self.quotes.go(by):
            return
        if self.segment is not None and self._review.shown is None:
            self.context.tell("still reading the evidence")
        elif by > 0:
            self.context.tell(with_keys("last quote: press {segments.back}, then {segments.down} for the next segment"))
        else:
            self.context.tell("first quote")

    def step(self, by: int) -> None:
        """Go up or down in the focused pane."""
        if self._map.has_focus:
            self.quotes.go(by)
            return
        pane = self.quotes if self.quotes.has_focus else self._segments
        pane.action_cursor_down() if by > 0 else pane.action_cursor_up()

    def go_to_edge(self, end: bool) -> None:
        """Go to the top or bottom of the focused pane."""
        if self.on_quotes:
            self.quotes.go_to_edge(end)
        elif end:
            self._segments.action_last()
        else:
            self._segments.action_first()
