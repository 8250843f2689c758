"""Findings: the differences that their intervals support, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.scorecard.comparisons import COMPARED_DAYS, Comparison
from needsseg.scorecard.measures import Measure
from needsseg.text import format_count, format_money, plural

FEATURE = "feature "
ROUNDED_FROM = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One supported difference: the sentence, its evidence in words, what may follow from it, and the comparison.

    ``feature`` is the feature that it is about, "" for any other figure; ``more`` says whether the segment has more of it,
    or reaches it sooner.
    """

    sentence: str
    evidence: str
    advice: str
    segment: str
    figure: str
    feature: str
    more: bool
    comparison: Comparison


def feature_key(feature: str) -> str:
    """Return the key of a feature among figures, which no measure has."""
    return f"{FEATURE}{feature}"


def findings(
    comparisons: Sequence[Comparison],
    measures: Sequence[Measure],
    segments: Mapping[str, str],
    money: str,
    horizon: int,
    currency: str = "",
) -> tuple[Finding, ...]:
    """Return a finding for each supported comparison, figures of customers before use, the smallest p first.

    Where there are two segments, their difference is one finding, of the one that has more. ``segments`` are the names of
    all segments in words, ``money`` is what amounts are called, ``currency`` their code ("" where unknown), ``horizon`` the
    days of the follow-up.
    """
    words = _Words({measure.key: measure for measure in measures}, segments, money, horizon, currency)
    supported = [comparison for comparison in comparisons if comparison.supported]
    if len(segments) == 2:
        supported = [comparison for comparison in supported if comparison.is_higher]
    order = {measure.key: place for place, measure in enumerate(measures) if measure.part == "value"}
    supported.sort(key=lambda each: (each.figure not in order, each.p, order.get(each.figure, 0), each.figure))
    return tuple(words.finding(comparison) for comparison in supported)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words the findings of one division of the accounts."""

    measures: Mapping[str, Measure]
    segments: Mapping[str, str]
    money: str
    horizon: int
    currency: str

    def finding(self, comparison: Comparison) -> Finding:
        """Return one comparison in words."""
        measure = self.measures.get(comparison.figure)
        feature = "" if measure is not None else comparison.figure.removeprefix(FEATURE)
        segment = self.segments[comparison.segment]
        sentence = (
            self._of_middles(comparison, measure, segment)
            if measure is not None and comparison.kind != "share"
            else self._of_shares(comparison, measure, segment, feature)
        )
        return Finding(
            sentence,
            self._evidence(comparison, measure),
            _advice(comparison, segment, feature),
            comparison.segment,
            comparison.figure,
            feature,
            comparison.is_higher,
            comparison,
        )

    def _others(self, comparison: Comparison) -> str:
        others = [word for name, word in self.segments.items() if name != comparison.segment]
        return others[0] if len(others) == 1 else "the others"

    def _of_shares(self, comparison: Comparison, measure: Measure | None, segment: str, feature: str) -> str:
        verb = f"used {feature} in the last 90 days" if measure is None else measure.verb
        if measure is not None and measure.key in ("left", "expanded"):
            verb = f"{verb} within {self.horizon} days"
        own, other = _percent(comparison.value), _percent(comparison.other_value)
        return f"Of the {segment} accounts {own} {verb}, of {self._others(comparison)} {other}; {_counts(comparison)}."

    def _of_middles(self, comparison: Comparison, measure: Measure, segment: str) -> str:
        own, other = (self._amount(value, measure) for value in (comparison.value, comparison.other_value))
        others, counts = self._others(comparison), _counts(comparison)
        if not own:
            step = measure.title.removeprefix("days ")
            rest = f"{others} take {other}" if other else f"and so it is for {others}"
            return (
                f"Fewer than half of the {segment} accounts get {step} within {COMPARED_DAYS} days; {rest}; {counts}."
            )
        ending = f"{others} {other}" if other else f"fewer than half of {others} get there within {COMPARED_DAYS} days"
        return f"{segment} accounts {measure.verb.format(value=own)}, {ending} (medians); {counts}."

    def _amount(self, value: float | None, measure: Measure) -> str:
        if value is None:
            return ""
        if measure.kind == "days":
            return format_count(round(value), "day")
        if measure.unit[0]:
            return f"{_number(value)} {plural(1 if value == 1 else 2, *measure.unit)}"
        amount = format_money(value, self.currency)
        return f"{amount} a year" if self.money == "ARR" else f"{amount} (column {self.money})"

    def _evidence(self, comparison: Comparison, measure: Measure | None) -> str:
        p = "p < 0.001" if comparison.p_corrected < 0.001 else f"p {comparison.p_corrected:.3f}"
        tail = f"{p} after correction"
        if comparison.kind == "days":
            ends = _range(comparison.ratio_low, comparison.ratio_high, "{:.1f}")
            return f"{comparison.ratio:.1f} times as fast ({ends}); {tail}"
        if comparison.kind == "number":
            unit = "".join(f" {word}" for word in (self.currency, "a year" * (self.money == "ARR")) if word)
            if measure is not None and measure.unit[1]:
                unit = f" {measure.unit[1]}"
            ends = _range(comparison.low, comparison.high, "{:+,.1f}")
            return f"typical difference {comparison.difference:+,.1f} ({ends}){unit}; {tail}"
        low, high = (None if end is None else 100 * end for end in (comparison.low, comparison.high))
        ends = _range(low, high, "{:+.0f}")
        return f"difference {round(100 * (comparison.difference or 0)):+d} points ({ends}); {tail}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= ROUNDED_FROM else f"{value:,.1f}"


def _counts(comparison: Comparison) -> str:
    return f"{comparison.accounts:,} and {format_count(comparison.others, 'account')}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}%"


def _range(low: float | None, high: float | None, pattern: str) -> str:
    return " to ".join("…" if end is None else pattern.format(end) for end in (low, high))


def _advice(comparison: Comparison, segment: str, feature: str) -> str:
    """Return what the difference may be used for, as a suggestion that names the segment."""
    if feature and comparison.is_higher:
        unused = round(comparison.accounts * (1 - (comparison.value or 0.0)))
        return (
            f"In a backlog, work on {feature} serves {segment}; {format_count(unused, f'{segment} account')} "
            f"{plural(unused, 'does', 'do')} not use it yet."
        )
    if comparison.figure in ("set_up", "first_action", "weekly_use") and not comparison.is_higher:
        return f"Look at what the onboarding of {segment} accounts lacks."
    if comparison.figure == "left" and comparison.is_higher:
        return f"Ask {segment} accounts that left for their reasons, and test whether segments predict who leaves."
    if comparison.figure == "expanded" and comparison.is_higher:
        return f"Offer more to {segment} accounts first."
    return ""
