"""How accounts with different needs differ in what they pay, do and use, for the readout."""

from __future__ import annotations

from datetime import date

from needsseg.actions.scorecard.account_facts import Question
from needsseg.actions.scorecard.scorecard import segment_report
from needsseg.exchange.report.content import Block, Bullets, Missing, Text
from needsseg.progress import Progress, silent
from needsseg.scorecard.correction import FALSE_SHARE
from needsseg.study.connection import Study
from needsseg.text import format_count, plural

OF_VALUE, OF_USE = 3, 2
"""How many differences in value and in use are told."""


def differences(study: Study, as_of: date, progress: Progress = silent, engine: str | None = None) -> tuple[Block, ...]:
    """Return the clearest differences between accounts by their need, and how many were compared; what is missing if none.

    Each is one that its interval supports once the number of comparisons is corrected for (see the scorecard).
    """
    report = segment_report(study, Question(as_of), progress, engine)
    card = report.scorecard
    labelled = sum(row.accounts for row in card.segments)
    compared = format_count(len(card.comparisons), "difference")
    if not card.comparisons:
        return (
            Missing(
                f"{format_count(labelled, 'account')} with a known need {plural(labelled, 'is', 'are')} too few to compare."
            ),
        )
    if not card.findings:
        return (
            Text(
                f"None of {compared} in use, money and who stays can be told from chance, given how many were compared."
            ),
        )
    of_use = report.usage.findings
    of_value = [finding for finding in card.findings if finding not in of_use]
    told = tuple(finding.sentence for finding in (*of_value[:OF_VALUE], *of_use[:OF_USE]))
    more = len(card.findings) - len(told)
    rest = f"; {more} more {plural(more, 'is', 'are')} in the scorecard" if more else ""
    return (
        Bullets(told),
        Text(
            f"These are the clearest of {compared} that were compared{rest}. At most 1 in {round(1 / FALSE_SHARE)} of such "
            "findings is expected to be chance; none of them says what is the cause."
        ),
    )
