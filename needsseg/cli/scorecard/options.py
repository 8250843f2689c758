"""The options that scorecard and usage share, and how their figures are written in tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from needsseg.actions.scorecard import NEEDS
from needsseg.cli.fixes import worded
from needsseg.cli.narration import Session
from needsseg.cli.output import print_text
from needsseg.errors import Advice
from needsseg.records import LabelSource

if TYPE_CHECKING:
    from needsseg.actions.scorecard import Comparison, Figure, Finding
    from needsseg.actions.scorecard.account_facts import Question

MOST_FINDINGS = 12
SIGNS = "▲ more than the other segments, or sooner; ▼ less, or later: both after correction for all that was compared."

by_option = click.option(
    "--by", multiple=True, metavar="NAME",
    help="Divide accounts by needs (the default), behavioral, lifecycle, size, revenue, industry, region, icp, plan, or a "
    "further column of the accounts (column:NAME where it is called as one of these); two are crossed.",
)  # fmt: skip
horizon_option = click.option(
    "--horizon", type=click.IntRange(1, 36500), default=365, show_default=True,
    help="For who left and expanded: how many days before the date to start.",
)  # fmt: skip
source_option = click.option(
    "--source", type=click.Choice(["interview", "survey", "assigned"]),
    help="Take needs-based labels from this source alone.",
)  # fmt: skip


def question(as_of: date, by: tuple[str, ...], horizon: int, source: LabelSource | None) -> Question:
    """Return the question that the options ask."""
    from needsseg.actions.scorecard.account_facts import Question

    return Question(as_of, by or (NEEDS,), horizon, source)


def print_findings(findings: Sequence[Finding]) -> None:
    """Print findings with their evidence and advice, at most MOST_FINDINGS."""
    for finding in findings[:MOST_FINDINGS]:
        print_text(f"• {finding.sentence}")
        print_text(f"  {finding.evidence}")
        if finding.advice:
            print_text(f"  → {finding.advice}")
    if len(findings) > MOST_FINDINGS:
        print_text(f"… and {len(findings) - MOST_FINDINGS} more, which --json and --out list.")
    if findings:
        print_text("")


def say_notes(session: Session, notes: Sequence[str | Advice]) -> None:
    """Say every note."""
    for note in notes:
        session.say(worded(note))


def finding_shape(finding: Finding) -> dict[str, Any]:
    """Return a finding for JSON."""
    return asdict(finding)


def notes_shape(notes: Sequence[str | Advice]) -> list[str]:
    """Return notes for JSON, with fixes as commands."""
    return [worded(note) for note in notes]


def sign(comparison: Comparison | None) -> str:
    """Return ▲ or ▼ for a supported difference, else nothing."""
    if comparison is None or not comparison.supported:
        return ""
    return " ▲" if comparison.is_higher else " ▼"


def share_cell(figure: Figure, comparison: Comparison | None = None) -> str:
    """Return a share with its interval and n."""
    if figure.few or figure.value is None:
        return f"too few ({figure.n:,})"
    ends = f" ({_percent(figure.low)}–{_percent(figure.high)})" if figure.low is not None else ""
    return f"{_percent(figure.value)}%{ends} of {figure.n:,}{sign(comparison)}"


def number_cell(figure: Figure, comparison: Comparison | None = None, *, days: bool = False) -> str:
    """Return a median with its interval and n; of days also where it is not reached."""
    if figure.few:
        return f"too few ({figure.n:,})"
    if figure.value is None:
        return f"not by half, of {figure.n:,}{sign(comparison)}"
    low, high = ("…" if end is None else number(end) for end in (figure.low, figure.high))
    unit = " d" if days else ""
    return f"{number(figure.value)}{unit} ({low}–{high}) of {figure.n:,}{sign(comparison)}"


def number(value: float) -> str:
    """Return a number as people read it."""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}"
