"""Triggers sent as events, with the official clients to receivers on the loopback."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.exchange import export, sending
from needsseg.actions.playbook import triggers
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.destinations import DESTINATIONS
from needsseg.study.connection import Study
from tests.fixtures import receivers
from tests.fixtures.receivers import receiving
from tests.fixtures.requirements import needs
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.matching import refuses

SECRET = "wr1te-k3y"  # noqa: S105


def import_silent(study: Study, folder: Path, ids: Sequence[str]) -> None:
    """Import usage of accounts: one logs in on, the others fall silent in March."""
    usage = "".join(
        f"{account},u{n},login,2026-0{month}-{each:02}T10:00:00Z\n"
        for n, account in enumerate(ids)
        for month, last in ((2, 27), (3, 29))
        for each in range(1, last + 1)
        if n == 0 or month == 2 or each < 8
    )
    (folder / "usage.csv").write_text("account_id,user_id,event,timestamp\n" + usage, encoding="utf-8")
    account_sources.import_source(study, folder / "usage.csv")


def test_triggers_are_sent_once_as_events(tmp_path: Path) -> None:
    needs("segment", "amplitude", "mixpanel")
    day, later = date(2026, 3, 29), date(2026, 3, 30)
    with studies.init(tmp_path / "study.db") as study:
        account_sources.import_source(study, SAMPLE / "accounts" / "accounts.csv")
        ids = [account.account_id for account in accounts.listing(study)[:3]]
        import_silent(study, tmp_path, ids)
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


DAY = date(2026, 3, 29)
NAME = "pe1234567_account_triggered"


@pytest.fixture
def companies(tmp_path: Path) -> Iterator[Study]:
    """A study with accounts from HubSpot, of which two fell silent; one has an id that is not of HubSpot."""
    (tmp_path / "crm.csv").write_text("Record ID,Company name\n101,A\n102,=B\n1.2,C\n", encoding="utf-8")
    with studies.init(tmp_path / "study.db") as study:
        account_sources.import_source(study, tmp_path / "crm.csv")
        import_silent(study, tmp_path, ["101", "102", "1.2"])
        yield study


def test_hubspot_gets_occurrences_of_an_event_of_its_companies_once(companies: Study) -> None:
    needs("hubspot")
    settled = [row.trigger for row in triggers.fired(companies, DAY).rows if row.trigger.settled]
    wanted = [trigger for trigger in settled if trigger.account_id != "1.2"]
    assert wanted and len(wanted) < len(settled)
    to = DESTINATIONS["hubspot-triggers"]
    with receiving(SECRET, receivers.hubspot_events(SECRET)) as at:
        environ = {to.host_name: at.url, to.secret_name: SECRET}
        look = sending.outlook(companies, to.name, DAY, key=NAME, environ=environ)
        assert set(look.left_out) == {"1.2"}
        assert sending.send(companies, look, environ=environ).accepted == len(wanted)
        sent = [each for body in at.accepted() for each in body["inputs"]]
        assert {(each["objectId"], each["occurredAt"], each["properties"]["evidence"]) for each in sent} == {
            (trigger.account_id, f"{trigger.fired_on}T00:00:00.000Z", trigger.evidence) for trigger in wanted
        }
        assert {each["eventName"] for each in sent} == {NAME}
        assert len({UUID(each["uuid"]) for each in sent}) == len(wanted)
        again = sending.outlook(companies, to.name, date(2026, 3, 30), key=NAME, environ=environ)
        assert not set(again.deliveries) & {trigger.id for trigger in wanted}


def test_hubspots_file_of_occurrences_holds_the_requests(companies: Study, tmp_path: Path) -> None:
    made = export.export(companies, "hubspot-triggers", tmp_path / "t.jsonl", DAY, key=NAME)
    bodies = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    occurrences = [each for body in bodies for each in body["inputs"]]
    assert len(occurrences) == made.rows and set(made.refused) == {"1.2"}
    assert all(set(each["properties"]) >= {"kind", "evidence", "fired_on"} for each in occurrences)
    assert all(
        isinstance(value, str) and len(value) <= 250 for each in occurrences for value in each["properties"].values()
    )


@pytest.mark.parametrize("key", ["", "account_triggered", "pe1_Account", "PE1_a"])
def test_an_event_that_hubspot_cannot_have_is_refused_before_anything_is_written(
    key: str, companies: Study, tmp_path: Path
) -> None:
    with refuses(UsageError, "hubspot-triggers", key or "no event is named", "pe1234567_account_triggered", "--key"):
        export.export(companies, "hubspot-triggers", tmp_path / "t.jsonl", DAY, key=key)
    assert not (tmp_path / "t.jsonl").exists()


def test_ids_of_another_crm_are_refused_with_what_takes_them(tmp_path: Path) -> None:
    with studies.init(tmp_path / "study.db") as study:
        account_sources.import_source(study, SAMPLE / "accounts" / "accounts.csv")
        import_silent(study, tmp_path, [account.account_id for account in accounts.listing(study)[:2]])
        with refuses(NeedssegError, "not a Record ID of HubSpot", "hubspot-notes, which takes a property of yours"):
            export.export(study, "hubspot-triggers", tmp_path / "t.jsonl", DAY, key=NAME)
        export.export(study, "hubspot-notes", tmp_path / "n.csv", DAY, key="crm_id")
    assert (tmp_path / "n.csv").read_text(encoding="utf-8").startswith("crm_id,Note body,Activity date\n")


def test_notes_for_hubspots_import_say_what_fired_and_why_and_changes_alone_next_time(
    companies: Study, tmp_path: Path
) -> None:
    made = export.export(companies, "hubspot-notes", tmp_path / "n.csv", DAY)
    settled = [row.trigger for row in triggers.fired(companies, DAY).rows if row.trigger.settled]
    with (tmp_path / "n.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["Record ID"], row["Activity date"]) for row in rows] == [
        (each.account_id, str(each.fired_on)) for each in settled if each.account_id != "1.2"
    ]
    assert made.rows == len(rows) and set(made.refused) == {"1.2"}
    assert rows[0]["Note body"] == f"Account Triggered: {settled[0].kind.replace('_', ' ')}: {settled[0].evidence}"
    assert export.export(companies, "hubspot-notes", tmp_path / "n2.csv", DAY, changed_only=True).rows == 0
