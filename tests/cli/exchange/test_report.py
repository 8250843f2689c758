"""The report from the command line: of a whole study, of one that lacks things, and where it may not be written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.common import NO_SUCH_FOLDER
from tests.fixtures.wording.exchange import (
    AS_IN_STUDY,
    HOLDS_NO_REPORT,
    NO_ACCOUNT_DATA,
    NO_DISCOVERY_RUN,
    NO_PARTICIPANT_NAMED,
    NO_SEGMENT_YET,
    REPORT_CARRY_NEED,
    UNDECIDED,
    UNDER_PSEUDONYMS,
)
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.segments import FEW_PARTICIPANTS
from tests.fixtures.wording.validation import CANNOT_TELL

pytest_plugins = ["tests.fixtures.cli_calls"]
DAY = ("--as-of", "2026-07-01", "--since", "2025-07-01")
PEOPLE = ("Ines", "Carvalho", "Marek", "Nowotny", "ines-carvalho", "marek-nowotny", "Lindenhof", "Pulsara")


@pytest.fixture
def labelled(needsseg: Caller) -> Caller:
    """The sample's accounts, subscriptions and participants, and one confirmed segment."""
    needsseg.done("accounts", "import", SAMPLE / "accounts" / "accounts.csv")
    needsseg.done("accounts", "import", SAMPLE / "accounts" / "subscriptions.csv")
    assert needsseg("accounts", "participants", SAMPLE / "participants.csv").code == 3
    needsseg.done("segment", "make", "Minder <b>", *needsseg.mark_some("ines-carvalho", 4))
    needsseg.done("segment", "confirm", "Minder <b>", "--by", "Dana")
    return needsseg


def test_a_report_names_segments_quotes_accounts_and_what_it_cannot_say(labelled: Caller, tmp_path: Path) -> None:
    called = labelled.done("report", tmp_path / "out.md", *DAY)
    assert says(called.err, UNDER_PSEUDONYMS)
    text = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert re.search(r"### \S Minder \\<b\\>", text) and says(text, "confirmed", "Dana")
    assert says(text, "1 of 390 accounts", REPORT_CARRY_NEED, "2026-07-01")
    assert says(text, FEW_PARTICIPANTS, "1 participant") and says(text, "3 of 4 participants", UNDECIDED)
    assert "Map of passages" not in text and says(text, CANNOT_TELL)
    assert says(text, "### By size") and "Follow" not in text.split("## Who stays")[0]
    assert says(text, NO_DISCOVERY_RUN) and "SHA-256" in text
    assert "](#q1)" in text and '<a id="q1"></a>' in text


def test_people_stand_under_pseudonyms_unless_asked_for(labelled: Caller, tmp_path: Path) -> None:
    for name in ("out.md", "out.html"):
        labelled.done("report", tmp_path / name, *DAY)
        text = (tmp_path / name).read_text(encoding="utf-8").split('<script type="module">')[0]
        assert [who for who in PEOPLE if who in text] == [] and "Participant" in text
    assert says(labelled.done("report", tmp_path / "names.md", "--original", *DAY).err, AS_IN_STUDY)
    assert "ines-carvalho" in (tmp_path / "names.md").read_text(encoding="utf-8")


def test_the_same_study_gives_the_same_bytes(labelled: Caller, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        labelled.done("report", tmp_path / name, *DAY)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_without_accounts_segments_or_interviews_it_says_what_is_missing(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.done("report", tmp_path / "some.html")
    assert says((tmp_path / "some.html").read_text(encoding="utf-8"), NO_SEGMENT_YET)
    empty = tmp_path / "empty.db"
    assert needsseg("init", study=empty).code == 0
    assert needsseg("report", tmp_path / "empty.md", study=empty).code == 0
    text = (tmp_path / "empty.md").read_text(encoding="utf-8")
    assert says(text, NO_ACCOUNT_DATA) and says(text, NO_PARTICIPANT_NAMED)


def test_accounts_without_usage_need_a_day(labelled: Caller, tmp_path: Path) -> None:
    labelled.done("report", tmp_path / "out.md")
    assert says((tmp_path / "out.md").read_text(encoding="utf-8"), "a day has to be named to look from")


def test_it_replaces_a_report_and_nothing_else(labelled: Caller, tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("my own page", encoding="utf-8")
    called = labelled("report", mine, *DAY)
    assert called.code == 1 and says(called.err, "mine.html", HOLDS_NO_REPORT) and mine.read_text() == "my own page"
    labelled.done("report", mine, "--force", *DAY)
    labelled.done("report", mine, *DAY)
    assert labelled("report", labelled.study, *DAY).code == 2
    missing = labelled("report", tmp_path / "none" / "out.html", *DAY)
    assert missing.code == 1 and says(missing.err, NO_SUCH_FOLDER)


def test_a_wrong_day_is_named(labelled: Caller, tmp_path: Path) -> None:
    called = labelled("report", tmp_path / "out.html", "--as-of", "2026-02-30")
    assert called.code == 2 and "2026-02-30" in called.err and not (tmp_path / "out.html").exists()
