"""What opens over the transcript: memos, the job statement, the codebook, search; and blind mode."""

from __future__ import annotations

from needsseg.actions.coding import blind, memos, statements
from needsseg.actions.transcripts import interviews
from needsseg.records import Passage
from needsseg.tui.bookmark import Place
from needsseg.tui.code.desk import CodeDesk
from needsseg.tui.screen_base import shows_errors


class Sheets(CodeDesk):
    """Each sheet is loaded when it is first opened, and saves by itself."""

    def _noted(self) -> Passage | None:
        """The passage under the cursor where it is one that can be written on."""
        here = self.aim_at_passage(asks=True)
        if here is not None and here.id < 0:
            self.tell("decide on it first: a accepts, x rejects")
            return None
        return here

    @shows_errors
    def action_memo(self) -> None:
        """Opens the memo of the current passage."""
        here = self._noted()
        if here is not None:
            from needsseg.tui.code.memo import MemoSheet

            self.app.push_screen(
                MemoSheet(self.study, "passage", here.id, f"Memo on “{self.short(here)}”"), self._saved
            )

    @shows_errors
    def action_memo_interview(self) -> None:
        """Opens the memo of the interview."""
        if self.key:
            from needsseg.tui.code.memo import MemoSheet

            title = f"Memo on the interview “{interviews.title(self.study, self.key)}”"
            self.app.push_screen(MemoSheet(self.study, "interview", self.key, title), self._saved)

    @shows_errors
    def action_job(self) -> None:
        """Opens the job statement of the current passage."""
        here = self._noted()
        if here is not None:
            from needsseg.tui.code.job import JobSheet

            self.app.push_screen(JobSheet(self.study, here.id), self._saved)

    def _saved(self, answer: object) -> None:
        if answer:
            self.done(answer if isinstance(answer, str) else "wrote the job statement")
        else:
            self.refresh_study()

    def action_codebook(self) -> None:
        """Opens the codebook; a code chosen there is put on the passage."""
        from needsseg.tui.code.codebook import CodebookSheet

        self.app.push_screen(CodebookSheet(self.study), self._code_chosen)

    def _code_chosen(self, code: str | None) -> None:
        self.refresh_study()
        if code is not None:
            from needsseg.tui.search.screen import SearchSheet

            self.app.push_screen(SearchSheet(self.study, code=code), self._go)

    def action_search(self) -> None:
        """Opens the search over the whole study."""
        from needsseg.tui.search.screen import SearchSheet

        self.app.push_screen(SearchSheet(self.study), self._go)

    def action_alike(self) -> None:
        """Searches the study for what is like the current passage."""
        here = self._noted()
        if here is not None:
            from needsseg.tui.search.screen import SearchSheet

            self.app.push_screen(SearchSheet(self.study, like=here.id), self._go)

    def _go(self, place: Place | None) -> None:
        if place is None:
            self.refresh_study()
        else:
            self.leave()
            self.desk.open_place(place, self.desk.came_from)

    @shows_errors
    def action_blind(self) -> None:
        """Hides what other coders did, or shows it again."""
        if self.is_waiting():
            return
        on = not blind.is_blind(self.study)
        blind.set_blind(self.study, on)
        self.done("blind: only your own work is shown, B shows all" if on else "everybody's work is shown", undo=False)

    def headline(self) -> str:
        """What the interview is called, and whether there is a memo on it."""
        noted = " · memo (M)" if memos.listing(self.study, "interview", self.key) else ""
        return interviews.title(self.study, self.key) + noted

    def notes(self) -> list[str]:
        """What people wrote on the current passage, for the panel."""
        here = self.passage
        if here is None or here.id < 0:
            return []
        written = [f"memo ({memo.written_by}) {memo.words}" for memo in memos.listing(self.study, "passage", here.id)]
        for held in statements.listing(self.study, [here.id]):
            parts = [f"{part}: {getattr(held.parts, part)}" for part in statements.PARTS if getattr(held.parts, part)]
            written.append(f"job ({held.written_by}) " + " · ".join(parts))
        return written
