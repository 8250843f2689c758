"""The views that a reviewer opens: all the evidence, lineage, questions, needs in view, participants, pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.discovery import firmness
from needsseg.actions.segments import segments
from needsseg.actions.segments.lineage import lineage as load_lineage
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.needs import NeedsScreen
from needsseg.tui.segments.pairs import PairsScreen
from needsseg.tui.segments.people import PeopleScreen
from needsseg.tui.segments.question import QuestionScreen
from needsseg.tui.widgets import evidence_words

if TYPE_CHECKING:
    from needsseg.tui.segments.context import SegmentsContext
    from needsseg.tui.segments.cursor import ReviewCursor
    from needsseg.tui.segments.state import ReviewState


class EvidenceViews:
    """Open views of the evidence; only decisions in the dialogs change the study."""

    def __init__(self, context: SegmentsContext, review: ReviewState, cursor: ReviewCursor) -> None:
        self.context, self._review, self._cursor = context, review, cursor

    def details(self) -> None:
        """Show all the evidence except the quotes."""
        segment = self._cursor.required_segment()
        if segment is not None and self._review.shown is None:
            self.context.tell("still reading the evidence; press again when it is shown")
        if segment is not None and self._review.shown is not None:
            report = [*firmness.verdict(self.context.study).lines, ""]
            report += evidence_words.details(
                self._review.shown, self._review.accounts.get(segment.id), self._review.companies
            )
            report += ["", "What the figures mean:", *(f"  {line}" for line in firmness.FIGURES_EXPLAINED)]
            self.context.show_report(segment.name, report)

    @shows_errors
    def lineage(self) -> None:
        """Show the segment's history: what was done, by whom and when."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        events = load_lineage(self.context.study, segment.id)
        rows = [
            f"{event.at[:16].replace('T', ' '):<16}  {event.actor or '':<10}  {event.what}".rstrip() for event in events
        ]
        self.context.show_report(f"History of “{segment.name}”", rows or ["No history is recorded."])

    def questions(self) -> None:
        """Open the question queue."""
        if not segments.runs(self.context.study):
            self.context.tell(with_keys("no questions yet: {segments.discover} discovers candidates first"))
            return

        def ended(answered: int | None) -> None:
            if answered:
                self.context.done(f"answered {format_count(answered, 'question')}", steps=answered)
            else:
                self.context.tell("no question was answered")

        self.context.push(QuestionScreen(self.context.study, self.context.reviewer, self._review.question_keys), ended)

    def needs(self) -> None:
        """Show the needs in view, where they can be added, edited, ordered and removed."""
        self.context.push(NeedsScreen(self.context.study), lambda _: self.context.refresh_if_changed())

    @shows_errors
    def participants(self) -> None:
        """Show every participant's primary need."""
        self.context.push(PeopleScreen(self.context.study), self._person)

    @shows_errors
    def pairs(self) -> None:
        """Show which passages are kept together or apart."""
        self.context.push(PairsScreen(self.context.study), lambda _: self.context.refresh_if_changed())

    def _person(self, interview: str | None) -> None:
        if interview is not None:
            self.context.navigate(Bookmark(interview), "segments")
