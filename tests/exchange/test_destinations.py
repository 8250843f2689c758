"""Shapes of records, batches within limits, and files that appear whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import NeedssegError
from needsseg.exchange.destinations import (
    DESTINATIONS,
    Answer,
    Batch,
    Item,
    deliver,
    items,
    message_id,
    pack,
    packed,
    row_shas,
    write_target,
)
from needsseg.exchange.destinations.answers import answered
from needsseg.exchange.destinations.delivery import Limits
from needsseg.exchange.tables import rows_of
from tests.fixtures.accounts.profiles import two_profiles
from tests.fixtures.requirements import needs
from tests.fixtures.samples import ROOT
from tests.fixtures.wording.matching import refuses


@given(st.lists(st.integers(0, 120), max_size=60), st.integers(1, 7), st.integers(130, 400))
def test_batches_keep_the_limits_the_order_and_every_account(sizes: list[int], count: int, most: int) -> None:
    sent = [Item(str(n), f"m{n}", {"x": "y" * size}) for n, size in enumerate(sizes)]
    found = pack(sent, Limits(count, most, 100))
    for batch in found.batches:
        assert 1 <= len(batch.items) <= count
        assert len(json.dumps([item.record for item in batch.items])) <= most + 2 + len(batch.items)
    kept = [item.account_id for batch in found.batches for item in batch.items]
    assert kept == [item.account_id for item in sent if item.account_id not in found.refused]
    assert all(sizes[int(account)] > 80 for account in found.refused)


def test_the_hashes_of_a_row_tell_the_account_from_the_export() -> None:
    first, second = (
        rows_of([replace(two_profiles()[0], as_of_date=day)])[0] for day in (date(2026, 7, 1), date(2026, 7, 2))
    )
    assert row_shas(first)[0] != row_shas(second)[0]
    assert row_shas(first)[1] == row_shas(second)[1]
    assert message_id("a", first, "") == message_id("a", dict(reversed(first.items())), "")
    assert len({message_id("a", first, ""), message_id("b", first, ""), message_id("a", first, "x")}) == 3


def test_records_say_what_is_not_known() -> None:
    rows = rows_of(two_profiles())
    ids = {str(row["account_id"]): "m" for row in rows}
    known, unknown = items(DESTINATIONS["amplitude"], rows, ids, "account")
    assert known.record["group_type"] == "account"
    operations = unknown.record["group_properties"]
    assert isinstance(operations, dict) and operations["$unset"]["needs_segment"] == "-"
    assert "needs_segment" not in operations["$set"]
    hubspot = items(DESTINATIONS["hubspot"], rows, ids, "hs_object_id")[1].record
    assert hubspot["id"] == "=1+1"
    assert isinstance(hubspot["properties"], dict) and hubspot["properties"]["needs_segment"] == ""


@pytest.mark.parametrize(
    ("code", "headers", "status", "after"),
    [
        (429, {"retry-after": "12"}, "failed", 12.0),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "failed", 0.0),
        (500, {"Retry-After": "soon"}, "failed", None),
        (400, {}, "refused", None),
        (202, {}, "accepted", None),
    ],
)
def test_what_a_status_means(code: int, headers: dict[str, str], status: str, after: float | None) -> None:
    answer = answered(code, "", headers)
    assert (answer.status, answer.retry_after, answer.fatal) == (status, after, False)
    assert answered(401, "").fatal


def test_a_wait_that_is_too_long_ends_the_run() -> None:
    waited: list[float] = []
    answer = deliver(Batch(()), lambda _: Answer("failed", 429, "", retry_after=3600.0), waited.append, lambda: 0.0)
    assert (answer.tries, waited) == (1, [])


@pytest.mark.slow
@pytest.mark.parametrize("target", ["sqlite", "duckdb", "dbt", "segment", "hubspot"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, target: str) -> None:
    """The limit on file size stands for a full disk: a write fails half way."""
    path = tmp_path / "out.csv"
    path.write_text("the old table")
    code = (
        "import resource, signal, sys; from dataclasses import replace; from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from tests.fixtures.accounts.profiles import two_profiles; from needsseg.exchange.destinations import write_target\n"
        "from needsseg.errors import NeedssegError\n"
        "import duckdb\n"
        "many = [replace(two_profiles()[0], account_id=str(n)) for n in range(500)]\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "ids = {one.account_id: 'm' for one in many}\n"
        "try:\n    write_target(many, Path(sys.argv[2]), sys.argv[3], {}, ids=ids)\n"
        "except NeedssegError as error:\n    print('refused:', error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT), str(path), target], capture_output=True, text=True)
    assert "refused:" in done.stdout, done.stderr
    assert path.read_text() == "the old table"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_salesforce_takes_no_table_above_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from needsseg.exchange.destinations import salesforce

    monkeypatch.setattr(salesforce, "LARGEST", 100)
    with refuses(NeedssegError, "Bulk 2.0", 100):
        write_target(two_profiles(), tmp_path / "out.csv", "salesforce", {})
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("target", ["segment", "mixpanel", "amplitude", "hubspot"])
def test_the_official_clients_keep_the_limits_with_many_accounts_and_long_texts(target: str) -> None:
    from needsseg.exchange.destinations.posting import posting
    from tests.fixtures import receivers

    needs(target)
    one = two_profiles()[0]
    many = [replace(one, account_id=f"é{n}", needs_segment="Łódź & Co " * (n % 30)) for n in range(3_000)]
    rows = rows_of(many)
    ids = {str(row["account_id"]): f"{n:040}" for n, row in enumerate(rows)}
    to = DESTINATIONS[target]
    assert to.limits is not None
    batches = packed(to, rows, ids, to.key)
    assert not batches.refused
    with receivers.receiving("k3y", getattr(receivers, target)("k3y")) as receiver:
        post = posting(to, "k3y", receiver.url, to.key)
        answers = [post(batch) for batch in batches.batches]
        largest = max(request["bytes"] for request in receiver.requests)
    assert {answer.status for answer in answers} == {"accepted"}
    assert sum(len(batch.items) for batch in batches.batches) == 3_000
    assert largest > to.limits.bytes * 0.5 or target == "hubspot"


@pytest.mark.parametrize(
    ("target", "key", "account", "fits"),
    [
        ("salesforce", "Id", "001A0000006Vm9rIAC", True),
        ("salesforce", "Id", "001A0000006Vm9r", False),
        ("salesforce", "Id", "001A0000006Vm9rIAX", False),
        ("salesforce", "Id", "003A0000006Vm9rIAC", False),
        ("salesforce", "Id", "acme.example", False),
        ("salesforce", "Id", "", False),
        ("salesforce", "Crm_Id__c", "acme.example", True),
        ("salesforce", "Crm_Id__c", "x" * 256, False),
        ("hubspot", "hs_object_id", "12345678901", True),
        ("hubspot", "hs_object_id", "012", False),
        ("hubspot", "hs_object_id", "1.2E+10", False),
        ("hubspot", "hs_object_id", "١٢", False),
        ("hubspot", "hs_object_id", "001A0000006Vm9rIAC", False),
        ("hubspot", "crm_id", "001A0000006Vm9rIAC", True),
    ],
)
def test_ids_that_a_destination_cannot_hold_are_known_before(target: str, key: str, account: str, fits: bool) -> None:
    refusal = DESTINATIONS[target].refusal
    assert refusal is not None and (refusal(account, key) == "") == fits
