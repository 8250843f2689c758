"""What a reviewer does to segments; each verb is one action that undo takes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from needsseg.actions import segments
from needsseg.actions.segments import Evidence, SegmentSummary
from needsseg.tui.screens.base import StudyScreen, told
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import SEGMENT_WORDS, counted, lines, plain

NONE = "none"


class SegmentVerbs(StudyScreen):
    """Name, describe, merge, split, move, set aside, confirm, reopen."""

    rows: list[SegmentSummary]
    shown: Evidence | None
    marked: set[int]

    def __init__(self) -> None:
        super().__init__()
        self.wanted: int | None = None

    if TYPE_CHECKING:  # the screen's own

        @property
        def segment(self) -> SegmentSummary | None:
            """The segment under the cursor."""

    def _others(self, here: SegmentSummary) -> list[Choice]:
        return [
            Choice(str(row.id), row.name, f"{SEGMENT_WORDS[row.status]}, {counted(row.size, 'passage')}")
            for row in self.rows
            if row.id != here.id
        ]

    def _chosen(self) -> list[int]:
        """The marked quotes in their order, else none."""
        return [p.id for p, _ in self.shown.passages if p.id in self.marked] if self.shown else []

    def _is_confirmed(self, here: SegmentSummary) -> bool:
        """Whether a segment is confirmed and thus closed to changes; says how it is opened."""
        if here.status == "confirmed":
            self.tell(f"“{here.name}” is confirmed: o reopens it for change")
        return here.status == "confirmed"

    def action_rename(self) -> None:
        """Asks for a name, offering those that fit."""
        here = self.segment
        if here is None:
            return
        choices = [
            Choice(name.name, name.name, f"{name.score:.2f}  {name.description}") for name in here.suggested_names
        ]
        value = "" if here.status == "candidate" else here.name
        about = "" if not choices else "Names that fit its quotes; any other name will do."
        self.app.push_screen(
            Prompt(f"Name for “{here.name}”?", value=value, choices=choices, about=about),
            partial(self._rename, here.id),
        )

    @told
    def _rename(self, segment: int, name: str | None) -> None:
        if name is not None:
            segments.rename(self.study, segment, name)
            self.wanted = segment
            self.done(f"named it “{name}”")

    def action_describe(self) -> None:
        """Asks what the segment's people want."""
        here = self.segment
        if here is not None:
            question = f"What do the people of “{here.name}” want?"
            about = "When <situation>, I want to <motivation>, so I can <outcome>"
            self.app.push_screen(
                Prompt(question, value=here.description, about=about, empty=True), partial(self._describe, here.id)
            )

    @told
    def _describe(self, segment: int, description: str | None) -> None:
        if description is not None:
            segments.describe(self.study, segment, description)
            self.wanted = segment
            self.done("described it")

    def action_merge(self) -> None:
        """Asks into which segment this one goes."""
        here = self.segment
        if here is None:
            return
        if len(self.rows) < 2:
            self.tell("there is no other segment to merge it into")
            return
        self.app.push_screen(
            Prompt(f"Merge “{here.name}” into which?", choices=self._others(here), free=False),
            partial(self._merge, here.id),
        )

    @told
    def _merge(self, segment: int, into: str | None) -> None:
        if into is not None:
            segments.merge(self.study, int(into), [segment])
            self.wanted = int(into)
            self.done("merged the two")

    def action_split(self) -> None:
        """Asks what the marked quotes are called once they are split off."""
        here, chosen = self.segment, self._chosen()
        if here is None or not chosen:
            self.tell("mark quotes first: tab goes there, space marks")
            return
        if self._is_confirmed(here):
            return
        self.app.push_screen(
            Prompt(
                f"Name of the segment of these {counted(len(chosen), 'passage')}?",
                about="Empty: named after this one.",
                empty=True,
            ),
            partial(self._split, here.id, chosen),
        )

    @told
    def _split(self, segment: int, chosen: list[int], name: str | None) -> None:
        if name is not None:
            self.wanted = segments.split(self.study, segment, chosen, name)
            self.marked.clear()
            self.done(f"split {counted(len(chosen), 'passage')} off")

    def action_move(self) -> None:
        """Asks where the marked quotes go, or the one under the cursor."""
        from needsseg.tui.widgets.evidence import EvidenceList

        here, chosen = self.segment, self._chosen()
        quotes = self.query_one(EvidenceList)
        if not chosen and quotes.has_focus and quotes.quote is not None:
            chosen = [quotes.quote.id]
        if here is None or not chosen:
            self.tell("mark quotes first: tab goes there, space marks")
            return
        if self._is_confirmed(here):
            return
        choices = [*self._others(here), Choice(NONE, "no segment", "they stay passages")]
        self.app.push_screen(
            Prompt(f"Move {counted(len(chosen), 'passage')} to which segment?", choices=choices, free=False),
            partial(self._move, chosen),
        )

    @told
    def _move(self, chosen: list[int], to: str | None) -> None:
        if to is not None:
            segments.move(self.study, chosen, None if to == NONE else int(to))
            self.marked.clear()
            self.done(f"moved {counted(len(chosen), 'passage')}")

    @told
    def action_set_aside(self) -> None:
        """Sets the segment aside."""
        here = self.segment
        if here is not None:
            segments.set_aside(self.study, here.id)
            self.done(f"set “{here.name}” aside; o reopens it")

    @told
    def action_reopen(self) -> None:
        """Opens the segment for change again."""
        here = self.segment
        if here is None:
            return
        if here.status not in ("confirmed", "set_aside"):
            self.tell(f"“{here.name}” is open already")
            return
        segments.reopen(self.study, here.id)
        self.done(f"reopened “{here.name}”")

    @told
    def action_confirm(self) -> None:
        """Shows the evidence that is stored, and asks who confirms."""
        here = self.segment
        if here is None:
            return
        if here.status == "candidate":
            self.tell("name it first: e, after reading its evidence")
            return
        proof = segments.evidence(self.study, here.id)
        about = [
            plain("Stored with your name and the time, as what this rests on:"),
            plain(
                f"  {counted(here.size, 'passage')} of {counted(here.participants, 'participant')}, each with its quote's hash"
            ),
            plain(f"  {len(proof.summary.exemplars)} exemplars · keywords {', '.join(here.keywords) or 'none'}"),
            *(plain(f"  ! {warning}", "$text-warning") for warning in here.warnings),
            plain("Confirmed, it can be changed only after o reopens it."),
        ]
        who = self.desk.reviewer or self.study.actor
        self.app.push_screen(
            Prompt(f"Confirm “{here.name}” as whom?", value=who, about=lines(about)), partial(self._confirm, here.id)
        )

    @told
    def _confirm(self, segment: int, who: str | None) -> None:
        if who:
            segments.confirm(self.study, segment, who)
            self.desk.reviewer = who
            self.wanted = segment
            self.done(f"confirmed by {who}")

    @told
    def action_participants(self) -> None:
        """Shows every participant's primary need."""
        from needsseg.tui.screens.people import PeopleScreen

        self.app.push_screen(PeopleScreen(self.study), self._person)

    def _person(self, interview: str | None) -> None:
        if interview is not None:
            self.desk.open_passage(interview, None, "segments")
