"""Plans for each kind of row: computed columns, checks by which rows are refused, and the columns to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from needsseg.accounts.ingest import cells, money
from needsseg.accounts.kinds import tenure, usage
from needsseg.text import EPOCH, date_of

EARLIEST = 7_305  # 1990-01-01: an earlier date is an empty one that was written as 0, or a wrong century
# Ends and renewals of long contracts lie this many years after next year at most; later ones mean that there is no end.
YEARS_OF_CONTRACT = 10
NO_END = ("infinity", "+infinity", "inf")
ACCOUNT_TEXT = ("name", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack")
# A number in this form was converted by a spreadsheet or a float column, and may differ from the original id.
LOST_DIGITS = r"\d+\.\d+[eE]\+?\d+|\d+[eE]\+\d+|\d{16,}\.0+"


@dataclass(frozen=True, slots=True)
class Check:
    """A condition under which a row is refused, its field, and the reason to show."""

    field: str
    refused: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The SQL for rows of one kind: dates with the year first, those in a plain form, their parts, then values and checks.

    ``written`` are the columns of the Parquet file, in order; ``besides`` are temporary columns. ``repeated`` is a value that
    is computed once for all rows with the same cells in ``repeated_by``, and its name. Columns that are written can be computed
    for refused rows too.
    """

    dates: str
    plain: str
    parts: str
    values: str
    checks: tuple[Check, ...]
    written: str
    besides: str = ""
    repeated: str = ""
    repeated_by: str = ""


PlanMaker = Callable[[str, Mapping[str, str]], Plan]
Plans = dict[str, PlanMaker]


def plan_of(kind: str, tz: str, forms: Mapping[str, str]) -> Plan:
    """Return the plan for one kind of file; ``forms`` are the formats of date fields."""
    return _PLANS[kind](tz, forms)


def _empty(cell: str) -> str:
    # Most cells begin with a visible character of ASCII, and need not be trimmed to be told from blank ones.
    return f"CASE WHEN {cell} BETWEEN '!' AND '~' THEN false ELSE trim({cell}) = '' END"


def _id_checks(field: str = "account_id") -> tuple[Check, ...]:
    has_lost_digits = (
        f"CASE WHEN contains({field}, '.') OR contains({field}, '+') "
        f"THEN regexp_full_match(trim({field}), {cells.text(LOST_DIGITS)}) ELSE false END"
    )
    return (
        Check(field, _empty(field), "no account id"),
        Check(
            field,
            has_lost_digits,
            "an id that went through a float and has lost digits; export the ids as text",
        ),
    )


def latest_day(years: int = 0) -> int:
    """Return the last day of next year, or of the year ``years`` later, as an epoch day: later dates are errors."""
    return (date(date.today().year + 1 + years, 12, 31) - EPOCH).days


def _day_checks(name: str, day: str, unless: str = "false") -> tuple[Check, ...]:
    latest = latest_day()
    return (
        Check(name, f"NOT {_empty(name)} AND {day} IS NULL AND NOT {unless}", cells.DATE_HINT),
        Check(name, f"{day} < {EARLIEST}", "a date before 1990; an empty date may have been written as 0"),
        *(
            ()
            if unless != "false"
            else (Check(name, f"{day} > {latest}", f"a date after {date_of(latest)}, the end of next year"),)
        ),
    )


def _number_checks(name: str, number: str) -> tuple[Check, ...]:
    return (
        Check(name, f"regexp_full_match(trim({name}), '-.*[0-9].*')", f"{name} below zero"),
        Check(name, f"NOT {_empty(name)} AND {number} IS NULL", cells.NUMBER_HINT),
    )


def _year_first(fields: tuple[str, ...], forms: Mapping[str, str]) -> str:
    return ", ".join(f"{cells.year_first(name, forms.get(name, 'iso'))} AS {name}_stamp" for name in fields)


def _plain(fields: tuple[str, ...]) -> str:
    return ", ".join(f"{cells.plain_stamp(f'{name}_stamp')} AS {name}_plain" for name in fields)


def _accounts(tz: str, forms: Mapping[str, str]) -> Plan:
    return Plan(
        dates=_year_first(("created",), forms),
        plain=_plain(("created",)),
        parts=cells.stamp_parts("created_stamp", "created", forms.get("created", "iso"), "created_plain"),
        values=f"{cells.account_key('account_id')} AS id, {cells.account_key('master_record_id')} AS master, "
        f"{cells.local_day('created', tz)} AS created_day, "
        "lower(trim(is_deleted)) IN ('true', '1', 'yes', 't') AS deleted",
        checks=(*_id_checks(), *_day_checks("created", "created_day")),
        written=f"id AS account_id, {', '.join(ACCOUNT_TEXT)}, created_day, '' AS merged_ids",
        besides="master, deleted, staged.account_id AS given",
    )


def _events(tz: str, forms: Mapping[str, str]) -> Plan:
    # Where no column names the event, the feature does, or the name of the column of uses.
    named = forms.get("event", "event")
    source_of = {"user_id": "user_id", "event": named, "feature": "feature", "platform": "platform"}
    text_columns = ", ".join(f"nullif(trim({source}), '') AS {name}" for name, source in source_of.items())
    keys = tuple(filter(None, forms.get("joined", "").split(",")))
    return Plan(
        dates=_year_first(("timestamp",), forms),
        plain=_plain(("timestamp",)),
        parts=cells.stamp_parts("timestamp_stamp", "at", forms.get("timestamp", "iso"), "timestamp_plain"),
        values=f"{cells.account_key('account_id')} AS id, nullif(trim(event_id), '') AS eid, "
        f"{cells.utc_second('at', tz)} AS second, "
        f"{usage.uses(forms)} AS times",
        checks=(
            *(_joined_checks(keys) if keys else _id_checks()),
            Check("event" if named == "event" else "feature", _empty(named), "no event name"),
            Check("timestamp", _empty("timestamp"), "no time"),
            *_day_checks("timestamp", "(second // 86400)"),
            *(_uses_checks() if "counted" in forms else ()),
        ),
        written=f"eid AS event_id, id AS account_id, {text_columns}, "
        "event_source AS source, second // 86400 AS day, second, try_cast(times AS BIGINT) AS uses, 1 AS span, "
        "nullif(trim(term_id), '') AS term_id, nullif(trim(device_id), '') AS device_id",
        repeated=f"{cells.event_source('source', 'platform')} AS event_source",
        repeated_by="source, platform",
    )


def _joined_checks(keys: Sequence[str]) -> tuple[Check, ...]:
    words = {"term_id": "subscription", "user_id": "user", "device_id": "device"}
    nothing = " AND ".join(_empty(key) for key in keys)
    return (
        Check(keys[0], nothing, f"no {' or '.join(words[key] for key in keys)} id"),
        *(check for key in keys for check in _id_checks(key)[1:]),
    )


def _uses_checks() -> tuple[Check, ...]:
    return (
        Check("uses", _empty("uses"), "no number of uses"),
        *_number_checks("uses", "times"),
        Check("uses", "times <> floor(times)", "uses are whole"),
        Check("uses", f"times > {usage.MOST_USES}", f"more than {usage.MOST_USES:,} uses in one row"),
    )


def _subscriptions(tz: str, forms: Mapping[str, str]) -> Plan:
    dates = ("start", "end", "renewal")
    days, begins = _term_days(tz, forms)
    decimals, by_name = forms.get("amount", "point"), forms.get("amount_interval", "")
    number = money.amount("amount_core", decimals)
    seats = cells.number("seats") if forms.get("amount_per") == "seat" else ""
    currency = "coalesce(nullif(column_code, ''), sign_code)"
    scaled = money.scaled(number, currency, forms.get("amount_unit", "whole"), seats)
    # A column that is named after its period has amounts of that period, whatever the billing interval is.
    interval = cells.text(by_name) if by_name else money.interval("billing_interval", "interval_count")
    return Plan(
        dates=_year_first(("start_date", "end_date", "renewal_date"), forms)
        + f", {money.amount_parts('amount', 'amount')}, {money.currency('currency')} AS column_code, {_STATUS} AS state",
        plain=_plain(tuple(f"{name}_date" for name in dates)),
        parts=", ".join(
            cells.stamp_parts(
                f"{name}_date_stamp", f"d_{name}", forms.get(f"{name}_date", "iso"), f"{name}_date_plain"
            )
            for name in dates
        )
        + f", {money.currency('amount_sign')} AS sign_code"
        + (tenure.tenure_parts() if "tenure" in forms else ""),
        values=f"{cells.account_key('account_id')} AS id, {days}, {cells.number('seats')} AS seat_number, "
        f"{scaled} AS amount_number, {currency} AS code, {interval} AS interval_words, {_TRIAL} AS is_trial",
        checks=(
            *_id_checks(),
            *begins,
            *_day_checks("end_date", "end_read", "end_open"),
            *_day_checks("renewal_date", "renewal_read", "renewal_open"),
            *_id_checks("term_id")[1:],
            *_id_checks("replaces")[1:],
            Check("end_date", "end_read < start_read", "the subscription ends before it starts"),
            Check("status", f"state = 'ended' AND {_END_DAY} IS NULL", "it has ended, but no column says when"),
            Check("status", "state = 'never'", "it never began"),
            *_number_checks("seats", "seat_number"),
            Check("seats", "seat_number <> floor(seat_number)", "seats are whole"),
            *_amount_checks(decimals),
            Check("billing_interval", "interval_words IS NULL",
                  "not a billing interval; write month, quarter, year, week or one-off"),
        ),
        written=f"id AS account_id, trim(plan) AS plan, try_cast(seat_number AS BIGINT) AS seats, amount_number AS amount, "
        f"start_read AS start_day, {_END_DAY} AS end_day, renewal_read AS renewal_day, trim(term_id) AS term_id, "
        "trim(replaces) AS replaces, code AS currency, interval_words AS billing_interval, is_trial AS trial",
    )  # fmt: skip


def _term_days(tz: str, forms: Mapping[str, str]) -> tuple[str, tuple[Check, ...]]:
    """Return SQL for the first and last day and the renewal of a term, and the checks of its first day."""
    if "tenure" in forms:
        days = (
            f"{tenure.start_day(forms)} AS start_read, CASE WHEN has_left THEN {forms['tenure_day']} END AS end_read, "
            "false AS end_open, false AS renewal_open, NULL::BIGINT AS renewal_read"
        )
        return days, _tenure_checks(bool(forms["tenure_flag"]))
    later_days = (
        f"{_no_end(f'{name}_date', cells.local_day(f'd_{name}', tz))} AS {name}_open, "
        f"CASE WHEN {name}_open THEN NULL ELSE {cells.local_day(f'd_{name}', tz)} END AS {name}_read"
        for name in ("end", "renewal")
    )
    days = ", ".join((f"{cells.local_day('d_start', tz)} AS start_read", *later_days))
    return days, (
        Check("start_date", _empty("start_date"), "no start date"),
        *_day_checks("start_date", "start_read"),
    )


def _tenure_checks(has_flag: bool) -> tuple[Check, ...]:
    return (
        Check("tenure", _empty("tenure"), "no tenure"),
        *_number_checks("tenure", "tenure_number"),
        Check("tenure", "tenure_number <> floor(tenure_number)", "a tenure is a whole number"),
        Check("tenure", f"start_read < {EARLIEST}", "a start before 1990; the unit of tenure may be another"),
        *((Check("churned", "has_left IS NULL", "neither yes nor no"),) if has_flag else ()),
    )


def _no_end(field: str, day: str) -> str:
    """Return SQL for whether a date of an end or a renewal means that there is none, such as 9999-12-31."""
    names = ", ".join(map(cells.text, NO_END))
    return f"coalesce({day} > {latest_day(YEARS_OF_CONTRACT)}, false) OR lower(trim({field})) IN ({names})"


_STATE_WORD = "replace(replace(lower(trim(status)), ' ', '_'), '-', '_')"
_STATUS = (
    f"CASE WHEN {_STATE_WORD} IN ('canceled', 'cancelled', 'ended', 'expired', 'churned', 'terminated', 'inactive') "
    f"THEN 'ended' WHEN {_STATE_WORD} IN ('incomplete', 'incomplete_expired', 'failed', 'draft') THEN 'never' "
    f"WHEN {_STATE_WORD} IN ('trialing', 'trial', 'in_trial', 'trialling') THEN 'trial' ELSE '' END"
)
_TRIAL = (
    "CASE WHEN state = 'trial' OR lower(trim(trial)) IN ('true', '1', 'yes', 't', 'y') "
    "OR regexp_matches(lower(plan), '(^|[^a-z])trial($|[^a-z])') THEN 1 ELSE 0 END"
)
# Where a subscription has ended and nothing says when, it was paid to the end of its current period.
_END_DAY = "CASE WHEN end_read IS NULL AND state = 'ended' THEN renewal_read ELSE end_read END"


def _amount_checks(decimals: str) -> tuple[Check, ...]:
    return (
        Check("amount", "amount_below AND amount_core <> ''", money.CREDIT_HINT),
        Check("amount", money.is_unclear("amount_core", decimals), money.UNCLEAR_HINT),
        Check("amount", f"NOT {_empty('amount')} AND amount_number IS NULL", money.AMOUNT_HINT),
        Check("amount", "sign_code IS NULL", "the sign is of no currency that is known; write an ISO code such as EUR"),
        Check("currency", "column_code IS NULL", "not a currency; write an ISO code such as EUR"),
        Check("amount", "sign_code <> '' AND column_code <> '' AND sign_code <> column_code",
              "the sign in the amount and the currency column name different currencies"),
    )  # fmt: skip


def _texts(tz: str, forms: Mapping[str, str]) -> Plan:
    # Neither a line of dashes nor a bare number says what anybody needs.
    return Plan(
        dates=_year_first(("date",), forms),
        plain=_plain(("date",)),
        parts=cells.stamp_parts("date_stamp", "d", forms.get("date", "iso"), "date_plain"),
        values=f"{cells.account_key('account_id')} AS account, {cells.local_day('d', tz)} AS date_day",
        checks=(
            Check("text", _empty("text"), "no text"),
            Check("text", r"regexp_matches(text, '[\x00-\x08\x0E-\x1F]')", "no text, but bytes of something else"),
            Check("text", r"NOT regexp_matches(text, '\pL')", "no word in it"),
            *_id_checks()[1:],
            *_day_checks("date", "date_day"),
        ),
        written="trim(id) AS id, account AS account_id, try_cast(date_day AS INTEGER) AS date_day, trim(text) AS text",
    )


def _users(tz: str, forms: Mapping[str, str]) -> Plan:
    return Plan(
        dates=_year_first(("created",), forms),
        plain=_plain(("created",)),
        parts=cells.stamp_parts("created_stamp", "created", forms.get("created", "iso"), "created_plain"),
        values=f"{cells.account_key('account_id')} AS id, {cells.local_day('created', tz)} AS created_day",
        checks=(
            *_id_checks(),
            Check("user_id", _empty("user_id"), "no user id"),
            *_id_checks("user_id")[1:],
            *_day_checks("created", "created_day"),
        ),
        written="id AS account_id, trim(user_id) AS user_id, trim(device_id) AS device_id, "
        "lower(trim(email)) AS email, trim(role) AS role, created_day, false AS former",
    )


def _dated(texts: tuple[str, ...], more: tuple[Check, ...] = (), extra: str = "", values: str = "") -> PlanMaker:
    """Return the plan of rows of an account, or of a user or subscription, on a day, with text columns and ``extra`` ones."""

    def plan(tz: str, forms: Mapping[str, str]) -> Plan:
        keys = tuple(filter(None, forms.get("joined", "").split(",")))
        names = dict.fromkeys((*texts, *(("user_id", "term_id") if keys else ())))
        columns = ", ".join(f"trim({name}) AS {name}" for name in names)
        whose = _joined_checks(keys) if keys else _id_checks()
        return Plan(
            dates=_year_first(("date",), forms),
            plain=_plain(("date",)),
            parts=cells.stamp_parts("date_stamp", "d", forms.get("date", "iso"), "date_plain"),
            values=f"{cells.account_key('account_id')} AS account, {cells.local_day('d', tz)} AS date_day{values}",
            checks=(*whose, Check("date", _empty("date"), "no date"), *_day_checks("date", "date_day"), *more),
            written=f"account AS account_id, date_day::BIGINT AS date_day, {columns}{extra}",
        )

    return plan


_SCORE_CHECKS = (
    Check("score", _empty("score"), "no score"),
    *_number_checks("score", "points"),
    Check("score", "points > 10 OR points <> floor(points)", "a score is a whole number from 0 to 10"),
)

_PLANS: Plans = {
    "accounts": _accounts,
    "events": _events,
    "subscriptions": _subscriptions,
    "texts": _texts,
    "users": _users,
    "churn": _dated(("id", "reason", "text", "term_id")),
    "tickets": _dated(("id", "subject", "category", "status", "priority")),
    "nps": _dated(
        ("id", "user_id", "comment"),
        _SCORE_CHECKS,
        ", try_cast(points AS BIGINT) AS score",
        f", {cells.number('score')} AS points",
    ),
}
