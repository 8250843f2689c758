"""Reviewing: candidates and segments on one side, the evidence for the one under the cursor on the other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.discovery import firmness
from needsseg.actions.segments import cards, segments
from needsseg.actions.segments.segments import SegmentSummary
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError
from needsseg.tui import loading
from needsseg.tui.fixes import worded
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.segments.commands import SegmentVerbs
from needsseg.tui.segments.desk import LEFT_OVER
from needsseg.tui.segments.keys import HELP, SEGMENT_KEYS
from needsseg.tui.segments.map import MapBeside
from needsseg.tui.segments.passages import PassageVerbs
from needsseg.tui.segments.views import ReviewReading
from needsseg.tui.widgets.evidence import EvidenceList
from needsseg.tui.widgets.evidence_words import next_step
from needsseg.tui.widgets.passage_map import PassageMap
from needsseg.tui.widgets.segment_lines import left_line, segment_line
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.segments.cards import Card
    from needsseg.actions.segments.segments import Evidence
    from needsseg.records import Passage

EMPTY = """No candidates yet.

  V    states needs in view: what you believe people need; discovery starts from them
  D    discovers candidates: in the accepted passages, or in suggestions where none is accepted
  F2   goes to coding: a accepts, x rejects
  F1   goes to the interviews: i imports, s suggests passages
"""
HINTS = {
    "candidate": "C its card · read the quotes (n) · e names · Q asks you · V needs in view · ? all keys",
    "named": "read the quotes (n) · c confirms · Q asks you · ? all keys",
    "confirmed": "all confirmed · p people · S what they hang on · F4 accounts",
}
UNSEPARATE = "Q asks you what belongs together · C its card · read the quotes (n) · ? all keys"
"""The hint where candidates are no groups that stand apart: what people say comes before names."""


class SegmentsScreen(SegmentVerbs, PassageVerbs, ReviewReading, MapBeside):
    """Evidence first, then name, merge, split, move, set aside, confirm."""

    MODE = "segments"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = SEGMENT_KEYS
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-side"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    SegmentsScreen {
      & #verdict { height: auto; max-height: 3; padding: 0 1; background: $surface; display: none; }
      & .body { layout: vertical; }
      & #left { height: auto; max-height: 8; background: $surface; border-bottom: solid $primary 50%; }
      & #segments, & #segments:focus { height: auto; max-height: 7; padding: 0 1; background: $surface; border: none;
        text-wrap: nowrap; text-overflow: ellipsis; }
      & #right { height: 1fr; width: 1fr; }
      & #next { height: 1; padding: 0 1; color: $text-accent; display: none; }
      & #nearby { display: none; }
      & #map { display: none; }
      &.-side .body, &.-wide .body { layout: horizontal; }
      &.-side #left { width: 27; height: 1fr; max-height: 100%; border-bottom: none; border-right: solid $primary 50%; }
      &.-wide #left { width: 42; height: 1fr; max-height: 100%; border-bottom: none; border-right: solid $primary 50%; }
      &.-side #segments, &.-wide #segments { height: 1fr; max-height: 100%; }
      &.-wide.-tall #nearby { display: block; height: 18; border-top: solid $primary 50%; }
      &.-mapped #map { display: block; }
      &.-mapped #evidence { display: none; }
      & OptionList > .option-list--option-highlighted { text-style: bold; }
      & OptionList:focus > .option-list--option-highlighted { text-style: bold reverse; }
      & EvidenceList > .option-list--option-highlighted { text-style: none; background: $primary 20%; }
      & EvidenceList:focus > .option-list--option-highlighted { text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self._filling = False
        self._reading = False
        self._version = 0
        """Rises with all that makes what is being read beside the screen out of date."""
        self.card: Card | None = None

    def compose_body(self) -> ComposeResult:
        """Empty state, list, evidence, maps."""
        yield Static(EMPTY, classes="empty", markup=False)
        yield Static("", id="verdict", markup=False)
        with Container(classes="body"):
            with Vertical(id="left"):
                yield OptionList(id="segments", markup=False)
                yield PassageMap(id="nearby")
            with Vertical(id="right"):
                yield Static("", id="next", markup=False)
                yield EvidenceList(id="evidence")
                yield PassageMap(id="map")

    def on_mount(self) -> None:
        """Begins in the list."""
        self._list.focus()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#segments", OptionList)

    @property
    def segment(self) -> SegmentSummary | None:
        """The segment under the cursor; None on what was left over."""
        at = self._list.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    @property
    def on_left(self) -> bool:
        """Whether the cursor is on what was left over."""
        at = self._list.highlighted
        return at is not None and at >= len(self.rows) and bool(self.left)

    @property
    def on_quotes(self) -> bool:
        """Whether keys go to the quotes, in the list of them or on the map."""
        return self.quotes.has_focus or self.query_one("#map").has_focus

    def reload(self) -> None:
        """Reads the segments, the cursor staying on its own."""
        left = studies.place(self.study, self.MODE).get("segment")
        was_left = self.on_left if self.wanted is None else self.wanted == LEFT_OVER
        was = self.segment.id if self.segment else None
        kept = self.wanted if self.wanted is not None else left if was is None else was
        before = self._list.highlighted or 0
        self.wanted = None
        warm = loading.is_warm(self.study)
        self.rows = segments.listing(self.study)
        self.left = segments.left_over(self.study) if warm else []
        there = bool(self.rows or self.left)
        self.query_one(".empty").display = not there
        self.query_one(".body").display = there
        self._show_verdict(shown=there)
        self._filling = True
        self._list.clear_options()
        self._list.add_options(Option(segment_line(row)) for row in self.rows)
        if self.left:
            self._list.add_option(Option(left_line(len(self.left), sum(row.off_topic for row in self.left))))
        at = next((number for number, row in enumerate(self.rows) if row.id == kept), before)
        at = len(self.rows) if was_left and self.left else at
        self._list.highlighted = min(at, self._list.option_count - 1) if there else None
        self._filling = False
        if (
            was is not None
            and self.segment is not None
            and self.segment.id != was
            and self.desk.keys.pressed_at is None
        ):
            self._changed_at = monotonic()
        self.show_evidence()
        if self.wanted_quote is not None:
            self.quotes.go_to(self.wanted_quote)
        self.wanted_quote = None
        self.look_aside(warm=warm)
        if not self._happened:
            self._happened = self.hint()

    def _show_verdict(self, *, shown: bool) -> None:
        """Says above list, evidence and map whether the passages form groups at all."""
        said = firmness.verdict(self.study)
        header = self.query_one("#verdict", Static)
        header.display = shown and said.has_run
        header.update(plain(f"{worded(said.short, self.app)} {said.caution}".strip()))

    def hint(self) -> str:
        """What to do next, in one line."""
        statuses = {row.status for row in self.rows}
        if "candidate" in statuses and firmness.verdict(self.study).separate is False:
            return UNSEPARATE
        return next((hint for status, hint in HINTS.items() if status in statuses), "")

    def show_evidence(self, *, moved: bool = False) -> None:
        """Shows the evidence of the segment under the cursor, or what was left over.

        Where the cursor only ``moved`` it is read beside the screen, so that no key waits for it. After a change it is read
        at once, since the next key is meant for the next quote. The card is always read beside the screen.
        """
        here = self.segment
        self._version += 1
        self.shown = None
        if here is None or self.card is None or self.card.segment != here.id:
            self.card = None
        if here is not None and (moved or not loading.is_warm(self.study)):
            self.waiting()
        if here is not None and loading.is_warm(self.study):
            if not moved:
                self._show_read(segments.evidence(self.study, here.id))
            self._read_beside()
        elif here is None:
            self.show_marks()

    def _show_read(self, shown: Evidence) -> None:
        self.shown = replace(
            shown,
            passages=tuple((p, s) for p, s in shown.passages if self._fits(p)),
            proposed=tuple((p, s) for p, s in shown.proposed if self._fits(p)),
        )
        self.show_marks()

    def _read_beside(self) -> None:
        if not self._reading:  # a thread cannot be ended, so that a second one would only slow the first
            self._reading = True
            self.run_worker(self._read_on(), group="evidence")

    async def _read_on(self) -> None:
        """Reads evidence and card of the segment under the cursor, until both are those of where the cursor has come to."""
        try:
            version = -1
            while self.is_attached and version != self._version and (here := self.segment) is not None:
                version = self._version
                if self.shown is None:
                    evidence = await loading.aside(self.study.path, partial(segments.evidence, segment=here.id))
                    if version != self._version or not self.is_attached:
                        continue
                    self._show_read(evidence)
                card = await loading.aside(self.study.path, partial(cards.card, segment=here.id))
                if version == self._version and self.is_attached:
                    self.card = card
                    self.show_marks()
        except NeedssegError as error:
            self.desk.show_error(error)
        finally:
            self._reading = False

    def _fits(self, passage: Passage) -> bool:
        """Whether a passage passes the filter."""
        return self._words.casefold() in f"{passage.quote} {passage.speaker} {passage.interview}".casefold()

    def show_marks(self) -> None:
        """Shows the evidence that was read, with what is marked."""
        if self.on_left:
            left = [row for row in self.left if self._fits(row.passage)]
            self.marked &= {row.passage.id for row in left}
            self.quotes.show_left(left, self.marked, narrowed=bool(self._words))
        else:
            of = self.shown
            self.marked &= {passage.id for passage, _ in (*of.passages, *of.proposed)} if of else set()
            backing = self.backing.get(of.summary.id) if of else None
            self.quotes.show(of, self.marked, backing, self.card if of else None)
        step = next_step(self.shown.summary, self.card) if self.shown is not None and not self.on_left else ""
        above = self.query_one("#next", Static)
        above.update(plain(f"next: {step}"))
        above.display = bool(step)
        self.show_place()

    def state(self) -> str:
        """How many segments stand, which one is shown, what is marked."""
        if not self.rows:
            return "saved · no segments"
        seen = studies.overview(self.study)
        total = seen.suggested + seen.accepted + seen.rejected
        at = f"segment {(self._list.highlighted or 0) + 1}/{len(self.rows)}" if not self.on_left else "left over"
        confirmed = sum(row.status == "confirmed" for row in self.rows)
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        narrowed = f" · filter “{self._words}”" if self._words else ""
        return f"saved · coded {total - seen.suggested}/{total} · {at} · {confirmed} confirmed{marked}{narrowed}"

    @on(OptionList.OptionHighlighted, "#segments")
    @shows_errors
    def _moved(self) -> None:
        if not self._filling:
            if self.shown is None or self.segment is None or self.segment.id != self.shown.summary.id:
                self.marked.clear()
                self.show_evidence(moved=True)
            self.tell()

    @on(OptionList.OptionHighlighted, "#evidence")
    def _read(self) -> None:
        self.show_place()

    @on(OptionList.OptionSelected, "#segments")
    def _entered(self) -> None:
        self.focus_quotes()

    @on(OptionList.OptionSelected, "#evidence")
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Opens the quote under the cursor in its transcript."""
        quote = self.quotes.quote
        if quote is not None:
            self.leave()
            self.desk.open_passage(quote.interview, quote.id, self.MODE)

    def focus_quotes(self) -> None:
        """Lets keys go to the quotes, or to the map where it is shown in their place."""
        (self.query_one("#map") if self.has_class("-mapped") else self.quotes).focus()

    def action_other_pane(self) -> None:
        """From the list to the evidence, and back."""
        self._list.focus() if self.on_quotes else self.focus_quotes()

    def action_next(self, by: int) -> None:
        """Goes to the next quote or the one before, from wherever one is."""
        if not self.on_quotes:
            self.focus_quotes()
            if by > 0:  # the one under the cursor was not read yet
                return
        if not self.quotes.go(by):
            if self.segment is not None and self.shown is None:
                self.tell("the evidence is being read")
                return
            self.tell("no quote after this one: esc, j for the next segment" if by > 0 else "no quote before this one")

    def action_step(self, by: int) -> None:
        """Goes up or down in the pane that has the focus."""
        if self.query_one("#map").has_focus:
            self.quotes.go(by)
            return
        pane = self.quotes if self.quotes.has_focus else self._list
        pane.action_cursor_down() if by > 0 else pane.action_cursor_up()

    def action_edge(self, end: bool) -> None:
        """Goes to the top or bottom of the pane that has the focus."""
        if self.on_quotes:
            self.quotes.go_to_edge(end)
        elif end:
            self._list.action_last()
        else:
            self._list.action_first()

    def action_back(self) -> None:
        """Forgets the filter, then the marks, then goes to the list."""
        if self._words:
            self._narrow("")
        elif self.marked:
            self.marked.clear()
            self.show_marks()
            self.tell("forgot the marks")
        else:
            self._list.focus()

    def action_filter(self) -> None:
        """Asks which quotes to show."""
        from needsseg.tui.widgets.prompt import Prompt

        self.app.push_screen(Prompt("Show quotes with these words", value=self._words, empty=True), self._narrow)

    def _narrow(self, words: str | None) -> None:
        if words is not None:
            self._words = words
            self.show_evidence()
            self.focus_quotes()
            self.tell("" if self.quotes.quotes or not words else f"no quote has “{words}” · esc shows all")

    def leave(self) -> None:
        """Remembers the segment."""
        if self.segment:
            self.desk.remember(self.MODE, {"segment": self.segment.id})
