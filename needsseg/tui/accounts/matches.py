"""The dialog of participants and their accounts: automatic matches, open cases, and choices made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.accounts import accounts
from needsseg.records import AccountMatch
from needsseg.tui.keys.hints import key_hints, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.profile_pane import METHODS
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

OPEN = ("ambiguous", "similar_name", "unmatched")


class MatchesScreen(ModalScreen[None]):
    """A line a participant, open cases first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", id="matches.close"),
        Binding("enter", "choose", "choose an account", id="matches.choose", priority=True),
        Binding("a", "accept", "confirm the match shown", id="matches.accept"),
        Binding("x", "reject", "no account", id="matches.reject"),
        Binding("d", "unlink", "match automatically", id="matches.unlink"),
        Binding("j", "step(1)", "down", id="matches.down"),
        Binding("k", "step(-1)", "up", id="matches.up"),
    ]
    DEFAULT_CSS = """
    MatchesScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 96%; height: 92%; background: $surface; border: round $accent; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; padding: 0; }
      & Static { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, study: Study, names: Mapping[str, str]) -> None:
        super().__init__()
        self._study, self._names = study, names
        self._matches: list[AccountMatch] = []

    def compose(self) -> ComposeResult:
        """Yield the list and its keys."""
        with Vertical() as box:
            box.border_title = "Participants and their accounts"
            yield OptionList(id="matches", markup=False)
            yield Static(
                key_hints(
                    "{matches.choose} chooses · {matches.accept} confirms the match · {matches.reject} no "
                    "account · {matches.unlink} matches automatically · {matches.close} closes"
                ),
                markup=False,
            )

    def on_mount(self) -> None:
        """Show the matches."""
        self._reload()
        self.query_one(OptionList).focus()

    @shows_errors
    def _reload(self) -> None:
        participants = {person.key: person for person in accounts.participants(self._study)}
        matches = accounts.matches(self._study)
        self._matches = sorted(matches, key=lambda m: (m.method not in OPEN, m.participant))
        shown = self.query_one(OptionList)
        at = shown.highlighted
        shown.clear_options()
        for match in self._matches:
            person = participants.get(match.participant)
            shown.add_option(Option(self._line(match, person.name if person else "", person.company if person else "")))
        if not self._matches:
            shown.add_option(
                Option(
                    plain(with_keys("No participants yet: {go.interviews} {interviews.import} imports interviews.")),
                    disabled=True,
                )
            )
        shown.highlighted = min(at or 0, len(self._matches) - 1) if self._matches else None

    def _line(self, match: AccountMatch, name: str, company: str) -> Content:
        account = "no account" if match.method == "by_hand" else "?"
        candidates = ""
        if match.account_id is not None:
            account = self._account_name(match.account_id)
        elif match.candidates:
            candidates = f" · could be {', '.join(map(self._account_name, match.candidates))}"
        sign = plain("! " if match.method in OPEN else "  ", "bold")
        participant = plain((name or match.participant) + (f" · {company}" if company else ""), "bold")
        reason = plain(f"    {match.why or METHODS[match.method]}{candidates}", "dim")
        return lines([Content.assemble(sign, participant, plain(f"  →  {account}")), reason])

    def _account_name(self, account: str) -> str:
        name = self._names.get(account)
        return f"{name} ({account})" if name else account

    @property
    def _current_match(self) -> AccountMatch | None:
        at = self.query_one(OptionList).highlighted
        return self._matches[at] if at is not None and at < len(self._matches) else None

    def action_step(self, by: int) -> None:
        """Go up or down."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()

    @shows_errors
    def action_choose(self) -> None:
        """Offer the likely accounts; any other id may be typed."""
        match = self._current_match
        if match is not None:
            options = dict.fromkeys((*([match.account_id] if match.account_id else []), *match.candidates))
            choices = [Choice(account, self._account_name(account)) for account in options]
            self.app.push_screen(
                Prompt(
                    f"Which account is {match.participant}'s?",
                    choices=choices,
                    about=f"{match.why}. You can type any account id.",
                ),
                partial(self._link, match.participant),
            )

    @shows_errors
    def _link(self, participant: str, account: str | None) -> None:
        if account:
            accounts.link(self._study, participant, account)
            self._reload()

    @shows_errors
    def action_accept(self) -> None:
        """Confirm the matched account if there is exactly one; else offer a choice."""
        match = self._current_match
        if match is None:
            return
        account = match.account_id or (match.candidates[0] if len(match.candidates) == 1 else None)
        if account is None:
            self.app.bell()
            self.action_choose()
        else:
            accounts.link(self._study, match.participant, account)
            self._reload()

    @shows_errors
    def action_reject(self) -> None:
        """Set that the participant belongs to no account."""
        if self._current_match:
            accounts.link(self._study, self._current_match.participant, None)
            self._reload()

    @shows_errors
    def action_unlink(self) -> None:
        """Match the participant automatically again."""
        match = self._current_match
        if match is None:
            return
        if match.method != "by_hand":
            self.app.notify("no account was set by hand; matching stays automatic", markup=False)
            return
        accounts.unlink(self._study, match.participant)
        self._reload()
