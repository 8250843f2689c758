"""Draw the passages in the transcript, and the current one in the panel."""

from __future__ import annotations

from textual.containers import Container

from needsseg.actions.coding import PARTS, memos, suggesting
from needsseg.actions.coding.passage_notes import passage_notes
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.records import Passage
from needsseg.tui.code import navigation
from needsseg.tui.code.codes_under_keys import CodesUnderKeys
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.passage_panel import PassageDetails, PassagePanel
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import plain


class PassageDisplay:
    """Passes to the widgets what to show: passages to the transcript, the current one to the panel, the title to the pane."""

    def __init__(
        self,
        context: CodeContext,
        interview: OpenInterview,
        view: TranscriptView,
        queue: SuggestionQueue,
        codes: CodesUnderKeys,
    ) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._queue, self._codes = queue, codes
        self.panel = PassagePanel()
        self.pane = Container(id="transcript-pane", classes="pane")
        """The transcript's frame, with the title of the interview in it."""
        self._names = ParticipantNames({}, {})

    def read_interview(self) -> None:
        """Read what is shown for every passage of the interview: its title, its speakers' names, the codes under digits."""
        study, key = self.context.study, self._interview.key
        noted = with_keys(" · memo ({code.memo_interview})") if memos.listing(study, "interview", key) else ""
        self.pane.border_title = plain(interviews.title(study, key) + noted)
        self._names = participant_names(study)
        self._codes.forget()

    def show(self, *, reveal: bool = False) -> None:
        """Draw the passages and the panel of the current one."""
        passage = self._interview.passage
        self._codes.shown()
        self._view.mark(self._interview.passages, self._interview.current, self._codes.marks)
        if reveal and passage:
            self._view.reveal(passage.start, passage.end)
        details = None if passage is None else self._details(passage)
        self.panel.show(details, self._codes.shown(), self._codes.marks, any_passages=bool(self._interview.passages))
        self.context.tell()

    def _details(self, passage: Passage) -> PassageDetails:
        """Return what the panel shows of a passage; chance and reasons are the queue's while it shows the passage."""
        transcript, is_queued = self._interview.transcript, self._queue.is_shown(passage)
        return PassageDetails(
            passage,
            speaker_name=self._names.of(passage),
            overlaps=len(navigation.overlapping(self._interview.passages, passage)) - 1,
            question=suggesting.interviewer_question(transcript, passage) if transcript else "",
            notes=self._notes(passage),
            reasons=self._queue.reasons if is_queued else passage.reasons,
            chance=self._queue.chance if is_queued else "",
        )

    def _notes(self, passage: Passage) -> list[str]:
        """Return the memos and job statements on a passage, a line each."""
        if passage.id < 0:
            return []
        memos_on, statements_on = passage_notes(self.context.study, passage.id)
        written = [f"memo ({memo.written_by}) {memo.words}" for memo in memos_on]
        for row in statements_on:
            parts = [f"{part}: {getattr(row.parts, part)}" for part in PARTS if getattr(row.parts, part)]
            written.append(f"job ({row.written_by}) " + " · ".join(parts))
        return written
