"""Weekly series agree with counting by hand, on every engine, in every zone."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from needsseg.accounts import load_rules
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.series import Series, empty_series, features_in, weekly
from needsseg.accounts.tiers.zones import epoch_day
from tests.fixtures.accounts.stack import AS_OF, Row, ingested_rows, made_events
from tests.fixtures.requirements import needs

RULES = load_rules().events


def by_hand(rows: list[Row], tz: str) -> dict[str, Series]:
    d = epoch_day(AS_OF)
    weeks: dict[str, list[list[Row]]] = defaultdict(lambda: [[] for _ in range(12)])
    for row in rows:
        day = epoch_day(datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo(tz)).date())
        if d - 84 <= day < d:
            weeks[row["account_id"]][(day - (d - 84)) // 7].append(row)
    return {
        account: Series(
            account,
            tuple(len(week) for week in found),
            tuple(len({row["user_id"] for row in week} - {""}) for week in found),
            tuple(sum(row["event"] == "login" for row in week) for week in found),
            tuple(len({row["feature"] for row in week} - {""}) for week in found),
        )
        for account, found in sorted(weeks.items())
    }


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["duckdb", "polars"])
@pytest.mark.parametrize("tz", ["UTC", "America/Los_Angeles"])
def test_both_engines_count_weeks_as_a_person_would(tmp_path: Path, backend: str, tz: str) -> None:
    if backend == "polars":
        needs("polars")
    rows = made_events(3000)
    parquet = ingested_rows("events", rows, tmp_path)
    with open_engine(backend) as engine:
        found = weekly(engine, parquet, epoch_day(AS_OF), RULES, tz)
        (one,) = weekly(engine, parquet, epoch_day(AS_OF), RULES, tz, account_id="acc07").values()
        merged = weekly(engine, parquet, epoch_day(AS_OF), RULES, tz, merged={"acc08": "acc07"}, account_id="acc07")
    expected = by_hand(rows, tz)
    assert found == expected
    assert one == expected["acc07"]
    together = [{**row, "account_id": "acc07"} if row["account_id"] == "acc08" else row for row in rows]
    assert merged == {"acc07": by_hand(together, tz)["acc07"]}


def test_a_week_ends_with_the_day_before_the_date(tmp_path: Path) -> None:
    stamps = ("2026-04-07T23:59:59Z", "2026-04-08T00:00:00Z", "2026-06-23T12:00:00Z", "2026-06-24T00:00:00Z",
              "2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z")  # fmt: skip
    rows: list[Row] = [
        {"account_id": "a", "event": "User Logged In", "feature": "boards", "timestamp": stamp} for stamp in stamps
    ]
    parquet = ingested_rows("events", rows, tmp_path)
    with open_engine() as engine:
        (found,) = weekly(engine, parquet, epoch_day(date(2026, 7, 1)), RULES).values()
        assert features_in(engine, parquet) == {"boards"}
        assert weekly(engine, parquet, epoch_day(date(2026, 1, 1)), RULES) == {}
    assert found.events == found.logins == (1, *(0,) * 9, 1, 2)
    assert found.active_users == empty_series("a").events
    assert datetime.fromisoformat(stamps[0]).tzinfo == UTC
