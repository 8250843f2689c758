"""The sheet of participants: their attributes, which can be edited, and each one's account."""

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
# No account id begins with a space: an import trims ids.
NOBODY, MATCHING = " none", " matching"
MOST_ACCOUNTS = 2000


class ParticipantsSheet(Sheet[Bookmark]):
    """A row a participant; enter opens an interview in which they speak."""

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
        """Read the participants, and their accounts where the study has any."""
        self.people = accounts.participants(self.study)
        self._matches, self._names = {}, {}
        try:
            if "accounts" in accounts.sources(self.study):
                self._names = {account.account_id: account.name for account in accounts.listing(self.study)}
                self._matches = {match.participant: match for match in accounts.matches(self.study)}
        finally:
            # Participants can be read and edited although their accounts cannot.
            self.fill([self._row(participant) for participant in self.people])

    def state(self) -> str:
        """Return how many participants there are, and how many have an account."""
        matched = sum(match.account_id is not None for match in self._matches.values())
        return format_count(len(self.people), "participant") + (f", {matched} with an account" if self._names else "")

    @property
    def current_participant(self) -> Participant | None:
        """The participant under the cursor."""
        return None if self.at is None else self.people[self.at]

    def _row(self, participant: Participant) -> Content:
        details = " · ".join(
            filter(
                None,
                (participant.company, participant.email, f"CRM {participant.crm_id}" if participant.crm_id else ""),
            )
        )
        key = f"  ({one_line(participant.key, 40)})" if participant.key != participant.name else ""
        head = Content.assemble(plain(one_line(participant.name, 60), "bold"), plain(key, "dim"))
        rows = [
            head,
            plain(
                "  "
                + (
                    one_line(details, 160)
                    or with_keys("no company and no e-mail address yet: {participants.edit} adds them")
                )
            ),
        ]
        if self._names:
            rows.append(plain(f"  account: {self._account_words(participant.key)}"))
        if participant.attributes:
            rows.append(
                plain("  " + one_line(" · ".join(f"{k} = {v}" for k, v in participant.attributes.items()), 300), "dim")
            )
        return lines(rows)

    def _account_words(self, key: str) -> str:
        match = self._matches.get(key)
        if match is None:
            return "none"
        method = METHODS[match.method]
        if match.account_id is not None:
            return f"{self._account_name(match.account_id)} ({'set by' if match.method == 'by_hand' else 'matched by'} {method})"
        if match.method == "by_hand":
            return "none (set by hand)"
        candidates = ", ".join(map(self._account_name, match.candidates))
        return f"none ({method}" + (
            f": {candidates}; {key_of('participants.link')} chooses)"
            if candidates
            else with_keys("; {participants.link} chooses)")
        )

    def _account_name(self, account: str) -> str:
        return self._names.get(account) or account

    def action_edit(self) -> None:
        """Ask which attribute to edit, then for its value."""
        current_participant = self.current_participant
        if current_participant is None:
            return
        choices = [Choice(field, words, getattr(current_participant, field)) for field, words in FIELDS.items()]
        choices += [Choice(name, name, value) for name, value in current_participant.attributes.items()]
        others = sorted(
            {name for each in self.people for name in each.attributes} - set(current_participant.attributes)
        )
        choices += [Choice(name, name, "not set (others have it)") for name in others]
        self.app.push_screen(
            Prompt(
                f"Edit which attribute of {one_line(current_participant.name, 60)}?",
                choices=choices,
                about="Any other name makes a new attribute.",
            ),
            partial(self._value, current_participant),
        )

    def _value(self, participant: Participant, field: str | None) -> None:
        if not field:
            return
        # Typing a field's label means the field, not an attribute of that name.
        field = next((name for name, words in FIELDS.items() if words.casefold() == field.casefold()), field)
        current = getattr(participant, field) if field in FIELDS else participant.attributes.get(field.lower(), "")
        label = FIELDS.get(field, field)
        about = "A participant needs a name." if field == "name" else "Leave it empty to remove it."
        self.app.push_screen(
            Prompt(f"{label} of {one_line(participant.name, 60)}", value=current, about=about, empty=field != "name"),
            partial(self._set, participant, field),
        )

    def _set(self, participant: Participant, field: str, value: str | None) -> None:
        if value is None:
            return
        label = FIELDS.get(field, field)
        happened = f"{label} of {one_line(participant.name, 40)}: {one_line(value, 40) or 'removed'}"
        self.attempt(happened, lambda: participants.change(self.study, participant.key, {field: value}))

    def action_link(self) -> None:
        """Offer the accounts by name, likely ones first."""
        current_participant = self.current_participant
        if current_participant is None:
            return
        try:
            by_id = {account.account_id: account for account in accounts.listing(self.study)}
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        match = self._matches.get(current_participant.key)
        likely = [id_ for id_ in (match.candidates if match else ()) if id_ in by_id]
        order = dict.fromkeys((*likely, *sorted(by_id, key=lambda id_: (by_id[id_].name.casefold(), id_))))
        choices = [
            Choice(MATCHING, "match automatically", "removes the choice made by hand"),
            Choice(NOBODY, "no account", "they belong to none of them"),
        ]
        # Likely accounts come before the two standing choices.
        accounts_offered = [Choice(id_, by_id[id_].name or id_, f"{by_id[id_].domain}  {id_}".strip()) for id_ in order]
        choices = [*accounts_offered[: len(likely)], *choices, *accounts_offered[len(likely) : MOST_ACCOUNTS]]
        about = (match.why if match else "") + (
            f" The first {MOST_ACCOUNTS:,} are listed; any account id may be typed."
            if len(accounts_offered) > MOST_ACCOUNTS
            else ""
        )
        self.app.push_screen(
            Prompt(
                f"Which account is {one_line(current_participant.name, 60)}'s?", choices=choices, about=about.strip()
            ),
            partial(self._link, current_participant),
        )

    def _link(self, participant: Participant, answer: str | None) -> None:
        if not answer:
            return
        name = one_line(participant.name, 40)
        if answer == MATCHING:
            self.attempt(f"{name} is matched automatically", lambda: accounts.unlink(self.study, participant.key))
            return
        account = None if answer == NOBODY else self._account(answer)
        account_name = "no account" if account is None else self._account_name(account)
        self.attempt(f"{name} belongs to {account_name}", lambda: accounts.link(self.study, participant.key, account))

    def _account(self, typed: str) -> str:
        """Return the account id for a typed name or id; a name of several accounts is taken as an id."""
        named = [id_ for id_, name in self._names.items() if name.casefold() == typed.casefold()]
        return named[0] if len(named) == 1 and typed not in self._names else typed

    def action_import_file(self) -> None:
        """Ask for a file with participants' attributes."""
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
        rejected = [*(f"{row}: matches nobody in the study" for row in report.unmatched), *report.conflicts]
        summary = f"updated {format_count(len(report.updated), 'participant')} from {file.name}"
        self.done(
            summary + (f", left out {format_count(len(rejected), 'row')}" if rejected else ""),
            undo=bool(report.updated),
        )
        if rejected:
            from needsseg.tui.report import ReportScreen

            self.app.push_screen(ReportScreen("Rows left out", rejected))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        current_participant = self.current_participant
        if current_participant is not None:
            keys = [
                row.interview for row in interviews.speakers(self.study) if row.participant == current_participant.key
            ]
            if keys:
                self.dismiss(Bookmark(keys[0]))
