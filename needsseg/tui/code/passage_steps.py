"""Go from passage to passage, and from interview to interview."""

from __future__ import annotations

from needsseg.actions.transcripts import interviews
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code import navigation
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.find import Find
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.widgets.transcript_view import TranscriptView


class PassageSteps:
    """Makes another passage current; while a selection, search or queue is open, the same keys go through that."""

    def __init__(
        self,
        context: CodeContext,
        interview: OpenInterview,
        view: TranscriptView,
        marking: Marking,
        find: Find,
        queue: SuggestionQueue,
    ) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._marking, self._find, self._queue = marking, find, queue

    def go_to(self, passage: int | None) -> None:
        """Make a passage current and scroll to it; None changes nothing."""
        if passage is not None:
            self._interview.current = passage
            if self._interview.passage:
                self._view.put_cursor(self._interview.passage.start)
            self.context.show_passage(reveal=True)

    def step(self, by: int) -> None:
        """Go to the next or previous passage; while selecting, extend the selection by one unit more or less."""
        if self._marking.is_open:
            self._marking.extend(by)
        else:
            self.go_to(navigation.step(self._interview.passages, self._interview.current, by, self._view.cursor))

    def next(self, by: int) -> None:
        """Go to the next hit of an open search, else to the next undecided passage."""
        if self._find.is_open:
            self._find.next_hit(by)
            return
        undecided = navigation.undecided(self._interview.passages, self._interview.current, by, self._view.cursor)
        if undecided is None:
            self.context.tell("nothing else is undecided here; > opens the next interview")
        self.go_to(undecided)

    def skip(self) -> None:
        """Skip the passage and go on."""
        if self._queue.is_open:
            self._queue.next(skip=True)
            return
        self.context.tell("skipped")
        self.next(1) if not self._find.is_open else self.step(1)

    def next_overlapping(self) -> None:
        """Go through the passages that share words with the current one."""
        passage = self._interview.passage
        if passage is None:
            return
        around = [p.id for p in navigation.overlapping(self._interview.passages, passage)]
        if len(around) > 1:
            self.go_to(around[(around.index(passage.id) + 1) % len(around)])
        else:
            self.context.tell("nothing overlaps this passage")

    def edge_of_text(self, end: bool) -> None:
        """Go to the first or last passage, and to that end of the text."""
        passages = self._interview.passages
        self.go_to(passages[-1 if end else 0].id if passages else None)
        self._view.scroll_end(animate=False) if end else self._view.scroll_home(animate=False)

    def other_interview(self, by: int) -> None:
        """Open the next or previous interview."""
        keys, key = interviews.keys(self.context.study), self._interview.key
        if key in keys and 0 <= keys.index(key) + by < len(keys):
            self.context.leave()
            self.context.tell("")
            self.context.show_place(Bookmark(keys[keys.index(key) + by]))
        else:
            self.context.tell("there is no further interview in that direction")
