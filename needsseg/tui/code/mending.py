"""Mending who said what: turns split, joined, given to another speaker, and words that are no speech taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from needsseg.actions.transcripts import interviews
from needsseg.records import Role
from needsseg.text import format_count
from needsseg.tui.bookmark import Place
from needsseg.tui.code import navigation
from needsseg.tui.code.desk import CodeDesk
from needsseg.tui.code.navigation import Span
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.transcripts.transcript_edits import EditReport


class MendingTurns(CodeDesk):
    """What is mended is the selection, else the turns from where a range was begun to the cursor, else the cursor's turn."""

    def __init__(self) -> None:
        super().__init__()
        self._range_from: int | None = None

    @property
    def ranging(self) -> bool:
        """Whether a range of turns is open."""
        return self._range_from is not None

    def range_state(self) -> str:
        """The range in the line of state."""
        turns = self._turns_of_range()
        return f" · range of {format_count(turns, 'turn')}: T gives, D takes out" if turns else ""

    def forget_range(self) -> None:
        """Drops the range of turns."""
        self._range_from = None

    def action_range(self) -> None:
        """Begins a range of turns at the cursor, or drops it."""
        turn = self._turn()
        if turn is None:
            return
        self._range_from = None if self.ranging else turn
        self.tell("move to the last turn, then T or D" if self.ranging else "dropped the range")

    def _turn(self) -> int | None:
        """The number of the turn in which the cursor stands, or which follows it; none before the cursor can be seen."""
        if self.is_waiting() or not self.is_in_sight(self.view.cursor, self.view.cursor + 1, "turn under the cursor"):
            return None
        turn = navigation.turn_near(self.transcript, self.view.cursor) if self.transcript else None
        if turn is None or self.transcript is None:
            self.tell("there is no turn at this place")
            return None
        return navigation.turn_number(self.transcript, turn.start)

    def _turns_of_range(self) -> int:
        if self._range_from is None or self.transcript is None:
            return 0
        return abs(navigation.turn_number(self.transcript, self.view.cursor) - self._range_from) + 1

    def _stretch(self) -> Span | None:
        """What is to be given away or taken out."""
        if self.selection is not None:
            in_sight = not self.is_waiting() and self.is_in_sight(*self.selection, "selection")
            return self.selection if in_sight else None
        turn = self._turn()
        if turn is None or self.transcript is None:
            return None
        first, last = sorted((turn, self._range_from if self._range_from is not None else turn))
        return self.transcript.turns[first].start, self.transcript.turns[last].end

    def _about(self, stretch: Span) -> str:
        """The stretch in words, for a question."""
        words = one_line(self.transcript.text[slice(*stretch)], 60) if self.transcript else ""
        turns = self._turns_of_range() if self.selection is None else 0
        return f"{format_count(turns, 'turn')} from “{words}”" if turns > 1 else f"“{words}”"

    @shows_errors
    def action_split_turn(self) -> None:
        """Splits the turn before the word at the cursor."""
        if self.transcript is None or self._turn() is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        at = navigation.word_begin(self.transcript, self.view.cursor)
        self._mend(lambda: transcript_edits.split_turn(self.study, self.key, at), "split the turn")

    @shows_errors
    def action_join_turn(self) -> None:
        """Joins the turn at the cursor and the next one."""
        turn = self._turn()
        if turn is None or self.transcript is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        at = self.transcript.turns[turn].start
        self._mend(lambda: transcript_edits.join_turns(self.study, self.key, at), "joined the turn and the next")

    @shows_errors
    def action_delete_words(self) -> None:
        """Takes the stretch out as no speech."""
        stretch = self._stretch()
        if stretch is None:
            return
        from needsseg.actions.transcripts import transcript_edits

        about = self._about(stretch)
        self._mend(
            lambda: transcript_edits.delete_words(self.study, self.key, *stretch), f"took out as no speech: {about}"
        )

    @shows_errors
    def action_give_words(self) -> None:
        """Asks who said the stretch, and gives it to them."""
        stretch = self._stretch()
        if stretch is None:
            return
        known = {row.label: row for row in interviews.speakers(self.study, self.key)}
        choices = [Choice(label, label or "unnamed speaker", row.role) for label, row in known.items()]
        by_name = {label.casefold(): label for label in known}

        def chosen(speaker: str | None) -> None:
            if speaker is None:
                return
            label = by_name.get(" ".join(speaker.split()).casefold(), speaker)
            if label in known:
                self._give(stretch, label, None)
            else:
                self._ask_role(stretch, label)

        question = f"Who says {self._about(stretch)}?"
        self.app.push_screen(Prompt(question, choices=choices, about="A new name makes a new speaker."), chosen)

    def _ask_role(self, stretch: Span, label: str) -> None:
        choices = [Choice(role, role) for role in sorted(get_args(Role), key=lambda role: role != "participant")]

        def chosen(role: str | None) -> None:
            found = next((known for known in get_args(Role) if known == role), None)
            if found is not None:
                self._give(stretch, label, found)

        self.app.push_screen(Prompt(f"What is {label}?", choices=choices, free=False), chosen)

    @shows_errors
    def _give(self, stretch: Span, label: str, role: Role | None) -> None:
        from needsseg.actions.transcripts import transcript_edits

        about = self._about(stretch)
        self._mend(
            lambda: transcript_edits.give_words(self.study, self.key, *stretch, label, role),
            f"{label or 'the unnamed speaker'} says {about} now",
        )

    def _mend(self, edit: Callable[[], EditReport], happened: str) -> None:
        """Carries an edit out, shows the place of it, and lists the passages that did not follow whole."""
        report = edit()
        self.forget_selection()
        self.forget_range()
        self.forget_find()
        if report.restored:
            happened += f", {format_count(len(report.restored), 'passage')} found a place again"
        if report.not_evidence:
            happened += f", {format_count(len(report.not_evidence), 'passage')} of no participant there now"
        self.done(happened)
        if report.turns:
            self.view.put_cursor(report.turns[-1].start if len(report.turns) < 3 else report.turns[1].start)
            self.view.reveal(report.turns[0].start, report.turns[0].start + 1)
        if report.lost or report.edited:
            from needsseg.tui.interviews.reimported import MendedSheet, Reimported

            edited = tuple((one.passage, one.before, one.after) for one in report.edited)
            result = Reimported(report.key, report.kept, edited, len(report.lost), ())
            self.app.push_screen(MendedSheet(self.study, result), self._after_sheet)

    def _after_sheet(self, place: Place | None) -> None:
        if place is not None:
            self.desk.wanted = place
        self.refresh_study()
