"""What use by segment says of features that a backlog names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from needsseg.actions.scorecard.account_facts import Question
from needsseg.actions.scorecard.scorecard import segment_report
from needsseg.progress import Progress, silent
from needsseg.scorecard.findings import Finding
from needsseg.study.connection import Study


def findings_of_features(
    study: Study,
    as_of: date,
    by: str,
    names: Sequence[str],
    progress: Progress = silent,
    engine: str | None = None,
) -> dict[str, tuple[Finding, ...]]:
    """Return the supported findings about each named feature that usage knows, none where segments do not differ in its use.

    ``by`` divides the accounts as in a scorecard. Names are compared without case, blanks and punctuation; names that usage
    does not know are left out.
    """
    report = segment_report(study, Question(as_of, (by,)), progress, engine)
    used = {plain_name(row.title) for row in report.usage.rows if row.kind == "feature"}
    findings: Mapping[str, list[Finding]] = defaultdict(list)
    for finding in report.scorecard.findings:
        if finding.feature:
            findings[plain_name(finding.feature)].append(finding)
    return {name: tuple(findings[plain_name(name)]) for name in names if plain_name(name) in used}


def plain_name(name: str) -> str:
    """Return a feature's name without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())
