"""Imports as a person chooses them: previewed, remembered by shape, named by paths, and never stopped by one file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from needsseg import transcripts
from needsseg.actions.accounts import accounts
from needsseg.actions.study import history
from needsseg.actions.transcripts import import_choices, import_preview, importing, interviews, participants
from needsseg.actions.transcripts.import_choices import ImportChoices, reading_choices
from needsseg.errors import UsageError
from needsseg.records import LeftOut, Transcript
from needsseg.study.connection import Study
from needsseg.transcripts import formats
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Mark, Reading
from tests.fixtures.samples import SHORT_TALK


def talk(name: str, work: str = "nurse") -> str:
    return SHORT_TALK.replace("nurse", work).replace("Anna", name)


def written(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


# Names


def test_many_files_of_one_name_are_told_apart_by_their_folders(study: Study, tmp_path: Path) -> None:
    for n, name in enumerate(["anna", "ben-vik", "Çiğdem"]):
        for suffix, stem in ((".md", "index"), (".txt", "transcript")):
            (tmp_path / "all" / name).mkdir(parents=True, exist_ok=True)
            file = tmp_path / "all" / name / f"{stem}{suffix}"
            file.write_text(talk(name.title(), f"driver {n} {stem}"), encoding="utf-8")
    report = importing.import_transcripts(study, [tmp_path / "all"])
    assert not report.warnings and not report.refused
    assert sorted(report.added) == ["anna", "anna-2", "ben-vik", "ben-vik-2", "cigdem", "cigdem-2"]
    assert {row.title for row in interviews.listing(study)} == {"Anna", "Ben Vik", "Çiğdem"}
    assert {row.file_name for row in interviews.listing(study)} >= {"anna/index.md", "ben-vik/transcript.txt"}
    again = importing.import_transcripts(study, [tmp_path / "all"])
    assert not again.added and len(again.unchanged) == 6
    edited = tmp_path / "all" / "anna" / "index.md"
    edited.write_text(edited.read_text(encoding="utf-8") + "\nAnna: One more thing.\n", encoding="utf-8")
    assert importing.import_transcripts(study, [tmp_path / "all"]).changed == ("anna/index.md",)


def test_twenty_folders_give_twenty_names(study: Study, tmp_path: Path) -> None:
    for n in range(20):
        written(tmp_path / "all" / f"session {n}" / "text", index=talk("Anna", f"driver {n}"))
    report = importing.import_transcripts(study, [tmp_path / "all"])
    assert sorted(report.added) == sorted(f"session-{n}" for n in range(20))


def test_a_lone_file_keeps_its_name_and_an_index_never_does(study: Study, tmp_path: Path) -> None:
    written(tmp_path / "Mrs Lund", transcript=talk("Lund"))
    written(tmp_path / "Mr Ek", index=talk("Ek", "cook"))
    report = importing.import_transcripts(study, [tmp_path / "Mrs Lund", tmp_path / "Mr Ek" / "index.txt"])
    assert report.added == ("transcript", "mr-ek")


def test_an_interview_imported_by_its_bare_name_is_known_by_its_path(study: Study, tmp_path: Path) -> None:
    written(tmp_path / "a", talk=talk("Anna"))
    importing.import_transcripts(study, [tmp_path / "a"])
    written(tmp_path / "a", talk=talk("Anna") + "\nAnna: And then I went home.\n")
    written(
        tmp_path / "b",
        talk="Asker: Which way does the ferry go?\n\nBo: Round the island, when the tide is high enough.\n",
    )
    report = importing.import_transcripts(study, [tmp_path / "a", tmp_path / "b"])
    assert (report.changed, report.added) == (("talk.txt",), ("b-talk",))


def test_a_table_of_participants_names_interviews_by_their_paths(study: Study, tmp_path: Path) -> None:
    for n, name in enumerate(["anna", "ben"]):
        written(tmp_path / "all" / name, index=talk("P", f"driver {n}"))
    importing.import_transcripts(study, [tmp_path / "all"])
    table = tmp_path / "people.csv"
    table.write_text("file,company\nanna/index.txt,Acme\nall\\ben\\index.txt,Brevo\n", encoding="utf-8")
    assert participants.import_participants(study, table).updated == ("anna", "ben")
    table.write_text("file,company\nindex.txt,Acme\n", encoding="utf-8")
    assert len(participants.import_participants(study, table).conflicts) == 1


def test_a_title_line_names_an_interview_where_no_other_has_it(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = {"a": "How Anna  plans", "b": "Interview", "c": "Interview", "d": ""}
    read = transcripts.read_all

    def titled(path: Path, *more: Any) -> list[tuple[str, Transcript]]:
        return [(part, replace(found, title=titles[Path(path).stem])) for part, found in read(path, *more)]

    monkeypatch.setattr(transcripts, "read_all", titled)
    written(tmp_path / "in", **{name: talk("Anna", f"driver {name}") for name in titles})
    assert importing.import_transcripts(study, [tmp_path / "in"]).added == ("a", "b", "c", "d")
    assert [row.title for row in interviews.listing(study)] == ["How Anna plans", "B", "C", "D"]
    assert interviews.show(study, "a").title == "How Anna  plans"


# One bad file


class BrokenError(Exception):
    """Something no reader should raise."""


@pytest.mark.parametrize(
    "fault",
    [BrokenError("odd"), ValueError("bad"), RecursionError("deep"), MemoryError(), OSError("gone"), KeyError("x")],
)
def test_whatever_goes_wrong_with_one_file_is_its_refusal(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    real = formats.TEXT_FORMATS["text"]

    def reader(lines: Sequence[str], choices: ReadingChoices) -> Any:
        if "Bad" in lines[0]:
            raise fault
        return real(lines, choices)

    changed = {**formats.TEXT_FORMATS, "text": reader}
    monkeypatch.setattr("needsseg.transcripts.reading.TEXT_FORMATS", changed)
    written(tmp_path / "in", a=talk("Anna"), b="Bad: Hi?\nAnna: So.\n", c=talk("Cy", "cook"))
    found = import_preview.preview(study, [tmp_path / "in"])
    assert [file.state for file in found.files].count("refused") == 1
    report = importing.import_transcripts(study, [tmp_path / "in"])
    assert report.added == ("a", "c")
    (refused,) = report.refused
    assert refused.file == "b.txt" and refused.reason


@pytest.mark.parametrize("when", ["9999999999999999:00:01.000", "99999999:00:01.000"])
def test_a_time_that_cannot_be_is_told_and_the_rest_is_read(study: Study, tmp_path: Path, when: str) -> None:
    folder = written(tmp_path / "in", a=talk("Anna"))
    cue = f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Bo>Hello there</v>\n\n{when} --> {when}\n<v Cy>And here</v>\n"
    (folder / "b.vtt").write_text(cue, encoding="utf-8")
    report = importing.import_transcripts(study, [folder])
    assert report.added == ("a", "b") and report.refused == ()
    assert any(file == "b.vtt" and "line 6" in warning.casefold() for file, warning in report.warnings)


def test_an_interview_that_cannot_be_stored_leaves_nothing_and_the_rest_is_stored(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from needsseg.study.transcripts import interviews as stored

    real = stored.link_participants

    def fails(study: Study, key: str) -> None:
        real(study, key)
        if key == "b":
            raise OverflowError("too large")

    monkeypatch.setattr(stored, "link_participants", fails)
    written(tmp_path / "in", a=talk("Anna"), b=talk("Bo", "cook"), c=talk("Cy", "porter"))
    report = importing.import_transcripts(study, [tmp_path / "in"])
    assert report.added == ("a", "c") and "OverflowError" in report.refused[0].reason
    assert [row.key for row in interviews.listing(study)] == ["a", "c"]
    history.undo(study)
    assert interviews.listing(study) == []
    history.redo(study)
    assert [row.key for row in interviews.listing(study)] == ["a", "c"]


def test_a_device_and_a_pipe_are_refused_and_a_folder_names_what_it_passed_over(study: Study, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=talk("Anna"))
    (folder / "call.m4a").write_bytes(b"0")
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "talk.json").write_text('{"colour": "blue"}', encoding="utf-8")
    (folder / "pic.jpeg").write_bytes(b"0")
    os.mkfifo(tmp_path / "pipe")
    report = importing.import_transcripts(study, [folder, Path("/dev/zero"), tmp_path / "pipe"])
    assert report.added == ("a",)
    assert {one.file.rsplit("/")[-1] for one in report.refused} == {"zero", "pipe"}
    assert [one.file for one in report.passed_over] == ["call.m4a", "old.doc", "talk.json"] and report.others == (
        "pic.jpeg",
    )
    assert all(not one.reason.startswith(str(folder)) for one in report.refused), "the file is named once"


# Choices


def test_choices_are_remembered_for_files_of_the_same_shape_and_undone_with_the_import(
    study: Study, tmp_path: Path
) -> None:
    written(tmp_path / "one", a=talk("Anna"))
    written(tmp_path / "two", b=talk("Bo", "cook"), c=talk("Cy", "porter"))
    (tmp_path / "two" / "d.md").write_text(talk("Di", "clerk"), encoding="utf-8")
    chosen = ImportChoices(reading_choices(roles={"Interviewer": "other"}))
    importing.import_transcripts(study, [tmp_path / "one"], chosen=chosen)
    assert len(history.listing(study)) == 1
    report = importing.import_transcripts(study, [tmp_path / "two"])
    roles = {(row.interview, row.label): row.role for row in interviews.speakers(study)}
    assert roles["a", "Interviewer"] == roles["b", "Interviewer"] == roles["c", "Interviewer"] == "other"
    assert roles["d", "Interviewer"] == "interviewer", "another ending is another shape"
    assert report.remembered == tuple((name, "“Interviewer” is other") for name in ("b.txt", "c.txt"))
    history.undo(study)
    ignoring = ImportChoices(use_remembered=False)
    importing.import_transcripts(study, [tmp_path / "two"], chosen=ignoring)
    roles = {(row.interview, row.label): row.role for row in interviews.speakers(study)}
    assert roles["b", "Interviewer"] == "interviewer"
    history.undo(study)
    history.undo(study)
    assert not importing.import_transcripts(study, [tmp_path / "two"]).remembered, "undone with its import"


def test_what_the_preview_hands_over_stands_in_place_of_what_is_remembered(study: Study, tmp_path: Path) -> None:
    written(tmp_path / "one", a=talk("Anna"))
    written(tmp_path / "two", b=talk("Bo", "cook"))
    written(tmp_path / "three", c=talk("Cy", "porter"))
    chosen = ImportChoices(reading_choices(roles={"Interviewer": "other"}))
    importing.import_transcripts(study, [tmp_path / "one"], chosen=chosen)
    (file,) = import_preview.preview(study, [tmp_path / "two"]).files
    assert file.remembered and file.choices == {"roles": {"Interviewer": "other"}}
    cleared = import_choices.with_json(
        ImportChoices(), import_choices.import_choices_json(ImportChoices(by_shape={file.shape: NO_CHOICES}))
    )
    importing.import_transcripts(study, [tmp_path / "two"], chosen=cleared)
    assert not importing.import_transcripts(study, [tmp_path / "three"]).remembered, "forgotten"


def test_choices_come_back_from_json_as_they_were() -> None:
    choices = reading_choices("srt", r"(?P<speaker>\w+)", {"words": "Remark"}, ["Note"], "Bo", {"A1": "interviewer"})
    assert import_choices.choices_from(json.loads(json.dumps(import_choices.choices_json(choices)))) == choices
    assert import_choices.combined(NO_CHOICES, choices) == import_choices.combined(choices, NO_CHOICES) == choices


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "cassette"}, {"label_pattern": "("}, {"roles": {"A": "hero"}}, {"columns": {"colour": "x"}}, {"x": 1},
        {"layout": 3}, {"columns": ["words"]}, {"not_speakers": [1]}, [], None, "layout",
    ],
)  # fmt: skip
def test_choices_that_make_no_sense_are_refused_whoever_wrote_them(wrong: object) -> None:
    with pytest.raises(UsageError) as caught:
        import_choices.choices_from(wrong)
    assert caught.value.hint
    with pytest.raises(UsageError):
        import_choices.with_json(ImportChoices(), json.dumps({"by_shape": {"s": wrong}}))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"by_shape": 3}', '{"by_shape": {}, "anyway_shapes": 4}'])
def test_what_no_preview_wrote_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        import_choices.with_json(ImportChoices(), text)


def previewed(study: Study, path: Path, **chosen: Any) -> import_preview.PreviewFile:
    (file,) = import_preview.preview(study, [path], chosen=ImportChoices(reading_choices(**chosen))).files
    return file


def spoken(file: import_preview.PreviewFile) -> set[str]:
    return {speaker.label for one in file.interviews for speaker in one.speakers}


def test_a_label_pattern_reaches_the_reader(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "odd.txt"
    file.write_text("Ana ~ Where is it?\nBo ~ On the roof.\nAna ~ Still?\nBo ~ Since May.\n", encoding="utf-8")
    found = previewed(study, file, label_pattern=r"(?P<speaker>\w+) ~ (?P<words>.*)")
    assert spoken(found) == {"Ana", "Bo"}


def test_a_label_that_is_no_speaker_reaches_the_reader(study: Study, tmp_path: Path) -> None:
    file = written(tmp_path, a=SHORT_TALK + "\nTo do: buy a rope\n") / "a.txt"
    assert "To do" not in spoken(previewed(study, file, not_speakers=["To do"]))
    assert spoken(previewed(study, file, not_speakers=["Anna"])) == {"Interviewer"}


def test_lines_without_a_label_reach_whom_they_belong_to(study: Study, tmp_path: Path) -> None:
    text = "Moderator: Where is it?\n\nOn the roof.\n\nModerator: Still?\n\nSince May.\n"
    file = written(tmp_path, a=text) / "a.txt"
    assert spoken(previewed(study, file, unlabelled="Bo")) == {"Moderator", "Bo"}


def test_columns_reach_the_reader(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Nr,Remark,Person\n1,Where is it?,Ana\n2,On the roof.,Bo\n", encoding="utf-8")
    assert spoken(previewed(study, file, columns={"words": "Remark", "speaker": "Person"})) == {"Ana", "Bo"}


# Accounts of words, and attributes


def read_as(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    read = transcripts.read_all

    def found(path: Path, *more: Any) -> list[tuple[str, Transcript]]:
        return [(part, replace(one, **fields)) for part, one in read(path, *more)]

    monkeypatch.setattr(transcripts, "read_all", found)


def test_the_account_of_words_is_kept_and_previewed(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = LeftOut("unread", 9, ("line 3: what is this",))
    counts = {"speech": 60, "label": 5, "unread": 9}
    read_as(monkeypatch, words_by_kind=counts, left_out=(left,), suspicions=("Line 2: odd.",))
    written(tmp_path / "in", a=talk("Anna"))
    (file,) = import_preview.preview(study, [tmp_path / "in"]).files
    assert file.state == "doubtful" and "Line 2: odd." in file.doubts
    assert file.interviews[0].words_by_kind == counts and file.interviews[0].left_out[0]["words"] == 9
    assert (
        import_preview.preview_from(
            json.loads(json.dumps(import_preview.preview_json(import_preview.ImportPreview((file,), (), (), ()))))
        )
        .files[0]
        .interviews[0]
        .speakers
        == file.interviews[0].speakers
    )
    report = importing.import_transcripts(study, [tmp_path / "in"])
    assert report.words_by_kind == {"a": counts}
    shown = interviews.show(study, "a")
    assert (shown.words_by_kind, shown.left_out, shown.suspicions) == (counts, (left,), ("Line 2: odd.",))
    assert interviews.listing(study)[0].words_by_kind == counts


def test_what_is_hardly_understood_is_refused_unless_it_is_read_anyway(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = formats.TEXT_FORMATS["text"]

    def half_read(lines: Sequence[str], choices: ReadingChoices) -> Reading:
        found = real(lines, choices)
        words = [(n, len(line.split())) for n, line in enumerate(lines)]
        marks = tuple(Mark(n, "speech", count) for n, count in words if n % 4 == 0)
        return replace(found, source=tuple(lines), marks=marks)

    changed = {**formats.TEXT_FORMATS, "text": half_read}
    monkeypatch.setattr("needsseg.transcripts.reading.TEXT_FORMATS", changed)
    folder = written(tmp_path / "in", a=talk("Anna"))
    (file,) = import_preview.preview(study, [folder]).files
    assert file.state == "refused" and "were not understood" in file.refused and file.shape
    assert not importing.import_transcripts(study, [folder]).added
    for chosen in (ImportChoices(anyway=True), ImportChoices(anyway_shapes=frozenset({file.shape}))):
        (read,) = import_preview.preview(study, [folder], chosen=chosen).files
        assert read.state == "doubtful" and read.anyway and read.interviews[0].left_out[0]["kind"] == "unread"
        report = importing.import_transcripts(study, [folder], chosen=chosen)
        assert report.words_by_kind["a"]["unread"] > 0
        history.undo(study)
    assert not importing.import_transcripts(study, [folder]).added, "reading anyway is not remembered"


def test_a_file_that_is_far_too_large_is_refused_before_it_is_read(study: Study, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=talk("Anna"))
    with (folder / "b.txt").open("wb") as file:
        file.truncate(600_000_000)  # a hole: it takes no room on the disk
    report = importing.import_transcripts(study, [folder])
    assert report.added == ("a",) and "larger than 500 MB" in report.refused[0].reason
    assert "larger than 500 MB" in import_preview.preview(study, [folder]).files[1].refused


def test_a_survey_s_columns_become_attributes_in_the_same_step(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_as(monkeypatch, attributes={"Anna": {"Age": "52", " E-Mail ": "anna@example.org", "Plan": "", "": "x"}})
    written(tmp_path / "in", a=talk("Anna"))
    importing.import_transcripts(study, [tmp_path / "in"])
    (anna,) = accounts.participants(study)
    assert (anna.attributes, anna.email) == ({"age": "52"}, "anna@example.org")
    assert len(history.listing(study)) == 1
    history.undo(study)
    assert accounts.participants(study) == []


def test_a_preview_changes_nothing_and_says_what_is_known(study: Study, tmp_path: Path, tables: Any) -> None:
    written(tmp_path / "in", a=talk("Anna"))
    importing.import_transcripts(study, [tmp_path / "in"])
    before = tables(study)
    written(tmp_path / "in", b=talk("Bo", "cook"))
    (tmp_path / "in" / "c.txt").write_bytes(b"")
    found = import_preview.preview(study, [tmp_path / "in", tmp_path / "nowhere"])
    assert [file.state for file in found.files] == ["known", "clean", "refused"]
    assert [one.reason for one in found.refused] == ["does not exist"]
    assert tables(study) == before and len(history.listing(study)) == 1
