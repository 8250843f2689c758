"""The list of a segment's evidence: a summary, its card's quotes, its passages; each opens in its transcript."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from needsseg.actions.discovery.evidence import Evidence
from needsseg.actions.discovery.previews import LeftOver
from needsseg.actions.segments import PARTS
from needsseg.actions.segments.cards import Card
from needsseg.actions.segments.segment_accounts import SegmentAccounts
from needsseg.records import Passage
from needsseg.symbols import Sign
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.widgets import evidence_words as words
from needsseg.tui.words import lines, plain

Kind = Literal["info", "stated", "proposed", "member", "loose", "off_topic"]
QUOTES: tuple[Kind, ...] = ("proposed", "member", "loose", "off_topic")
LEFT_OVER = "Left over"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list: its kind, its content, and its passage if it has one."""

    kind: Kind
    content: Content
    passage: Passage | None = None


class EvidenceList(OptionList):
    """A summary, the card's quotes, then the passages, undecided ones first."""

    DEFAULT_CSS = """
    EvidenceList { height: 1fr; padding: 0 1; background: $background;
      & > .option-list--option-disabled { color: $foreground; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, classes="pane", markup=False)
        self.rows: list[Row] = []
        self.shown_since = 0.0
        """Since when this segment's evidence, or the unassigned passages, have been shown, on the monotonic clock."""
        self._source = ""
        self._shown: tuple[Evidence, Collection[int], SegmentAccounts | None, Card | None, Sign | None] | None = None

    @property
    def room(self) -> int:
        """The width of a line of the summary, in cells."""
        return max(self.scrollable_content_region.width - 2, 0)

    def show(
        self,
        evidence: Evidence | None,
        marked: Collection[int],
        segment_accounts: SegmentAccounts | None = None,
        card: Card | None = None,
        sign: Sign | None = None,
    ) -> None:
        """Show the evidence of a segment, the cursor staying on its quote; ``sign`` is the segment's symbol."""
        self._shown = None
        if evidence is None:
            self._fill("", [])
        else:
            self._shown = evidence, marked, segment_accounts, card, sign
            self._fill(
                f"segment {evidence.summary.id}", list(_rows(evidence, marked, segment_accounts, self.room, card, sign))
            )

    def show_left_over(self, left_over: Sequence[LeftOver], marked: Collection[int], *, narrowed: bool) -> None:
        """Show the passages in no segment."""
        self._shown = None
        self._fill(LEFT_OVER, list(_left_rows(left_over, marked, narrowed)))

    def say(self, text: Content) -> None:
        """Show a text instead of evidence."""
        self._shown = None
        self._fill("", [Row("info", text)])

    def _fill(self, source: str, rows: list[Row]) -> None:
        """Show rows; if ``source`` is as before, the cursor stays on its quote, or where that quote was."""
        before, current_row, previous_place = self.rows, self.row, self.highlighted or 0
        is_same, self._source, self.rows = source == self._source, source, rows
        if not is_same:
            self.shown_since = monotonic()
        if is_same and [(row.kind, row.passage) for row in before] == [(row.kind, row.passage) for row in rows]:
            for at, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old.content != new.content:
                    self.replace_option_prompt_at_index(at, new.content)
            return
        self.clear_options()
        self.add_options(Option(row.content, disabled=row.kind == "info") for row in rows)
        if not is_same or current_row is None:
            self.highlighted = next((at for at, row in enumerate(rows) if row.kind in QUOTES), None)
        else:  # a decided quote moved elsewhere: the next one took its place
            quotes = [at for at, row in enumerate(rows) if row.kind in QUOTES]
            later = next((at for at in quotes if at >= previous_place), quotes[-1] if quotes else None)
            self.highlighted = next((at for at, row in enumerate(rows) if _is_same_quote(row, current_row)), later)
        if not is_same and not self.has_focus:
            self.call_after_refresh(self.scroll_home, animate=False)

    def on_resize(self) -> None:
        """Cut the summary to the new width."""
        if self._shown is not None:
            self.show(*self._shown)

    def on_focus(self) -> None:
        """Scroll to the quote under the cursor; without focus the list shows its top."""
        self.scroll_to_highlight()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        at = self.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    @property
    def quote(self) -> Passage | None:
        """The quote under the cursor."""
        return self.row.passage if self.row else None

    @property
    def quotes(self) -> list[Passage]:
        """All quotes, in their order."""
        return [row.passage for row in self.rows if row.kind in QUOTES and row.passage]

    def go(self, by: int) -> bool:
        """Go to the next or previous quote; return whether there is one."""
        at = self.highlighted if self.highlighted is not None else -1
        ahead = range(at + 1, len(self.rows)) if by > 0 else range(at - 1, -1, -1)
        target = next((number for number in ahead if self.rows[number].kind in QUOTES), None)
        if target is not None:
            self.highlighted = target
        return target is not None

    def following(self, but: Collection[int]) -> Passage | None:
        """Return the next quote below the cursor whose id is not in ``but``."""
        at = self.highlighted if self.highlighted is not None else -1
        ahead = (row.passage for row in self.rows[at + 1 :] if row.kind in QUOTES)
        return next((passage for passage in ahead if passage and passage.id not in but), None)

    def go_to(self, passage: int) -> bool:
        """Go to the quote of a passage; return whether it is in the list."""
        quotes = ((at, row.passage) for at, row in enumerate(self.rows) if row.kind in QUOTES)
        target = next((at for at, quote in quotes if quote and quote.id == passage), None)
        if target is not None:
            self.highlighted = target
        return target is not None

    def go_to_edge(self, end: bool) -> None:
        """Go to the last quote and the end of the list, or to the first quote and its beginning."""
        quotes = [at for at, row in enumerate(self.rows) if row.kind in QUOTES]
        if quotes:
            self.highlighted = quotes[-1 if end else 0]
        self.call_after_refresh(self.scroll_end if end else self.scroll_home, animate=False)


def _is_same_quote(row: Row, other: Row) -> bool:
    """Return whether two rows show the same passage with the same kind."""
    return row.kind == other.kind and row.passage is not None and row.passage == other.passage


def _rows(
    evidence: Evidence,
    marked: Collection[int],
    segment_accounts: SegmentAccounts | None,
    room: int,
    card: Card | None,
    sign: Sign | None,
) -> Iterator[Row]:
    """Yield the summary, the card's quotes, proposed passages, members, and last the suggested names."""
    signs = words.quote_signs(evidence)
    yield Row("info", words.summary(evidence, segment_accounts, room, sign))
    for part in PARTS:
        quote = card.first(part) if card is not None else None
        if card is not None and quote is not None:
            yield Row("stated", words.card_line(quote, room), card.passages[quote.passage])
    if evidence.proposed:
        count = format_count(len(evidence.proposed), "passage")
        yield Row(
            "info",
            plain(
                f"── Proposed: a run assigned {count} to this segment · {key_of('segments.keep')} admits, "
                f"{key_of('segments.take_out')} declines",
                "bold",
            ),
        )
    for passage, strength in evidence.proposed:
        status = f"? proposed {signs.get(passage.id, '')}".strip()
        yield Row("proposed", _quoted(evidence, passage, strength, status, marked), passage)
    yield Row(
        "info",
        plain(
            f"── Quotes: {len(evidence.passages)} · {key_of('segments.keep')} keeps, "
            f"{key_of('segments.take_out')} takes out",
            "bold",
        ),
    )
    for passage, strength in evidence.passages:
        yield Row("member", _quoted(evidence, passage, strength, signs.get(passage.id, ""), marked), passage)
    if evidence.summary.suggested_names:
        yield Row("info", words.names_that_fit(evidence))


def _quoted(evidence: Evidence, passage: Passage, strength: float, status: str, marked: Collection[int]) -> Content:
    place = "" if passage.anchored else " · no longer in the transcript"
    about = f"strength {strength:.2f}{place}"
    around = evidence.contexts.get(passage.id, ("", ""))
    return words.quoted(
        passage, about, words=status, marked=passage.id in marked, name=evidence.names.of(passage), around=around
    )


def _left_rows(left_over: Sequence[LeftOver], marked: Collection[int], narrowed: bool) -> Iterator[Row]:
    off_topic_count = sum(row.off_topic for row in left_over)
    head = [
        plain(
            f"{LEFT_OVER}: {format_count(len(left_over) - off_topic_count, 'passage')} in no segment, "
            f"{off_topic_count} off-topic",
            "bold",
        ),
        plain(
            "The run found no group they clearly belong to; that is a result too. Those nearest to a segment come first."
        ),
        plain(
            with_keys(
                "{segments.keep} moves one to its nearest segment · {segments.move} to another · "
                "{segments.take_out} marks it off-topic"
            ),
            "dim",
        ),
        plain(""),
    ]
    yield Row("info", lines(head[:1] if narrowed else head))
    for row in left_over:
        content = words.loose(row, marked=row.passage.id in marked)
        yield Row("off_topic" if row.off_topic else "loose", content, row.passage)
