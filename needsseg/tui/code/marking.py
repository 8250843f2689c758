"""Mark passages by hand: a selection by words, sentences, turns or with the mouse, and the edges of passages."""

from __future__ import annotations

from dataclasses import replace

from needsseg.actions.coding import passages
from needsseg.actions.transcripts import interviews
from needsseg.records import Turn
from needsseg.tui.code import navigation
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.navigation import Selection, Span, Unit
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.targets import KeyTargets, Target
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.transcript_view import TranscriptView

UNITS: tuple[Unit, ...] = ("word", "sentence", "turn")


class Marking:
    """Begins, extends and marks a selection; ``v w s t e`` and the mouse begin it, and it stays within one turn."""

    def __init__(
        self, context: CodeContext, interview: OpenInterview, view: TranscriptView, targets: KeyTargets
    ) -> None:
        self.context, self._interview, self._view, self._targets = context, interview, view, targets

    @property
    def is_open(self) -> bool:
        """Whether a selection is open."""
        return self._interview.selection is not None

    @property
    def moves_edges(self) -> bool:
        """Whether the selection moves the edges of a passage."""
        selection = self._interview.selection
        return selection is not None and selection.adjusts is not None

    @property
    def state(self) -> str:
        """The selection in the status line."""
        selection = self._interview.selection
        if selection is None:
            return ""
        does = "saves" if selection.adjusts is not None else "marks"
        return (
            f" · selecting by {selection.unit}: {key_of('code.next')} {key_of('code.before')}, "
            f"{key_of('code.mark')} {does}"
        )

    def drop(self) -> None:
        """Drop the selection."""
        self._interview.selection = None
        self._view.select(None)

    def _set(self, selection: Selection) -> None:
        self._interview.selection = selection
        self._view.select(selection.span)
        self._view.put_cursor(selection.head[0])
        self._view.reveal(*selection.head)
        self.context.tell("")

    def _units(self, turn: Turn, unit: Unit, around: Span) -> list[Span]:
        transcript = self._interview.transcript
        return navigation.spans(transcript, turn, unit, interviews.sentences, around) if transcript else []

    def _turn_of(self, span: Span) -> Turn | None:
        transcript = self._interview.transcript
        return navigation.turn_at(transcript, span[0]) if transcript else None

    def _begin(self, at: int, unit: Unit) -> None:
        transcript = self._interview.transcript
        turn = navigation.turn_near(transcript, at) if transcript else None
        first = navigation.unit_at(self._units(turn, unit, (at, at)), at) if turn else None
        if first is None:
            self.context.tell(f"there is no {unit} after this")
        else:
            self._set(Selection(first, first, unit))

    def select_stretch(self, start: int, end: int) -> None:
        """Select a stretch of a participant's words that is not a passage, so that keys act on it."""
        transcript, turn = self._interview.transcript, self._turn_of((start, end))
        span = navigation.within_turn(transcript, (start, end)) if transcript and turn else None
        if turn is None or span is None:
            return
        if turn.role != "participant":
            self.context.tell("these are not a participant's words, so they cannot be coded")
            return
        self._set(Selection(span, span, "sentence"))
        self.context.tell(
            with_keys(
                "not a passage yet: {code.code} codes these words, {code.mark} marks them, {code.back} "
                "drops the selection"
            )
        )

    def begin_at_cursor(self) -> Target | None:
        """Select the sentence at the cursor, for a key without a selection or a passage to act on."""
        if self._targets.is_waiting() or self._interview.transcript is None:
            return None
        self._begin(self._view.cursor, "sentence")
        span = self._interview.selected
        return None if span is None else Target(span, None, begun=True)

    def _place(self) -> int:
        """Return where a selection begins: at the cursor, or at the first visible line if the cursor is not visible."""
        return self._view.cursor if self._view.is_visible(self._view.cursor) else self._view.top_offset

    def begin(self) -> None:
        """Begin a selection with the sentence at the cursor."""
        if self._interview.transcript is not None:
            self._begin(self._place(), "sentence")

    def select_unit(self, unit: Unit) -> None:
        """Select the word, sentence or turn at the cursor; an open selection is extended to whole units of this kind."""
        if self._interview.transcript is None:
            return
        selection = self._interview.selection
        if selection is None:
            self._begin(self._place(), unit)
            return
        turn = self._turn_of(selection.span)
        if turn is not None:
            self._set(selection.in_units(self._units(turn, unit, selection.span), unit))

    def extend(self, by: int) -> None:
        """Extend or shorten the selection by one unit, within its turn."""
        selection = self._interview.selection
        turn = self._turn_of(selection.span) if selection is not None else None
        if selection is not None and turn is not None:
            self._set(selection.extended(self._units(turn, selection.unit, selection.head), by))

    def select_more(self, unit: Unit, by: int) -> None:
        """Begin a selection at the cursor, or extend or shorten the open one by a word or sentence."""
        selection = self._interview.selection
        if selection is None:
            self.select_unit(unit)
            return
        self._interview.selection = replace(selection, unit=unit)
        self.extend(by)

    def reshape(self) -> None:
        """Open the current passage as a selection, to move its edges word by word and save them once."""
        passage = self._targets.passage(asks=True)
        if passage is not None:
            span = passage.start, passage.end
            self._set(Selection(span, span, "word", passage.id if passage.id > 0 else None))
            self.context.tell(
                with_keys(
                    "{code.start_earlier} {code.start_later} move its start, {code.end_earlier} "
                    "{code.end_later} its end; {code.word} {code.sentence} choose word or sentence; {code.mark} saves"
                )
            )

    @shows_errors
    def mark(self) -> None:
        """Mark the selection as an accepted passage, or save the moved edges."""
        selection, study = self._interview.selection, self.context.study
        if selection is None:
            self.context.tell(with_keys("nothing is selected: {code.select} begins a selection, so does the mouse"))
            return
        if self._targets.target() is None:
            return
        if selection.adjusts is not None:
            passages.adjust(study, selection.adjusts, *selection.span)
            self._interview.current, happened = selection.adjusts, "moved its edges"
        else:
            self._interview.current = passages.mark(study, self._interview.key, *selection.span)
            happened = with_keys("marked a passage; {code.code} codes it")
        self.drop()
        self.context.saved(happened)

    @shows_errors
    def move_edge(self, edge: str, by: int) -> None:
        """Move the start or end of the selection by its unit, or of the current passage by a sentence."""
        target = self._targets.target()
        turn = self._turn_of(target.span) if target else None
        if target is None or turn is None:
            return
        passage, selection, study = target.passage, self._interview.selection, self.context.study
        unit = selection.unit if selection else "sentence"
        moved = navigation.moved_edge(target.span, edge, by, self._units(turn, unit, target.span))
        if moved is None:
            self.context.tell(f"the {edge} cannot go further that way")
        elif selection is not None:
            self._set(selection.as_span(moved))
        elif passage is not None and passage.id < 0:
            self._interview.current = passages.mark(study, self._interview.key, *moved)
            self.context.saved(f"moved its {edge}, which accepted the passage")
        elif passage is not None:
            passages.adjust(study, passage.id, *moved)
            accepted = "" if passage.status == "accepted" else ", which accepted the passage"
            self._interview.current = passage.id
            self.context.saved(f"moved its {edge}{accepted}")
            self._view.reveal(*moved)

    def follow_cursor(self, at: int) -> None:
        """Make the passage under the cursor current, or none; an open selection is extended to the cursor."""
        selection = self._interview.selection
        if selection is None:
            inside = navigation.innermost(self._interview.passages, at)
            if inside != self._interview.current:
                self._interview.current = inside
                self.context.show_passage()
            return
        turn = self._turn_of(selection.span)
        units = self._units(turn, selection.unit, (at, at)) if turn else []
        head = navigation.unit_at(units, at)
        if head is not None:
            self._interview.selection = selection = replace(selection, head=head)
            self._view.select(selection.span)
            self.context.tell("")

    def select_clicked(self, at: int, times: int) -> None:
        """Put the cursor where the mouse clicked; two, three or four clicks select the word, the sentence, the turn."""
        self.drop()
        self._view.put_cursor(at)
        if times > 1:
            self._begin(at, UNITS[min(times, 4) - 2])
            return
        self.follow_cursor(at)
        self.context.tell("")

    def select_dragged(self, dragged: Span) -> None:
        """Select what the mouse was dragged over, in whole words of one turn."""
        transcript = self._interview.transcript
        span = navigation.within_turn(transcript, dragged) if transcript else None
        if span is None:
            self.drop()
            return
        self._set(Selection(span, span, "word"))
        self.context.tell(with_keys("selected: {code.mark} marks it, {code.code} codes it, {code.back} drops it"))
