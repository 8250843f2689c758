"""Account data: sources in, participants matched, four tiers computed as of a date."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import AccountProfile, Reject
from needsseg.accounts.extent import day_after, of_unknown_accounts
from needsseg.actions.participants import ParticipantsReport, import_participants
from needsseg.actions.segments import participants as primary_needs
from needsseg.embedding import Progress, silent
from needsseg.errors import NeedssegError, NotFoundError, TableError, UsageError
from needsseg.records import Account, AccountMatch, Label, Participant
from needsseg.settings import load, prompt_file
from needsseg.study import accounts, segments
from needsseg.study.accounts import SourceRow
from needsseg.study.connection import Study

__all__ = [
    "KINDS",
    "AccountProfile",
    "MappingProposal",
    "ParticipantsReport",
    "Reject",
    "SourceReport",
    "SourceRow",
    "day_after_events",
    "import_participants",
    "import_source",
    "labels",
    "link",
    "listing",
    "matches",
    "participants",
    "profiles",
    "propose_mapping",
    "sources",
    "stack_files",
    "unknown_accounts",
    "unlink",
    "version",
]

KINDS = room.KINDS


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """Which column of a file is read as which field: saved from last time where it fits, else guessed."""

    kind: str
    header: tuple[str, ...]
    columns: dict[str, str]
    saved: bool

    @property
    def needed(self) -> tuple[str, ...]:
        """Fields without which the file cannot be read, and which no column was found for."""
        return tuple(field for field in room.REQUIRED[self.kind] if field not in self.columns)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What an import of account data did: rows read, rows refused with their reasons, repeats left out, the mapping."""

    kind: str
    file: str
    rows: int
    rejected: tuple[Reject, ...]
    duplicates: int
    dropped: int
    columns: dict[str, str]
    warnings: tuple[str, ...] = ()


def propose_mapping(study: Study, path: Path, kind: str | None = None) -> MappingProposal:
    """The mapping that ``import_source`` would use; the kind is told by the columns where it is not given."""
    _refuse_own(study, path)
    header = room.read_header(path)
    kind = kind or _kind(path, header)
    if kind not in KINDS:
        raise UsageError(f"There is no kind of source '{kind}'.", f"The kinds are {', '.join(KINDS)}.")
    guessed = room.guess_mapping(kind, header)
    saved = accounts.sources(study).get(kind)
    if saved and set(guessed.columns) <= set(saved.mapping) and _fits(replace(guessed, columns=saved.mapping), header):
        return MappingProposal(kind, tuple(header), saved.mapping, True)
    return MappingProposal(kind, tuple(header), dict(guessed.columns), False)


def _refuse_own(study: Study, path: Path) -> None:
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name the file that was exported from the CRM.")


def _fits(mapping: room.Mapping, header: Sequence[str]) -> bool:
    try:
        room.check_mapping(mapping, header, "")
    except TableError:
        return False
    return True


def _kind(path: Path, header: Sequence[str]) -> str:
    """The kind whose necessary columns a header has; events and subscriptions are told from accounts by theirs."""
    fitting = []
    for kind in ("events", "subscriptions", "accounts"):
        mapping = room.guess_mapping(kind, header)
        if _fits(mapping, header):
            fitting.append((len(mapping.columns), kind))
    if not fitting:
        raise TableError(
            f"{path.name}: neither accounts, events nor subscriptions can be told from its columns: {', '.join(header)}.",
            "Say what it is with --kind, and which column is which with --map field=column.",
        )
    return max(fitting, key=lambda fit: fit[0])[1]


def import_source(
    study: Study,
    path: Path,
    kind: str | None = None,
    columns: MappingOf[str, str] | None = None,
    progress: Progress = silent,
) -> SourceReport:
    """Reads a file of accounts, events or subscriptions into Parquet beside the study, and uses it from now on."""
    proposal = propose_mapping(study, path, kind)
    chosen = proposal.columns | dict(columns or {})
    guessed = room.guess_mapping(proposal.kind, proposal.header)
    mapping = replace(guessed, columns=chosen)
    room.check_mapping(mapping, proposal.header, path.name)
    progress(f"reading {path.name}", 0, 1)
    _private_folder(study.stack)
    done = room.ingest(proposal.kind, path, mapping, study.stack, load(study.path).timezone)
    before = accounts.sources(study).get(proposal.kind)
    with study.action("import accounts", f"read {done.rows} {proposal.kind} from {path.name}"):
        accounts.set_source(
            study,
            proposal.kind,
            path.name,
            done.sha256,
            chosen,
            done.parquet.name,
            (done.rows, len(done.rejected), done.duplicates),
        )
    progress(f"reading {path.name}", 1, 1)
    replaced = (
        [
            f"They stand in place of {before.row_count:,} {proposal.kind} from {before.file_name}; undo brings those back."
        ]
        if before is not None and before.file_sha256 != done.sha256
        else []
    )
    warnings = (*replaced, *_strangers(study))
    return SourceReport(
        proposal.kind, path.name, done.rows, done.rejected, done.duplicates, done.dropped, chosen, warnings
    )


def _strangers(study: Study) -> list[str]:
    """Says which events and subscriptions belong to accounts that are not among the accounts; they count for nobody."""
    return [
        f"Of the {kind}, {sum(unknown.values()):,} are of accounts that are not among the accounts "
        f"({', '.join(list(unknown)[:3])}{' …' if len(unknown) > 3 else ''}); they count for nobody."
        for kind, unknown in unknown_accounts(study).items()
    ]


def unknown_accounts(study: Study) -> dict[str, dict[str, int]]:
    """For events and subscriptions, the rows of each account id that the accounts do not hold; empty without accounts."""
    if "accounts" not in accounts.sources(study):
        return {}
    files = stack_files(study)
    found = {
        kind: of_unknown_accounts(path, files.accounts)
        for kind, path in (("events", files.events), ("subscriptions", files.subscriptions))
        if path is not None
    }
    return {kind: unknown for kind, unknown in found.items() if unknown}


def _private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NeedssegError(f"{folder} cannot be made: {error.strerror}.", "Account data lies there.") from error


def participants(study: Study) -> list[Participant]:
    """All participants with their attributes."""
    return accounts.participants(study)


def sources(study: Study) -> dict[str, SourceRow]:
    """The imported sources by kind."""
    return accounts.sources(study)


def stack_files(study: Study) -> room.StackFiles:
    """The Parquet files in use; raises NeedssegError when there are no accounts, or a file is gone."""
    found = {kind: study.stack / source.parquet for kind, source in accounts.sources(study).items()}
    if "accounts" not in found:
        raise NeedssegError(
            "There are no accounts yet.", "Import them (i among the accounts; needsseg accounts import FILE)."
        )
    for kind, path in found.items():
        if not path.exists():
            raise NeedssegError(f"The {kind} file {path.name} is gone from {path.parent}.", "Import the source again.")
    return room.StackFiles(found["accounts"], found.get("events"), found.get("subscriptions"))


def listing(study: Study) -> list[Account]:
    """The accounts in use, as their source has them."""
    return list(_read(stack_files(study).accounts).accounts)


def _read(file: Path) -> room.Accounts:
    return _read_once(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read_once(file: Path, _changed: int) -> room.Accounts:
    return room.read_accounts(file)


def matches(study: Study) -> list[AccountMatch]:
    """How each participant is tied to an account: confirmed by a person, by the cascade, ambiguous, or not at all."""
    held = _read(stack_files(study).accounts)
    return room.match(accounts.participants(study), held.accounts, accounts.links(study), held.merged)


def link(study: Study, participant: str, account_id: str | None) -> None:
    """Confirms a participant's account, or that they have none."""
    if account_id is not None:
        known = {account.account_id for account in _read(stack_files(study).accounts).accounts}
        if account_id not in known:
            raise NotFoundError(f"There is no account '{account_id}'.", "Look it up: needsseg profile --as-of DATE")
    with study.action("link", f"{participant} belongs to {account_id or 'no account'}"):
        accounts.link(study, participant, account_id)


def unlink(study: Study, participant: str) -> None:
    """Leaves a participant's account to the matching again."""
    with study.action("unlink", f"left {participant} to the matching"):
        accounts.unlink(study, participant)


def labels(study: Study) -> list[Label]:
    """A label per account and segment from interviews: its confidence is the mean share among those who need it.

    Only decided primary needs count; the name of who confirmed the segment is empty while it is not confirmed.
    """
    confirmed = {
        row.name: row.confirmed_by or "" for row in segments.listing(study) if row.status in ("named", "confirmed")
    }
    account_of = {found.participant: found.account_id for found in matches(study) if found.account_id}
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    heard: Counter[str] = Counter()
    for need in primary_needs(study):
        account = account_of.get(need.participant)
        if account is not None and need.counts:
            heard[account] += 1
            if need.segment is not None:
                shares[account, need.segment].append(need.share)
    return [
        Label(account, segment, "interview", round(sum(values) / heard[account], 4), confirmed.get(segment, ""))
        for (account, segment), values in sorted(shares.items())
    ]


def version(study: Study) -> str:
    """Names a state of the segmentation: changes when a kept segment, its name, its members or its status does."""
    members = segments.members(study)
    state = [
        (row.name, row.status, row.confirmed_by or "", sorted(member.passage for member in members.get(row.id, [])))
        for row in segments.listing(study)
        if row.status in ("named", "confirmed")
    ]
    return hashlib.sha256(repr(sorted(state)).encode()).hexdigest()[:12]


def profiles(study: Study, as_of: date, progress: Progress = silent) -> list[AccountProfile]:
    """All four tiers of every account as of a date, with the actions that follow and why."""
    from needsseg.decisions import load_rules, with_actions

    files = stack_files(study)
    settings = load(study.path)
    progress("computing profiles", 0, 1)
    made = room.build(
        files, labels(study), as_of, tz=settings.timezone, rules=room.load_rules(settings), version=version(study)
    )
    acted = with_actions(made, load_rules(prompt_file("interventions.toml", settings)))
    progress("computing profiles", 1, 1)
    return acted


def day_after_events(study: Study) -> date | None:
    """The day after the newest event, when all that was imported counts; None without events."""
    events = stack_files(study).events
    return day_after(events, load(study.path).timezone) if events is not None else None
