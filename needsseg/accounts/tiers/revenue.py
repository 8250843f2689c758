"""What accounts pay as of a date: the sum of the terms that count, per interval and currency, never more than is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.accounts.tiers.intervals import interval_of_name, interval_words, per_year
from needsseg.accounts.tiers.lifecycle import GRACE_DAYS, Subscription
from needsseg.accounts.tiers.rates import NO_RATES, RateTable
from needsseg.accounts.tiers.terms import ADD, REPLACE, counted_terms, undecided_overlaps
from needsseg.text import date_of, format_count, format_money


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """How the amounts of a source are read: ``column`` is its amount column, ``overlap`` as ``counted_terms`` takes it.

    ``interval`` and ``currency`` are those of rows that do not say; ``base`` is the currency to convert to by ``rates``, ""
    for none.
    """

    column: str = ""
    overlap: str = REPLACE
    interval: str = ""
    currency: str = ""
    base: str = ""
    rates: RateTable = NO_RATES


@dataclass(frozen=True, slots=True)
class Revenue:
    """What each account pays in ``currency`` per ``interval``; the revenue of missing accounts is unknown, not 0.

    ``currency`` and ``interval`` are "" where no row and no person gives them; ``yearly`` is the factor to a yearly amount,
    None without an interval. Where accounts pay in several currencies that are not converted, ``amounts`` is empty, and
    ``by_currency`` has each account's amounts by currency: they are never added. ``column`` is the source's amount column.
    ``notes`` are sentences on what was decided: which terms count, and the rates that were used.
    """

    amounts: dict[str, float] = field(default_factory=dict)
    column: str = ""
    yearly: float | None = None
    currency: str = ""
    interval: str = ""
    by_currency: dict[str, dict[str, float]] = field(default_factory=dict)
    overlap: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether any account's amount is known."""
        return bool(self.amounts or self.by_currency)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that amounts are in; "" is one that no row names."""
        if self.by_currency:
            return tuple(sorted({code for amounts in self.by_currency.values() for code in amounts}))
        return (self.currency,) if self.amounts else ()

    @property
    def unit(self) -> str:
        """The currency and period of amounts in words, ``USD a year``; the column's name where the period is unknown."""
        period = (
            interval_words("year" if self.yearly is not None else self.interval) or f"by the column “{self.column}”"
        )
        return f"{self.currency} {period}".strip()

    def arr(self, amount: float | None) -> float | None:
        """Return an amount per year; None where the amount or its period is unknown."""
        return None if amount is None or self.yearly is None else amount * self.yearly

    def of(self, account_id: str) -> dict[str, float]:
        """Return what an account pays by currency; empty where unknown."""
        if account_id in self.amounts:
            return {self.currency: self.amounts[account_id]}
        return self.by_currency.get(account_id, {})

    def total(self, account_ids: Iterable[str]) -> dict[str, float]:
        """Return what accounts pay together, by currency."""
        totals: dict[str, float] = defaultdict(float)
        for account_id in account_ids:
            for code, amount in self.of(account_id).items():
                totals[code] += amount
        return {code: round(totals[code], 2) for code in sorted(totals)}

    def words(self, by_currency: Mapping[str, float]) -> str:
        """Return amounts by currency in words, by the year where the period is known: ``€18,600 a year``; "" without any."""
        if not by_currency:
            return ""
        period = "year" if self.yearly is not None else self.interval
        return f"{self.sums(by_currency)} {interval_words(period) or self._by_column}"

    def sums(self, by_currency: Mapping[str, float]) -> str:
        """Return amounts by currency as ``words`` does, without the period."""
        factor = 1.0 if self.yearly is None else self.yearly
        amounts = by_currency.items() if len(by_currency) < 2 else sorted(by_currency.items())
        return " + ".join([format_money(amount * factor, code) for code, amount in amounts])

    def pays(self, account_id: str) -> str:
        """Return what an account pays in words; "" where unknown."""
        return self.words(self.of(account_id))

    @property
    def _by_column(self) -> str:
        return f"(column “{self.column}”, period unknown)" if self.column else "(period unknown)"


def revenue(
    terms: Iterable[Subscription],
    as_of: int,
    column: str = "",
    merged: Mapping[str, str] | None = None,
    grace: int = GRACE_DAYS,
    rules: MoneyRules | None = None,
) -> Revenue:
    """Return what every account pays as of epoch day ``as_of``; ``column`` is the name of the file's amount column.

    Terms that began before D count while they are active, as in the lifecycle, including the grace period, unless another
    one replaces them. A trial pays nothing, and what is paid once is no recurring revenue. ``rules`` say more than the
    column's name; its column counts where they are given.
    """
    rules = rules or MoneyRules(column)
    by_account: dict[str, list[Subscription]] = defaultdict(list)
    survivors = merged or {}
    for term in terms:
        if term.start_day < as_of:
            by_account[survivors.get(term.account_id, term.account_id)].append(term)
    counted = {account: counted_terms(begun, as_of, grace, rules.overlap) for account, begun in by_account.items()}
    default_interval = rules.interval or interval_of_name(rules.column)
    intervals = {
        term.interval or default_interval for own in counted.values() for term in own if not _pays_nothing(term)
    } - {"one-off"}
    interval = next(iter(intervals)) if len(intervals) == 1 else "year" if any(intervals) else ""
    sums = _sums_by_account(counted, rules, default_interval, interval)
    known = {account: amounts for account, amounts in sums.items() if amounts is not None}
    notes = [*_overlap_notes(counted, by_account, as_of, grace, rules), *_interval_notes(intervals, known, sums)]
    currency, amounts, by_currency = _in_one_currency(known, rules, as_of, notes)
    return Revenue(
        amounts, rules.column, per_year(interval) if interval else None, currency, interval, by_currency, rules.overlap,
        tuple(notes),
    )  # fmt: skip


def _pays_nothing(term: Subscription) -> bool:
    return term.trial or term.amount == 0


def _sums_by_account(
    counted: Mapping[str, Sequence[Subscription]], rules: MoneyRules, default_interval: str, interval: str
) -> dict[str, dict[str, float] | None]:
    """Return what ``_sums`` does for each account, by id; accounts whose terms say the same share the result."""
    sums: dict[str, dict[str, float] | None] = {}
    sums_of_terms: dict[tuple[object, ...], dict[str, float] | None] = {}
    for account, own in sorted(counted.items()):
        terms = tuple([(term.amount, term.currency, term.interval, term.trial) for term in own])
        if terms not in sums_of_terms:
            sums_of_terms[terms] = _sums(own, rules, default_interval, interval)
        sums[account] = sums_of_terms[terms]
    return sums


def _sums(
    counted: Sequence[Subscription], rules: MoneyRules, default_interval: str, interval: str
) -> dict[str, float] | None:
    """Return an account's amounts per ``interval`` by currency; None where an amount that counts, or its period, is unknown."""
    if not counted:
        return None
    totals: dict[str, float] = {}
    for term in counted:
        amount, own_interval = (0.0 if term.trial else term.amount), term.interval or default_interval
        if amount is None:
            return None
        if own_interval != interval and amount:
            times, wanted = per_year(own_interval), per_year(interval)
            if times is None or not wanted:
                return None
            amount = amount * times / wanted
        currency = (term.currency or rules.currency) if amount else ""
        totals[currency] = totals.get(currency, 0.0) + amount
    if len(totals) > 1 and not totals.get("", 1.0):
        del totals[""]
    return totals


def _in_one_currency(
    known: dict[str, dict[str, float]], rules: MoneyRules, as_of: int, notes: list[str]
) -> tuple[str, dict[str, float], dict[str, dict[str, float]]]:
    """Return the currency, the amounts in it, and amounts by currency where there is no single one."""
    # Nothing is nothing in every currency.
    codes = {code for amounts in known.values() for code, amount in amounts.items() if amount or code}
    base = rules.base
    if base and rules.rates and codes - {base}:
        converted = {account: rules.rates.converted(amounts, base, as_of) for account, amounts in known.items()}
        notes.append(rules.rates.sentence(codes - {base, ""}, base, as_of))
        if left := [account for account, amount in converted.items() if amount is None]:
            without = sorted(code or "no currency" for code in codes if rules.rates.factor(code, base, as_of) is None)
            notes.append(
                f"What {format_count(len(left), 'account')} pay is not known: there is no rate on or before {date_of(as_of)} "
                f"for {', '.join(without)}."
            )
        return base, {account: amount for account, amount in converted.items() if amount is not None}, {}
    if len(codes) <= 1:
        code = next(iter(codes), "") or rules.currency
        return code, {account: sum(amounts.values()) for account, amounts in known.items()}, {}
    names = ", ".join(code or "no currency" for code in sorted(codes))
    notes.append(
        f"Amounts are in several currencies ({names}) and are not added. With a table of rates they are converted."
    )
    single = next((code for code in sorted(codes) if code), "")
    return "", {}, {
        account: {code or (single if not amount else code): amount for code, amount in amounts.items()}
        for account, amounts in known.items()
    }  # fmt: skip


def _overlap_notes(
    counted: Mapping[str, Sequence[Subscription]],
    by_account: Mapping[str, Sequence[Subscription]],
    as_of: int,
    grace: int,
    rules: MoneyRules,
) -> list[str]:
    """Say which terms count, where the choice makes a difference."""
    other = ADD if rules.overlap == REPLACE else REPLACE
    differing = sum(
        len(begun) > 1 and len(counted[account]) != len(counted_terms(begun, as_of, grace, other))
        for account, begun in by_account.items()
    )
    if not differing:
        return []
    treated = (
        "are added"
        if rules.overlap == ADD
        else "replace each other: the newest counts, and the newest of other products"
    )
    return [f"Running terms without ids of {format_count(differing, 'account')} overlap, and {treated}."]


def _interval_notes(
    intervals: set[str], known: Mapping[str, dict[str, float]], sums: Mapping[str, dict[str, float] | None]
) -> list[str]:
    if "" not in intervals or len(intervals) == 1:
        return []
    missing = format_count(len(sums) - len(known), "account")
    return [
        f"Some terms have no billing interval; what {missing} pay is therefore, or for want of an amount, not known."
    ]


@dataclass(frozen=True, slots=True)
class OverlapTotals:
    """Both readings of overlapping terms without ids: the ``accounts`` that have some, and the totals as of a day."""

    accounts: int
    added: str
    replaced: str
    as_of: str


def overlap_totals(terms: Sequence[Subscription], rules: MoneyRules) -> OverlapTotals | None:
    """Return what all accounts pay if overlapping terms are added, and if they replace each other; None without such terms.

    The day is the one after the newest start of a term. Totals are in words, with currency and period.
    """
    accounts = undecided_overlaps(terms)
    if not accounts:
        return None
    day = max(term.start_day for term in terms) + 1
    readings = []
    for overlap in (ADD, REPLACE):
        chosen = MoneyRules(rules.column, overlap, rules.interval, rules.currency, rules.base, rules.rates)
        paid = revenue(terms, day, rules=chosen)
        readings.append(paid.words(paid.total({term.account_id for term in terms})) or "nothing known")
    return OverlapTotals(len(accounts), readings[0], readings[1], str(date_of(day)))
