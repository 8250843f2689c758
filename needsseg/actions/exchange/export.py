"""Labelled accounts out, as files with a manifest beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from needsseg.accounts import AccountProfile, read_accounts
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.users import users_before
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError, UsageError
from needsseg.exchange.destinations import DESTINATIONS
from needsseg.exchange.tables import FORMATS, Cell
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.settings import load
from needsseg.study.accounts import deliveries
from needsseg.study.accounts.deliveries import Delivered
from needsseg.study.connection import Study
from needsseg.study.file import leftovers
from needsseg.study.segments import segments as stored


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: the table, its manifest, and how many accounts of how many carry a label.

    ``left_out`` accounts are unchanged since the last export; ``renamed`` says for each segment that has another name than
    then how many accounts it concerns: (old, new, accounts).
    """

    path: Path
    manifest: Path
    rows: int
    labelled: int
    left_out: int = 0
    renamed: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What goes to a destination: profiles, their rows, and beside each what the destination has once it accepted_rows it.

    Where it goes by user, there is one of each for every user, whose id stands for the account's in ``taken``.
    """

    profiles: tuple[AccountProfile, ...]
    rows: tuple[Mapping[str, Cell], ...]
    deliveries: tuple[Delivered, ...]
    left_out: int
    renamed: tuple[tuple[str, str, int], ...]


def export(
    study: Study,
    format: str,
    path: Path,
    as_of: date,
    *,
    neutralise: bool | None = None,
    overwrite: bool = False,
    original: bool = False,
    changed_only: bool = False,
    key: str = "",
    segment: str | None = None,
    progress: Progress = silent,
    engine: str | None = None,
) -> ExportReport:
    """Writes every account's profile as of a date to ``path``, whole or not at all, with a manifest of what it rests on.

    Participants stand in the manifest under pseudonyms, unless ``original`` is asked for; the manifest says which.
    Formula cells of CSV tables are neutralised unless ``neutralise`` is False. ``changed_only`` leaves out the accounts of
    which this format's last export said the same. ``key`` is the field by which the target knows an account, ``segment`` the
    one whose accounts a cohort has.

    An earlier export at ``path`` (told by its manifest) is replaced; any other file only with ``overwrite``, and the study
    and its account data never.
    """
    from needsseg.exchange.destinations import write_target

    if format not in targets():
        raise UsageError(f"There is no export format '{format}'.", f"The formats are {', '.join(targets())}.")
    check_options(format, segment, changed_only, key)
    _check_target(study, path, overwrite)
    profiles = accounts.profiles(study, as_of, progress, engine)
    if is_of_one_segment(format):
        profiles = _cohort(study, profiles, str(segment))
    users = users_of(study, format, as_of, engine)
    planned = plan(study, f"file:{format}", profiles, changed_only, users)
    extra = _rests_on(study, original) | {"changed_only": changed_only, "left_out": planned.left_out}
    ids = {each.account_id: each.message_id for each in planned.deliveries}
    with leftovers.writing_to(study, path):
        written = write_target(
            planned.profiles,
            path,
            format,
            extra,
            neutralise=neutralise,
            key=key,
            ids=ids,
            overwrite=overwrite,
            rows=planned.rows,
            # The study is told while the file can still be put back: no file without its record, no record without its file.
            recorded=lambda: deliveries.wrote(
                study, f"file:{format}", batch_id(planned.deliveries), f"wrote {path.name}", planned.deliveries
            ),
        )
    labelled = sum(bool(profile.needs_segment) for profile in planned.profiles)
    return ExportReport(written, _manifest_of(written), len(planned.profiles), labelled, planned.left_out, planned.renamed)


def targets() -> tuple[str, ...]:
    """The names of all that can be exported to: tables, and every destination."""
    return (*FORMATS, *DESTINATIONS)


def is_by_user(target: str) -> bool:
    """Whether a target takes a row for each user of an account."""
    return target in DESTINATIONS and DESTINATIONS[target].covers == "users"


def is_of_one_segment(target: str) -> bool:
    """Whether a target takes the accounts of one segment that is asked for."""
    return target in DESTINATIONS and DESTINATIONS[target].covers == "segment"


def _ending(target: str) -> str:
    return DESTINATIONS[target].ending if target in DESTINATIONS else target


def file_name(format: str, as_of: date) -> str:
    """A name for an export's file; a warehouse makes a table's name of it, so it holds letters, digits and _ only."""
    of = "" if format in FORMATS else f"_{format}"
    return f"accounts{of}_{as_of.isoformat().replace('-', '_')}.{_ending(format)}"


def check_options(format: str, segment: str | None, changed_only: bool, key: str) -> None:
    """UsageError for options that a format has no use for."""
    cohort = is_of_one_segment(format)
    if cohort and segment is None:
        raise UsageError("A cohort is one segment's accounts.", "Name the segment: --segment NAME.")
    if not cohort and segment is not None:
        raise UsageError("Only a cohort is of one segment.", "Leave --segment out.")
    if cohort and changed_only:
        raise UsageError("A cohort is uploaded whole.", "Leave --changed-only out.")
    keyed = [each.name for each in DESTINATIONS.values() if each.key]
    if key and format not in keyed:
        raise UsageError(f"{format} has no key to choose.", f"--key is for {', '.join(keyed)}.")


def users_of(study: Study, target: str, as_of: date, engine: str | None) -> dict[str, str] | None:
    """For a target that goes by user, each user's account; NeedssegError where no usage tells any. None for all others.

    A user of several accounts is left out: there, one account's need would overwrite another's.
    """
    if not is_by_user(target):
        return None
    files = account_sources.stack_files(study)
    if files.events is None:
        raise NeedssegError(
            "There is no usage, so nothing tells who the users are.", Advice("Import it: ", Fix.IMPORT_ACCOUNTS)
        )
    with open_engine(engine_for(study, engine), files.events.parent) as opened:
        users = users_before(
            opened, files.events, epoch_day(as_of), load(study.path).timezone, read_accounts(files.accounts).merged
        )
    return users.accounts


def plan(
    study: Study,
    destination: str,
    profiles: Sequence[AccountProfile],
    changed_only: bool,
    users: Mapping[str, str] | None = None,
) -> ExportPlan:
    """What would go to a destination now, against what it has: message ids stay while a row does.

    With ``users`` (each one's account) it goes by user: a row for each, with ``user_id`` besides.
    """
    from needsseg.exchange.destinations import message_id, row_shas, whom
    from needsseg.exchange.tables import rows_of

    pairs: list[tuple[AccountProfile, Mapping[str, Cell]]] = list(zip(profiles, rows_of(profiles), strict=True))
    if users is not None:
        by_account = {profile.account_id: (profile, row) for profile, row in pairs}
        pairs = [
            (by_account[account][0], {**by_account[account][1], "user_id": user})
            for user, account in users.items()
            if account in by_account
        ]

    delivered = deliveries.known(study, destination)
    ids = {row.name: row.id for row in reversed(stored.listing(study))}
    sent_profiles: list[AccountProfile] = []
    delivered_rows: list[Delivered] = []
    renamed: Counter[tuple[str, str]] = Counter()
    rows: list[Mapping[str, Cell]] = []
    for profile, row in pairs:
        whole, facts = row_shas(row)
        name = profile.needs_segment or ""
        now = Delivered(whom(row), whole, facts, "", ids.get(name), name)
        before = delivered.get(now.account_id)
        if before is None:
            now = replace(now, message_id=message_id(destination, row, ""))
        else:
            same = before.row_sha256 == whole
            now = replace(
                now, message_id=before.message_id if same else message_id(destination, row, before.message_id)
            )
            if before.segment_id is not None and before.segment_id == now.segment_id and before.segment != name:
                renamed[before.segment, name] += 1
        if not (changed_only and before is not None and before.facts_sha256 == facts):
            sent_profiles.append(profile)
            rows.append(row)
            delivered_rows.append(now)
    names = tuple((old, new, count) for (old, new), count in sorted(renamed.items()))
    return ExportPlan(tuple(sent_profiles), tuple(rows), tuple(delivered_rows), len(pairs) - len(sent_profiles), names)


def batch_id(taken: Sequence[Delivered]) -> str:
    """One id for the messages of a batch."""
    return sha256("\n".join(each.message_id for each in taken))[:16]


def _cohort(study: Study, profiles: Sequence[AccountProfile], segment: str) -> list[AccountProfile]:
    if segment not in {row.name for row in stored.listing(study)}:
        raise NotFoundError(f"There is no segment '{segment}'.", Advice("List them with: ", Fix.SEGMENTS))
    return [profile for profile in profiles if profile.needs_segment == segment]


def _rests_on(study: Study, original: bool) -> dict[str, object]:
    """What a manifest tells of the study: the inputs, and who has no account or no label."""
    matched = accounts.matches(study)
    needs = participant_needs(study)
    over = pseudonyms.cover(study, original=original)
    inputs = {
        kind: {
            "file": source.file_name,
            "sha256": source.file_sha256,
            "rows": source.row_count,
            "rejected": source.rejected,
        }
        for kind, source in accounts.sources(study).items()
    }
    return {
        "inputs": inputs,
        "unknown_accounts": account_sources.unknown_accounts(study),
        "pseudonyms": not original,
        "unmatched": list(_covered(over, {m.participant: "" for m in matched if m.account_id is None})),
        "abstained": _covered(over, {need.participant: need.why for need in needs if need.segment is None}),
    }


def _covered(over: Cover, words_by_key: Mapping[str, str]) -> dict[str, str]:
    """What is said of participants by key, under what stands for them; the second of one name has a 2 behind it."""
    shown: dict[str, str] = {}
    for key, words in words_by_key.items():
        name = over.participant(key)
        names = (name, *(f"{name} ({n})" for n in range(2, len(words_by_key) + 2)))
        shown[next(each for each in names if each not in shown)] = over.text(words)
    return shown


def _manifest_of(path: Path) -> Path:
    return path.with_name(path.name + ".manifest.json")


def _check_target(study: Study, path: Path, overwrite: bool) -> None:
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    if path.exists() and not overwrite and not _manifest_of(path).exists():
        raise NeedssegError(f"{path} exists and is no earlier export.", "Name another file, or add --force.")
