"""Whether segments add anything over firmographics about who stays: accounts gathered, followed and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from needsseg import accounts as room
from needsseg.accounts.own.columns import OwnColumn, find_column
from needsseg.accounts.own.segments import segments_of_column
from needsseg.accounts.tiers.behaviour import WINDOW
from needsseg.accounts.tiers.firmographic import firmographics
from needsseg.accounts.tiers.profile import deciding_label
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.amounts import stack_rules
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.own_columns import dimension_name, own_columns, own_values
from needsseg.actions.transcripts.interview_dates import interview_date
from needsseg.errors import Advice, Fix, NeedssegError, Option, UsageError
from needsseg.progress import Progress, silent
from needsseg.records import Label, LabelSource
from needsseg.settings import load
from needsseg.study import history
from needsseg.study.connection import Study
from needsseg.study.segments import runs as stored_runs
from needsseg.text import date_of, format_count
from needsseg.validation.follow_up import follow_up
from needsseg.validation.retention import By, Design, Effort, Followed, Outcome, Validation, refuse
from needsseg.validation.retention import validate as validated

if TYPE_CHECKING:
    from needsseg.accounts import StackFiles
    from needsseg.accounts.tiers.lifecycle import Subscription


BUILT_IN = ("needs", "behavioral")


@dataclass(frozen=True, slots=True)
class _Labelled:
    """The segment of each account, the source of the labels, and since which epoch day each is known, if so."""

    segments: dict[str, str]
    source: LabelSource | Literal["usage", "column"]
    known_since: dict[str, int]
    features: tuple[int, int] | None
    notes: tuple[str, ...]


def validate(
    study: Study,
    as_of: date,
    since: date | None = None,
    horizon: int = 365,
    by: By = "needs",
    *,
    source: LabelSource | None = None,
    outcome: Outcome = "churned",
    features_as_of: date | None = None,
    tried: int | None = None,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Progress = silent,
    engine: str | None = None,
) -> Validation:
    """Follow every account with a segment from ``since`` for ``horizon`` days, as far as is known as of ``as_of``.

    Without ``since`` each account is followed from the day after its last interview, where participants have an attribute
    ``interview_date``. ``by`` behavioral takes the segments as of ``since``, or of ``features_as_of``; any other ``by`` is a
    column of the accounts, divided as ``own.segments`` does. ``tried`` is the number
    of segmentations looked at, this one included; else the runs in the study's history and this one. ``engine`` as in
    ``accounts.profiles``. Raise UsageError for a question that answers itself, and NeedssegError where
    there is nothing to follow. Changes nothing in the study.
    """
    files = account_sources.stack_files(study)
    if files.subscriptions is None:
        raise NeedssegError(
            "There are no subscriptions, so nobody knows who left.", Advice("Import them: ", Fix.IMPORT_ACCOUNTS)
        )
    tried = tried_so_far(study) if tried is None else tried
    column = None if by in BUILT_IN else _column(study, by)
    by = by if column is None else dimension_name(column, BUILT_IN)
    design = Design(by, as_of, since, horizon, outcome, tried, seed=seed)
    refuse((), design)  # what can be refused before anything is computed
    backend = engine_for(study, engine)
    with open_session(backend, files.accounts.parent):
        if column is not None:
            labelled = _by_column(study, column, since, source, backend)
        elif by == "needs":
            labelled = _by_needs(study, source, since, as_of)
        else:
            labelled = _by_usage(study, files, since, source, features_as_of, backend)
        progress("following accounts", 0, 1)
        rows, design = _gathered(study, files, labelled, design, backend)
        progress("following accounts", 1, 1)
    return validated(rows, design, effort, progress)


def tried_so_far(study: Study) -> int:
    """Count the segmentations that were looked at: runs of discovery, undone ones included, and the one in use."""
    runs = [run.id for run in stored_runs.listing(study)]
    begun = sum(entry.action == "discover" for entry in history.entries(study))
    return max([begun, len(runs), *runs]) + 1


def _by_needs(study: Study, source: LabelSource | None, since: date | None, as_of: date) -> _Labelled:
    # What was written or answered later is what they are followed for.
    labels = accounts.labels(study, since or as_of)
    chosen = _chosen_source(labels, source)
    labels_by_account: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if label.source == chosen:
            labels_by_account[label.account_id].append(label)
    decided = {account: deciding_label(account_labels)[0] for account, account_labels in labels_by_account.items()}
    segments = {account: label.segment for account, label in decided.items() if label is not None}
    known_since = _interviewed(study) if chosen == "interview" else {}
    undated = sum(account not in known_since for account in segments)
    if since is None and undated:
        raise UsageError(
            f"The day from which accounts are followed is missing: the study has no {chosen} date for {undated} of "
            f"{format_count(len(segments), 'account')}.",
            Advice(
                "Name a day after the last of them",
                Option.SINCE,
                ", or give participants the attribute interview_date.",
            ),
        )
    notes = []
    if contested := len(decided) - len(segments):
        notes.append(f"{format_count(contested, 'account')} have labels that contradict each other, and are left out.")
    if unsure := sum(label is not None and not label.confirmed_by for label in decided.values()):
        notes.append(
            f"The segments of {unsure} of {format_count(len(segments), 'account')} are not confirmed by anybody yet."
        )
    return _Labelled(segments, chosen, known_since, None, tuple(notes))


def _chosen_source(labels: Sequence[Label], source: LabelSource | None) -> LabelSource:
    """Return where labels are taken from: ``source``, or the only source there is; raise where there is no such label."""
    sources = sorted({label.source for label in labels})
    if not sources:
        raise NeedssegError(
            "No account has a needs segment yet.",
            Advice(
                "It takes a named segment, a participant whose primary need is decided (three passages in it at least) and "
                "their account: ",
                Fix.SEGMENTS,
                ", ",
                Fix.PARTICIPANTS,
                ", ",
                Fix.MATCHES,
            ),
        )
    if source is None and len(sources) > 1:
        raise UsageError(
            f"There are labels from {' and '.join(sources)}, which are not mixed.",
            Advice("Choose one", Option.SOURCE.of(source=sources[0]), "."),
        )
    if source is not None and source not in sources:
        raise UsageError(f"No label comes from '{source}'.", f"There are labels from {', '.join(sources)}.")
    return source or sources[0]


def _interviewed(study: Study) -> dict[str, int]:
    """The epoch day of the last interview with each account, for accounts all of whose participants have a date."""
    people = {who.key: who for who in accounts.participants(study)}
    days: dict[str, list[int | None]] = defaultdict(list)
    for match in accounts.matches(study):
        if match.account_id is not None and match.participant in people:
            day = interview_date(people[match.participant])
            days[match.account_id].append(None if day is None else epoch_day(day))
    dated = {account: [day for day in account_days if day is not None] for account, account_days in days.items()}
    return {
        account: max(account_days) for account, account_days in dated.items() if len(account_days) == len(days[account])
    }


def _by_usage(
    study: Study, files: StackFiles, since: date | None, source: str | None, features_as_of: date | None, backend: str
) -> _Labelled:
    if source is not None:
        raise UsageError(
            "Behavioral segments have no source to choose.", Advice("Leave the source out", Option.SOURCE, ".")
        )
    if since is None:
        raise UsageError(
            "The day from which accounts are followed is missing.",
            Advice("Name the day", Option.SINCE, "; their segments are those of that day."),
        )
    if files.events is None:
        raise NeedssegError(
            "There is no usage, so no account has a behavioral segment.", Advice("Import it: ", Fix.IMPORT_ACCOUNTS)
        )
    settings = load(study.path)
    day = features_as_of or since
    profiles = room.build(files, [], day, settings.timezone, backend, stack_rules(study))
    segments = {row.account_id: row.behavioral_segment for row in profiles if row.behavioral_segment}
    known_since = dict.fromkeys(segments, epoch_day(day))
    return _Labelled(segments, "usage", known_since, (epoch_day(day) - WINDOW, epoch_day(day)), ())


def _column(study: Study, name: str) -> OwnColumn:
    columns = own_columns(study)
    column = find_column(columns, name)
    if column is None:
        known = ", ".join((*BUILT_IN, *(dimension_name(each, BUILT_IN) for each in columns)))
        raise UsageError(f"Accounts are not segmented by '{name}'.", f"There are: {known}.")
    return column


def _by_column(study: Study, column: OwnColumn, since: date | None, source: str | None, backend: str) -> _Labelled:
    if source is not None:
        raise UsageError("A column has no source to choose.", Advice("Leave the source out", Option.SOURCE, "."))
    if since is None:
        raise UsageError(
            "The day from which accounts are followed is missing.",
            Advice("Name the day", Option.SINCE, "; it should lie after the column was filled in."),
        )
    segments = segments_of_column(column, own_values(study, [column], backend)[column.name]).by_account
    if not segments:
        raise NeedssegError(f"No account has a value in column '{column.name}'.", "Choose another column.")
    imported = accounts.sources(study)["accounts"].imported_at[:10]
    note = (
        f"The column '{column.name}' is as it was imported on {imported}, not as of {since}: if it was set or changed later, for "
        "instance when an account left, it may only repeat the outcome."
    )
    return _Labelled(dict(segments), "column", {}, None, (note,))


def _gathered(
    study: Study, files: StackFiles, labelled: _Labelled, design: Design, backend: str
) -> tuple[list[Followed], Design]:
    """Return the accounts with a segment, followed, and the design with what is known of the others."""
    rows, others_left = _followed(study, files, labelled, design, backend)
    notes = [*labelled.notes]
    if absent := len(labelled.segments) - len(rows):
        notes.append(
            f"{absent} of {format_count(len(labelled.segments), 'account')} with a segment are not followed: they had "
            "no subscription when the follow-up starts."
        )
    is_compared = design.by == "needs" and design.outcome == "churned"
    beside = (len(others_left), sum(others_left)) if is_compared else None
    if design.outcome == "at_risk":
        rows = _fallen(study, files, rows, design, backend)
        notes.append("Whether an account is at risk is looked at once, on the last day of the follow-up.")
    return rows, Design(
        design.by, design.as_of, design.since, design.horizon, design.outcome, design.tried, labelled.features,
        beside, design.seed, tuple(notes),
    )  # fmt: skip


def _followed(
    study: Study, files: StackFiles, labelled: _Labelled, design: Design, backend: str
) -> tuple[list[Followed], list[bool]]:
    """Return the customers with a segment, followed, and for each customer without one whether they left."""
    rules = stack_rules(study)
    imported = room.read_accounts(files.accounts, backend)
    terms: dict[str, list[Subscription]] = defaultdict(list)
    for term in room.read_subscriptions(files.subscriptions, backend) if files.subscriptions else []:
        terms[imported.merged.get(term.account_id, term.account_id)].append(term)
    end = epoch_day(design.as_of)
    starts = _starts(labelled, design, end - rules.grace)
    latest = max(starts.values())
    rows, others_left = [], []
    tiers = firmographics(imported.accounts, rules.icp, {})
    for account, tier in zip(imported.accounts, tiers, strict=True):
        key = account.account_id
        followed = follow_up(terms[key], starts.get(key, latest), end, design.horizon, rules.grace)
        if followed is None:
            continue
        until, left_on = followed
        if key not in labelled.segments:
            others_left.append(left_on is not None)
            continue
        firms = (tier.size, tier.revenue, tier.region, tier.industry.casefold() or "unknown")
        rows.append(
            Followed(
                key, labelled.segments[key], labelled.source, firms, starts[key], until, left_on,
                labelled.known_since.get(key),
            )
        )  # fmt: skip
    return rows, others_left


def _starts(labelled: _Labelled, design: Design, last: int) -> dict[str, int]:
    """The epoch day from which each account is followed; UsageError where none is left to follow it."""
    starts = {
        account: labelled.known_since[account] + 1 if design.since is None else epoch_day(design.since)
        for account in labelled.segments
    }
    if max(starts.values()) >= last:
        begins = date_of(max(starts.values()))
        raise UsageError(
            f"Between {begins} and {design.as_of} there is no day on which leaving could be seen: a subscription "
            "counts as ended only once the days of grace are over.",
            Advice("Look from a later day", Option.AS_OF, ", or start earlier", Option.SINCE, "."),
        )
    return starts


def _fallen(study: Study, files: StackFiles, rows: Sequence[Followed], design: Design, backend: str) -> list[Followed]:
    """The same accounts with at-risk as the outcome; those that left before are followed until then."""
    if files.events is None:
        raise NeedssegError(
            "There is no usage, so nobody knows who is at risk.", Advice("Import it: ", Fix.IMPORT_ACCOUNTS)
        )
    settings = load(study.path)
    last = max((row.until for row in rows), default=epoch_day(design.as_of))
    day = date_of(last)
    profiles = room.build(files, [], day, settings.timezone, backend, stack_rules(study))
    flags: Mapping[str, tuple[str, ...]] = {row.account_id: row.lifecycle_flags for row in profiles}
    return [
        Followed(
            row.account, row.segment, row.source, row.firmographics, row.start, row.left or last,
            None if row.left is not None or "at_risk" not in flags[row.account] else last, row.labelled_on,
        )
        for row in rows
    ]  # fmt: skip
