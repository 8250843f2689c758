"""What the engine makes of events, day by day, against the same counted in plain Python."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from needsseg.accounts import StackFiles, guess_mapping, read_header
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.stack import read_subscriptions
from needsseg.accounts.tiers.timelines import timelines, value_on
from needsseg.accounts.tiers.zones import epoch_day
from tests.fixtures.requirements import needs

AS_OF = date(2026, 5, 1)
Row = dict[str, str]


def written(kind: str, rows: list[Row], folder: Path) -> Path:
    file = folder / f"{kind}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return ingest(kind, file, guess_mapping(kind, read_header(file)), folder / "stack").parquet


def made_events(number: int = 900) -> list[Row]:
    """Events of twelve accounts on both sides of the change of clocks in March, some after the date."""
    rng = random.Random(11)
    start = datetime(2026, 1, 20, tzinfo=UTC)
    return [
        {
            "account_id": f"acc{rng.randrange(12):02d}",
            "user_id": rng.choice(["", "u1", "u2", "u3", "u4", "u5"]),
            "event": rng.choice(["login", "Signed In", "task_created"]),
            "feature": rng.choice(["", "boards", "timeline"]),
            "timestamp": (start + timedelta(seconds=rng.randrange(120 * 86_400))).isoformat(),
        }
        for _ in range(number)
    ]


@pytest.fixture
def stack(tmp_path: Path) -> tuple[StackFiles, list[Row]]:
    rows = made_events()
    accounts: list[Row] = [{"account_id": f"acc{number:02d}", "name": "N", "created_at": ""} for number in range(10)]
    accounts[3]["created_at"] = "2026-02-03"
    terms: list[Row] = [
        {"account_id": "acc01", "plan": "Team", "seats": "10", "start_date": "2026-01-01", "end_date": "2026-06-30"},
        {"account_id": "acc01", "plan": "Team", "seats": "13", "start_date": "2026-03-01", "end_date": "2026-04-10"},
        {"account_id": "acc02", "plan": "Team", "seats": "", "start_date": "2026-02-01", "end_date": "2026-02-20"},
        {"account_id": "acc02", "plan": "Team", "seats": "4", "start_date": "2026-05-01", "end_date": ""},
    ]
    files = StackFiles(
        written("accounts", accounts, tmp_path),
        written("events", rows, tmp_path),
        written("subscriptions", terms, tmp_path),
    )
    return files, rows


@pytest.mark.parametrize("backend", ["duckdb", "polars"])
@pytest.mark.parametrize("tz", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_each_day_is_as_a_person_would_count_it(stack: tuple[StackFiles, list[Row]], backend: str, tz: str) -> None:
    if backend == "polars":
        needs("polars")
    files, rows = stack
    found, end = timelines(files, AS_OF, tz, backend), epoch_day(AS_OF)
    local = [(row, epoch_day(datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo(tz)).date())) for row in rows]
    known = [(row, day) for row, day in local if day < end]
    assert (found.first_day, found.last_day) == (min(day for _, day in known), max(day for _, day in known))
    assert list(found.accounts) == [f"acc{number:02d}" for number in range(10)]
    assert set(found.login_names) == {"login", "Signed In"}
    for key, timeline in found.accounts.items():
        mine = [(row, day) for row, day in known if row["account_id"] == key]
        assert timeline.logins == tuple(sorted({day for row, day in mine if row["event"] != "task_created"}))
        features = {row["feature"] for row, _ in mine} - {""}
        assert timeline.first_use == {f: min(day for row, day in mine if row["feature"] == f) for f in features}
        assert timeline.first_event == min(day for _, day in mine)
        for day in range(found.first_day or 0, end + 1):
            users = {row["user_id"] for row, when in mine if day - 30 <= when < day} - {""}
            assert (value_on(timeline.users, day) or 0) == len(users), (key, day)
    assert found.accounts["acc03"].signup == epoch_day(date(2026, 2, 3))
    assert found.accounts["acc04"].signup == found.accounts["acc04"].first_event


def test_seats_are_those_of_the_terms_that_run(stack: tuple[StackFiles, list[Row]]) -> None:
    """Of overlapping terms the largest number counts, and a term that has ended counts through the days of grace."""
    found = timelines(stack[0], AS_OF)

    def seats(account: str, day: str) -> int | None:
        return value_on(found.accounts[account].seats, epoch_day(date.fromisoformat(day)))

    asked = ("2026-01-01", "2026-01-02", "2026-03-01", "2026-03-02", "2026-04-10", "2026-04-11")
    assert [seats("acc01", day) for day in asked] == [None, 10, 10, 13, 13, 10]
    assert [seats("acc02", day) for day in ("2026-02-10", "2026-05-01")] == [None, None]
    assert len(found.accounts["acc02"].terms) == 1


def test_events_alone_and_terms_alone(stack: tuple[StackFiles, list[Row]]) -> None:
    files, _ = stack
    without = timelines(StackFiles(files.accounts, None, files.subscriptions), AS_OF)
    assert (without.first_day, without.last_day, without.login_names) == (None, None, ())
    assert without.accounts["acc01"].signup == epoch_day(date(2026, 1, 1))
    alone = timelines(StackFiles(files.accounts, files.events), AS_OF)
    assert alone.accounts["acc01"].terms == () and alone.accounts["acc01"].logins
    before = timelines(files, date(2026, 1, 1))
    assert (before.first_day, before.last_day, before.login_names) == (None, None, ())
    assert all(each.signup is None for each in before.accounts.values())


def test_terms_that_a_caller_adds_to_are_read_as_they_were(stack: tuple[StackFiles, list[Row]]) -> None:
    files, _ = stack
    assert files.subscriptions is not None
    with open_engine("duckdb"):
        first = read_subscriptions(files.subscriptions)
        assert first
        first += first
        assert read_subscriptions(files.subscriptions) == first[: len(first) // 2]
