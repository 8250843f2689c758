"""needsseg validate on the sample's accounts, and each question that it refuses."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from xml.dom import minidom

import pytest

from needsseg.cli.program import run
from tests.fixtures.cli_calls import FILES, Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.accounts import NO_ACCOUNTS
from tests.fixtures.wording.common import NO_SUCH_FOLDER
from tests.fixtures.wording.exchange import HOLDS_NO_CURVES, WROTE
from tests.fixtures.wording.matching import mentions, says
from tests.fixtures.wording.validation import (
    ALIKE_IN_SIZE,
    AT_LEAST,
    BEFORE_INTERVIEW,
    CANNOT_TELL,
    INTERVIEW_DATES_OF,
    LOOKED_AT_ONCE,
    MADE_OF_USAGE,
    MORE_THAT_LEFT,
    NO_DAY_TO_SEE_LEAVING,
    NO_INTERVIEW_DATE,
    NO_NEEDS_YET,
    NO_SIGN,
    NO_SOURCE_TO_CHOOSE,
    NOT_CONFIRMED,
    OVERLAP_OUTCOME,
    TRIED,
    WHO_LEFT_UNKNOWN,
)

pytest_plugins = ["tests.fixtures.cli_calls"]
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
    assert says(first, CANNOT_TELL, "firmographics")
    assert says(called.out, AT_LEAST, 10) and says(called.out, MORE_THAT_LEFT)
    assert says(called.out, TRIED) and "log-rank" in called.out
    assert says(called.err, INTERVIEW_DATES_OF) and says(called.err, NOT_CONFIRMED)
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
    assert says(called.err, NO_INTERVIEW_DATE) and says(called.err, "--since DATE")


def test_interview_dates_are_taken_from_attributes(needsseg: Caller) -> None:
    people = ("ines-carvalho", "marek-nowotny", "gus-petrakis", "priyanka-rao")
    for key, when in zip(people, ("2025-08-04", "2025-08-20", "2025-09-02", "2025-08-09"), strict=True):
        needsseg.done("participant", "set", key, f"Interview date={when}")
    found = needsseg.done("validate", *AS_OF, "--json").json
    assert found["since"] is None
    assert found["followed"]["most"] == 323 and found["followed"]["least"] < 323
    assert not any("dates" in warning for warning in found["warnings"])
    called = needsseg("validate", *AS_OF, "--since", "2025-08-01")
    assert called.code == 2 and says(called.err, BEFORE_INTERVIEW)
    needsseg.done("participant", "set", "ines-carvalho", "Interview date=in August")
    called = needsseg("validate", *AS_OF)
    assert called.code == 2 and says(called.err, "ines-carvalho", "in August", "date")


def test_behavioral_segments_are_validated_by_what_comes_after(needsseg: Caller) -> None:
    """271 accounts, 39 of which left: enough for a forecast on accounts left out."""
    called = needsseg.done("validate", *AS_OF, *SINCE, "--by", "behavioral")
    assert "Brier" in called.out and "AUC" in called.out and says(called.out, ALIKE_IN_SIZE)
    assert says(called.out.splitlines()[0], NO_SIGN, "firmographics")
    assert NEVER not in called.out + called.err


def test_questions_that_answer_themselves_are_refused(needsseg: Caller) -> None:
    by = ("validate", *AS_OF, *SINCE, "--by", "behavioral")
    called = needsseg(*by, "--outcome", "at-risk")
    assert called.code == 2 and says(called.err, MADE_OF_USAGE)
    called = needsseg(*by, "--features-as-of", "2025-10-01")
    assert called.code == 2 and says(called.err, OVERLAP_OUTCOME)
    called = needsseg(*by, "--source", "survey")
    assert called.code == 2 and says(called.err, NO_SOURCE_TO_CHOOSE)
    called = needsseg("validate", *AS_OF, "--by", "behavioral")
    assert called.code == 2 and says(called.err, "--since DATE")
    called = needsseg("validate", *AS_OF, "--since", "2026-06-25")
    assert called.code == 2 and says(called.err, NO_DAY_TO_SEE_LEAVING)
    called = needsseg("validate", *AS_OF, *SINCE, "--source", "survey")
    assert called.code == 2 and says(called.err, "label", "survey")
    called = needsseg("validate", *AS_OF, "--since", "September")
    assert called.code == 2 and says(called.err, "September", "date")


def test_needs_can_be_held_against_at_risk(needsseg: Caller) -> None:
    found = needsseg.done("validate", *AS_OF, *SINCE, "--outcome", "at-risk", "--json").json
    assert found["outcome"] == "at_risk" and found["verdict"] == "cannot tell"
    assert any(mentions(warning, LOOKED_AT_ONCE) for warning in found["warnings"])


def test_curves_are_written_and_nothing_else_is_overwritten(needsseg: Caller, tmp_path: Path) -> None:
    asked = ("validate", *AS_OF, *SINCE)
    picture, table = tmp_path / "curves.svg", tmp_path / "curves.csv"
    for path in (picture, picture, table, table):
        assert says(needsseg.done(*asked, "--curves", path).err, WROTE, path)
    assert minidom.parse(str(picture)).getElementsByTagName("desc")  # noqa: S318
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["segment"] for row in rows} == {"Minder", "Keeper"} and rows[0]["day"] == "0"
    mine = tmp_path / "mine.csv"
    mine.write_text("kept\n", encoding="utf-8")
    called = needsseg(*asked, "--curves", mine)
    assert (
        called.code == 1
        and says(called.err, "mine.csv", HOLDS_NO_CURVES)
        and mine.read_text(encoding="utf-8") == "kept\n"
    )
    needsseg.done(*asked, "--curves", mine, "--force")
    assert needsseg(*asked, "--curves", "curves.pdf").code == 2
    assert needsseg(*asked, "--curves", tmp_path / "study.db.svg").code == 2
    assert says(needsseg(*asked, "--curves", tmp_path / "nowhere" / "c.svg").err, NO_SUCH_FOLDER)


def test_without_subscriptions_nobody_knows_who_left(empty: Caller) -> None:
    assert says(empty("validate", *AS_OF, *SINCE).err, NO_ACCOUNTS)
    empty.done("accounts", "import", ACCOUNTS / "accounts.csv")
    called = empty("validate", *AS_OF, *SINCE)
    assert called.code == 1 and says(called.err, WHO_LEFT_UNKNOWN)
    empty.done("accounts", "import", ACCOUNTS / "subscriptions.csv")
    assert says(empty("validate", *AS_OF, *SINCE).err, NO_NEEDS_YET)
