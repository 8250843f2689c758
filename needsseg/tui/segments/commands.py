"""The commands on whole segments; each is one action, which undo reverts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from needsseg.actions.discovery.evidence import evidence as load_evidence
from needsseg.actions.discovery.previews import merge_preview
from needsseg.actions.segments import segments
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.card import CardScreen
from needsseg.tui.segments.split_merge_dialogs import MergingScreen
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.tui.segments.context import SegmentsContext
    from needsseg.tui.segments.cursor import ReviewCursor
    from needsseg.tui.segments.state import ReviewState

UNDECIDED = "undecided"
"""The word to type to confirm a segment although nobody decided on any of its passages."""


class SegmentCommands:
    """Name, describe, state the job, merge, set aside, confirm, reopen."""

    def __init__(self, context: SegmentsContext, review: ReviewState, cursor: ReviewCursor) -> None:
        self.context, self._review, self._cursor = context, review, cursor

    def rename(self) -> None:
        """Ask for a name, offering suggested ones."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        choices = [
            Choice(name.name, name.name, f"{name.score:.2f}  {name.description}") for name in segment.suggested_names
        ]
        value = "" if segment.status == "candidate" and not segment.in_view else segment.name
        about = "" if not choices else "Suggested names; you can type any other."
        self.context.push(
            Prompt(f"Name for “{segment.name}”?", value=value, choices=choices, about=about),
            partial(self._rename, segment.id),
        )

    @shows_errors
    def _rename(self, segment: int, name: str | None) -> None:
        if name is not None:
            segments.rename(self.context.study, segment, name)
            self._review.requested_segment = segment
            self.context.done(f"named it “{name}”")

    def describe(self) -> None:
        """Ask what the segment's people want."""
        segment = self._cursor.required_segment()
        if segment is not None:
            question = f"What do the people of “{segment.name}” want?"
            about = "When <situation>, I want to <motivation>, so I can <outcome>"
            draft = Drafting(self.context.study, "segment description", segment.id, question)
            self.context.push(
                Prompt(question, value=segment.description, about=about, empty=True, draft=draft),
                draft.until_saved(partial(self._describe, segment.id)),
            )

    @shows_errors
    def _describe(self, segment: int, description: str | None) -> None:
        if description is not None:
            segments.describe(self.context.study, segment, description)
            self._review.requested_segment = segment
            self.context.done("described it")

    def write_statement(self) -> None:
        """Ask for the job statement, starting with a draft from one person's answer."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        evidence = self._review.shown
        sentence = evidence.sentence if evidence is not None else ""
        about = "When <situation>, I want to <motivation>, so I can <outcome>"
        if sentence and evidence is not None:
            part = evidence.stated[0]
            about = f"A draft, from what {part.participant} said in passage {part.passage}; enter takes it: {sentence}"
        question = f"Job statement of “{segment.name}”?"
        draft = Drafting(self.context.study, "segment statement", segment.id, question)
        self.context.push(
            Prompt(question, value=segment.statement or sentence, about=about, empty=True, draft=draft),
            draft.until_saved(partial(self._write_statement, segment.id)),
        )

    @shows_errors
    def _write_statement(self, segment: int, text: str | None) -> None:
        if text is not None:
            segments.write_statement(self.context.study, segment, text)
            self._review.requested_segment = segment
            self.context.done("wrote its job statement" if text else "removed its job statement")

    def open_card(self) -> None:
        """Open the card."""
        segment = self._cursor.required_segment()
        if segment is not None:
            self.context.push(CardScreen(self.context.study, segment.id), lambda _: self.context.refresh_if_changed())

    def merge(self) -> None:
        """Ask which segment to merge with."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        if len(self._review.rows) < 2:
            self.context.tell("there is no other segment to merge it into")
            return
        nearest = str(self._review.shown.rival.segment) if self._review.shown and self._review.shown.rival else ""
        choices = sorted(self._review.choices_except(segment), key=lambda choice: choice.value != nearest)
        self.context.push(
            Prompt(
                f"Merge “{segment.name}” with which segment?",
                about="Nearest first; you see both sides before anything changes.",
                choices=choices,
                free=False,
            ),
            partial(self._weigh, segment.id),
        )

    @shows_errors
    def _weigh(self, segment: int, other: str | None) -> None:
        """Show both sides before they are merged."""
        if other is not None:
            preview = merge_preview(self.context.study, segment, int(other))
            self.context.push(MergingScreen(preview), self._merge)

    @shows_errors
    def _merge(self, merge_pair: tuple[int, int] | None) -> None:
        if merge_pair is None:
            self.context.tell("not merged")
            return
        target, merged = merge_pair
        segments.merge(self.context.study, target, [merged])
        self._review.requested_segment = target
        self.context.done("merged the two segments")

    @shows_errors
    def set_aside(self) -> None:
        """Set the segment aside."""
        segment = self._cursor.required_segment()
        if segment is not None:
            segments.set_aside(self.context.study, segment.id)
            self.context.done(f"set “{segment.name}” aside; {key_of('segments.reopen')} reopens it")

    @shows_errors
    def reopen(self) -> None:
        """Reopen the segment for changes."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        if segment.status not in ("confirmed", "set_aside"):
            self.context.tell(f"“{segment.name}” is open already")
            return
        segments.reopen(self.context.study, segment.id)
        self.context.done(f"reopened “{segment.name}”")

    @shows_errors
    def confirm(self) -> None:
        """Show the evidence that is stored, and ask for the reviewer's name."""
        segment = self._cursor.required_segment()
        if segment is None:
            return
        if segment.status == "candidate":
            self.context.tell(with_keys("read its evidence, then name it first ({segments.rename})"))
            return
        if segment.status == "confirmed" and not segment.added:
            self.context.tell(
                f"“{segment.name}” is confirmed by {segment.confirmed_by}: {key_of('segments.reopen')} reopens it"
            )
            return
        with self.context.study.reading_once():
            evidence = load_evidence(self.context.study, segment.id)
        passages = format_count(segment.size, "passage")
        about = [
            plain("Stored with your name and the time, as the evidence:"),
            plain(f"  {passages} of {segment.people}, each with its quote's hash"),
            plain(f"  {len(evidence.summary.exemplars)} exemplars · keywords {', '.join(segment.keywords) or 'none'}"),
            *(plain(f"  ! {warning}", "$text-warning") for warning in segment.warnings),
            plain(with_keys("A confirmed segment can be changed only after you reopen it ({segments.reopen}).")),
        ]
        undecided = evidence.summary.decided == 0

        def ask_name(typed: str | None = UNDECIDED) -> None:
            if typed is None:
                return
            if typed.strip().casefold() != UNDECIDED:
                self.context.tell(f"not confirmed: type “{UNDECIDED}” to confirm, or keep passages one by one with a")
                return
            name = self.context.reviewer or self.context.study.actor
            self.context.push(
                Prompt(f"Confirm “{segment.name}”: your name?", value=name, about=lines(about)),
                partial(self._confirm, segment.id, undecided),
            )

        if undecided:
            explanation = with_keys(
                "{segments.keep} keeps a passage that you read. To confirm it anyway, which is recorded "
                "and reported, type: undecided"
            )
            self.context.push(
                Prompt(f"Nobody decided on any passage of “{segment.name}”.", about=explanation), ask_name
            )
        else:
            ask_name()

    @shows_errors
    def _confirm(self, segment: int, undecided: bool, reviewer: str | None) -> None:
        if reviewer:
            segments.confirm(self.context.study, segment, reviewer, undecided=undecided)
            self.context.reviewer = reviewer
            self._review.requested_segment = segment
            open_count = sum(row.status in ("named", "candidate") and row.id != segment for row in self._review.rows)
            self.context.done(
                f"confirmed by {reviewer}; "
                + (
                    f"{open_count} to go"
                    if open_count
                    else with_keys("none left to confirm: {segments.participants} people, {go.accounts} accounts")
                )
            )
