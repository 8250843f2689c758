"""Participants: what is known of each, edited here, and the account that is theirs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.accounts import accounts
from needsseg.actions.transcripts import interviews, participants
from needsseg.errors import NeedssegError
from needsseg.records import AccountMatch, Participant
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.profile_pane import METHODS
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

FIELDS = {"name": "name", "email": "e-mail", "company": "company", "crm_id": "CRM id"}
# No account has an id that begins so: what an import reads is trimmed.
NOBODY, MATCHING = " none", " matching"
MOST_ACCOUNTS = 2000


class ParticipantsSheet(Sheet[Bookmark]):
    """A row a participant; enter gives the interview in which they speak."""

    TITLE = "Participants"
    KEYS = (
        "{participants.edit} edit · {participants.link} account · {participants.import} import a CSV · enter "
        "opens the interview · {sheet.undo} undo · {sheet.close} closes"
    )
    EMPTY = "No participants yet: {go.interviews} {interviews.import} imports interviews."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "edit attributes", id="participants.edit"),
        Binding("l", "link", "set the account", id="participants.link"),
        Binding("i", "import_file", "import a CSV", id="participants.import"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self.people: list[Participant] = []
        self._matches: dict[str, AccountMatch] = {}
        self._names: dict[str, str] = {}

    def reload(self) -> None:
        """Reads the participants, and how they are tied to accounts where there are any."""
        self.people = accounts.participants(self.study)
        self._matches, self._names = {}, {}
        try:
            if "accounts" in accounts.sources(self.study):
                self._names = {account.account_id: account.name for account in accounts.listing(self.study)}
                self._matches = {match.participant: match for match in accounts.matches(self.study)}
        finally:
            # Who they are can be read and edited though their accounts cannot.
            self.fill([self._row(who) for who in self.people])

    def state(self) -> str:
        """How many there are, and how many have an account."""
        tied = sum(match.account_id is not None for match in self._matches.values())
        return format_count(len(self.people), "participant") + (f", {tied} with an account" if self._names else "")

    @property
    def here(self) -> Participant | None:
        """The participant under the cursor."""
        return None if self.at is None else self.people[self.at]

    def _row(self, who: Participant) -> Content:
        known = " · ".join(filter(None, (who.company, who.email, f"CRM {who.crm_id}" if who.crm_id else "")))
        key = f"  ({one_line(who.key, 40)})" if who.key != who.name else ""
        head = Content.assemble(plain(one_line(who.name, 60), "bold"), plain(key, "dim"))
        rows = [
            head,
            plain(
                "  "
                + (
                    one_line(known, 160)
                    or with_keys("no company and no e-mail address yet: {participants.edit} adds them")
                )
            ),
        ]
        if self._names:
            rows.append(plain(f"  account: {self._tied(who.key)}"))
        if who.attributes:
            rows.append(plain("  " + one_line(" · ".join(f"{k} = {v}" for k, v in who.attributes.items()), 300), "dim"))
        return lines(rows)

    def _tied(self, key: str) -> str:
        match = self._matches.get(key)
        if match is None:
            return "none"
        how = METHODS[match.method]
        if match.account_id is not None:
            return f"{self._called(match.account_id)} ({'set by' if match.method == 'by_hand' else 'matched by'} {how})"
        if match.method == "by_hand":
            return "none (set by hand)"
        could = ", ".join(map(self._called, match.candidates))
        return f"none ({how}" + (
            f": {could}; {key_of('participants.link')} chooses)"
            if could
            else with_keys("; {participants.link} chooses)")
        )

    def _called(self, account: str) -> str:
        return self._names.get(account) or account

    def action_edit(self) -> None:
        """Asks what is edited, then for its value."""
        here = self.here
        if here is None:
            return
        choices = [Choice(field, words, getattr(here, field)) for field, words in FIELDS.items()]
        choices += [Choice(name, name, value) for name, value in here.attributes.items()]
        others = sorted({name for who in self.people for name in who.attributes} - set(here.attributes))
        choices += [Choice(name, name, "not set (others have it)") for name in others]
        self.app.push_screen(
            Prompt(
                f"Edit which attribute of {one_line(here.name, 60)}?",
                choices=choices,
                about="Any other name makes a new attribute.",
            ),
            partial(self._value, here),
        )

    def _value(self, who: Participant, field: str | None) -> None:
        if not field:
            return
        # Whoever types a field's words means the field, not an attribute of that name.
        field = next((name for name, words in FIELDS.items() if words.casefold() == field.casefold()), field)
        held = getattr(who, field) if field in FIELDS else who.attributes.get(field.lower(), "")
        shown = FIELDS.get(field, field)
        about = "A participant needs a name." if field == "name" else "Leave it empty to remove it."
        self.app.push_screen(
            Prompt(f"{shown} of {one_line(who.name, 60)}", value=held, about=about, empty=field != "name"),
            partial(self._set, who, field),
        )

    def _set(self, who: Participant, field: str, value: str | None) -> None:
        if value is None:
            return
        shown = FIELDS.get(field, field)
        happened = f"{shown} of {one_line(who.name, 40)}: {one_line(value, 40) or 'removed'}"
        self.attempt(happened, lambda: participants.change(self.study, who.key, {field: value}))

    def action_link(self) -> None:
        """Offers the accounts by name, those that fit first."""
        here = self.here
        if here is None:
            return
        try:
            held = {account.account_id: account for account in accounts.listing(self.study)}
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        match = self._matches.get(here.key)
        likely = [id_ for id_ in (match.candidates if match else ()) if id_ in held]
        order = dict.fromkeys((*likely, *sorted(held, key=lambda id_: (held[id_].name.casefold(), id_))))
        choices = [
            Choice(MATCHING, "match automatically", "removes the choice made by hand"),
            Choice(NOBODY, "no account", "they belong to none of them"),
        ]
        # Those that fit come before the two that are always there.
        offered = [Choice(id_, held[id_].name or id_, f"{held[id_].domain}  {id_}".strip()) for id_ in order]
        choices = [*offered[: len(likely)], *choices, *offered[len(likely) : MOST_ACCOUNTS]]
        about = (match.why if match else "") + (
            f" The first {MOST_ACCOUNTS:,} are listed; any account id may be typed."
            if len(offered) > MOST_ACCOUNTS
            else ""
        )
        self.app.push_screen(
            Prompt(f"Which account is {one_line(here.name, 60)}'s?", choices=choices, about=about.strip()),
            partial(self._link, here),
        )

    def _link(self, who: Participant, chosen: str | None) -> None:
        if not chosen:
            return
        name = one_line(who.name, 40)
        if chosen == MATCHING:
            self.attempt(f"{name} is matched automatically", lambda: accounts.unlink(self.study, who.key))
            return
        account = None if chosen == NOBODY else self._account(chosen)
        to = "no account" if account is None else self._called(account)
        self.attempt(f"{name} belongs to {to}", lambda: accounts.link(self.study, who.key, account))

    def _account(self, typed: str) -> str:
        """The account of a name or an id; a name that several have says nothing."""
        named = [id_ for id_, name in self._names.items() if name.casefold() == typed.casefold()]
        return named[0] if len(named) == 1 and typed not in self._names else typed

    def action_import_file(self) -> None:
        """Asks for a file with participants' attributes."""
        about = "The columns file, participant or email identify people; any other column becomes an attribute."
        self.app.push_screen(Prompt("Which CSV of participants?", path=True, about=about), self._import)

    def _import(self, path: str | None) -> None:
        if not path:
            return
        file = Path(path).expanduser()
        try:
            report = participants.import_participants(self.study, file)
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        left = [*(f"{row}: matches nobody in the study" for row in report.unmatched), *report.conflicts]
        took = f"took attributes of {format_count(len(report.updated), 'participant')} from {file.name}"
        self.done(took + (f", left out {format_count(len(left), 'row')}" if left else ""), undo=bool(report.updated))
        if left:
            from needsseg.tui.report import ReportScreen

            self.app.push_screen(ReportScreen("Rows left out", left))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        here = self.here
        if here is not None:
            spoken = [row.interview for row in interviews.speakers(self.study) if row.participant == here.key]
            if spoken:
                self.dismiss(Bookmark(spoken[0]))
