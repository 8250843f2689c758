"""Export labelled accounts to files, each with a manifest beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from needsseg.actions.exchange.export_columns import chosen_columns, remember, rows_with
from needsseg.actions.playbook import triggers
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError, Option, UsageError
from needsseg.exchange.columns import ExportColumn
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
    """The result of an export: the table, its manifest, the number of rows and of rows with a label.

    ``left_out`` counts accounts that are unchanged since the last export. ``renamed`` lists segments whose name changed
    since then, as (old name, new name, number of accounts). ``refused`` are accounts whose id the target cannot hold, with
    the reason.
    """

    path: Path
    manifest: Path
    rows: int
    labelled: int
    left_out: int = 0
    renamed: tuple[tuple[str, str, int], ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """The profiles and rows to deliver to a destination, and for each the record to store once it is delivered.

    For a destination by user or trigger there is one of each per user or trigger, and ``deliveries`` hold their ids in place of
    account ids. ``refused`` are accounts whose id the destination cannot hold, with the reason.
    """

    profiles: tuple[AccountProfile, ...]
    rows: tuple[Mapping[str, Cell], ...]
    deliveries: tuple[Delivered, ...]
    left_out: int
    renamed: tuple[tuple[str, str, int], ...]
    refused: Mapping[str, str]


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
    columns: str = "",
    progress: Progress = silent,
    engine: str | None = None,
) -> ExportReport:
    """Write every account's profile as of a date to ``path``, whole or not at all, with a manifest of its sources.

    The manifest names participants by pseudonym unless ``original`` is set, and says which. Formula cells of CSV tables
    are neutralised unless ``neutralise`` is False. ``changed_only`` leaves out accounts whose row is the same as in this
    format's last export. ``key`` is the field by which the target identifies an account, ``segment`` the segment whose
    accounts form a cohort. ``columns`` names the columns as ``export_columns.chosen_columns`` takes them, and they are kept for
    the next export of this format.

    Replaces an earlier export at ``path`` (recognised by its manifest), any other file only with ``overwrite``, and
    never the study or its account data.
    """
    if format not in targets():
        raise UsageError(f"There is no export format '{format}'.", f"The formats are {', '.join(targets())}.")
    check_options(format, segment, changed_only, key, columns)
    _check_target(study, path, overwrite)
    chosen = chosen_columns(study, format, columns)
    profiles = accounts.profiles(study, as_of, progress, engine)
    if is_of_one_segment(format):
        profiles = _cohort(study, profiles, str(segment))
    subjects = subjects_of(study, format, as_of, progress, engine)
    fitting, refused = fitting_ids(profiles, format, key)
    rows = rows_with(study, fitting, chosen.columns, as_of, engine)
    planned = plan(study, f"file:{format}", fitting, changed_only, subjects, refused, rows)
    manifest = _manifest_facts(study, original) | {"changed_only": changed_only, "left_out": planned.left_out}
    written = _write(
        study, planned, format, path, manifest, chosen.columns, neutralise=neutralise, key=key, overwrite=overwrite
    )
    remember(study, format, chosen)
    labelled = sum(bool(profile.needs_segment) for profile in planned.profiles)
    return ExportReport(
        written, _manifest_of(written), len(planned.profiles), labelled, planned.left_out, planned.renamed, refused
    )


def _write(
    study: Study,
    planned: ExportPlan,
    format: str,
    path: Path,
    manifest: Mapping[str, object],
    columns: Sequence[ExportColumn],
    *,
    neutralise: bool | None,
    key: str,
    overwrite: bool,
) -> Path:
    """Write the planned rows and record their delivery, both or neither; return the path that was written."""
    from needsseg.exchange.destinations import write_target

    ids = {each.account_id: each.message_id for each in planned.deliveries}
    with leftovers.writing_to(study, path):
        return write_target(
            planned.profiles,
            path,
            format,
            manifest,
            neutralise=neutralise,
            key=key,
            ids=ids,
            overwrite=overwrite,
            rows=planned.rows,
            columns=columns,
            # Recorded while the earlier file can still be restored: no file without its record, and no record without it.
            recorded=lambda: deliveries.wrote(
                study, f"file:{format}", batch_id(planned.deliveries), f"wrote {path.name}", planned.deliveries
            ),
        )


def targets() -> tuple[str, ...]:
    """The names of all export targets: table formats and destinations."""
    return (*FORMATS, *DESTINATIONS)


def noun(target: str) -> str:
    """What a row of a target is: an account, a user or a trigger."""
    covers = DESTINATIONS[target].covers if target in DESTINATIONS else "accounts"
    return {"users": "user", "triggers": "trigger"}.get(covers, "account")


def is_of_one_segment(target: str) -> bool:
    """Whether a target takes the accounts of one chosen segment."""
    return target in DESTINATIONS and DESTINATIONS[target].covers == "segment"


def needs_key(target: str) -> bool:
    """Whether a target takes nothing without a key that somebody names."""
    to = DESTINATIONS.get(target)
    return to is not None and to.key_refusal is not None and bool(to.key_refusal(to.key))


def _ending(target: str) -> str:
    return DESTINATIONS[target].ending if target in DESTINATIONS else target


def file_name(format: str, as_of: date) -> str:
    """A name for an export's file, of letters, digits and _ only, since warehouses turn it into a table's name."""
    suffix = "" if format in FORMATS else f"_{format}"
    return f"accounts{suffix}_{as_of.isoformat().replace('-', '_')}.{_ending(format)}"


def check_options(format: str, segment: str | None, changed_only: bool, key: str, columns: str = "") -> None:
    """Raise UsageError for options that a format does not take, or lacks."""
    cohort = is_of_one_segment(format)
    if cohort and segment is None:
        raise UsageError("A cohort holds the accounts of one segment.", Advice("Name the segment", Option.SEGMENT, "."))
    if not cohort and segment is not None:
        raise UsageError("Only a cohort is of one segment.", Advice("Leave the segment out", Option.SEGMENT, "."))
    if cohort and columns:
        raise UsageError("A cohort has ids only, and no columns to choose.", "Leave the choice of columns out.")
    if cohort and changed_only:
        raise UsageError(
            "A cohort is always uploaded whole.",
            Advice("Export all accounts, without the choice of changes", Option.CHANGED_ONLY, "."),
        )
    keyed = [each.name for each in DESTINATIONS.values() if each.key]
    if key and format not in keyed:
        raise UsageError(
            f"The format {format} has no choice of key.", Advice("A key", Option.KEY, f" is for {', '.join(keyed)}.")
        )


def fitting_ids(
    profiles: Sequence[AccountProfile], target: str, key: str
) -> tuple[list[AccountProfile], dict[str, str]]:
    """Return the accounts whose id a target can hold, and the others with the reason; NeedssegError where there is none.

    UsageError for a key that cannot be one of the target's.
    """
    destination = DESTINATIONS.get(target)
    if destination is not None and destination.key_refusal is not None:
        reason = destination.key_refusal(key or destination.key)
        if reason:
            raise UsageError(f"{target}: {reason}.", Advice("Name it", Option.KEY, "."))
    if destination is None or destination.refusal is None:
        return list(profiles), {}
    reasons = {each.account_id: destination.refusal(each.account_id, key or destination.key) for each in profiles}
    refused = {account: reason for account, reason in reasons.items() if reason}
    if refused and len(refused) == len(profiles):
        account, reason = next(iter(refused.items()))
        raise NeedssegError(
            f"{target} can hold no account's id; the first is '{account}': {reason}.",
            destination.id_hint
            or Advice(
                "Keep these ids in a field of their own there (an external id, a unique property), and name it",
                Option.KEY,
                ".",
            ),
        )
    return [each for each in profiles if not reasons[each.account_id]], refused


def subjects_of(
    study: Study, target: str, as_of: date, progress: Progress, engine: str | None
) -> list[tuple[str, Mapping[str, Cell]]] | None:
    """The account and the further columns of each row, for a target by user or trigger; None for other targets."""
    covers = DESTINATIONS[target].covers if target in DESTINATIONS else "accounts"
    if covers == "users":
        return [(account, {"user_id": user}) for user, account in _users(study, as_of, engine).items()]
    if covers == "triggers":
        from needsseg.exchange.triggers import trigger_rows

        fired = triggers.fired(study, as_of, progress=progress, engine=engine).rows
        # Late events may still cancel a trigger that is not settled, and an event that was sent cannot be taken back.
        return [(str(row["account_id"]), row) for row in trigger_rows(each for each in fired if each.trigger.settled)]
    return None


def _users(study: Study, as_of: date, engine: str | None) -> dict[str, str]:
    """The account of each user. Leaves out users of several accounts, since one account's need would overwrite another's.

    NeedssegError without usage data.
    """
    files = account_sources.stack_files(study)
    if files.events is None:
        raise NeedssegError("There is no usage data, so users are unknown.", Advice("Import it: ", Fix.IMPORT_ACCOUNTS))
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
    subjects: Sequence[tuple[str, Mapping[str, Cell]]] | None = None,
    refused: Mapping[str, str] | None = None,
    rows_of_profiles: Sequence[Mapping[str, Cell]] | None = None,
) -> ExportPlan:
    """Compare the rows for a destination with those it has; a row that is unchanged keeps its message id.

    ``subjects`` (an account's id and further columns, such as ``user_id``) plan a row each. ``rows_of_profiles`` are the rows
    where they do not have the standard columns.
    """
    from needsseg.exchange.destinations import subject_id

    pairs = _pairs(profiles, rows_of_profiles, subjects)
    delivered = deliveries.delivered_rows(study, destination)
    ids = {row.name: row.id for row in reversed(stored.listing(study))}
    sent_profiles: list[AccountProfile] = []
    delivered_rows: list[Delivered] = []
    renamed: Counter[tuple[str, str]] = Counter()
    rows: list[Mapping[str, Cell]] = []
    for profile, row in pairs:
        name = profile.needs_segment or ""
        earlier = delivered.get(subject_id(row))
        delivery = _delivery(destination, row, earlier, ids.get(name), name)
        if earlier is not None and earlier.segment_id is not None and earlier.segment_id == delivery.segment_id:
            renamed[earlier.segment, name] += earlier.segment != name
        if not (changed_only and earlier is not None and earlier.facts_sha256 == delivery.facts_sha256):
            sent_profiles.append(profile)
            rows.append(row)
            delivered_rows.append(delivery)
    names = tuple((old, new, count) for (old, new), count in sorted(renamed.items()) if count)
    return ExportPlan(
        tuple(sent_profiles), tuple(rows), tuple(delivered_rows), len(pairs) - len(sent_profiles), names, refused or {}
    )


def _delivery(
    destination: str, row: Mapping[str, Cell], earlier: Delivered | None, segment_id: int | None, segment: str
) -> Delivered:
    """Return the record of a row to deliver; where it is the same as the earlier one, it has the earlier message's id."""
    from needsseg.exchange.destinations import message_id, row_shas, subject_id

    row_sha, facts_sha = row_shas(row)
    is_same = earlier is not None and earlier.row_sha256 == row_sha
    before = earlier.message_id if earlier is not None else ""
    message = before if is_same else message_id(destination, row, before)
    return Delivered(subject_id(row), row_sha, facts_sha, message, segment_id, segment)


def _pairs(
    profiles: Sequence[AccountProfile],
    rows: Sequence[Mapping[str, Cell]] | None,
    subjects: Sequence[tuple[str, Mapping[str, Cell]]] | None,
) -> list[tuple[AccountProfile, Mapping[str, Cell]]]:
    """Return each profile with its row, or with that of each of its subjects."""
    from needsseg.exchange.tables import rows_of

    pairs = list(zip(profiles, rows_of(profiles) if rows is None else rows, strict=True))
    if subjects is None:
        return pairs
    by_account = {profile.account_id: (profile, row) for profile, row in pairs}
    return [
        (by_account[account][0], {**by_account[account][1], **further})
        for account, further in subjects
        if account in by_account
    ]


def batch_id(rows: Sequence[Delivered]) -> str:
    """One id for the messages of a batch."""
    return sha256("\n".join(each.message_id for each in rows))[:16]


def _cohort(study: Study, profiles: Sequence[AccountProfile], segment: str) -> list[AccountProfile]:
    if segment not in {row.name for row in stored.listing(study)}:
        raise NotFoundError(f"There is no segment '{segment}'.", Advice("List them with: ", Fix.SEGMENTS))
    return [profile for profile in profiles if profile.needs_segment == segment]


def _manifest_facts(study: Study, original: bool) -> dict[str, object]:
    """The facts of the study for a manifest: its inputs, and participants without an account or a label."""
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
        "unmatched": list(_pseudonymised(over, {m.participant: "" for m in matched if m.account_id is None})),
        "abstained": _pseudonymised(over, {need.participant: need.why for need in needs if need.segment is None}),
    }


def _pseudonymised(over: Cover, words_by_key: Mapping[str, str]) -> dict[str, str]:
    """Texts about participants by displayed name instead of key; a name that occurs again gets a number."""
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
        raise NeedssegError(
            f"{path} exists and is not an earlier export.",
            Advice("Name another file, or replace this one", Option.OVERWRITE, "."),
        )
