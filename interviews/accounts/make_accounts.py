"""Make the sample study's account data: CRM accounts, subscriptions, a year of usage, and the participants table.

Run ``python interviews/accounts/make_accounts.py``; it needs nothing but Python and ``invented.toml`` beside it, and
rewrites ``accounts.csv``, ``subscriptions.csv``, ``usage.csv.gz`` and ``../participants.csv``, the same every time.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import string
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

SEED = 20260701
FIRST_DAY, AFTER_LAST = date(2025, 7, 1), date(2026, 7, 1)
FILLER_ACCOUNTS = 372
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

ACCOUNT_COLUMNS = [
    "Id",
    "IsDeleted",
    "MasterRecordId",
    "Name",
    "Type",
    "ParentId",
    "BillingCity",
    "BillingState",
    "BillingCountry",
    "Website",
    "Industry",
    "AnnualRevenue",
    "NumberOfEmployees",
    "CreatedDate",
    "OwnerId",
]
USAGE_COLUMNS = ["event_id", "account_id", "user_id", "event", "feature", "platform", "timestamp"]
SUBSCRIPTION_COLUMNS = ["account_id", "plan", "seats", "amount", "start_date", "end_date", "renewal_date"]
PARTICIPANT_COLUMNS = ["file", "participant", "email", "company", "crm_id", "job_title", "industry", "plan"]

INVENTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "invented.toml").read_text(encoding="utf-8"))
MERGED_ID = {person["participant"] for person in INVENTED["people"] if person["id"] == "merged"}
PRICES = {"Team": 96, "Business": 180, "Enterprise": 288}
WEEKDAYS = (0.2, 0.2, 0.2, 0.19, 0.15, 0.03, 0.03)
COURSES = {"steady": 66, "growing": 12, "declining": 7, "quiet": 2, "new": 9, "never": 7, "mobile": 3, "api": 3}


@dataclass
class Customer:
    """One account as the generator knows it; ``needs`` and ``course`` are in no output."""

    id: str
    row: dict[str, str]
    rng: Random
    needs: tuple[float, float, float]
    employees: int
    created: date
    plan: str
    seats: int
    course: str
    hours: int
    ended: date | None = None
    former_id: str = ""
    participant: str = ""


def with_suffix(id15: str) -> str:
    """The 18-character form of a Salesforce id: three check characters tell which of the 15 are capitals."""
    letters = string.ascii_uppercase + "012345"
    groups = (id15[start : start + 5] for start in (0, 5, 10))
    return id15 + "".join(letters[sum(char.isupper() << bit for bit, char in enumerate(group))] for group in groups)


def draw_id(rng: Random, prefix: str) -> str:
    return with_suffix(prefix + "5f00000" + "".join(rng.choices(BASE62, k=5)))


def draw_needs(rng: Random) -> tuple[float, float, float]:
    parts = [rng.gammavariate(0.6, 1.0) + 1e-9 for _ in range(3)]
    return parts[0] / sum(parts), parts[1] / sum(parts), parts[2] / sum(parts)


def draw_created(rng: Random, course: str) -> date:
    if course == "new":
        return date(2026, 5, 3) + timedelta(days=rng.randrange(50))
    if course == "never":
        return date(2025, 7, 10) + timedelta(days=rng.randrange(290))
    return date(2021, 6, 1) + timedelta(days=int(1730 * rng.random() ** 0.8))


def interviewed_customers(rng: Random) -> list[Customer]:
    """The accounts of the interviewed companies, and one more that shares a web domain with one of them."""
    plans = {person["participant"]: person["plan"] for person in INVENTED["people"]}
    countries = {country["code"]: country for country in INVENTED["countries"]}
    customers = []
    for company in INVENTED["companies"]:
        own = Random(f"{SEED}/{company['name']}")
        country = countries[company["country"]]
        row = account_row(draw_id(rng, "001"), company, country["spellings"][0])
        row |= {"AnnualRevenue": company["revenue"], "NumberOfEmployees": company["employees"]}
        customers.append(
            Customer(
                id=row["Id"],
                row=row,
                rng=own,
                needs=draw_needs(own),
                employees=int(company["employees"].replace(",", "")),
                created=date.fromisoformat(company["created"]),
                plan=plans.get(company["participant"], "Team"),
                seats=company["seats"],
                course=company["course"],
                hours=country["hours"],
                participant=company["participant"],
            )
        )
    return customers


def account_row(id18: str, company: dict[str, Any], country: str) -> dict[str, str]:
    """A row of the CRM export without size, revenue and dates."""
    place = (company.get("city", ""), company.get("state", ""), country, company.get("website", ""))
    values = (id18, "false", "", company["name"], "Customer - Direct", "", *place, company.get("industry", ""))
    return dict(zip(ACCOUNT_COLUMNS, (*values, "", "", "", ""), strict=True))


def filler_customers(rng: Random) -> list[Customer]:
    stems = [head + tail for head in INVENTED["stem_heads"] for tail in INVENTED["stem_tails"]]
    rng.shuffle(stems)
    return [filler_customer(rng, stem) for stem in stems[:FILLER_ACCOUNTS]]


def filler_customer(rng: Random, stem: str) -> Customer:
    """An invented account with its firmographics, before the CRM's mess is laid over it."""
    own = Random(f"{SEED}/{stem}")
    country = own.choices(INVENTED["countries"], [country["weight"] for country in INVENTED["countries"]])[0]
    industry, words = own.choice(list(INVENTED["industries"].items()))
    name = f"{stem} {own.choice(words)}"
    city, state = own.choice(country["cities"])
    site = f"{name.lower().replace(' ', '-')}.{country['ending']}"
    site = own.choice(("https://www.", "https://www.", "https://", "www.", "", "http://")) + site
    employees = min(9000, max(2, round(own.lognormvariate(4.1, 1.7))))
    company = {
        "name": f"{name} {own.choice(country['forms'])}" if own.random() < 0.8 else name,
        "city": city,
        "state": state,
        "website": site + own.choice(("", "", "/")),
        "industry": industry,
    }
    row = account_row(draw_id(rng, "001"), company, own.choice(country["spellings"]))
    revenue = int(employees * own.uniform(4, 24)) * 10_000
    row |= {"NumberOfEmployees": str(employees), "AnnualRevenue": str(revenue)}
    course = own.choices(list(COURSES), list(COURSES.values()))[0]
    seats = min(320, max(3, round(employees ** own.uniform(0.5, 0.9))))
    rank = math.log10(seats) + own.gauss(0, 0.4)
    plan = "Enterprise" if rank > 1.85 else "Business" if rank > 1.25 else "Team"
    return Customer(
        id=row["Id"],
        row=row,
        rng=own,
        needs=draw_needs(own),
        employees=employees,
        created=draw_created(own, course),
        plan="Free" if seats < 9 and own.random() < 0.45 else plan,
        seats=seats,
        course=course,
        hours=country["hours"],
    )


def lay_mess(customers: Sequence[Customer], rng: Random) -> None:
    """Blank, respell and reformat fields of the filler accounts the way CRM exports do."""
    for customer in customers:
        row = customer.row
        for column, share in (
            ("Website", 0.07),
            ("Industry", 0.07),
            ("BillingCountry", 0.04),
            ("BillingCity", 0.08),
            ("AnnualRevenue", 0.22),
            ("NumberOfEmployees", 0.08),
            ("Type", 0.05),
        ):
            if rng.random() < share:
                row[column] = ""
        if row["NumberOfEmployees"] and customer.employees >= 1000 and rng.random() < 0.6:
            row["NumberOfEmployees"] = f"{customer.employees:,}"
        if row["NumberOfEmployees"] and rng.random() < 0.03:
            row["NumberOfEmployees"] = rng.choice(("0", "51-200", "n/a", "11-50"))
        if row["AnnualRevenue"] and rng.random() < 0.06:
            millions = float(row["AnnualRevenue"]) / 1e6
            row["AnnualRevenue"] = rng.choice((f"{millions:.1f}M", f"{millions * 1e6:,.0f}", "0"))
        if rng.random() < 0.03:
            row["Name"] = rng.choice((row["Name"].upper(), row["Name"] + " ", row["Name"].replace(" ", "  ", 1)))
        if customer.course == "never" and customer.plan == "Free":
            row["Type"] = "Prospect"
    for child, parent in zip(rng.sample(range(0, len(customers), 2), 7), range(1, 15, 2), strict=True):
        customers[child].row["ParentId"] = customers[parent].id


def stamp(rng: Random, day: date) -> str:
    second = rng.randrange(8 * 3600, 18 * 3600)
    return f"{day.isoformat()}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000Z"


def crm_rows(customers: Sequence[Customer], merged: Sequence[Customer], rng: Random) -> list[dict[str, str]]:
    """Rows of the CRM export by Id: living accounts, losers of merges (``former_id`` is set), deleted leftovers."""
    owners = [draw_id(rng, "005") for _ in range(6)]
    rows = []
    for customer in customers:
        customer.row |= {"CreatedDate": stamp(rng, customer.created), "OwnerId": rng.choice(owners)}
        rows.append(customer.row)
    for customer in merged:
        customer.former_id = draw_id(rng, "001")
        loser = {"Id": customer.former_id, "IsDeleted": "true", "MasterRecordId": customer.id, "AnnualRevenue": ""}
        rows.append(customer.row | loser | {"Name": customer.row["Name"].split(",")[0] + " (duplicate)"})
    for number in range(6):
        row = account_row(draw_id(rng, "001"), {"name": f"Test Account {number + 1} - do not use"}, "")
        day = date(2024, 1, 1) + timedelta(days=rng.randrange(600))
        rows.append(row | {"IsDeleted": "true", "CreatedDate": stamp(rng, day), "OwnerId": rng.choice(owners)})
    return sorted(rows, key=lambda row: row["Id"])


def churn_chance(customer: Customer) -> float:
    """Chance that a renewal is declined: fit counts a little, company size a little, luck a lot."""
    coordinating, building, reporting = customer.needs
    fit = 0.7 * coordinating + 0.25 * building - 0.6 * reporting
    size = math.log10(customer.employees / 60)
    score = -1.2 - 1.4 * fit - 0.3 * size + 0.3 * (customer.plan == "Team") + customer.rng.gauss(0, 0.8)
    return 1 / (1 + math.exp(-score))


def subscription(customer: Customer, start: date, end: date, renewed: bool) -> dict[str, str]:
    price = PRICES[customer.plan] * (1 - 0.06 * math.log10(customer.seats))
    amount = f"{customer.seats * price:.2f}" if customer.rng.random() > 0.03 else ""
    renewal = (end + timedelta(days=1)).isoformat() if renewed or customer.rng.random() < 0.3 else ""
    values = (customer.id, customer.plan, str(customer.seats), amount, start.isoformat(), end.isoformat(), renewal)
    return dict(zip(SUBSCRIPTION_COLUMNS, values, strict=True))


def year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28))


def subscriptions(customer: Customer) -> Iterator[dict[str, str]]:
    """Yearly terms of one account, oldest first; sets ``ended`` where the account did not renew."""
    rng = customer.rng
    if customer.plan == "Free" or (customer.course == "never" and rng.random() < 0.5):
        return
    # Nobody interviews a customer who left long ago: of the interviewed only those set to churn leave, in May 2026.
    must_stay = customer.course not in ("steady", "never", "churned") or bool(customer.participant)
    start = customer.created + timedelta(days=14)
    if customer.course == "churned":
        start = start.replace(month=5, day=rng.randrange(2, 29))
    while start < AFTER_LAST:
        end = year_after(start) - timedelta(days=1)
        due = FIRST_DAY <= end < AFTER_LAST - timedelta(days=8)
        leaves = due and (
            (customer.course == "churned" and end.year == 2026)
            or (not must_stay and rng.random() < churn_chance(customer))
        )
        upgrade = end - timedelta(days=rng.randrange(20, 200))
        if upgrade >= AFTER_LAST - timedelta(days=3):
            upgrade = AFTER_LAST - timedelta(days=rng.randrange(5, 60))
        current = end >= AFTER_LAST and customer.course == "growing"
        upgrades = upgrade > start + timedelta(days=20) and (current or rng.random() < 0.05)
        # Some upgrades leave the old row open, so that two rows overlap; both are true in such exports.
        closed = upgrade - timedelta(days=1) if upgrades and rng.random() < 0.55 else end
        yield subscription(customer, start, closed, renewed=not leaves)
        if upgrades:
            customer.seats = math.ceil(customer.seats * rng.uniform(1.3, 1.8))
            if customer.plan == "Team" and not customer.participant and rng.random() < 0.4:
                customer.plan = "Business"
            yield subscription(customer, upgrade, end, renewed=not leaves)
        if leaves:
            customer.ended = end
            return
        late = rng.random()
        gap = 0 if late > 0.16 else rng.randrange(1, 7) if late > 0.03 else rng.randrange(12, 45)
        start = end + timedelta(days=1 + gap)


def tempo(customer: Customer, day: date) -> float:
    """How busy the account is on a day, against its usual: seasons, and the course it takes."""
    busy = 0.35 if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 2) else 1.0
    if day.month == 8 and customer.hours in (0, 1):
        busy *= 0.75
    left = (AFTER_LAST - day).days
    if customer.ended is not None:
        remaining = (customer.ended - day).days
        return 0.0 if remaining < 0 else busy * min(1.0, 0.15 + remaining / 80)
    if customer.course == "growing":
        return busy * (1 + 0.8 * max(0.0, 1 - left / 130))
    if customer.course == "declining":
        return busy * (1.0 if left > 31 else 0.25 + 0.3 * left / 31)
    if customer.course == "quiet":
        return busy * (1.0 if left > 11 else 0.0)
    return busy


@dataclass(frozen=True)
class Habits:
    """How one account uses the product, drawn once."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    joined: tuple[date, ...]
    users: tuple[str, ...]
    mobile: float
    sessions: float


def habits(customer: Customer, numbers: Iterator[int]) -> Habits:
    """Features are shifted by the hidden needs only mildly; the account's own taste weighs as much."""
    rng = customer.rng
    weights = {}
    for feature, use in INVENTED["features"].items():
        odds = zip(customer.needs, use["odds"], strict=True)
        shift = math.exp(sum(part * math.log(ratio) for part, ratio in odds))
        base = use["weight"]
        weights[feature] = base * shift * rng.lognormvariate(0, 0.35) * (rng.random() < 0.78 or base > 10)
    if customer.course == "mobile":
        weights |= {"api_call": 0.0, "mobile_view": 12.0}
    if customer.course == "api":
        weights["api_call"] = 1.6 * sum(weights.values())
    team = min(22, max(2, round(customer.seats * rng.uniform(0.25, 0.7))))
    late = math.ceil(team * 0.35) if customer.course == "growing" else rng.randrange(2)
    begin = max(FIRST_DAY, customer.created)
    span = (AFTER_LAST - begin).days
    soon = rng.choice((28, 100))
    joined = [begin] * (team - late) + [
        AFTER_LAST - timedelta(days=rng.randrange(1, min(soon, span))) for _ in range(late)
    ]
    return Habits(
        features=tuple(weights),
        weights=tuple(weights.values()),
        joined=tuple(joined),
        users=tuple(f"u{next(numbers):05d}" for _ in joined),
        mobile=1.0 if customer.course == "mobile" else rng.betavariate(1.2, 5),
        sessions=(0.8 + 0.235 * team**0.75) * rng.lognormvariate(0, 0.35),
    )


Event = tuple[int, str, str, str, str, str]


def session(customer: Customer, habit: Habits, day: date, user: int) -> Iterator[Event]:
    """One sitting of one user: a login and some actions, as (epoch second, account, user, event, feature, platform)."""
    rng = customer.rng
    who = habit.users[user]
    second = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - customer.hours * 3600
    second += int(min(max(rng.gauss(12.7, 2.9), 6), 21) * 3600) + rng.randrange(60)
    phone = "ios" if int(who[1:]) % 5 < 3 else "android"
    platform = phone if rng.random() < habit.mobile else "web"
    yield second, customer.id, who, "login", "", platform
    if rng.random() < 0.025:
        yield second + 20, customer.id, who, "project_created", "", platform
    for feature in rng.choices(habit.features, habit.weights, k=rng.choice((1, 1, 2, 2, 3, 4))):
        second += rng.randrange(15, 900)
        use = INVENTED["features"][feature]
        event = use["logged"] if rng.random() < use["share"] else "feature_used"
        where = "api" if feature == "api_call" else phone if feature == "mobile_view" else platform
        yield second, customer.id, who, event, feature, where


def usage(customer: Customer, numbers: Iterator[int]) -> Iterator[Event]:
    """A year of events of one account; none or a few stray ones where it never got going."""
    rng = customer.rng
    habit = habits(customer, numbers)
    begin = max(FIRST_DAY, customer.created)
    if customer.course == "never":
        for _ in range(rng.randrange(4)):
            yield next(session(customer, habit, begin + timedelta(days=rng.randrange(9)), 0))
        return
    settled = begin + timedelta(days=rng.randrange(8) if customer.created > FIRST_DAY else 0)
    owed = rng.random()
    # Accounts older than the log get their setup event on the day logging began, as a back-fill would do.
    second = int(datetime(settled.year, settled.month, settled.day, 12, tzinfo=UTC).timestamp()) + rng.randrange(9999)
    yield second, customer.id, habit.users[0], "setup_completed", "", "ios" if habit.mobile == 1.0 else "web"
    for offset in range((AFTER_LAST - settled).days):
        day = settled + timedelta(days=offset)
        owed += habit.sessions * WEEKDAYS[day.weekday()] * tempo(customer, day) * rng.uniform(0.6, 1.4)
        present = [user for user, since in enumerate(habit.joined) if since <= day]
        while owed >= 1:
            owed -= 1
            yield from session(customer, habit, day, present[int(len(present) * rng.random() ** 1.7)])
        if offset and tempo(customer, day):
            for user in (user for user in present if habit.joined[user] == day):
                opening = list(session(customer, habit, day, user))
                yield (opening[0][0] - 600, customer.id, habit.users[0], "invite_sent", "", opening[0][5])
                yield from opening


def usage_rows(customers: Sequence[Customer], rng: Random) -> list[tuple[str, ...]]:
    """All events in order of time with event ids; some delivered twice, some for accounts that the CRM has not."""
    numbers = iter(range(1, 100_000))
    events = [event for customer in customers for event in usage(customer, numbers)]
    strangers = [draw_id(rng, "001") for _ in range(3)]
    events += [(event[0], rng.choice(strangers), *event[2:]) for event in rng.sample(events, 140)]
    former = {customer.id: customer.former_id for customer in customers if customer.former_id}
    first = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())
    last = int(datetime(AFTER_LAST.year, AFTER_LAST.month, AFTER_LAST.day, tzinfo=UTC).timestamp())
    rows, number = [], 0x0400_0000
    for second, account, *rest in sorted(events):
        number += rng.randrange(1, 30)
        if first <= second < last:
            # Until the CRM merged its duplicates in autumn, a third of their events came in under the old id.
            early = second < first + 100 * 86400 and account in former and rng.random() < 0.3
            when = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            rows.append((f"ev_{number:08x}", former[account] if early else account, *rest, when))
    for place in sorted(rng.sample(range(len(rows)), 160), reverse=True):
        rows.insert(min(len(rows), place + rng.randrange(1, 900)), rows[place])
    return rows


def participant_rows(customers: Sequence[Customer]) -> list[list[str]]:
    """The participants table; CRM ids as 18 characters, as 15, or the id of a record since merged away."""
    accounts = {customer.participant: customer for customer in customers}
    rows = []
    for person in INVENTED["people"]:
        account = accounts.get(person["participant"])
        forms = {"18": account.id, "15": account.id[:15], "merged": account.former_id} if account else {}
        noted = person | {"crm_id": forms.get(person["id"], "")}
        rows.append([noted[column] for column in PARTICIPANT_COLUMNS])
    return rows


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def make() -> dict[str, bytes]:
    """Every output by its path from this folder, uncompressed."""
    rng = Random(SEED)
    interviewed = interviewed_customers(rng)
    fillers = filler_customers(rng)
    lay_mess(fillers, rng)
    customers = [*interviewed, *fillers]
    merged = [customer for customer in interviewed if customer.participant in MERGED_ID] + fillers[20:24]
    accounts = crm_rows(customers, merged, rng)
    terms = [row for customer in customers for row in subscriptions(customer)]
    terms.sort(key=lambda row: (row["start_date"], row["account_id"]))
    return {
        "accounts.csv": table(ACCOUNT_COLUMNS, (list(row.values()) for row in accounts), csv.QUOTE_ALL),
        "subscriptions.csv": table(SUBSCRIPTION_COLUMNS, (list(row.values()) for row in terms)),
        "usage.csv": table(USAGE_COLUMNS, usage_rows(customers, rng)),
        "../participants.csv": table(PARTICIPANT_COLUMNS, participant_rows(interviewed)),
    }


def packed(content: bytes) -> bytes:
    """Gzip without a time or a file name, so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def main() -> None:
    folder = Path(__file__).resolve().parent
    for name, content in make().items():
        if name == "usage.csv":
            target = folder / "usage.csv.gz"
            # Another zlib packs the same content differently: a file that holds it already stays as it is.
            if not (target.exists() and gzip.decompress(target.read_bytes()) == content):
                target.write_bytes(packed(content))
        else:
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
