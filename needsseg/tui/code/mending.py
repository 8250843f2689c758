"""Edit the turns: split or join them, give words to another speaker, remove words that are not speech."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from needsseg.actions.transcripts import interviews
from needsseg.records import Role
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code import navigation
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.find import Find
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.navigation import Span
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.targets import KeyTargets
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.transcripts.transcript_edits import EditReport


class TurnMending:
    """Edits the selection, else the turns from the start of a range to the cursor, else the cursor's turn."""

    def __init__(
        self,
        context: CodeContext,
        interview: OpenInterview,
        view: TranscriptView,
        targets: KeyTargets,
        marking: Marking,
        find: Find,
    ) -> None:
        self.context, self._interview, self._view, self._targets = context, interview, view, targets
        self._marking, self._find = marking, find
        self._range_from: int | None = None

    @property
    def has_range(self) -> bool:
        """Whether a range of turns is open."""
        return self._range_from is not None

    @property
    def state(self) -> str:
        """The range in the status line."""
        turns = self._turns_of_range()
        return (
            f" · range of {format_count(turns, 'turn')}: {key_of('code.give')} changes the speaker, "
            f"{key_of('code.delete_words')} removes"
            if turns
            else ""
        )

    def drop_range(self) -> None:
        """Drop the range of turns."""
        self._range_from = None

    def begin_range(self) -> None:
        """Begin a range of turns at the cursor, or drop it."""
        turn = self._turn()
        if turn is None:
            return
        self._range_from = None if self.has_range else turn
        self.context.tell(
            with_keys("move to the last turn, then {code.give} or {code.delete_words}")
            if self.has_range
            else "dropped the range"
        )

    def _turn(self) -> int | None:
        """Return the number of the turn at or after the cursor; None with a message if the cursor is not visible."""
        if self._targets.is_waiting() or not self._targets.is_in_sight(
            self._view.cursor, self._view.cursor + 1, "turn under the cursor"
        ):
            return None
        turn = (
            navigation.turn_near(self._interview.transcript, self._view.cursor) if self._interview.transcript else None
        )
        if turn is None or self._interview.transcript is None:
            self.context.tell("there is no turn here")
            return None
        return navigation.turn_number(self._interview.transcript, turn.start)

    def _turns_of_range(self) -> int:
        if self._range_from is None or self._interview.transcript is None:
            return 0
        return abs(navigation.turn_number(self._interview.transcript, self._view.cursor) - self._range_from) + 1

    def _stretch(self) -> Span | None:
        """Return the stretch of text that an edit acts on; None with a message if it is not visible."""
        if self._interview.selected is not None:
            in_sight = not self._targets.is_waiting() and self._targets.is_in_sight(
                *self._interview.selected, "selection"
            )
            return self._interview.selected if in_sight else None
        turn = self._turn()
        if turn is None or self._interview.transcript is None:
            return None
        first, last = sorted((turn, self._range_from if self._range_from is not None else turn))
        return self._interview.transcript.turns[first].start, self._interview.transcript.turns[last].end

    def _about(self, stretch: Span) -> str:
        """Return the words of a stretch, for a question."""
        words = one_line(self._interview.words(stretch), 60)
        turns = self._turns_of_range() if self._interview.selected is None else 0
        return f"{format_count(turns, 'turn')} from “{words}”" if turns > 1 else f"“{words}”"

    @shows_errors
    def split_turn(self) -> None:
        """Split the turn before the word at the cursor."""
        if self._interview.transcript is None or self._turn() is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        at = navigation.word_begin(self._interview.transcript, self._view.cursor)
        self._mend(lambda: transcript_edits.split_turn(self.context.study, self._interview.key, at), "split the turn")

    @shows_errors
    def join_turn(self) -> None:
        """Join the turn at the cursor and the next one."""
        turn = self._turn()
        if turn is None or self._interview.transcript is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        at = self._interview.transcript.turns[turn].start
        self._mend(
            lambda: transcript_edits.join_turns(self.context.study, self._interview.key, at),
            "joined the turn and the next",
        )

    @shows_errors
    def delete_words(self) -> None:
        """Remove the stretch as not speech."""
        stretch = self._stretch()
        if stretch is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        about = self._about(stretch)
        self._mend(
            lambda: transcript_edits.delete_words(self.context.study, self._interview.key, *stretch),
            f"removed as not speech: {about}",
        )

    @shows_errors
    def give_words(self) -> None:
        """Ask who said the stretch, and assign it to them."""
        stretch = self._stretch()
        if stretch is None:
            return
        speakers = {row.label: row for row in interviews.speakers(self.context.study, self._interview.key)}
        choices = [Choice(label, label or "unnamed speaker", row.role) for label, row in speakers.items()]
        by_name = {label.casefold(): label for label in speakers}

        def take_speaker(speaker: str | None) -> None:
            if speaker is None:
                return
            label = by_name.get(" ".join(speaker.split()).casefold(), speaker)
            if label in speakers:
                self._give(stretch, label, None)
            else:
                self._ask_role(stretch, label)

        question = f"Who said {self._about(stretch)}?"
        self.context.push(Prompt(question, choices=choices, about="A new name makes a new speaker."), take_speaker)

    def _ask_role(self, stretch: Span, label: str) -> None:
        choices = [Choice(role, role) for role in sorted(get_args(Role), key=lambda role: role != "participant")]

        def take_role(role: str | None) -> None:
            matching_role = next((each for each in get_args(Role) if each == role), None)
            if matching_role is not None:
                self._give(stretch, label, matching_role)

        self.context.push(Prompt(f"What is {label}?", choices=choices, free=False), take_role)

    @shows_errors
    def _give(self, stretch: Span, label: str, role: Role | None) -> None:
        from needsseg.actions.transcripts import transcript_edits

        about = self._about(stretch)
        self._mend(
            lambda: transcript_edits.give_words(self.context.study, self._interview.key, *stretch, label, role),
            f"{label or 'the unnamed speaker'} now says {about}",
        )

    def _mend(self, edit: Callable[[], EditReport], happened: str) -> None:
        """Carry out an edit, show its place, and list the passages that were divided or shortened."""
        report = edit()
        self._marking.drop()
        self.drop_range()
        self._find.close()
        if report.restored:
            happened += f", {format_count(len(report.restored), 'passage')} found a place again"
        if report.not_evidence:
            happened += f", {format_count(len(report.not_evidence), 'passage')} no longer of a participant"
        self.context.done(happened)
        if report.turns:
            self._view.put_cursor(report.turns[-1].start if len(report.turns) < 3 else report.turns[1].start)
            self._view.reveal(report.turns[0].start, report.turns[0].start + 1)
        if report.lost or report.edited:
            from needsseg.tui.interviews.reimported import MendedSheet, Reimported

            edited = tuple(
                (edited_passage.passage, edited_passage.before, edited_passage.after)
                for edited_passage in report.edited
            )
            result = Reimported(report.key, report.kept, edited, len(report.lost), ())
            self.context.push(MendedSheet(self.context.study, result), self._after_sheet)

    def _after_sheet(self, place: Bookmark | None) -> None:
        if place is not None:
            self.context.show_place(place)
        else:
            self.context.refresh_study()
