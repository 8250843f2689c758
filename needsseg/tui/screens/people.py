"""Participants and their primary needs: which segment, with what share, or why it is undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions import accounts, interviews, segments
from needsseg.tui.widgets.evidence_words import bar
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.studies import Study


class PeopleScreen(ModalScreen[str | None]):
    """A line a participant; enter gives the interview in which they speak."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,p,q", "dismiss(None)", "close", id="people.close"),
        Binding("j", "step(1)", "down", id="people.down"),
        Binding("k", "step(-1)", "up", id="people.up"),
    ]
    DEFAULT_CSS = """
    PeopleScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 100; max-width: 96%; height: 90%; background: $surface; border: round $primary; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; padding: 0; }
      & Static { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self._study = study
        self._interviews: list[str] = []

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with Vertical() as box:
            box.border_title = "Primary needs"
            yield OptionList(id="people", markup=False)
            yield Static("among named and confirmed segments · enter opens the interview · esc closes", markup=False)

    def on_mount(self) -> None:
        """One line a participant, who has two where it matters why."""
        names = {person.key: person for person in accounts.participants(self._study)}
        spoke = {row.participant: row.interview for row in interviews.speakers(self._study) if row.participant}
        shown = self.query_one(OptionList)
        for need in segments.participants(self._study):
            person = names.get(need.participant)
            verdict = need.segment or "undecided"
            total = sum(need.counts.values())
            shares = [
                plain(f"    {bar(count / total)} {count / total:>4.0%}  {name} ({count})")
                for name, count in sorted(need.counts.items(), key=lambda item: -item[1])
            ]
            share = f" {need.share:.0%}" if need.segment else ""
            company = f" ({person.company})" if person and person.company else ""
            key = f" · {need.participant}" if person and person.name != need.participant else ""
            who = Content.assemble(plain(person.name if person else need.participant, "bold"), plain(company + key))
            what = plain(f"{verdict}{share}", "bold" if need.segment else "italic")
            why = plain(f"    {need.why}", "dim")
            shown.add_option(Option(lines([Content.assemble(who, plain("  →  "), what), *shares, why])))
            self._interviews.append(spoke.get(need.participant, ""))
        if not self._interviews:
            shown.add_option(Option(plain("No participants yet."), disabled=True))
        shown.highlighted = 0
        shown.focus()

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._interviews[event.option_index] or None)

    def action_step(self, by: int) -> None:
        """Goes up or down."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()
