"""Customers with a tenure and a flag for who left: one subscription each, which began so long before a day.

The day as of which the file is true and the unit of the tenure are not in the file; a person says them once. Who left is
taken to have left on that day, since nothing says when it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from datetime import date
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import number, text
from needsseg.accounts.ingest.mapping import Mapping
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import Advice, Option, TenureUnclearError, UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNITS = ("days", "months", "years")
AS_OF, UNIT = "tenure_as_of", "tenure_unit"
QUESTIONS = (AS_OF, UNIT)
"""What a person says of a tenure; both are kept among the choices of the source."""
_LEFT = ("yes", "true", "1", "1.0", "y", "t", "churned", "churn", "left", "exited")
_STAYED = ("no", "false", "0", "0.0", "n", "f", "stayed", "active", "not churned", "existing")


def has_tenure(mapping: Mapping) -> bool:
    """Return whether subscriptions begin by a tenure, and not on a date."""
    return mapping.kind == "subscriptions" and "tenure" in mapping.columns and "start_date" not in mapping.columns


def open_questions(mapping: Mapping) -> tuple[str, ...]:
    """Return those of QUESTIONS that a tenure leaves open; the name of its column may give the unit."""
    if not has_tenure(mapping):
        return ()
    known = set(mapping.amounts) | ({UNIT} if unit_of_name(mapping.columns["tenure"]) else set())
    return tuple(question for question in QUESTIONS if question not in known)


def unit_of_name(column: str) -> str:
    """Return the unit that a column's name gives: months for tenure_months; "" for another name."""
    words = re.findall(r"[a-z]+", column.casefold())
    return next((unit for unit in UNITS if unit in words or unit.removesuffix("s") in words), "")


def checked_answers(given: MappingOf[str, str]) -> dict[str, str]:
    """Return answers to QUESTIONS as they are stored; UsageError for a day or a unit that is none."""
    answers = {}
    for question, answer in given.items():
        if question == UNIT and answer not in UNITS:
            raise UsageError(f"'{answer}' is not a unit of tenure.", f"Choose {', '.join(UNITS)}.")
        if question == AS_OF:
            try:
                answer = date.fromisoformat(answer).isoformat()
            except ValueError as error:
                raise UsageError(f"'{answer}' is not a date.", "Write it as 2026-06-30.") from error
        answers[question] = answer
    return answers


def tenure_forms(mapping: Mapping, file: str) -> dict[str, str]:
    """Return how a tenure is read: ``tenure`` is its unit and ``tenure_day`` the day, an epoch day; empty without one.

    TenureUnclearError where a person must say one of them.
    """
    if not has_tenure(mapping):
        return {}
    if questions := open_questions(mapping):
        raise TenureUnclearError(
            f"{file}: column '{mapping.columns['tenure']}' says how long somebody has been a customer, but not "
            f"{' and '.join({AS_OF: 'until which day', UNIT: 'in which unit'}[each] for each in questions)}.",
            Advice("Say the day as of which the file is true, and whether tenure is in days, months or years",
                   Option.TENURE, "."),
        )  # fmt: skip
    unit = mapping.amounts.get(UNIT) or unit_of_name(mapping.columns["tenure"])
    day = date.fromisoformat(mapping.amounts[AS_OF])
    return {
        "tenure": unit,
        "tenure_day": str(epoch_day(day)),
        "tenure_flag": "yes" if "churned" in mapping.columns else "",
    }


def tenure_parts() -> str:
    """Return SQL for the tenure as a number, and whether the customer left; NULL where a cell says neither."""
    word = "lower(trim(churned))"
    left, stayed = (", ".join(map(text, words)) for words in (_LEFT, _STAYED))
    return (
        f", {number('tenure')} AS tenure_number, "
        f"CASE WHEN {word} IN ({left}) THEN true WHEN {word} IN ({stayed}) THEN false END AS has_left"
    )


def start_day(forms: MappingOf[str, str]) -> str:
    """Return SQL for the epoch day on which a customer began; months and years are those of the calendar."""
    day = f"(DATE '1970-01-01' + {forms['tenure_day']})"
    # Beyond a few thousand the calendar ends; such rows are refused by the number itself.
    length = "least(tenure_number, 40000)::INTEGER"
    step = {
        "days": f"to_days({length})",
        "months": f"to_months(least({length}, 4000))",
        "years": f"to_years(least({length}, 300))",
    }
    return f"datediff('day', DATE '1970-01-01', ({day} - {step[forms['tenure']]})::DATE)"


def tenure_words(con: DuckDBPyConnection, forms: MappingOf[str, str], earlier: int) -> list[str]:
    """Return what a person should know of new subscriptions by tenure in ``kept``; ``earlier`` marks those of before."""
    if "tenure" not in forms:
        return []
    rows, left = con.execute("SELECT count(*), count(end_day) FROM kept WHERE file <> ?", [earlier]).fetchone() or (
        0,
        0,
    )
    day = date.fromordinal(int(forms["tenure_day"]) + date(1970, 1, 1).toordinal())
    words = [f"{format_count(rows, 'subscription')} began as many {forms['tenure']} before {day} as their tenure says."]
    if left:
        words.append(
            f"{format_count(left, 'customer')} left; nothing says when, so their subscriptions end on {day}. They count as "
            "churned once the days of grace after it have passed."
        )
    return words
