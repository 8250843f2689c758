"""Users of each account, from usage events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from needsseg.accounts.engines.engine import Engine
from needsseg.accounts.engines.event_rows import local_days, surviving


@dataclass(frozen=True, slots=True)
class Users:
    """The account of each user by user id, and the number of users left out because they occur in several accounts."""

    accounts: dict[str, str]
    shared: int


def users_before(
    engine: Engine, events: Path, as_of: int, tz: str = "UTC", merged: Mapping[str, str] | None = None
) -> Users:
    """Return users with an event before epoch day ``as_of`` of zone ``tz``, from an events Parquet file."""
    import narwhals as nw

    frame = surviving(engine, local_days(engine, engine.scan(events), tz), merged or {})
    pairs = (
        frame.filter((nw.col("day") < as_of) & ~nw.col("user_id").is_null()).select("user_id", "account_id").unique()
    )
    accounts_by_user: dict[str, list[str]] = {}
    for user, account in engine.rows(pairs.select("user_id", "account_id")):
        accounts_by_user.setdefault(str(user), []).append(str(account))
    account_by_user = {user: accounts[0] for user, accounts in sorted(accounts_by_user.items()) if len(accounts) == 1}
    return Users(account_by_user, len(accounts_by_user) - len(account_by_user))
