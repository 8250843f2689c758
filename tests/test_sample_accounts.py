"""The sample study's account data is what its generator makes, and holds the cases that the program must handle."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import string
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures.samples import SAMPLE

INTERVIEWS = SAMPLE
ACCOUNTS = INTERVIEWS / "accounts"
FREE_MAIL = {"gmail.com", "outlook.com"}
EVENTS = {
    "login",
    "project_created",
    "task_created",
    "task_completed",
    "invite_sent",
    "report_exported",
    "api_call",
    "comment_added",
    "feature_used",
    "setup_completed",
}

Rows = list[dict[str, str]]


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def read(path: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(content(path).decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def accounts() -> Rows:
    return read(ACCOUNTS / "accounts.csv")


@pytest.fixture(scope="module")
def usage() -> Rows:
    return read(ACCOUNTS / "usage.csv.gz")


@pytest.fixture(scope="module")
def subscriptions() -> Rows:
    return read(ACCOUNTS / "subscriptions.csv")


@pytest.fixture(scope="module")
def participants() -> dict[str, dict[str, str]]:
    return {row["participant"]: row for row in read(INTERVIEWS / "participants.csv")}


def living(accounts: Rows) -> Rows:
    return [row for row in accounts if row["IsDeleted"] == "false"]


def host(website: str) -> str:
    return website.lower().split("://")[-1].removeprefix("www.").split("/")[0]


def suffix(id15: str) -> str:
    """Check characters of a Salesforce id, bit by bit as Salesforce describes them."""
    alphabet = string.ascii_uppercase + "012345"
    bits = ["".join("1" if char.isupper() else "0" for char in reversed(id15[i : i + 5])) for i in (0, 5, 10)]
    return "".join(alphabet[int(group, 2)] for group in bits)


def test_the_generator_makes_the_files_that_are_here(tmp_path: Path) -> None:
    folder = tmp_path / "interviews" / "accounts"
    folder.mkdir(parents=True)
    for name in ("make_accounts.py", "invented.toml"):
        shutil.copy(ACCOUNTS / name, folder)
    subprocess.run([sys.executable, folder / "make_accounts.py"], check=True)
    for name in ("accounts.csv", "subscriptions.csv", "usage.csv.gz", "../participants.csv"):
        assert content(folder / name) == content(ACCOUNTS / name), name
    before = (folder / "usage.csv.gz").read_bytes()
    (folder / "usage.csv.gz").unlink()
    subprocess.run([sys.executable, folder / "make_accounts.py"], check=True)
    assert (folder / "usage.csv.gz").read_bytes() == before


def test_the_answers_and_tickets_are_made_from_them(tmp_path: Path) -> None:
    folder = tmp_path / "accounts"
    folder.mkdir()
    made_from = (
        "make_accounts.py",
        "make_answers.py",
        "invented.toml",
        "tickets.toml",
        "subscriptions.csv",
        "usage.csv.gz",
    )
    for name in made_from:
        shutil.copy(ACCOUNTS / name, folder)
    subprocess.run([sys.executable, folder / "make_answers.py"], check=True)
    for name in ("survey_responses.csv", "tickets.csv"):
        assert content(folder / name) == content(ACCOUNTS / name), name


def test_some_two_hundred_accounts_answered_before_what_they_are_followed_for(accounts: Rows) -> None:
    answers, created = read(ACCOUNTS / "survey_responses.csv"), {row["Id"]: row["CreatedDate"][:10] for row in accounts}
    asked = {row["account_id"] for row in answers}
    assert 190 <= len(asked) <= 220
    assert len(asked - set(created)) == 1, "one is of an account that the CRM does not know"
    for row in answers:
        start = created.get(row["account_id"], "")
        assert start < row["at"]
        assert row["at"] < "2025-07-01" or start >= "2025-07-01"


def test_tickets_are_of_known_accounts_and_dated(accounts: Rows) -> None:
    tickets, ids = read(ACCOUNTS / "tickets.csv"), {row["Id"] for row in accounts}
    assert len(tickets) == 230
    assert len({row["ticket_id"] for row in tickets}) == 230
    assert {row["account_id"] for row in tickets} <= ids
    assert [row["created_at"] for row in tickets] == sorted(row["created_at"] for row in tickets)


def test_ids_are_unique_and_carry_their_check_suffix(accounts: Rows) -> None:
    assert suffix("001A00000" + "06Vm9r") == "IAC"
    ids = [row["Id"] for row in accounts]
    assert len(set(ids)) == len({id18[:15] for id18 in ids}) == len(ids)
    for row in accounts:
        for column in ("Id", "MasterRecordId", "ParentId", "OwnerId"):
            assert not row[column] or row[column][15:] == suffix(row[column][:15]), (row["Name"], column)


def test_merged_and_parent_ids_lead_to_living_accounts(accounts: Rows) -> None:
    alive = {row["Id"] for row in living(accounts)}
    merged = [row for row in accounts if row["MasterRecordId"]]
    assert len(merged) >= 3
    assert all(row["IsDeleted"] == "true" and row["MasterRecordId"] in alive for row in merged)
    assert sum(row["IsDeleted"] == "true" and not row["MasterRecordId"] for row in accounts) >= 3
    assert {row["ParentId"] for row in accounts} - {""} <= alive


def test_accounts_are_as_untidy_as_exports_are(accounts: Rows) -> None:
    assert 380 <= len(accounts) <= 420
    for column in ("Website", "Industry", "BillingCountry", "AnnualRevenue", "NumberOfEmployees"):
        assert 3 <= sum(not row[column] for row in living(accounts)) <= len(accounts) / 3, column
    assert any("," in row["NumberOfEmployees"] for row in accounts)
    shared = Counter(host(row["Website"]) for row in living(accounts) if row["Website"])
    assert [(domain, count) for domain, count in shared.items() if count > 1] == [("foxglovebrewing.ie", 2)]


def test_eighteen_participants_of_whom_five_have_a_crm_id(
    accounts: Rows, participants: dict[str, dict[str, str]]
) -> None:
    assert len(participants) == 18
    assert len({row["file"] for row in participants.values()}) == 18
    noted = {who: row["crm_id"] for who, row in participants.items() if row["crm_id"]}
    assert len(noted) == 5
    by_id = {row["Id"]: row for row in accounts} | {row["Id"][:15]: row for row in accounts}
    assert all(by_id[crm_id] for crm_id in noted.values())
    assert sorted(len(crm_id) for crm_id in noted.values()) == [15, 18, 18, 18, 18]
    assert by_id[noted["Carlos Medrano"]]["MasterRecordId"]


def test_every_interviewed_company_is_found_as_intended(
    accounts: Rows, participants: dict[str, dict[str, str]]
) -> None:
    found: dict[str, list[str]] = {}
    for who, row in participants.items():
        domain = row["email"].lower().split("@")[1]
        sites = [(host(account["Website"]), account["Name"]) for account in living(accounts) if account["Website"]]
        found[who] = [name for site, name in sites if domain == site or domain.endswith("." + site)]
    assert {who for who, names in found.items() if len(names) > 1} == {"Maeve Gallagher"}
    none = {who for who, names in found.items() if not names}
    assert none == {"Priyanka Rao", "Eleanor Pritchard", "Ruth Zielinski"}
    free = {who for who, row in participants.items() if row["email"].split("@")[1] in FREE_MAIL}
    assert free == {"Priyanka Rao", "Eleanor Pritchard"}
    names = [account["Name"] for account in living(accounts)]
    assert names.count("Hale and Mercer") == names.count("Tidewater Museum of Science") == 1
    assert not any("zielinski" in name.lower() for name in names)


def test_usage_spans_a_year_with_repeats_and_strangers(accounts: Rows, usage: Rows) -> None:
    assert 60_000 <= len(usage) <= 120_000
    assert {row["event"] for row in usage} == EVENTS
    assert {row["platform"] for row in usage} == {"web", "ios", "android", "api"}
    stamps = [row["timestamp"] for row in usage]
    assert min(stamps).startswith("2025-07-01T") and max(stamps).startswith("2026-06-30T")
    assert all(len(stamp) == 20 and stamp.endswith("Z") for stamp in stamps)
    distinct = {row["event_id"]: tuple(row.values()) for row in usage}
    assert 50 <= len(usage) - len(distinct) <= 500
    assert set(distinct.values()) == {tuple(row.values()) for row in usage}
    strangers = Counter(row["account_id"] for row in usage)
    for row in accounts:
        strangers.pop(row["Id"], None)
    assert len(strangers) == 3 and sum(strangers.values()) < 500


def test_accounts_take_every_course(accounts: Rows, usage: Rows, subscriptions: Rows) -> None:
    events = {row["event_id"]: row for row in usage}.values()
    june = Counter(row["account_id"] for row in events if row["timestamp"] >= "2026-06-01")
    may = Counter(row["account_id"] for row in events if "2026-05-02" <= row["timestamp"] < "2026-06-01")
    assert 15 <= sum(n >= 10 and 10 * june[account] < 7 * n for account, n in may.items()) <= 60
    platforms: dict[str, Counter[str]] = {}
    for row in events:
        platforms.setdefault(row["account_id"], Counter())[row["platform"]] += 1
    assert sum(seen.total() >= 5 and not seen["web"] + seen["api"] for seen in platforms.values()) >= 3
    assert sum(seen["api"] > 0.3 * seen.total() for seen in platforms.values()) >= 3
    assert sum(row["CreatedDate"] >= "2026-05-03" for row in living(accounts)) >= 10
    set_up = {row["account_id"] for row in events if row["event"] == "setup_completed"}
    assert len({row["Id"] for row in living(accounts)} - set_up) >= 10
    last = {row["account_id"]: row["end_date"] for row in sorted(subscriptions, key=lambda row: row["end_date"])}
    assert 20 <= sum(end < "2026-06-23" for end in last.values()) <= 80


def test_subscriptions_have_overlaps_upgrades_and_late_renewals(accounts: Rows, subscriptions: Rows) -> None:
    assert {row["account_id"] for row in subscriptions} <= {row["Id"] for row in living(accounts)}
    assert all(row["start_date"] <= row["end_date"] for row in subscriptions)
    terms: dict[str, Rows] = {}
    for row in sorted(subscriptions, key=lambda row: row["start_date"]):
        terms.setdefault(row["account_id"], []).append(row)
    pairs = [pair for rows in terms.values() for pair in pairwise(rows)]
    assert sum(after["start_date"] <= before["end_date"] for before, after in pairs) >= 10
    assert sum(int(after["seats"]) > int(before["seats"]) for before, after in pairs) >= 20
    assert sum(before["renewal_date"] < after["start_date"] for before, after in pairs) >= 20


def test_no_table_has_a_column_for_the_hidden_mixture(accounts: Rows, usage: Rows, subscriptions: Rows) -> None:
    for rows in (accounts, usage, subscriptions):
        assert not {"need", "needs", "segment", "course", "mixture"} & {column.lower() for column in rows[0]}
