"""The dialogs over the transcript: memos, the job statement, the codebook, search; and blind mode."""

from __future__ import annotations

from needsseg.actions.coding import blind
from needsseg.actions.transcripts import interviews
from needsseg.records import JobParts, Passage
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.targets import KeyTargets, short_quote
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors


class Dialogs:
    """Opens dialogs, which are loaded when first opened and save by themselves."""

    def __init__(self, context: CodeContext, interview: OpenInterview, targets: KeyTargets) -> None:
        self.context, self._interview, self._targets = context, interview, targets

    def _passage_for_notes(self) -> Passage | None:
        """Return the passage under the cursor if it can carry notes, or None with a message."""
        passage = self._targets.passage(asks=True)
        if passage is not None and passage.id < 0:
            self.context.tell(with_keys("decide on the passage first: {code.accept} accepts, {code.reject} rejects"))
            return None
        return passage

    @shows_errors
    def open_memo(self) -> None:
        """Open the memo of the current passage."""
        passage = self._passage_for_notes()
        if passage is not None:
            from needsseg.tui.code.sheets.memo import MemoSheet

            self.context.push(
                MemoSheet(self.context.study, "passage", passage.id, f"Memo on “{short_quote(passage)}”"),
                self._memo_saved,
            )

    @shows_errors
    def open_interview_memo(self) -> None:
        """Open the memo of the interview."""
        if self._interview.key:
            from needsseg.tui.code.sheets.memo import MemoSheet

            title = f"Memo on the interview “{interviews.title(self.context.study, self._interview.key)}”"
            self.context.push(
                MemoSheet(self.context.study, "interview", self._interview.key, title), self._interview_memo_saved
            )

    @shows_errors
    def open_job_statement(self) -> None:
        """Open the job statement of the current passage."""
        passage = self._passage_for_notes()
        if passage is not None:
            from needsseg.tui.code.sheets.job import JobSheet

            self.context.push(JobSheet(self.context.study, passage.id), self._statement_saved)

    def _memo_saved(self, happened: str | None) -> None:
        if happened is not None:
            self.context.saved(happened)

    def _interview_memo_saved(self, happened: str | None) -> None:
        if happened is not None:
            self.context.done(happened)

    def _statement_saved(self, parts: JobParts | None) -> None:
        if parts is not None:
            self.context.saved("wrote the job statement")

    def open_codebook(self) -> None:
        """Open the codebook; a code chosen there opens the search for its passages."""
        from needsseg.tui.code.sheets.codebook import CodebookSheet

        self.context.push(CodebookSheet(self.context.study), self._code_chosen)

    def _code_chosen(self, code: str | None) -> None:
        self.context.refresh_study()
        if code is not None:
            from needsseg.tui.search.screen import SearchSheet

            self.context.push(SearchSheet(self.context.study, code=code), self._go)

    def open_search(self) -> None:
        """Open the search over the whole study."""
        from needsseg.tui.search.screen import SearchSheet

        self.context.push(SearchSheet(self.context.study), self._go)

    def open_matrix(self) -> None:
        """Open the matrix of codes; a passage of a cell opens in its interview."""
        from needsseg.tui.code.sheets.matrix import MatrixSheet

        self.context.push(MatrixSheet(self.context.study), self._go)

    def search_alike(self) -> None:
        """Search the study for passages similar to the current one."""
        passage = self._passage_for_notes()
        if passage is not None:
            from needsseg.tui.search.screen import SearchSheet

            self.context.push(SearchSheet(self.context.study, like=passage.id), self._go)

    def _go(self, place: Bookmark | None) -> None:
        if place is None:
            self.context.refresh_study()
        else:
            self.context.leave()
            self.context.navigate(place)

    @shows_errors
    def switch_blind(self) -> None:
        """Hide other coders' work, or show it again."""
        if self._targets.is_waiting():
            return
        is_blind = not blind.is_blind(self.context.study)
        blind.set_blind(self.context.study, is_blind)
        self.context.done(
            with_keys("blind mode: only your own work is shown; {code.blind} shows everybody's")
            if is_blind
            else "everybody's work is shown",
            undo=False,
        )
