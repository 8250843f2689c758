from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from needsseg.accounts import AccountProfile, StackFiles, build, guess_mapping, load_rules, read_header
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.behaviour import Behaviour, behaviour
from needsseg.accounts.tiers.event_meanings import meanings_of
from needsseg.accounts.tiers.profile import deciding_label
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import TableError, UsageError
from needsseg.records import Label
from tests.fixtures.accounts.stack import AS_OF, CONFIRMED, EVENTS, Row, article, ingested_rows, made_events
from tests.fixtures.requirements import needs
from tests.fixtures.samples import DATA
from tests.fixtures.wording.accounts import (
    ARTICLE_SENTENCE,
    NEED_UNKNOWN,
    NO_PARQUET,
    NO_USE,
    NOT_COMPUTED,
    SIZE_UNKNOWN,
    STAGE_UNKNOWN,
    UNCONFIRMED,
    USE_UNKNOWN,
)
from tests.fixtures.wording.matching import refuses, says

DATA = DATA / "accounts"


def counted_by_hand(rows: list[Row], tz: str) -> dict[str, Behaviour]:
    """The same counts in plain Python, event by event."""
    d, by_account = epoch_day(AS_OF), defaultdict(list)
    for row in rows:
        local = datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo(tz))
        if (day := epoch_day(local.date())) < d:
            by_account[row["account_id"]].append((day, row))
    known = {row["feature"] for found in by_account.values() for _, row in found} - {""}
    meanings = meanings_of(EVENTS, load_rules().events)
    result = {}
    for account_id, found in by_account.items():
        now = [(day, row) for day, row in found if day >= d - 30]
        before = [row for day, row in found if d - 60 <= day < d - 30]
        setups = [day for day, row in found if row["event"] in meanings.setup]
        firsts = [day for day, row in found if row["event"] in meanings.first_action]
        result[account_id] = Behaviour(
            account_id,
            events=len(now),
            events_previous=len(before),
            active_days=len({day for day, _ in now}),
            active_users=len({row["user_id"] for _, row in now} - {""}),
            feature_breadth=len({row["feature"] for _, row in now} - {""}),
            api_events=sum(row["platform"] == "api" for _, row in now),
            mobile_events=sum(row["platform"] in ("ios", "android") for _, row in now),
            invitations=sum(row["event"] == "invite_sent" for _, row in now),
            logins=sum(row["event"] == "login" for _, row in now),
            logins_previous=sum(row["event"] == "login" for row in before),
            core_weeks=len(
                {(d - 1 - day) // 7 for day, row in found if row["event"] in meanings.core and day >= d - 28}
            ),
            events_before=sum(day < d - 30 for day, _ in found),
            user_days=len({(row["user_id"], day) for day, row in now if row["user_id"]}),
            first_day=min(day for day, _ in found),
            last_day=max(day for day, _ in found),
            first_setup_day=min(setups, default=None),
            first_action_day=min(firsts, default=None),
            features=tuple(sorted({row["feature"] for _, row in found} - {""})),
            features_in_use=len(known),
        )
    return result


@pytest.mark.parametrize("backend", ["duckdb", "polars"])
@pytest.mark.parametrize("tz", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
def test_both_engines_count_what_a_person_would(tmp_path: Path, backend: str, tz: str) -> None:
    if backend == "polars":
        needs("polars")
    rows = made_events()
    parquet = ingested_rows("events", rows, tmp_path)
    with open_engine(backend) as engine:
        usage = behaviour(engine, parquet, epoch_day(AS_OF), load_rules().events, tz)
    assert usage.rows == counted_by_hand(rows, tz)


@pytest.mark.slow
def test_replay_order_and_chunks_change_nothing(tmp_path: Path) -> None:
    rows = made_events(600)
    accounts = ingested_rows(
        "accounts", [{"account_id": f"acc{number:02d}", "name": "N"} for number in range(25)], tmp_path
    )
    once = ingested_rows("events", rows, tmp_path, "once.csv")
    again = ingested_rows("events", [*reversed(rows), *rows[:300]], tmp_path, "again.csv")
    first, second = (build(StackFiles(accounts, events), [], AS_OF) for events in (once, again))
    assert first == second


def test_the_articles_example_in_one_sentence(tmp_path: Path) -> None:
    one, other = build(article(tmp_path), [CONFIRMED], AS_OF, version="v3")
    assert one.sentence == ARTICLE_SENTENCE
    assert (one.firmographic_tier, one.behavioral_segment, one.lifecycle_stage) == (
        "mid_market icp",
        "at_risk",
        "at_risk",
    )
    assert one.behavioral_flags == ("at_risk", "multi_workflow")
    assert (one.needs_segment_source, one.needs_segment_confidence, one.needs_segment_confirmed_by) == (
        "interview",
        0.9,
        "Dana",
    )
    assert (one.segmentation_version, one.as_of_date, one.missing) == ("v3", AS_OF, ())
    assert one.lifecycle.days_to_renewal == 31
    assert other.missing == ("firmographic", "needs", "lifecycle")
    assert says(other.sentence, SIZE_UNKNOWN, NEED_UNKNOWN, NO_USE)


def test_without_usage_and_subscriptions_the_profile_is_partial(tmp_path: Path) -> None:
    files = article(tmp_path)
    one, _ = build(StackFiles(files.accounts), [CONFIRMED], AS_OF)
    assert one.missing == ("behavioral", "lifecycle")
    assert (one.behavioral_segment, one.lifecycle_stage) == ("", "no_data")
    assert says(one.sentence, USE_UNKNOWN, STAGE_UNKNOWN)


@pytest.mark.slow
def test_an_unconfirmed_label_is_said_to_be_unconfirmed(tmp_path: Path) -> None:
    one, _ = build(article(tmp_path), [Label("a1", "coordination", "assigned", 0.7)], AS_OF)
    assert one.needs_segment_confirmed_by == ""
    assert says(one.sentence, "coordination", UNCONFIRMED)


@pytest.mark.slow
def test_events_on_the_date_do_not_count_and_the_zone_decides_which_day_it_is(tmp_path: Path) -> None:
    accounts = ingested_rows("accounts", [{"account_id": "a", "name": "A"}], tmp_path)
    stamps = ("2026-06-30T23:30:00Z", "2026-07-01T03:30:00Z", "2026-07-01T00:00:00Z")
    events = ingested_rows(
        "events", [{"account_id": "a", "event": "login", "timestamp": stamp} for stamp in stamps], tmp_path
    )

    def count(tz: str) -> int:
        (one,) = build(StackFiles(accounts, events), [], AS_OF, tz)
        assert one.behaviour is not None
        return one.behaviour.events

    assert (count("UTC"), count("America/New_York"), count("Europe/Berlin")) == (1, 3, 0)


@pytest.mark.slow
def test_rows_and_labels_of_merged_records_count_for_the_survivor(tmp_path: Path) -> None:
    here = DATA / "salesforce_accounts.csv"
    accounts = ingest("accounts", here, guess_mapping("accounts", read_header(here)), tmp_path / "stack").parquet
    survivor, gone = "001A0000006Vm9rIAC", "001A0000006Vm9s"
    rows: list[Row] = [
        {"account_id": key, "user_id": "u1", "event": "task_created", "timestamp": "2026-06-20T10:00:00Z"}
        for key in (survivor, survivor[:15], gone)
    ]
    events = ingested_rows("events", rows, tmp_path)
    terms = ingested_rows("subscriptions", [{"account_id": gone, "start_date": "2026-01-01", "plan": "Pro"}], tmp_path)
    labels = [Label("001A0000006Vm9sIAC", "Reporter", "survey", 0.8)]
    for backend in ("duckdb", "polars"):
        profile: AccountProfile = build(StackFiles(accounts, events, terms), labels, AS_OF, backend=backend)[0]
        assert profile.account_id == survivor
        assert profile.behaviour is not None
        assert (profile.behaviour.events, profile.behaviour.active_users) == (3, 1)
        assert (profile.needs_segment, profile.lifecycle.plan) == ("Reporter", "Pro")


def test_sources_of_labels_are_never_mixed_silently() -> None:
    interview, survey = Label("a", "Builder", "interview", 0.6, "Dana"), Label("a", "Reporter", "survey", 0.99, "Dana")
    assert deciding_label([survey, interview]) == (interview, ("Reporter",))
    unconfirmed = Label("a", "Builder", "interview", 0.99)
    assert deciding_label([unconfirmed, survey]) == (survey, ("Builder",))
    tied = Label("a", "Coordinator", "interview", 0.6, "Lee")
    assert deciding_label([interview, tied]) == (None, ("Builder", "Coordinator"))
    assert deciding_label([]) == (None, ())


def test_a_missing_file_an_unknown_engine_and_an_unknown_zone_are_plain_errors(tmp_path: Path) -> None:
    with refuses(TableError, "gone.parquet", NO_PARQUET):
        build(StackFiles(tmp_path / "gone.parquet"), [], AS_OF)
    with refuses(UsageError, "sparkle", "duckdb, polars, spark"):
        build(StackFiles(tmp_path / "gone.parquet"), [], AS_OF, backend="sparkle")
    with refuses(UsageError, "Nowhere", "Europe/Berlin"):
        build(StackFiles(tmp_path / "gone.parquet"), [], AS_OF, tz="Nowhere")
    (tmp_path / "no.parquet").write_text("text")
    with refuses(TableError, "no.parquet", NOT_COMPUTED):
        build(StackFiles(tmp_path / "no.parquet"), [], AS_OF)


def test_importing_the_rooms_loads_no_engine() -> None:
    heavy = "duckdb polars narwhals tldextract rapidfuzz"
    code = (
        "import sys, needsseg.accounts, needsseg.playbook, needsseg.survey, needsseg.validation, needsseg.exchange; "
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_accounts_without_usage(tmp_path: Path) -> None:
    names = {"accounts": "na_regions.csv", "subscriptions": "na_region_subscriptions.csv"}
    files = {
        kind: ingest(kind, DATA / name, guess_mapping(kind, read_header(DATA / name)), tmp_path).parquet
        for kind, name in names.items()
    }
    made = build(StackFiles(files["accounts"], None, files["subscriptions"]), [], date(2026, 7, 1))
    assert sum(profile.firmographic.region == "North America" for profile in made) == 19
    with (DATA / names["subscriptions"]).open(newline="", encoding="utf-8") as stream:
        gone = {row["account_id"] for row in csv.DictReader(stream) if "" < row["end_date"][:10] < "2026-06-24"}
    assert len(gone) == 5, "terms that ended on, before and after the last day of grace are among the 40"
    assert {profile.account_id for profile in made if profile.lifecycle_stage == "churned"} == gone
    assert {profile.behavioral_segment for profile in made} == {""}
    assert [profile.account_id for profile in made] == sorted(profile.account_id for profile in made)
