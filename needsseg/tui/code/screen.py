"""The Code screen: one transcript, its passages, and a key for each decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui import listening
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code import navigation
from needsseg.tui.code.codes_under_keys import CodesUnderKeys
from needsseg.tui.code.coding import PassageCoding
from needsseg.tui.code.deciding import PassageDeciding
from needsseg.tui.code.dialogs import Dialogs
from needsseg.tui.code.find import Find
from needsseg.tui.code.keys import CODE_KEYS, HELP
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.mending import TurnMending
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.passage_display import PassageDisplay
from needsseg.tui.code.passage_steps import PassageSteps
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.code.reading_time import LOOK_SECONDS, ReadingTime
from needsseg.tui.code.targets import KeyTargets
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import StudyScreen, Version, shows_errors
from needsseg.tui.widgets.transcript_view import TranscriptView

EMPTY = """No interview is open.

  {go.interviews:4} goes to the interviews: {interviews.import} imports some, {interviews.open} opens one here
"""


class CodeScreen(StudyScreen):
    """A transcript with its passages marked, and the passage under the cursor in a panel.

    The screen wires its parts, each with one job, to the keys and the widgets.
    """

    MODE = "code"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = CODE_KEYS
    DEFAULT_CSS = """
    CodeScreen {
      & .body { layout: vertical; }
      & #transcript-pane { height: 1fr; }
      & PassagePanel { height: auto; max-height: 8; min-height: 3; }
      &.-wide .body { layout: horizontal; }
      &.-wide #transcript-pane { width: 1fr; }
      &.-wide PassagePanel { width: 38; height: 1fr; max-height: 100%; }
      &.-wide PassagePanel Static { min-height: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.interview = OpenInterview()
        self.view = TranscriptView(id="transcript")
        self.view.cursor_listener = self._cursor_moved
        self.targets = KeyTargets(self, self.interview, self.view)
        self.marking = Marking(self, self.interview, self.view, self.targets)
        self.find = Find(self, self.interview, self.view)
        self.queue = SuggestionQueue(self, self.interview, self.targets, self.marking)
        self.codes = CodesUnderKeys(self)
        self.coding = PassageCoding(self, self.interview, self.targets, self.marking, self.queue, self.codes)
        self.deciding = PassageDeciding(self, self.interview, self.view, self.targets, self.marking, self.queue)
        self.steps = PassageSteps(self, self.interview, self.view, self.marking, self.find, self.queue)
        self.mending = TurnMending(self, self.interview, self.view, self.targets, self.marking, self.find)
        self.dialogs = Dialogs(self, self.interview, self.targets)
        self.reading_time = ReadingTime(self, self.interview, self.view)
        self.passage_display = PassageDisplay(self, self.interview, self.view, self.queue, self.codes)
        self._shown = Version()
        self._wire_keys()

    def _wire_keys(self) -> None:
        """Bind each action of the key table to the part that performs it."""
        self.action_decide, self.action_unmark = self.deciding.decide, self.deciding.unmark
        self.action_step, self.action_next, self.action_skip = self.steps.step, self.steps.next, self.steps.skip
        self.action_overlaps, self.action_edge_of_text = self.steps.next_overlapping, self.steps.edge_of_text
        self.action_interview = self.steps.other_interview
        self.action_select, self.action_unit = self.marking.begin, self.marking.select_unit
        self.action_select_more, self.action_reshape = self.marking.select_more, self.marking.reshape
        self.action_mark, self.action_edge = self.marking.mark, self.marking.move_edge
        self.action_code, self.action_quick_code = self.coding.ask, self.coding.use_last
        self.action_digit, self.action_recent = self.coding.use_digit, self.coding.ask_recent
        self.action_in_vivo, self.action_uncode = self.coding.code_in_own_words, self.coding.uncode
        self.action_find = self.find.ask
        self.action_queue, self.action_queue_order = self.queue.open_or_close, self.queue.change_order
        self.action_split_turn, self.action_join_turn = self.mending.split_turn, self.mending.join_turn
        self.action_give_words, self.action_delete_words = self.mending.give_words, self.mending.delete_words
        self.action_range = self.mending.begin_range
        self.action_memo, self.action_memo_interview = self.dialogs.open_memo, self.dialogs.open_interview_memo
        self.action_job, self.action_codebook = self.dialogs.open_job_statement, self.dialogs.open_codebook
        self.action_search, self.action_alike = self.dialogs.open_search, self.dialogs.search_alike
        self.action_matrix = self.dialogs.open_matrix
        self.action_blind = self.dialogs.switch_blind

    def compose_body(self) -> ComposeResult:
        """Yield the empty state, the transcript and the panel."""
        yield Static(with_keys(EMPTY), classes="empty", markup=False)
        with Container(classes="body"):
            with self.passage_display.pane:
                yield self.view
            yield self.passage_display.panel

    def on_mount(self) -> None:
        """Start checking which turns are read."""
        self.set_interval(LOOK_SECONDS, self.reading_time.look)

    @property
    def is_on_top(self) -> bool:
        """Whether nothing is open over the screen."""
        return self.app.screen is self

    def note_seen(self) -> None:
        """Note which passages are visible."""
        self.view.note_seen()

    def _cursor_moved(self, at: int) -> None:
        self.marking.follow_cursor(at)
        if self.mending.has_range:
            self.tell()

    @on(TranscriptView.Clicked)
    def _clicked(self, event: TranscriptView.Clicked) -> None:
        self.marking.select_clicked(event.at, event.times)

    @on(TranscriptView.Dragged)
    def _dragged(self, event: TranscriptView.Dragged) -> None:
        self.marking.select_dragged(event.span)

    def is_up_to_date(self) -> bool:
        """Return whether the screen shows the study's current state, and no other place is requested."""
        return self.study_app.requested_place is None and self._shown == Version.of(self.study)

    def reload(self) -> None:
        """Read the requested interview, else the open one, else the remembered one."""
        version, self._shown = Version.of(self.study), Version()
        keys = interviews.keys(self.study)
        remembered = studies.place(self.study, self.MODE)
        requested, self.study_app.requested_place = self.study_app.requested_place, None
        key, passage = (
            (requested.interview, requested.passage)
            if requested
            else (self.interview.key or str(remembered.get("interview", "")), None)
        )
        if key not in keys:
            key = keys[0] if keys else ""
        for part, is_shown in ((".empty", not key), (".body", bool(key))):
            self.query_one(part).display = is_shown
        if not key:
            self.interview.close()
            return
        changed = key != self.interview.key
        if changed:
            self._open(key)
            remembered_passage = remembered.get("passage") if remembered.get("interview") == key else None
            passage = (
                passage
                if requested and passage is not None
                else remembered_passage
                if isinstance(remembered_passage, int)
                else None
            )
        else:
            self._read_turns()
        self.passage_display.read_interview()
        self._read_passages(keep=passage if passage is not None else self.interview.current)
        if requested and requested.span:
            self._show_stretch(*requested.span)
        elif (changed or requested) and self.interview.passage:
            self._look_at(self.interview.passage.start, self.interview.passage.end)
        self._shown = version

    def _show_stretch(self, start: int, end: int) -> None:
        """Go to a stretch of the text: to the closest passage, or, if none shares words with it, select it."""
        self.marking.drop()
        self.interview.current = _closest_passage(self.interview.passages, start, end)
        passage = self.interview.passage
        self._look_at(max(start, passage.start) if passage else start, end)
        self.show_passage()
        if passage is None:
            self.marking.select_stretch(start, end)

    def _look_at(self, start: int, end: int) -> None:
        self.view.put_cursor(start)
        self.call_after_refresh(self.view.reveal, start, end)

    def _open(self, key: str) -> None:
        self.marking.drop()
        self.find.close()
        self.mending.drop_range()
        self.view.show(self.interview.open(self.study, key))
        self.view.focus()

    def _read_turns(self) -> None:
        """Show changed roles, speakers or turns, if any."""
        before, now = self.interview.transcript, self.interview.read_turns(self.study)
        if before is not None and now is not None:
            if now.text != before.text:
                self.queue.close()  # its suggestions have positions in the previous text
            self.view.show_changed(now)

    def _read_passages(self, keep: int | None) -> None:
        previous, at = self.interview.current, self.view.cursor
        self.interview.read_passages(self.study, self.queue.unstored(), keep, at)
        passage = self.interview.passage
        if passage is not None and not passage.start <= at < passage.end:
            self.view.put_cursor(passage.start)
        if (
            passage is not None
            and previous is not None
            and passage.id != previous
            and self.study_app.keys.pressed_at is None
        ):
            self.view.forget_seen(passage)
        self.show_passage()

    def saved(self, happened: str, *, undo: bool = True) -> None:
        """After a change of passages alone: read them again, and show what happened as ``done`` does."""
        version = Version.of(self.study)
        if version.others == self._shown.others:
            self.note_done(happened, undo=undo)
            self._refresh_passages(version)
        else:  # another program changed the study, too
            self.done(happened, undo=undo)

    @shows_errors
    def _refresh_passages(self, version: Version) -> None:
        self._shown = Version()
        with self.study.reading_once():
            self._read_passages(keep=self.interview.current)
        self._shown = version
        self.tell()

    def show_passage(self, *, reveal: bool = False) -> None:
        """Draw the passages and the panel of the current one."""
        self.passage_display.show(reveal=reveal)

    def show_place(self, place: Bookmark) -> None:
        """Show a place of the study on this screen."""
        self.study_app.requested_place = place
        self.refresh_study()

    def state(self) -> str:
        """Return how many passages are decided, the cursor's place, and the open selection, range, search or queue."""
        if not self.interview.key:
            return "saved · no interview"
        passages = self.interview.passages
        decided = sum(p.status != "suggested" for p in passages)
        parts = f"{self.marking.state}{self.mending.state}{self.find.state}{self.queue.state}"
        busy = f" · {self.targets.busy} …" if self.targets.busy else ""
        return f"saved · coded {decided}/{len(passages)} · {self._place_in_words()}{parts}{busy}"

    def _place_in_words(self) -> str:
        """Return which passage is current; outside passages, the last one before the cursor."""
        ids, cursor = [p.id for p in self.interview.passages], self.view.cursor
        if self.interview.current in ids:
            return f"passage {ids.index(self.interview.current) + 1}/{len(ids)}"
        before = sum(p.start <= cursor for p in self.interview.passages)
        if not before:
            return f"before the first of {format_count(len(ids), 'passage')}" if ids else "no passage"
        return f"passage {before}/{len(ids)} is before the cursor"

    def note_undone(self, entry: int) -> None:
        """Handle an undo of an entry of the history, before the study is read again."""
        self.queue.note_undone(entry)

    def after_undo_or_redo(self) -> None:
        """Show the passage that an undo or redo changed."""
        interview = self.interview
        if self.queue.return_to_undone() or not interview.key or not interview.changed:
            return
        # After an edit of turns, passages changed only their offsets, and the cursor is at the edit.
        if interview.current not in interview.changed and not interview.turns_changed:
            self.steps.go_to(interview.changed[0])

    def action_undo(self) -> None:
        """Undo the last action, unless the screen is still busy."""
        if not self.targets.is_waiting():
            super().action_undo()

    def action_redo(self) -> None:
        """Redo the undone action, unless the screen is still busy."""
        if not self.targets.is_waiting():
            super().action_redo()

    def action_copy(self) -> None:
        """Copy the selection's or the passage's words to the clipboard, where the terminal allows."""
        passage = self.interview.passage
        span = self.interview.selected or ((passage.start, passage.end) if passage else None)
        if span is not None and self.interview.transcript is not None:
            self.app.copy_to_clipboard(self.interview.words(span))
            self.tell("copied the quote, where the terminal allows it")

    def action_listen(self) -> None:
        """Play the recording from the selection or the passage, else from the turn at the cursor."""
        passage = self.interview.passage
        span = self.interview.selected or ((passage.start, passage.end) if passage else None)
        if self.interview.transcript is not None:
            listening.listen(self, self.interview.key, self.view.cursor if span is None else span[0])

    def action_back(self) -> None:
        """Stop a ranking, else drop the selection, the range of turns or the search, else go back to the previous place."""
        if self.targets.busy:
            self.queue.stop_waiting()
        elif self.marking.is_open:
            self.marking.drop()
            self.tell("dropped the selection")
        elif self.mending.has_range:
            self.mending.drop_range()
            self.tell("dropped the range")
        elif self.find.is_open:
            self.find.close()
            self.tell("")
        elif self.queue.is_open:
            self.queue.open_or_close()
        else:
            self.leave()
            self.study_app.go_back()

    def suspended(self) -> None:
        """Remember the place, except under a dialog, which returns here."""
        if not isinstance(self.app.screen, ModalScreen):
            self.leave()

    def leave(self) -> None:
        """Remember the place."""
        if self.interview.key:
            current, passages = self.interview.current, self.interview.passages
            nearest_passage = navigation.nearest(passages, self.view.cursor) if current is None else current
            self.study_app.remember(self.MODE, {"interview": self.interview.key, "passage": nearest_passage})


def _closest_passage(passages: Sequence[Passage], start: int, end: int) -> int | None:
    """Return the id of the passage closest to a stretch of the text; None if none shares words with it."""
    shares = [p for p in passages if p.start < end and start < p.end]
    if not shares:
        return None
    return min(shares, key=lambda p: (abs(p.start - start) + abs(p.end - end), p.id)).id
