"""Reviewing: candidates and segments on one side, the evidence for the one under the cursor on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions import segments, studies
from needsseg.actions.segments import Evidence, SegmentSummary
from needsseg.tui.screens.base import told
from needsseg.tui.screens.segment_keys import HELP, SEGMENT_KEYS
from needsseg.tui.screens.segment_verbs import SegmentVerbs
from needsseg.tui.widgets.evidence import EvidenceList
from needsseg.tui.words import SEGMENT_GLYPHS, counted, plain

if TYPE_CHECKING:
    from needsseg.tui.child import Outcome

EMPTY = """No candidates yet.

  D    discovers candidates: in the accepted passages, or in suggestions where none is accepted
  F2   goes to coding: a accepts, x rejects
  F1   goes to the interviews: i imports, s suggests passages
"""


class SegmentsScreen(SegmentVerbs):
    """Evidence first, then name, merge, split, move, set aside, confirm."""

    MODE = "segments"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = SEGMENT_KEYS
    DEFAULT_CSS = """
    SegmentsScreen {
      & .body { layout: vertical; }
      & #segments { height: auto; max-height: 7; padding: 0 1; background: $surface;
        border: none; border-bottom: solid $primary 50%; }
      &.-wide .body { layout: horizontal; }
      &.-wide #segments { width: 38; height: 1fr; max-height: 100%; border-bottom: none; border-right: solid $primary 50%; }
      &.-wide #segments:focus { border: none; border-right: solid $primary; }
      & #segments:focus { border: none; border-bottom: solid $primary 50%; }
      & OptionList > .option-list--option-highlighted { text-style: bold; }
      & OptionList:focus > .option-list--option-highlighted { text-style: bold reverse; }
      & EvidenceList:focus > .option-list--option-highlighted { text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[SegmentSummary] = []
        self.shown: Evidence | None = None
        self.marked: set[int] = set()
        self._words = ""
        self._filling = False

    def compose_body(self) -> ComposeResult:
        """Empty state, list, evidence."""
        yield Static(EMPTY, classes="empty", markup=False)
        with Container(classes="body"):
            yield OptionList(id="segments", markup=False)
            yield EvidenceList(id="evidence")

    def on_mount(self) -> None:
        """Begins in the list."""
        self._list.focus()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#segments", OptionList)

    @property
    def quotes(self) -> EvidenceList:
        """The evidence on the screen."""
        return self.query_one(EvidenceList)

    @property
    def segment(self) -> SegmentSummary | None:
        """The segment under the cursor."""
        at = self._list.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def reload(self) -> None:
        """Reads the segments, the cursor staying on its own."""
        left = studies.place(self.study, self.MODE).get("segment")
        kept = self.wanted if self.wanted is not None else self.segment.id if self.segment else left
        before = self._list.highlighted or 0
        self.wanted = None
        self.rows = segments.listing(self.study)
        self.query_one(".empty").display = not self.rows
        self.query_one(".body").display = bool(self.rows)
        self._filling = True
        self._list.clear_options()
        self._list.add_options(Option(_line(row)) for row in self.rows)
        at = next((number for number, row in enumerate(self.rows) if row.id == kept), before)
        self._list.highlighted = min(at, len(self.rows) - 1) if self.rows else None
        self._filling = False
        self.show_evidence()

    def show_evidence(self) -> None:
        """Reads and shows the evidence of the segment under the cursor."""
        here = self.segment
        self.shown = segments.evidence(self.study, here.id) if here else None
        if self.shown is not None and self._words:
            needle = self._words.casefold()
            kept = tuple(
                (p, s) for p, s in self.shown.passages if needle in f"{p.quote} {p.speaker} {p.interview}".casefold()
            )
            self.shown = Evidence(self.shown.summary, kept, self.shown.voices)
        in_it = {passage.id for passage, _ in self.shown.passages} if self.shown else set()
        self.marked &= in_it
        self.quotes.show(self.shown, self.marked)

    def state(self) -> str:
        """How many segments stand, which one is shown, what is marked."""
        if not self.rows:
            return "saved · no segments"
        seen = studies.overview(self.study)
        total = seen.suggested + seen.accepted + seen.rejected
        at = f"segment {(self._list.highlighted or 0) + 1}/{len(self.rows)}"
        confirmed = sum(row.status == "confirmed" for row in self.rows)
        marked = f" · {len(self.marked)} marked" if self.marked else ""
        narrowed = f" · filter “{self._words}”" if self._words else ""
        return f"saved · coded {total - seen.suggested}/{total} · {at} · {confirmed} confirmed{marked}{narrowed}"

    @on(OptionList.OptionHighlighted, "#segments")
    @told
    def _moved(self) -> None:
        if not self._filling:
            if self.shown is None or self.segment is None or self.segment.id != self.shown.summary.id:
                self.marked.clear()
                self.show_evidence()
            self.tell()

    @on(OptionList.OptionSelected, "#segments")
    def _entered(self) -> None:
        self.quotes.focus()

    @on(OptionList.OptionSelected, "#evidence")
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Opens the quote under the cursor in its transcript."""
        quote = self.quotes.quote
        if quote is not None:
            self.leave()
            self.desk.open_passage(quote.interview, quote.id, self.MODE)

    def action_other_pane(self) -> None:
        """From the list to the evidence, and back."""
        (self._list if self.quotes.has_focus else self.quotes).focus()

    def action_step(self, by: int) -> None:
        """Goes up or down in the pane that has the focus."""
        pane = self.quotes if self.quotes.has_focus else self._list
        pane.action_cursor_down() if by > 0 else pane.action_cursor_up()

    def action_edge(self, end: bool) -> None:
        """Goes to the top or bottom of the pane that has the focus."""
        pane = self.quotes if self.quotes.has_focus else self._list
        pane.action_last() if end else pane.action_first()
        if pane is self.quotes and not end:
            pane.scroll_home(animate=False)

    def action_mark(self) -> None:
        """Marks the quote under the cursor, or takes its mark away."""
        quote = self.quotes.quote
        if quote is None or not self.quotes.has_focus:
            self.tell("tab goes to the quotes; space marks one there")
            return
        self.marked ^= {quote.id}
        self.quotes.show(self.shown, self.marked)
        self.quotes.action_cursor_down()
        self.tell("s splits the marked quotes off, v moves them" if self.marked else "")

    def action_back(self) -> None:
        """Forgets the filter, then the marks, then goes to the list."""
        if self._words:
            self._narrow("")
        elif self.marked:
            self.marked.clear()
            self.quotes.show(self.shown, self.marked)
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
            self.quotes.focus()
            self.tell("")

    def action_discover(self) -> None:
        """Discovers candidates anew; what people touched stays."""
        self.run_verb("Discovering candidates", self._discovered, ["discover", "--json"])

    @told
    def _discovered(self, outcome: Outcome) -> None:
        from needsseg.tui.widgets.progress import failure

        if outcome.code:
            raise failure(outcome)
        run = next(iter(segments.runs(self.study)), None)
        found = sum(row.status == "candidate" for row in segments.listing(self.study))
        again = outcome.result.get("found_again", 0) if isinstance(outcome.result, dict) else 0
        also = f", {counted(again, 'kept one')} again" if again else ""
        self.done(f"found {counted(found, 'candidate')}{also}")
        if run is not None and run.warnings:
            from needsseg.tui.screens.report import ReportScreen

            self.app.push_screen(ReportScreen(f"Found {counted(found, 'candidate')}{also}", run.warnings))

    def leave(self) -> None:
        """Remembers the segment."""
        if self.segment:
            self.desk.remember(self.MODE, {"segment": self.segment.id})


def _line(row: SegmentSummary) -> Content:
    maybe = f" · maybe {row.suggested_names[0].name}" if row.status == "candidate" and row.suggested_names else ""
    warned = " !" if row.warnings else ""
    return Content.assemble(
        plain(f"{SEGMENT_GLYPHS[row.status]} "),
        plain(f"{row.name}{maybe}", "bold" if row.status == "confirmed" else ""),
        plain(f"  {row.size} · {counted(row.participants, 'person', 'people')}{warned}", "dim"),
    )
