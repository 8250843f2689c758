"""Triggers as JSON by columns are what each trigger says alone."""

from __future__ import annotations

import numpy as np

from needsseg.accounts.timeline_columns import UNKNOWN
from needsseg.actions.playbook.triggers import TriggerRows
from needsseg.cli.gate import json_line, json_records, json_template
from needsseg.cli.playbook.trigger_columns import KEYS, trigger_blocks
from needsseg.playbook.triggers import triggers
from tests.fixtures.accounts.triggers import BEGIN, PEERS, found, peer

NAMES = ("", 'Say "hi", 100%', "Médecins\t\x9b31m")


def test_columns_hold_what_single_triggers_hold() -> None:
    users = [peer(name, BEGIN) for name in "bcdefgh"]
    fired = triggers(found(peer("a"), peer("i"), peer("j"), *users), PEERS, BEGIN + 400)
    used = np.array([UNKNOWN, BEGIN + 40, UNKNOWN])
    rows = TriggerRows(
        fired, dict(zip("aij", NAMES, strict=True)), {"a": "Builder", "i": ""}, used, np.array([1, 2, 3])
    )
    lines = [line for columns in trigger_blocks(rows) for line in json_records(json_template(KEYS), columns)]
    assert lines == [
        json_line({
            "id": row.trigger.id, "account_id": row.trigger.account_id, "name": row.name, "kind": row.trigger.kind,
            "feature": row.trigger.feature or None, "fired_on": row.trigger.fired_on.isoformat(),
            "evidence": row.trigger.evidence, "settled": row.trigger.settled, "needs_segment": row.needs_segment or None,
            "used_on": row.used_on.isoformat() if row.used_on else None, "rank": row.rank, "group": row.trigger.group or None,
            "peers": row.trigger.peers or None, "peers_using": row.trigger.peers_using if row.trigger.peers else None,
            "dated": row.trigger.dated,
        })
        for row in rows
    ]  # fmt: skip
    assert len(lines) == 3
