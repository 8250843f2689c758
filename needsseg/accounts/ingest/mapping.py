"""Map a file's columns to fields: guess the mapping from the header, and check it."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from needsseg.accounts.kinds.fields import DATES, FIELDS, JOINED_KINDS, NEEDED, USER_EMAILS, known_kind
from needsseg.accounts.own.columns import OWN_KINDS, OwnChoices, OwnColumn, planned_columns
from needsseg.errors import TableError, UsageError

KINDS = ("accounts", "events", "subscriptions", *FIELDS)

REQUIRED = {
    "accounts": ("account_id",),
    "events": ("account_id", "event", "timestamp"),
    "subscriptions": ("account_id", "start_date"),
    "texts": ("text",),
    **NEEDED,
}
# What rows may have instead of a field that they need: keys by which usage is joined, what names a use, a tenure.
INSTEAD: dict[str, dict[str, tuple[str, ...]]] = {
    "events": {"account_id": ("term_id", "user_id", "device_id"), "event": ("feature", "uses")},
    **{kind: {"account_id": ("term_id", "user_id")} for kind in JOINED_KINDS},
    "subscriptions": {"start_date": ("tenure",)},
}
# Fields that are only read where there is no account id; a cancellation always says which subscription it ends.
JOINED_BY = {
    "events": ("term_id", "device_id"), "churn": ("user_id",), "tickets": ("term_id", "user_id"), "nps": ("term_id",),
}  # fmt: skip

DATE_FIELDS = {
    "accounts": ("created",),
    "events": ("timestamp",),
    "subscriptions": ("start_date", "end_date", "renewal_date"),
    "texts": ("date",),
    **DATES,
}

# Per field: its usual column names, best first. Names are compared without case, spaces and punctuation; a dot separates
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
        "user_id": ("user_id", "userId", "properties.distinct_id", "distinct_id", "user", "anonymousId", *USER_EMAILS),
        "event": ("event", "event_name", "event_type", "name", "action", "type"),
        "feature": ("feature", "feature_name", "properties.feature", "event_properties.feature", "module"),
        "platform": (
            "platform", "properties.platform", "event_properties.platform", "context.device.type", "device_type",
            "properties.$os", "context.os.name", "device", "context.library.name", "channel",
        ),
        "source": ("source", "properties.source", "event_source"),
        "timestamp": ("timestamp", "event_time", "occurred_at", "properties.time", "originalTimestamp", "time",
                      "created_at", "event_date", "date", "ts", "usage_date", "activity_date", "day", "week", "week_start",
                      "week_of", "week_starting"),
        "uses": ("uses", "usage_count", "event_count", "events_count", "use_count", "count", "events", "total_events",
                 "daily_uses", "weekly_uses", "daily_events", "weekly_events"),
        "term_id": ("subscription_id", "term_id", "contract_id"),
        "device_id": ("device_id", "deviceId", "properties.$device_id"),
    },
    "subscriptions": {
        "account_id": ("account_id", "AccountId", "account_id (metadata)", "company_id", "customer_id", "customer.id",
                       "org_id", "group_id", "account_code"),
        "plan": ("plan", "plan_name", "tier", "product", "plan_tier", "plan_id", "plan_code"),
        "seats": ("seats", "seat_count", "quantity", "licences", "licenses", "users", "plan_quantity"),
        "amount": ("amount", "mrr", "mrr_amount", "arr", "arr_amount", "monthly_amount", "annual_amount", "price", "value",
                   "monthly_charges", "monthly_charge", "monthly_fee",
                   "plan_amount", "unit_amount", "unit_amount_in_cents", "unit_price", "plan_unit_price"),
        "start_date": ("start_date", "start", "Start (UTC)", "Start Date (UTC)", "started_at", "StartDate",
                       "subscription_start", "activated_at", "created_at", "Created (UTC)"),
        "end_date": ("end_date", "end", "ended_at", "Ended At (UTC)", "EndDate", "expires_at", "cancelled_at",
                     "canceled_at", "Canceled At (UTC)", "churned_at"),
        "renewal_date": ("renewal_date", "renewal", "renews_at", "next_renewal", "current_period_end",
                         "Current Period End (UTC)", "current_period_ends_at", "current_term_end", "next_billing_at"),
        "term_id": ("subscription_id", "term_id", "contract_id", "uuid", "id"),
        "replaces": ("replaces", "replaces_id", "replaced_subscription_id", "previous_subscription_id", "upgraded_from"),
        "currency": ("currency", "currency_code", "currency_iso_code", "CurrencyIsoCode", "plan_currency"),
        "billing_interval": ("interval", "billing_interval", "billing_period_unit", "plan_interval_unit", "interval_unit",
                             "billing_frequency", "billing_cycle", "billing_period", "plan_interval"),
        "interval_count": ("interval_count", "plan_interval_count", "plan_interval_length", "interval_length",
                           "billing_period"),
        "status": ("status", "state", "subscription_status"),
        "trial": ("is_trial", "trial", "in_trial"),
        "tenure": ("tenure", "tenure_months", "tenure_in_months", "tenure_days", "tenure_in_days", "tenure_years",
                   "months_as_customer", "months_on_book", "customer_age_months"),
        "churned": ("churn", "churned", "is_churned", "churn_flag", "churn_label", "has_churned", "exited"),
    },
    # Customers' texts: not account data, but read, checked and refused in the same way.
    "texts": {
        "text": ("text", "verbatim", "verbatims", "comment", "comments", "body", "message", "content", "review",
                 "review_text", "feedback", "description", "answer", "response", "note", "notes", "call_notes", "quote"),
        "account_id": ("account_id", "AccountId", "company_id", "customer_id", "org_id", "organization_id", "group_id",
                       "account", "company", "customer"),
        "date": ("at", "date", "created_at", "created", "CreatedDate", "submitted_at", "submitted", "timestamp",
               "sent_at", "opened_at", "response_date", "review_date", "day", "time"),
        "id": ("id", "ticket_id", "response_id", "review_id", "message_id", "case_id", "text_id", "CaseNumber"),
    },
    **FIELDS,
}  # fmt: skip


# Fields that describe a term further; as they occur in files of every kind, they do not tell what a file holds, and a
# mapping that an earlier version stored does not have them.
DESCRIBING = {
    "subscriptions": ("term_id", "replaces", "currency", "billing_interval", "interval_count", "status", "trial"),
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """Field → source column for one kind of file; ``a|b`` are alternatives, of which the first non-empty cell counts.

    ``dates`` are the formats that a person chose for date fields (of ``cells.FORMATS``), ``amounts`` what a person chose for
    amounts: decimals (point or comma), unit (cents or whole), per (seat or term); ``own`` of further columns of accounts.
    """

    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    source: str = "plain"
    dates: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, str] = field(default_factory=dict)
    own: OwnChoices = field(default_factory=OwnChoices)


def guess_mapping(kind: str, header: Sequence[str]) -> Mapping:
    """Guess the mapping of ``header`` for one of KINDS; fields without a likely column are left out.

    Nested names (JSON lines) keep every alternative that occurs, since one line has ``userId`` and the next only
    ``anonymousId``. A seat count is not taken for a number of employees: the two differ by orders of magnitude.
    """
    if kind not in NAMES:
        raise UsageError(f"'{kind}' is not a kind of account file.", f"Kinds: {', '.join(KINDS)}.")
    by_key: dict[str, str] = {}
    for column in header:
        by_key.setdefault(_key(column), column)
    for column in header if kind == "subscriptions" else ():
        # Chargebee names the table before each column.
        by_key.setdefault(_key(column).removeprefix("subscription."), column)
    source = _source(kind, set(header))
    columns: dict[str, str] = {}
    used_columns: set[str] = set()
    for name, aliases in NAMES[kind].items():
        present = [by_key[_key(alias)] for alias in aliases if _key(alias) in by_key]
        free = [column for column in dict.fromkeys(present) if column not in used_columns]
        if not free:
            continue
        columns[name] = "|".join(free) if source in ("segment", "mixpanel") else free[0]
        used_columns.update(columns[name].split("|"))
    if "account_id" in columns:
        columns = {name: column for name, column in columns.items() if name not in JOINED_BY.get(kind, ())}
    if kind == "subscriptions":
        columns = _with_tenure(columns, by_key)
    return Mapping(kind, columns, source)


def _with_tenure(columns: dict[str, str], by_key: MappingOf[str, str]) -> dict[str, str]:
    """Return the columns of subscriptions: with a tenure the contract is the plan, with a start date neither counts."""
    if "tenure" in columns and "churned" in columns and "start_date" not in columns:
        plan = next((by_key[key] for key in ("contract", "contracttype") if key in by_key), "")
        with_plan = ({"plan": plan} if plan else {}) | columns
        return {name: with_plan[name] for name in NAMES["subscriptions"] if name in with_plan}
    return {name: column for name, column in columns.items() if name not in ("tenure", "churned")}


def missing_fields(kind: str, columns: MappingOf[str, str]) -> tuple[str, ...]:
    """Return the fields that files of a kind need and that no column gives; events may have others instead."""
    given = {name for name, column in columns.items() if column}
    instead = INSTEAD.get(kind, {})
    return tuple(name for name in REQUIRED[kind] if not given & {name, *instead.get(name, ())})


def kind_of(header: Sequence[str], chosen: MappingOf[str, str] | None = None) -> tuple[str, tuple[str, ...]]:
    """Return the kind of a file by its columns, and the required fields it lacks; "" where it is unknown.

    An account id alone is no evidence, since every kind has one; a name and a day indicate accounts, unless more columns
    indicate events. ``chosen`` are columns that a person gave for fields.
    """
    chosen = {name: column for name, column in (chosen or {}).items() if any(name in NAMES[kind] for kind in KINDS)}
    if (kind := known_kind({_key(column) for column in header})) and not set(chosen) - set(NAMES[kind]):
        return kind, missing_fields(kind, guess_mapping(kind, header).columns | chosen)
    columns = {kind: _telling(kind, guess_mapping(kind, header).columns) | chosen for kind in KINDS}
    likely_kinds = [
        kind for kind in ("events", "subscriptions", "accounts") if _indicates(kind, columns, chosen, header)
    ]
    missing = {kind: missing_fields(kind, columns[kind]) for kind in likely_kinds}
    if not likely_kinds:
        return "", ()
    best = max(likely_kinds, key=lambda kind: (not missing[kind], len(columns[kind])))
    # An events file without times must not be read as accounts, which would replace the existing ones.
    means_events = best == "accounts" and "events" in likely_kinds and _names_events(columns["events"])
    if means_events and len(columns["events"]) >= len(columns["accounts"]):
        best = "events"
    return best, missing[best]


def _telling(kind: str, columns: MappingOf[str, str]) -> dict[str, str]:
    return {name: column for name, column in columns.items() if name not in DESCRIBING.get(kind, ())}


def _indicates(
    kind: str, columns: MappingOf[str, MappingOf[str, str]], chosen: MappingOf[str, str], header: Sequence[str]
) -> bool:
    own_fields = set(columns[kind])
    if set(chosen) - set(NAMES[kind]):
        return False
    if kind == "accounts":
        return "account_id" in own_fields and (
            bool(own_fields - {"account_id", "created"}) or len(own_fields) == len(header)
        )
    if kind == "subscriptions":
        # Accounts may also have seats and a start day; only subscriptions have an amount or an end day.
        return bool({"plan", "amount", "end_date", "renewal_date", "tenure"} & own_fields) and len(own_fields) > 1
    timestamp = columns["events"].get("timestamp")
    timed = timestamp is not None and timestamp != columns["accounts"].get("created")
    counted = "uses" in own_fields and "feature" in own_fields
    return (counted and timed) or (
        "event" in own_fields
        and (timed or _names_events(columns["events"]) or bool({"event_id", "user_id"} & own_fields))
    )


def _names_events(columns: MappingOf[str, str]) -> bool:
    """Return whether a column is named after events; ``name``, ``type`` and ``action`` are too general."""
    return any(_key(part) not in ("", "name", "type", "action") for part in columns.get("event", "").split("|"))


def check_mapping(mapping: Mapping, header: Sequence[str], file: str) -> None:
    """Raise TableError where ``mapping`` lacks a required field, or has a column that is not in ``file``'s header."""
    if mapping.kind not in NAMES:
        raise UsageError(f"'{mapping.kind}' is not a kind of account file.", f"Kinds: {', '.join(KINDS)}.")
    header_text = ", ".join(header) if header else "none"
    for name, column in mapping.columns.items():
        if name not in NAMES[mapping.kind]:
            fields = ", ".join(NAMES[mapping.kind])
            raise TableError(f"{file}: '{name}' is not a field of {mapping.kind}.", f"Fields: {fields}.")
        if not alternatives(column, header):
            raise TableError(
                f"{file}: column '{column}', mapped to {name}, is not in the file.", f"Its columns are: {header_text}."
            )
    for name in missing_fields(mapping.kind, mapping.columns):
        raise TableError(
            f"{file}: no column gives {name}, which {mapping.kind} need.",
            f"Map one of the file's columns to {name}. Its columns are: {header_text}.",
        )


def fitted(mapping: Mapping, header: Sequence[str], file: str) -> tuple[Mapping, tuple[str, ...]]:
    """Return ``mapping`` reduced to the columns of one of several files, and the fields that this file lacks.

    TableError where a required field is missing.
    """
    missing = tuple(name for name, column in mapping.columns.items() if not alternatives(column, header))
    present = {name: column for name, column in mapping.columns.items() if name not in missing}
    needed = [name for name in missing_fields(mapping.kind, present) if name in missing]
    if needed:
        raise TableError(
            f"{file}: column '{mapping.columns[needed[0]]}', mapped to {needed[0]}, is not in the file.",
            f"Its columns are: {', '.join(header) if header else 'none'}.",
        )
    return replace(mapping, columns=present), missing


def keeps_own(mapping: Mapping) -> bool:
    """Return whether further columns are kept; of customers by tenure they are kept of the accounts, not of the subscriptions."""
    return mapping.kind in OWN_KINDS and "tenure" not in mapping.columns


def with_own_headers(mapping: Mapping, headers: Sequence[Sequence[str]], earlier: Sequence[OwnColumn] = ()) -> Mapping:
    """Return ``mapping`` with the own columns to read of files with these headers: of OWN_KINDS all that are no field."""
    if not keeps_own(mapping):
        return mapping
    used = {name for header in headers for column in mapping.columns.values() for name in alternatives(column, header)}
    every_header = dict.fromkeys(name for header in headers for name in header)
    columns, left_out = planned_columns(every_header, used, mapping.own, earlier)
    return replace(mapping, own=replace(mapping.own, columns=columns, left_out=left_out))


def alternatives(column: str, header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of ``header`` that a mapping's ``column`` matches: itself, or the parts of ``a|b`` that exist.

    Names that differ only in case, blanks or punctuation match.
    """
    if column in header:
        return (column,)
    parts = tuple(part for part in column.split("|") if part in header)
    return parts or tuple(name for name in header if _key(name) == _key(column) and _key(name))[:1]


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9.$]", "", name.casefold().lstrip("\ufeff"))


def is_usual_name(cell: str) -> bool:
    """Return whether a cell is a usual name of a column of some kind of file."""
    key = _key(cell)
    return bool(key) and (key in _USUAL or key.removeprefix("subscription.") in _USUAL)


def _source(kind: str, header: set[str]) -> str:
    if kind == "events":
        if "messageId" in header or "context.groupId" in header or "anonymousId" in header:
            return "segment"
        if "event_type" in header and ("$insert_id" in header or "event_time" in header):
            return "amplitude"
        return "mixpanel" if "properties.distinct_id" in header else "plain"
    if kind == "subscriptions":
        return _billing_source(header)
    if {"IsDeleted", "MasterRecordId", "BillingCountry", "NumberOfEmployees"} & header:
        return "salesforce"
    if {"Record ID", "hs_object_id", "Company Domain Name", "numberofemployees"} & header:
        return "hubspot"
    return "plain"


def _billing_source(header: set[str]) -> str:
    """Return whose export of subscriptions has these columns; "plain" for another file."""
    keys = {_key(column) for column in header}
    if "customerid" in keys and {"startutc", "createdutc", "startdateutc"} & keys:
        return "stripe"
    if {"subscription.planid", "subscription.planunitprice", "planunitprice", "subscription.customerid"} & keys:
        return "chargebee"
    return "recurly" if {"accountcode", "plancode"} <= keys else "plain"


_USUAL = frozenset(_key(alias) for fields in NAMES.values() for aliases in fields.values() for alias in aliases)
