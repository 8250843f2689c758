"""What a reviewer does to segments; each verb is one action that undo takes back."""

from __future__ import annotations

from functools import partial

from needsseg.actions.discovery import evidence, previews
from needsseg.actions.segments import segments
from needsseg.text import format_count
from needsseg.tui.drafting import Drafting
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.desk import SegmentDesk
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

UNDECIDED = "undecided"
"""What one types to confirm a segment on whose passages nobody decided."""


class SegmentVerbs(SegmentDesk):
    """Name, describe, state the job, merge, set aside, confirm, reopen."""

    def action_rename(self) -> None:
        """Asks for a name, offering those that fit."""
        here = self.needed()
        if here is None:
            return
        choices = [
            Choice(name.name, name.name, f"{name.score:.2f}  {name.description}") for name in here.suggested_names
        ]
        value = "" if here.status == "candidate" and not here.in_view else here.name
        about = "" if not choices else "Names that fit its quotes; any other name will do."
        self.app.push_screen(
            Prompt(f"Name for “{here.name}”?", value=value, choices=choices, about=about),
            partial(self._rename, here.id),
        )

    @shows_errors
    def _rename(self, segment: int, name: str | None) -> None:
        if name is not None:
            segments.rename(self.study, segment, name)
            self.wanted = segment
            self.done(f"named it “{name}”")

    def action_describe(self) -> None:
        """Asks what the segment's people want."""
        here = self.needed()
        if here is not None:
            question = f"What do the people of “{here.name}” want?"
            about = "When <situation>, I want to <motivation>, so I can <outcome>"
            draft = Drafting(self.study, "segment description", here.id, question)
            self.app.push_screen(
                Prompt(question, value=here.description, about=about, empty=True, draft=draft),
                draft.until_saved(partial(self._describe, here.id)),
            )

    @shows_errors
    def _describe(self, segment: int, description: str | None) -> None:
        if description is not None:
            segments.describe(self.study, segment, description)
            self.wanted = segment
            self.done("described it")

    def action_statement(self) -> None:
        """Asks for the job statement, beginning with a draft from what one person said in one answer."""
        here = self.needed()
        if here is None:
            return
        proof = self.shown
        said = proof.sentence if proof is not None else ""
        own = "When <situation>, I want to <motivation>, so I can <outcome>"
        if said and proof is not None:
            part = proof.stated[0]
            own = f"A draft, from what {part.participant} said in passage {part.passage}; enter takes it: {said}"
        question = f"Job statement of “{here.name}”?"
        draft = Drafting(self.study, "segment statement", here.id, question)
        self.app.push_screen(
            Prompt(question, value=here.statement or said, about=own, empty=True, draft=draft),
            draft.until_saved(partial(self._state, here.id)),
        )

    @shows_errors
    def _state(self, segment: int, text: str | None) -> None:
        if text is not None:
            segments.write_statement(self.study, segment, text)
            self.wanted = segment
            self.done("wrote its job statement" if text else "took its job statement back")

    def action_card(self) -> None:
        """Opens the card."""
        from needsseg.tui.segments.card import CardScreen

        here = self.needed()
        if here is not None:
            self.wanted = here.id
            self.app.push_screen(CardScreen(self.study, here.id), lambda _: self.refresh_study())

    def action_merge(self) -> None:
        """Asks into which segment this one goes."""
        here = self.needed()
        if here is None:
            return
        if len(self.rows) < 2:
            self.tell("there is no other segment to merge it into")
            return
        nearest = str(self.shown.rival.segment) if self.shown and self.shown.rival else ""
        choices = sorted(self.others(here), key=lambda choice: choice.value != nearest)
        self.app.push_screen(
            Prompt(
                f"Merge “{here.name}” with which?",
                about="The nearest first; both sides are shown before anything is done.",
                choices=choices,
                free=False,
            ),
            partial(self._weigh, here.id),
        )

    @shows_errors
    def _weigh(self, segment: int, other: str | None) -> None:
        """Shows both sides before they are merged."""
        from needsseg.tui.segments.split_merge_dialogs import MergingScreen

        if other is not None:
            preview = previews.merge_preview(self.study, segment, int(other))
            self.app.push_screen(MergingScreen(preview), self._merge)

    @shows_errors
    def _merge(self, decided: tuple[int, int] | None) -> None:
        if decided is None:
            self.tell("not merged")
            return
        stays, goes = decided
        segments.merge(self.study, stays, [goes])
        self.wanted = stays
        self.done("merged the two")

    @shows_errors
    def action_set_aside(self) -> None:
        """Sets the segment aside."""
        here = self.needed()
        if here is not None:
            segments.set_aside(self.study, here.id)
            self.done(f"set “{here.name}” aside; o reopens it")

    @shows_errors
    def action_reopen(self) -> None:
        """Opens the segment for change again."""
        here = self.needed()
        if here is None:
            return
        if here.status not in ("confirmed", "set_aside"):
            self.tell(f"“{here.name}” is open already")
            return
        segments.reopen(self.study, here.id)
        self.done(f"reopened “{here.name}”")

    @shows_errors
    def action_confirm(self) -> None:
        """Shows the evidence that is stored, and asks who confirms."""
        here = self.needed()
        if here is None:
            return
        if here.status == "candidate":
            self.tell("name it first: e, after reading its evidence")
            return
        if here.status == "confirmed" and not here.added:
            self.tell(f"“{here.name}” is confirmed by {here.confirmed_by}: o reopens it")
            return
        proof = evidence.evidence(self.study, here.id)
        passages = format_count(here.size, "passage")
        about = [
            plain("Stored with your name and the time, as what this rests on:"),
            plain(f"  {passages} of {here.people}, each with its quote's hash"),
            plain(f"  {len(proof.summary.exemplars)} exemplars · keywords {', '.join(here.keywords) or 'none'}"),
            *(plain(f"  ! {warning}", "$text-warning") for warning in here.warnings),
            plain("Confirmed, it can be changed only after o reopens it."),
        ]
        undecided = proof.summary.decided == 0

        def as_whom(typed: str | None = UNDECIDED) -> None:
            if typed is None:
                return
            if typed.strip().casefold() != UNDECIDED:
                self.tell(f"not confirmed: that takes the word “{UNDECIDED}”; a keeps passages, one by one")
                return
            who = self.desk.reviewer or self.study.actor
            self.app.push_screen(
                Prompt(f"Confirm “{here.name}” as whom?", value=who, about=lines(about)),
                partial(self._confirm, here.id, undecided),
            )

        if undecided:
            why = "a keeps a passage that you read. To confirm it all the same, which is stored and reported, type: undecided"
            self.app.push_screen(Prompt(f"Nobody decided on any passage of “{here.name}”.", about=why), as_whom)
        else:
            as_whom()

    @shows_errors
    def _confirm(self, segment: int, undecided: bool, who: str | None) -> None:
        if who:
            segments.confirm(self.study, segment, who, undecided=undecided)
            self.desk.reviewer = who
            self.wanted = segment
            left = sum(row.status in ("named", "candidate") and row.id != segment for row in self.rows)
            self.done(
                f"confirmed by {who}; "
                + (f"{left} to go" if left else "none is left to confirm: p people, F4 accounts")
            )
