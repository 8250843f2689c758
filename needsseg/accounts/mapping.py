"""Which column of a file holds which field: guessed from its header, shown to the analyst, saved, checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from needsseg.errors import TableError, UsageError

KINDS = ("accounts", "events", "subscriptions")

REQUIRED = {
    "accounts": ("account_id",),
    "events": ("account_id", "event", "timestamp"),
    "subscriptions": ("account_id", "start_date"),
}

DATE_FIELDS = {
    "accounts": ("created",),
    "events": ("timestamp",),
    "subscriptions": ("start_date", "end_date", "renewal_date"),
}

# Per field: the names it goes by, best first. Names are compared without case, spaces and punctuation; a dot separates
# the levels of a JSON object. Salesforce, HubSpot (screen and API names), Segment, Amplitude, Mixpanel, plain words.
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "account_id": ("account_id", "Id", "Record ID", "hs_object_id", "company_id", "customer_id", "org_id",
                       "group_id"),
        "name": ("Name", "Company name", "account_name", "company", "customer_name", "customer", "account"),
        "domain": ("Company Domain Name", "domain", "Website", "Website URL", "web_site", "email_domain", "url"),
        "employees": ("NumberOfEmployees", "Number of Employees", "employees", "employee_count", "headcount"),
        "revenue": ("AnnualRevenue", "Annual Revenue", "revenue", "yearly_revenue"),
        "industry": ("Industry", "sector", "vertical"),
        "country": ("BillingCountry", "BillingCountryCode", "Country/Region", "country", "country_code"),
        "region": ("region", "geo", "geography", "sales_region", "territory"),
        "tech_stack": ("tech_stack", "Web Technologies", "technologies", "stack"),
        "created": ("CreatedDate", "Create Date", "createdate", "created_at", "created", "signup_date", "signed_up_at"),
        "is_deleted": ("IsDeleted",),
        "master_record_id": ("MasterRecordId",),
    },
    "events": {
        "event_id": ("event_id", "messageId", "$insert_id", "properties.$insert_id", "insert_id", "uuid", "id"),
        "account_id": (
            "account_id", "groupId", "context.groupId", "company_id", "group_id", "org_id", "customer_id",
            "properties.account_id", "properties.company_id", "properties.$group_id", "groups.account",
            "groups.company",
        ),
        "user_id": ("user_id", "userId", "properties.distinct_id", "distinct_id", "user", "anonymousId"),
        "event": ("event", "event_name", "event_type", "name", "action", "type"),
        "feature": ("feature", "feature_name", "properties.feature", "event_properties.feature", "module"),
        "platform": (
            "platform", "properties.platform", "event_properties.platform", "context.device.type", "device_type",
            "properties.$os", "context.os.name", "device", "context.library.name", "channel",
        ),
        "source": ("source", "properties.source", "event_source"),
        "timestamp": ("timestamp", "event_time", "occurred_at", "properties.time", "originalTimestamp", "time",
                      "created_at", "event_date", "date", "ts"),
    },
    "subscriptions": {
        "account_id": ("account_id", "AccountId", "company_id", "customer_id", "org_id", "group_id"),
        "plan": ("plan", "plan_name", "tier", "product", "plan_tier"),
        "seats": ("seats", "seat_count", "quantity", "licences", "licenses", "users"),
        "amount": ("amount", "mrr", "mrr_amount", "arr", "arr_amount", "price", "value"),
        "start_date": ("start_date", "start", "started_at", "StartDate", "subscription_start", "created_at"),
        "end_date": ("end_date", "end", "ended_at", "EndDate", "cancelled_at", "canceled_at", "churned_at"),
        "renewal_date": ("renewal_date", "renewal", "renews_at", "next_renewal", "current_period_end"),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapping:
    """Field → source column for one kind of file; ``a|b`` names alternatives, the first that is not empty counts.

    ``dates`` says for date fields how a person wants their column read (one of ``cells.FORMATS``).
    """

    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    source: str = "plain"
    dates: dict[str, str] = field(default_factory=dict)


def guess_mapping(kind: str, header: Sequence[str]) -> Mapping:
    """The likeliest mapping of ``header`` for one of KINDS; fields without a likely column are left out.

    Nested names (JSON lines) keep every alternative that occurs, since one line has ``userId`` and the next only
    ``anonymousId``. A seat count is not taken for a number of employees: the two differ by orders of magnitude.
    """
    if kind not in KINDS:
        raise UsageError(f"'{kind}' is no kind of account file.", f"Kinds: {', '.join(KINDS)}.")
    by_key: dict[str, str] = {}
    for column in header:
        by_key.setdefault(_key(column), column)
    source = _source(kind, set(header))
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for name, aliases in NAMES[kind].items():
        present = [by_key[_key(alias)] for alias in aliases if _key(alias) in by_key]
        free = [column for column in dict.fromkeys(present) if column not in taken]
        if not free:
            continue
        columns[name] = "|".join(free) if source in ("segment", "mixpanel") else free[0]
        taken.update(columns[name].split("|"))
    return Mapping(kind, columns, source)


def check_mapping(mapping: Mapping, header: Sequence[str], file: str) -> None:
    """Raise TableError naming what ``mapping`` lacks, or points to without it being in ``file``'s header."""
    if mapping.kind not in KINDS:
        raise UsageError(f"'{mapping.kind}' is no kind of account file.", f"Kinds: {', '.join(KINDS)}.")
    there = ", ".join(header) if header else "none"
    for name, column in mapping.columns.items():
        if name not in NAMES[mapping.kind]:
            known = ", ".join(NAMES[mapping.kind])
            raise TableError(f"{file}: '{name}' is no field of {mapping.kind}.", f"Fields: {known}.")
        if not alternatives(column, header):
            raise TableError(
                f"{file}: column '{column}', mapped to {name}, is not in the file.", f"Its columns are: {there}."
            )
    for name in REQUIRED[mapping.kind]:
        if name not in mapping.columns:
            raise TableError(
                f"{file}: no column gives {name}, which {mapping.kind} need.",
                f"Map one of the file's columns to {name}. Its columns are: {there}.",
            )


def fitted(mapping: Mapping, header: Sequence[str], file: str) -> tuple[Mapping, tuple[str, ...]]:
    """``mapping`` as one of several files can serve it, and the fields whose columns this file lacks.

    TableError where a field is lacking without which no row can be read.
    """
    lacking = tuple(name for name, column in mapping.columns.items() if not alternatives(column, header))
    needed = [name for name in lacking if name in REQUIRED[mapping.kind]]
    if needed:
        raise TableError(
            f"{file}: column '{mapping.columns[needed[0]]}', mapped to {needed[0]}, is not in the file.",
            f"Its columns are: {', '.join(header) if header else 'none'}.",
        )
    kept = {name: column for name, column in mapping.columns.items() if name not in lacking}
    return Mapping(mapping.kind, kept, mapping.source, mapping.dates), lacking


def alternatives(column: str, header: Sequence[str]) -> tuple[str, ...]:
    """The columns of ``header`` that a mapping's ``column`` means: itself, or the parts of ``a|b`` that exist.

    A column counts as there when its name differs only in case, blanks or punctuation, as it may from file to file.
    """
    if column in header:
        return (column,)
    parts = tuple(part for part in column.split("|") if part in header)
    return parts or tuple(name for name in header if _key(name) == _key(column) and _key(name))[:1]


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9.$]", "", name.casefold().lstrip("\ufeff"))


def _source(kind: str, header: set[str]) -> str:
    if kind == "events":
        if "messageId" in header or "context.groupId" in header or "anonymousId" in header:
            return "segment"
        if "event_type" in header and ("$insert_id" in header or "event_time" in header):
            return "amplitude"
        return "mixpanel" if "properties.distinct_id" in header else "plain"
    if {"IsDeleted", "MasterRecordId", "BillingCountry", "NumberOfEmployees"} & header:
        return "salesforce"
    if {"Record ID", "hs_object_id", "Company Domain Name", "numberofemployees"} & header:
        return "hubspot"
    return "plain"
