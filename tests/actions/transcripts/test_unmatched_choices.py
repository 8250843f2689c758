"""Choices for reading files: what matches nothing is told with what there is; what is no speaker is left out and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from needsseg.actions.transcripts import import_preview, importing
from needsseg.actions.transcripts.import_choices import ImportChoices
from needsseg.errors import TranscriptError, UsageError
from needsseg.study.connection import Study
from needsseg.transcripts import read
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.spoken import Reading, marked
from needsseg.transcripts.word_counts import count_words, warnings_about
from tests.fixtures.cli_calls import Caller

pytest_plugins = ["tests.fixtures.cli_calls"]

LABELLED = """Kai: Welcome, and thanks for your time today.
Rosa: Gladly, I have half an hour before the shift begins.
Kai: How do you hand a shift over?
Rosa: With a sheet of paper that nobody can find later.
"""
ARROWS = """Kai> Welcome, and thanks for your time today.
Rosa> Gladly, I have half an hour before the shift begins.
Room> A phone rings in the corridor,
and rings again.
Kai> How do you hand a shift over?
Rosa> With a sheet of paper that nobody can find later.
"""
ARROW = r"(?P<speaker>\w+)> (?P<words>.*)"
TABLE = "who,said,mood\nKai,How do you hand over?,calm\nRosa,With a sheet of paper.,tired\nKai,And then?,calm\nRosa,Lost.,sad\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A file of each kind, by its kind."""
    found = {}
    for name, text in (("labelled.txt", LABELLED), ("arrows.txt", ARROWS), ("table.csv", TABLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        found[name.split(".")[0]] = tmp_path / name
    return found


def _chosen(**parts: object) -> ImportChoices:
    return ImportChoices(general=ReadingChoices(**parts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "choices", "problem", "there_is"),
    [
        ("labelled", _chosen(roles={"Nobody": "interviewer"}), "Nobody is labelled “Nobody”", "Kai, Rosa"),
        ("labelled", _chosen(not_speakers=frozenset({"Guests"})), "There is no label “Guests”", "Kai, Rosa"),
        ("labelled", _chosen(columns={"words": "said"}), "There is no column “said”", "No table is among the files"),
        ("labelled", _chosen(label_pattern=ARROW), "matches no line", "Name: words"),
        ("table", _chosen(roles={"Ken": "participant"}), "Nobody is labelled “Ken”", "Kai, Rosa"),
    ],
)
def test_a_choice_that_matches_nothing_is_refused_with_what_there_is(
    study: Study, files: dict[str, Path], file: str, choices: ImportChoices, problem: str, there_is: str
) -> None:
    for act in (importing.import_transcripts, import_preview.preview):
        with pytest.raises(UsageError) as raised:
            act(study, [files[file]], chosen=choices)
        assert problem in raised.value.message and there_is in str(raised.value.hint)
    assert study.rows("SELECT 1 FROM interviews") == []


def test_of_several_files_one_that_has_it_is_enough(study: Study, files: dict[str, Path]) -> None:
    done = importing.import_transcripts(
        study, [files["labelled"], files["table"]], chosen=_chosen(columns={"words": "said"}, roles={"rosa": "other"})
    )
    assert len(done.added) == 2 and done.refused == ()


def test_of_several_files_those_without_a_line_of_the_pattern_are_refused_by_name(
    study: Study, files: dict[str, Path]
) -> None:
    done = importing.import_transcripts(
        study, [files["labelled"], files["arrows"]], chosen=_chosen(label_pattern=ARROW)
    )
    assert done.added == ("arrows",)
    (refused,) = done.refused
    assert refused.file == "labelled.txt" and "matches no line of this file" in refused.reason
    assert "Name: words" in refused.reason


def test_what_was_remembered_for_other_files_is_no_fault_of_this_one(study: Study, files: dict[str, Path]) -> None:
    importing.import_transcripts(study, [files["labelled"]], chosen=_chosen(roles={"Rosa": "other"}))
    later = files["labelled"].with_name("later.txt")
    later.write_text(LABELLED.replace("Rosa", "Ines").replace("paper", "cloth"), encoding="utf-8")
    assert importing.import_transcripts(study, [later]).added == ("later",)


def test_lines_of_a_label_that_is_no_speaker_are_notes_and_told(files: dict[str, Path]) -> None:
    choices = ReadingChoices(label_pattern=ARROW, not_speakers=frozenset({"Room"}))
    found = read(files["arrows"], anyway=True, choices=choices)
    said = [found.words(turn) for turn in found.turns]
    assert said[1] == "Gladly, I have half an hour before the shift begins." and len(said) == 4
    assert found.words_by_kind["note"] == 10 and sum(found.words_by_kind.values()) == len(ARROWS.split())
    assert any("“Room” is not a speaker" in each and "10 words in 2 lines" in each for each in found.warnings)


@pytest.mark.parametrize("said", [5, 500])
def test_unread_lines_are_told_once(said: int) -> None:
    source = ("stray words", "and so on " * said)
    counts = count_words(Reading((), (), (marked(1, "speech", source[1]),), source))
    (warning,) = warnings_about(counts)
    assert "stray words" in warning


NESTED = {
    "meta": {"session": "north"},
    "blob": {
        "rows": [
            {"person": {"nick": "Kai"}, "at": 1.5, "payload": {"utt": "How do you hand over?"}},
            {"person": {"nick": "Rosa"}, "at": 4, "payload": {"utt": "With a sheet of paper."}},
        ]
    },
}


@pytest.mark.parametrize(
    "columns",
    [
        {"words": "blob.rows.payload.utt", "speaker": "blob.rows.person.nick"},
        {"words": "blob.rows[].payload.utt", "speaker": "person.nick", "start": "blob.rows.at"},
        {"words": "utt", "speaker": "nick", "interview": "meta.session"},
    ],
)
def test_columns_of_nested_json_are_named_by_path(tmp_path: Path, columns: dict[str, str]) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps(NESTED), encoding="utf-8")
    found = read(file, choices=ReadingChoices(columns=columns))
    assert [(turn.speaker, found.words(turn)) for turn in found.turns] == [
        ("Kai", "How do you hand over?"),
        ("Rosa", "With a sheet of paper."),
    ]
    assert found.words_by_kind["unread"] == 0 and found.words_by_kind["label"] >= 2
    if "start" in columns:
        assert [turn.start_ms for turn in found.turns] == [1500, 4000]


def test_a_path_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps(NESTED), encoding="utf-8")
    with pytest.raises(TranscriptError, match=r"no column “blob\.text”.*blob\.rows\.payload\.utt"):
        read(file, choices=ReadingChoices(columns={"words": "blob.text"}))


def test_a_preview_shows_the_cells_left_out_and_cuts_a_giant_word(study: Study, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "giant.txt").write_text(LABELLED.replace("Gladly", "x" * 5_000), encoding="utf-8")
    found = import_preview.preview(study, [tmp_path / "table.csv", tmp_path / "giant.txt"])
    table, giant = (file.interviews[0] for file in found.files)
    (left,) = [each for each in table.left_out if each["kind"] == "metadata"]
    assert left["first_lines"] == ("row 2: calm", "row 3: tired", "row 4: calm")
    assert max(len(speaker.first_words) for speaker in giant.speakers) <= 100


def test_the_command_line_refuses_with_usage(needsseg: Caller, files: dict[str, Path]) -> None:
    called = needsseg("import", files["labelled"], "--role", "Ken=participant")
    assert called.code == 2 and "Nobody is labelled “Ken”" in called.err and "Kai, Rosa" in called.err
