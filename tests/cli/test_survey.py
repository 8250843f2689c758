"""The survey from the command line, from a draft to labels of accounts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.common import UNREADABLE
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.segments import NO_CONFIRMED_SEGMENT
from tests.fixtures.wording.study import OWN_FILE
from tests.fixtures.wording.survey import HAD_ALREADY, NO_SUCH_OPTION, NO_SURVEY, NOTHING_CHANGED_IN_SURVEY

pytest_plugins = ["tests.fixtures.cli_calls"]


@pytest.fixture
def sample(
    unasked_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """The walked sample study with its segments confirmed, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(unasked_folder / "needsseg.db", tmp_path / "needsseg.db")
    shutil.copytree(unasked_folder / "needsseg.db.stack", tmp_path / "needsseg.db.stack")
    with studies.open_study(tmp_path / "needsseg.db") as study:
        for row in evidence.listing(study):
            segments.confirm(study, row.id, undecided=True)
    return Caller(tmp_path / "needsseg.db", capsys)


def test_from_a_draft_to_labels(sample: Caller, tmp_path: Path) -> None:
    drafted = sample.done("survey", "build", "--out", "draft.toml")
    assert says(drafted.err, "5 are asked") and says(drafted.err, "draft.toml")
    assert sample.done("survey", "versions", "--json").json == []
    text = (tmp_path / "draft.toml").read_text(encoding="utf-8")
    (tmp_path / "draft.toml").write_text(text.replace("run into last week?", "meet last week?"), encoding="utf-8")
    saved = sample.done("survey", "edit", "draft.toml", "--json")
    assert saved.json["to_be_worded"] > 0 and says(saved.err, "to be worded before")
    for args in (("route", "r.csv"), ("export", "spec", "no.json")):
        called = sample("survey", *args)
        assert called.code == 2 and says(called.err, "to be worded", "last_week", "builder", "needsseg survey edit")
    unknown = sample.done("survey", "accuracy", "--json").json
    assert unknown["accuracy"] is unknown["right"] is unknown["measured_on"] is None
    assert says(unknown["sentence"], "not known", "to be worded") and unknown["not_known"][0]["why"] == "to be worded"
    assert says(sample.done("survey", "show").out, "[to be worded]", "a participant said")
    sample.done("survey", "show", "--out", "draft.toml")
    text = (tmp_path / "draft.toml").read_text(encoding="utf-8")
    while 'words = ""\n' in text:
        text = text.replace('words = ""\n', f'words = "Plain words {text.count(chr(34) * 2)}"\n', 1)
    (tmp_path / "draft.toml").write_text(text, encoding="utf-8")
    saved = sample.done("survey", "edit", "draft.toml", "--json")
    assert saved.json["to_be_worded"] == 0 and saved.json["least_answers"] == 3
    version = saved.json["version"]
    assert says(saved.err, "saved", version)
    assert says(sample.done("survey", "edit", "draft.toml").err, NOTHING_CHANGED_IN_SURVEY, "version")
    shown = sample.done("survey", "show", "--json").json
    asked = [question for question in shown["questions"] if question["asked"]]
    assert any(question["words"].endswith("meet last week?") for question in asked) and shown["drift"] == []
    assert says(sample.done("survey", "accuracy").out, "18 participants", "if customers answered as they spoke")
    assert sample.done("survey", "accuracy", "--json").json["measured_on"] == "interviews"
    (tmp_path / "other.toml").write_text(text.replace("Plain words", "Other words", 1), encoding="utf-8")
    sample.done("survey", "edit", "other.toml")
    assert says(sample.done("survey", "accuracy").out, "not known", "1 option was reworded")
    sample.done("undo")
    row = ["0015f00000AbCdEAAA", "2026-05-01", *("builder" for _ in asked)]
    header = ["account_id", "date", *(question["key"] for question in asked)]
    Path("r.csv").write_text("\n".join(",".join(cells) for cells in (header, row, [*row[:2], *"xyzuv"])) + "\n")
    called = sample("survey", "route", "r.csv", "--json")
    assert called.code == 3 and says(called.err, "r.csv row 3") and says(called.err, NO_SUCH_OPTION)
    assert called.json["labelled"] == 1 and called.json["segments"] == {"Builder": 1}
    assert says(sample("survey", "route", "r.csv").err, HAD_ALREADY)
    tried = sample("survey", "try", "r.csv", "--json")
    assert [each["flow"] for each in tried.json] == ["Builder", "default"] and tried.code == 3
    for kind in ("formbricks", "typeform", "spec"):
        sample.done("survey", "export", kind, f"{kind}.json")
        assert version in json.dumps(json.loads(Path(f"{kind}.json").read_text(encoding="utf-8")))
    sample.done("survey", "export", "markdown", "sheet.md")


def test_what_cannot_be_is_said(empty: Caller, tmp_path: Path) -> None:
    for args, said in (
        (("build",), (NO_CONFIRMED_SEGMENT,)),
        (("show",), (NO_SURVEY,)),
        (("route", "r.csv"), (NO_SURVEY,)),
        (("edit", "no.toml"), ("no.toml", UNREADABLE)),
    ):
        called = empty("survey", *args)
        assert called.code in (1, 2) and says(called.err, *said), called.err
    (tmp_path / "s.toml").write_text("segments = [\n", encoding="utf-8")
    assert says(empty("survey", "edit", "s.toml").err, "s.toml", "TOML")
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe")
    assert says(empty("survey", "edit", "s.toml").err, "s.toml", "UTF-8")
    assert says(empty.done("survey", "versions").err, NO_SURVEY, "needsseg survey build --save")


def test_a_draft_never_overwrites_the_study(sample: Caller) -> None:
    called = sample("survey", "build", "--out", sample.study)
    assert called.code == 2 and says(called.err, OWN_FILE)
