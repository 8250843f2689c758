"""What segments say about customers, as of a date: the scorecard and use by segment, compared in one correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts.engines import engine_for
from needsseg.actions.exchange import output_files
from needsseg.actions.scorecard.account_facts import Gathered, Question, check_question, gathered
from needsseg.actions.scorecard.notes import notes_on
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.scorecard.comparisons import compared
from needsseg.scorecard.dimensions import in_words
from needsseg.scorecard.findings import findings
from needsseg.scorecard.measures import SIGNALS, recorded, value_measures
from needsseg.scorecard.scorecard import Scorecard, cards, contrasts, is_defined_by, labels_of
from needsseg.scorecard.usage import UsageTable, feature_contrasts, usage_rows
from needsseg.scorecard.usage_queries import LONG_WINDOW, Events, users_of
from needsseg.settings import load
from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """The scorecard and the use by segment of one division of the accounts.

    ``accounts`` are the ids of each segment, under "" of those without one; ``in_use`` those of them whose use counts, as
    they have not left.
    """

    scorecard: Scorecard
    usage: UsageTable
    accounts: dict[str, tuple[str, ...]]
    in_use: dict[str, tuple[str, ...]]


def segment_report(
    study: Study, question: Question, progress: Progress = silent, engine: str | None = None
) -> SegmentReport:
    """Return what segments say about customers; changes nothing in the study.

    All figures and all use are compared in one correction for their number. UsageError for an invalid question, NeedssegError
    without accounts. ``engine`` as in ``accounts.profiles``.
    """
    return report_of(study, gathered(study, question, progress, engine), progress)


def report_of(study: Study, data: Gathered, progress: Progress = silent) -> SegmentReport:
    """Return the report on what was gathered."""
    progress("comparing segments", 0, 1)
    signals = recorded([facts.use for facts in data.facts if facts.use is not None])
    measures = (*value_measures(data.facts), *signals)
    pairs = [
        *contrasts(data.facts, data.names, measures, data.dimensions),
        *feature_contrasts(data.use, data.sizes, data.names, data.dimensions),
    ]
    comparisons = compared(pairs)
    money = "ARR" if data.amounts.yearly is not None else data.amounts.column
    words = {name: in_words(name, data.dimensions) for name in data.names}
    sentences = findings(comparisons, measures, words, money, data.question.horizon, data.amounts.currency)
    by = tuple(dimension.name for dimension in data.dimensions)
    notes = notes_on(study, data, len(comparisons), len(sentences))
    own, without, everyone = cards(data.facts, data.names, data.grace)
    members: dict[str, list[str]] = {name: [] for name in (*data.names, "")}
    in_use: dict[str, list[str]] = {name: [] for name in members}
    for facts in data.facts:
        members[facts.segment].append(facts.account_id)
        if facts.use is not None:
            in_use[facts.segment].append(facts.account_id)
    card = Scorecard(
        by, data.question.as_of, data.question.since, money, own, without, everyone, comparisons, sentences, notes,
        labels_of([facts for facts in data.facts if facts.segment]),
        tuple(measure.key for measure in measures if is_defined_by(measure, data.dimensions)), data.amounts.currency,
    )  # fmt: skip
    table = UsageTable(
        by, data.question.as_of, data.names, dict(data.sizes),
        usage_rows(data.facts, data.names, data.use, signals, comparisons), len(comparisons),
        tuple(finding for finding in sentences if finding.feature or finding.figure in {each.key for each in SIGNALS}),
        notes,
    )  # fmt: skip
    progress("comparing segments", 1, 1)
    return SegmentReport(
        card,
        table,
        {name: tuple(ids) for name, ids in members.items()},
        {name: tuple(ids) for name, ids in in_use.items()},
    )


def accounts_using(
    study: Study, as_of: date, feature: str, days: int = LONG_WINDOW, engine: str | None = None
) -> frozenset[str]:
    """Return the ids of the accounts that used a feature in the last ``days`` days before ``as_of``."""
    files = account_sources.stack_files(study)
    if files.events is None:
        return frozenset()
    backend = engine_for(study, engine)
    settings = load(study.path)
    merged = room.read_accounts(files.accounts, backend).merged
    events = Events(files.events, epoch_day(as_of), room.load_rules(settings).events, settings.timezone, merged)
    with open_engine(backend, files.accounts.parent) as opened:
        return users_of(opened, events, feature, days)


def check_target(study: Study, question: Question, path: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError where a scorecard is not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.scorecards import MARK

    check_question(study, question)
    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path.name}: scorecards are written as CSV.", "Name a file that ends in .csv.")
    output_files.check(study, path, MARK, "scorecard", overwrite=overwrite)


def write_scorecard(study: Study, report: SegmentReport, path: Path) -> Path:
    """Write figures and use by segment to a CSV file, whole or not at all, after ``check_target``; returns ``path``."""
    from needsseg.exchange.scorecards import scorecard_csv

    output_files.write(study, path, scorecard_csv(report.scorecard, report.usage))
    return path
