"""The verdict on retention figures, in words that a product manager can act on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from needsseg.text import format_count
from needsseg.validation.association import Association
from needsseg.validation.increment import Increment
from needsseg.validation.survival import LogRank

Word = Literal["cannot tell", "no sign of it", "adds something"]

ALPHA = 0.05
FEWEST_EVENTS = 10
FEWEST_ACCOUNTS = 5
# Our own choice: below these numbers, five folds would have too few accounts that left.
MODEL_ACCOUNTS = 100
MODEL_EVENTS = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a verdict; ``sizes`` counts the accounts of each segment, ``fields`` are the firmographic strata."""

    by: str
    outcome: str
    accounts: int
    events: int
    sizes: Mapping[str, int]
    logrank: LogRank | None
    table: Association | None
    increment: Increment | None
    fields: tuple[str, ...]
    tried: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of three words, a sentence, the reasons, advice, and the data needed for more certainty.

    ``p`` is that of the test named by ``test``, ``p_corrected`` after Bonferroni for the segmentations tried; both are None
    where there is too little to test.
    """

    word: Word
    sentence: str
    reasons: tuple[str, ...]
    advice: str
    needed: tuple[str, ...]
    test: str
    p: float | None
    p_corrected: float | None


def verdict(evidence: Evidence) -> Verdict:
    """Cannot tell below 10 events, 5 accounts a segment, or where no arrangement of labels could be unlikely enough."""
    reasons, needed = _too_little(evidence)
    if reasons:
        return Verdict(
            "cannot tell",
            f"Cannot tell whether {_segments_name(evidence)} add anything over firmographics about who {_leaves(evidence)}.",
            tuple(reasons),
            "Use the segments for what the interviews show, and do not base retention work on them yet.",
            tuple(needed),
            "",
            None,
            None,
        )
    if evidence.increment is not None:
        return _by_forecast(evidence, evidence.increment)
    if evidence.logrank is None:
        raise ValueError("a verdict on several segments needs their log-rank test")
    return _by_curves(evidence, evidence.logrank)


def _segments_name(evidence: Evidence) -> str:
    return f"{evidence.by} segments"


def _leaves(evidence: Evidence) -> str:
    return "becomes at risk" if evidence.outcome == "at_risk" else "leaves"


def _too_little(evidence: Evidence) -> tuple[list[str], list[str]]:
    reasons, needed = [], []
    outcome_verb = _outcome_verb(evidence)
    if len(evidence.sizes) < 2:
        reasons.append("There is only one segment, so there is nothing to compare it with.")
        needed.append("accounts in at least two segments")
    if evidence.events < FEWEST_EVENTS:
        reasons.append(
            f"Of {evidence.accounts} accounts {evidence.events} {outcome_verb}; it takes at least {FEWEST_EVENTS}."
        )
        needed.append(_more_events(evidence, outcome_verb))
    if evidence.events == evidence.accounts:
        reasons.append(f"All {evidence.accounts} accounts {outcome_verb}.")
        needed.append("accounts that stay, or a shorter horizon")
    small = {name: size for name, size in sorted(evidence.sizes.items()) if size < FEWEST_ACCOUNTS}
    if small:
        sizes = ", ".join(f"“{name}” has {size}" for name, size in small.items())
        reasons.append(f"A segment needs at least {FEWEST_ACCOUNTS} accounts; {sizes}.")
        missing = sum(FEWEST_ACCOUNTS - size for size in small.values())
        needed.append(f"{format_count(missing, 'more labelled account')} in the segments that are too small")
    if not reasons and evidence.increment is None and evidence.logrank is not None:
        least = evidence.logrank.least
        if least * evidence.tried > ALPHA:
            fields = ", ".join(evidence.fields)
            reasons.append(
                f"Among accounts alike in {fields}, nearly all have the same segment: its effect cannot be separated "
                "from that of the firmographics."
            )
            needed.append(f"accounts of different segments that are alike in {fields}")
    return reasons, needed


def _more_events(evidence: Evidence, outcome_verb: str) -> str:
    missing = FEWEST_EVENTS - evidence.events
    words = f"{format_count(missing, 'more account')} that {outcome_verb}"
    if not evidence.events:
        return f"{words}: label more accounts, or follow these for longer"
    total = math.ceil(FEWEST_EVENTS * evidence.accounts / evidence.events)
    return f"{words}: about {total} labelled accounts at this pace, or a longer follow-up"


def _by_forecast(evidence: Evidence, increment: Increment) -> Verdict:
    corrected = min(1.0, increment.brier_p * evidence.tried)
    share = increment.brier_gain / increment.brier_firmographic if increment.brier_firmographic else 0.0
    figures = (
        f"A forecast for accounts it had not seen was {abs(share):.1%} {'better' if share > 0 else 'worse'} with the segments "
        f"than with firmographics alone (Brier {increment.brier_firmographic:.4f} → {increment.brier_with_segments:.4f}, "
        f"AUC {increment.auc_firmographic:.2f} → {increment.auc_with_segments:.2f})."
    )
    test = "gain in Brier score, labels permuted within firmographic strata"
    # Only the permutation test decides: in simulated studies the interval over accounts missed most real effects.
    positive = increment.brier_gain > 0 and corrected <= ALPHA
    reasons = (*_extremes(evidence, positive), figures, _chance(corrected, evidence))
    return _worded(evidence, positive, reasons, test, increment.brier_p, corrected)


def _by_curves(evidence: Evidence, log_rank: LogRank) -> Verdict:
    corrected = min(1.0, log_rank.p_within * evidence.tried)
    test = "log-rank test, labels permuted within firmographic strata"
    positive = corrected <= ALPHA
    reasons = [*_extremes(evidence, positive), _chance(corrected, evidence)]
    table = evidence.table
    if table is not None and table.v is not None and table.v_high is not None:
        reasons.append(
            f"The difference between segments comes to V = {table.v:.2f} of at most 1 and may be as large as {table.v_high:.2f}."
        )
    if positive:
        # A difference among these accounts is not a forecast for others.
        reasons.append(
            f"This is about the {evidence.accounts} accounts that were followed. A forecast for others was not tried: it takes "
            f"{MODEL_ACCOUNTS} accounts, {MODEL_EVENTS} that {_outcome_verb(evidence)} and {MODEL_EVENTS} that did not."
        )
    return _worded(evidence, positive, tuple(reasons), test, log_rank.p_within, corrected)


def _extremes(evidence: Evidence, positive: bool) -> list[str]:
    """Return the segments with the largest and smallest share that left, where the difference is worth acting on."""
    table = evidence.table
    if not positive or table is None:
        return []
    share_by_segment = [
        (left / (left + stayed), name, left, left + stayed)
        for name, left, stayed in zip(table.segments, table.left, table.stayed, strict=True)
    ]
    most, fewest = max(share_by_segment), min(share_by_segment)
    return [
        f"Of “{most[1]}” {most[2]} of {most[3]} accounts {_outcome_verb(evidence)} within {table.days} days, of “{fewest[1]}” "
        f"{fewest[2]} of {fewest[3]}."
    ]


def _outcome_verb(evidence: Evidence) -> str:
    return "became at risk" if evidence.outcome == "at_risk" else "left"


def _chance(corrected: float, evidence: Evidence) -> str:
    p_words = "< 0.001" if corrected < 0.001 else f"= {corrected:.3f}"
    fields = ", ".join(evidence.fields)
    correction = "" if evidence.tried == 1 else f", corrected for {evidence.tried} segmentations tried"
    return f"By chance alone, among accounts alike in {fields}, this much would be seen with p {p_words}{correction}."


def _effect(evidence: Evidence) -> str:
    """Return the effect in words: a better forecast for held-out accounts, or a difference among those followed."""
    if evidence.increment is not None:
        return f"an account's segment predicts who {_leaves(evidence)}"
    alike = f"accounts alike in {', '.join(evidence.fields)}"
    return f"among {alike}, those of one segment {_outcome_verb(evidence)} sooner or more often than those of another"


def _worded(
    evidence: Evidence, positive: bool, reasons: tuple[str, ...], test: str, p: float, corrected: float
) -> Verdict:
    segments_name, leaves = _segments_name(evidence), _leaves(evidence)
    if positive:
        return Verdict(
            "adds something",
            f"{segments_name.capitalize()} add something over firmographics: {_effect(evidence)}.",
            reasons,
            "Use the segments in churn work, and look at the curves for the ones to begin with. What goes together need not be a "
            "cause: try the change on some accounts first.",
            ("accounts labelled from now on, followed anew, to see it a second time",),
            test,
            p,
            corrected,
        )
    return Verdict(
        "no sign of it",
        f"No sign that {segments_name} add anything over firmographics about who {leaves}.",
        (*reasons, "This does not show that there is no difference: a small one can go unseen in so many accounts."),
        "Choose accounts for retention work by firmographics and lifecycle; the segments do not help there so far.",
        (
            f"more {'labelled ' if evidence.by == 'needs' else ''}accounts, or a longer follow-up, to see smaller differences",
        ),
        test,
        p,
        corrected,
    )
