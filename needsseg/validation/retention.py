"""Test whether segments predict retention beyond firmographics: figures, and a verdict in plain words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from needsseg.errors import Advice, Fix, NeedssegError, Option, UsageError
from needsseg.progress import Progress, silent
from needsseg.records import LabelSource
from needsseg.text import date_of
from needsseg.validation.association import Association, association
from needsseg.validation.increment import Increment, increment
from needsseg.validation.survival import Curve, LogRank, curve, logrank
from needsseg.validation.verdict import (
    ALPHA,
    FEWEST_ACCOUNTS,
    MODEL_ACCOUNTS,
    MODEL_EVENTS,
    Evidence,
    Verdict,
    verdict,
)

By = str
"""``needs``, ``behavioral``, or the name of a column of the accounts."""
Outcome = Literal["churned", "at_risk"]
FIRMOGRAPHICS = ("size", "revenue", "region", "industry")

SMALL_STRATUM = 5
MOSTLY = 0.8
UNEXPECTED = 0.05


@dataclass(frozen=True, slots=True)
class Followed:
    """One account with its segment and outcome; days are epoch days, firmographics in the order of FIRMOGRAPHICS.

    ``left`` is the day of the event, None where it stayed; ``until`` is the end of the follow-up, whether it left before
    or not. ``labelled_on`` is the day on which the label was known, None where the study has no date.
    """

    account: str
    segment: str
    source: LabelSource | Literal["usage", "column"]
    firmographics: tuple[str, ...]
    start: int
    until: int
    left: int | None = None
    labelled_on: int | None = None

    @property
    def days(self) -> int:
        """The days of follow-up."""
        return (self.until if self.left is None else self.left) - self.start


@dataclass(frozen=True, slots=True)
class Design:
    """The question: the kind of segments, the outcome, the date, the horizon in days, and the number of segmentations tried.

    ``since`` is None where every account has its own start. ``features`` is the window of days, half-open, that the segments
    were computed from. ``others`` are the numbers of unlabelled accounts with the same follow-up, and of those that left.
    """

    by: By
    as_of: date
    since: date | None
    horizon: int
    outcome: Outcome = "churned"
    tried: int = 1
    features: tuple[int, int] | None = None
    others: tuple[int, int] | None = None
    seed: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effort:
    """Numbers of permutations of labels, in the tests and the model, and of repeats of its cross-validation."""

    permutations: int = 9999
    model_permutations: int = 499
    repeats: int = 3

    def enough_for(self, tried: int) -> Effort:
        """Return more permutations where the smallest p, corrected for ``tried`` segmentations, would not be significant."""
        least = math.ceil(2 * tried / ALPHA)
        return Effort(max(self.permutations, least), max(self.model_permutations, least), self.repeats)


@dataclass(frozen=True, slots=True)
class Validation:
    """The verdict and its evidence; ``table``, ``logrank`` and ``increment`` are None where they cannot be computed.

    ``strata`` names the firmographic fields within which labels were permuted; ``warnings`` are limitations of the
    figures, ``left_out`` the segments that are too small.
    """

    design: Design
    source: str
    accounts: int
    events: int
    followed: tuple[int, int]
    curves: tuple[Curve, ...]
    table: Association | None
    logrank: LogRank | None
    increment: Increment | None
    strata: tuple[str, ...]
    verdict: Verdict
    warnings: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = field(default=())


def validate(
    rows: Sequence[Followed], design: Design, effort: Effort | None = None, progress: Progress = silent
) -> Validation:
    """Return the verdict on one segmentation, with figures; it depends only on the set of rows and the seed.

    Raises UsageError where the question is circular (see ``refuse``), NeedssegError where no account can be followed.
    From 100 accounts and 20 that left (ours) the forecast decides, below that the log-rank test within firmographic strata.
    """
    refuse(rows, design)
    if not rows:
        raise NeedssegError(
            "No account with a segment was a customer when the follow-up starts.",
            Advice(
                "Look at the accounts (", Fix.PROFILES, ") and at the subscriptions, or start later", Option.SINCE, "."
            ),
        )
    effort = (effort or Effort()).enough_for(design.tried)
    ordered = sorted(rows, key=lambda row: (row.account, row.segment, row.start))
    large_enough, left_out = _large_enough(ordered)
    fields, strata = firmographic_strata([row.firmographics for row in large_enough])
    log_rank, table, model = _figures(large_enough, strata, design.seed, effort, progress)
    events = sum(row.left is not None for row in large_enough)
    sizes = Counter(row.segment for row in large_enough)
    evidence = Evidence(
        design.by, design.outcome, len(large_enough), events, sizes, log_rank, table, model, fields, design.tried
    )
    spans = [row.until - row.start for row in ordered]
    return Validation(
        design,
        ordered[0].source,
        len(ordered),
        sum(row.left is not None for row in ordered),
        (min(spans), max(spans)),
        tuple(_curve(name, ordered) for name in sorted({row.segment for row in ordered})),
        table,
        log_rank,
        model,
        fields,
        verdict(evidence),
        (*_warnings(ordered, design), *design.notes),
        left_out,
    )


def _figures(
    rows: Sequence[Followed], strata: Sequence[str], seed: int, effort: Effort, progress: Progress
) -> tuple[LogRank | None, Association | None, Increment | None]:
    """Return log-rank test and table of several segments, and the forecast where there are enough accounts.

    Table and forecast use the days for which every account was followed, so that all had the same time to leave.
    """
    groups = [row.segment for row in rows]
    names = sorted(set(groups))
    if len(names) < 2:
        return None, None, None
    days, has_left = [row.days for row in rows], [row.left is not None for row in rows]
    log_rank = logrank(days, has_left, groups, strata, effort.permutations, seed, progress)
    window = min(row.until - row.start for row in rows)
    left_in_window = [row.left is not None and row.days <= window for row in rows]
    left, stayed = (
        Counter(group for group, is_in_window in zip(groups, left_in_window, strict=True) if is_in_window is side)
        for side in (True, False)
    )
    table = association(
        window, names, [left[name] for name in names], [stayed[name] for name in names], effort.permutations, seed
    )
    if not _enough_for_model(left_in_window):
        return log_rank, table, None
    firms = [row.firmographics for row in rows]
    model = increment(
        window, left_in_window, groups, firms, strata, effort.model_permutations, effort.repeats, seed, progress
    )
    return log_rank, table, model


def _curve(segment: str, rows: Sequence[Followed]) -> Curve:
    segment_rows = [row for row in rows if row.segment == segment]
    return curve(segment, [row.days for row in segment_rows], [row.left is not None for row in segment_rows])


def _large_enough(rows: list[Followed]) -> tuple[list[Followed], tuple[tuple[str, int], ...]]:
    """Drop segments of fewer than 5 accounts if there are 100 accounts in all; return the rest, and the dropped ones."""
    sizes = Counter(row.segment for row in rows)
    small = {name: size for name, size in sizes.items() if size < FEWEST_ACCOUNTS}
    if len(rows) < MODEL_ACCOUNTS or len(sizes) - len(small) < 2 or sum(small.values()) > len(rows) // 10:
        return rows, ()
    return [row for row in rows if row.segment not in small], tuple(sorted(small.items()))


def _enough_for_model(left_in_window: Sequence[bool]) -> bool:
    events = sum(left_in_window)
    return len(left_in_window) >= MODEL_ACCOUNTS and min(events, len(left_in_window) - events) >= MODEL_EVENTS


def firmographic_strata(firmographics: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[str]]:
    """Return the fields of the strata, and each account's stratum: size, and further fields while strata stay large.

    A field is added while at least 80% of accounts are in strata of 5 or more (our own choice), regardless of labels.
    """
    chosen_fields = [0]
    for number in range(1, len(FIRMOGRAPHICS)):
        candidate_fields = [*chosen_fields, number]
        counts = Counter(tuple(firm[n] for n in candidate_fields) for firm in firmographics)
        if sum(size for size in counts.values() if size >= SMALL_STRATUM) >= MOSTLY * len(firmographics):
            chosen_fields = candidate_fields
    strata = [" / ".join(firm[n] for n in chosen_fields) for firm in firmographics]
    return tuple(FIRMOGRAPHICS[n] for n in chosen_fields), strata


def refuse(rows: Sequence[Followed], design: Design) -> None:
    """Raise UsageError for a question whose answer would be meaningless, whatever the figures."""
    if design.tried < 1:
        raise UsageError(f"{design.tried} segmentations tried: the tested one counts too.", "Give 1 or more.")
    if design.horizon < 1:
        raise UsageError(f"A horizon of {design.horizon} days has no follow-up.", "Give 1 day or more.")
    if len({row.source for row in rows}) > 1:
        raise UsageError("Labels of several sources cannot be mixed.", Advice("Choose one", Option.SOURCE, "."))
    if design.by == "behavioral" and design.outcome == "at_risk":
        raise UsageError(
            "Segments made of usage cannot be held against at-risk, which is made of usage too: one would foretell itself.",
            Advice(
                "Look at churn from subscriptions",
                Option.OUTCOME.of(outcome="churned"),
                ", or at needs segments",
                Option.GROUPED_BY.of(by="needs"),
                ".",
            ),
        )
    starts = [row.start for row in rows]
    if design.features is not None and starts and design.features[1] > min(starts):
        raise UsageError(
            f"The segments are computed from usage up to {_day(design.features[1] - 1)}, but accounts are followed from "
            f"{_day(min(starts))}: the days that make the segments overlap those of the outcome.",
            "Compute the segments from days before the follow-up starts.",
        )
    early = [row for row in rows if row.labelled_on is not None and row.start < row.labelled_on]
    if early:
        latest = max(row.labelled_on for row in early if row.labelled_on is not None)
        raise UsageError(
            f"{len(early)} of {len(rows)} accounts would be followed from before their {_occasion(early[0].source)}, the last of "
            f"them of {_day(latest)}: they had to stay until then to be asked, and would look loyal for that alone.",
            Advice(f"Start no earlier than {_day(latest)}", Option.SINCE.of(date=_day(latest)), "."),
        )


def _occasion(source: str) -> str:
    return {"interview": "interview", "survey": "survey", "assigned": "assignment"}.get(source, "label")


def _day(day: int) -> str:
    return date_of(day).isoformat()


def _warnings(rows: Sequence[Followed], design: Design) -> list[str]:
    warnings = []
    unknown = sum(row.labelled_on is None for row in rows)
    occasion = f"{_occasion(rows[0].source)} dates"
    if unknown and rows[0].source not in ("usage", "column"):
        warnings.append(
            f"The {occasion} of {unknown} of {len(rows)} accounts are not in the study; it is taken on trust that none is after "
            "the start of the follow-up."
        )
    warnings += _survivors(rows, design)
    longest = max(row.until - row.start for row in rows)
    if longest < design.horizon:
        warnings.append(f"The accounts could be followed for at most {longest} of the {design.horizon} days asked for.")
    return warnings


def _survivors(rows: Sequence[Followed], design: Design) -> list[str]:
    """Warn where suspiciously few labelled accounts left: perhaps only customers who stay were asked."""
    events = sum(row.left is not None for row in rows)
    label_verb = {"interview": "interviewed", "survey": "surveyed"}.get(rows[0].source, "labelled")
    other_count, other_left = design.others or (0, 0)
    comparison = f"; of the {other_count} other accounts {other_left} did" if other_count else ""
    if not events:
        return [
            f"None of the {len(rows)} {label_verb} accounts left{comparison}. If only customers who stay were "
            f"{label_verb}, nothing can be learnt about leaving: talk to some who left, too."
        ]
    if not other_count:
        return []
    from scipy.stats import hypergeom

    chance = float(hypergeom.cdf(events, len(rows) + other_count, events + other_left, len(rows)))
    if chance >= UNEXPECTED:
        return []
    return [
        f"Of the {len(rows)} {label_verb} accounts {events} left{comparison}: fewer than chance would explain "
        f"(p = {chance:.3f}). Perhaps mostly customers who stay were {label_verb}."
    ]
