"""Accept, reject or unmark the current passage."""

from __future__ import annotations

from typing import Literal

from needsseg.actions.coding import passages
from needsseg.tui.code import navigation
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.code.targets import KeyTargets, short_quote
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.transcript_view import TranscriptView


class PassageDeciding:
    """Saves each decision at once and goes on to the next undecided passage."""

    def __init__(
        self,
        context: CodeContext,
        interview: OpenInterview,
        view: TranscriptView,
        targets: KeyTargets,
        marking: Marking,
        queue: SuggestionQueue,
    ) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._targets, self._marking, self._queue = targets, marking, queue

    @shows_errors
    def decide(self, status: Literal["accepted", "rejected"]) -> None:
        """Accept or reject, and go on to the next undecided passage; accepting a selection marks it."""
        if self._marking.is_open and status == "accepted":
            self._marking.mark()
            return
        passage = self._targets.passage()
        if passage is None:
            return
        if self._queue.is_shown(passage):
            self._queue.decide(status)
            return
        interview = self._interview
        changed = passages.decide(self.context.study, [passage.id], status)
        following = navigation.undecided(interview.passages, passage.id)
        interview.current = following if following is not None else navigation.step(interview.passages, passage.id, 1)
        last = "" if following is not None else " · all decided here; > opens the next interview"
        self.context.saved(f"{status} “{short_quote(passage)}”{last}", undo=bool(changed))
        if interview.passage:
            self._view.put_cursor(interview.passage.start)
            self._view.reveal(interview.passage.start, interview.passage.end)

    @shows_errors
    def unmark(self) -> None:
        """Unmark a passage, or make a decided suggestion undecided again."""
        passage = self._targets.passage()
        if passage is not None and passage.id < 0:
            self.context.tell(with_keys("not decided yet: {code.accept} accepts, {code.reject} rejects"))
        elif passage is not None:
            passages.unmark(self.context.study, passage.id)
            done = "unmarked" if passage.origin == "hand" else "made undecided:"
            self.context.saved(f"{done} “{short_quote(passage)}”")
