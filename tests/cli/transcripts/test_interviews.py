"""import, interviews, show, search, role, remove on real files and on files that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import KEYS, Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import CHANGED_SINCE_IMPORT, IMPORTED_BEFORE, NO_INTERVIEWS

pytest_plugins = ["tests.fixtures.cli_calls"]


def test_interviews_as_json_have_the_promised_keys(needsseg: Caller) -> None:
    rows = needsseg.done("interviews", "--json").json
    assert [row["key"] for row in rows] == list(KEYS)
    assert {row["format"] for row in rows} == {"otter", "zoom-vtt", "teams-docx", "markdown"}
    assert rows[0].keys() >= {"key", "title", "format", "turns", "words", "participants", "passages"}
    assert rows[0]["passages"] == {"suggested": 0, "accepted": 0, "rejected": 0}
    assert rows[0]["participants"] == ["Gus Petrakis"]


def test_interviews_as_a_table(needsseg: Caller) -> None:
    lines = needsseg.done("interviews").out.splitlines()
    assert lines[0].split()[:2] == ["key", "format"]
    assert [line.split()[0] for line in lines[1:]] == list(KEYS)


def test_an_empty_study_has_empty_lists_and_says_so_on_stderr(empty: Caller) -> None:
    for command in ("interviews", "passages", "codes", "runs", "segments", "participants", "history"):
        assert empty.done(command, "--json").out == "[]\n"
        assert empty.done(command).out == ""
    assert says(empty.done("interviews").err, NO_INTERVIEWS)


def test_show_gives_offsets_that_cut_out_what_was_said(needsseg: Caller) -> None:
    shown = needsseg.done("show", "ines-carvalho", "--json").json
    assert shown.keys() == {"key", "title", "format", "warnings", "words_by_kind", "text", "turns"}
    turn = shown["turns"][5]
    assert turn.keys() == {"speaker", "role", "start", "end", "start_ms", "end_ms"}
    said = shown["text"][turn["start"] : turn["end"]]
    people = needsseg.done("show", "ines-carvalho").out
    assert f"[{turn['start']} {turn['end']}]\n{said}\n" in people


def test_an_unknown_interview_is_named_with_those_there_are(needsseg: Caller) -> None:
    for command in (["show", "nobody"], ["remove", "nobody"], ["passages", "--interview", "nobody"]):
        called = needsseg(*command)
        assert called.code == 1
        assert says(called.err, "error:", NO_SUCH, "interview", "nobody", "hint:", "gus-petrakis")


def test_files_that_are_no_transcripts_are_refused_by_name_and_the_rest_is_imported(
    empty: Caller, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4)
    shutil.copy(SAMPLE / "transcripts" / "gus-petrakis.txt", folder)
    called = empty("import", folder, tmp_path / "missing.vtt")
    assert (called.code, called.out) == (3, "gus-petrakis\n")
    for name in ("empty.txt", "picture.txt", "missing.vtt"):
        assert [line for line in called.err.splitlines() if line.startswith("refused: ") and name in line], called.err
    assert says(called.err.splitlines()[-1], "imported 1")


def test_refusals_are_json_lines_where_progress_is(empty: Caller, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    called = empty("--progress", "json", "import", tmp_path / "empty.txt", "--json")
    assert called.code == 3
    lines = [json.loads(line) for line in called.err.splitlines()]
    assert {"doing": "importing", "done": 0, "total": 1} in lines
    assert [line["refused"] for line in lines if "refused" in line] == ["empty.txt"]
    assert called.json["added"] == []
    assert called.json["refused"][0]["file"] == "empty.txt"


def test_a_file_that_changed_since_its_import_is_not_overwritten(empty: Caller, tmp_path: Path) -> None:
    file = tmp_path / "gus.txt"
    shutil.copy(SAMPLE / "transcripts" / "gus-petrakis.txt", file)
    empty.done("import", file)
    assert says(empty.done("import", file).err, f"1 {IMPORTED_BEFORE}")
    file.write_text(file.read_text().replace("microphone", "megaphone"))
    again = empty("import", file)
    assert again.code == 3
    assert says(again.err, "refused: gus.txt", CHANGED_SINCE_IMPORT)
    assert "microphone" in empty.done("show", "gus", "--json").json["text"]


def test_an_unknown_format_is_wrong_usage_and_imports_nothing(empty: Caller) -> None:
    called = empty("import", "--format", "cassette", SAMPLE / "transcripts")
    assert called.code == 2
    assert says(called.err, "transcript format", "cassette")
    assert empty.done("interviews", "--json").json == []


def test_search_finds_turns_by_all_words(needsseg: Caller) -> None:
    found = needsseg.done("search", "whiteboard", "October", "--json").json
    assert [row["interview"] for row in found] == ["marek-nowotny"]
    text = needsseg.done("show", "marek-nowotny", "--json").json["text"]
    assert text[found[0]["start"] : found[0]["end"]] == found[0]["words"]
    assert needsseg.done("search", "xyzzy", "--json").json == []


@pytest.mark.parametrize("words", ['"', "a AND", "NEAR(", "*", "-x y", "col:umn"])
def test_search_takes_any_words_literally(needsseg: Caller, words: str) -> None:
    assert isinstance(needsseg.done("search", "--json", "--", words).json, list)


def test_role_changes_who_counts_as_participant(needsseg: Caller) -> None:
    needsseg.done("role", "gus-petrakis", "Gus Petrakis", "other")
    (row,) = [row for row in needsseg.done("interviews", "--json").json if row["key"] == "gus-petrakis"]
    assert row["participants"] == []
    unknown = needsseg("role", "gus-petrakis", "Nobody", "other")
    assert unknown.code == 1
    assert says(unknown.err, "gus-petrakis", "speaker", "Nobody", "hint:", "Theo Okafor", "Gus Petrakis")
    assert needsseg("role", "gus-petrakis", "Gus Petrakis", "hero").code == 2


def test_a_removed_interview_comes_back_with_undo(needsseg: Caller) -> None:
    needsseg.done("remove", "gus-petrakis")
    assert len(needsseg.done("interviews", "--json").json) == 3
    needsseg.done("undo")
    assert len(needsseg.done("interviews", "--json").json) == 4
