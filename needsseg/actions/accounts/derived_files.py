"""Files that are made of several sources when they are read, so that it does not matter what was imported first.

Usage, tickets, scores and cancellations of subscriptions, users or devices become those of accounts, and cancellations end
subscriptions that say no end. The files lie with other results beside the study, and are written again where they are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from needsseg.accounts.kinds.endings import EndFiles, end_terms, ending_words
from needsseg.accounts.kinds.fields import JOINED_KINDS, rows_of_kind
from needsseg.accounts.kinds.joins import JoinFiles, join_report, join_rows, join_words
from needsseg.actions.accounts.result_cache import program_state
from needsseg.errors import NeedssegError
from needsseg.files import sha256
from needsseg.settings import load
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study

MOST_FILES = 4
"""Older files of a kind are deleted beyond so many; each is written again when it is needed."""
Sources = Mapping[str, SourceRow]


def private_stack(study: Study) -> None:
    """Create the folder of the study's account data where it is missing; NeedssegError where it cannot be."""
    try:
        study.stack.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NeedssegError(
            f"{study.stack} cannot be created: {error.strerror}.", "Account data is stored there."
        ) from error


def is_joined(source: SourceRow) -> bool:
    """Return whether a source has no account ids, so that it is joined through subscriptions or users."""
    return "account_id" not in source.mapping


def events_file(study: Study, sources: Sources) -> Path | None:
    """Return the Parquet file of the study's events with account ids; None without events."""
    return joined_file(study, sources, "events")


def joined_file(study: Study, sources: Sources, kind: str) -> Path | None:
    """Return the Parquet file of a kind with account ids; None where the kind was not imported."""
    if kind not in sources:
        return None
    if not is_joined(sources[kind]):
        return study.stack / sources[kind].parquet
    files, tz = _join_files(study, sources, kind), load(study.path).timezone
    return _derived(study, kind, (files.names, tz), lambda target: join_rows(files, target, tz))


def subscriptions_file(study: Study, sources: Sources) -> Path | None:
    """Return the Parquet file of the study's subscriptions, ended by cancellations; None without subscriptions."""
    if "subscriptions" not in sources:
        return None
    if "churn" not in sources:
        return study.stack / sources["subscriptions"].parquet
    files = _end_files(study, sources)
    if files is None:
        return study.stack / sources["subscriptions"].parquet
    return _derived(study, "subscriptions", files.names, lambda target: end_terms(files, target))


def notes_on_files(study: Study, sources: Sources, kind: str) -> list[str]:
    """Return what to say of files that an import of ``kind`` has a part in."""
    if "accounts" not in sources:
        return []
    words: list[str] = []
    for joined in ("events", *JOINED_KINDS):
        if kind in ("accounts", "users", "subscriptions", joined) and joined in sources and is_joined(sources[joined]):
            report = join_report(_join_files(study, sources, joined), load(study.path).timezone)
            what = "usage" if joined == "events" else rows_of_kind(joined)
            words += join_words(report, frozenset(sources), what)
    touches_ends = ("accounts", "churn", "subscriptions", *(("users",) if _is_by_users(sources) else ()))
    if kind in touches_ends and (files := _end_files(study, sources)) is not None:
        words += ending_words(files)
    return words


def _is_by_users(sources: Sources) -> bool:
    return "churn" in sources and is_joined(sources["churn"])


def _join_files(study: Study, sources: Sources, kind: str) -> JoinFiles:
    paths = {each: study.stack / source.parquet for each, source in sources.items()}
    return JoinFiles(
        paths[kind], paths["accounts"], paths.get("users"), paths.get("subscriptions"), are_events=kind == "events"
    )


def _end_files(study: Study, sources: Sources) -> EndFiles | None:
    """Return the files of subscriptions and of cancellations that may end them; None where one of them is missing."""
    if not {"subscriptions", "churn"} <= set(sources):
        return None
    paths = {kind: study.stack / source.parquet for kind, source in sources.items()}
    cancelled = joined_file(study, sources, "churn")
    return EndFiles(paths["subscriptions"], cancelled or paths["churn"], paths["accounts"])


def _derived(study: Study, kind: str, key: object, write: Callable[[Path], None]) -> Path:
    """Return the file for ``key``, written where it is not there yet; NeedssegError where it cannot be."""
    folder = study.results
    target = folder / f"{kind}-{sha256(repr((program_state(), key)))[:16]}.parquet"
    if target.exists():
        return target
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(target)
        newest_first = sorted(folder.glob(f"{kind}-*.parquet"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    except OSError as error:
        raise NeedssegError(
            f"{folder}: {kind} cannot be put together there: {error.strerror or error}.", "Free space beside the study."
        ) from error
    for old in newest_first[MOST_FILES:]:
        with suppress(OSError):
            old.unlink()
    return target
