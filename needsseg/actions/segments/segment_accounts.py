"""The accounts of a segment's participants and what they pay, where account data were imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from needsseg.actions.coding.blind import seen_members
from needsseg.errors import Advice, NeedssegError
from needsseg.study.coding import passages
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews
from needsseg.text import date_of

if TYPE_CHECKING:
    from needsseg.accounts.tiers.revenue import Revenue
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class SegmentAccounts:
    """The accounts of a segment's participants, how many of these have one, and what the accounts pay as of a day.

    ``amount`` adds up the active subscriptions of the ``priced`` accounts; ``arr`` is yearly, and None where the column's
    name does not tell a month's amount from a year's. Both are None without amounts: missing is not nothing. ``pays`` says
    it in words, with currency and period.
    """

    accounts: tuple[str, ...]
    participants: int
    amount: float | None
    arr: float | None
    priced: int
    as_of: date | None
    pays: str = ""


def accounts_by_segment(
    study: Study, warn: Callable[[Advice], None] = lambda _reason: None
) -> dict[int, SegmentAccounts]:
    """The accounts behind every segment; empty where no accounts were imported. Loads DuckDB.

    It is empty too where their file is missing or unreadable; ``warn`` gets the reason, and evidence is shown all the same.
    """
    from needsseg.actions.accounts import accounts

    if "accounts" not in accounts.sources(study):
        return {}
    try:
        account_of = {match.participant: match.account_id for match in accounts.matches(study) if match.account_id}
        paid, as_of = _paid(study)
    except NeedssegError as error:
        warn(error.advice)
        return {}
    participant_by_voice = {
        (row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant
    }
    passages_by_id = {passage.id: passage for passage in passages.listing(study)}
    members = seen_members(study)
    segment_accounts = {}
    for row in segments.listing(study):
        people = {
            participant_by_voice[voice]
            for member in members.get(row.id, [])
            if (voice := (passages_by_id[member.passage].interview, passages_by_id[member.passage].speaker))
            in participant_by_voice
        }
        matched = sorted(person for person in people if person in account_of)
        account_ids = tuple(sorted({account_of[person] for person in matched}))
        amounts = [paid.amounts[account] for account in account_ids if account in paid.amounts]
        amount = sum(amounts) if amounts else None
        segment_accounts[row.id] = SegmentAccounts(
            account_ids,
            len(matched),
            amount,
            paid.arr(amount),
            sum(bool(paid.of(account)) for account in account_ids),
            as_of,
            paid.words(paid.total(account_ids)),
        )
    return segment_accounts


def _paid(study: Study) -> tuple[Revenue, date | None]:
    """Return what each account pays the day after the newest event or, without events, after the newest start of a term."""
    from needsseg import accounts as room
    from needsseg.accounts.tiers.revenue import Revenue
    from needsseg.actions.accounts import account_sources, accounts
    from needsseg.actions.accounts.revenue import revenue_as_of

    files = account_sources.stack_files(study)
    if files.subscriptions is None:
        return Revenue(), None
    as_of = accounts.day_after_events(study)
    if as_of is None:
        newest = max((term.start_day for term in room.read_subscriptions(files.subscriptions)), default=0)
        as_of = date_of(newest + 1)
    return revenue_as_of(study, as_of), as_of
