"""Write a scorecard with the use by segment as a table for other programs: one line per figure and segment."""

from __future__ import annotations

import io
from collections.abc import Iterator

from needsseg.scorecard.comparisons import Comparison
from needsseg.scorecard.scorecard import Figure, Scorecard, SegmentCard
from needsseg.scorecard.usage import UsageTable
from needsseg.tables import TableWriter

COMPARED = (
    "others", "other_value", "difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high", "p",
    "p_corrected", "supported",
)  # fmt: skip
COLUMNS = ("as_of", "by", "segment", "figure", "n", "value", "low", "high", "few", *COMPARED)
MARK = ",".join(COLUMNS[2:9])
_TOTALS = {
    "accounts": "accounts", "share": "share of all accounts", "users": "active users", "seats": "seats in all",
    "priced": "accounts with a known amount", "pays": "pays in all", "pays_mean": "pays, mean",
    "pays_mean_seat": "pays for a seat, mean",
}  # fmt: skip

Line = tuple[str, str, Figure, Comparison | None]


def scorecard_csv(card: Scorecard, usage: UsageTable) -> str:
    """Return a line for each segment and figure; in the last segments ``(none)`` and ``(all)`` stand for accounts without
    a segment and for everyone.

    Sums and counts have a value alone. A figure that too few accounts have is empty, with ``few`` yes. Features are named
    ``feature NAME``: the share of accounts in 90 days; ``NAME (30 days)`` is that in 30 days.
    """
    out = io.StringIO(newline="")
    writer = TableWriter(out, neutralise=True)
    writer.header(COLUMNS)
    by = " x ".join(card.by)
    for segment, name, figure, comparison in (*_card_lines(card), *_usage_lines(usage)):
        few = "yes" if figure.few else "no"
        writer.row(
            [
                card.as_of,
                by,
                segment,
                name,
                figure.n,
                figure.value,
                figure.low,
                figure.high,
                few,
                *_compared(comparison),
            ]
        )
    return out.getvalue()


def _card_lines(card: Scorecard) -> Iterator[Line]:
    comparison_by_place = {(each.figure, each.segment): each for each in card.comparisons}
    shown: list[tuple[str, SegmentCard]] = [(each.name, each) for each in card.segments]
    shown += [("(none)", card.none)] if card.none is not None else []
    for segment, each in (*shown, ("(all)", card.everyone)):
        for name, total in _TOTALS.items():
            value = getattr(each, name)
            yield segment, total, Figure(each.accounts, value, None, None, False), None
        more = {"kept": each.kept, "stays": each.stays, "tickets_mean": each.tickets, "nps": each.nps}
        for key, figure in (*each.figures.items(), *more.items()):
            if figure is not None:
                yield segment, key, figure, comparison_by_place.get((key, segment))
        for stage, number in each.stages.items():
            yield segment, f"stage {stage}", Figure(each.accounts, number, None, None, False), None
        for reason, number in (each.reasons or {}).items():
            yield segment, f"cancelled: {reason}", Figure(each.accounts, number, None, None, False), None
        for plan, number in each.plans.items():
            yield segment, f"plan {plan}", Figure(each.accounts, number, None, None, False), None


def _usage_lines(usage: UsageTable) -> Iterator[Line]:
    for row in usage.rows:
        for cell in (*row.cells, row.everyone):
            segment = cell.segment or "(all)"
            if cell.long is None:
                yield segment, row.name, cell.recent, cell.comparison
            else:
                yield segment, row.name, cell.long, cell.comparison
                yield segment, f"{row.name} (30 days)", cell.recent, None


def _compared(comparison: Comparison | None) -> list[object]:
    if comparison is None:
        return [None] * len(COMPARED)
    return [
        comparison.others, comparison.other_value, comparison.difference, comparison.low, comparison.high,
        comparison.ratio, comparison.ratio_low, comparison.ratio_high, comparison.p, comparison.p_corrected,
        "yes" if comparison.supported else "no",
    ]  # fmt: skip
