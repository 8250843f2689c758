"""Marking by hand: a selection by sentences or with the mouse, and the edges of passages."""

from __future__ import annotations

from textual import on

from needsseg.actions import interviews, passages
from needsseg.tui import marking
from needsseg.tui.screens.base import told
from needsseg.tui.screens.code_desk import CodeDesk
from needsseg.tui.widgets.transcript_view import TranscriptView

Span = tuple[int, int]


class MarkingByHand(CodeDesk):
    """A selection is open while ``selection`` is a span; ``v`` and the mouse begin one."""

    def __init__(self) -> None:
        super().__init__()
        self.selection: Span | None = None
        self._anchor = 0
        self._cursor = 0
        self._sentences: list[Span] = []

    @property
    def selecting(self) -> bool:
        """Whether a selection is open."""
        return self.selection is not None

    def selection_state(self) -> str:
        """The selection in the line of state."""
        return " · selecting: j k more or less, enter marks" if self.selecting else ""

    def forget_selection(self) -> None:
        """Drops the selection."""
        self.selection = None
        self.view.select(None)

    def action_select(self) -> None:
        """Begins a selection at the current passage's sentence where that can be seen, else at the first line seen."""
        if self.transcript is None:
            return
        top = self.view.top_offset
        here = self.passage
        at = here.start if here and here.end > top and self.view.is_visible(here.start) else top
        self._begin(at)

    def _begin(self, at: int) -> None:
        if self.transcript is None:
            return
        found = marking.sentence_near(self.transcript, at, interviews.sentences)
        if found is None:
            self.tell("there is no sentence after this place")
            return
        turn, number = found
        self._sentences = interviews.sentences(self.transcript, turn.start, turn.end)
        self._anchor = self._cursor = number
        self._select_sentences()

    def _select_sentences(self) -> None:
        first, last = sorted((self._anchor, self._cursor))
        self._set((self._sentences[first][0], self._sentences[last][1]))

    def _set(self, span: Span) -> None:
        self.selection = span
        self.view.select(span)
        self.view.reveal(*span)
        self.tell("")

    def extend(self, by: int) -> None:
        """The selection with one sentence more or less, within its turn."""
        if self._sentences:
            self._cursor = min(max(self._cursor + by, 0), len(self._sentences) - 1)
            self._select_sentences()

    def action_shift(self, by: int) -> None:
        """The selection at the next sentence, or the one before, of whichever turn."""
        if self.selection is None or self.transcript is None:
            self.tell("v begins a selection")
        elif by > 0:
            self._begin(self.selection[1])
        else:
            before = [
                span[0]
                for turn in self.transcript.turns
                if turn.start < self.selection[0]
                for span in interviews.sentences(self.transcript, turn.start, turn.end)
                if span[0] < self.selection[0]
            ]
            self._begin(before[-1] if before else self.selection[0])

    @told
    def action_mark(self) -> None:
        """Marks the selection as an accepted passage."""
        if self.selection is None:
            self.tell("nothing is selected: v begins a selection, so does the mouse")
            return
        made = passages.mark(self.study, self.key, *self.selection)
        self.forget_selection()
        self.current = made
        self.done("marked a passage; c codes it")

    @on(TranscriptView.Dragged)
    def _dragged(self, event: TranscriptView.Dragged) -> None:
        span = marking.within_turn(self.transcript, event.span) if self.transcript else None
        if span is None:
            self.forget_selection()
            return
        self._begin(span[0])
        self.selection = span
        self.view.select(span)
        self.tell("selected: enter marks it, esc drops it")

    @told
    def action_edge(self, edge: str, by: int) -> None:
        """Moves the start or end of the passage, or of the selection, by a sentence."""
        if self.transcript is None:
            return
        here = self.passage
        span = self.selection or ((here.start, here.end) if here else None)
        moved = marking.moved_edge(self.transcript, span, edge, by, interviews.sentences) if span else None
        if moved is None:
            self.tell(f"the {edge} cannot go further that way")
        elif self.selection is not None:
            self._set(moved)
        elif here is not None:
            passages.adjust(self.study, here.id, *moved)
            accepted = "" if here.status == "accepted" else ", and so accepted the passage"
            self.done(f"moved its {edge}{accepted}")
            self.view.reveal(*moved)
