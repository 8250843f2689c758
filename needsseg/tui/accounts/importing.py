"""Files of accounts, usage, subscriptions and participants: asked for, their columns shown, then read in a child."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.account_sources import propose_mapping, without_password
from needsseg.actions.accounts.account_sources import tables as load_tables
from needsseg.actions.transcripts.participants import import_participants
from needsseg.errors import TableError
from needsseg.text import format_count
from needsseg.tui.accounts.mapping import Chosen, MappingScreen
from needsseg.tui.report import PARTLY
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.accounts.account_sources import MappingProposal
    from needsseg.tui.accounts.context import AccountsContext
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


def import_lines(found: dict[str, Any]) -> list[str]:
    """The lines that report an import: counts that add up, refused files, refused rows, where they are listed, warnings."""
    rejected = found.get("rejected", [])
    left = [f"{found[key]:,} {words}" for key, words in LEFT_OUT if found.get(key)]
    left += [f"{format_count(len(rejected), 'row')} refused"] if rejected else []
    rows = f"{found.get('rows', 0):,} read"
    said = [f"of {format_count(found.get('read', 0), 'row')}: {', '.join([rows, *left])}"] if left else []
    said += [f"{file} cannot be read: {reason}" for file, reason in found.get("refused", [])]
    said += [f"{file} was imported before; nothing changed" for file in found.get("unchanged", [])]
    several = found.get("files", 1) > 1
    said += [
        f"{r['file'] + ', ' if several else ''}row {r['row']}, {r['column']}: “{one_line(str(r['value']), 40)}” {r['reason']}"
        for r in rejected[:MOST_REJECTS]
    ]
    if len(rejected) > MOST_REJECTS:
        said.append(f"and {len(rejected) - MOST_REJECTS:,} more rows")
    said += [f"All refused rows are in {found['rejects_file']}"] if rejected else []
    return said + [str(warning) for warning in found.get("warnings", [])]


class AccountImport:
    """Import one file, folder, pattern or database."""

    def __init__(self, context: AccountsContext) -> None:
        self.context = context

    def ask_file(self) -> None:
        """Asks for a file, a folder, a pattern, or a database."""
        self.context.push(
            Prompt(
                "Import accounts, usage, subscriptions or participants from where?",
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
        if not table and len(tables := load_tables(self.context.study, path)) > 1:
            choices = [Choice(name, name) for name in tables]
            self.context.push(
                Prompt(f"Which table of {Path(path).name}?", choices=choices, free=False),
                lambda chosen: self._propose(path, kind, chosen) if chosen else None,
            )
            return
        try:
            proposal = propose_mapping(self.context.study, path, kind, table=table)
        except TableError as error:
            if kind is not None or "can be told from its columns" not in error.message:
                raise
            kinds = [Choice(name, name) for name in (PEOPLE, *accounts.KINDS)]
            self.context.push(
                Prompt(f"What is in {Path(path).name}?", choices=kinds, about=error.message, free=False),
                lambda chosen: self._propose(path, chosen, table) if chosen is not None else None,
            )
            return
        self._show_mapping(Reading(path, proposal.kind, table), proposal)

    def _without_password(self, path: str) -> str:
        """A server's address without its password, which goes where its client looks for one, and is stored nowhere."""
        shown, password = without_password(path)
        if password:
            os.environ["PGPASSWORD"] = password
        return shown

    def _show_mapping(
        self, reading: Reading, proposal: MappingProposal, chosen: Chosen | None = None, wrong: str = ""
    ) -> None:
        def again(columns: dict[str, str], dates: dict[str, str]) -> MappingProposal:
            said = dict.fromkeys(proposal.fields, "") | columns
            return propose_mapping(
                self.context.study, reading.path, reading.kind, table=reading.table, columns=said, dates=dates
            )

        self.context.push(
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
        self.context.run_verb(
            f"Reading {proposal.file}",
            partial(self._imported, reading, proposal, chosen),
            ["accounts", "import", "--kind", proposal.kind, *pairs, "--json", "--", reading.path],
        )

    @shows_errors
    def _imported(self, reading: Reading, proposal: MappingProposal, chosen: Chosen, outcome: Outcome) -> None:
        if outcome.code not in (0, PARTLY):
            # What a person decided stays, and can be changed: how a column of dates is written may only show at its end.
            self._show_mapping(reading, proposal, chosen, self.context.worded(failure(outcome)))
            return
        found = outcome.result if isinstance(outcome.result, dict) else {}
        rejected = found.get("rejected", [])
        title = f"read {found.get('rows', 0):,} {found.get('kind', 'rows')} from {found.get('file', 'the file')}"
        self.context.done(title + (f", refused {format_count(len(rejected), 'row')}" if rejected else ""))
        if said := import_lines(found):
            self.context.show_report(title, said)

    def _import_people(self, file: Path) -> None:
        report = import_participants(self.context.study, file)
        self.context.done(f"took attributes of {format_count(len(report.updated), 'participant')} from {file.name}")
        if left := [*(f"{row}: matches nobody in the study" for row in report.unmatched), *report.conflicts]:
            self.context.show_report("Rows left out", left)
