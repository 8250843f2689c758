"""The pairs a person decided: which passages every run keeps together or apart, and which ones no run can obey."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions import history, review
from needsseg.actions.review import PairRow
from needsseg.records import Passage
from needsseg.tui.screens.base import told
from needsseg.tui.words import counted, lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.studies import Study

KINDS = {"together": "kept together: one need", "apart": "kept apart: two needs"}
NO_PAIRS = "No passages are paired yet. Mark two quotes with space, then + says whether they speak of one need."


class PairsScreen(ModalScreen[None]):
    """Both quotes of each pair; ``x`` takes a pair back, ``u`` brings it back again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,P,q", "dismiss", "close", id="pairs.close"),
        Binding("x", "unpair", "take the pair back", id="pairs.unpair"),
        Binding("u", "undo", "bring it back", id="pairs.undo"),
        Binding("j", "step(1)", "down", id="pairs.down"),
        Binding("k", "step(-1)", "up", id="pairs.up"),
    ]
    DEFAULT_CSS = """
    PairsScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 100; max-width: 96%; height: 90%; background: $surface; border: round $primary; padding: 0 1; }
      & OptionList, & OptionList:focus { height: 1fr; border: none; background: $surface; padding: 0; }
      & Static { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, study: Study) -> None:
        super().__init__()
        self._study = study
        self._pairs: list[PairRow] = []
        self._taken = 0

    def compose(self) -> ComposeResult:
        """The list, what happened, and the keys."""
        with Vertical() as box:
            box.border_title = "Pairs"
            yield OptionList(id="pairs", markup=False)
            yield Static(id="far", markup=False)
            yield Static("x takes the pair back · u brings it back · esc closes", markup=False)

    def on_mount(self) -> None:
        """Shows them as they were decided."""
        self._show("")
        self.query_one(OptionList).focus()

    def _show(self, happened: str) -> None:
        shown = self.query_one(OptionList)
        at = shown.highlighted or 0
        self._pairs = review.pairs(self._study)
        shown.clear_options()
        shown.add_options(Option(_pair(pair)) for pair in self._pairs)
        if not self._pairs:
            shown.add_option(Option(plain(NO_PAIRS), disabled=True))
        shown.highlighted = min(at, len(self._pairs) - 1) if self._pairs else None
        unused = sum(bool(pair.unused) for pair in self._pairs)
        said = [counted(len(self._pairs), "pair"), f"{unused} no run obeys" if unused else "", happened]
        self.query_one("#far", Static).update(plain(" · ".join(filter(None, said)), "bold"))

    @told
    def action_unpair(self) -> None:
        """Takes the pair under the cursor back."""
        at = self.query_one(OptionList).highlighted
        if at is None or at >= len(self._pairs):
            return
        pair = self._pairs[at]
        review.unpair(self._study, pair.first.id, pair.second.id)
        self._taken += 1
        self._show("took the pair back, from the next run on")

    @told
    def action_undo(self) -> None:
        """Brings the last pair back that was taken back here."""
        if not self._taken:
            self._show("no pair was taken back here")
            return
        history.undo(self._study)
        self._taken -= 1
        self._show("brought the pair back")

    def action_step(self, by: int) -> None:
        """Goes up or down."""
        shown = self.query_one(OptionList)
        shown.action_cursor_down() if by > 0 else shown.action_cursor_up()


def _pair(pair: PairRow) -> Content:
    by = f"  {pair.decided_by}, {pair.decided_at[:10]}"
    head = Content.assemble(plain(KINDS[pair.kind], "bold"), plain(by, "dim"))
    why = [plain(f"  ! {pair.unused}", "$text-warning")] if pair.unused else []
    return lines([head, _said(pair.first), _said(pair.second), *why, plain("")])


def _said(passage: Passage) -> Content:
    who = plain(f"  {passage.speaker or 'unnamed speaker'}: ", "dim")
    return Content.assemble(who, plain(one_line(passage.quote, 140)))
