"""Marking by hand: the text cursor, a selection by words, sentences, turns or with the mouse, and the edges of passages."""

from __future__ import annotations

from textual import on

from needsseg.actions.coding import passages
from needsseg.actions.transcripts import interviews
from needsseg.records import Turn
from needsseg.tui.code import navigation
from needsseg.tui.code.desk import Aim, CodeDesk
from needsseg.tui.code.navigation import Selection, Span, Unit
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.transcript_view import TranscriptView

UNITS: tuple[Unit, ...] = ("word", "sentence", "turn")


class MarkingByHand(CodeDesk):
    """A selection is open while there is one; ``v w s t e`` and the mouse begin it, and it stays within one turn."""

    def __init__(self) -> None:
        super().__init__()
        self._selection: Selection | None = None

    @property
    def selection(self) -> Span | None:
        """What is selected."""
        return self._selection.span if self._selection else None

    @property
    def selecting(self) -> bool:
        """Whether a selection is open."""
        return self._selection is not None

    @property
    def adjusting(self) -> bool:
        """Whether the selection moves the edges of a passage."""
        return self._selection is not None and self._selection.adjusts is not None

    def selection_state(self) -> str:
        """The selection in the line of state."""
        if self._selection is None:
            return ""
        does = "saves" if self._selection.adjusts is not None else "marks"
        return f" · selecting by {self._selection.unit}: j k, enter {does}"

    def forget_selection(self) -> None:
        """Drops the selection."""
        self._selection = None
        self.view.select(None)

    def _set(self, selection: Selection) -> None:
        self._selection = selection
        self.view.select(selection.span)
        self.view.put_cursor(selection.head[0])
        self.view.reveal(*selection.head)
        self.tell("")

    def _units(self, turn: Turn, unit: Unit, around: Span) -> list[Span]:
        return navigation.spans(self.transcript, turn, unit, interviews.sentences, around) if self.transcript else []

    def _begin(self, at: int, unit: Unit) -> None:
        turn = navigation.turn_near(self.transcript, at) if self.transcript else None
        found = navigation.unit_at(self._units(turn, unit, (at, at)), at) if turn else None
        if found is None:
            self.tell(f"there is no {unit} after this place")
        else:
            self._set(Selection(found, found, unit))

    def select_stretch(self, start: int, end: int) -> None:
        """Selects a stretch of a participant's words that is no passage, so that keys act on it."""
        turn = navigation.turn_at(self.transcript, start) if self.transcript else None
        span = navigation.within_turn(self.transcript, (start, end)) if self.transcript and turn else None
        if turn is None or span is None:
            return
        if turn.role != "participant":
            self.tell("these are no participant's words, so that they cannot be coded")
            return
        self._set(Selection(span, span, "sentence"))
        self._happened = "no passage yet: c codes these words, enter marks them, esc drops the selection"

    def begin_at_cursor(self) -> Aim | None:
        """Selects the sentence at the cursor, for a key that finds neither a selection nor a passage there."""
        if self.is_waiting() or self.transcript is None:
            return None
        self._begin(self.view.cursor, "sentence")
        return None if self.selection is None else Aim(self.selection, None, begun=True)

    def _place(self) -> int:
        """Where a selection begins: at the cursor, or at the first line seen when that has scrolled away."""
        return self.view.cursor if self.view.is_visible(self.view.cursor) else self.view.top_offset

    def action_select(self) -> None:
        """Begins a selection with the sentence at the cursor."""
        if self.transcript is not None:
            self._begin(self._place(), "sentence")

    def action_unit(self, unit: Unit) -> None:
        """Selects the word, sentence or turn at the cursor; an open selection grows to whole ones and goes on by them."""
        if self.transcript is None:
            return
        if self._selection is None:
            self._begin(self._place(), unit)
            return
        turn = navigation.turn_at(self.transcript, self._selection.span[0])
        if turn is not None:
            self._set(self._selection.in_units(self._units(turn, unit, self._selection.span), unit))

    def extend(self, by: int) -> None:
        """The selection with one unit more or less, within its turn."""
        if self._selection is None or self.transcript is None:
            return
        turn = navigation.turn_at(self.transcript, self._selection.span[0])
        if turn is not None:
            self._set(self._selection.extended(self._units(turn, self._selection.unit, self._selection.head), by))

    def action_select_more(self, unit: Unit, by: int) -> None:
        """Begins a selection at the cursor, or makes the open one longer or shorter by a word or sentence."""
        if self._selection is None:
            self.action_unit(unit)
            return
        if self._selection.unit != unit:
            self._selection = Selection(self._selection.anchor, self._selection.head, unit, self._selection.adjusts)
        self.extend(by)

    def action_reshape(self) -> None:
        """Opens the current passage's edges as a selection, to move them word by word and save them once."""
        here = self.aim_at_passage(asks=True)
        if here is not None:
            whole = here.start, here.end
            self._set(Selection(whole, whole, "word", here.id if here.id > 0 else None))
            self.tell("[ ] move its start, { } its end; w s choose word or sentence; enter saves")

    @shows_errors
    def action_mark(self) -> None:
        """Marks the selection as an accepted passage, or saves the edges that were moved."""
        if self._selection is None:
            self.tell("nothing is selected: v begins a selection, so does the mouse")
            return
        if self.aim() is None:
            return
        span, adjusts = self._selection.span, self._selection.adjusts
        if adjusts is not None:
            passages.adjust(self.study, adjusts, *span)
            self.current, happened = adjusts, "moved its edges"
        else:
            self.current, happened = passages.mark(self.study, self.key, *span), "marked a passage; c codes it"
        self.forget_selection()
        self.done(happened)

    @shows_errors
    def action_edge(self, edge: str, by: int) -> None:
        """Moves the start or end of the selection by its unit, or of the current passage by a sentence."""
        aim = self.aim()
        turn = navigation.turn_at(self.transcript, aim.span[0]) if self.transcript and aim else None
        if aim is None or turn is None:
            return
        here, span = aim.passage, aim.span
        unit = self._selection.unit if self._selection else "sentence"
        moved = navigation.moved_edge(span, edge, by, self._units(turn, unit, span))
        if moved is None:
            self.tell(f"the {edge} cannot go further that way")
        elif self._selection is not None:
            self._set(self._selection.as_span(moved))
        elif here is not None and here.id < 0:
            self.current = passages.mark(self.study, self.key, *moved)
            self.done(f"moved its {edge}, and so accepted the passage")
        elif here is not None:
            passages.adjust(self.study, here.id, *moved)
            accepted = "" if here.status == "accepted" else ", and so accepted the passage"
            self.current = here.id
            self.done(f"moved its {edge}{accepted}")
            self.view.reveal(*moved)

    def follow_cursor(self, at: int) -> None:
        """The passage under the cursor is the current one, beside passages none is; an open selection reaches to the cursor."""
        if self._selection is None:
            inside = navigation.innermost(self.passages, at)
            if inside != self.current:
                self.current = inside
                self.show_passage()
            return
        turn = navigation.turn_at(self.transcript, self._selection.span[0]) if self.transcript else None
        units = self._units(turn, self._selection.unit, (at, at)) if turn else []
        found = navigation.unit_at(units, at)
        if found is not None:
            self._selection = Selection(self._selection.anchor, found, self._selection.unit, self._selection.adjusts)
            self.view.select(self._selection.span)
            self.tell("")

    @on(TranscriptView.Clicked)
    def _clicked(self, event: TranscriptView.Clicked) -> None:
        self.forget_selection()
        self.view.put_cursor(event.at)
        if event.times > 1:
            self._begin(event.at, UNITS[min(event.times, 4) - 2])
            return
        self.follow_cursor(event.at)
        self.tell("")

    @on(TranscriptView.Dragged)
    def _dragged(self, event: TranscriptView.Dragged) -> None:
        span = navigation.within_turn(self.transcript, event.span) if self.transcript else None
        if span is None:
            self.forget_selection()
            return
        self._set(Selection(span, span, "word"))
        self.tell("selected: enter marks it, c codes it, esc drops it")
