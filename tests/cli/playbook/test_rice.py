"""A backlog scored from the command line, with what its weights rest on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from needsseg.records import Label
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.playbook import (
    ARR_IS_KNOWN,
    ENDED_LEFT_OUT,
    FEW_ACCOUNTS,
    LABELS_COVER,
    MONTHLY_OR_YEARLY,
    NO_ARR_KNOWN,
    NO_NAMED_SEGMENT,
    NO_WEIGHTED_SCORE,
)

pytest_plugins = ["tests.fixtures.cli_calls"]
ACCOUNTS = SAMPLE / "accounts"


@pytest.fixture
def worked(empty: Caller, tmp_path: Path) -> Caller:
    """The worked figures by size: 50 enterprise accounts, 800 mid-market, 150 small; 60%, 35% and 5% of the MRR."""
    with (tmp_path / "crm.csv").open("w", newline="") as crm, (tmp_path / "terms.csv").open("w", newline="") as terms:
        accounts, subscriptions = csv.writer(crm), csv.writer(terms)
        accounts.writerow(["account_id", "name", "employees"])
        subscriptions.writerow(["account_id", "plan", "mrr", "start_date", "end_date"])
        for size, count, employees, pays in (("e", 50, 900, 12_000), ("m", 800, 200, 437.5), ("s", 150, 20, 1000 / 3)):
            for number in range(count):
                accounts.writerow([f"{size}{number}", "N", employees])
                subscriptions.writerow([f"{size}{number}", "Team", pays, "2026-01-01", "2026-12-31"])
    empty.done("accounts", "import", tmp_path / "crm.csv")
    empty.done("accounts", "import", tmp_path / "terms.csv")
    (tmp_path / "backlog.csv").write_text(
        "feature,segments,impact,confidence,effort\nSingle sign-on,enterprise,1,80%,2\nTemplates,mid_market,1,0.8,2\n"
    )
    return empty


def test_use_by_segment_says_whom_a_feature_serves(empty: Caller, tmp_path: Path) -> None:
    sizes = {"e": 900, "s": 20}
    accounts = [(f"{size}{number}", size, number) for size in sizes for number in range(30)]
    (tmp_path / "crm.csv").write_text(
        "account_id,name,employees\n" + "".join(f"{key},N,{sizes[size]}\n" for key, size, _ in accounts)
    )
    (tmp_path / "terms.csv").write_text(
        "account_id,plan,mrr,start_date\n" + "".join(f"{key},Team,10,2026-01-01\n" for key, _, _ in accounts)
    )
    # Large accounts use automation, few small ones do; every second account of either size uses boards.
    uses = [(key, "Auto-mation") for key, size, number in accounts if size == "e" or number < 3]
    uses += [(key, "boards") for key, _, number in accounts if number % 2]
    (tmp_path / "usage.csv").write_text(
        "account_id,user_id,event,feature,timestamp\n"
        + "".join(f"{key},u,opened,{feature},2026-05-20T10:00:00Z\n" for key, feature in uses)
    )
    for name in ("crm", "terms", "usage"):
        empty.done("accounts", "import", tmp_path / f"{name}.csv")
    (tmp_path / "backlog.csv").write_text(
        "feature,segments,impact,confidence,effort,used as\nRules v2,enterprise,1,80%,2,automation\n"
        "Boards,small,1,0.8,2,\nSongs,small,1,0.8,2,\n"
    )
    by = ("rice", "backlog.csv", "--by", "size", "--as-of", "2026-06-01")
    rows = {row["feature"]: row["use"] for row in empty.done(*by, "--use", "--json").json}
    (finding,) = rows["Rules v2"]
    assert (finding["segment"], finding["more"]) == ("enterprise", True)
    assert says(finding["sentence"], "100%", "10%", "30 and 30 accounts")
    assert (rows["Boards"], rows["Songs"]) == ([], None)
    assert {row["use"] for row in empty.done(*by, "--json").json} == {None}
    shown = empty.done(*by, "--use").out
    assert says(shown, f"Rules v2: {finding['sentence']}", "Boards: no difference", "usage knows no feature 'Songs'")


def test_the_worked_figures(worked: Caller) -> None:
    called = worked.done("rice", "backlog.csv", "--by", "size", "--as-of", "2026-06-01", "--json")
    first, second = called.json
    assert [first[key] for key in ("feature", "reach", "plain", "plain_rank", "weighted_rank", "rank_change")] == [
        "Single sign-on", 50, 20, 2, 1, 1,
    ]  # fmt: skip
    assert [second[key] for key in ("feature", "plain", "plain_rank", "weighted_rank", "rank_change")] == [
        "Templates", 320, 1, 2, -1,
    ]  # fmt: skip
    assert (first["weighted"], second["weighted"]) == (pytest.approx(240), pytest.approx(140))
    assert first["formula"] == {
        "plain": "(enterprise 50) × 1 × 0.8 / 2 = 20.00",
        "weighted": "(enterprise 50 × 12) × 1 × 0.8 / 2 = 240.00",
        "lambda": 1.0,
    }
    (part,) = first["parts"]
    assert part["weight"] == pytest.approx(12)
    assert (part["accounts"], part["priced"], part["account_share"]) == (50, 50, 0.05)
    assert first["coverage"]["labelled"] == 1000 and first["by"] == "size" and first["as_of"] == "2026-06-01"
    assert says(called.err, "size", "1,000 of 1,000 accounts", "100%", "ARR")
    assert "warning" not in called.err


def test_plain_and_weighted_stand_side_by_side_with_the_formula(worked: Caller) -> None:
    out = worked.done("rice", "backlog.csv", "--by", "size").out
    assert ["Templates", "800", "320.00", "1", "140.00", "2", "-1"] in [line.split() for line in out.splitlines()]
    assert (
        "score = Σ reach × w^λ × impact × confidence / effort, with w = share of ARR / share of accounts; λ = 1" in out
    )
    assert ["enterprise", "50", "50", "5.0%", "60.0%", "12"] in [line.split() for line in out.splitlines()]
    one = worked.done("rice", "backlog.csv", "--by", "size", "--explain", "single SIGN-ON", "--lambda", "0.5").out
    assert says(one, "rank 2: (enterprise 50) × 1 × 0.8 / 2 = 20.00")
    assert says(one, "weighted, rank 2: (enterprise 50 × 12^0.5) × 1 × 0.8 / 2 = 69.28")
    assert says(one, "enterprise = 0.6 / 0.05 = 12", "50 of its 50 accounts")
    plain = worked.done("rice", "backlog.csv", "--by", "size", "--lambda", "0", "--json").json
    assert [row["weighted"] for row in plain] == [row["plain"] for row in plain] == [320, 20]


def test_weights_by_growth_fit_and_a_column(worked: Caller, tmp_path: Path) -> None:
    """A year before, enterprise accounts paid half, mid-market the same; the small are new since, and lost money is no growth."""
    lines = (tmp_path / "terms.csv").read_text().splitlines()
    before = []
    for line in lines[1:]:
        account, plan, pays, *_ = line.split(",")
        if account[0] in "em":
            paid = {"e": 6_000, "m": float(pays) + (99 if account == "m1" else 0)}[account[0]]
            before.append(f"{account},{plan},{paid},2025-01-01,2025-12-31")
    (tmp_path / "terms.csv").write_text("\n".join([*lines, *before]) + "\n")
    worked.done("accounts", "import", tmp_path / "terms.csv")
    asked = ("rice", "backlog.csv", "--by", "size", "--as-of", "2026-06-01", "--json")
    grown = worked.done(*asked, "--weigh-by", "growth")
    first, second = grown.json
    assert (first["feature"], first["weigh_by"], second["weighted"]) == ("Single sign-on", "growth", 0)
    (part,) = first["parts"]
    assert part["weight"] == pytest.approx(850 / 50) and part["value_share"] == 1 and part["arr_share"] is None
    assert first["coverage"]["priced"] == 850 and first["weighted"] == pytest.approx(20 * 17)
    assert says(grown.err, "2025-06-01", "850 accounts", "a loss counts as 0", "150 accounts")
    fit = worked.done(*asked, "--weigh-by", "icp").json[0]["parts"][0]
    assert fit["value_share"] == pytest.approx(800 / 850) and fit["weight"] == pytest.approx(800 / 850 / 0.8)
    column = worked.done(*asked, "--weigh-by", "employees").json[0]["parts"][0]
    assert column["value_share"] == pytest.approx(800 * 200 / (50 * 900 + 800 * 200 + 150 * 20))
    arr = worked.done(*asked).json[0]["parts"][0]
    assert arr["arr_share"] == arr["value_share"] == pytest.approx(0.6)
    wrong = worked("rice", "backlog.csv", "--by", "size", "--weigh-by", "colour")
    assert wrong.code == 2 and says(wrong.err, "colour", "arr, growth", "icp", "employees, revenue")


def test_reach_says_what_it_counts_and_is_scaled_by_the_survey(
    worked: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interviews label 3 builders; the survey 60 builders and 40 reporters among the mid-market, one of them interviewed too."""
    interviewed = [Label(f"e{n}", "Builder", "interview", 0.9, "Dana") for n in range(2)]
    interviewed.append(Label("m0", "Builder", "interview", 0.9, "Dana"))
    asked = [Label(f"m{n}", "Builder" if n < 60 else "Reporter", "survey", 0.8) for n in range(100)]
    labels = list(interviewed)
    monkeypatch.setattr("needsseg.actions.accounts.accounts.labels", lambda study, as_of=None: labels)
    monkeypatch.setattr("needsseg.actions.playbook.rice._segments", lambda *_: ["Builder", "Reporter"])
    (tmp_path / "needs.csv").write_text(
        "feature,segments,impact,confidence,effort\nA,Builder,1,1,1\nB,Reporter,1,1,1\n"
    )
    alone = worked.done("rice", "needs.csv", "--as-of", "2026-06-01", "--json")
    assert says(alone.err, "Reach counts labelled accounts", "3 by interviews")
    assert says(alone.err, "interviewed accounts alone", "Builder (3)")
    assert alone.json[0]["parts"][0]["interviewed_only"] is True
    none = worked("rice", "needs.csv", "--as-of", "2026-06-01", "--reach", "survey")
    assert none.code == 1 and says(none.err, "No account has a label from the survey", "survey route")
    labels += asked
    both = worked.done("rice", "needs.csv", "--as-of", "2026-06-01", "--json")
    first = next(row for row in both.json if row["feature"] == "A")
    assert first["reach"] == 62 and first["parts"][0]["sources"] == {"interview": 3, "survey": 59}
    assert says(both.err, "3 by interviews, 99 by the survey") and "interviewed accounts alone" not in both.err
    scaled = worked.done("rice", "needs.csv", "--as-of", "2026-06-01", "--reach", "survey", "--json")
    reaches = {row["feature"]: row["reach"] for row in scaled.json}
    assert reaches == {"A": 600, "B": 400} and {row["reach_counts"] for row in scaled.json} == {"survey"}
    assert says(scaled.err, "share of the 100 accounts labelled by the survey", "scaled to 1,000 accounts")
    counted = worked.done("rice", "needs.csv", "--as-of", "2026-06-01", "--reach", "interview", "--json").json
    assert next(row for row in counted if row["feature"] == "A")["reach"] == 3
    table = worked.done("rice", "needs.csv", "--as-of", "2026-06-01", "--reach", "survey").out
    assert ["Builder", "60", "60", "60.0%", "60.0%", "1", "600", "60", "survey"] in [
        row.split() for row in table.splitlines()
    ]
    odd = worked("rice", "needs.csv", "--by", "size", "--reach", "survey", "--as-of", "2026-06-01")
    assert odd.code == 2 and says(odd.err, "by size", "survey labels")


def test_rows_that_do_not_fit_are_refused_and_the_rest_is_scored(worked: Caller, tmp_path: Path) -> None:
    (tmp_path / "backlog.csv").write_text(
        "feature,segments,impact,confidence,effort\nA,enterprise,1,80%,2\nB,enterprize,1,0.8,2\nC,small,1,80,2\nD,small,1,1,-1\n"
    )
    called = worked("rice", "backlog.csv", "--by", "size", "--json")
    assert (called.code, [row["feature"] for row in called.json]) == (3, ["A"])
    third, fourth, fifth = [line for line in called.err.splitlines() if line.startswith("refused: ")]
    assert says(third, "backlog.csv row 3", "segments", "enterprize", NO_SUCH, "small, mid_market, enterprise")
    assert says(fourth, "backlog.csv row 4", "confidence", "80", "0 to 1", "0% to 100%")
    assert says(fifth, "backlog.csv row 5", "effort", "-1", "above 0")


def test_accounts_without_an_amount_are_told_and_not_taken_for_nothing(worked: Caller, tmp_path: Path) -> None:
    lines = (tmp_path / "terms.csv").read_text().splitlines()
    for place, line in enumerate(lines):
        account, plan, _, start, end = line.split(",")
        if account == "e0":
            lines[place] = f"{account},{plan},,{start},{end}"
        if account.startswith("s"):
            lines[place] = ""
        if account == "m0":
            lines[place] = f"{account},{plan},437.5,{start},2026-02-01"
    (tmp_path / "terms.csv").write_text("\n".join(line for line in lines if line) + "\n")
    worked.done("accounts", "import", tmp_path / "terms.csv")
    called = worked.done("rice", "backlog.csv", "--by", "size", "--as-of", "2026-06-01", "--json")
    first = called.json[0]
    (part,) = first["parts"]
    assert (part["accounts"], part["priced"]) == (50, 49)
    assert part["weight"] == pytest.approx((49 * 12_000 / (49 * 12_000 + 799 * 437.5)) / (49 / 848))
    assert first["coverage"]["left_out"] == 1
    assert says(called.err, ARR_IS_KNOWN, "848 of 999 accounts", "848 of the 999")
    assert says(called.err, 1, ENDED_LEFT_OUT)
    (tmp_path / "small.csv").write_text("feature,segments,impact,confidence,effort\nA,small,1,1,1\n")
    small = worked.done("rice", "small.csv", "--by", "size", "--as-of", "2026-06-01", "--json")
    assert (small.json[0]["plain"], small.json[0]["weighted"], small.json[0]["why"]) == (
        150,
        None,
        f"{NO_ARR_KNOWN} small",
    )
    assert says(small.err, "warning: A", NO_WEIGHTED_SCORE, NO_ARR_KNOWN, "small")
    out = worked.done("rice", "small.csv", "--by", "size", "--as-of", "2026-06-01", "--explain", "A").out
    assert says(out, "weighted", NO_ARR_KNOWN, "small")


def test_the_sample_backlog_by_plan_and_without_segments(empty: Caller, tmp_path: Path) -> None:
    for name in ("accounts.csv", "subscriptions.csv", "usage.csv.gz"):
        empty.done("accounts", "import", ACCOUNTS / name)
    unnamed = empty("rice", ACCOUNTS / "backlog.csv")
    assert unnamed.code == 1 and says(unnamed.err.splitlines()[0], "error:", NO_NAMED_SEGMENT)
    (tmp_path / "plans.csv").write_text(
        "feature,impact,confidence,effort,reach:Enterprise,reach:Team\nAudit log,1,1,1,20,5\nTheme,1,1,1,,9000\n"
    )
    called = empty.done("rice", "plans.csv", "--by", "plan", "--json")
    assert called.json[0]["as_of"] == "2026-07-01"
    weights = {part["segment"]: part["weight"] for row in called.json for part in row["parts"]}
    assert weights["Enterprise"] > 1 > weights["Team"] > 0
    assert says(called.err, "warning: Theme", 9000, 350)
    assert says(called.err, "column", "amount", MONTHLY_OR_YEARLY)


def test_the_sample_backlog_by_needs(needsseg: Caller) -> None:
    for name in ("accounts.csv", "subscriptions.csv"):
        needsseg.done("accounts", "import", ACCOUNTS / name)
    needsseg("accounts", "participants", SAMPLE / "participants.csv")
    needsseg.done("segment", "make", "Coordinator", *needsseg.mark_some("ines-carvalho", 4))
    for name in ("Builder", "Reporter"):
        needsseg.done("segment", "make", name, *needsseg.mark_some("gus-petrakis", 1))
    called = needsseg("rice", ACCOUNTS / "backlog.csv", "--as-of", "2026-07-01", "--json")
    assert len(called.json) == 8, called.err
    assert says(called.err, "accounts and") and says(called.err, LABELS_COVER)
    assert says(called.err, FEW_ACCOUNTS, "Coordinator on 1")


def test_calls_that_make_no_sense(worked: Caller) -> None:
    gone = worked("rice", "none.csv", "--by", "size")
    assert gone.code == 1 and says(gone.err.splitlines()[0], "error:", NO_SUCH, "file", "none.csv")
    steep = worked("rice", "backlog.csv", "--by", "size", "--lambda", "2")
    assert steep.code == 2 and says(steep.err.splitlines()[0], "error:", "λ = 2", 0, 1)
    assert worked("rice", "backlog.csv", "--by", "colour").code == 2
    lost = worked("rice", "backlog.csv", "--by", "size", "--explain", "Dark mode")
    assert lost.code == 1 and says(lost.err.splitlines()[0], "error:", "backlog.csv", "feature", "Dark mode")
