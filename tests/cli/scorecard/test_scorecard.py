"""The scorecard and use by segment from the command line, recomputed from the files, and each thing that can be wrong."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE

pytest_plugins = ["tests.fixtures.cli_calls"]
ACCOUNTS = SAMPLE / "accounts"
AS_OF, DAY = date(2026, 7, 1), ("--as-of", "2026-07-01")
SINCE, GRACE = AS_OF - timedelta(days=365), timedelta(days=7)


def rows(name: str) -> Iterator[dict[str, str]]:
    content = (ACCOUNTS / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return csv.DictReader(io.StringIO(text, newline=""))


@pytest.fixture(scope="module")
def survivors() -> dict[str, str]:
    """The account that each CRM id stands for."""
    return {row["Id"]: row["MasterRecordId"] or row["Id"] for row in rows("accounts.csv")}


def periods(terms: list[tuple[date, date]]) -> list[tuple[date, date]]:
    merged: list[tuple[date, date]] = []
    for start, end in sorted(terms):
        if merged and start - merged[-1][1] <= GRACE:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


@pytest.fixture(scope="module")
def paid(survivors: dict[str, str]) -> dict[str, list[tuple[date, date]]]:
    terms: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in rows("subscriptions.csv"):
        span = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])
        if span[0] < AS_OF:
            terms[survivors[row["account_id"]]].append(span)
    return {account: periods(spans) for account, spans in terms.items()}


def test_who_left_is_who_did_not_renew(used: Caller, paid: dict[str, list[tuple[date, date]]]) -> None:
    result = used.done("scorecard", *DAY, "--by", "size", "--json").json
    assert [card["name"] for card in result["segments"]] == ["small", "mid_market", "enterprise"]
    for card in result["segments"]:
        ends = [
            next(end for start, end in paid[account] if start <= SINCE <= end)
            for account in card["account_ids"]
            if any(start <= SINCE <= end for start, end in paid.get(account, []))
        ]
        left = sum(end + timedelta(days=1) <= AS_OF - GRACE for end in ends)
        figure = card["figures"]["left"]
        assert (figure["n"], round(figure["value"] * figure["n"])) == (len(ends), left)
        assert figure["low"] < figure["value"] < figure["high"]
        assert sum(card["stages"].values()) == card["accounts"] == len(card["account_ids"])
    counted = sum(card["accounts"] for card in [*result["segments"], result["none"]])
    assert counted == result["everyone"]["accounts"] == 390


def test_use_of_a_feature_is_as_in_the_file(used: Caller, survivors: dict[str, str]) -> None:
    who = set()
    for row in rows("usage.csv.gz"):
        if row["feature"] == "timeline" and date.fromisoformat(row["timestamp"][:10]) >= AS_OF - timedelta(days=90):
            who.add(survivors.get(row["account_id"]))
    card = used.done("scorecard", *DAY, "--by", "size", "--json").json
    cells = used.done("usage", *DAY, "--by", "size", "--feature", "Timeline", "--json").json
    table = used.done("usage", *DAY, "--by", "size", "--json").json
    row = next(row for row in table["rows"] if row["title"] == "timeline")
    for segment in card["segments"]:
        expected = [account for account in segment["in_use_ids"] if account in who]
        assert cells[segment["name"]]["using"] == expected
        share = next(cell["long"] for cell in row["cells"] if cell["segment"] == segment["name"])
        assert share["value"] == pytest.approx(len(expected) / len(segment["in_use_ids"]), abs=1e-4)
    assert table["rows"] == card["use"]
    assert table["compared"] == len(card["comparisons"])
    least = [
        min(cell["comparison"]["p_corrected"] for cell in row["cells"] if cell["comparison"]) for row in table["rows"]
    ]
    assert least == sorted(least), "what tells segments apart comes first"


def test_findings_come_first_and_only_where_they_stand(used: Caller) -> None:
    called = used.done("scorecard", *DAY, "--by", "size")
    assert called.out.startswith("• small accounts")
    assert "corrected for that number" in called.err
    findings = used.done("scorecard", *DAY, "--by", "size", "--json").json["findings"]
    assert findings
    assert all(one["comparison"]["p_corrected"] <= 0.025 for one in findings)
    assert {"icp"} <= set(used.done("scorecard", *DAY, "--by", "size", "--json").json["not_compared"])


def test_one_labelled_account_is_too_few_and_told_what_to_do(used: Caller) -> None:
    called = used.done("scorecard", *DAY)
    assert "too few (" in called.out
    assert "1 label, 1 from interviews" in called.err
    assert "needsseg survey build --save" in called.err
    assert "needsseg assign FILE" in called.err


def test_two_ways_are_crossed(used: Caller) -> None:
    result = used.done("scorecard", *DAY, "--by", "size", "--by", "plan", "--horizon", "90", "--json").json
    assert (result["by"], result["since"]) == (["size", "plan"], "2026-04-02")
    names = [card["name"] for card in result["segments"]]
    assert "small × Team" in names
    assert names.index("small × Team") < names.index("mid_market × Team") < names.index("enterprise × Team")


def test_it_is_written_as_a_table(used: Caller, tmp_path: Path) -> None:
    out = tmp_path / "card.csv"
    result = used.done("scorecard", *DAY, "--by", "region", "--json", "--out", out).json
    with out.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    by = {(line["segment"], line["figure"]): line for line in lines}
    assert len(by) == len(lines)
    figure = result["segments"][0]["figures"]["left"]
    line = by[result["segments"][0]["name"], "left"]
    assert (line["n"], line["value"], line["few"]) == (str(figure["n"]), str(figure["value"]), "no")
    assert by["(all)", "accounts"]["value"] == "390"
    used.done("scorecard", *DAY, "--by", "region", "--out", out)  # a scorecard is replaced
    out.write_text("mine", encoding="utf-8")
    refused = used("scorecard", *DAY, "--out", out)
    assert (refused.code, out.read_text(encoding="utf-8")) == (1, "mine")
    used.done("scorecard", *DAY, "--by", "region", "--out", out, "--force")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scorecard", *DAY, "--by", "colour"), "Accounts cannot be divided by 'colour'."),
        (("scorecard", *DAY, "--by", "size", "--by", "size"), "size was named twice."),
        (("scorecard", *DAY, "--by", "size", "--by", "plan", "--by", "icp"), "at most 2 can be crossed"),
        (("scorecard", *DAY, "--by", "size", "--source", "survey"), "Only needs-based labels have a source"),
        (("scorecard", *DAY, "--source", "survey"), "No label comes from 'survey'."),
        (("scorecard", *DAY, "--out", "card.txt"), "scorecards are written as CSV"),
        (("usage", *DAY, "--by", "size", "--feature", "teleport"), "No account used 'teleport' in the 90 days"),
        (("usage", *DAY, "--by", "size", "--segment", "huge"), "There is no segment 'huge'."),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(used: Caller, arguments: tuple[Any, ...], message: str) -> None:
    called = used(*arguments)
    assert called.code in (1, 2)
    assert message in called.err
    assert "hint: " in called.err


def test_without_usage_the_rest_is_shown(sourced: Caller) -> None:
    called = sourced.done("scorecard", *DAY, "--by", "size")
    assert "There is no usage" in called.err
    assert sourced("usage", *DAY, "--by", "size").code == 1
