"""Account data: sources in, participants matched, four tiers computed as of a date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from needsseg import accounts as room
from needsseg.accounts import AccountProfile
from needsseg.accounts.own.values import values_for
from needsseg.accounts.tiers.event_coverage import day_after
from needsseg.accounts.tiers.profile import deciding_label
from needsseg.accounts.tiers.stack import read_merged
from needsseg.actions.accounts.account_sources import (
    stack_files,
)
from needsseg.actions.accounts.amounts import stack_rules
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.result_cache import cached, file_state
from needsseg.actions.segments.assigned import assigned_labels
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.survey.answers import labels as survey_labels
from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Account, AccountMatch, Label, Participant
from needsseg.settings import load, prompt_file
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study
from needsseg.study.segments import segments

KINDS = room.KINDS
IMPORTED = (*KINDS, room.TENURE)
"""What files are imported as: the kinds of sources, and customers by tenure, which are accounts and subscriptions."""
LARGE_FILE = 60_000
"""Bytes of an accounts file, a few thousand accounts, beyond which the matches of participants are kept."""


def participants(study: Study) -> list[Participant]:
    """All participants with their attributes."""
    return accounts.participants(study)


def sources(study: Study) -> dict[str, SourceRow]:
    """The imported sources by kind."""
    return accounts.sources(study)


def listing(study: Study) -> list[Account]:
    """The accounts in use, as their source has them."""
    return list(_read(stack_files(study).accounts).accounts)


def merged_ids(study: Study) -> Mapping[str, str]:
    """The ids of merged CRM records, each with that of the account that remains."""
    return _merged(stack_files(study).accounts)


def _merged(file: Path) -> Mapping[str, str]:
    return _merged_once(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _merged_once(file: Path, _changed: int) -> Mapping[str, str]:
    return read_merged(file)


def _read(file: Path) -> room.Accounts:
    return _read_once(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read_once(file: Path, _changed: int) -> room.Accounts:
    return room.read_accounts(file)


def matches(study: Study) -> list[AccountMatch]:
    """Match each participant to an account: confirmed by a person, by the cascade, ambiguous, or not at all.

    With very many accounts this takes seconds, and all that shows labels asks for it: the result is kept.
    """
    file = stack_files(study).accounts
    people, links = accounts.participants(study), accounts.links(study)

    def compute() -> list[AccountMatch]:
        imported = _read(file)
        return room.match(people, imported.accounts, links, imported.merged)

    if file.stat().st_size < LARGE_FILE:
        return compute()
    key = ("matches", file_state(file), people, sorted(links.items()))
    return cached(study, key, compute, lambda found: [asdict(one) for one in found], _matches_from_json)


def _matches_from_json(values: Sequence[Mapping[str, Any]]) -> list[AccountMatch]:
    return [AccountMatch(**{**one, "candidates": tuple(one["candidates"])}) for one in values]


def find_account(study: Study, text: str) -> str:
    """The id of the account meant by an id (15 characters or 18), that of a record merged into it, or its name.

    A name is its whole name, or else that name but for case, accents and legal form. NotFoundError, which names those near
    it, where none is meant or several are.
    """
    file = stack_files(study).accounts
    merged = _merged(file)
    ids_meant = (text.strip(), room.salesforce_18(text))
    # An id is found without reading all accounts, of which there may be very many.
    ids = {account.account_id for account in room.read_accounts(file, only=set(ids_meant)).accounts}
    for key in ids_meant:
        if key in ids:
            return key
        if key in merged:
            return merged[key]
    imported = _read(file)
    for spelt in (_spelt, room.normalised_name):
        spelling = spelt(text)
        called = [one.account_id for one in imported.accounts if spelling and spelt(one.name) == spelling]
        if len(called) == 1:
            return called[0]
        if called:
            raise NotFoundError(
                f"{len(called)} accounts are called “{text}”.", f"Name one by its id: {', '.join(called)}."
            )
    near = [one for one in imported.accounts if _spelt(text) and _spelt(text) in _spelt(one.name)][:5]
    hint = "; ".join(f"{one.account_id} “{one.name}”" for one in near)
    raise NotFoundError(
        f"There is no account '{text}'.",
        f"Near it: {hint}." if near else Advice("List them with: ", Fix.PROFILES),
    )


def _spelt(name: str) -> str:
    return " ".join(name.split()).casefold()


def link(study: Study, participant: str, account_id: str | None) -> None:
    """Confirm a participant's account, named as ``find_account`` takes it, or that they have none."""
    if account_id is not None:
        account_id = find_account(study, account_id)
    with study.action("link", f"{participant} belongs to {account_id or 'no account'}"):
        accounts.link(study, participant, account_id)


def unlink(study: Study, participant: str) -> None:
    """Leave a participant's account to the matching again."""
    with study.action("unlink", f"left {participant} to automatic matching"):
        accounts.unlink(study, participant)


def labels(study: Study, as_of: date | None = None) -> list[Label]:
    """A label per account and segment, from interviews, the survey and assigned texts; each says its source, none is mixed.

    From interviews, its confidence is the mean share among those who need it; only decided primary needs count. Texts and
    answers count where they are older than ``as_of``. The name of who confirmed the segment is empty while it is not
    confirmed.
    """
    confirmed = {row.name: row.confirmer for row in segments.listing(study) if row.status in ("named", "confirmed")}
    merged = merged_ids(study)
    return [
        *_interview_labels(study, confirmed),
        *survey_labels(study, as_of),
        *(
            Label(label.account_id, label.segment, "assigned", label.confidence, confirmed[label.segment])
            for label in assigned_labels(study, as_of, merged)
        ),
    ]


def interview_labels(study: Study) -> list[Label]:
    """The labels that come from interviews."""
    rows = segments.listing(study)
    return _interview_labels(study, {r.name: r.confirmer for r in rows if r.status in ("named", "confirmed")})


def _interview_labels(study: Study, confirmed: Mapping[str, str]) -> list[Label]:
    account_of = {match.participant: match.account_id for match in matches(study) if match.account_id}
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    participants_by_account: Counter[str] = Counter()
    for need in participant_needs(study):
        account = account_of.get(need.participant)
        if account is not None and need.counts:
            participants_by_account[account] += 1
            if need.segment is not None:
                shares[account, need.segment].append(need.share)
    return [
        Label(
            account,
            segment,
            "interview",
            round(sum(values) / participants_by_account[account], 4),
            confirmed.get(segment, ""),
        )
        for (account, segment), values in sorted(shares.items())
    ]


def version(study: Study) -> str:
    """Name a state of the segmentation: changes when a kept segment, its name, its members or its status does."""
    members = segments.members(study)
    state = [
        (row.name, row.status, row.confirmed_by or "", sorted(member.passage for member in members.get(row.id, [])))
        for row in segments.listing(study)
        if row.status in ("named", "confirmed")
    ]
    return sha256(repr(sorted(state)))[:12]


def profile_of(
    study: Study, account_id: str, as_of: date, engine: str | None = None, given: Sequence[Label] | None = None
) -> AccountProfile:
    """Return the profile of one account as it is among all, of which only those of its segment are read.

    ``given`` are all labels as of that date, where the caller has them.
    """
    merged = merged_ids(study)
    labels_by_account: dict[str, list[Label]] = defaultdict(list)
    all_labels = labels(study, as_of) if given is None else given
    for label in all_labels:
        labels_by_account[merged.get(label.account_id, label.account_id)].append(label)
    own = {label.segment for label in labels_by_account[account_id]}
    peers = {id_ for id_, given in labels_by_account.items() if own & {label.segment for label in given}}
    rows = _profiles(study, as_of, engine, all_labels, peers | {account_id})
    return next(row for row in rows if row.account_id == account_id)


def profiles(study: Study, as_of: date, progress: Progress = silent, engine: str | None = None) -> list[AccountProfile]:
    """All four tiers of every account as of a date, with the actions that follow and why.

    ``engine`` is duckdb, polars, spark, spark:MASTER or sc://HOST:PORT; the study's setting where it is None.
    """
    progress("computing profiles", 0, 1)
    # Matching participants reads the accounts too; within one session they are read once.
    with open_session(engine_for(study, engine), stack_files(study).accounts.parent):
        rows = _profiles(study, as_of, engine, labels(study, as_of))
    progress("computing profiles", 1, 1)
    return rows


def _profiles(
    study: Study, as_of: date, engine: str | None, given: Sequence[Label], only: set[str] | None = None
) -> list[AccountProfile]:
    from needsseg.actions.playbook.telling_features import features_of_segments
    from needsseg.playbook.interventions import load_rules
    from needsseg.playbook.recommending import with_actions

    settings, files = load(study.path), stack_files(study)
    backend = engine or settings.engine
    rules = load_rules(prompt_file("interventions.toml", settings))
    own = values_for(files.accounts, rules.columns, files.own, backend, only)

    def build(of: set[str] | None) -> list[AccountProfile]:
        return room.build(
            files, given, as_of, tz=settings.timezone, backend=backend, rules=stack_rules(study), version=version(study),
            only=of,
        )  # fmt: skip

    built, telling = build(only), None
    if rules.reads("telling_feature"):
        segments = decided_segments(study, given)
        labelled = partial(build, set(segments)) if only is not None else lambda: built
        telling = features_of_segments(study, files, as_of, segments, backend, labelled)
    return with_actions(built, rules, own, telling)


def decided_segments(study: Study, given: Sequence[Label]) -> dict[str, str]:
    """Return the segment that each labelled account goes by; ``given`` are all labels. Contested ones are left out."""
    merged = merged_ids(study)
    labels_by_account: dict[str, list[Label]] = defaultdict(list)
    for label in given:
        labels_by_account[merged.get(label.account_id, label.account_id)].append(label)
    decided = {account: deciding_label(labels)[0] for account, labels in labels_by_account.items()}
    return {account: label.segment for account, label in decided.items() if label is not None}


def day_after_events(study: Study) -> date | None:
    """The day after the newest event, when all that was imported counts; None without events."""
    events = stack_files(study).events
    return day_after(events, load(study.path).timezone) if events is not None else None
