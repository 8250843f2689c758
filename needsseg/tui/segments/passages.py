"""What a reviewer does to single passages: keep, take out, admit, decline, mark, split off, move."""

from __future__ import annotations

from functools import partial

from needsseg.actions.discovery import review
from needsseg.actions.segments import segments
from needsseg.errors import DiscoveryError, NeedssegError
from needsseg.records import Passage
from needsseg.text import format_count, plural
from needsseg.tui.fixes import worded
from needsseg.tui.loading import aside
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.desk import NONE, SegmentDesk
from needsseg.tui.widgets.prompt import Choice, Prompt


class PassageVerbs(SegmentDesk):
    """Decide on the passage under the cursor, or on the marked ones."""

    def _aimed(self, kind: str, at: Passage) -> list[int]:
        """The marked passages of the kind under the cursor where that one is marked, else it alone."""
        if at.id not in self.marked:
            return [at.id]
        return [
            row.passage.id
            for row in self.quotes.rows
            if row.kind == kind and row.passage and row.passage.id in self.marked
        ]

    @shows_errors
    def action_keep(self) -> None:
        """Accepts: admits a proposed passage, keeps a member by hand, puts a left-over one in its nearest segment."""
        at, row = self.passage_under_cursor(), self.quotes.row
        if at is None or row is None:
            return
        kind = "member" if row.kind == "stated" else row.kind
        aimed = self._aimed(kind, at)
        self.marked -= set(aimed)
        if kind == "proposed" and self.segment:
            review.admit(self.study, aimed)
            self.done(f"admitted {format_count(len(aimed), 'passage')} to “{self.segment.name}”")
        elif kind == "member":
            self._keep(aimed)
        elif kind == "loose":
            self._to_nearest(aimed)
        elif kind == "off_topic":
            review.on_topic(self.study, aimed)
            self.done(f"left {format_count(len(aimed), 'passage')} open again")

    def _keep(self, aimed: list[int]) -> None:
        here = self.segment
        if here is None:
            return
        if here.status == "confirmed":
            self.tell(f"“{here.name}” is confirmed with it: n goes on")
            return
        for passage in aimed:
            review.answer(self.study, passage, here.id, self.desk.reviewer)
        # What was kept goes up in the list; one reads on where one was.
        after = self.quotes.following(aimed)
        self.wanted_quote = after.id if after else None
        them = plural(len(aimed), "it", "them")
        self.done(f"kept {format_count(len(aimed), 'passage')} by hand; no run moves {them}", steps=len(aimed))
        if after is None:
            self.tell(f"{self._happened} · this was the last one")

    def _to_nearest(self, aimed: list[int]) -> None:
        near = {row.passage.id: row for row in self.left}
        to = [(passage, near[passage].nearest) for passage in aimed]
        if any(segment is None for _, segment in to):
            self.tell("which segment is nearest is unknown: v chooses one")
            return
        for passage, segment in to:
            review.answer(self.study, passage, segment, self.desk.reviewer)
        where = f"“{self.name_of(to[0][1])}”" if len(to) == 1 else "the nearest segments"
        self.done(f"put {format_count(len(to), 'passage')} in {where}", steps=len(to))

    @shows_errors
    def action_take_out(self) -> None:
        """Rejects: declines a proposed passage, takes a member out as off-topic, says a left-over one is off-topic."""
        at, row = self.passage_under_cursor(), self.quotes.row
        if at is None or row is None:
            return
        kind = "member" if row.kind == "stated" else row.kind
        if kind == "off_topic":
            self.tell("it is off-topic already: a takes that back")
            return
        if kind == "member" and self.segment and self.is_confirmed(self.segment):
            return
        aimed = self._aimed(kind, at)
        self.marked -= set(aimed)
        if kind == "proposed":
            review.decline(self.study, aimed)
            self.done(f"declined {format_count(len(aimed), 'passage')}; no run proposes it here again")
        else:
            review.off_topic(self.study, aimed)
            out = "took out" if kind == "member" else "marked"
            self.done(f"{out} {format_count(len(aimed), 'passage')} as off-topic")

    def action_mark(self) -> None:
        """Marks the quote under the cursor, or takes its mark away."""
        quote = self.quotes.quote
        if quote is None or not self.on_quotes:
            self.tell("tab goes to the quotes; space marks one there")
            return
        self.marked ^= {quote.id}
        self.show_marks()
        self.quotes.go(1)
        said = "v moves them" if self.on_left else "s splits the marked quotes off, v moves them, + pairs two of them"
        self.tell(said if self.marked else "")

    def action_split(self) -> None:
        """Splits the marked quotes off; with none marked, proposes two halves."""
        here, chosen = self.needed(), self.chosen()
        if here is None or self.is_confirmed(here):
            return
        if chosen:
            self._ask_name(here.id, chosen)
        else:
            self.tell("mark quotes first to split by hand; looking for two halves …")
            self.run_worker(self._propose_halves(here.id), group="halves", exclusive=True)

    async def _propose_halves(self, segment: int) -> None:
        from needsseg.tui.segments.split_merge_dialogs import HalvingScreen

        try:
            halves = await aside(self.study.path, lambda study: segments.proposed_split(study, segment))
        except DiscoveryError as error:
            self.tell(f"mark quotes first, space marks: no halves to propose. {worded(error, self.app)}")
            return
        except NeedssegError as error:
            self.desk.show_error(error)
            return

        def decided(part: list[int] | None) -> None:
            if part is None:
                self.tell("not split")
            else:
                self._ask_name(segment, part)

        # Meanwhile one may have gone elsewhere, or to another segment.
        if self.is_current and self.segment is not None and self.segment.id == segment:
            self.tell("")
            self.app.push_screen(HalvingScreen(self.name_of(segment), halves), decided)

    def _ask_name(self, segment: int, part: list[int]) -> None:
        self.app.push_screen(
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
            self.wanted = segments.split(self.study, segment, part, name)
            self.marked.clear()
            self.done(f"split {format_count(len(part), 'passage')} off")

    def action_move(self) -> None:
        """Asks where the marked quotes go, or the one under the cursor."""
        here, chosen = self.segment, self.chosen()
        if not chosen and self.on_quotes and self.quotes.quote is not None:
            chosen = [self.quotes.quote.id]
        if not chosen:
            self.tell("mark quotes first: tab goes there, space marks")
            return
        row = self.quotes.row
        if here is not None and self.is_confirmed(here) and not (row and row.kind == "proposed"):
            return
        self.app.push_screen(
            Prompt(
                f"Move {format_count(len(chosen), 'passage')} to which segment?",
                choices=self._places(chosen),
                free=False,
            ),
            partial(self._move, chosen),
        )

    def _places(self, chosen: list[int]) -> list[Choice]:
        """Where passages can go; for a left-over one the nearest first."""
        choices = self.others(self.segment)
        if self.on_left:
            nearest = {str(row.nearest) for row in self.left if row.passage.id in chosen}
            return sorted(choices, key=lambda choice: choice.value not in nearest)
        return [*choices, Choice(NONE, "no segment", "they stay passages")]

    @shows_errors
    def _move(self, chosen: list[int], to: str | None) -> None:
        if to is not None:
            segments.move(self.study, chosen, None if to == NONE else int(to))
            self.marked.clear()
            self.done(f"moved {format_count(len(chosen), 'passage')}")

    def action_pair(self) -> None:
        """Says whether two marked passages speak of one need or of two, or takes that back."""
        chosen = self.chosen()
        if len(chosen) != 2:
            self.tell(f"mark two quotes to pair them: {len(chosen)} marked · P lists the pairs")
            return
        choices = [
            Choice("together", "one need", "every run keeps them together"),
            Choice("apart", "two needs", "every run keeps them apart"),
            Choice("unpair", "neither", "takes the pair back"),
        ]
        self.app.push_screen(
            Prompt("Do these two passages speak of one need?", choices=choices, free=False),
            partial(self._pair, chosen[0], chosen[1]),
        )

    @shows_errors
    def _pair(self, first: int, second: int, how: str | None) -> None:
        if how is None:
            return
        verbs = {"together": review.together, "apart": review.apart, "unpair": review.unpair}
        verbs[how](self.study, first, second)
        self.marked.clear()
        said = {"together": "keeps the two together", "apart": "keeps the two apart", "unpair": "took the pair back"}
        self.done(f"{said[how]}, from the next run on")
