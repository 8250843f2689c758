"""What an analyst does on the accounts screen: import, match, export, and reading the quotes behind a label."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions import accounts, segments
from needsseg.actions.accounts import AccountProfile, MappingProposal
from needsseg.errors import TableError
from needsseg.tui.screens.base import StudyScreen, told
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import counted, one_line

if TYPE_CHECKING:
    from needsseg.tui.child import Outcome

PEOPLE = "participants"
MOST_REJECTS = 100
LEFT_OUT = (("duplicates", "repeats left out"), ("dropped", "deleted or merged records left out"))


class AccountVerbs(StudyScreen):
    """The verbs; the screen holds the profiles."""

    def __init__(self) -> None:
        super().__init__()
        self.as_of: date | None = None
        self.computing = False

    if TYPE_CHECKING:  # the screen's own

        @property
        def account(self) -> AccountProfile | None:
            """The account under the cursor."""

        def names(self) -> dict[str, str]:
            """Names by account id."""

    def action_import_file(self) -> None:
        """Asks for a file."""
        self.app.push_screen(
            Prompt("Import which file of accounts, usage, subscriptions or participants?", path=True), self._propose
        )

    @told
    def _propose(self, path: str | None, kind: str | None = None) -> None:
        if not path:
            return
        file = Path(path).expanduser()
        if kind == PEOPLE:
            self._import_people(file)
            return
        try:
            proposal = accounts.propose_mapping(self.study, file, kind)
        except TableError as error:
            if kind is not None or not file.is_file():
                raise
            if "text file" in error.message or "UTF" in error.message:
                raise
            kinds = [Choice(name, name) for name in (PEOPLE, *accounts.KINDS)]
            about = f"{error.message}"
            self.app.push_screen(
                Prompt(f"What is in {file.name}?", choices=kinds, about=about, free=False),
                lambda chosen: self._kind(path, chosen),
            )
            return
        self._show_mapping(file, proposal)

    def _kind(self, path: str, kind: str | None) -> None:
        if kind is not None:
            self._propose(path, kind)

    def _show_mapping(self, file: Path, proposal: MappingProposal) -> None:
        from needsseg.tui.screens.mapping import MappingScreen

        self.app.push_screen(MappingScreen(file.name, proposal), partial(self._import, file, proposal))

    def _import(self, file: Path, proposal: MappingProposal, columns: dict[str, str] | None) -> None:
        if columns is None:
            return
        changed = [f"{field}={column}" for field, column in columns.items() if proposal.columns.get(field) != column]
        pairs = [part for pair in changed for part in ("--map", pair)]
        self.run_verb(
            f"Reading {file.name}",
            self._imported,
            ["accounts", "import", "--kind", proposal.kind, *pairs, "--json", "--", str(file)],
        )

    @told
    def _imported(self, outcome: Outcome) -> None:
        from needsseg.tui.screens.report import PARTLY, ReportScreen
        from needsseg.tui.widgets.progress import failure

        if outcome.code not in (0, PARTLY):
            raise failure(outcome)
        found = outcome.result if isinstance(outcome.result, dict) else {}
        rejected = found.get("rejected", [])
        title = f"read {found.get('rows', 0):,} {found.get('kind', 'rows')} from {found.get('file', 'the file')}"
        self.done(title + (f", refused {counted(len(rejected), 'row')}" if rejected else ""))
        said = [f"{found[key]:,} {words}" for key, words in LEFT_OUT if found.get(key)]
        said += [
            f"row {r['row']}, {r['column']}: “{one_line(str(r['value']), 40)}” {r['reason']}"
            for r in rejected[:MOST_REJECTS]
        ]
        if len(rejected) > MOST_REJECTS:
            said.append(f"and {len(rejected) - MOST_REJECTS:,} more rows")
        said += [str(warning) for warning in found.get("warnings", [])]
        if said:
            self.app.push_screen(ReportScreen(title, said))

    def _import_people(self, file: Path) -> None:
        from needsseg.tui.screens.report import ReportScreen

        report = accounts.import_participants(self.study, file)
        self.done(f"took attributes of {counted(len(report.updated), 'participant')} from {file.name}")
        if left := [*(f"{row}: names nobody in the study" for row in report.unmatched), *report.conflicts]:
            self.app.push_screen(ReportScreen("Rows that were left out", left))

    @told
    def action_matches(self) -> None:
        """Shows how participants are tied to accounts."""
        from needsseg.tui.screens.matches import MatchesScreen

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
        from needsseg.actions.export import FORMATS

        choices = [Choice(name, name) for name in FORMATS]
        self.app.push_screen(Prompt("Export the labelled accounts as", choices=choices, free=False), self._export_where)

    def _export_where(self, chosen: str | None) -> None:
        if chosen is not None:
            folder = self.study.path.parent
            value = str(folder / f"accounts-{self.as_of}.{chosen}")
            about = "An earlier export of that name is replaced. A manifest is written beside it."
            self.app.push_screen(
                Prompt("Into which file?", value=value, path=True, about=about), partial(self._export, chosen)
            )

    @told
    def _export(self, chosen: str, path: str | None) -> None:
        from needsseg.actions.export import export

        if path and self.as_of is not None:
            report = export(self.study, chosen, Path(path).expanduser(), self.as_of)
            self.tell(f"wrote {counted(report.rows, 'account')} to {report.path}, and {report.manifest.name}")

    @told
    def action_quotes(self) -> None:
        """Offers the quotes behind the account's label; the one chosen opens in its transcript."""
        here = self.account
        if here is None:
            return
        people = {m.participant for m in accounts.matches(self.study) if m.account_id == here.account_id}
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
                f"{counted(len(quotes), 'quote')} behind {here.name or here.account_id}", choices=choices, free=False
            ),
            lambda chosen: (
                self.desk.open_passage(where[chosen].interview, where[chosen].id, "accounts") if chosen else None
            ),
        )

    def _voices(self, people: set[str]) -> set[tuple[str, str]]:
        from needsseg.actions import interviews

        return {(row.interview, row.label) for row in interviews.speakers(self.study) if row.participant in people}
