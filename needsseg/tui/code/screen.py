"""Coding: one transcript, its passages, and a decision a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from needsseg.actions.coding import passages, suggesting
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.records import Passage, Transcript
from needsseg.text import format_count
from needsseg.tui.bookmark import Place
from needsseg.tui.code import navigation
from needsseg.tui.code.codes import CodesUnderKeys
from needsseg.tui.code.find import Finding
from needsseg.tui.code.keys import CODE_KEYS, HELP
from needsseg.tui.code.marking import MarkingByHand
from needsseg.tui.code.mending import MendingTurns
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.code.reading_time import Reading
from needsseg.tui.code.sheets import Sheets
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.passage_panel import PassagePanel
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import plain

EMPTY = """No interview is open.

  F1   goes to the interviews: i imports some, enter opens one here
"""
DONE = {"accepted": "accepted", "rejected": "rejected"}


class CodeScreen(MarkingByHand, CodesUnderKeys, Finding, SuggestionQueue, Reading, MendingTurns, Sheets):
    """A transcript with its passages marked; deciding saves at once and goes on to the next."""

    MODE = "code"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = CODE_KEYS
    DEFAULT_CSS = """
    CodeScreen {
      & .body { layout: vertical; }
      & PassagePanel { height: auto; max-height: 8; min-height: 3; border-top: solid $primary 50%; }
      &.-wide .body { layout: horizontal; }
      &.-wide TranscriptView { width: 1fr; }
      &.-wide PassagePanel { width: 36; height: 1fr; max-height: 100%; border-top: none; border-left: solid $primary 50%; }
      &.-wide PassagePanel Static { min-height: 100%; }
      & #title { height: 1; padding: 0 1; background: $boost; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.current: int | None = None
        self.transcript: Transcript | None = None
        self._turns_changed = False
        self.passages: list[Passage] = []

    def compose_body(self) -> ComposeResult:
        """Title, transcript, panel."""
        yield Static(id="title", markup=False)
        yield Static(EMPTY, classes="empty", markup=False)
        with Container(classes="body"):
            view = TranscriptView(id="transcript")
            view.followed = self._cursor_moved
            yield view
            yield PassagePanel()

    def note_seen(self) -> None:
        """Notes which passages can be seen."""
        self.view.note_seen()

    def _cursor_moved(self, at: int) -> None:
        self.follow_cursor(at)
        if self.ranging:
            self.tell()

    @property
    def view(self) -> TranscriptView:
        """The transcript on the screen."""
        return self.query_one(TranscriptView)

    @property
    def passage(self) -> Passage | None:
        """The current passage: it lies under the cursor."""
        return next((p for p in self.passages if p.id == self.current), None)

    def reload(self) -> None:
        """Reads the interview asked for, else the one that is open, else the one that was left."""
        keys = interviews.keys(self.study)
        place = studies.place(self.study, self.MODE)
        asked, self.desk.wanted = self.desk.wanted, None
        wanted, passage = (
            (asked.interview, asked.passage) if asked else (self.key or str(place.get("interview", "")), None)
        )
        if wanted not in keys:
            wanted = keys[0] if keys else ""
        for part, there in ((".empty", not wanted), (".body", bool(wanted)), ("#title", bool(wanted))):
            self.query_one(part).display = there
        if not wanted:
            self.key, self.transcript, self.passages, self.current = "", None, [], None
            return
        changed = wanted != self.key
        if changed:
            self._open(wanted)
            left = place.get("passage") if place.get("interview") == wanted else None
            passage = passage if asked and passage is not None else left if isinstance(left, int) else None
        else:
            self._read_turns()
        self._read_passages(keep=passage if passage is not None else self.current)
        if asked and asked.span:
            self._show_stretch(*asked.span)
        elif (changed or asked) and self.passage:
            self._look_at(self.passage.start, self.passage.end)

    def _show_stretch(self, start: int, end: int) -> None:
        """Goes to a stretch of the text: to the passage that it is most nearly; where none shares words, it is selected."""
        self.forget_selection()
        self.current = _fitting(self.passages, start, end)
        here = self.passage
        self._look_at(max(start, here.start) if here else start, end)
        self.show_passage()
        if here is None:
            self.select_stretch(start, end)

    def _look_at(self, start: int, end: int) -> None:
        self.view.put_cursor(start)
        self.call_after_refresh(self.view.reveal, start, end)

    def _open(self, key: str) -> None:
        self.key, self.current, self._turns_changed = key, None, False
        self.forget_selection()
        self.forget_find()
        self.forget_range()
        self.transcript = interviews.show(self.study, key)
        self.view.show(self.transcript)
        self.view.focus()

    def _read_turns(self) -> None:
        """Shows what became of the turns: other roles and speakers, or mended ones."""
        roles = interviews.show(self.study, self.key)
        self._turns_changed = self.transcript is not None and roles.turns != self.transcript.turns
        if self.transcript is not None and self._turns_changed:
            if roles.text != self.transcript.text:
                self.end_queue()  # its suggestions have places in the text of before
            self.transcript = roles
            self.view.show_changed(roles)

    def _read_passages(self, keep: int | None) -> None:
        before, opened = {p.id: p for p in self.passages}, self.current is None and not self.passages
        was, at = self.current, self.view.cursor
        held = passages.listing(self.study, self.key, anchored=True)
        self.passages = sorted([*held, *self.unstored()], key=lambda p: (p.start, p.end, p.id))
        ids = {p.id for p in self.passages}
        inside = navigation.nearest(self.passages, 0) if opened else navigation.innermost(self.passages, at)
        self.current = keep if keep in ids else inside
        here = self.passage
        if here is not None and not here.start <= at < here.end:
            self.view.put_cursor(here.start)
        if here is not None and was is not None and here.id != was and self.desk.keys.pressed_at is None:
            self.view.forget_seen(here)
        self._changed = [p.id for p in self.passages if before and before.get(p.id) != p]
        self.show_passage()

    def show_passage(self, *, reveal: bool = False) -> None:
        """Draws the passages and tells of the current one."""
        here = self.passage
        self.view.mark(self.passages, self.current)
        if reveal and here:
            self.view.reveal(here.start, here.end)
        overlaps = len(navigation.overlapping(self.passages, here)) - 1 if here else 0
        queued = here is not None and self.is_queued(here)
        self.query_one(PassagePanel).show(
            here,
            overlaps,
            self.digits(),
            any_passages=bool(self.passages),
            chance=self.chance() if queued else "",
            reasons=self.queued_reasons() if queued else None,
            notes=self.notes(),
            asked=suggesting.asked(self.transcript, here) if here and self.transcript else "",
            who=participant_names(self.study).of(here) if here else "",
        )
        self.query_one("#title", Static).update(plain(self.headline()), layout=False)
        self.tell()

    def state(self) -> str:
        """Coded n/N, the place, what is selected or found."""
        if not self.key:
            return "saved · no interview"
        decided = sum(p.status != "suggested" for p in self.passages)
        open_states = f"{self.selection_state()}{self.range_state()}{self.find_state()}{self.queue_state()}"
        waits = f" · {self.busy} …" if self.busy else ""
        return f"saved · coded {decided}/{len(self.passages)} · {self._place_in_words()}{open_states}{waits}"

    def _place_in_words(self) -> str:
        """Which passage is current; beside passages, which one was last."""
        ids, cursor = [p.id for p in self.passages], self.view.cursor
        if self.current in ids:
            return f"passage {ids.index(self.current) + 1}/{len(ids)}"
        before = sum(p.start <= cursor for p in self.passages)
        if not before:
            return f"before the first of {format_count(len(ids), 'passage')}" if ids else "no passage"
        return f"passage {before}/{len(ids)} is before the cursor"

    def go_to(self, passage: int | None) -> None:
        """Makes a passage the current one."""
        if passage is not None:
            self.current = passage
            if self.passage:
                self.view.put_cursor(self.passage.start)
            self.show_passage(reveal=True)

    def action_step(self, by: int) -> None:
        """The next passage or the one before; while selecting, one sentence more or less."""
        if self.selecting:
            self.extend(by)
        else:
            self.go_to(navigation.step(self.passages, self.current, by, self.view.cursor))

    def action_next(self, by: int) -> None:
        """The next find while there are finds, else the next undecided passage."""
        if self.finding:
            self.next_hit(by)
            return
        found = navigation.undecided(self.passages, self.current, by, self.view.cursor)
        if found is None:
            self.tell("nothing else is undecided here: > opens the next interview")
        self.go_to(found)

    def action_skip(self) -> None:
        """Leaves the passage as it is and goes on."""
        if self.queueing:
            self.next_in_queue(skip=True)
            return
        self.tell("skipped")
        self.action_next(1) if not self.finding else self.action_step(1)

    @shows_errors
    def action_decide(self, status: Literal["accepted", "rejected"]) -> None:
        """Accepts or rejects, and goes on to the next undecided passage; accepting a selection marks it."""
        if self.selecting and status == "accepted":
            self.action_mark()
            return
        here = self.aim_at_passage()
        if here is None:
            return
        if self.is_queued(here):
            self.decide_queued(status)
            return
        changed = passages.decide(self.study, [here.id], status)
        following = navigation.undecided(self.passages, here.id)
        self.current = following if following is not None else navigation.step(self.passages, here.id, 1)
        last = "" if following is not None else " · all decided here, > opens the next interview"
        self.done(f"{DONE[status]} “{self.short(here)}”{last}", undo=bool(changed))
        if self.passage:
            self.view.put_cursor(self.passage.start)
            self.view.reveal(self.passage.start, self.passage.end)

    @shows_errors
    def action_unmark(self) -> None:
        """Takes the mark off, or makes a decided suggestion undecided again."""
        here = self.aim_at_passage()
        if here is not None and here.id < 0:
            self.tell("it is not marked yet: a accepts, x rejects")
        elif here is not None:
            passages.unmark(self.study, here.id)
            self.done(f"unmarked “{self.short(here)}”" if here.origin == "hand" else f"left open “{self.short(here)}”")

    def came_back(self) -> None:
        """Shows the passage that was concerned."""
        if not self.return_to_undone():
            self._show_changed()

    def action_undo(self) -> None:
        """Takes the last action back, unless the screen is still busy with what came before."""
        if not self.is_waiting():
            super().action_undo()

    def action_redo(self) -> None:
        """Does again what was taken back, unless the screen is still busy with what came before."""
        if not self.is_waiting():
            super().action_redo()

    def _show_changed(self) -> None:
        # Where turns changed, passages did only since they stand elsewhere now; the cursor is where it was done.
        if self.key and self._changed and self.current not in self._changed and not self._turns_changed:
            self.go_to(self._changed[0])

    def action_overlaps(self) -> None:
        """Goes through the passages that share words with the current one."""
        here = self.passage
        if here is None:
            return
        around = [p.id for p in navigation.overlapping(self.passages, here)]
        if len(around) > 1:
            self.go_to(around[(around.index(here.id) + 1) % len(around)])
        else:
            self.tell("nothing overlaps this passage")

    def action_copy(self) -> None:
        """Copies the selection's or the passage's words to the clipboard, where the terminal allows."""
        span = self.selection or ((self.passage.start, self.passage.end) if self.passage else None)
        if span is not None and self.transcript is not None:
            self.app.copy_to_clipboard(self.transcript.text[slice(*span)])
            self.tell("copied the quote, where the terminal allows it")

    def action_edge_of_text(self, end: bool) -> None:
        """Goes to the first or last passage, and to that end of the text."""
        self.go_to(self.passages[-1 if end else 0].id if self.passages else None)
        self.view.scroll_end(animate=False) if end else self.view.scroll_home(animate=False)

    def action_interview(self, by: int) -> None:
        """Opens the next interview, or the one before."""
        keys = interviews.keys(self.study)
        if self.key in keys and 0 <= keys.index(self.key) + by < len(keys):
            self.leave()
            self.desk.wanted = Place(keys[keys.index(self.key) + by])
            self.tell("")
            self.refresh_study()
        else:
            self.tell("there is no other interview that way")

    def action_back(self) -> None:
        """Stops what is awaited; drops selection, range of turns, and find, one a key; then goes back to where one came from."""
        if self.busy:
            self.stop_waiting()
        elif self.selecting:
            self.forget_selection()
            self.tell("dropped the selection")
        elif self.ranging:
            self.forget_range()
            self.tell("dropped the range")
        elif self.finding:
            self.forget_find()
            self.tell("")
        elif self.queueing:
            self.action_queue()
        else:
            self.leave()
            self.desk.go_back()

    def leave(self) -> None:
        """Remembers the place."""
        if self.key:
            near = navigation.nearest(self.passages, self.view.cursor) if self.current is None else self.current
            self.desk.remember(self.MODE, {"interview": self.key, "passage": near})


def _fitting(passages: Sequence[Passage], start: int, end: int) -> int | None:
    """The id of the passage that is most nearly a stretch of the text; None where none shares words with it."""
    shares = [p for p in passages if p.start < end and start < p.end]
    if not shares:
        return None
    return min(shares, key=lambda p: (abs(p.start - start) + abs(p.end - end), p.id)).id
