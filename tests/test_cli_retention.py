"""needsseg validate on the sample's accounts, and each question that it refuses."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from xml.dom import minidom

import pytest
from cli_calls import FILES, SAMPLE, Caller

from needsseg.cli.program import run

pytest_plugins = ["cli_calls"]
ACCOUNTS = SAMPLE / "accounts"
AS_OF = ("--as-of", "2026-07-01")
SINCE = ("--since", "2025-09-01")
NEVER = "predicts"


@pytest.fixture(scope="module")
def stacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with four interviews, two segments and all account data of the sample; to be copied."""
    study = tmp_path_factory.mktemp("stacked") / "study.db"

    def call(*args: object) -> None:
        assert run(["--study", str(study), *map(str, args)]) in (0, 3)

    call("init")
    call("import", *(SAMPLE / "transcripts" / file for file in FILES))
    for name in ("accounts.csv", "subscriptions.csv", "usage.csv.gz"):
        call("accounts", "import", ACCOUNTS / name)
    call("accounts", "participants", SAMPLE / "participants.csv")
    return study


@pytest.fixture
def needsseg(
    stacked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """The same, with segments for three of the people interviewed."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(stacked, tmp_path / "study.db")
    shutil.copytree(stacked.with_name("study.db.stack"), tmp_path / "study.db.stack")
    caller = Caller(tmp_path / "study.db", capsys)
    caller.done("segment", "make", "Minder", *caller.mark_some("ines-carvalho", 4))
    caller.done(
        "segment", "make", "Keeper", *caller.mark_some("marek-nowotny", 4), *caller.mark_some("gus-petrakis", 4)
    )
    return caller


def test_a_few_interviews_cannot_tell_and_say_what_it_would_take(needsseg: Caller) -> None:
    called = needsseg.done("validate", *AS_OF, *SINCE)
    first = called.out.splitlines()[0]
    assert first == "Cannot tell whether needs segments add anything over firmographics about who leaves."
    assert "it takes at least 10" in called.out and "more accounts that left" in called.out
    assert "segmentations tried" in called.out and "log-rank" in called.out
    assert "interview dates of" in called.err and "not confirmed by anybody" in called.err
    assert NEVER not in called.out + called.err


def test_the_figures_come_as_json_too(needsseg: Caller) -> None:
    found = needsseg.done("validate", *AS_OF, *SINCE, "--tried", 3, "--json").json
    assert found["verdict"] == "cannot tell" and found["p"] is None and found["tried"] == 3
    assert found["source"] == "interview" and found["followed"] == {"least": 296, "most": 296}
    assert found["accounts"] == sum(each["accounts"] for each in found["curves"])
    assert found["curves"][0]["steps"][0]["survival"] == 1


def test_without_interview_dates_since_is_asked_for(needsseg: Caller) -> None:
    called = needsseg("validate", *AS_OF)
    assert called.code == 2 and called.out == ""
    assert "the study holds no interview date for" in called.err and "--since DATE" in called.err


def test_interview_dates_are_taken_from_attributes(needsseg: Caller) -> None:
    people = ("ines-carvalho", "marek-nowotny", "gus-petrakis", "priyanka-rao")
    for key, when in zip(people, ("2025-08-04", "2025-08-20", "2025-09-02", "2025-08-09"), strict=True):
        needsseg.done("participant", "set", key, f"Interview date={when}")
    found = needsseg.done("validate", *AS_OF, "--json").json
    assert found["since"] is None
    assert found["followed"]["most"] == 323 and found["followed"]["least"] < 323
    assert not any("dates" in warning for warning in found["warnings"])
    called = needsseg("validate", *AS_OF, "--since", "2025-08-01")
    assert called.code == 2 and "followed from before their interview" in called.err
    needsseg.done("participant", "set", "ines-carvalho", "Interview date=in August")
    called = needsseg("validate", *AS_OF)
    assert called.code == 2 and "ines-carvalho: interview date is 'in August', which is no date" in called.err


def test_behavioral_segments_are_validated_by_what_comes_after(needsseg: Caller) -> None:
    """271 accounts, 39 of which left: enough for a forecast on accounts left out."""
    called = needsseg.done("validate", *AS_OF, *SINCE, "--by", "behavioral")
    assert "Brier" in called.out and "AUC" in called.out and "alike in size" in called.out
    assert called.out.startswith("No sign that behavioral segments add anything over firmographics")
    assert NEVER not in called.out + called.err


def test_questions_that_answer_themselves_are_refused(needsseg: Caller) -> None:
    by = ("validate", *AS_OF, *SINCE, "--by", "behavioral")
    called = needsseg(*by, "--outcome", "at-risk")
    assert called.code == 2 and "made of usage" in called.err
    called = needsseg(*by, "--features-as-of", "2025-10-01")
    assert called.code == 2 and "overlap those of the outcome" in called.err
    called = needsseg(*by, "--source", "survey")
    assert called.code == 2 and "no source to choose" in called.err
    called = needsseg("validate", *AS_OF, "--by", "behavioral")
    assert called.code == 2 and "--since DATE" in called.err
    called = needsseg("validate", *AS_OF, "--since", "2026-06-25")
    assert called.code == 2 and "no day on which leaving could be seen" in called.err
    called = needsseg("validate", *AS_OF, *SINCE, "--source", "survey")
    assert called.code == 2 and "No label comes from 'survey'" in called.err
    called = needsseg("validate", *AS_OF, "--since", "September")
    assert called.code == 2 and "'September' is not a date" in called.err


def test_needs_can_be_held_against_at_risk(needsseg: Caller) -> None:
    found = needsseg.done("validate", *AS_OF, *SINCE, "--outcome", "at-risk", "--json").json
    assert found["outcome"] == "at_risk" and found["verdict"] == "cannot tell"
    assert any("looked at once" in warning for warning in found["warnings"])


def test_curves_are_written_and_nothing_else_is_overwritten(needsseg: Caller, tmp_path: Path) -> None:
    asked = ("validate", *AS_OF, *SINCE)
    picture, table = tmp_path / "curves.svg", tmp_path / "curves.csv"
    for path in (picture, picture, table, table):
        assert f"Wrote the curves to {path}" in needsseg.done(*asked, "--curves", path).err
    assert minidom.parse(str(picture)).getElementsByTagName("desc")  # noqa: S318
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["segment"] for row in rows} == {"Minder", "Keeper"} and rows[0]["day"] == "0"
    mine = tmp_path / "mine.csv"
    mine.write_text("kept\n", encoding="utf-8")
    called = needsseg(*asked, "--curves", mine)
    assert called.code == 1 and "holds no curves" in called.err and mine.read_text(encoding="utf-8") == "kept\n"
    needsseg.done(*asked, "--curves", mine, "--force")
    assert needsseg(*asked, "--curves", "curves.pdf").code == 2
    assert needsseg(*asked, "--curves", tmp_path / "study.db.svg").code == 2
    assert "no such folder" in needsseg(*asked, "--curves", tmp_path / "nowhere" / "c.svg").err


def test_without_subscriptions_nobody_knows_who_left(empty: Caller) -> None:
    assert "no accounts yet" in empty("validate", *AS_OF, *SINCE).err
    empty.done("accounts", "import", ACCOUNTS / "accounts.csv")
    called = empty("validate", *AS_OF, *SINCE)
    assert called.code == 1 and "nobody knows who left" in called.err
    empty.done("accounts", "import", ACCOUNTS / "subscriptions.csv")
    assert "No account has a needs segment yet" in empty("validate", *AS_OF, *SINCE).err
