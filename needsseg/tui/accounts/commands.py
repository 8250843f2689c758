"""The commands of the accounts screen: open an account, match participants, show a label's quotes, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.accounts.account_sources import stack_files
from needsseg.actions.discovery.evidence import evidence, listing
from needsseg.actions.exchange import export as exporting
from needsseg.actions.exchange.export_columns import chosen_columns
from needsseg.actions.transcripts import interviews
from needsseg.text import format_count
from needsseg.tui.accounts.export_columns import ExportColumnsSheet
from needsseg.tui.accounts.matches import MatchesScreen
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.tui.accounts.context import AccountsContext
    from needsseg.tui.accounts.profile_loader import ProfileLoader


class AccountCommands:
    """Open the account under the cursor, its quotes, or the matches; export all accounts."""

    def __init__(self, context: AccountsContext, loader: ProfileLoader) -> None:
        self.context, self._loader = context, loader

    @shows_errors
    def matches(self) -> None:
        """Show which participant belongs to which account."""
        stack_files(self.context.study)
        if self._loader.computing:
            self.context.tell("profiles are being computed; try again in a moment")
            return
        self.context.push(
            MatchesScreen(self.context.study, self.context.names()), lambda _: self.context.refresh_study()
        )

    def export(self) -> None:
        """Ask for a format, its columns and a file."""
        if self._loader.as_of is None:
            self.context.tell(with_keys("there is nothing to export yet: {accounts.import} imports accounts"))
            return
        choices = [
            Choice(name, name)
            for name in exporting.targets()
            if not exporting.is_of_one_segment(name) and not exporting.needs_key(name)
        ]
        self.context.push(Prompt("Export the labelled accounts as", choices=choices, free=False), self._export_columns)

    def _export_columns(self, target: str | None) -> None:
        if target is not None:
            self.context.push(ExportColumnsSheet(self.context.study, target), partial(self._export_where, target))

    @shows_errors
    def _export_where(self, target: str, columns: str | None) -> None:
        if columns is not None and self._loader.as_of is not None:
            value = str(self.context.study.path.parent / exporting.file_name(target, self._loader.as_of))
            about = "An earlier export of that name is replaced. A manifest is written beside it."
            chosen = chosen_columns(self.context.study, target, columns)
            about += "" if chosen.keys is None else f" Columns: {', '.join(column.name for column in chosen.columns)}."
            self.context.push(
                Prompt("Write to which file?", value=value, path=True, about=about),
                partial(self._export, target, columns),
            )

    @shows_errors
    def _export(self, target: str, columns: str, path: str | None) -> None:
        if path and self._loader.as_of is not None:
            to = Path(path).expanduser()
            report = exporting.export(self.context.study, target, to, self._loader.as_of, columns=columns)
            self.context.tell(
                f"wrote {format_count(report.rows, 'account')} to {report.path}, and {report.manifest.name}"
            )

    def open(self) -> None:
        """Open the account under the cursor; a quote or an interview chosen there opens in its transcript."""
        if self._loader.try_again():
            return
        account = self.context.account
        if account is None or self._loader.as_of is None:
            self.context.tell(
                "profiles are being computed; try again in a moment" if self._loader.computing else "no account to open"
            )
            return
        self.context.push(
            AccountPageSheet(self.context.study, account.account_id, self._loader.as_of, account),
            lambda place: self.context.navigate(place, "accounts") if place else self.context.refresh_study(),
        )

    @shows_errors
    def quotes(self) -> None:
        """Offer the quotes behind the account's label; the one chosen opens in its transcript."""
        account = self.context.account
        if account is None:
            return
        participants = {m.participant for m in self.context.matched if m.account_id == account.account_id}
        speakers = self._speakers_of(participants)
        names = {account.needs_segment, *account.contested} - {""}
        quotes = [
            (row.name, passage)
            for row in listing(self.context.study)
            if row.name in names
            for passage, _ in evidence(self.context.study, row.id).passages
            if (passage.interview, passage.speaker) in speakers
        ]
        if not quotes:
            self.context.tell(
                "this account has no interviews"
                if not participants
                else "none of its participants' passages is in its segment"
            )
            return
        choices = [Choice(str(p.id), one_line(p.quote, 120), f"{p.speaker} · {name}") for name, p in quotes]
        passages_by_id = {str(p.id): p for _, p in quotes}
        self.context.push(
            Prompt(
                f"{format_count(len(quotes), 'quote')} behind {account.name or account.account_id}",
                choices=choices,
                free=False,
            ),
            lambda id_: (
                self.context.navigate(Bookmark(passages_by_id[id_].interview, passages_by_id[id_].id), "accounts")
                if id_
                else None
            ),
        )

    def _speakers_of(self, participants: set[str]) -> set[tuple[str, str]]:
        return {
            (row.interview, row.label)
            for row in interviews.speakers(self.context.study)
            if row.participant in participants
        }
