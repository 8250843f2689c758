from __future__ import annotations

import pytest

from needsseg.accounts import Mapping, check_mapping, guess_mapping, kind_of
from needsseg.errors import TableError, UsageError
from tests.fixtures.wording.matching import refuses

SALESFORCE = "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingCity,BillingState,BillingCountry,Website,Industry,"
SALESFORCE += "AnnualRevenue,NumberOfEmployees"


def test_salesforce_columns_are_known() -> None:
    mapping = guess_mapping("accounts", SALESFORCE.split(","))
    assert mapping.source == "salesforce"
    assert mapping.columns == {
        "account_id": "Id",
        "name": "Name",
        "domain": "Website",
        "employees": "NumberOfEmployees",
        "revenue": "AnnualRevenue",
        "industry": "Industry",
        "country": "BillingCountry",
        "is_deleted": "IsDeleted",
        "master_record_id": "MasterRecordId",
    }


@pytest.mark.parametrize(
    "header",
    [
        "Record ID,Company name,Company Domain Name,Industry,Number of Employees,Annual Revenue,Create Date",
        "hs_object_id,name,domain,industry,numberofemployees,annualrevenue,createdate",
    ],
)
def test_hubspot_screen_and_api_names_are_known(header: str) -> None:
    names = header.split(",")
    mapping = guess_mapping("accounts", names)
    fields = ["account_id", "name", "domain", "industry", "employees", "revenue", "created"]
    assert mapping.source == "hubspot"
    assert {name: mapping.columns[name] for name in fields} == dict(zip(fields, names, strict=True))


def test_seats_are_not_taken_for_employees() -> None:
    mapping = guess_mapping("accounts", ["account_id", "segment", "seat_count", "region", "created_at"])
    assert mapping.columns == {"account_id": "account_id", "region": "region", "created": "created_at"}
    seats = guess_mapping("subscriptions", ["account_id", "plan", "mrr", "start_date", "end_date", "seat_count"])
    assert seats.columns["seats"] == "seat_count"
    assert seats.columns["amount"] == "mrr"


def test_segment_alternatives_are_kept_in_order() -> None:
    header = ["type", "event", "userId", "anonymousId", "groupId", "context.groupId", "timestamp", "messageId"]
    mapping = guess_mapping("events", header)
    assert mapping.source == "segment"
    assert mapping.columns["account_id"] == "groupId|context.groupId"
    assert mapping.columns["user_id"] == "userId|anonymousId"
    assert mapping.columns["event"] == "event|type"
    check_mapping(mapping, header, "events.jsonl")


def test_a_required_field_without_a_column_is_named_with_the_columns_there_are() -> None:
    with refuses(TableError, "usage.csv", "timestamp", "account_id, event"):
        check_mapping(guess_mapping("events", ["account_id", "event"]), ["account_id", "event"], "usage.csv")


def test_a_mapped_column_that_is_gone_is_named() -> None:
    mapping = Mapping("accounts", {"account_id": "Key"})
    with refuses(TableError, "crm.csv", "Key", "account_id", "Id, Name"):
        check_mapping(mapping, ["Id", "Name"], "crm.csv")


def test_a_field_or_kind_that_does_not_exist_is_refused() -> None:
    with refuses(TableError, "crm.csv", "colour", "account_id, name, domain"):
        check_mapping(Mapping("accounts", {"account_id": "Id", "colour": "Id"}), ["Id"], "crm.csv")
    with refuses(UsageError, "people", "accounts, events, subscriptions"):
        guess_mapping("people", ["Id"])


@pytest.mark.parametrize(
    ("header", "kind", "lacking"),
    [
        ("account_id,event", "events", ("timestamp",)),
        ("account_id,event,name", "events", ("timestamp",)),
        ("event,time", "events", ("account_id",)),
        ("user_id,event,time", "events", ()),
        ("account_id,name,timestamp", "events", ()),
        ("type,event,userId,messageId,timestamp,context.groupId", "events", ()),
        ("account_id,plan,seats", "subscriptions", ("start_date",)),
        ("account_id,plan,seats,start_date", "subscriptions", ()),
        ("account_id,name,created_at", "accounts", ()),
        ("account_id,name,industry,plan,mrr,seats,renewal_date", "accounts", ()),
        (SALESFORCE, "accounts", ()),
        ("account_id", "accounts", ()),
        ("account_id,colour", "", ()),
        ("company,staff", "", ()),
    ],
)
def test_the_kind_is_told_by_what_only_that_kind_has(header: str, kind: str, lacking: tuple[str, ...]) -> None:
    assert kind_of(header.split(",")) == (kind, lacking)


def test_columns_that_a_person_names_help_to_tell_the_kind() -> None:
    assert kind_of(["account_id", "event", "when"], {"timestamp": "when"}) == ("events", ())
    assert kind_of(["acc", "nm"], {"account_id": "acc", "name": "nm"}) == ("accounts", ())
