"""Queries over usage agree with plain Python, and between engines."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.event_meanings import EventRules
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.scorecard.usage_queries import Events, FeatureUse, feature_use, users_of, weekly_use
from tests.fixtures.accounts.stack import AS_OF, ingested_rows, made_events
from tests.fixtures.requirements import needs

END = epoch_day(AS_OF)
RULES = EventRules(login=("login",), invite=("*invite*",), setup=("setup*",), core=("* created", "* exported"))
CORE = ("task_created", "report_exported")
SEGMENTS = {f"acc{number:02d}": ("Builder", "Reporter")[number % 2] for number in range(20)}
MERGED = {"acc24": "acc00"}
Row = tuple[str, int, str, str, str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested_rows("events", made_events(), tmp_path_factory.mktemp("usage"))


@pytest.fixture(params=["duckdb", "polars"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "polars":
        needs("polars")
    return str(request.param)


def rows() -> list[Row]:
    """The events before the date as account, day, event, feature, user; NULL and NA are names of features like others."""
    return [
        (
            MERGED.get(row["account_id"], row["account_id"]), epoch_day(date.fromisoformat(row["timestamp"][:10])),
            row["event"], row["feature"], row["user_id"],
        )
        for row in made_events()
        if row["timestamp"][:10] < AS_OF.isoformat()
    ]  # fmt: skip


def test_use_of_features_is_counted_by_segment(file: Path, engine: str) -> None:
    with open_engine(engine) as opened:
        found = feature_use(opened, Events(file, END, RULES, "UTC", MERGED), SEGMENTS)
    expected: dict[str, dict[str, FeatureUse]] = defaultdict(dict)
    used = [row for row in rows() if row[3] and row[0] in SEGMENTS and row[1] >= END - 90]
    for feature in {row[3] for row in used}:
        for segment in ("Builder", "Reporter"):
            own = [row for row in used if row[3] == feature and SEGMENTS[row[0]] == segment]
            recent = [row for row in own if row[1] >= END - 30]
            before = [row for row in own if END - 60 <= row[1] < END - 30]
            expected[feature][segment] = FeatureUse(
                len({row[0] for row in recent}), len({row[0] for row in own}), len(recent), len(before),
                len({(row[0], row[4]) for row in recent if row[4]}),
            )  # fmt: skip
    assert found == expected
    assert len(found) > 3


def test_accounts_that_use_a_feature_are_named(file: Path, engine: str) -> None:
    with open_engine(engine) as opened:
        found = users_of(opened, Events(file, END, RULES, "UTC", MERGED), "boards", 30)
    assert found == {row[0] for row in rows() if row[3] == "boards" and row[1] >= END - 30}


def test_weekly_use_begins_with_four_weeks_in_a_row(file: Path, engine: str) -> None:
    starts = {f"acc{number:02d}": END - 160 + number for number in range(0, 24, 2)} | {"acc01": END - 20}
    with open_engine(engine) as opened:
        found = weekly_use(opened, Events(file, END, RULES, "UTC", MERGED), starts)
    expected = {}
    for account, start in starts.items():
        days = sorted(row[1] for row in rows() if row[0] == account and row[2] in CORE and row[1] >= start)
        weeks = {(day - start) // 7 for day in days}
        runs = [w for w in sorted(weeks) if {w, w + 1, w + 2, w + 3} <= weeks and start + 7 * (w + 4) <= END]
        if runs:
            expected[account] = min(day for day in days if (day - start) // 7 == runs[0])
    assert found == expected
    assert expected
    assert "acc01" not in found


def test_nobody_to_ask_about_costs_no_query(file: Path) -> None:
    with open_engine("duckdb") as opened:
        events = Events(file, END, RULES, "UTC", {})
        assert weekly_use(opened, events, {}) == {}
        assert feature_use(opened, events, {}) == {}
