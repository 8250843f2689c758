"""Import accounts, usage, subscriptions and participants: ask for the file, confirm its columns, read it in a child."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.actions.accounts import QUESTIONS, UNITS, accounts
from needsseg.actions.accounts.account_sources import propose_mapping, without_password
from needsseg.actions.accounts.account_sources import tables as load_tables
from needsseg.actions.accounts.own_columns import OwnGiven
from needsseg.actions.transcripts.participants import import_participants
from needsseg.errors import NoHeaderError, UnknownKindError
from needsseg.text import format_count
from needsseg.tui.accounts.amounts import AmountQuestions
from needsseg.tui.accounts.mapping import Chosen, MappingScreen
from needsseg.tui.report import PARTLY
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.accounts.source_reports import MappingProposal
    from needsseg.tui.accounts.context import AccountsContext
    from needsseg.tui.child import Outcome

PEOPLE = "participants"
TENURE = "tenure"
MOST_REJECTS = 100
MOST_EMPTIED = 20
LEFT_OUT = {"duplicates": "repeats left out", "dropped": "deleted or merged records left out"}


@dataclass(frozen=True, slots=True)
class Reading:
    """An import: the path as given, the kind of rows, the table of a database, and what was asked of the file.

    ``has_header`` is whether its first row names columns, ``tenure`` what its tenures mean.
    """

    path: str
    kind: str
    table: str = ""
    has_header: bool | None = None
    tenure: tuple[tuple[str, str], ...] = ()


def import_lines(result: dict[str, Any]) -> list[str]:
    """Return the report of an import, a line each: counts that add up, refused files and rows, their list, warnings."""
    rejected = result.get("rejected", [])
    words_of = LEFT_OUT | ({"dropped": "rows without a use left out"} if result.get("kind") == "events" else {})
    counts = [f"{result[key]:,} {words}" for key, words in words_of.items() if result.get(key)]
    counts += [f"{format_count(len(rejected), 'row')} refused"] if rejected else []
    rows_read = f"{result.get('rows', 0):,} read"
    rows = [f"of {format_count(result.get('read', 0), 'row')}: {', '.join([rows_read, *counts])}"] if counts else []
    rows += [f"{file} cannot be read: {reason}" for file, reason in result.get("refused", [])]
    rows += [f"{file} was imported before; nothing changed" for file in result.get("unchanged", [])]
    several = result.get("files", 1) > 1
    rows += [
        f"{r['file'] + ', ' if several else ''}row {r['row']}, {r['column']}: “{one_line(str(r['value']), 40)}” {r['reason']}"
        for r in rejected[:MOST_REJECTS]
    ]
    if len(rejected) > MOST_REJECTS:
        rows.append(f"and {len(rejected) - MOST_REJECTS:,} more rows")
    emptied = result.get("emptied", [])
    rows += [
        f"row {r['row']}, {r['column']}: “{one_line(str(r['value']), 40)}” {r['reason']}"
        for r in emptied[:MOST_EMPTIED]
    ]
    rows += [f"All refused rows are in {result['rejects_file']}"] if rejected else []
    return rows + [str(warning) for warning in result.get("warnings", [])]


class AccountImport:
    """Import one file, folder, pattern or database."""

    def __init__(self, context: AccountsContext) -> None:
        self.context = context
        self._questions = AmountQuestions(context)

    def ask_file(self) -> None:
        """Ask for a file, a folder, a pattern, or a database."""
        self.context.push(
            Prompt(
                "Import accounts, usage, subscriptions or participants from where?",
                path=True,
                about="CSV, Excel, Parquet, JSON lines, gzip or zip; a pattern like usage/*.csv; SQLite or DuckDB; postgresql://…",
            ),
            self._propose,
        )

    @shows_errors
    def _propose(
        self,
        path: str | None,
        kind: str | None = None,
        table: str = "",
        has_header: bool | None = None,
        tenure: tuple[tuple[str, str], ...] = (),
    ) -> None:
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
                lambda chosen: self._propose(path, kind, chosen, has_header) if chosen else None,
            )
            return
        try:
            proposal = propose_mapping(
                self.context.study, path, kind, table=table, has_header=has_header, amounts=dict(tenure)
            )
        except NoHeaderError as error:
            self._ask_header(error.message, lambda answer: self._propose(path, kind, table, answer))
            return
        except UnknownKindError as error:
            if kind is not None:
                raise
            kinds = [Choice(name, name) for name in (PEOPLE, *accounts.KINDS)]
            self.context.push(
                Prompt(f"What is in {Path(path).name}?", choices=kinds, about=error.message, free=False),
                lambda chosen: self._propose(path, chosen, table, has_header) if chosen is not None else None,
            )
            return
        if proposal.asks:
            self._ask_tenure(
                proposal, lambda answers: self._propose(path, kind, table, has_header, (*tenure, *answers))
            )
            return
        read_as = TENURE if proposal.with_accounts else proposal.kind
        self._show_mapping(Reading(path, read_as, table, has_header, tenure), proposal)

    def _ask_tenure(self, proposal: MappingProposal, then: Callable[[tuple[tuple[str, str], ...]], None]) -> None:
        """Ask what is open of tenures, one question; the next proposal asks for what remains."""
        question = proposal.asks[0]
        about = f"{proposal.columns['tenure']} says how long somebody has been a customer"
        units = [Choice(unit, unit) for unit in UNITS]
        prompt = (
            Prompt("Until which day do tenures count?", about=f"{about}. Write the day as 2026-06-30.")
            if question == QUESTIONS[0]
            else Prompt("In which unit are tenures?", choices=units, about=about, free=False)
        )
        self.context.push(prompt, lambda answer: then(((question, answer.strip()),)) if answer else None)

    def _ask_header(self, about: str, then: Callable[[bool], None]) -> None:
        choices = [
            Choice("data", "data", "columns are called column 1, column 2 and so on"),
            Choice("names", "names of the columns"),
        ]
        self.context.push(
            Prompt("What is in the first row?", choices=choices, about=about, free=False),
            lambda chosen: then(chosen == "names") if chosen is not None else None,
        )

    def _without_password(self, path: str) -> str:
        """Return a server's address without its password, which is passed to its client in the environment, never stored."""
        shown, password = without_password(path)
        if password:
            os.environ["PGPASSWORD"] = password
        return shown

    def _show_mapping(
        self, reading: Reading, proposal: MappingProposal, chosen: Chosen | None = None, wrong: str = ""
    ) -> None:
        def propose(columns: dict[str, str], dates: dict[str, str], own: OwnGiven) -> MappingProposal:
            all_columns = dict.fromkeys(proposal.fields, "") | columns
            return propose_mapping(
                self.context.study, reading.path, reading.kind, table=reading.table, columns=all_columns, dates=dates,
                has_header=reading.has_header, amounts=dict(reading.tenure), own=own,
            )  # fmt: skip

        self.context.push(
            MappingScreen(proposal.file, proposal, propose, chosen, wrong), partial(self._import, reading, proposal)
        )

    def _import(self, reading: Reading, proposal: MappingProposal, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        all_columns = dict.fromkeys(proposal.fields, "") | chosen.columns
        options = [part for name, column in all_columns.items() for part in ("--map", f"{name}={column}")]
        options += [part for name, form in chosen.dates.items() for part in ("--dates", f"{name}={form}")]
        options += [part for name, type_ in chosen.types.items() for part in ("--column-type", f"{name}={type_}")]
        options += [part for name in chosen.dropped for part in ("--drop-column", name)]
        options += ["--table", reading.table] if reading.table else []
        options += ["--add"] if chosen.add else []
        if reading.has_header is not None:
            options.append("--header" if reading.has_header else "--no-header")
        options += [part for name, answer in reading.tenure for part in (f"--{name.replace('_', '-')}", answer)]
        self.context.run_verb(
            f"Reading {proposal.file}",
            partial(self._imported, reading, proposal, chosen),
            ["accounts", "import", "--kind", reading.kind, *options, "--json", "--", reading.path],
        )

    @shows_errors
    def _imported(self, reading: Reading, proposal: MappingProposal, chosen: Chosen, outcome: Outcome) -> None:
        if outcome.code not in (0, PARTLY):
            # Keep the choices, to be changed: a date format may fail only near the end of the file.
            self._show_mapping(reading, proposal, chosen, self.context.worded(failure(outcome)))
            return
        result = outcome.result if isinstance(outcome.result, dict) else {}
        self._questions.ask_open(result, partial(self._report, result))

    def _report(self, result: dict[str, Any]) -> None:
        rejected = result.get("rejected", [])
        title = f"read {result.get('rows', 0):,} {result.get('kind', 'rows')} from {result.get('file', 'the file')}"
        self.context.done(title + (f", refused {format_count(len(rejected), 'row')}" if rejected else ""))
        if rows := import_lines(result):
            self.context.show_report(title, rows)

    def _import_people(self, file: Path) -> None:
        report = import_participants(self.context.study, file)
        self.context.done(f"updated {format_count(len(report.updated), 'participant')} from {file.name}")
        if rejected_rows := [*(f"{row}: matches nobody in the study" for row in report.unmatched), *report.conflicts]:
            self.context.show_report("Rows left out", rejected_rows)
