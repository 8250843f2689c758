"""speakers, speaker merge, same and rename, role --everywhere on real files, and on labels that nobody has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.common import EMPTY_NAME, NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import (
    INTERVIEWER_NOT_PARTICIPANT,
    NO_INTERVIEWS,
    NOTHING_TO_MERGE,
    ONE_PARTICIPANT_NOW,
    UNNAMED,
)

pytest_plugins = ["tests.fixtures.cli_calls"]


def roles(needsseg: Caller) -> dict[tuple[str, str], str]:
    return {(row["interview"], row["label"]): row["role"] for row in needsseg.done("speakers", "--json").json}


def test_speakers_are_listed_for_people_and_programs(needsseg: Caller) -> None:
    rows = needsseg.done("speakers", "gus-petrakis", "ines-carvalho", "--json").json
    assert rows[0].keys() == {"interview", "label", "role", "words", "participant"}
    assert [(row["interview"], row["label"], row["role"]) for row in rows][:2] == [
        ("gus-petrakis", "Theo Okafor", "interviewer"), ("gus-petrakis", "Gus Petrakis", "participant"),
    ]  # fmt: skip
    assert [row["participant"] for row in rows][:2] == [None, "gus-petrakis"]
    assert sum(row["words"] for row in rows if row["interview"] == "gus-petrakis") > 500
    lines = needsseg.done("speakers").out.splitlines()
    assert lines[0].split() == ["interview", "label", "role", "words", "participant"]
    assert len(lines) == 1 + len(needsseg.done("speakers", "--json").json)


def test_an_empty_study_has_no_speakers(empty: Caller) -> None:
    assert empty.done("speakers", "--json").out == "[]\n"
    assert says(empty.done("speakers").err, NO_INTERVIEWS)


def test_a_role_holds_everywhere(needsseg: Caller) -> None:
    before = roles(needsseg)
    times = sum(label == "Theo Okafor" for _, label in before)
    said = needsseg.done("role", "gus-petrakis", "Theo Okafor", "other", "--everywhere").err
    assert says(said, "Theo Okafor", f"{times} interviews" if times > 1 else "gus-petrakis", "other")
    assert {role for (_, label), role in roles(needsseg).items() if label == "Theo Okafor"} == {"other"}
    needsseg.done("undo")
    assert roles(needsseg) == before
    unknown = needsseg("role", "gus-petrakis", "Nobody", "other", "--everywhere")
    assert unknown.code == 1
    assert says(unknown.err, "gus-petrakis", "speaker", "Nobody", "hint:", "Theo Okafor", "Gus Petrakis")


def test_merging_moves_no_passage_and_is_undone(needsseg: Caller) -> None:
    (mark,) = needsseg.mark_some("gus-petrakis", 1)
    before = needsseg.done("passages", "--json").json
    told = needsseg.done("speaker", "merge", "Gus Petrakis", "Theo Okafor", "--interview", "gus-petrakis").err
    assert says(told, "merged", "Gus Petrakis", "into Theo Okafor", "gus-petrakis")
    (after,) = needsseg.done("passages", "--json").json
    assert after == {**before[0], "speaker": "Theo Okafor"}
    assert after["id"] == mark
    (row,) = needsseg.done("speakers", "gus-petrakis", "--json").json
    assert (row["label"], row["role"]) == ("Theo Okafor", "interviewer")
    needsseg.done("undo")
    assert needsseg.done("passages", "--json").json == before


def test_one_person_in_two_interviews(needsseg: Caller) -> None:
    needsseg.done("speaker", "rename", "Gus Petrakis", "Ines Carvalho", "--interview", "gus-petrakis")
    told = needsseg.done("speaker", "merge", "Ines Carvalho", "Ines Carvalho").err
    assert says(told, ONE_PARTICIPANT_NOW, "gus-petrakis", "ines-carvalho")
    people = [row["key"] for row in needsseg.done("participants", "--json").json]
    assert len(people) == 3
    needsseg.done("undo")
    told = needsseg.done("speaker", "same", "marek-nowotny", "Marek Nowotny", "gus-petrakis", "Ines Carvalho").err
    assert says(told, ONE_PARTICIPANT_NOW, "Marek Nowotny", "marek-nowotny", "Ines Carvalho", "gus-petrakis")


def test_a_renamed_speaker_keeps_the_words(needsseg: Caller) -> None:
    text = needsseg.done("show", "gus-petrakis", "--json").json["text"]
    told = needsseg.done("speaker", "rename", "Gus Petrakis", "P1 [x]").err
    assert says(told, "Gus Petrakis", "P1 [x]", "gus-petrakis")
    shown = needsseg.done("show", "gus-petrakis", "--json").json
    assert shown["text"] == text
    assert {turn["speaker"] for turn in shown["turns"]} == {"Theo Okafor", "P1 [x]"}


def test_the_speaker_without_a_name(empty: Caller, tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "transcripts" / "gus-petrakis.txt", tmp_path)
    (tmp_path / "raw.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nI want to be home at six.\n", encoding="utf-8")
    empty.done("import", tmp_path / "raw.srt")
    assert UNNAMED in empty.done("speakers").out
    empty.done("role", "raw", "", "other", "--everywhere")
    assert empty.done("speakers", "--json").json[0]["role"] == "other"
    assert says(empty.done("speaker", "rename", "", "Ana").err, UNNAMED, "Ana", "raw")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["speakers", "nobody"], 1, (NO_SUCH, "interview", "nobody")),
        (["speaker", "merge", "Nobody", "Gus Petrakis"], 1, ("interview", "speaker", "Nobody")),
        (["speaker", "merge", "Gus Petrakis", "Ines Carvalho", "--interview", "x"], 1, (NO_SUCH, "interview", "x")),
        (["speaker", "merge", "Gus Petrakis", "Gus Petrakis"], 2, (NOTHING_TO_MERGE, "Gus Petrakis")),
        (["speaker", "rename", "Gus Petrakis", " "], 2, (EMPTY_NAME,)),
        (
            ["speaker", "rename", "Gus Petrakis", "Theo Okafor"],
            2,
            ("gus-petrakis", "speaker", "Theo Okafor", "already"),
        ),
        (["speaker", "rename", "Nobody", "Ana"], 1, ("interview", "speaker", "Nobody")),
        (
            ["speaker", "same", "gus-petrakis", "Nobody", "ines-carvalho", "Ines Carvalho"],
            1,
            ("gus-petrakis", "speaker", "Nobody"),
        ),
        (
            ["speaker", "same", "gus-petrakis", "Theo Okafor", "ines-carvalho", "Ines Carvalho"],
            2,
            ("Theo Okafor", INTERVIEWER_NOT_PARTICIPANT),
        ),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    needsseg: Caller, args: list[str], code: int, words: tuple[object, ...]
) -> None:
    before = needsseg.done("speakers", "--json").json
    called = needsseg(*args)
    assert called.code == code
    assert says(called.err, *words)
    assert needsseg.done("speakers", "--json").json == before
