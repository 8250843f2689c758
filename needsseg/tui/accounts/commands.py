"""What an analyst does on the accounts screen: import, match, export, and reading the quotes behind a label."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.accounts import AccountProfile, MappingProposal
from needsseg.actions.segments import segments
from needsseg.errors import TableError
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.stack.profiles import StackDesk
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needsseg.records import AccountMatch
    from needsseg.tui.accounts.mapping import Chosen
    from needsseg.tui.child import Outcome

PEOPLE = "participants"
MOST_REJECTS = 100
LEFT_OUT = (("duplicates", "repeats left out"), ("dropped", "deleted or merged records left out"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What is being imported: the path as given, its kind, and the table where it is a database."""

    path: str
    kind: str
    table: str = ""


def _told_of(found: dict[str, Any]) -> list[str]:
    """The lines that report an import: counts that add up, refused files, refused rows, where they are listed, warnings."""
    rejected = found.get("rejected", [])
    left = [f"{found[key]:,} {words}" for key, words in LEFT_OUT if found.get(key)]
    left += [f"{format_count(len(rejected), 'row')} refused"] if rejected else []
    rows = f"{found.get('rows', 0):,} read"
    said = [f"of {format_count(found.get('read', 0), 'row')}: {', '.join([rows, *left])}"] if left else []
    said += [f"{file} cannot be read: {reason}" for file, reason in found.get("refused", [])]
    said += [f"{file} is there already; it changes nothing" for file in found.get("unchanged", [])]
    several = found.get("files", 1) > 1
    said += [
        f"{r['file'] + ', ' if several else ''}row {r['row']}, {r['column']}: “{one_line(str(r['value']), 40)}” {r['reason']}"
        for r in rejected[:MOST_REJECTS]
    ]
    if len(rejected) > MOST_REJECTS:
        said.append(f"and {len(rejected) - MOST_REJECTS:,} more rows")
    said += [f"All refused rows are in {found['rejects_file']}"] if rejected else []
    return said + [str(warning) for warning in found.get("warnings", [])]


class AccountVerbs(StackDesk):
    """The verbs; the screen holds the profiles."""

    if TYPE_CHECKING:  # the screen's own

        @property
        def account(self) -> AccountProfile | None:
            """The account under the cursor."""

        @property
        def matched(self) -> Sequence[AccountMatch]:
            """How participants are tied to accounts, as the profiles were computed with."""

        def names(self) -> dict[str, str]:
            """Names by account id."""

    def action_import_file(self) -> None:
        """Asks for a file, a folder, a pattern, or a database."""
        self.app.push_screen(
            Prompt(
                "Import which file or folder of accounts, usage, subscriptions or participants?",
                path=True,
                about="CSV, Parquet, JSON lines, gzip or zip; a pattern like usage/*.csv; SQLite or DuckDB; postgresql://…",
            ),
            self._propose,
        )

    @shows_errors
    def _propose(self, path: str | None, kind: str | None = None, table: str = "") -> None:
        if not path:
            return
        path = self._without_password(path)
        if kind == PEOPLE:
            self._import_people(Path(path).expanduser())
            return
        if not table and len(tables := accounts.tables(self.study, path)) > 1:
            choices = [Choice(name, name) for name in tables]
            self.app.push_screen(
                Prompt(f"Which table of {Path(path).name}?", choices=choices, free=False),
                lambda chosen: self._propose(path, kind, chosen) if chosen else None,
            )
            return
        try:
            proposal = accounts.propose_mapping(self.study, path, kind, table=table)
        except TableError as error:
            if kind is not None or "can be told from its columns" not in error.message:
                raise
            kinds = [Choice(name, name) for name in (PEOPLE, *accounts.KINDS)]
            self.app.push_screen(
                Prompt(f"What is in {Path(path).name}?", choices=kinds, about=error.message, free=False),
                lambda chosen: self._propose(path, chosen, table) if chosen is not None else None,
            )
            return
        self._show_mapping(Reading(path, proposal.kind, table), proposal)

    def _without_password(self, path: str) -> str:
        """A server's address without its password, which goes where its client looks for one, and is stored nowhere."""
        shown, password = accounts.without_password(path)
        if password:
            os.environ["PGPASSWORD"] = password
        return shown

    def _show_mapping(
        self, reading: Reading, proposal: MappingProposal, chosen: Chosen | None = None, wrong: str = ""
    ) -> None:
        from needsseg.tui.accounts.mapping import MappingScreen

        def again(columns: dict[str, str], dates: dict[str, str]) -> MappingProposal:
            said = dict.fromkeys(proposal.fields, "") | columns
            return accounts.propose_mapping(
                self.study, reading.path, reading.kind, table=reading.table, columns=said, dates=dates
            )

        self.app.push_screen(
            MappingScreen(proposal.file, proposal, again, chosen, wrong), partial(self._import, reading, proposal)
        )

    def _import(self, reading: Reading, proposal: MappingProposal, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        said = dict.fromkeys(proposal.fields, "") | chosen.columns
        pairs = [part for name, column in said.items() for part in ("--map", f"{name}={column}")]
        pairs += [part for name, form in chosen.dates.items() for part in ("--dates", f"{name}={form}")]
        pairs += ["--table", reading.table] if reading.table else []
        pairs += ["--add"] if chosen.add else []
        self.run_verb(
            f"Reading {proposal.file}",
            partial(self._imported, reading, proposal, chosen),
            ["accounts", "import", "--kind", proposal.kind, *pairs, "--json", "--", reading.path],
        )

    @shows_errors
    def _imported(self, reading: Reading, proposal: MappingProposal, chosen: Chosen, outcome: Outcome) -> None:
        from needsseg.tui.report import PARTLY, ReportScreen
        from needsseg.tui.widgets.progress import failure

        if outcome.code not in (0, PARTLY):
            # What a person decided stays, and can be changed: how a column of dates is written may only show at its end.
            self._show_mapping(reading, proposal, chosen, worded(failure(outcome), self.app))
            return
        found = outcome.result if isinstance(outcome.result, dict) else {}
        rejected = found.get("rejected", [])
        title = f"read {found.get('rows', 0):,} {found.get('kind', 'rows')} from {found.get('file', 'the file')}"
        self.done(title + (f", refused {format_count(len(rejected), 'row')}" if rejected else ""))
        if said := _told_of(found):
            self.app.push_screen(ReportScreen(title, said))

    def _import_people(self, file: Path) -> None:
        from needsseg.tui.report import ReportScreen

        report = accounts.import_participants(self.study, file)
        self.done(f"took attributes of {format_count(len(report.updated), 'participant')} from {file.name}")
        if left := [*(f"{row}: names nobody in the study" for row in report.unmatched), *report.conflicts]:
            self.app.push_screen(ReportScreen("Rows that were left out", left))

    @shows_errors
    def action_matches(self) -> None:
        """Shows how participants are tied to accounts."""
        from needsseg.tui.accounts.matches import MatchesScreen

        accounts.stack_files(self.study)
        if self.computing:
            self.tell("profiles are being computed; try again in a moment")
            return
        self.app.push_screen(MatchesScreen(self.study, self.names()), lambda _: self.refresh_study())

    def action_export(self) -> None:
        """Asks for a format and a file."""
        if self.as_of is None:
            self.tell("there is nothing to export yet: i imports accounts")
            return
        from needsseg.actions.exchange.export import is_of_one_segment, targets

        choices = [Choice(name, name) for name in targets() if not is_of_one_segment(name)]
        self.app.push_screen(Prompt("Export the labelled accounts as", choices=choices, free=False), self._export_where)

    def _export_where(self, chosen: str | None) -> None:
        from needsseg.actions.exchange.export import file_name

        if chosen is not None and self.as_of is not None:
            value = str(self.study.path.parent / file_name(chosen, self.as_of))
            about = "An earlier export of that name is replaced. A manifest is written beside it."
            self.app.push_screen(
                Prompt("Into which file?", value=value, path=True, about=about), partial(self._export, chosen)
            )

    @shows_errors
    def _export(self, chosen: str, path: str | None) -> None:
        from needsseg.actions.exchange.export import export

        if path and self.as_of is not None:
            report = export(self.study, chosen, Path(path).expanduser(), self.as_of)
            self.tell(f"wrote {format_count(report.rows, 'account')} to {report.path}, and {report.manifest.name}")

    def action_open(self) -> None:
        """Opens the account under the cursor; a quote or an interview chosen there opens in its transcript."""
        from needsseg.tui.accounts.page import AccountPageSheet

        if self.try_again():
            return
        here = self.account
        if here is None or self.as_of is None:
            self.tell("profiles are being computed; try again in a moment" if self.computing else "no account to open")
            return
        self.app.push_screen(
            AccountPageSheet(self.study, here.account_id, self.as_of, here),
            lambda place: self.desk.open_place(place, "accounts") if place else self.refresh_study(),
        )

    @shows_errors
    def action_quotes(self) -> None:
        """Offers the quotes behind the account's label; the one chosen opens in its transcript."""
        here = self.account
        if here is None:
            return
        people = {m.participant for m in self.matched if m.account_id == here.account_id}
        voices = self._voices(people)
        names = {here.needs_segment, *here.contested} - {""}
        quotes = [
            (row.name, passage)
            for row in segments.listing(self.study)
            if row.name in names
            for passage, _ in segments.evidence(self.study, row.id).passages
            if (passage.interview, passage.speaker) in voices
        ]
        if not quotes:
            self.tell(
                "no interview stands behind this account"
                if not people
                else "none of their passages lies in its segment"
            )
            return
        choices = [Choice(str(p.id), one_line(p.quote, 120), f"{p.speaker} · {name}") for name, p in quotes]
        where = {str(p.id): p for _, p in quotes}
        self.app.push_screen(
            Prompt(
                f"{format_count(len(quotes), 'quote')} behind {here.name or here.account_id}",
                choices=choices,
                free=False,
            ),
            lambda chosen: (
                self.desk.open_passage(where[chosen].interview, where[chosen].id, "accounts") if chosen else None
            ),
        )

    def _voices(self, people: set[str]) -> set[tuple[str, str]]:
        from needsseg.actions.transcripts import interviews

        return {(row.interview, row.label) for row in interviews.speakers(self.study) if row.participant in people}
