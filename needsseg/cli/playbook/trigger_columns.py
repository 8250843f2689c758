"""Triggers as JSON, column by column: a million of them in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import repeat

from needsseg.actions.playbook import day_text
from needsseg.actions.playbook.triggers import TriggerRows
from needsseg.cli.gate import Written, json_group, json_line

KEYS = (
    "id", "account_id", "kind", "fired_on", "evidence", "settled", "needs_segment", "used_on", "rank", "group",
)  # fmt: skip
"""The keys of the columns; where one stands for several, it is the first of a group."""
_ACCOUNT = json_group(("account_id", "name"))
_KIND = json_group(("kind", "feature"))
_PEERS = json_group(("group", "peers", "peers_using", "dated"))
_BOOL = {False: "false", True: "true"}


def trigger_blocks(rows: TriggerRows) -> Iterator[Sequence[Sequence[object]]]:
    """Yield the columns of KEYS of some triggers at once; what many triggers have in common is written once."""

    accounts = [_ACCOUNT % (json_line(id_), json_line(rows.names.get(id_, ""))) for id_ in rows.triggers.columns.ids]
    needs = {id_: json_line(need or None) for id_, need in rows.needs.items()}
    for own, block in rows.triggers.blocks():
        yield (
            block.trigger_ids,
            Written(map(accounts.__getitem__, block.accounts)),
            Written(map(_kind, block.kinds, block.features)),
            Written(map(_day, map(day_text, block.days))),
            block.evidence,
            Written(map(_BOOL.__getitem__, block.settled)),
            Written(map(needs.get, block.account_ids, repeat("null"))),
            Written(map(_day, rows.days_used(own))),
            rows.ranks[own].tolist(),
            Written(map(_peers, block.groups, block.peers, block.using, block.dated)),
        )


@cache
def _kind(kind: str, feature: str) -> str:
    return _KIND % (json_line(kind), json_line(feature or None))


@cache
def _day(day: str | None) -> str:
    return json_line(day)


@lru_cache(maxsize=50_000)
def _peers(group: str, peers: int, using: int, is_dated: bool) -> str:
    values = (group or None, peers or None, using if peers > 0 else None, is_dated)
    return _PEERS % tuple(map(json_line, values))
