"""speakers, speaker merge, same and rename, role --everywhere on real files, and on labels that nobody has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_calls import SAMPLE, Caller

pytest_plugins = ["cli_calls"]


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
    assert "There are no interviews yet" in empty.done("speakers").err


def test_a_role_holds_everywhere(needsseg: Caller) -> None:
    before = roles(needsseg)
    times = sum(label == "Theo Okafor" for _, label in before)
    said = needsseg.done("role", "gus-petrakis", "Theo Okafor", "other", "--everywhere").err
    assert said == f"Theo Okafor in {f'{times} interviews' if times > 1 else 'gus-petrakis'} is other.\n"
    assert {role for (_, label), role in roles(needsseg).items() if label == "Theo Okafor"} == {"other"}
    needsseg.done("undo")
    assert roles(needsseg) == before
    unknown = needsseg("role", "gus-petrakis", "Nobody", "other", "--everywhere")
    assert unknown.code == 1
    assert "gus-petrakis has no speaker 'Nobody'.\nhint: Its speakers are 'Theo Okafor', 'Gus Petrakis'." in unknown.err


def test_merging_moves_no_passage_and_is_undone(needsseg: Caller) -> None:
    (mark,) = needsseg.mark_some("gus-petrakis", 1)
    before = needsseg.done("passages", "--json").json
    told = needsseg.done("speaker", "merge", "Gus Petrakis", "Theo Okafor", "--interview", "gus-petrakis").err
    assert told == "Merged Gus Petrakis into Theo Okafor in gus-petrakis.\n"
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
    assert told == "One participant speaks in gus-petrakis, ines-carvalho now.\n"
    people = [row["key"] for row in needsseg.done("participants", "--json").json]
    assert len(people) == 3
    needsseg.done("undo")
    told = needsseg.done("speaker", "same", "marek-nowotny", "Marek Nowotny", "gus-petrakis", "Ines Carvalho").err
    assert told == "Marek Nowotny in marek-nowotny and Ines Carvalho in gus-petrakis are one participant now.\n"


def test_a_renamed_speaker_keeps_the_words(needsseg: Caller) -> None:
    text = needsseg.done("show", "gus-petrakis", "--json").json["text"]
    assert needsseg.done("speaker", "rename", "Gus Petrakis", "P1 [x]").err == (
        "Gus Petrakis is called P1 [x] in gus-petrakis.\n"
    )
    shown = needsseg.done("show", "gus-petrakis", "--json").json
    assert shown["text"] == text
    assert {turn["speaker"] for turn in shown["turns"]} == {"Theo Okafor", "P1 [x]"}


def test_the_speaker_without_a_name(empty: Caller, tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "transcripts" / "gus-petrakis.txt", tmp_path)
    (tmp_path / "raw.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nI want to be home at six.\n", encoding="utf-8")
    empty.done("import", tmp_path / "raw.srt")
    assert "unnamed" in empty.done("speakers").out
    empty.done("role", "raw", "", "other", "--everywhere")
    assert empty.done("speakers", "--json").json[0]["role"] == "other"
    assert empty.done("speaker", "rename", "", "Ana").err == "The unnamed speaker is called Ana in raw.\n"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["speakers", "nobody"], 1, "There is no interview 'nobody'."),
        (["speaker", "merge", "Nobody", "Gus Petrakis"], 1, "No interview here has a speaker 'Nobody'."),
        (["speaker", "merge", "Gus Petrakis", "Ines Carvalho", "--interview", "x"], 1, "There is no interview 'x'."),
        (["speaker", "merge", "Gus Petrakis", "Gus Petrakis"], 2, "There is nothing to merge of Gus Petrakis and Gus"),
        (["speaker", "rename", "Gus Petrakis", " "], 2, "The new name is empty."),
        (["speaker", "rename", "Gus Petrakis", "Theo Okafor"], 2, "gus-petrakis has a speaker 'Theo Okafor' already."),
        (["speaker", "rename", "Nobody", "Ana"], 1, "No interview here has a speaker 'Nobody'."),
        (["speaker", "same", "gus-petrakis", "Nobody", "ines-carvalho", "Ines Carvalho"], 1, "has no speaker 'Nobody'"),
        (["speaker", "same", "gus-petrakis", "Theo Okafor", "ines-carvalho", "Ines Carvalho"], 2, "is interviewer, no"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    needsseg: Caller, args: list[str], code: int, words: str
) -> None:
    before = needsseg.done("speakers", "--json").json
    called = needsseg(*args)
    assert called.code == code
    assert words in called.err
    assert needsseg.done("speakers", "--json").json == before
