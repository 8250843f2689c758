"""Read the evidence and the card of the segment under the cursor: at once after a change, else in the background."""

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
    """Keeps the review's ``shown`` and ``card`` those of the segment under the cursor; ``show`` displays them."""

    def __init__(
        self, context: SegmentsContext, review: ReviewState, cursor: ReviewCursor, show: Callable[[], None]
    ) -> None:
        self.context, self._review, self._cursor, self._show = context, review, cursor, show
        self._reading = False
        self._version = 0
        """A counter that rises whenever a reading in the background becomes out of date."""

    def read(self, *, moved: bool = False) -> None:
        """Read the evidence of the segment under the cursor; the passages in no segment were read with the list.

        If the cursor only ``moved``, it is read in the background, so that no key waits for it. After a change it is read
        at once, since the next key is meant for the next quote. The card is always read in the background.
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
            self._read_in_background()

    def _read_in_background(self) -> None:
        if not self._reading:  # a thread cannot be stopped, so a second one would only slow the first
            self._reading = True
            self.context.run_worker(self._read_until_current(), group="evidence")

    async def _read_until_current(self) -> None:
        """Read evidence and card of the segment under the cursor, again until the cursor has not moved meanwhile."""
        context, review = self.context, self._review
        try:
            version = -1
            while context.is_attached and version != self._version and (segment := self._cursor.segment) is not None:
                version = self._version
                if review.shown is None:
                    evidence = await loading.read_in_background(
                        context.study.path, partial(load_evidence, segment=segment.id)
                    )
                    if version != self._version or not context.is_attached:
                        continue
                    review.shown = review.filtered(evidence)
                    self._show()
                card = await loading.read_in_background(context.study.path, partial(cards.card, segment=segment.id))
                if version == self._version and context.is_attached:
                    review.card = card
                    self._show()
        except NeedssegError as error:
            context.show_error(error)
        finally:
            self._reading = False
