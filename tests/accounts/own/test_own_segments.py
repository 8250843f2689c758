"""The segments of an own column, and conditions on it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.own.columns import OwnColumn, find_column
from needsseg.accounts.own.conditions import checked_columns, read_conditions, read_filter
from needsseg.accounts.own.segments import MISSING, MOST_VALUES, OTHER, segments_of_column
from needsseg.accounts.tiers.firmographic import IcpRule, firmographic, load_icp
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import UsageError
from needsseg.playbook.interventions import load_rules
from needsseg.playbook.trigger_rules import load_trigger_rules
from needsseg.records import Account
from needsseg.settings import read_toml

TEXT, NUMBER, DATE, FLAG = (
    OwnColumn(name, name, f"own_{n}", name) for n, name in enumerate(("text", "number", "date", "flag"))
)  # type: ignore[arg-type]
AS_OF = date(2026, 7, 1)


def named(*values: object) -> dict[str, object]:
    return {f"a{number}": value for number, value in enumerate(values)}


def test_texts_are_their_values_in_any_case_and_the_rarest_are_other() -> None:
    few = segments_of_column(TEXT, {"a": "EMEA", "b": "emea", "c": "EMEA ", "d": "APAC"})
    assert (few.scale, few.of("b"), few.of("nobody")) == (("EMEA", "APAC"), "EMEA", MISSING)
    values = [f"v{n}" for n in range(MOST_VALUES) for _ in range(2)] + ["rare", "rarer"]
    many = segments_of_column(TEXT, named(*values))  # type: ignore[arg-type]
    assert len(many.scale) == MOST_VALUES + 1
    assert many.scale[-1] == many.of("a24") == many.of("a25") == OTHER


def test_flags_are_yes_and_no() -> None:
    assert segments_of_column(FLAG, {"a": True, "b": False}).by_account == {"a": "yes", "b": "no"}


def test_numbers_are_bands_at_rounded_quartiles() -> None:
    segments = segments_of_column(NUMBER, named(*range(1, 1001)))  # type: ignore[arg-type]
    assert segments.scale == ("below 250", "250 to below 500", "500 to below 750", "750 and more")
    assert segments_of_column(NUMBER, named(1, 2, 2, 3)).scale == ("1", "2", "3")  # type: ignore[arg-type]


@given(st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=60))
def test_every_number_is_in_one_band_and_bands_are_in_order(numbers: list[float]) -> None:
    segments = segments_of_column(NUMBER, named(*numbers))  # type: ignore[arg-type]
    assert 1 <= len(segments.scale) <= 4
    assert len(set(segments.scale)) == len(segments.scale)
    places = [
        segments.scale.index(segments.by_account[id_]) for id_, _ in sorted(named(*numbers).items(), key=lambda x: x[1])
    ]  # type: ignore[arg-type, return-value]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("days", "scale"),
    [
        (["2026-01-05", "2026-08-01"], ("2026 Q1", "2026 Q3")),
        (["2019-01-05", "2026-08-01"], ("2019", "2026")),
        ([f"{year}-01-01" for year in range(1950, 2026)], tuple(f"{decade}s" for decade in range(1950, 2030, 10))),
    ],
)
def test_dates_are_quarters_years_or_decades(days: list[str], scale: tuple[str, ...]) -> None:
    assert segments_of_column(DATE, named(*(epoch_day(date.fromisoformat(day)) for day in days))).scale == scale  # type: ignore[arg-type]


def test_a_name_is_found_in_any_case_unless_several_are_meant() -> None:
    columns = [
        OwnColumn("Team", "Team", "own_1"),
        OwnColumn("team", "team", "own_2"),
        OwnColumn("Plan B", "Plan B", "own_3"),
    ]
    assert find_column(columns, "team") == columns[1]
    assert find_column(columns, "column:plan b") == columns[2]
    with pytest.raises(UsageError, match="Team, team"):
        find_column(columns, "TEAM")


CONDITIONS = """
[column]
text = ["EMEA", "apac"]
number = { at_least = 5, at_most = 9 }
date = { within_days = 90 }
flag = true
"""


def test_conditions_hold_for_values_within_them(tmp_path: Path) -> None:
    file = tmp_path / "icp.toml"
    file.write_text(CONDITIONS, encoding="utf-8")
    text, number, day, flag = read_conditions(file, read_toml(file)["column"])
    checked_columns((text, number, day, flag), (TEXT, NUMBER, DATE, FLAG))
    assert (text.holds("Emea", AS_OF), text.holds("x", AS_OF), text.holds(None, AS_OF)) == (True, False, None)
    assert [number.holds(value, AS_OF) for value in (4.9, 5.0, 9.0, 9.1)] == [False, True, True, False]
    days = [epoch_day(AS_OF) + offset for offset in (-1, 0, 90, 91)]
    assert [day.holds(value, AS_OF) for value in days] == [False, True, True, False]
    assert (flag.holds(True, AS_OF), flag.holds(False, AS_OF)) == (True, False)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("Gone = 1", r"icp.toml, line 4: the accounts have no column 'Gone'"),
        ("number = true", r"line 4: column 'number' is kept as number, and is compared as flag"),
        ("text = { over = 3 }", r"line 4: column 'text' has no comparison 'over'"),
        ("date = { within_days = -1 }", r"line 4: column 'date': within_days is not a whole number"),
        ('number = { at_least = "x" }', r"line 4: column 'number' has bounds"),
        ('text = ["a", 1]', r"line 4: column 'text' has no value that can be compared"),
        ("text = []", r"line 4: column 'text' has no value"),
    ],
)
def test_a_condition_that_cannot_be_is_named_with_file_and_line(tmp_path: Path, condition: str, message: str) -> None:
    file = tmp_path / "icp.toml"
    file.write_text(f"sizes = []\n# text date number Gone\n[column]\n{condition}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        checked_columns(load_icp(file).columns, (TEXT, NUMBER, DATE, FLAG))


def test_the_icp_asks_for_own_columns_and_is_unknown_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / "icp.toml"
    file.write_text("[column]\nflag = true\n", encoding="utf-8")
    rule = load_icp(file)
    account = Account("a", "Firm", "", "240", "", "", "", "", "")
    fits = [firmographic(account, rule, own, AS_OF).icp for own in ({"flag": True}, {"flag": False}, {})]
    assert fits == [True, False, None]
    assert firmographic(account, IcpRule(sizes=("small",), columns=rule.columns), {}, AS_OF).icp is False


def test_rules_of_actions_and_triggers_read_conditions_on_columns(tmp_path: Path) -> None:
    actions, fired = tmp_path / "interventions.toml", tmp_path / "triggers.toml"
    actions.write_text(
        '[[rule]]\nid = "x"\naction = "Call"\n[rule.when]\ncolumn."Contract end" = { within_days = 90 }\n',
        encoding="utf-8",
    )
    fired.write_text("[below_weekly]\ncolumn.flag = true\n", encoding="utf-8")
    (rule,) = load_rules(actions).rules
    assert [condition.in_words for condition in rule.columns] == ["Contract end is within 90 days"]
    assert rule.columns[0].place.endswith("line 5: rule x")
    rules = load_trigger_rules(fired)
    assert rules.holds_for("below_weekly", {"flag": True}, AS_OF)
    assert not rules.holds_for("below_weekly", {}, AS_OF)
    assert rules.holds_for("team_growth", {}, AS_OF)


ODD = (OwnColumn("a=b", "a=b", "own_1", "text"), OwnColumn("a", "a", "own_2", "text"), NUMBER, DATE, FLAG)


@pytest.mark.parametrize(
    ("text", "value", "segment", "fits"),
    [
        ("a=b=c", "c", "c", True),
        ("a=c", "C", "C", True),
        ("a!=c", "c", "c", False),
        ("number>=5", 5.0, "x", True),
        ("number<1,000", 999.0, "x", True),
        ("number = 40 to below 60", 50.0, "40 to below 60", True),
        ("date<2026-07-01", float(epoch_day(AS_OF - timedelta(1))), "x", True),
        ("date=2026-07-01", float(epoch_day(AS_OF)), "x", True),
        ("flag=no", False, "no", True),
        ("number=unknown", None, MISSING, True),
        ("number>=5", None, MISSING, False),
        ("column:number > 4", 5.0, "x", True),
    ],
)
def test_filters_are_read_as_they_are_written(text: str, value: object, segment: str, fits: bool) -> None:
    assert read_filter(text, ODD).fits(value, segment) is fits  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "is no filter"),
        ("Gone=1", "no column 'Gone'"),
        ("number>=x", "not a number"),
        ("date>1", "not a date"),
        ("a>1", "has no order"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_filter(text, ODD)
