"""An account opened, roll-ups, patterns and rules from the command line, and each thing that can be wrong with them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from needsseg.accounts.engines import engine
from needsseg.accounts.tiers.patterns import patterns
from needsseg.cli.accounts.account_page import sparkline
from tests.fixtures.accounts.behaviours import planted_behaviours
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.accounts import (
    ALL_ACTIVE,
    HIGH_API_SHARE,
    NO_EVENTS,
    NO_PATTERNS,
    NOT_ARR,
    NOT_KNOWN,
    ROLLUP_BY_ITSELF,
    USE_BY_WEEK,
)
from tests.fixtures.wording.common import NO_SUCH, NO_SUCH_FOLDER, UNREADABLE
from tests.fixtures.wording.exchange import HOLDS_NO_ROLLUP, WROTE
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.playbook import NEVER_USED
from tests.fixtures.wording.segments import NO_SEGMENT_CALLED

pytest_plugins = ["tests.fixtures.cli_calls"]
ACCOUNTS = SAMPLE / "accounts"
DAY = ("--as-of", "2026-07-01")


@pytest.fixture
def sourced(sourced: Caller) -> Caller:
    """With the segment confirmed, as in ``used``."""
    sourced.done("segment", "confirm", "Minder", "--by", "Dana")
    return sourced


def account_of(caller: Caller, participant: str) -> str:
    rows = caller.done("accounts", "matches", "--json").json
    return str(next(row["account_id"] for row in rows if row["participant"] == participant))


def test_one_account_shows_who_said_what_behind_its_label(used: Caller) -> None:
    id_ = account_of(used, "ines-carvalho")
    page = used.done("account", id_, *DAY, "--json").json
    assert page["profile"]["account_id"] == id_
    assert page["profile"]["behavioral_flags"][0] == page["profile"]["behavioral_segment"]
    (label,) = page["labels"]
    assert (label["segment"], label["source"], label["confirmed_by"]) == ("Minder", "interview", "Dana")
    assert [one["interviews"] for one in page["participants"]] == [["ines-carvalho"]]
    assert len(page["quotes"]) == 4
    text = used.done("show", "ines-carvalho", "--json").json["text"]
    assert all(text[quote["start"] : quote["end"]] == quote["quote"] for quote in page["quotes"])
    assert {len(values) for values in page["series"].values()} == {12}
    behaviour = page["profile"]["behaviour"]
    assert sum(page["series"]["events"][-4:]) <= behaviour["events"] <= sum(page["series"]["events"][-5:])
    fired = used.done("triggers", *DAY, "--account", id_, "--since", "2026-04-08", "--json").json
    assert [one["id"] for one in page["triggers"]] == [one["id"] for one in fired]
    assert sum(term["running"] for term in page["terms"]) <= len(page["terms"])


def test_the_page_reads_well_and_takes_a_name(used: Caller) -> None:
    id_ = account_of(used, "ines-carvalho")
    name = used.done("account", id_, *DAY, "--json").json["profile"]["name"]
    by_id, by_name = used.done("account", id_, *DAY).out, used.done("account", name.upper(), *DAY).out
    assert by_id == by_name
    assert says(by_id, USE_BY_WEEK, "12 weeks")
    for heading in ("Lifecycle", "Need", "Recommended"):
        assert f"\n{heading}\n" in by_id
    assert says(by_id, "Minder", "interview", "confidence 1.00", "Dana")
    assert any(block in by_id for block in "▂▃▄▅▆▇█")
    for action in used.done("account", id_, *DAY, "--json").json["profile"]["actions"]:
        assert f"→ {action['text']}\n    rule {action['rule']}: {'; '.join(action['evidence'])}" in by_id


def test_without_usage_there_are_no_weeks_and_no_patterns(sourced: Caller) -> None:
    id_ = account_of(sourced, "ines-carvalho")
    assert sourced.done("account", id_, *DAY, "--json").json["series"] is None
    assert says(sourced.done("account", id_, *DAY).out, NOT_KNOWN, "behavioral")
    called = sourced("patterns", *DAY)
    assert called.code == 1 and says(called.err.splitlines()[0], "error:", NO_EVENTS)


def test_an_account_nobody_knows_is_answered_with_those_near_it(sourced: Caller) -> None:
    called = sourced("account", "ninefold", *DAY)
    assert called.code == 1
    error, hint = called.err.splitlines()
    assert says(error, "error:", NO_SUCH, "account", "ninefold") and hint.startswith("hint: ") and "0015f" in hint
    assert says(sourced("account", "A-1", *DAY).err, "needsseg profile")


def test_sparklines_never_show_something_as_nothing() -> None:
    assert sparkline((0, 1, 500, 1000)) == "▁▂▅█"
    assert sparkline((0, 0)) == "▁▁"
    assert sparkline(()) == ""


def test_a_roll_up_counts_every_account_and_says_what_it_knows_of_money(used: Caller) -> None:
    made = used.done("rollup", *DAY, "--json").json
    assert (made["rows_of"], made["by"]) == ("needs_segment", "size")
    assert made["columns"] == ["small", "mid_market", "enterprise", "unknown"]
    assert sum(row["total"]["accounts"] for row in made["rows"]) == made["total"]["accounts"] == 390
    minder = made["rows"][0]
    assert (minder["name"], minder["confirmed"], minder["labelled"], minder["total"]["small"]) == ("Minder", 1, 1, True)
    assert (made["arr_known"], made["total"]["arr"]) == (False, None)
    called = used.done("rollup", *DAY, "--rows", "lifecycle", "--by", "plan", "--who")
    assert says(called.err, NOT_ARR)
    assert says(called.out.splitlines()[0], "no plan")
    assert called.out.count("0015f") == 390
    twice = used("rollup", *DAY, "--rows", "needs", "--by", "needs")
    assert twice.code == 2 and says(twice.err, ROLLUP_BY_ITSELF)
    assert used("rollup", *DAY, "--by", "mood").code == 2


def test_a_roll_up_is_written_a_line_a_cell(used: Caller, tmp_path: Path) -> None:
    out = tmp_path / "by size.csv"
    called = used.done("rollup", *DAY, "--out", out, "--json")
    made = called.json
    assert says(called.err, WROTE, out)
    lines = list(csv.DictReader(out.open(encoding="utf-8")))
    assert len(lines) == (len(made["rows"]) + 1) * (len(made["columns"]) + 1)
    by_place = {(line["needs_segment"], line["size"]): line for line in lines}
    for row in made["rows"]:
        for column, cell in row["cells"].items():
            line = by_place[row["name"], column]
            assert (line["as_of"], int(line["accounts"])) == ("2026-07-01", cell["accounts"])
            assert line["amount"] == ("" if cell["amount"] is None else str(cell["amount"]))
            assert line["small"] == ("yes" if cell["small"] else "no")
        assert by_place[row["name"], ""]["confirmed"] == str(row["confirmed"])
    assert int(by_place["", ""]["accounts"]) == made["total"]["accounts"]
    used.done("rollup", *DAY, "--out", out)
    other = tmp_path / "notes.csv"
    other.write_text("mine\n", encoding="utf-8")
    refused = used("rollup", *DAY, "--out", other)
    assert refused.code == 1 and says(refused.err, "notes.csv", HOLDS_NO_ROLLUP)
    assert other.read_text(encoding="utf-8") == "mine\n"
    used.done("rollup", *DAY, "--out", other, "--force")
    wrong = used("rollup", *DAY, "--out", tmp_path / "x.xlsx")
    assert wrong.code == 2 and says(wrong.err, "roll-ups", "CSV")
    assert says(used("rollup", *DAY, "--out", tmp_path / "gone" / "x.csv").err, NO_SUCH_FOLDER)


def test_an_account_can_be_shown_under_pseudonyms(used: Caller) -> None:
    id_ = account_of(used, "ines-carvalho")
    plain, covered = (used.done("account", id_, *DAY, *how, "--json").json for how in ((), ("--pseudonyms",)))
    said = json.dumps(covered).casefold()
    assert "ines" not in said.replace("business", "") and "carvalho" not in said
    assert plain["profile"]["name"].casefold() not in said
    assert covered["participants"][0]["name"].startswith("Participant ")
    places = [(quote["passage"], quote["start"], quote["end"]) for quote in plain["quotes"]]
    assert [(quote["passage"], quote["start"], quote["end"]) for quote in covered["quotes"]] == places
    listed = {row["id"]: row["quote"] for row in used.done("passages", "--pseudonyms", "--json").json}
    assert all(listed[quote["passage"]] == quote["quote"] for quote in covered["quotes"])


def test_every_computation_runs_on_the_engine_asked_for(
    used: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = account_of(used, "ines-carvalho")
    backlog = tmp_path / "backlog.csv"
    backlog.write_text("feature,segments,impact,confidence,effort\nOne view,Minder,2,80%,3\n", encoding="utf-8")
    calls: list[tuple[object, ...]] = [
        ("triggers", *DAY),
        ("rollup", *DAY),
        ("patterns", *DAY),
        ("account", id_, *DAY),
        ("rice", backlog, *DAY),
        ("validate", *DAY, "--since", "2025-09-01", "--by", "behavioral"),
    ]
    for call in calls:
        on_polars = used.done(*call, "--engine", "polars", "--json")
        monkeypatch.setattr(engine, "_duckdb", _refused)
        assert used(*call, "--json").code == 1
        monkeypatch.undo()
        assert on_polars.json == used.done(*call, "--json").json
        wrong = used(*call, "--engine", "sparkle")
        assert wrong.code == 2 and says(wrong.err, "sparkle", "engine", "duckdb")
        monkeypatch.setenv("NEEDSSEG_ENGINE", "sparkle")
        assert says(used(*call).err, "sparkle", "engine", "duckdb")
        monkeypatch.undo()


def _refused(*_: object) -> None:
    raise RuntimeError("not this one")


def test_the_samples_usage_has_no_patterns_and_that_is_said(used: Caller) -> None:
    called = used.done("patterns", *DAY, "--json")
    assert (called.json["active"], called.json["patterns"], called.json["clouds"]) == (337, [], None)
    assert says(called.err, NO_PATTERNS)


RULE = '[[rule]]\nid = "call"\naction = "Call about {needs_segment}"\n[rule.when]\nneeds_segment = "Minder"\n'


def test_the_rules_in_force_and_their_file(sourced: Caller, tmp_path: Path) -> None:
    shipped = sourced.done("rules", "--json").json
    assert shipped["shipped"] is True
    assert [rule["id"] for rule in shipped["rules"]][:3] == ["check-in", "unused-feature", "renewal-risk"]
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "interventions.toml").write_text(RULE)
    (tmp_path / "needsseg.toml").write_text('prompts = "words"\n')
    own = sourced.done("rules", "--json").json
    assert (own["shipped"], own["file"], len(own["rules"])) == (
        False,
        str(tmp_path / "words" / "interventions.toml"),
        1,
    )
    page = sourced.done("account", account_of(sourced, "ines-carvalho"), *DAY, "--json").json
    assert [action["text"] for action in page["profile"]["actions"]] == ["Call about Minder"]


def test_an_edited_file_is_tried_before_it_is_in_force(used: Caller, tmp_path: Path) -> None:
    edited = tmp_path / "edited.toml"
    edited.write_text(RULE.replace("Minder", "Mender") + '[serves]\nMinder = ["timeline", "time line"]\n')
    called = used.done("rules", "check", edited)
    assert says(called.err, "rule call", NO_SEGMENT_CALLED, "Mender")
    assert says(called.err, "[serves] Minder", NEVER_USED, "time line")
    assert "“timeline”" not in called.err
    assert json.loads(used.done("rules", "check", edited, "--json").out)["rules"][0]["id"] == "call"
    edited.write_text(RULE.replace("needs_segment =", "lifecycle_stage ="))
    wrong = used("rules", "check", edited)
    assert wrong.code == 2
    assert says(wrong.err, edited, "line 5", "rule call", "lifecycle_stage", "Minder")
    assert says(used("rules", "check", tmp_path / "none.toml").err, UNREADABLE)


def test_what_the_events_lack_is_unknown_on_the_page(empty: Caller, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("account_id,name\na1,Lindenhof\n")
    events = "".join(f"a1,task_created,2026-06-{day:02d}\n" for day in range(1, 9))
    (tmp_path / "usage.csv").write_text(f"account_id,event,timestamp\n{events}")
    for name in ("crm", "usage"):
        empty.done("accounts", "import", tmp_path / f"{name}.csv")
    page = empty.done("account", "a1", *DAY).out
    assert says(page, "8 events on 8 days", "the events have no user ids, features, platform, login events")
    for zero in ("users  ", "logins  ", "features  ", "API 0%", "0 invitations", "0 users"):
        assert zero not in page
    (row,) = empty.done("profile", *DAY, "--json").json
    assert {row["behaviour"][name] for name in row["unknown_signals"]} == {None, "unknown"}
    assert row["behaviour"]["events"] == 8 and row["behavioral_segment"] == "light"


def test_the_definitions_in_force_have_the_numbers_of_the_files(sourced: Caller, tmp_path: Path) -> None:
    rows = sourced.done("rules", "definitions", "--json").json
    assert [row["name"] for row in rows if row["tier"] == "lifecycle"][:3] == ["churned", "at_risk", "expanded"]
    assert next(row["name"] for row in rows if row["tier"] == "behavioral") == "inactive"
    assert {row["name"] for row in rows if row["tier"] == "trigger"} == {
        "unused_feature",
        "below_weekly",
        "team_growth",
    }
    (tmp_path / "words").mkdir()
    (tmp_path / "needsseg.toml").write_text('prompts = "words"\n')
    own = tmp_path / "words" / "lifecycle.toml"
    own.write_text('order = ["at_risk", "churned", "expanded", "engaged", "activated"]\n[expanded]\ndays = 45\n')
    changed = sourced.done("rules", "definitions")
    assert says(changed.out, "45 days") and says(changed.err, own)
    assert sourced.done("rules", "definitions", "--json").json[0]["name"] == "at_risk"
    assert says(sourced.done("rules", "check", own).err, own)
    own.write_text("[expanded]\ndays = 0\n")
    for wrong in (sourced("rules", "check", own), sourced("profile", *DAY)):
        assert wrong.code == 2 and says(wrong.err, own, "line 2", "days = 0", "1 to 3,650")


def test_patterns_are_printed_with_what_sets_them_apart(used: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    found = patterns(planted_behaviours())
    monkeypatch.setattr("needsseg.actions.accounts.patterns.patterns", lambda *_: found)
    called = used.done("patterns", *DAY)
    assert says(called.err, "110 accounts", "2 patterns", 0) and called.err.count("\n") == 1
    assert called.out.count(HIGH_API_SHARE) == 2
    assert says(called.out, "technical 50")
    assert says(called.out, "30 days")
    assert says(called.out.splitlines()[3], ALL_ACTIVE)
