"""Usage of subscriptions, users or devices as usage of accounts: joined when it is read, whatever was imported first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from needsseg.accounts.kinds.joins import JoinFiles, join_report, join_usage, join_words
from needsseg.actions.accounts.result_cache import FOLDER
from needsseg.errors import NeedssegError
from needsseg.files import sha256
from needsseg.settings import load
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study

MOST_JOINED = 4
"""Older joined files are deleted beyond so many; each is written again when it is needed."""


def is_joined(source: SourceRow) -> bool:
    """Return whether a source of events has no account ids, so that it is joined through subscriptions or users."""
    return source.kind == "events" and "account_id" not in source.mapping


def joined_events(study: Study, sources: Mapping[str, SourceRow]) -> Path:
    """Return the Parquet file of the study's events with account ids, which is written where it is not there yet.

    NeedssegError where it cannot be written.
    """
    files, tz = _files(study, sources), load(study.path).timezone
    folder = study.stack / FOLDER
    target = folder / f"events-{sha256(repr((files.names, tz)))[:16]}.parquet"
    if target.exists():
        return target
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        join_usage(files, target, tz)
        newest_first = sorted(folder.glob("events-*.parquet"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for old in newest_first[MOST_JOINED:]:
            with suppress(OSError):
                old.unlink()
    except OSError as error:
        raise NeedssegError(
            f"{folder}: usage cannot be joined to accounts there: {error.strerror or error}.",
            "Free space beside the study.",
        ) from error
    return target


def join_notes(study: Study, sources: Mapping[str, SourceRow], kind: str) -> list[str]:
    """Return what to say of the join after an import of ``kind``; nothing where it does not concern it."""
    if kind not in ("events", "users", "subscriptions", "accounts") or "events" not in sources:
        return []
    if "accounts" not in sources or not is_joined(sources["events"]):
        return []
    report = join_report(_files(study, sources), load(study.path).timezone)
    return join_words(report, frozenset(sources))


def _files(study: Study, sources: Mapping[str, SourceRow]) -> JoinFiles:
    paths = {kind: study.stack / source.parquet for kind, source in sources.items()}
    return JoinFiles(paths["events"], paths["accounts"], paths.get("users"), paths.get("subscriptions"))
