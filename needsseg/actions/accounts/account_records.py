"""What was imported of one account beside usage and subscriptions: users, cancellations, tickets and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.accounts import StackFiles
from needsseg.accounts.kinds.fields import noun, rows_of_kind
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
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.own.records import RECORD_KINDS, RecordKind, count_values
from needsseg.text import date_of, format_count

NO_ROLE = "no role"
MOST_VALUES = 5  # of a further column, in words


@dataclass(frozen=True, slots=True)
class AccountRecords:
    """The records of one account before a date, the newest first; None where none of their kind were imported."""

    users: tuple[User, ...] | None = None
    cancellations: tuple[Cancellation, ...] | None = None
    tickets: tuple[Ticket, ...] | None = None
    scores: tuple[Score, ...] | None = None
    columns: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    """By kind (users, subscriptions, churn, tickets, nps) and further column, how many have each value; "" for an empty cell."""

    @property
    def lines(self) -> list[str]:
        """Return the records in words, a line each, with a line that counts those of a kind before them."""
        return [
            *self._user_lines(), *self._column_lines("users"), *self._column_lines("subscriptions"),
            *self._cancellation_lines(), *self._column_lines("churn"), *self._ticket_lines(), *self._column_lines("tickets"),
            *self._score_lines(), *self._column_lines("nps"),
        ]  # fmt: skip

    @property
    def columns_by_noun(self) -> dict[str, Mapping[str, Mapping[str, int]]]:
        """Return the counts of ``columns`` of every kind, by what one of its records is called."""
        return {noun(kind): self.columns.get(kind, {}) for kind in RECORD_KINDS}

    def covered(self, cover: Callable[[str], str]) -> AccountRecords:
        """Return the records with pseudonyms in what people wrote, without e-mail addresses.

        Further columns are left out but for those of subscriptions, as they may name people who are in no list.
        """
        return AccountRecords(
            None if self.users is None else tuple(replace(each, email="") for each in self.users),
            None if self.cancellations is None
            else tuple(replace(each, text=cover(each.text), reason=cover(each.reason), own={}) for each in self.cancellations),
            None if self.tickets is None else tuple(replace(each, subject=cover(each.subject), own={}) for each in self.tickets),
            None if self.scores is None else tuple(replace(each, comment=cover(each.comment), own={}) for each in self.scores),
            {
                kind: {name: {cover(value): count for value, count in values.items()} for name, values in of_kind.items()}
                for kind, of_kind in self.columns.items()
                if kind == "subscriptions"
            },
        )  # fmt: skip

    def _column_lines(self, kind: str) -> list[str]:
        return [
            f"  {rows_of_kind(kind)} by {name}: {_counted(values)}"
            for name, values in self.columns.get(kind, {}).items()
        ]

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


def _counted(values: Mapping[str, int]) -> str:
    """Return values with their counts, the most frequent ones alone where there are many; only their number if all differ."""
    different = len([value for value in values if value])
    if different > MOST_VALUES and all(count == 1 for value, count in values.items() if value):
        return f"{different:,} different values" + (f", empty {values['']:,}" if "" in values else "")
    shown = [f"{value or 'empty'} {count:,}" for value, count in list(values.items())[:MOST_VALUES]]
    return ", ".join(shown) + (f" and {len(values) - MOST_VALUES:,} more values" if len(values) > MOST_VALUES else "")


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())}”" if text else ""


def records_of(
    files: StackFiles, before: int, ids: Collection[str], columns: Mapping[RecordKind, Sequence[OwnColumn]]
) -> AccountRecords:
    """Return the records before epoch day ``before`` of one account, whose ids are ``ids``; ``columns`` as they are kept."""
    counted: dict[str, dict[str, dict[str, int]]] = {
        kind: count_values(kind, path, own, before, ids)
        for kind, own in columns.items()
        if own and (path := files.of_kind(kind)) is not None
    }
    return AccountRecords(
        None if files.users is None else tuple(read_users(files.users, before, ids)),
        None
        if files.churn is None
        else tuple(reversed(read_cancellations(files.churn, before, ids, columns.get("churn", ())))),
        None
        if files.tickets is None
        else tuple(reversed(read_tickets(files.tickets, before, ids, columns.get("tickets", ())))),
        None if files.nps is None else tuple(reversed(read_scores(files.nps, before, ids, columns.get("nps", ())))),
        counted,
    )
