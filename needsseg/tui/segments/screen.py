"""Reviewing: candidates and segments on one side, the evidence for the one under the cursor on the other."""

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
from needsseg.tui import loading
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
        """The version of the study that is shown; empty before it was read."""
        self._evidence = EvidenceReader(self, self.review, self.cursor, self.show_review)
        self._maps = MapReader(self, self.review, self.cursor, (self._map, self._nearby), self.show_review)
        self._commands = SegmentCommands(self, self.review, self.cursor)
        self._moves = PassageMoves(self, self.review, self.cursor, self.show_review)
        self._views = EvidenceViews(self, self.review, self.cursor)
        self._runs = DiscoveryRuns(self, self.reload)

    def compose_body(self) -> ComposeResult:
        """Empty state, list, evidence, maps."""
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
        """Begins in the list."""
        self.listed.focus()

    @property
    def reviewer(self) -> str:
        """Who decides, as they said last."""
        return self.study_app.reviewer

    @reviewer.setter
    def reviewer(self, name: str) -> None:
        self.study_app.reviewer = name

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""
        self.app.push_screen(ReportScreen(title, lines))

    def is_up_to_date(self) -> bool:
        """Returns whether nothing has changed in the study since it was read."""
        try:
            return bool(self._happened) and self._version == history.version(self.study)
        except NeedssegError:
            return False  # the reading that follows meets the same fault, and shows it

    @shows_errors
    def refresh_if_changed(self) -> None:
        """Read the study again where it has changed since it was read; tell the state."""
        if self.is_up_to_date():
            self.tell()
        else:
            self.refresh_study()

    def reload(self) -> None:
        """Read the segments, the cursor staying on its own."""
        review, cursor = self.review, self.cursor
        self._version = ()
        wanted, review.wanted_segment = review.wanted_segment, None
        on_left = cursor.on_left if wanted is None else wanted == LEFT_OVER
        before = cursor.segment.id if cursor.segment else None
        if wanted is None:
            wanted = before if before is not None else self._last_segment()
        is_warm = loading.is_warm(self.study)
        review.rows = listing(self.study)
        review.left = left_over(self.study) if is_warm else []
        counts = studies.overview(self.study)
        review.coded = counts.accepted + counts.rejected
        review.passages = counts.suggested + review.coded
        has_rows = bool(review.rows or review.left)
        self.query_one(".empty").display = not has_rows
        self.query_one(".body").display = has_rows
        review.separate = self.query_one(VerdictLine).show_verdict(self.study, shown=has_rows)
        review.signs = self.study_app.signs = glyphs([row.id for row in review.rows], self.study_app.signs)
        self.listed.show(review.rows, review.left, wanted, on_left=on_left, signs=review.signs)
        after = cursor.segment.id if cursor.segment else None
        if before is not None and after not in (None, before) and self.study_app.keys.pressed_at is None:
            review.segment_replaced_at = monotonic()
        self._evidence.read()
        if review.wanted_passage is not None:
            self.quotes.go_to(review.wanted_passage)
        review.wanted_passage = None
        self._maps.schedule(warm=is_warm)
        if not self._happened:
            self._happened = review.hint()
        self._version = history.version(self.study)

    def _last_segment(self) -> int | None:
        """The segment that was shown when the screen was last left."""
        segment = studies.place(self.study, self.MODE).get("segment")
        return segment if isinstance(segment, int) else None

    def show_review(self) -> None:
        """Show what was read: the evidence with what is marked, what to do next with it, its place on the map."""
        review, cursor = self.review, self.cursor
        if cursor.on_left:
            left = [row for row in review.left if review.passes_filter(row.passage)]
            review.marked &= {row.passage.id for row in left}
            self.quotes.show_left(left, review.marked, narrowed=bool(review.filter_words))
        else:
            of = review.shown
            review.marked &= {passage.id for passage, _ in (*of.passages, *of.proposed)} if of else set()
            accounts = review.accounts.get(of.summary.id) if of else None
            sign = review.signs.get(of.summary.id) if of else None
            self.quotes.show(of, review.marked, accounts, review.card if of else None, sign)
        step = next_step(review.shown.summary, review.card) if review.shown is not None and not cursor.on_left else ""
        self.quotes.border_title = plain(f"next: {step}" if step else "Evidence")
        self._maps.mark_cursor()

    def state(self) -> str:
        """Return how many segments stand, which one is shown, what is marked."""
        return self.review.state_line((self.listed.highlighted or 0) + 1, on_left=self.cursor.on_left)

    def tell_also(self, more: str) -> None:
        """Add words to the message that is shown."""
        self.tell(f"{self._happened} · {more}")

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """After a change: remembers where it was made, as undo leads back there."""
        newest = history.newest_own(self.study)
        if undo and newest is not None and newest.state == "done":
            quote = self.quotes.quote
            self.review.note_change(newest.id, self.cursor.segment_id, quote.id if quote else None)
        super().done(happened, undo=undo, steps=steps)

    def went_back(self, entry: int) -> None:
        """Goes to where the change was made that was taken back."""
        self.review.go_to_change(entry)

    def leave(self) -> None:
        """Remembers the segment."""
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
        """Opens the quote under the cursor in its transcript."""
        quote = self.quotes.quote
        if quote is not None:
            self.leave()
            self.navigate(Bookmark(quote.interview, quote.id), self.MODE)

    def action_other_pane(self) -> None:
        """From the list to the evidence, and back."""
        self.cursor.focus_other_pane()

    def action_next(self, by: int) -> None:
        """Goes to the next quote or the one before, from wherever one is."""
        self.cursor.go_to_next_quote(by)

    def action_step(self, by: int) -> None:
        """Goes up or down in the pane that has the focus."""
        self.cursor.step(by)

    def action_edge(self, end: bool) -> None:
        """Goes to the top or bottom of the pane that has the focus."""
        self.cursor.go_to_edge(end)

    def action_map(self) -> None:
        """Shows the map in place of the evidence, or the evidence again."""
        on_quotes = self.cursor.on_quotes
        self.cursor.is_mapped = not self.cursor.is_mapped
        self.set_class(self.cursor.is_mapped, "-mapped")
        if on_quotes:
            self.cursor.focus_quotes()
        self.tell(with_keys(MAP_HINT) if self.cursor.is_mapped else "")

    def action_back(self) -> None:
        """Forgets the filter, then the marks, then goes to the list."""
        if self.review.filter_words:
            self._filter("")
        elif self.review.marked:
            self.review.marked.clear()
            self.show_review()
            self.tell("cleared the marks")
        else:
            self.listed.focus()

    def action_filter(self) -> None:
        """Asks which quotes to show."""
        asked = Prompt("Filter quotes by words", value=self.review.filter_words, empty=True)
        self.push(asked, self._filter)

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
        """Accepts the passage under the cursor, or the marked ones."""
        self._moves.keep()

    def action_take_out(self) -> None:
        """Rejects the passage under the cursor, or the marked ones."""
        self._moves.take_out()

    def action_mark(self) -> None:
        """Marks the quote under the cursor, or takes its mark away."""
        self._moves.mark()

    def action_split(self) -> None:
        """Splits the marked quotes off; with none marked, proposes two halves."""
        self._moves.split()

    def action_move(self) -> None:
        """Asks where the marked quotes go, or the one under the cursor."""
        self._moves.move()

    def action_pair(self) -> None:
        """Says whether two marked passages speak of one need or of two."""
        self._moves.pair()

    def action_rename(self) -> None:
        """Asks for a name."""
        self._commands.rename()

    def action_describe(self) -> None:
        """Asks what the segment's people want."""
        self._commands.describe()

    def action_statement(self) -> None:
        """Asks for the job statement."""
        self._commands.write_statement()

    def action_card(self) -> None:
        """Opens the card."""
        self._commands.open_card()

    def action_merge(self) -> None:
        """Asks into which segment this one goes."""
        self._commands.merge()

    def action_set_aside(self) -> None:
        """Sets the segment aside."""
        self._commands.set_aside()

    def action_reopen(self) -> None:
        """Opens the segment for change again."""
        self._commands.reopen()

    def action_confirm(self) -> None:
        """Asks who confirms the segment."""
        self._commands.confirm()

    def action_details(self) -> None:
        """Shows all the evidence but the quotes."""
        self._views.details()

    def action_lineage(self) -> None:
        """Shows what came of which candidate."""
        self._views.lineage()

    def action_questions(self) -> None:
        """Asks what helps most, passage by passage."""
        self._views.questions()

    def action_needs(self) -> None:
        """Shows the needs in view."""
        self._views.needs()

    def action_participants(self) -> None:
        """Shows every participant's primary need."""
        self._views.participants()

    def action_pairs(self) -> None:
        """Shows which passages are kept together or apart."""
        self._views.pairs()

    def action_compare(self) -> None:
        """Compares two runs."""
        self._runs.compare()

    def action_sensitivity(self) -> None:
        """Varies the study a little, and shows what holds."""
        self._runs.sensitivity()

    def action_discover(self) -> None:
        """Discovers candidates anew."""
        self._runs.discover()
