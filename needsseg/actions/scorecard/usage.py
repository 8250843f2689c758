"""Use by segment, from a feature to the accounts that use it, and from a segment to the features it uses and does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from needsseg.actions.accounts import account_sources
from needsseg.actions.scorecard.account_facts import Question, gathered
from needsseg.actions.scorecard.scorecard import accounts_using, segment_report
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError
from needsseg.progress import Progress, silent
from needsseg.scorecard.usage import UsageTable
from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class CellAccounts:
    """The accounts of one segment that used a feature in the last 90 days, and those that did not; none that has left."""

    segment: str
    using: tuple[str, ...]
    not_using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeatureOfSegment:
    """One feature: the shares of a segment's accounts and of the other segments' that used it in the last 90 days.

    ``supported`` says whether the difference stands after correction.
    """

    feature: str
    share: float
    others: float
    supported: bool


@dataclass(frozen=True, slots=True)
class SegmentUse:
    """The features of one segment's accounts, those used more than by the others first; ``accounts`` is their number."""

    segment: str
    accounts: int
    features: tuple[FeatureOfSegment, ...]


def usage_table(study: Study, question: Question, progress: Progress = silent, engine: str | None = None) -> UsageTable:
    """Return the use by segment; NeedssegError without usage events. ``engine`` as in ``accounts.profiles``."""
    _check_usage(study)
    return segment_report(study, question, progress, engine).usage


def accounts_by_use(
    study: Study, question: Question, feature: str, progress: Progress = silent, engine: str | None = None
) -> tuple[CellAccounts, ...]:
    """Return the accounts of each segment that use a feature and that do not, last those without a segment.

    NotFoundError where no account used it in the last 90 days, NeedssegError without usage events.
    """
    _check_usage(study)
    data = gathered(study, question, progress, engine)
    name = next((known for known in data.use if known.casefold() == feature.casefold()), None)
    if name is None:
        raise NotFoundError(
            f"No account used '{feature}' in the 90 days before {question.as_of}.",
            f"Features in use: {', '.join(sorted(data.use))}." if data.use else "No feature was used at all.",
        )
    using = accounts_using(study, question.as_of, name, engine=engine)
    cells: dict[str, tuple[list[str], list[str]]] = {segment: ([], []) for segment in (*data.names, "")}
    for facts in data.facts:
        if facts.use is not None:
            cells[facts.segment][facts.account_id not in using].append(facts.account_id)
    return tuple(
        CellAccounts(segment, tuple(with_it), tuple(without))
        for segment, (with_it, without) in cells.items()
        if with_it or without
    )


def use_of_segment(table: UsageTable, segment: str) -> SegmentUse:
    """Return the features of one segment of a table; NotFoundError where there is no such segment."""
    known: Mapping[str, str] = {name.casefold(): name for name in table.segments}
    name = known.get(segment.casefold())
    if name is None:
        raise NotFoundError(f"There is no segment '{segment}'.", f"Segments: {', '.join(table.segments)}.")
    features = []
    for row in table.rows:
        cell = next(cell for cell in row.cells if cell.segment == name)
        if row.kind == "feature" and cell.comparison is not None:
            own, other = cell.comparison.value or 0.0, cell.comparison.other_value or 0.0
            features.append(FeatureOfSegment(row.title, own, other, cell.comparison.supported))
    features.sort(key=lambda each: (-(each.share - each.others), each.feature))
    return SegmentUse(name, table.sizes[name], tuple(features))


def _check_usage(study: Study) -> None:
    if account_sources.stack_files(study).events is None:
        raise NeedssegError("There are no usage events yet.", Advice("Import them: ", Fix.IMPORT_ACCOUNTS))
