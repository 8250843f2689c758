"""The list of segments, with the passages in no segment as its last row."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from needsseg.actions.discovery.evidence import SegmentSummary
from needsseg.actions.discovery.previews import LeftOver
from needsseg.symbols import Signs
from needsseg.tui.widgets.segment_lines import left_line, segment_line


class SegmentList(OptionList):
    """One row a segment; the last row is that of the passages in no segment, if there are any."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, classes="pane", markup=False)
        self._rows: Sequence[SegmentSummary] = ()
        self._has_unassigned = False
        self.is_filling = False
        """Whether rows are being replaced: a cursor that moves meanwhile was not moved by a key."""

    @property
    def segment(self) -> SegmentSummary | None:
        """The segment under the cursor; None on the passages in no segment."""
        at = self.highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    @property
    def on_left(self) -> bool:
        """Whether the cursor is on the passages in no segment."""
        at = self.highlighted
        return at is not None and at >= len(self._rows) and self._has_unassigned

    def show(
        self,
        rows: Sequence[SegmentSummary],
        left_over: Sequence[LeftOver],
        segment: int | None,
        *,
        on_left: bool,
        signs: Signs,
    ) -> None:
        """Show the segments with the cursor on one of them, else where it was; ``on_left`` puts it on the last row."""
        before = self.highlighted or 0
        self.is_filling = True
        self._rows, self._has_unassigned = rows, bool(left_over)
        self.clear_options()
        self.add_options(Option(segment_line(row, signs.get(row.id))) for row in rows)
        if left_over:
            self.add_option(Option(left_line(len(left_over), sum(row.off_topic for row in left_over))))
        at = next((number for number, row in enumerate(rows) if row.id == segment), before)
        at = len(rows) if on_left and left_over else at
        self.highlighted = min(at, self.option_count - 1) if rows or left_over else None
        self.is_filling = False
