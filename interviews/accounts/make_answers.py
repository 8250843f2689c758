"""Make the sample study's survey answers and support tickets, from the account data that ``make_accounts.py`` made.

Run ``python interviews/accounts/make_answers.py`` after it; it needs nothing but Python and rewrites
``survey_responses.csv`` and ``tickets.csv``, the same every time. What is planted in them, and what is not, is in README.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from make_accounts import (
    AFTER_LAST,
    FIRST_DAY,
    SEED,
    Customer,
    draw_id,
    filler_customers,
    interviewed_customers,
    table,
)

FOLDER = Path(__file__).resolve().parent
RESPONSE_COLUMNS = ["account_id", "respondent", "at", "monday", "stuck", "proud", "missing", "first_hour"]
TICKET_COLUMNS = ["ticket_id", "account_id", "created_at", "text"]
QUESTIONS = RESPONSE_COLUMNS[3:]
# The options of every question in survey.toml, one a need in the order of Customer.needs, and none of these.
OPTIONS = {
    "monday": ("who_has_what", "what_depends", "what_to_tell"),
    "stuck": ("nobody_knew", "date_slipped", "numbers_differ"),
    "proud": ("no_gap", "plan_held", "page_ready"),
    "missing": ("one_list", "chain_of_tasks", "one_page"),
    "first_hour": ("invite_team", "draw_plan", "set_up_report"),
}
SIGNATURES = (("checklist", "calendar"), ("dependencies", "timeline"), ("status_page", "export_report"))
ACCOUNTS_ASKED = 205
TICKETS = 230
WORDS = tomllib.loads((FOLDER / "tickets.toml").read_text(encoding="utf-8"))


@dataclass
class Course:
    """What the tables say of one account: days with use of each feature, days with a core action, end of the last term."""

    features: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    core: set[date] = field(default_factory=set)
    last_end: date | None = None


def read(name: str) -> list[dict[str, str]]:
    content = (FOLDER / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def courses() -> dict[str, Course]:
    """The course of every account id in the tables."""
    found: dict[str, Course] = defaultdict(Course)
    for row in read("usage.csv.gz"):
        day = date.fromisoformat(row["timestamp"][:10])
        if row["feature"]:
            found[row["account_id"]].features[row["feature"]].add(day)
        if (
            row["event"].endswith(("_created", "_completed", "_exported", "comment_added"))
            and row["event"] != "setup_completed"
        ):
            found[row["account_id"]].core.add(day)
    for row in read("subscriptions.csv"):
        course, end = found[row["account_id"]], date.fromisoformat(row["end_date"])
        course.last_end = end if course.last_end is None else max(course.last_end, end)
    return found


def weekly_from(created: date, course: Course) -> int | None:
    """The day after its creation on which four weeks in a row with a core action begin; None where they never do."""
    weeks = {(day - created).days // 7: (day - created).days for day in sorted(course.core, reverse=True)}
    return next(
        (weeks[week] for week in sorted(weeks) if all(week + later in weeks for later in range(4)) and week >= 0), None
    )


def draw_need(customer: Customer, course: Course, rng: Random) -> int:
    """Draw the need that an account will speak of: its hidden mixture, tilted by what happened (see README.md)."""
    scores = [0.6 * math.log(0.05 + part) for part in customer.needs]
    recent = AFTER_LAST - timedelta(days=90)
    for need, features in enumerate(SIGNATURES):
        used = sum(any(day >= recent for day in course.features.get(name, ())) for name in features)
        scores[need] += 3.4 * (used - 1) if course.features else 0.0
    if course.last_end is not None and course.last_end < AFTER_LAST - timedelta(days=8):
        scores[2] += 3.2
    if customer.created >= FIRST_DAY and course.core:
        days = weekly_from(customer.created, course)
        if days is None or days > 21:
            scores[1] += 7.0
        elif days <= 14:
            scores[2] += 7.0
    weights = [math.exp(score) for score in scores]
    return rng.choices(range(3), weights)[0]


def asked_accounts(customers: Sequence[Customer], found: Mapping[str, Course], rng: Random) -> list[Customer]:
    """Those who answered: most of the accounts that began in the year, and a good half of the paying ones before."""
    eager = [customer for customer in customers if customer.created >= FIRST_DAY and rng.random() < 0.85]
    others = [one for one in customers if one.created < FIRST_DAY and found[one.id].last_end is not None]
    return eager + rng.sample(others, ACCOUNTS_ASKED - len(eager))


def answers(need: int, rng: Random) -> list[str]:
    """One response: mostly the option of the need, sometimes another, none of these, or nothing."""
    cells = []
    for question in QUESTIONS:
        chance = rng.random()
        other = OPTIONS[question][rng.choice([place for place in range(3) if place != need])]
        own = OPTIONS[question][need]
        cells.append(own if chance < 0.74 else other if chance < 0.87 else "none" if chance < 0.95 else "")
    return cells


def response_rows(needs: Mapping[str, int], asked: Sequence[Customer], rng: Random) -> list[list[str]]:
    """The responses in order of time: old customers were asked in June 2025, new ones in their first days."""
    rows = []
    for customer in asked:
        first = max(customer.created + timedelta(days=1), date(2025, 6, 9))
        for number in range(2 if rng.random() < 0.15 else 1):
            day = min(first + timedelta(days=rng.randrange(6 if customer.created >= FIRST_DAY else 20)),
                      AFTER_LAST - timedelta(days=1))  # fmt: skip
            if customer.created < FIRST_DAY:
                day = min(day, FIRST_DAY - timedelta(days=1))
            need = needs[customer.id] if rng.random() < 0.92 else rng.randrange(3)
            who = f"r{customer.id[10:15].lower()}{number}"
            rows.append([customer.id, who, day.isoformat(), *answers(need, rng)])
    stranger = draw_id(rng, "001")
    rows.append([stranger, "rstranger0", "2025-06-11", *answers(1, rng)])
    return sorted(rows, key=lambda row: (row[2], row[0], row[1]))


def ticket_rows(needs: Mapping[str, int], customers: Sequence[Customer], rng: Random) -> list[list[str]]:
    """Tickets in order of time: two in three about the account's need, the others about anything; as many of each need."""
    rows = []
    for _ in range(TICKETS):
        customer = rng.choice(customers)
        begin = max(FIRST_DAY, customer.created)
        day = begin + timedelta(days=rng.randrange(max(1, (AFTER_LAST - begin).days)))
        kind = rng.random()
        if kind < 0.66:
            topic = WORDS["needs"][needs[customer.id]]
            parts = [rng.choice(WORDS["openings"]), *rng.sample(topic, 2)]
        else:
            parts = [rng.choice(WORDS["openings"]), rng.choice(WORDS["anything"])]
        rows.append([customer.id, day.isoformat(), " ".join(part for part in parts if part)])
    rows.sort()
    rows.sort(key=lambda row: row[1])
    return [[f"T-{4100 + 3 * number}", *row] for number, row in enumerate(rows)]


def make() -> dict[str, bytes]:
    """Every output by its path from this folder."""
    rng = Random(SEED)
    interviewed_customers(rng)
    customers = filler_customers(rng)
    found = courses()
    own = Random(f"{SEED}/answers")
    needs = {customer.id: draw_need(customer, found[customer.id], own) for customer in customers}
    asked = asked_accounts(customers, found, own)
    return {
        "survey_responses.csv": table(RESPONSE_COLUMNS, response_rows(needs, asked, own)),
        "tickets.csv": table(TICKET_COLUMNS, ticket_rows(needs, customers, own)),
    }


def main() -> None:
    for name, content in make().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
