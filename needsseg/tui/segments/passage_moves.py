"""The commands on passages: keep, take out, admit, decline, mark, split off, move, pair."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from needsseg.actions.discovery import review
from needsseg.actions.discovery.previews import proposed_split
from needsseg.actions.segments import segments
from needsseg.errors import DiscoveryError, NeedssegError
from needsseg.records import Passage
from needsseg.text import format_count, plural
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.loading import read_in_background
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.split_merge_dialogs import HalvingScreen
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from needsseg.tui.segments.context import SegmentsContext
    from needsseg.tui.segments.cursor import ReviewCursor
    from needsseg.tui.segments.state import ReviewState

NONE = "none"
"""The choice of no segment."""


class PassageMoves:
    """Decide on the passage under the cursor, or on the marked ones; ``show`` displays the marks."""

    def __init__(
        self, context: SegmentsContext, review: ReviewState, cursor: ReviewCursor, show: Callable[[], None]
    ) -> None:
        self.context, self._review, self._cursor, self._show = context, review, cursor, show

    def _targets(self, kind: str, at: Passage) -> list[int]:
        """Return the marked passages of the kind under the cursor if that one is marked, else it alone."""
        if at.id not in self._review.marked:
            return [at.id]
        return [
            row.passage.id
            for row in self._cursor.quotes.rows
            if row.kind == kind and row.passage and row.passage.id in self._review.marked
        ]

    @shows_errors
    def keep(self) -> None:
        """Accept a proposed passage, keep a member by hand, or put an unassigned passage in its nearest segment."""
        at, row = self._cursor.required_quote(), self._cursor.quotes.row
        if at is None or row is None:
            return
        kind = "member" if row.kind == "stated" else row.kind
        targets = self._targets(kind, at)
        self._review.marked -= set(targets)
        if kind == "proposed" and self._cursor.segment:
            review.admit(self.context.study, targets)
            self.context.done(f"admitted {format_count(len(targets), 'passage')} to “{self._cursor.segment.name}”")
        elif kind == "member":
            self._keep_members(targets)
        elif kind == "loose":
            self._to_nearest(targets)
        elif kind == "off_topic":
            review.on_topic(self.context.study, targets)
            self.context.done(f"made {format_count(len(targets), 'passage')} undecided again")

    def _keep_members(self, targets: list[int]) -> None:
        segment = self._cursor.segment
        if segment is None:
            return
        if segment.status == "confirmed":
            self.context.tell(f"“{segment.name}” is confirmed with it: {key_of('segments.next')} goes on")
            return
        for passage in targets:
            review.answer(self.context.study, passage, segment.id, self.context.reviewer)
        # Kept passages move up in the list; the cursor stays where it was.
        after = self._cursor.quotes.following(targets)
        self._review.requested_passage = after.id if after else None
        them = plural(len(targets), "it", "them")
        self.context.done(
            f"kept {format_count(len(targets), 'passage')} by hand; no run moves {them}", steps=len(targets)
        )
        if after is None:
            self.context.tell_also("this was the last one")

    def _to_nearest(self, targets: list[int]) -> None:
        by_passage = {row.passage.id: row for row in self._review.left_over}
        moves = [(passage, by_passage[passage].nearest) for passage in targets]
        if any(segment is None for _, segment in moves):
            self.context.tell(with_keys("the nearest segment is unknown: {segments.move} chooses one"))
            return
        for passage, segment in moves:
            review.answer(self.context.study, passage, segment, self.context.reviewer)
        destination = f"“{self._review.name_of(moves[0][1])}”" if len(moves) == 1 else "the nearest segments"
        self.context.done(f"put {format_count(len(moves), 'passage')} in {destination}", steps=len(moves))

    @shows_errors
    def take_out(self) -> None:
        """Decline a proposed passage, or set a member or an unassigned passage aside as off-topic."""
        at, row = self._cursor.required_quote(), self._cursor.quotes.row
        if at is None or row is None:
            return
        kind = "member" if row.kind == "stated" else row.kind
        if kind == "off_topic":
            self.context.tell(with_keys("it is off-topic already: {segments.keep} undoes that"))
            return
        if kind == "member" and self._cursor.segment and self._cursor.is_closed(self._cursor.segment):
            return
        targets = self._targets(kind, at)
        self._review.marked -= set(targets)
        if kind == "proposed":
            review.decline(self.context.study, targets)
            self.context.done(f"declined {format_count(len(targets), 'passage')}; no run proposes it here again")
        else:
            review.off_topic(self.context.study, targets)
            verb = "took out" if kind == "member" else "marked"
            self.context.done(f"{verb} {format_count(len(targets), 'passage')} as off-topic")

    def mark(self) -> None:
        """Mark the quote under the cursor, or unmark it."""
        quote = self._cursor.quotes.quote
        if quote is None or not self._cursor.on_quotes:
            self.context.tell(with_keys("press {segments.pane} to go to the quotes, then {segments.mark} marks one"))
            return
        self._review.marked ^= {quote.id}
        self._show()
        self._cursor.quotes.go(1)
        hint = (
            with_keys("{segments.move} moves them")
            if self._cursor.on_left
            else with_keys(
                "{segments.split} splits the marked quotes off, {segments.move} moves them, "
                "{segments.pair} pairs two of them"
            )
        )
        self.context.tell(hint if self._review.marked else "")

    def split(self) -> None:
        """Split the marked quotes off; with none marked, propose two halves."""
        segment, chosen = self._cursor.required_segment(), self._cursor.marked_passages()
        if segment is None or self._cursor.is_closed(segment):
            return
        if chosen:
            self._ask_name(segment.id, chosen)
        else:
            self.context.tell("mark quotes first to split by hand; looking for two halves …")
            self.context.run_worker(self._propose_halves(segment.id), group="halves", exclusive=True)

    async def _propose_halves(self, segment: int) -> None:
        try:
            halves = await read_in_background(self.context.study.path, lambda study: proposed_split(study, segment))
        except DiscoveryError as error:
            self.context.tell(
                f"mark quotes first ({key_of('segments.mark')}): no halves to propose. {self.context.worded(error)}"
            )
            return
        except NeedssegError as error:
            self.context.show_error(error)
            return

        def decided(part: list[int] | None) -> None:
            if part is None:
                self.context.tell("not split")
            else:
                self._ask_name(segment, part)

        # The reviewer may have gone to another screen or segment meanwhile.
        if self.context.is_current and self._cursor.segment is not None and self._cursor.segment.id == segment:
            self.context.tell("")
            self.context.push(HalvingScreen(self._review.name_of(segment), halves), decided)

    def _ask_name(self, segment: int, part: list[int]) -> None:
        self.context.push(
            Prompt(
                f"Name of the segment of these {format_count(len(part), 'passage')}?",
                about="Empty: named after this one.",
                empty=True,
            ),
            partial(self._split, segment, part),
        )

    @shows_errors
    def _split(self, segment: int, part: list[int], name: str | None) -> None:
        if name is not None:
            self._review.requested_segment = segments.split(self.context.study, segment, part, name)
            self._review.marked.clear()
            self.context.done(f"split {format_count(len(part), 'passage')} off")

    def move(self) -> None:
        """Ask where to move the marked quotes, or the one under the cursor."""
        segment, chosen = self._cursor.segment, self._cursor.marked_passages()
        if not chosen and self._cursor.on_quotes and self._cursor.quotes.quote is not None:
            chosen = [self._cursor.quotes.quote.id]
        if not chosen:
            self.context.tell(
                with_keys("mark quotes first: {segments.pane} goes to the quotes, {segments.mark} marks one")
            )
            return
        row = self._cursor.quotes.row
        if segment is not None and self._cursor.is_closed(segment) and not (row and row.kind == "proposed"):
            return
        self.context.push(
            Prompt(
                f"Move {format_count(len(chosen), 'passage')} to which segment?",
                choices=self._destinations(chosen),
                free=False,
            ),
            partial(self._move, chosen),
        )

    def _destinations(self, chosen: list[int]) -> list[Choice]:
        """Return the segments that passages can move to; for unassigned ones the nearest first."""
        choices = self._review.choices_except(self._cursor.segment)
        if self._cursor.on_left:
            nearest = {str(row.nearest) for row in self._review.left_over if row.passage.id in chosen}
            return sorted(choices, key=lambda choice: choice.value not in nearest)
        return [*choices, Choice(NONE, "no segment", "they stay passages")]

    @shows_errors
    def _move(self, chosen: list[int], target: str | None) -> None:
        if target is not None:
            segments.move(self.context.study, chosen, None if target == NONE else int(target))
            self._review.marked.clear()
            self.context.done(f"moved {format_count(len(chosen), 'passage')}")

    def pair(self) -> None:
        """Ask whether two marked passages express one need or two, or remove their pair."""
        chosen = self._cursor.marked_passages()
        if len(chosen) != 2:
            self.context.tell(
                f"mark two quotes to pair them: {len(chosen)} marked · {key_of('segments.pairs')} lists the pairs"
            )
            return
        choices = [
            Choice("together", "one need", "every run keeps them together"),
            Choice("apart", "two needs", "every run keeps them apart"),
            Choice("unpair", "neither", "removes the pair"),
        ]
        self.context.push(
            Prompt("Do these two passages express one need?", choices=choices, free=False),
            partial(self._pair, chosen[0], chosen[1]),
        )

    @shows_errors
    def _pair(self, first: int, second: int, kind: str | None) -> None:
        if kind is None:
            return
        verbs = {"together": review.together, "apart": review.apart, "unpair": review.unpair}
        verbs[kind](self.context.study, first, second)
        self._review.marked.clear()
        messages = {"together": "keeps the two together", "apart": "keeps the two apart", "unpair": "removed the pair"}
        self.context.done(f"{messages[kind]}, from the next run on")
