"""Triggers from the command line, on the sample accounts and on a few made by hand."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.accounts import NO_ACCOUNTS
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.playbook import (
    MAY_ONLY_MEAN,
    NO_EVENT_BEFORE,
    NO_USAGE,
    NOTHING_COULD_FIRE,
    WATCHED_IN_VAIN,
)

pytest_plugins = ["tests.fixtures.cli_calls"]
ACCOUNTS = SAMPLE / "accounts"


def imported(caller: Caller, folder: Path, logins: list[date], without: str = "") -> Caller:
    """Two accounts, one with logins on these days at 02:30 UTC, and seats that grow in May."""
    (folder / "crm.csv").write_text("account_id,name,created_at\na1,Lindenhof,2026-01-01\na2,Other,2026-01-01\n")
    (folder / "usage.csv").write_text(
        "event_id,account_id,user_id,event,feature,timestamp\ne0,a2,u2,opened,boards,2026-01-01T12:00:00Z\n"
        + "".join(f"l{day},a1,u1,login,,{day}T02:30:00Z\n" for day in logins)
    )
    (folder / "terms.csv").write_text(
        "account_id,plan,seats,mrr,start_date,end_date\na1,Team,10,100,2026-01-01,2026-05-09\n"
        "a1,Team,13,130,2026-05-10,2026-12-31\n"
    )
    for name, kind in (("crm", "accounts"), ("usage", "events"), ("terms", "subscriptions")):
        if name != without:
            caller.done("accounts", "import", folder / f"{name}.csv", "--kind", kind)
    return caller


def watching_boards(folder: Path) -> None:
    """Two accounts are too few to learn from what peers use, so the rules name the feature."""
    (folder / "words").mkdir()
    (folder / "needsseg.toml").write_text('prompts = "words"\n')
    (folder / "words" / "triggers.toml").write_text("[features]\nboards = {}\n")


WEEKLY = [date(2026, 3, 2) + timedelta(days=7 * week) for week in range(4)]  # the last on 23 March


def test_each_kind_is_listed_with_its_day_and_evidence(empty: Caller, tmp_path: Path) -> None:
    watching_boards(tmp_path)
    called = imported(empty, tmp_path, WEEKLY).done("triggers", "--as-of", "2026-06-01", "--json")
    assert [
        (row["kind"], row["account_id"], row["feature"], row["fired_on"], row["settled"]) for row in called.json
    ] == [
        ("unused_feature", "a1", "boards", "2026-01-15", True),
        ("below_weekly", "a1", None, "2026-03-31", False),
        ("team_growth", "a1", None, "2026-05-11", True),
    ]
    _, silent, growing = [row["evidence"] for row in called.json]
    assert says(silent, "4 weeks", "2026-03-24", "7 days", "2026-03-23")
    assert says(growing, "10 → 13 seats", "2026-04-11", "2026-05-11")
    assert {row["needs_segment"] for row in called.json} == {row["group"] for row in called.json} == {None}
    assert [(row["rank"], row["used_on"], row["peers"]) for row in called.json] == [(1, None, None)] * 3
    assert says(called.err, "warning:", "newest event", "2026-03-23", "2026-03-24", MAY_ONLY_MEAN)
    assert says(called.err, "3 triggers", "2026-06-01", "1 unused_feature", "1 below_weekly", "1 team_growth")
    assert "a1       Lindenhof" in empty.done("triggers", "--as-of", "2026-06-01").out


def test_all_triggers_are_written_to_a_file(empty: Caller, tmp_path: Path) -> None:
    caller = imported(empty, tmp_path, [date(2026, 1, 1) + timedelta(days=n) for n in range(60)])
    day = ("--as-of", "2026-05-31")
    listed = caller.done("triggers", *day, "--json").json
    assert listed
    for ending in ("csv", "jsonl"):
        path = tmp_path / f"triggers.{ending}"
        assert says(caller.done("triggers", *day, "--out", path).err, f"{len(listed)} triggers", path)
        text = path.read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines())) if ending == "csv" else list(map(json.loads, text.splitlines()))
        for row, shown in zip(rows, listed, strict=True):
            assert (row["trigger_id"], row["account_id"], row["fired_on"]) == (
                shown["id"], shown["account_id"], shown["fired_on"],
            )  # fmt: skip
            assert (row["evidence"], row["needs_segment"] or None) == (shown["evidence"], shown["needs_segment"])
        caller.done("triggers", *day, "--out", path, "--kind", "team_growth")  # an earlier table is replaced
        path.write_text("mine")
        assert says(caller("triggers", *day, "--out", path).err, path, "--force")
        assert path.read_text() == "mine"
    assert says(caller("triggers", *day, "--out", tmp_path / "t.xlsx").err, "t.xlsx", ".csv or .jsonl")
    assert caller("triggers", *day, "--out", caller.study).code != 0


def test_a_day_begins_where_the_settings_say(empty: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """02:30 UTC on 2 March is the day before in New York; clocks there change on 8 March, while the logins go on."""
    imported(empty, tmp_path, WEEKLY)
    monkeypatch.setenv("NEEDSSEG_TIMEZONE", "America/New_York")
    (row,) = empty.done("triggers", "--as-of", "2026-06-01", "--kind", "below_weekly", "--json").json
    assert row["fired_on"] == "2026-03-30" and says(row["evidence"], "2026-03-22")


def test_rows_stay_as_they_are_and_can_be_asked_for_in_part(empty: Caller, tmp_path: Path) -> None:
    watching_boards(tmp_path)
    imported(empty, tmp_path, WEEKLY)
    whole = empty.done("triggers", "--as-of", "2026-06-01", "--json").json
    assert empty.done("triggers", "--as-of", "2026-06-01", "--json").json == whole
    for day in ("2026-01-14", "2026-01-15", "2026-03-31", "2026-05-10"):
        early = empty.done("triggers", "--as-of", day, "--json").json
        keys = ("id", "kind", "fired_on", "evidence")
        assert [[row[key] for key in keys] for row in early] == [
            [row[key] for key in keys] for row in whole if row["fired_on"] <= day
        ]
    assert empty.done("triggers", "--as-of", "2026-06-01", "--kind", "team_growth", "--json").json == whole[2:]
    assert empty.done("triggers", "--as-of", "2026-06-01", "--since", "2026-03-31", "--json").json == whole[1:]
    assert empty.done("triggers", "--as-of", "2026-06-01", "--account", "a2", "--json").json == []


def test_an_edited_file_of_rules_is_used(empty: Caller, tmp_path: Path) -> None:
    imported(empty, tmp_path, WEEKLY)
    (tmp_path / "words").mkdir()
    (tmp_path / "needsseg.toml").write_text('prompts = "words"\n')
    rules = tmp_path / "words" / "triggers.toml"
    rules.write_text("[below_weekly]\nsilent_days = 10\n[features]\nganntt = {}\n")
    called = empty.done("triggers", "--as-of", "2026-06-01", "--json")
    assert [(row["kind"], row["fired_on"]) for row in called.json] == [
        ("below_weekly", "2026-04-03"), ("team_growth", "2026-05-11"),
    ]  # fmt: skip
    assert says(called.err, "ganntt", WATCHED_IN_VAIN)
    rules.write_text("[below_weekly]\nsilent = 10\n")
    wrong = empty("triggers", "--as-of", "2026-06-01")
    assert (wrong.code, wrong.out) == (2, "") and says(wrong.err, "[below_weekly]", "silent")


def test_what_is_missing_is_said(empty: Caller, tmp_path: Path) -> None:
    nothing = empty("triggers", "--as-of", "2026-06-01")
    assert nothing.code == 1 and says(nothing.err.splitlines()[0], "error:", NO_ACCOUNTS)
    (tmp_path / "crm.csv").write_text("account_id,name\na1,Lindenhof\n")
    empty.done("accounts", "import", tmp_path / "crm.csv")
    alone = empty("triggers", "--as-of", "2026-06-01")
    assert alone.code == 1 and says(alone.err.splitlines()[0], "error:", NOTHING_COULD_FIRE, "usage", "subscriptions")
    imported(empty, tmp_path, WEEKLY, without="terms")
    unknown = empty("triggers", "--as-of", "2026-06-01", "--account", "a9")
    assert unknown.code == 1 and says(unknown.err.splitlines()[0], "error:", NO_SUCH, "account", "a9")
    early = empty.done("triggers", "--as-of", "2025-01-01", "--json")
    assert early.json == [] and says(early.err, NO_EVENT_BEFORE, "2025-01-01")
    for wrong, told in (
        (["--kind", "churn"], ("churn", "--kind")),
        (["--since", "March"], ("March", "date")),
    ):
        called = empty("triggers", "--as-of", "2026-06-01", *wrong)
        assert called.code == 2 and says(called.err, *told)


def test_seats_alone_can_grow(empty: Caller, tmp_path: Path) -> None:
    imported(empty, tmp_path, WEEKLY, without="usage")
    called = empty.done("triggers", "--as-of", "2026-06-01", "--json")
    assert [row["kind"] for row in called.json] == ["team_growth"]
    assert says(called.err, NO_USAGE, "seats")


def test_the_sample_accounts(empty: Caller) -> None:
    """Checked by hand: this account has 183 seats in April and 293 from 28 May; that one last logged in on 23 June."""
    for name in ("accounts.csv", "subscriptions.csv", "usage.csv.gz"):
        upgrades_state_all_seats = ("--terms", "replace") if name.startswith("subscriptions") else ()
        empty.done("accounts", "import", ACCOUNTS / name, *upgrades_state_all_seats)
    rows = empty.done("triggers", "--as-of", "2026-07-01", "--since", "2026-05-01", "--json").json
    assert {row["kind"] for row in rows} == {"unused_feature", "below_weekly", "team_growth"}
    assert all("2026-05-01" <= row["fired_on"] <= "2026-07-01" and row["settled"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    features = [row for row in rows if row["kind"] == "unused_feature"]
    assert all(2 * row["peers_using"] >= row["peers"] >= row["peers_using"] for row in features)
    assert len({(row["account_id"], row["feature"]) for row in features}) == len(features)
    most = next(row["account_id"] for row in features if row["rank"] == 5)
    ranked = sorted((row for row in features if row["account_id"] == most), key=lambda row: row["rank"])
    order = [(row["used_on"] is not None, -row["peers_using"] / row["peers"]) for row in ranked]
    assert order == sorted(order) and [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    asked = (
        "triggers",
        "--as-of",
        "2026-07-01",
        "--since",
        "2026-05-01",
        "--kind",
        "unused_feature",
        "--account",
        most,
    )
    few, whole = empty.done(*asked), empty.done(*asked, "--all")
    assert few.out.count(most) == 3 and whole.out.count(most) == len(ranked)
    assert says(few.out, f"and {len(ranked) - 3} more of this account") and says(few.err, "Listed 3 of", "--all")
    assert "Listed" not in whole.err
    found = {(row["account_id"], row["kind"]): row for row in rows if row["kind"] != "unused_feature"}
    grown = found["0015f00000YWrbJAAT", "team_growth"]
    assert grown["fired_on"] == "2026-05-29"
    assert says(grown["evidence"], "183 → 293 seats", "2026-04-29", "2026-05-29")
    assert says(found["0015f00000ZjSXKAA3", "below_weekly"]["evidence"], "2026-06-23")
