"""Write triggers as tables for other programs, and as rows for destinations that take events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from needsseg.exchange.tables import Cell, csv_text, json_lines
from needsseg.playbook.fired import Trigger

COLUMNS = (
    "trigger_id", "account_id", "name", "kind", "feature", "fired_on", "evidence", "settled", "needs_segment", "used_on",
    "peer_group", "peers", "peers_using",
)  # fmt: skip
FORMATS = ("csv", "jsonl")
EVENT = "Account Triggered"
"""The name of the event by which a destination knows a trigger."""


class Fired(Protocol):
    """A trigger with what is known of its account."""

    @property
    def trigger(self) -> Trigger:
        """The trigger itself."""

    @property
    def name(self) -> str:
        """The account's name."""

    @property
    def needs_segment(self) -> str:
        """The segment that the account goes by, or ""."""

    @property
    def used_on(self) -> date | None:
        """The day on which an unused feature was used after all."""


def trigger_rows(fired: Iterable[Fired]) -> list[dict[str, Cell]]:
    """Return a row with COLUMNS for each trigger; what does not apply is None, days are ISO text."""
    return [
        {
            "trigger_id": row.trigger.id,
            "account_id": row.trigger.account_id,
            "name": row.name or None,
            "kind": row.trigger.kind,
            "feature": row.trigger.feature or None,
            "fired_on": row.trigger.fired_on.isoformat(),
            "evidence": row.trigger.evidence,
            "settled": "yes" if row.trigger.settled else "no",
            "needs_segment": row.needs_segment or None,
            "used_on": row.used_on.isoformat() if row.used_on else None,
            "peer_group": row.trigger.group or None,
            "peers": row.trigger.peers or None,
            "peers_using": row.trigger.peers_using if row.trigger.peers else None,
        }
        for row in fired
    ]


def triggers_text(fired: Sequence[Fired], format_: str, *, neutralise: bool = True) -> str:
    """Return a table of triggers in one of FORMATS; ``neutralise`` puts ' before CSV cells that a spreadsheet would compute."""
    rows = trigger_rows(fired)
    return json_lines(rows) if format_ == "jsonl" else csv_text(COLUMNS, rows, neutralise, COLUMNS)


def event_properties(row: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return what an event says of a trigger: the known columns but its id, which is the event's own."""
    return {name: row[name] for name in COLUMNS[1:] if row.get(name) is not None}
