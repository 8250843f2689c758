"""Import from the interviews screen: new files, an edited transcript that replaces an old one, and suggestions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import shows_errors

if TYPE_CHECKING:
    from needsseg.actions.transcripts import InterviewRow
    from needsseg.tui.child import Outcome
    from needsseg.tui.interviews.context import InterviewsContext

PROJECTS = frozenset({".qdpx", ".qdc"})
"""File extensions of projects from other programs for qualitative analysis, imported whole and without a preview."""


class InterviewImports:
    """Runs imports and suggestions in a child process, and shows their results."""

    def __init__(self, context: InterviewsContext) -> None:
        self.context = context

    def ask(self) -> None:
        """Ask for a path, and preview the import from there."""
        from needsseg.tui.widgets.prompt import Prompt

        self.context.push(Prompt("Import which file or folder?", path=True), self._import)

    def _import(self, path: str | None) -> None:
        if not path:
            return
        from needsseg.tui.interviews.import_preview import ImportPreviewSheet

        file = str(Path(path).expanduser())
        title = f"Importing {path}"
        if Path(file).suffix.casefold() in PROJECTS:
            self.context.run_verb(title, self._imported, ["import", "--json", "--", file])
        else:
            self.context.push(ImportPreviewSheet(self.context.study, [file]), partial(self._previewed, title))

    def _previewed(self, title: str, arguments: list[str] | None) -> None:
        if arguments is not None:
            self.context.run_verb(title, self._imported, arguments)

    def _imported(self, outcome: Outcome) -> None:
        from needsseg.tui.report import ReportScreen, added_keys, import_report

        title, report, failed = import_report(outcome)
        self.context.done(title, undo=not failed)
        if added := added_keys(outcome):
            self.context.review(added, title, report)
        elif report:
            self.context.push(ReportScreen(title, report), lambda _: None)

    def ask_again(self, row: InterviewRow | None) -> None:
        """Ask for an edited transcript of an interview, and replace its text."""
        if row is None:
            self.context.tell(
                with_keys("there are no interviews to re-import yet: {interviews.import} imports interviews")
            )
            return
        from needsseg.tui.widgets.prompt import Prompt

        about = f"It was imported from {row.file_name}. Passages follow their words; those without a place are listed."
        prompt = Prompt(f"Replace “{row.title}” with which edited transcript?", about=about, path=True)
        self.context.push(prompt, partial(self._reimport, row.key))

    def _reimport(self, key: str, path: str | None) -> None:
        if path:
            file = str(Path(path).expanduser())
            self.context.run_verb(f"Reading {path}", self._reimported, ["reimport", "--json", "--", key, file])

    @shows_errors
    def _reimported(self, outcome: Outcome) -> None:
        from needsseg.tui.interviews.reimported import ReimportedSheet, reimport_result
        from needsseg.tui.widgets.progress import failure

        result = reimport_result(outcome.result)
        if outcome.code or result is None:
            raise failure(outcome)
        self.context.done(result.summary)
        self.context.push(ReimportedSheet(self.context.study, result), self.context.go)

    def suggest(self) -> None:
        """Suggest passages in all interviews."""
        if not interviews.listing(self.context.study):
            self.context.tell(with_keys("there are no interviews yet: {interviews.import} imports interviews"))
            return
        self.context.run_verb("Suggesting passages", self._suggested, ["suggest"])

    @shows_errors
    def _suggested(self, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        if outcome.code:
            raise failure(outcome)
        suggested = studies.overview(self.context.study).suggested
        self.context.done(
            f"{format_count(suggested, 'undecided suggestion')}; {key_of('interviews.open')} opens an interview"
        )
