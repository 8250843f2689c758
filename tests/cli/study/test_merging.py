"""merge, blind, coverage and whose passages these are, on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import FILES, Caller
from tests.fixtures.wording.coding import BLIND, EVERYBODYS_MARKS, SAME_TEXT
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.study import ALONE, HOLDS_WORK_OF, NO_STUDY_AT, STUDY_ITSELF

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.fixture
def theirs(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada and Ben each mark the study of four interviews; this is Ben's."""
    copy = needsseg.study.with_name("ben.db")
    shutil.copyfile(needsseg.study, copy)
    monkeypatch.setenv("NEEDSSEG_CODER", "Ada")
    needsseg.done("code", "late", *needsseg.mark_some("ines-carvalho", 2))
    monkeypatch.setenv("NEEDSSEG_CODER", "Ben")
    other = Caller(copy, needsseg.capsys)
    other.done("code", "late", *other.mark_some("ines-carvalho", 3))
    monkeypatch.setenv("NEEDSSEG_CODER", "Ada")
    return copy


def test_merging_and_taking_it_back(needsseg: Caller, theirs: Path) -> None:
    before = needsseg.done("passages", "--json").json
    dry = needsseg.done("merge", theirs, "--dry-run", "--json").json
    assert dry["dry_run"] is True and needsseg.done("passages", "--json").json == before
    done = needsseg.done("merge", theirs)
    assert says(done.out, "ines-carvalho", SAME_TEXT)
    assert says(done.err, "merged", "4 interviews", "0 new", "2 passages", "1 added")
    rows = needsseg.done("passages", "--json").json
    assert [row["coder"] for row in rows] == ["Ada", "Ada", "Ben"]
    assert len(needsseg.done("passages", "--coder", "Ben", "--json").json) == 3
    assert len(needsseg.done("passages", "--coder", "Ada", "--json").json) == 2
    assert needsseg.done("agreement", "ines-carvalho", "--json").json["coders"] == ["Ada", "Ben"]
    assert "needsseg.db" not in needsseg.done("undo").err
    assert needsseg.done("passages", "--json").json == before


def test_what_cannot_be_merged_is_told(needsseg: Caller, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert says(needsseg("merge", needsseg.study).err, STUDY_ITSELF)
    assert needsseg("merge", needsseg.study).code == 2
    missing = needsseg("merge", "nothing.db")
    assert missing.code == 1 and says(missing.err, NO_STUDY_AT, "nothing.db")
    assert needsseg("merge").code == 2
    monkeypatch.setenv("NEEDSSEG_CODER", "Ben")
    assert says(needsseg.done("merge", theirs).err, f"ben.db {HOLDS_WORK_OF} Ben")


def test_blind_mode_is_switched_and_told(needsseg: Caller, theirs: Path) -> None:
    needsseg.done("merge", theirs)
    assert needsseg.done("blind").out == "off\n"
    assert says(needsseg.done("blind", "on").err, "Ada", BLIND)
    assert needsseg.done("blind").out == "on\n"
    assert [row["coder"] for row in needsseg.done("passages", "--json").json] == ["Ada", "Ada"]
    refused = needsseg("agreement")
    assert refused.code == 2 and says(refused.err, "needsseg blind off")
    assert needsseg.done("saturation", "--json").json["new"] == [1, 0, 0, 0], "in the order of import"
    assert needsseg.done("coverage", "--json").json["coder"] == "Ada"
    assert says(needsseg.done("blind", "off").err, EVERYBODYS_MARKS)
    assert len(needsseg.done("passages", "--json").json) == 3
    assert needsseg("blind", "perhaps").code == 2


def test_coverage_is_told_for_each_interview_and_all(needsseg: Caller, theirs: Path) -> None:
    found = needsseg.done("coverage", "--json").json
    assert [row["key"] for row in found["interviews"]] == [Path(file).stem for file in FILES], "in the order of import"
    row = found["interviews"][0]
    assert row["coded"] == row["read"] > 0 == row["skipped"] and (row["decided"], row["marked"]) == (2, 2)
    assert found["total"]["coded"] == row["coded"]
    assert 0 < found["total"]["coded_share"] < row["coded_share"] < 1
    shown = needsseg.done("coverage", "--coder", "Ben")
    assert shown.out.splitlines()[-1].split()[0] == "all" and says(shown.err, f"Ben {ALONE}")
