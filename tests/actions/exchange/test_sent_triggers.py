"""Triggers sent as events, with the official clients to receivers on the loopback."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.exchange import export, sending
from needsseg.actions.playbook import triggers
from needsseg.actions.study import studies
from needsseg.exchange.destinations import DESTINATIONS
from tests.fixtures import receivers
from tests.fixtures.receivers import receiving
from tests.fixtures.requirements import needs
from tests.fixtures.samples import SAMPLE

SECRET = "wr1te-k3y"  # noqa: S105


def test_triggers_are_sent_once_as_events(tmp_path: Path) -> None:
    needs("segment", "amplitude", "mixpanel")
    day, later = date(2026, 3, 29), date(2026, 3, 30)
    with studies.init(tmp_path / "study.db") as study:
        account_sources.import_source(study, SAMPLE / "accounts" / "accounts.csv")
        ids = [account.account_id for account in accounts.listing(study)[:3]]
        # One account logs in on, two fall silent in March.
        usage = "".join(
            f"{account},u{n},login,2026-0{month}-{each:02}T10:00:00Z\n"
            for n, account in enumerate(ids)
            for month, last in ((2, 27), (3, 29))
            for each in range(1, last + 1)
            if n == 0 or month == 2 or each < 8
        )
        (tmp_path / "usage.csv").write_text("account_id,user_id,event,timestamp\n" + usage, encoding="utf-8")
        account_sources.import_source(study, tmp_path / "usage.csv")
        fired = [row.trigger for row in triggers.fired(study, day).rows]
        settled = {trigger.id: trigger for trigger in fired if trigger.settled}
        assert settled
        for target, reply in (
            ("segment-triggers", receivers.segment), ("amplitude-triggers", receivers.amplitude),
            ("mixpanel-triggers", receivers.mixpanel),
        ):  # fmt: skip
            to = DESTINATIONS[target]
            with receiving(SECRET, reply(SECRET)) as at:
                environ = {to.host_name: at.url, to.secret_name: SECRET}
                look = sending.outlook(study, target, day, environ=environ)
                assert sending.send(study, look, environ=environ).accepted == len(settled)
                [body] = at.accepted()
                events = body if isinstance(body, list) else body["batch" if target == "segment-triggers" else "events"]
                for event in events:
                    said = event.get("properties") or event["event_properties"]
                    trigger = settled[event.get("messageId") or event.get("insert_id") or said["$insert_id"]]
                    assert said["account_id"] == trigger.account_id and said["kind"] == trigger.kind
                    assert said["fired_on"] == trigger.fired_on.isoformat() and said["evidence"] == trigger.evidence
                    if target == "mixpanel-triggers":
                        assert (event["event"], said["distinct_id"]) == ("Account Triggered", "")
                        assert datetime.fromtimestamp(said["time"], UTC).date() == trigger.fired_on
                        continue
                    group = event["context"]["groupId"] if "context" in event else event["groups"]["account"]
                    assert group == trigger.account_id
                # A trigger of the past is not sent again, whatever is said of its account since.
                again = sending.outlook(study, target, later, environ=environ)
                assert not set(again.deliveries) & set(settled)
        made = export.export(study, "segment-triggers", tmp_path / "triggers.jsonl", day)
        assert made.rows == len(settled)
