"""The dialogs before a split and a merge: the proposed halves of a segment, and both sides of a merge."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from needsseg.actions.discovery.evidence import SegmentSummary
from needsseg.actions.discovery.previews import MergePreview, ProposedSplit
from needsseg.actions.transcripts.participant_names import ParticipantNames
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_hints, with_keys
from needsseg.tui.study_app import study_app
from needsseg.tui.words import SEGMENT_WORDS, lines, one_line, plain

MOST_QUOTES = 12
CSS = """
{ align: center middle; background: $background 40%;
  & > Vertical { width: 110; max-width: 98%; height: 92%; background: $surface; border: round $accent; padding: 0 1; }
  & Horizontal { height: 1fr; }
  & VerticalScroll { width: 1fr; height: 1fr; padding: 0 1; }
  & #second { border-left: solid $primary 50%; }
  & Static { height: auto; }
}
"""


class HalvingScreen(ModalScreen[list[int] | None]):
    """Two halves side by side; closes with the smaller half's passages, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "split it like this", id="halving.take", priority=True),
        Binding("escape,q", "dismiss(None)", "cancel", id="halving.leave"),
        Binding("j", "scroll(1)", "down", id="halving.down"),
        Binding("k", "scroll(-1)", "up", id="halving.up"),
    ]
    DEFAULT_CSS = f"HalvingScreen {CSS}"

    def __init__(self, name: str, halves: ProposedSplit) -> None:
        super().__init__()
        self._segment, self._halves = name, halves
        self._shown_since = 0.0

    def compose(self) -> ComposeResult:
        """Yield both halves and the keys."""
        with Vertical() as box:
            box.border_title = "Two halves, proposed"
            with Horizontal():
                for side, passages, words, stays in (
                    ("first", self._halves.larger, self._halves.larger_words, f"stays “{one_line(self._segment, 40)}”"),
                    ("second", self._halves.smaller, self._halves.smaller_words, "is split off"),
                ):
                    with VerticalScroll(id=side):
                        yield Static(
                            _side(
                                f"{format_count(len(passages), 'passage')} · {stays}",
                                words,
                                passages,
                                self._halves.names,
                            )
                        )
            yield Static(
                key_hints(
                    "{halving.take} splits it and asks for a name · {halving.down} {halving.up} scroll · "
                    "{halving.leave} cancels"
                ),
                id="keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Focus the second half, which scrolls."""
        self._shown_since = monotonic()
        self.query_one("#second").focus()

    def action_scroll(self, by: int) -> None:
        """Scroll both sides."""
        for side in self.query(VerticalScroll):
            side.scroll_relative(y=by * 2, animate=False)

    def action_take(self) -> None:
        """Close with the smaller half, if both were on the screen when the key was pressed."""
        if _pressed_too_early(self, self._shown_since):
            return
        self.dismiss([passage.id for passage in self._halves.smaller])


class MergingScreen(ModalScreen[tuple[int, int] | None]):
    """Both sides of a merge; closes with the segment kept and the one merged into it, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "merge them", id="merging.take", priority=True),
        Binding("s,tab", "swap", "keep the other one", id="merging.swap", priority=True),
        Binding("escape,q", "dismiss(None)", "cancel", id="merging.leave"),
        Binding("j", "scroll(1)", "down", id="merging.down"),
        Binding("k", "scroll(-1)", "up", id="merging.up"),
    ]
    DEFAULT_CSS = f"MergingScreen {CSS}"

    def __init__(self, preview: MergePreview) -> None:
        super().__init__()
        self._preview = preview
        self._kept_segment, self._merged_segment = preview.second, preview.first
        self._shown_since = 0.0

    def compose(self) -> ComposeResult:
        """Yield their similarity, both sides, and the keys."""
        nearness = self._preview.nearness
        similarity = (
            f"nearness {nearness:.2f} (1 is the same)"
            if nearness is not None
            else with_keys("how near they are is unknown: {segments.discover} discovers")
        )
        with Vertical() as box:
            box.border_title = "Merge these two?"
            yield Static(plain(similarity))
            with Horizontal():
                for side, row, words in (
                    ("first", self._preview.first, self._preview.first_words),
                    ("second", self._preview.second, self._preview.second_words),
                ):
                    with VerticalScroll(id=side):
                        yield Static(_side(_about(row), words, row.exemplars, self._preview.names))
            yield Static(id="outcome", markup=False)
            yield Static(
                key_hints(
                    "{merging.take} merges · {merging.swap} keeps the other one · {merging.down} "
                    "{merging.up} scroll · {merging.leave} cancels"
                ),
                id="keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Show which one is kept."""
        self._shown_since = monotonic()
        self._tell()
        self.query_one("#first").focus()

    def _tell(self) -> None:
        passages = format_count(self._kept_segment.size + self._merged_segment.size, "passage")
        outcome = f"→ all {passages} become “{one_line(self._kept_segment.name, 60)}”"
        self.query_one("#outcome", Static).update(plain(outcome, "bold"))

    def action_swap(self) -> None:
        """Keep the other segment instead."""
        self._kept_segment, self._merged_segment = self._merged_segment, self._kept_segment
        self._tell()

    def action_scroll(self, by: int) -> None:
        """Scroll both sides."""
        for side in self.query(VerticalScroll):
            side.scroll_relative(y=by * 2, animate=False)

    def action_take(self) -> None:
        """Close with the merge, if both sides were on the screen when the key was pressed."""
        if _pressed_too_early(self, self._shown_since):
            return
        self.dismiss((self._kept_segment.id, self._merged_segment.id))


def _pressed_too_early(screen: Screen[Any], since: float) -> bool:
    """Return whether the key was pressed before both sides were on the screen; then show a message."""
    too_early = study_app(screen).keys.pressed_before(since)
    if too_early:
        screen.query_one("#keys", Static).update(
            "both sides were not yet on screen when you pressed the key; press again"
        )
    return too_early


def _speaker_name(passage: Passage, names: ParticipantNames) -> str:
    name = names.of(passage)
    return name if name.endswith(f"· {passage.interview}") else f"{name} · {passage.interview}"


def _about(row: SegmentSummary) -> str:
    return f"{row.name} · {SEGMENT_WORDS[row.status]}, {format_count(row.size, 'passage')} of {row.people}"


def _side(title: str, words: Sequence[str], passages: Sequence[Passage], names: ParticipantNames) -> Content:
    """Return one side: its title, its typical words, and its clearest quotes."""
    typical_words = ", ".join(words) or "no words that only one side uses"
    parts = [plain(title, "bold"), Content.assemble(plain("typical words  ", "dim"), plain(typical_words)), plain("")]
    for passage in passages[:MOST_QUOTES]:
        parts += [
            plain(_speaker_name(passage, names), "dim"),
            plain(passage.quote),
            plain(""),
        ]
    if len(passages) > MOST_QUOTES:
        parts.append(plain(f"and {len(passages) - MOST_QUOTES} more", "dim"))
    return lines(parts)
