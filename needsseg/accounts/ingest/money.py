"""SQL that reads amounts of money, currencies and billing intervals, and how a column of amounts is written.

An amount is read whole or not at all: ``$1,200``, ``¥10000``, ``10.000,00 €``, ``1 234,50``, ``1'234.50``, ``CHF 1,200``.
Whether a comma or a point marks decimals is decided by the whole column, as ``1.234`` alone can be read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import text
from needsseg.accounts.ingest.mapping import Mapping
from needsseg.accounts.tiers.intervals import interval_of_name
from needsseg.errors import Advice, Option
from needsseg.text import format_count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AMOUNT_HINT = "not an amount; write 1200, 1,200.50, 1.200,50 or € 1200"
CREDIT_HINT = "an amount below zero is a credit, and no term; give it to the term it belongs to, or leave the row out"
UNCLEAR_HINT = "can be read with a decimal point or a decimal comma, and the column has both; choose one"

# Signs that several currencies share stand for the most usual one, as the documentation says.
SIGNS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "A$": "AUD", "AU$": "AUD", "C$": "CAD",
    "CA$": "CAD", "NZ$": "NZD", "R$": "BRL", "HK$": "HKD", "S$": "SGD", "MX$": "MXN", "₹": "INR", "₩": "KRW", "₺": "TRY",
    "₪": "ILS", "₫": "VND", "฿": "THB", "₽": "RUB", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "FR.": "CHF", "SFR.": "CHF",
    "CN¥": "CNY", "JP¥": "JPY",
}  # fmt: skip
# ISO 4217, in use.
_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CODES = tuple(_CODES.split())
# Currencies without a hundredth, and with a thousandth (ISO 4217, minor units).
NO_CENTS = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")

_AFFIX = r"[^\d\s().,'’+−-]{1,4}\.?"
_AMOUNT = rf"^[(]?\s*[−+-]?\s*({_AFFIX})?\s*[−+-]?\s*(\d[\d.,'’ ]*|[.,]\d+)\s*({_AFFIX})?\s*[−-]?\s*[)]?$"
_BELOW_ZERO = r"^[(].*[)]$|[−-]\s*[)]?$|^[^\d]*[−-]"
_POINT = r"^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?$|^\.\d+$"
_COMMA = r"^(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?$|^,\d+$"
_GROUPED = r"^\d{1,3}(?: \d{3})+(?:[.,]\d*)?$|^[^ ]+$"

_UNITS = {
    "day": ("day", "days", "d", "daily"),
    "week": ("week", "weeks", "w", "wk", "weekly"),
    "month": ("month", "months", "m", "mo", "mon", "mth", "monthly", "mrr"),
    "quarter": ("quarter", "quarters", "q", "qtr", "quarterly"),
    "year": ("year", "years", "y", "yr", "yrs", "annual", "annually", "yearly", "arr", "per annum", "p.a."),
    "one-off": ("one-off", "one off", "one-time", "one time", "onetime", "once", "one_off", "one_time", "lifetime"),
}
_SPECIAL = {
    "biweekly": "2 weeks", "bi-weekly": "2 weeks", "fortnightly": "2 weeks", "fortnight": "2 weeks",
    "semiannual": "6 months", "semi-annual": "6 months", "semiannually": "6 months", "semi-annually": "6 months",
    "half-yearly": "6 months", "half year": "6 months", "half-year": "6 months", "biennial": "2 years",
    "12 months": "year", "3 months": "quarter", "4 quarters": "year", "7 days": "week",
}  # fmt: skip


def amount_parts(cell: str, prefix: str) -> str:
    """Return three columns for one cell: its digits and separators, its sign of currency, whether it is below zero."""
    plain = rf"trim(regexp_replace({cell}, '[\x{{00A0}}\x{{202F}}\x{{2009}}]', ' ', 'g'))"
    digits = f"regexp_extract({plain}, {text(_AMOUNT)}, 2)"
    grouped = f"trim(regexp_replace({digits}, '[''’]', '', 'g'))"
    core = f"CASE WHEN regexp_matches({grouped}, {text(_GROUPED)}) THEN replace({grouped}, ' ', '') ELSE '' END"
    signs = [f"regexp_extract({plain}, {text(_AMOUNT)}, {group})" for group in (1, 3)]
    return (
        f"{core} AS {prefix}_core, upper({signs[0]} || {signs[1]}) AS {prefix}_sign, "
        f"regexp_matches({plain}, {text(_BELOW_ZERO)}) AND regexp_matches({plain}, '[0-9]') AS {prefix}_below"
    )


def amount(core: str, decimals: str) -> str:
    """Return SQL for the number in digits and separators; NULL where it is none, or can be read in two ways.

    ``decimals`` is "point" or "comma" for those that both fit, "" where the column says neither.
    """
    is_point, is_comma = (f"regexp_matches({core}, {text(pattern)})" for pattern in (_POINT, _COMMA))
    with_point = f"try_cast(replace({core}, ',', '') AS DOUBLE)"
    with_comma = f"try_cast(replace(replace({core}, '.', ''), ',', '.') AS DOUBLE)"
    both = {"point": with_point, "comma": with_comma}.get(decimals, "NULL")
    return (
        f"CASE WHEN {is_point} AND {is_comma} AND regexp_matches({core}, '[.,]') THEN {both} "
        f"WHEN {is_point} THEN {with_point} WHEN {is_comma} THEN {with_comma} END"
    )


def is_unclear(core: str, decimals: str) -> str:
    """Return SQL for whether an amount can be read in two ways, and ``decimals`` does not say which."""
    if decimals:
        return "false"
    both = " AND ".join(f"regexp_matches({core}, {text(pattern)})" for pattern in (_POINT, _COMMA))
    return f"({both} AND regexp_matches({core}, '[.,]'))"


def decimals_of(con: DuckDBPyConnection, field: str) -> tuple[str, bool, str]:
    """Return how a field of the table ``raw`` marks decimals, whether any amount has some, and a doubtful example.

    The first is "point" or "comma", "" where cells of both kinds occur, so that others can be read either way. An example
    is returned where every cell can be read in two ways, one of them with a point for decimals.
    """
    is_point, is_comma = (f"regexp_matches(a_core, {text(pattern)})" for pattern in (_POINT, _COMMA))
    shapes = con.execute(
        f"SELECT CASE WHEN {is_point} AND {is_comma} THEN CASE WHEN contains(a_core, '.') THEN 'either-point' ELSE "
        f"'either-comma' END WHEN {is_point} THEN 'point' ELSE 'comma' END AS shape, arg_min(cell, (file, row)) FROM "
        f"(SELECT {amount_parts(field, 'a')}, {field} AS cell, file, row FROM raw) "
        f"WHERE ({is_point} OR {is_comma}) AND regexp_matches(a_core, '[.,]') GROUP BY 1"
    ).fetchall()
    example = {str(shape): str(cell) for shape, cell in shapes}
    fractional = bool({"point", "comma"} & set(example))
    # Amounts with three decimals are rare where a comma marks them: 1,200 beside 5,50 more likely separates thousands.
    if {"point", "comma"} <= set(example) or {"comma", "either-comma"} <= set(example):
        return "", True, ""
    if fractional:
        return ("point" if "point" in example else "comma"), True, ""
    return "point", "either-point" in example, example.get("either-point", "")


def currency(cell: str) -> str:
    """Return SQL for the ISO code of a currency's code or sign; "" for an empty cell, NULL for another text."""
    upper = f"upper(trim({cell}))"
    codes = ", ".join(text(code) for code in CODES)
    signs = " ".join(f"WHEN {upper} = {text(sign)} THEN {text(code)}" for sign, code in SIGNS.items())
    return f"CASE WHEN {upper} = '' THEN '' WHEN {upper} IN ({codes}) THEN {upper} {signs} END"


def interval(cell: str, count: str) -> str:
    """Return SQL for a billing interval in words, such as month, 2 weeks or one-off; "" where empty, NULL where unknown.

    ``count`` is a cell with a number of intervals, empty for one.
    """
    lower = f"regexp_replace(lower(trim({cell})), '^(every|per|each|/) *', '')"
    number = (
        f"coalesce(try_cast(nullif(trim({count}), '') AS INTEGER), "
        f"try_cast(nullif(regexp_extract({lower}, '^([0-9]+)[ -]*[a-z]', 1), '') AS INTEGER), 1)"
    )
    word = f"trim(regexp_replace({lower}, '^[0-9]+[ -]*', ''))"
    units = " ".join(
        f"WHEN {word} IN ({', '.join(map(text, words))}) THEN {text(unit)}" for unit, words in _UNITS.items()
    )
    special = " ".join(f"WHEN {lower} = {text(name)} THEN {text(words)}" for name, words in _SPECIAL.items())
    named = f"CASE {units} END"
    counted = (
        f"CASE WHEN {number} < 1 THEN NULL WHEN {number} = 1 OR {named} = 'one-off' THEN {named} "
        f"WHEN {named} = 'month' AND {number} = 12 THEN 'year' WHEN {named} = 'month' AND {number} = 3 THEN 'quarter' "
        f"ELSE {number} || ' ' || {named} || 's' END"
    )
    return f"CASE WHEN {lower} = '' THEN '' {special} ELSE {counted} END"


def amount_unit(name: str, source: str, choices: MappingOf[str, str], fractional: bool) -> str:
    """Return "cents" or "whole" for an amount column: as chosen, by its name, or as its source exports it.

    Stripe's and Chargebee's exports have cents, but not where an amount has decimals.
    """
    if chosen := choices.get("unit"):
        return chosen
    if re.search(r"cents?|minor", name.casefold()):
        return "cents"
    return "cents" if source in ("stripe", "chargebee") and not fractional else "whole"


def per_seat(name: str, source: str, choices: MappingOf[str, str]) -> bool:
    """Return whether an amount column is the price of one seat: as chosen, by its name, or as its source exports it."""
    if chosen := choices.get("per"):
        return chosen == "seat"
    key = re.sub(r"[^a-z]", "", name.casefold())
    named = bool(re.search(r"unitamount|unitprice|perseat|peruser|perunit|seatprice", key))
    return named or (source == "stripe" and key == "amount")


def scaled(number: str, currency_column: str, unit: str, seats: str) -> str:
    """Return SQL for an amount in whole units of its currency; ``seats`` is a number of seats to multiply by, or ""."""
    value = f"({number} * coalesce({seats}, 1))" if seats else number
    if unit != "cents":
        return value
    no_cents, thousandths = (", ".join(map(text, codes)) for codes in (NO_CENTS, THOUSANDTHS))
    return (
        f"CASE WHEN {currency_column} IN ({no_cents}) THEN {value} WHEN {currency_column} IN ({thousandths}) "
        f"THEN {value} / 1000 ELSE {value} / 100 END"
    )


def amount_forms(con: DuckDBPyConnection, mapping: Mapping) -> tuple[dict[str, str], list[str | Advice]]:
    """Return how the amounts of the table ``raw`` are read, and notes for the user on what was decided.

    The keys are amount (how decimals are marked), amount_unit (cents or whole), amount_per (seat or term) and
    amount_interval (by the column's name). Empty for a source without amounts.
    """
    if mapping.kind != "subscriptions" or "amount" not in mapping.columns:
        return {}, []
    column, choices = mapping.columns["amount"], mapping.amounts
    decimals, fractional, doubtful = decimals_of(con, "amount")
    unit = amount_unit(column, mapping.source, choices, fractional)
    seat_price = per_seat(column, mapping.source, choices) and "seats" in mapping.columns
    again, notes = "import the file again and choose", list[str | Advice]()
    if doubtful and "decimals" not in choices:
        notes.append(
            Advice(
                f"Amounts such as '{doubtful}' in {column} are read with a decimal point. If the point separates thousands, "
                f"{again} the decimal comma",
                Option.AMOUNTS.of(how="decimal-comma"),
                ".",
            )
        )
    if unit == "cents" and "unit" not in choices:
        notes.append(
            Advice(
                f"Amounts in {column} are read as cents. If they are not, {again} whole units",
                Option.AMOUNTS.of(how="whole"),
                ".",
            )
        )
    (several,) = con.execute("SELECT count(*) FROM raw WHERE try_cast(trim(seats) AS DOUBLE) > 1").fetchone() or (0,)
    if seat_price and several and "per" not in choices:
        notes.append(
            Advice(
                f"Amounts in {column} are read as the price of one seat, times {mapping.columns['seats']}, which is above 1 in "
                f"{format_count(several, 'row')}. If they are totals, {again} amounts per term",
                Option.AMOUNTS.of(how="per-term"),
                ".",
            )
        )
    forms = {"amount": choices.get("decimals", decimals), "amount_unit": unit, "amount_per": "seat" if seat_price else "term",
             "amount_interval": interval_of_name(column)}  # fmt: skip
    return forms, notes
