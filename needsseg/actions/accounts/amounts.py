"""How the amounts of subscriptions are read: what a person chose, what is still to be chosen, and rules for what accounts pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts.ingest.money import CODES
from needsseg.accounts.tiers.intervals import INTERVALS, interval_of_name
from needsseg.accounts.tiers.rates import NO_RATES, load_rates
from needsseg.accounts.tiers.revenue import MoneyRules, OverlapTotals, overlap_totals
from needsseg.accounts.tiers.terms import ADD, REPLACE
from needsseg.errors import Advice, Fix, Option, UsageError
from needsseg.settings import load
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study
from needsseg.text import format_count

CHOICES: dict[str, tuple[str, ...]] = {
    "terms": (ADD, REPLACE),
    "interval": INTERVALS,
    "currency": CODES,
    "decimals": ("point", "comma"),
    "unit": ("cents", "whole"),
    "per": ("seat", "term"),
}
"""What can be chosen of the amounts of subscriptions. The last three say how cells are read, and need the file again."""
OF_CELLS = ("decimals", "unit", "per")


def checked_amounts(given: Mapping[str, str] | None, kind: str = "subscriptions") -> dict[str, str]:
    """Return choices of CHOICES, and answers about tenure, as they are stored.

    UsageError for one that does not exist, or for another kind of source.
    """
    choices = {name: value.strip() for name, value in (given or {}).items() if name not in room.QUESTIONS}
    answers = room.checked_answers({name: value for name, value in (given or {}).items() if name in room.QUESTIONS})
    if (choices or answers) and kind != "subscriptions":
        raise UsageError(f"{kind.capitalize()} have no amounts to choose for.", "Leave that choice out.")
    for name, value in choices.items():
        allowed = CHOICES.get(name)
        if allowed is None:
            raise UsageError(f"'{name}' cannot be chosen for amounts.", f"Choose {', '.join(CHOICES)}.")
        choices[name] = value = value.upper() if name == "currency" else value
        if value not in allowed:
            options = "an ISO code such as EUR" if name == "currency" else ", ".join(allowed)
            raise UsageError(f"'{value}' is not a valid choice of {name}.", f"Choose {options}.")
    return choices | answers


def of_cells(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that say how cells are read."""
    return {name: value for name, value in chosen.items() if name in OF_CELLS or name in room.QUESTIONS}


def overlap(study: Study) -> str:
    """Return whether the study's overlapping terms without ids are added or replace each other."""
    source = accounts.sources(study).get("subscriptions")
    return ADD if source is None else source.overlap


def stack_rules(study: Study) -> room.Rules:
    """Return the rules of the study's folder, with what was chosen for overlapping terms."""
    return replace(room.load_rules(load(study.path)), overlap=overlap(study))


def money_rules(study: Study) -> MoneyRules:
    """Return how what accounts pay is computed: from the import's choices and the settings.

    TableError where the settings name a table of rates that cannot be read.
    """
    settings = load(study.path)
    rates = load_rates(Path(settings.rates).expanduser()) if settings.rates else NO_RATES
    source = accounts.sources(study).get("subscriptions")
    if source is None:
        return MoneyRules(base=settings.currency, rates=rates)
    chosen = source.amounts or {}
    return MoneyRules(
        source.mapping.get("amount", ""), source.overlap, chosen.get("interval", ""), chosen.get("currency", ""),
        settings.currency, rates,
    )  # fmt: skip


def open_choices(
    study: Study, kind: str, terms_file: Path
) -> tuple[tuple[str, ...], OverlapTotals | None, list[str | Advice]]:
    """Return which of "terms" and "interval" are still to be chosen of what was imported, and what to say of them.

    The second is both totals of overlapping terms without ids, None without such terms.
    """
    if kind != "subscriptions":
        return (), None, []
    source = accounts.sources(study)[kind]
    chosen, column = source.amounts or {}, source.mapping.get("amount", "")
    terms = room.read_subscriptions(terms_file)
    totals = overlap_totals(terms, money_rules(study))
    asks, words = [], list[str | Advice]()
    if totals is not None:
        asks += [] if "terms" in chosen else ["terms"]
        words.append(_overlap_words(totals, source.overlap, "terms" in chosen))
    elif chosen.get("terms") == REPLACE and any(term.id for term in terms):
        words.append("No terms without ids overlap, so the choice that they replace each other changes nothing.")
    silent = any(term.amount and not term.interval and not term.trial for term in terms)
    if silent and "interval" not in chosen and not interval_of_name(column):
        asks.append("interval")
        words.append(_interval_words(column))
    return tuple(asks), totals, words


def _overlap_words(totals: OverlapTotals, terms: str, is_chosen: bool) -> str | Advice:
    accounts_words = f"Terms without ids overlap in {format_count(totals.accounts, 'account')}."
    both = f"Added, all accounts pay {totals.added}; if the newest replaces the others, {totals.replaced} ({totals.as_of})."
    if is_chosen:
        return f"{accounts_words} {both} They {'are added' if terms == ADD else 'replace each other'}, as chosen."
    return Advice(f"{accounts_words} {both} They are added. Change it: ", Fix.SET_AMOUNTS.of(terms=REPLACE), ".")


def _interval_words(column: str) -> Advice:
    return Advice(
        f"Amounts in {column} do not say whether they are paid by the month or the year, so that there is no ARR. Choose the "
        "billing interval",
        Option.INTERVAL,
        ".",
    )


def set_amounts(study: Study, given: Mapping[str, str]) -> SourceRow:
    """Choose how overlapping terms, the interval and the currency of the imported subscriptions are taken, as one step.

    Return the source. UsageError where there are no subscriptions, or for a choice about cells, which needs the file again.
    """
    chosen = checked_amounts(given)
    source = accounts.sources(study).get("subscriptions")
    if source is None:
        raise UsageError("There are no subscriptions to choose for.", Advice("Import them: ", Fix.IMPORT_ACCOUNTS))
    if needs_file := of_cells(chosen):
        raise UsageError(
            f"{' and '.join(needs_file)} say how cells are read.", "Import the file again with this choice."
        )
    amounts = (source.amounts or {"terms": source.overlap}) | chosen
    if amounts != source.amounts:
        words = ", ".join(f"{name} {value}" for name, value in chosen.items())
        with study.action("import accounts", f"amounts of subscriptions: {words}"):
            accounts.set_amounts(study, "subscriptions", amounts)
    return accounts.sources(study)["subscriptions"]
