"""What stands behind a segment in accounts and money, where account data were imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from needsseg.errors import NeedssegError
from needsseg.study import interviews, passages, segments

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_YEARLY = {"mrr": 12.0, "arr": 1.0}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Backing:
    """The accounts of a segment's participants, how many of these have one, and what the accounts pay as of a day.

    ``amount`` adds up the active subscriptions of the ``priced`` accounts; ``arr`` is yearly, and None where the column's
    name does not tell a month's amount from a year's. Both are None without amounts: missing is not nothing.
    """

    accounts: tuple[str, ...]
    participants: int
    amount: float | None
    arr: float | None
    priced: int
    as_of: date | None


def backing(study: Study, warn: Callable[[str], None] = lambda _why: None) -> dict[int, Backing]:
    """The backing of every segment; empty where no accounts were imported. Loads DuckDB.

    It is empty too where their file is gone or cannot be read: evidence is to be seen all the same, and ``warn`` hears why.
    """
    from needsseg.actions import accounts

    if "accounts" not in accounts.sources(study):
        return {}
    try:
        account_of = {found.participant: found.account_id for found in accounts.matches(study) if found.account_id}
        paid, as_of, yearly = _paid(study)
    except NeedssegError as error:
        warn(str(error))
        return {}
    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant}
    held = {passage.id: passage for passage in passages.listing(study)}
    members = segments.members(study)
    found = {}
    for row in segments.listing(study):
        heard = {
            who[voice]
            for member in members.get(row.id, [])
            if (voice := (held[member.passage].interview, held[member.passage].speaker)) in who
        }
        matched = sorted(person for person in heard if person in account_of)
        theirs = tuple(sorted({account_of[person] for person in matched}))
        amounts = [paid[account] for account in theirs if account in paid]
        amount = sum(amounts) if amounts else None
        found[row.id] = Backing(
            theirs,
            len(matched),
            amount,
            None if amount is None or yearly is None else amount * yearly,
            len(amounts),
            as_of,
        )
    return found


def _paid(study: Study) -> tuple[dict[str, float], date | None, float | None]:
    """What each account pays in subscriptions active on the newest day known, that day, and the factor to a year."""
    from needsseg import accounts as room
    from needsseg.actions import accounts

    files = accounts.stack_files(study)
    if files.subscriptions is None:
        return {}, None, None
    terms = room.read_subscriptions(files.subscriptions)
    as_of = accounts.day_after_events(study)
    newest = max((term.start_day for term in terms), default=0)
    day = newest if as_of is None else (as_of - _EPOCH).days
    merged = room.read_accounts(files.accounts).merged
    paid: dict[str, float] = defaultdict(float)
    for term in terms:
        if term.amount is not None and term.start_day <= day and (term.end_day is None or day <= term.end_day):
            paid[merged.get(term.account_id, term.account_id)] += term.amount
    column = accounts.sources(study)["subscriptions"].mapping.get("amount", "").casefold()
    yearly = next((factor for word, factor in _YEARLY.items() if word in column), None)
    return dict(paid), date.fromordinal(_EPOCH.toordinal() + day), yearly
