"""The Segments screen: candidates and segments, and the evidence for the one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static

from needsseg.actions.discovery.evidence import listing
from needsseg.actions.discovery.previews import left_over
from needsseg.actions.study import history, studies
from needsseg.errors import Advice, NeedssegError
from needsseg.symbols import glyphs
from needsseg.tui import listening, loading
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.report import ReportScreen
from needsseg.tui.screen_base import StudyScreen, shows_errors
from needsseg.tui.segments.commands import SegmentCommands
from needsseg.tui.segments.cursor import ReviewCursor
from needsseg.tui.segments.discovery_runs import DiscoveryRuns
from needsseg.tui.segments.evidence_reader import EvidenceReader
from needsseg.tui.segments.evidence_views import EvidenceViews
from needsseg.tui.segments.keys import EMPTY, HELP, MAP_HINT, SEGMENT_KEYS
from needsseg.tui.segments.map_reader import MapReader
from needsseg.tui.segments.passage_moves import PassageMoves
from needsseg.tui.segments.segment_list import SegmentList
from needsseg.tui.segments.state import LEFT_OVER, ReviewState
from needsseg.tui.segments.verdict_line import VerdictLine
from needsseg.tui.widgets.evidence import EvidenceList
from needsseg.tui.widgets.evidence_words import next_step
from needsseg.tui.widgets.passage_map import PassageMap
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.words import plain


class SegmentsScreen(StudyScreen):
    """Evidence first, then name, merge, split, move, set aside, confirm."""

    MODE = "segments"
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = SEGMENT_KEYS
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-side"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    SegmentsScreen {
      & .body { layout: vertical; }
      & #left { height: auto; max-height: 8; background: $surface; }
      & #segments { height: auto; max-height: 8; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
      & #right { height: 1fr; width: 1fr; }
      & #nearby { display: none; }
      & #near-map { background: $surface; }
      & #map-pane { display: none; height: 1fr; }
      &.-side .body, &.-wide .body { layout: horizontal; }
      &.-side #left { width: 27; height: 1fr; max-height: 100%; border-right: solid $primary 50%; }
      &.-wide #left { width: 44; height: 1fr; max-height: 100%; }
      &.-side #segments, &.-wide #segments { height: 1fr; max-height: 100%; }
      &.-wide.-tall #nearby { display: block; height: 19; }
      &.-mapped #map-pane { display: block; }
      &.-mapped #evidence { display: none; }
      & SegmentList > .option-list--option-highlighted { text-style: bold; color: $foreground; background: $primary 20%; }
      & SegmentList:focus > .option-list--option-highlighted { background: $primary 35%; }
      & EvidenceList > .option-list--option-highlighted { text-style: none; background: $primary 20%; }
      & EvidenceList:focus > .option-list--option-highlighted { text-style: bold; }
      &:ansi SegmentList > .option-list--option-highlighted, &:ansi EvidenceList > .option-list--option-highlighted {
        background: ansi_default; text-style: bold underline; }
      &:ansi SegmentList:focus > .option-list--option-highlighted, &:ansi EvidenceList:focus > .option-list--option-highlighted {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.listed = SegmentList(id="segments")
        self.quotes = EvidenceList(id="evidence")
        self.listed.border_title = "Segments"
        self._map, self._nearby = PassageMap(id="map"), PassageMap(id="near-map")
        self.review = ReviewState()
        self.cursor = ReviewCursor(self, self.review, self.listed, self.quotes, self._map)
        self._version: tuple[int, ...] = ()
        """The version of the study that is shown; empty before it is read."""
        self._evidence = EvidenceReader(self, self.review, self.cursor, self.show_review)
        self._maps = MapReader(self, self.review, self.cursor, (self._map, self._nearby), self.show_review)
        self._commands = SegmentCommands(self, self.review, self.cursor)
        self._moves = PassageMoves(self, self.review, self.cursor, self.show_review)
        self._views = EvidenceViews(self, self.review, self.cursor)
        self._runs = DiscoveryRuns(self, self.reload)
        self.action_listen = lambda: listening.listen_to(self, self.quotes.quote)

    def compose_body(self) -> ComposeResult:
        """Yield the empty state, the verdict, the list, the evidence and the maps."""
        yield Static(with_keys(EMPTY), classes="empty", markup=False)
        yield VerdictLine(id="verdict")
        with Container(classes="body"):
            with Vertical(id="left"):
                yield self.listed
                with Vertical(id="nearby", classes="pane") as nearby:
                    nearby.border_title = "Map"
                    yield self._nearby
            with Vertical(id="right"):
                yield self.quotes
                with Vertical(id="map-pane", classes="pane") as map_pane:
                    map_pane.border_title = "Map"
                    yield self._map

    def on_mount(self) -> None:
        """Focus the list."""
        self.listed.focus()

    @property
    def reviewer(self) -> str:
        """The name of the last reviewer."""
        return self.study_app.reviewer

    @reviewer.setter
    def reviewer(self, name: str) -> None:
        self.study_app.reviewer = name

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show a report over the screen."""
        self.app.push_screen(ReportScreen(title, lines))

    def is_up_to_date(self) -> bool:
        """Return whether the study is unchanged since it was read."""
        try:
            return bool(self._happened) and self._version == history.version(self.study)
        except NeedssegError:
            return False  # The next read meets the same error and shows it.

    @shows_errors
    def refresh_if_changed(self) -> None:
        """Show the state; read the study again first if it has changed."""
        if self.is_up_to_date():
            self.tell()
        else:
            self.refresh_study()

    def reload(self) -> None:
        """Read the segments; the cursor stays on its segment."""
        review, cursor = self.review, self.cursor
        self._version = ()
        requested_segment, review.requested_segment = review.requested_segment, None
        on_left = cursor.on_left if requested_segment is None else requested_segment == LEFT_OVER
        previous_segment = cursor.segment.id if cursor.segment else None
        if requested_segment is None:
            requested_segment = previous_segment if previous_segment is not None else self._last_segment()
        is_warm = loading.is_warm(self.study)
        review.rows = listing(self.study)
        review.left_over = left_over(self.study) if is_warm else []
        counts = studies.overview(self.study)
        review.coded = counts.accepted + counts.rejected
        review.passages = counts.suggested + review.coded
        has_rows = bool(review.rows or review.left_over)
        self.query_one(".empty").display = not has_rows
        self.query_one(".body").display = has_rows
        review.separate = self.query_one(VerdictLine).show_verdict(self.study, shown=has_rows)
        review.signs = self.study_app.signs = glyphs([row.id for row in review.rows], self.study_app.signs)
        self.listed.show(review.rows, review.left_over, requested_segment, on_left=on_left, signs=review.signs)
        new_segment = cursor.segment.id if cursor.segment else None
        is_replaced = previous_segment is not None and new_segment not in (None, previous_segment)
        if is_replaced and self.study_app.keys.pressed_at is None:
            review.segment_replaced_at = monotonic()
        self._evidence.read()
        if review.requested_passage is not None:
            self.quotes.go_to(review.requested_passage)
        review.requested_passage = None
        self._maps.schedule(warm=is_warm)
        if not self._happened:
            self._happened = review.hint()
        self._version = history.version(self.study)

    def _last_segment(self) -> int | None:
        """Return the segment that was shown when the screen was last left, or None."""
        segment = studies.place(self.study, self.MODE).get("segment")
        return segment if isinstance(segment, int) else None

    def show_review(self) -> None:
        """Show the evidence with the marked quotes, the next step, and the cursor on the map."""
        review, cursor = self.review, self.cursor
        if cursor.on_left:
            unassigned = [row for row in review.left_over if review.passes_filter(row.passage)]
            review.marked &= {row.passage.id for row in unassigned}
            self.quotes.show_left_over(unassigned, review.marked, narrowed=bool(review.filter_words))
        else:
            evidence = review.shown
            review.marked &= (
                {passage.id for passage, _ in (*evidence.passages, *evidence.proposed)} if evidence else set()
            )
            accounts = review.accounts.get(evidence.summary.id) if evidence else None
            sign = review.signs.get(evidence.summary.id) if evidence else None
            self.quotes.show(evidence, review.marked, accounts, review.card if evidence else None, sign)
        step = next_step(review.shown.summary, review.card) if review.shown is not None and not cursor.on_left else ""
        self.quotes.border_title = plain(f"next: {step}" if step else "Evidence")
        self._maps.mark_cursor()

    def state(self) -> str:
        """Return the number of segments, the current one, and what is marked."""
        return self.review.state_line((self.listed.highlighted or 0) + 1, on_left=self.cursor.on_left)

    def tell_also(self, more: str) -> None:
        """Add words to the current message."""
        self.tell(f"{self._happened} · {more}")

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Show the study after a change, and note where it was made, so that undo returns there."""
        newest = history.newest_own(self.study)
        if undo and newest is not None and newest.state == "done":
            quote = self.quotes.quote
            self.review.note_change(newest.id, self.cursor.segment_id, quote.id if quote else None)
        super().done(happened, undo=undo, steps=steps)

    def note_undone(self, entry: int) -> None:
        """Go to where the change that was undone was made."""
        self.review.go_to_change(entry)

    def leave(self) -> None:
        """Remember the segment."""
        if self.cursor.segment:
            self.study_app.remember(self.MODE, {"segment": self.cursor.segment.id})

    @on(OptionList.OptionHighlighted, "#segments")
    @shows_errors
    def _segment_highlighted(self) -> None:
        if self.listed.is_filling:
            return
        shown, segment = self.review.shown, self.cursor.segment
        if shown is None or segment is None or segment.id != shown.summary.id:
            self.review.marked.clear()
            self._evidence.read(moved=True)
        self.tell()

    @on(OptionList.OptionHighlighted, "#evidence")
    def _quote_highlighted(self) -> None:
        self._maps.mark_cursor()

    @on(OptionList.OptionSelected, "#segments")
    def _segment_selected(self) -> None:
        self.cursor.focus_quotes()

    @on(OptionList.OptionSelected, "#evidence")
    def _quote_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the quote under the cursor in its transcript."""
        quote = self.quotes.quote
        if quote is not None:
            self.leave()
            self.navigate(Bookmark(quote.interview, quote.id), self.MODE)

    def action_other_pane(self) -> None:
        """Move the focus between the list and the evidence."""
        self.cursor.focus_other_pane()

    def action_next(self, by: int) -> None:
        """Go to the next or previous quote, from either pane."""
        self.cursor.go_to_next_quote(by)

    def action_step(self, by: int) -> None:
        """Move up or down in the pane with the focus."""
        self.cursor.step(by)

    def action_edge(self, end: bool) -> None:
        """Go to the top or bottom of the pane with the focus."""
        self.cursor.go_to_edge(end)

    def action_map(self) -> None:
        """Switch between the map and the evidence."""
        on_quotes = self.cursor.on_quotes
        self.cursor.is_mapped = not self.cursor.is_mapped
        self.set_class(self.cursor.is_mapped, "-mapped")
        if on_quotes:
            self.cursor.focus_quotes()
        self.tell(with_keys(MAP_HINT) if self.cursor.is_mapped else "")

    def action_back(self) -> None:
        """Clear the filter; without one, clear the marks; without marks, go to the list."""
        if self.review.filter_words:
            self._filter("")
        elif self.review.marked:
            self.review.marked.clear()
            self.show_review()
            self.tell("cleared the marks")
        else:
            self.listed.focus()

    def action_filter(self) -> None:
        """Ask for the words that filter the quotes."""
        prompt = Prompt("Filter quotes by words", value=self.review.filter_words, empty=True)
        self.push(prompt, self._filter)

    def _filter(self, words: str | None) -> None:
        if words is not None:
            self.review.filter_words = words
            self._evidence.read()
            self.cursor.focus_quotes()
            self.tell(
                ""
                if self.quotes.quotes or not words
                else f"no quote has “{words}” · {key_of('segments.back')} shows all"
            )

    def action_keep(self) -> None:
        """Accept the passage under the cursor, or the marked ones."""
        self._moves.keep()

    def action_take_out(self) -> None:
        """Reject the passage under the cursor, or the marked ones."""
        self._moves.take_out()

    def action_mark(self) -> None:
        """Mark the quote under the cursor, or remove its mark."""
        self._moves.mark()

    def action_split(self) -> None:
        """Split the marked quotes off; with none marked, propose two halves."""
        self._moves.split()

    def action_move(self) -> None:
        """Ask for the segment to move the marked quotes to, or the one under the cursor."""
        self._moves.move()

    def action_pair(self) -> None:
        """Ask whether two marked passages express the same need."""
        self._moves.pair()

    def action_rename(self) -> None:
        """Ask for a name."""
        self._commands.rename()

    def action_describe(self) -> None:
        """Ask for a description of what the participants need."""
        self._commands.describe()

    def action_statement(self) -> None:
        """Ask for the job statement."""
        self._commands.write_statement()

    def action_card(self) -> None:
        """Open the card."""
        self._commands.open_card()

    def action_merge(self) -> None:
        """Ask for the segment to merge this one into."""
        self._commands.merge()

    def action_set_aside(self) -> None:
        """Set the segment aside."""
        self._commands.set_aside()

    def action_reopen(self) -> None:
        """Reopen the segment for changes."""
        self._commands.reopen()

    def action_confirm(self) -> None:
        """Ask who confirms the segment."""
        self._commands.confirm()

    def action_details(self) -> None:
        """Show all evidence except the quotes."""
        self._views.details()

    def action_lineage(self) -> None:
        """Show the lineage of candidates and segments."""
        self._views.lineage()

    def action_questions(self) -> None:
        """Ask the most useful questions, passage by passage."""
        self._views.questions()

    def action_needs(self) -> None:
        """Show the needs in view."""
        self._views.needs()

    def action_participants(self) -> None:
        """Show every participant's primary need."""
        self._views.participants()

    def action_pairs(self) -> None:
        """Show which passages are kept together or apart."""
        self._views.pairs()

    def action_compare(self) -> None:
        """Compare two runs."""
        self._runs.compare()

    def action_sensitivity(self) -> None:
        """Test how stable the results are under small changes."""
        self._runs.sensitivity()

    def action_discover(self) -> None:
        """Discover candidates again."""
        self._runs.discover()
