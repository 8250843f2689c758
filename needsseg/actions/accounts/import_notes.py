"""What a person should know of an import of account data, beside what was refused."""

from __future__ import annotations

from collections.abc import Mapping

from needsseg import accounts as room
from needsseg.settings import load
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study
from needsseg.text import format_count


def replaced_notes(before: SourceRow | None) -> list[str]:
    """Say which source an import replaced; nothing where it replaced none."""
    if before is None:
        return []
    return [
        f"Replaced {format_count(before.row_count, room.noun(before.kind))} from {before.file_name}; undo restores them."
    ]


def unknown_account_notes(unknown_accounts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Say for each kind of source how many rows are of accounts that were not imported; those rows are ignored."""
    return [
        f"Ignored {format_count(sum(unknown.values()), room.noun(kind))} from unknown accounts "
        f"({', '.join(list(unknown)[:3])}{' …' if len(unknown) > 3 else ''})."
        for kind, unknown in unknown_accounts.items()
    ]


def early_usage_notes(study: Study, kind: str, files: room.StackFiles | None) -> list[str]:
    """Say how much usage lies before its account's first subscription started; ``files`` are those in use, with accounts."""
    paths = {name: study.stack / row.parquet for name, row in accounts.sources(study).items()}
    if kind not in ("events", "subscriptions") or not {"events", "subscriptions"} <= set(paths):
        return []
    events = files.events if files and files.events else paths["events"]
    rows, ids = room.usage_before_subscription(
        events, paths["subscriptions"], paths.get("accounts"), load(study.path).timezone
    )
    if not rows:
        return []
    return [
        f"{rows:,} events of {format_count(ids, 'account')} are before their first subscription started; they count "
        "as usage."
    ]
