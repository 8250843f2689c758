"""The sheet of pairs (must-link and cannot-link constraints), with those that no run can satisfy."""

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
    """Both quotes of each pair; ``x`` removes a pair."""

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
        """Read the pairs."""
        self._pairs = review.pairs(self.study)
        names = participant_names(self.study)
        self.fill([_pair(pair, names) for pair in self._pairs])

    def state(self) -> str:
        """Return how many pairs there are, and how many cannot be satisfied."""
        unused = sum(bool(pair.unused) for pair in self._pairs)
        return " · ".join(
            filter(None, [format_count(len(self._pairs), "pair"), f"{unused} no run can satisfy" if unused else ""])
        )

    def action_unpair(self) -> None:
        """Remove the pair under the cursor."""
        if self.at is not None:
            pair = self._pairs[self.at]
            self.decide(
                "removed the pair, from the next run on",
                lambda: review.unpair(self.study, pair.first.id, pair.second.id),
            )


def _pair(pair: PairRow, names: ParticipantNames) -> Content:
    by = f"  {pair.decided_by}, {pair.decided_at[:10]}"
    head = Content.assemble(plain(KINDS[pair.kind], "bold"), plain(by, "dim"))
    warnings = [plain(f"  ! {pair.unused}", "$text-warning")] if pair.unused else []
    return lines([head, _quote(pair.first, names), _quote(pair.second, names), *warnings, plain("")])


def _quote(passage: Passage, names: ParticipantNames) -> Content:
    name = plain(f"  {names.of(passage)}: ", "dim")
    return Content.assemble(name, plain(one_line(passage.quote, 140)))
