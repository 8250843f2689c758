"""What was imported of one account beside usage and subscriptions: users, cancellations, tickets and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from needsseg.accounts import StackFiles
from needsseg.accounts.kinds.records import (
    Cancellation,
    Score,
    Ticket,
    User,
    net_promoter_points,
    newest_scores,
    read_cancellations,
    read_scores,
    read_tickets,
    read_users,
)
from needsseg.text import date_of, format_count

NO_ROLE = "no role"


@dataclass(frozen=True, slots=True)
class AccountRecords:
    """The records of one account before a date, the newest first; None where none of their kind were imported."""

    users: tuple[User, ...] | None = None
    cancellations: tuple[Cancellation, ...] | None = None
    tickets: tuple[Ticket, ...] | None = None
    scores: tuple[Score, ...] | None = None

    @property
    def lines(self) -> list[str]:
        """Return the records in words, a line each, with a line that counts those of a kind before them."""
        return [*self._user_lines(), *self._cancellation_lines(), *self._ticket_lines(), *self._score_lines()]

    def covered(self, cover: Callable[[str], str]) -> AccountRecords:
        """Return the records with pseudonyms in what people wrote, and without e-mail addresses."""
        return AccountRecords(
            None if self.users is None else tuple(replace(each, email="") for each in self.users),
            None if self.cancellations is None
            else tuple(replace(each, text=cover(each.text), reason=cover(each.reason)) for each in self.cancellations),
            None if self.tickets is None else tuple(replace(each, subject=cover(each.subject)) for each in self.tickets),
            None if self.scores is None else tuple(replace(each, comment=cover(each.comment)) for each in self.scores),
        )  # fmt: skip

    def _user_lines(self) -> list[str]:
        if self.users is None:
            return []
        roles = Counter(user.role or NO_ROLE for user in self.users)
        by_role = ", ".join(f"{count:,} {role}" for role, count in roles.most_common(5))
        return [format_count(len(self.users), "user") + (f": {by_role}" if set(roles) - {NO_ROLE} else "")]

    def _cancellation_lines(self) -> list[str]:
        if self.cancellations is None:
            return []
        lines = [
            f"cancelled on {date_of(each.day)}: "
            + " · ".join(filter(None, (each.reason or "no reason", _quoted(each.text))))
            for each in self.cancellations
        ]
        return lines or ["never cancelled"]

    def _ticket_lines(self) -> list[str]:
        if self.tickets is None:
            return []
        states = Counter(ticket.status for ticket in self.tickets if ticket.status)
        by_state = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
        head = format_count(len(self.tickets), "ticket") + (f": {by_state}" if by_state else "")
        return [head, *(_ticket(ticket) for ticket in self.tickets)]

    def _score_lines(self) -> list[str]:
        if self.scores is None:
            return []
        newest = [score.score for score in newest_scores(self.scores)]
        if not newest:
            return ["no score"]
        points = 100 * net_promoter_points(newest) / len(newest)
        head = f"{format_count(len(newest), 'answer')}, the newest of each person: net promoter score {points:+.0f}"
        return [head, *(_score(score) for score in self.scores)]


def _ticket(ticket: Ticket) -> str:
    parts = (str(date_of(ticket.day)), ticket.subject, ticket.category, ticket.priority, ticket.status)
    return "  " + " · ".join(filter(None, parts))


def _score(score: Score) -> str:
    return "  " + " · ".join(filter(None, (str(date_of(score.day)), f"{score.score} of 10", _quoted(score.comment))))


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())}”" if text else ""


def records_of(files: StackFiles, before: int, ids: Collection[str]) -> AccountRecords:
    """Return the records before epoch day ``before`` of one account, whose ids are ``ids``."""
    return AccountRecords(
        None if files.users is None else tuple(read_users(files.users, before, ids)),
        None if files.churn is None else tuple(reversed(read_cancellations(files.churn, before, ids))),
        None if files.tickets is None else tuple(reversed(read_tickets(files.tickets, before, ids))),
        None if files.nps is None else tuple(reversed(read_scores(files.nps, before, ids))),
    )
