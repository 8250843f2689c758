"""import with a preview, with choices, and over folders that hold more than transcripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]

TALK = "Interviewer: Where does the rope go?\n\nAnna: Under the bench, since nobody looks there.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "anna.txt").write_text(TALK, encoding="utf-8")
    return folder


def test_a_preview_prints_speakers_and_writes_nothing(empty: Caller, folder: Path) -> None:
    (folder / "ben.txt").write_text("We only came for the boat.\n", encoding="utf-8")
    called = empty.done("import", folder, "--preview")
    assert "✓ anna.txt  (text; 1 interview)" in called.out and "! ben.txt" in called.out
    assert "Anna (participant), 7 words in 1 turn: “Under the bench," in called.out
    assert says(called.err, "Would import 2 interviews", "Nothing was written")
    printed = empty.done("import", folder, "--preview", "--json").json
    assert [file["state"] for file in printed["files"]] == ["clean", "doubtful"]
    assert set(printed["files"][0]["interviews"][0]) >= {"speakers", "words_by_kind", "left_out", "suspicions"}
    assert empty.done("interviews", "--json").json == [] and empty.done("history", "--json").json == []


def test_a_preview_names_what_would_be_refused(empty: Caller, folder: Path) -> None:
    (folder / "empty.vtt").write_bytes(b"")
    called = empty("import", folder, folder / "missing.txt", "--preview")
    assert called.code == 3 and says(called.err, "refused: empty.vtt", "missing.txt: does not exist")


def test_a_folder_of_talk_and_pictures_is_done_and_one_with_recordings_partly(empty: Caller, folder: Path) -> None:
    for name in ("a.png", "Thumbs.db", "README.md"):
        (folder / name).write_bytes(b"x")
    called = empty.done("import", folder)
    assert called.out == "anna\n" and says(called.err, "Left alone 3 files that hold no talk", "README.md")
    assert len([line for line in called.err.splitlines() if "Left alone" in line]) == 1
    (folder / "call.wav").write_bytes(b"x")
    (folder / "old.doc").write_bytes(b"x")
    again = empty("import", folder, "--json")
    assert again.code == 3 and says(again.err, "refused: call.wav", "transcribed", "refused: old.doc", ".docx")
    assert [one["file"] for one in again.json["passed_over"]] == ["call.wav", "old.doc"]
    assert again.json["unchanged"] == ["anna.txt"] and again.json["refused"] == []


def test_choices_on_the_command_line_hold_and_are_remembered(empty: Caller, folder: Path) -> None:
    empty.done("import", folder, "--role", "Interviewer=other", "--layout", "text")
    (folder / "ben.txt").write_text(TALK.replace("Anna", "Ben").replace("rope", "oar"), encoding="utf-8")
    called = empty.done("import", folder)
    assert says(called.err, "read as chosen before for such files", "layout text", "Interviewer", "other")
    roles = {
        row["interview"]: row["role"] for row in empty.done("speakers", "--json").json if row["label"] == "Interviewer"
    }
    assert roles == {"anna": "other", "ben": "other"}
    (folder / "cy.txt").write_text(TALK.replace("Anna", "Cy").replace("rope", "sail"), encoding="utf-8")
    assert "chosen before" not in empty.done("import", folder, "--ignore-remembered").err


def test_a_file_is_skipped(empty: Caller, folder: Path) -> None:
    (folder / "ben.txt").write_text(TALK.replace("Anna", "Ben"), encoding="utf-8")
    assert empty.done("import", folder, "--skip", folder / "anna.txt").out == "ben\n"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--layout", "cassette"], "cassette"),
        (["--label-pattern", "(oops"], "(oops"),
        (["--label-pattern", "(?P<words>.*)"], "speaker"),
        (["--role", "Anna=hero"], "hero"),
        (["--role", "Anna"], "LABEL=ROLE"),
        (["--column", "colour=Blue"], "colour"),
        (["--column", "words"], "WHAT=NAME"),
        (["--choices", "{}"], "preview"),
    ],
)
def test_choices_that_make_no_sense_are_wrong_usage(
    empty: Caller, folder: Path, options: list[str], named: str
) -> None:
    for more in ([], ["--preview"]):
        called = empty("import", folder, *options, *more)
        assert called.code == 2 and named in called.err
    assert empty.done("interviews", "--json").json == []


def test_a_project_has_no_preview(empty: Caller, tmp_path: Path) -> None:
    (tmp_path / "a.qdpx").write_bytes(b"")
    assert empty("import", tmp_path / "a.qdpx", "--preview").code == 2


def test_words_by_kind_are_printed_for_import_and_interviews(empty: Caller, folder: Path) -> None:
    counts = empty.done("import", folder, "--json").json["words_by_kind"]["anna"]
    assert empty.done("interviews", "--json").json[0]["words_by_kind"] == counts
    assert empty.done("show", "anna", "--json").json["words_by_kind"] == counts


def test_a_refused_file_names_the_option_that_reads_it(empty: Caller, folder: Path) -> None:
    above = "We sat in the room behind the oven, where it is warm, and we spoke of orders, lists, drivers and of bread."
    (folder / "oven.txt").write_text(f"{above}\n\n{TALK}", encoding="utf-8")
    called = empty("import", folder, "--json")
    assert called.code == 3 and "refused: oven.txt: " in called.err and "(--anyway)" in called.err
    assert [one["file"] for one in called.json["refused"]] == ["oven.txt"]
    assert set(called.json["refused"][0]) == {"file", "reason"} and "--" not in called.json["refused"][0]["reason"]
    assert empty.done("import", folder, "--anyway", "--json").json["refused"] == []
