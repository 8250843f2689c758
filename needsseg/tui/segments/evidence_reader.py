"""Reading the evidence and the card of the segment under the cursor, at once after a change, else beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from needsseg.actions.discovery.evidence import evidence as load_evidence
from needsseg.actions.segments import cards
from needsseg.errors import NeedssegError
from needsseg.tui import loading
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.tui.segments.context import SegmentsContext
    from needsseg.tui.segments.cursor import ReviewCursor
    from needsseg.tui.segments.state import ReviewState


class EvidenceReader:
    """Keeps ``shown`` and ``card`` of the review those of the segment under the cursor; ``show`` puts them on the screen."""

    def __init__(
        self, context: SegmentsContext, review: ReviewState, cursor: ReviewCursor, show: Callable[[], None]
    ) -> None:
        self.context, self._review, self._cursor, self._show = context, review, cursor, show
        self._reading = False
        self._version = 0
        """Rises with all that makes what is being read beside the screen out of date."""

    def read(self, *, moved: bool = False) -> None:
        """Read the evidence of the segment under the cursor; the passages in no segment were read with the list.

        Where the cursor only ``moved`` it is read beside the screen, so that no key waits for it. After a change it is read
        at once, since the next key is meant for the next quote. The card is always read beside the screen.
        """
        review, segment = self._review, self._cursor.segment
        is_warm = loading.is_warm(self.context.study)
        self._version += 1
        review.shown = None
        if segment is None or review.card is None or review.card.segment != segment.id:
            review.card = None
        if segment is None:
            self._show()
            return
        if moved or not is_warm:
            self._cursor.quotes.say(plain("Reading the evidence …", "dim"))
        if is_warm:
            if not moved:
                review.shown = review.filtered(load_evidence(self.context.study, segment.id))
                self._show()
            self._read_beside()

    def _read_beside(self) -> None:
        if not self._reading:  # a thread cannot be ended, so that a second one would only slow the first
            self._reading = True
            self.context.run_worker(self._read_until_current(), group="evidence")

    async def _read_until_current(self) -> None:
        """Reads evidence and card of the segment under the cursor, until both are those of where the cursor has come to."""
        context, review = self.context, self._review
        try:
            version = -1
            while context.is_attached and version != self._version and (segment := self._cursor.segment) is not None:
                version = self._version
                if review.shown is None:
                    evidence = await loading.aside(context.study.path, partial(load_evidence, segment=segment.id))
                    if version != self._version or not context.is_attached:
                        continue
                    review.shown = review.filtered(evidence)
                    self._show()
                card = await loading.aside(context.study.path, partial(cards.card, segment=segment.id))
                if version == self._version and context.is_attached:
                    review.card = card
                    self._show()
        except NeedssegError as error:
            context.show_error(error)
        finally:
            self._reading = False
