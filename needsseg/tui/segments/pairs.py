"""The pairs a person decided: which passages every run keeps together or apart, and which ones no run can obey."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from needsseg.actions.discovery import review
from needsseg.actions.discovery.review import PairRow
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

KINDS = {"together": "kept together: one need", "apart": "kept apart: two needs"}


class PairsScreen(Sheet[None]):
    """Both quotes of each pair; ``x`` takes a pair back."""

    TITLE = "Pairs"
    KEYS = "{pairs.unpair} removes the pair · {sheet.undo} restores it · {sheet.close} closes"
    EMPTY = (
        "No passages are paired yet. Mark two quotes with {segments.mark}, then press {segments.pair} to say "
        "whether they express one need."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("P,q", "leave", "close", id="pairs.close"),
        Binding("x", "unpair", "remove the pair", id="pairs.unpair"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._pairs: list[PairRow] = []

    def reload(self) -> None:
        """Shows them as they were decided."""
        self._pairs = review.pairs(self.study)
        names = participant_names(self.study)
        self.fill([_pair(pair, names) for pair in self._pairs])

    def state(self) -> str:
        """How many there are, and how many are not obeyed."""
        unused = sum(bool(pair.unused) for pair in self._pairs)
        return " · ".join(
            filter(None, [format_count(len(self._pairs), "pair"), f"{unused} no run can satisfy" if unused else ""])
        )

    def action_unpair(self) -> None:
        """Takes the pair under the cursor back."""
        if self.at is not None:
            pair = self._pairs[self.at]
            self.decide(
                "removed the pair, from the next run on",
                lambda: review.unpair(self.study, pair.first.id, pair.second.id),
            )


def _pair(pair: PairRow, names: ParticipantNames) -> Content:
    by = f"  {pair.decided_by}, {pair.decided_at[:10]}"
    head = Content.assemble(plain(KINDS[pair.kind], "bold"), plain(by, "dim"))
    why = [plain(f"  ! {pair.unused}", "$text-warning")] if pair.unused else []
    return lines([head, _said(pair.first, names), _said(pair.second, names), *why, plain("")])


def _said(passage: Passage, names: ParticipantNames) -> Content:
    who = plain(f"  {names.of(passage)}: ", "dim")
    return Content.assemble(who, plain(one_line(passage.quote, 140)))
