"""Speakers over a batch: roles in all interviews at once, merges, one person in several interviews, names. All undoable."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from needsseg import transcripts
from needsseg.actions.accounts import accounts
from needsseg.actions.coding import passages
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews, reimporting, speakers
from needsseg.errors import NotFoundError, UsageError
from needsseg.records import Participant, Suggestion
from needsseg.study.accounts import accounts as stored
from needsseg.study.coding import passages as held
from needsseg.study.connection import Study
from tests.fixtures.samples import DATA
from tests.fixtures.wording.coding import TAKEN_NAME
from tests.fixtures.wording.common import EMPTY_NAME
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import (
    INTERVIEWER_NOT_PARTICIPANT,
    NAME_ALREADY,
    NOTHING_TO_MERGE,
    ONE_PERSON_ALREADY,
    SPEAK_IN_ONE,
    UNNAMED,
)

Tables = Callable[[Study], dict[str, list[tuple[object, ...]]]]
ONE = (
    "Kai: How do you plan your week?\n\n"
    "Bea: When a nurse calls in sick I have to find out who can take her round.\n\n"
    "Bea K.: It takes me an hour [laughs] 🙂.\n\n"
    "Kai: And then?\n\n"
    "Bea: I just want to see at a glance who has what.\n"
)
TWO = "Kai: And you?\n\nBea K.: I want to know who drives. Nobody tells me before noon.\n"
THREE = "Kai: And you?\n\nSpeaker 1: I want the list at eight.\n\nSpeaker 2: Me too, I wait for it every day.\n"
FOUR = "Kai: What else?\n\nSpeaker 1: Nothing, I am the driver and I drive.\n"


@pytest.fixture
def four(study: Study, tmp_path: Path) -> Study:
    """Four short interviews by Kai: ``one`` and ``two`` with Bea, ``three`` and ``four`` with numbered speakers."""
    for name, text in {"one": ONE, "two": TWO, "three": THREE, "four": FOUR}.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    keys = [tmp_path / f"{name}.txt" for name in ("one", "two", "three", "four")]
    assert len(importing.import_transcripts(study, keys).added) == 4
    for key, label in (("one", "Bea"), ("one", "Bea K."), ("two", "Bea K."), ("three", "Speaker 1")):
        interviews.set_role(study, key, label, "participant")
    for key in ("one", "two", "three", "four"):
        interviews.set_role(study, key, "Kai", "interviewer")
    interviews.set_role(study, "three", "Speaker 2", "participant")
    interviews.set_role(study, "four", "Speaker 1", "participant")
    return study


def said_by(study: Study, key: str) -> list[tuple[str, str]]:
    transcript = interviews.show(study, key)
    return [(turn.speaker, transcript.words(turn)) for turn in transcript.turns]


def who(study: Study) -> dict[tuple[str, str], str | None]:
    return {(row.interview, row.label): row.participant for row in interviews.speakers(study)}


def suggested(study: Study, key: str, words: str) -> int:
    """One undecided suggestion on the words."""
    start = interviews.show(study, key).text.index(words)
    with study.action("suggest"):
        before = [
            Suggestion(p.start, p.end, p.score or 0, p.reasons) for p in held.listing(study, key, status="suggested")
        ]
        held.replace_suggestions(study, key, [*before, Suggestion(start, start + len(words), 0.5, ("cue",))])
    return next(p.id for p in passages.listing(study, key) if p.quote == words)


def check_undo(study: Study, tables: Tables, change: Callable[[], object]) -> None:
    """One step of the history takes all of a change back, to the byte, and brings it back."""
    before, steps = tables(study), len(history.listing(study))
    change()
    after = tables(study)
    assert len(history.listing(study)) == steps + 1
    history.undo(study)
    assert tables(study) == before
    history.redo(study)
    assert tables(study) == after


def test_a_batch_lists_every_speaker_with_role_and_words(four: Study) -> None:
    rows = speakers.batch(four, ["two", "one", "gone"])
    assert [(row.key, row.title, row.file, row.format) for row in rows] == [
        ("one", "One", "one.txt", "text"), ("two", "Two", "two.txt", "text"),
    ]  # fmt: skip
    assert [(s.label, s.role, s.words) for s in rows[0].speakers] == [
        ("Kai", "interviewer", 8), ("Bea", "participant", 27), ("Bea K.", "participant", 7),
    ]  # fmt: skip
    assert rows[0].words == sum(len(words.split()) for _, words in said_by(four, "one"))
    assert [s.participant for s in rows[1].speakers] == [None, who(four)["two", "Bea K."]]
    assert rows[1].speakers[1].name == "Bea K."
    assert [row.key for row in speakers.batch(four)] == ["four", "one", "three", "two"]


def test_a_role_is_set_in_all_interviews_at_once(four: Study, tables: Tables) -> None:
    def change() -> None:
        assert speakers.set_role_everywhere(four, "Kai", "other") == ("four", "one", "three", "two")

    check_undo(four, tables, change)
    assert {row.role for row in interviews.speakers(four) if row.label == "Kai"} == {"other"}
    assert says(history.listing(four)[0].summary, "Kai", "other", "4 interviews")
    assert speakers.set_role_everywhere(four, "Kai", "interviewer", ["two", "one"]) == ("one", "two")
    assert {row.interview for row in interviews.speakers(four) if row.role == "other"} == {"four", "three"}
    with refuses(NotFoundError, "speaker", "Nobody", "'Kai', 'Speaker 1', 'Bea'"):
        speakers.set_role_everywhere(four, "Nobody", "other")
    with refuses(NotFoundError, "interview", "zero", "four, one, three, two"):
        speakers.set_role_everywhere(four, "Kai", "other", ["zero"])


def test_suggestions_of_those_who_are_no_participants_go_and_decided_ones_stay(four: Study) -> None:
    gone = suggested(four, "one", "I just want to see at a glance who has what.")
    kept = suggested(four, "one", "It takes me an hour [laughs] 🙂.")
    passages.decide(four, [kept], "accepted")
    for label in ("Bea", "Bea K."):
        speakers.set_role_everywhere(four, label, "interviewer")
    assert [p.id for p in passages.listing(four, "one")] == [kept]
    history.undo(four)
    history.undo(four)
    assert {p.id for p in passages.listing(four, "one")} == {gone, kept}


def test_merged_turns_stay_separate_and_nothing_moves(four: Study, tables: Tables) -> None:
    mark = suggested(four, "one", "It takes me an hour [laughs] 🙂.")
    before, text = passages.one(four, mark), interviews.show(four, "one").text
    turns = [(turn.start, turn.end) for turn in interviews.show(four, "one").turns]
    check_undo(four, tables, lambda: speakers.merge_speakers(four, "Bea K.", "Bea", ["one"]))
    after = passages.one(four, mark)
    assert (after.start, after.end, after.quote, after.status) == (
        before.start, before.end, before.quote, "suggested",
    )  # fmt: skip
    assert (before.speaker, after.speaker) == ("Bea K.", "Bea")
    transcript = interviews.show(four, "one")
    assert transcript.text == text
    assert [(turn.start, turn.end) for turn in transcript.turns] == turns
    assert [turn.speaker for turn in transcript.turns] == ["Kai", "Bea", "Bea", "Kai", "Bea"]
    assert "one/Bea K." not in [person.key for person in accounts.participants(four)]
    assert four.rows("SELECT 1 FROM participants WHERE key = 'one/Bea K.'") == []


def test_a_merged_speaker_has_the_role_of_the_target(four: Study, tables: Tables) -> None:
    gone = suggested(four, "one", "It takes me an hour [laughs] 🙂.")
    kept = suggested(four, "one", "I just want to see at a glance who has what.")
    passages.decide(four, [kept], "rejected")
    check_undo(four, tables, lambda: speakers.merge_speakers(four, "Bea K.", "Kai", ["one"]))
    assert gone not in {p.id for p in passages.listing(four)}
    speakers.merge_speakers(four, "Bea", "Kai", ["one"])
    assert [(p.id, p.speaker) for p in passages.listing(four, "one")] == [(kept, "Kai")]
    assert [(row.label, row.role) for row in interviews.speakers(four, "one")] == [("Kai", "interviewer")]
    assert four.rows("SELECT 1 FROM participants WHERE key LIKE 'one%'") == []
    interviews.set_role(four, "one", "Kai", "participant")
    assert [person.name for person in accounts.participants(four) if person.key.startswith("one")] == ["Kai"]


def test_one_merge_in_all_interviews_makes_one_person_of_a_name(four: Study, tables: Tables) -> None:
    def change() -> None:
        assert speakers.merge_speakers(four, "Bea", "Bea K.") == speakers.Merged(("one",), ("one", "two"))

    check_undo(four, tables, change)
    people = who(four)
    assert people["one", "Bea K."] == people["two", "Bea K."] is not None
    assert [person.name for person in accounts.participants(four)].count("Bea K.") == 1
    with refuses(UsageError, NOTHING_TO_MERGE, "Bea K."):
        speakers.merge_speakers(four, "Bea K.", "Bea K.")


def test_two_labels_of_different_interviews_are_one_person(four: Study, tables: Tables) -> None:
    interviews.set_role(four, "one", "Bea K.", "other")
    check_undo(four, tables, lambda: speakers.same_person(four, [("two", "Bea K."), ("one", "Bea")]))
    people = who(four)
    assert people["one", "Bea"] == people["two", "Bea K."]
    assert {row.label for row in interviews.speakers(four)} >= {"Bea", "Bea K."}, "labels stay"
    with refuses(UsageError, "Bea K.", "Bea", ONE_PERSON_ALREADY):
        speakers.same_person(four, [("two", "Bea K."), ("one", "Bea")])
    with refuses(UsageError, "'Kai'", "one", INTERVIEWER_NOT_PARTICIPANT):
        speakers.same_person(four, [("two", "Bea K."), ("one", "Kai")])
    with refuses(UsageError, "Bea K.", "Bea", SPEAK_IN_ONE):
        speakers.same_person(four, [("one", "Bea K."), ("one", "Bea")])


def test_numbered_speakers_are_not_taken_for_one_person(four: Study) -> None:
    before = who(four)
    assert speakers.merge_speakers(four, "Speaker 2", "Speaker 1") == speakers.Merged(("three",), ())
    assert who(four)["four", "Speaker 1"] == before["four", "Speaker 1"]
    with refuses(UsageError, NOTHING_TO_MERGE, "Speaker 1", "needsseg speaker same"):
        speakers.merge_speakers(four, "Speaker 1", "Speaker 1")
    speakers.same_person(four, [("three", "Speaker 1"), ("four", "Speaker 1")])
    assert len({who(four)[key, "Speaker 1"] for key in ("three", "four")}) == 1


@pytest.mark.parametrize(
    "label", ["", "Speaker 1", "speaker_02", "P3", "Q", "A", "Unknown", "SPEAKER B", "Guest (2)", "7"]
)
def test_labels_that_name_nobody(label: str) -> None:
    assert speakers.names_nobody(label)


@pytest.mark.parametrize(
    "label", ["Bea", "Bea K.", "Al", "Bo", "Farías, Carla (Guest)", "李", "Tullio | Erigon", "שרה", "jvn", "🙂"]
)
def test_labels_that_are_names(label: str) -> None:
    assert not speakers.names_nobody(label)


def test_what_was_written_about_a_merged_participant_is_handed_over(four: Study, tables: Tables) -> None:
    with four.action("write"):
        stored.update_participant(four, Participant("one/Bea", "Bea", "bea@x.de", "", "", {"team": "A", "age": "30"}))
        stored.update_participant(four, Participant("one/Bea K.", "Bea K.", "", "Acme", "", {"team": "A"}))
        stored.link(four, "one/Bea", "a1")
    check_undo(four, tables, lambda: speakers.merge_speakers(four, "Bea", "Bea K.", ["one"]))
    (person,) = [person for person in accounts.participants(four) if person.key == "one/Bea K."]
    assert (person.email, person.company, person.attributes) == ("bea@x.de", "Acme", {"age": "30", "team": "A"})
    assert stored.links(four) == {"one/Bea K.": "a1"}
    assert four.rows("SELECT 1 FROM participants WHERE key = 'one/Bea'") == []


def test_what_contradicts_is_kept(four: Study) -> None:
    with four.action("write"):
        stored.update_participant(four, Participant("one/Bea", "Bea", "bea@x.de", "Acme"))
        stored.update_participant(four, Participant("one/Bea K.", "Bea K.", "bea@y.de"))
        stored.link(four, "one/Bea", "a1")
        stored.link(four, "one/Bea K.", "a2")
    speakers.merge_speakers(four, "Bea", "Bea K.", ["one"])
    assert [tuple(row) for row in four.rows("SELECT email, company FROM participants WHERE key LIKE 'one/%' ORDER BY id")] == [
        ("bea@x.de", ""), ("bea@y.de", "Acme"),
    ]  # fmt: skip
    assert stored.links(four) == {"one/Bea": "a1", "one/Bea K.": "a2"}
    assert "one/Bea" not in [person.key for person in accounts.participants(four)]


def test_a_participant_merged_into_an_interviewer_leaves_what_was_written_for_later(four: Study) -> None:
    with four.action("write"):
        stored.update_participant(four, Participant("one/Bea", "Bea", "bea@x.de"))
    speakers.merge_speakers(four, "Bea", "Kai", ["one"])
    assert "one/Bea" not in [person.key for person in accounts.participants(four)]
    interviews.set_role(four, "one", "Kai", "participant")
    assert who(four)["one", "Kai"] == "one/Bea"


def test_renaming_changes_the_label_and_never_the_text(four: Study, tables: Tables) -> None:
    text = interviews.show(four, "three").text

    def change() -> None:
        assert speakers.rename_speaker(four, "Speaker 1", "  Ana\nLópez [PM] 🙂 ") == ("four", "three")

    check_undo(four, tables, change)
    assert interviews.show(four, "three").text == text
    assert said_by(four, "three")[1] == ("Ana López [PM] 🙂", "I want the list at eight.")
    names = [person.name for person in accounts.participants(four)]
    assert names.count("Ana López [PM] 🙂") == 2
    speakers.rename_speaker(four, "Ana López [PM] 🙂", "שרה", ["three"])
    assert {label for key, label in who(four) if key == "three"} == {"Kai", "שרה", "Speaker 2"}


@pytest.mark.parametrize(
    ("label", "new", "kind", "what"),
    [
        ("Speaker 1", " \n\0", UsageError, (EMPTY_NAME,)),
        ("Speaker 1", "Speaker 2", UsageError, ("three", "Speaker 2", TAKEN_NAME)),
        ("Speaker 1", "Speaker 1", UsageError, ("Speaker 1", NAME_ALREADY)),
        ("", "Ana", NotFoundError, ("speaker", "''", "'Kai', 'Speaker 1', 'Bea'")),
    ],
)
def test_a_rename_that_makes_no_sense_changes_nothing(
    four: Study, tables: Tables, label: str, new: str, kind: type[Exception], what: tuple[str, ...]
) -> None:
    before = tables(four)
    with refuses(kind, *what):
        speakers.rename_speaker(four, label, new)
    assert tables(four) == before


def test_a_name_the_participant_was_given_is_kept_when_the_label_changes(four: Study) -> None:
    with four.action("write"):
        stored.update_participant(four, Participant("one/Bea", "Beatrix Kern"))
    speakers.rename_speaker(four, "Bea", "B.")
    (person,) = [person for person in accounts.participants(four) if person.key == "one/Bea"]
    assert person.name == "Beatrix Kern"


def test_a_label_that_returns_gets_a_participant_of_its_own(four: Study) -> None:
    speakers.rename_speaker(four, "Bea", "Ann", ["one"])
    speakers.rename_speaker(four, "Bea K.", "Bea", ["one"])
    interviews.set_role(four, "one", "Kai", "participant")
    speakers.rename_speaker(four, "Kai", "Other", ["one"])
    with four.action("as a reimport does"):
        row = four.row("SELECT id FROM interviews WHERE key = 'one'")
        assert row is not None
        four.insert("speakers", {"interview_id": row[0], "label": "Kai", "role": "other"})
    interviews.set_role(four, "one", "Kai", "participant")
    assert who(four)["one", "Kai"] == "one/Kai-2"


def test_the_unnamed_speaker_is_one_like_others(study: Study, tmp_path: Path, tables: Tables) -> None:
    (tmp_path / "raw.srt").write_text(
        "1\n00:00:01,000 --> 00:00:04,000\nI want to be home at six.\n\n"
        "2\n00:00:05,000 --> 00:00:08,000\nAnd nobody tells me when.\n",
        encoding="utf-8",
    )
    importing.import_transcripts(study, [tmp_path / "raw.srt"])
    check_undo(study, tables, lambda: speakers.set_role_everywhere(study, "", "other"))
    assert says(history.listing(study)[0].summary, UNNAMED, "other", "raw")
    speakers.set_role_everywhere(study, "", "participant")
    check_undo(study, tables, lambda: speakers.rename_speaker(study, "", "Ana"))
    assert [(row.label, row.participant) for row in interviews.speakers(study)] == [("Ana", "raw")]
    assert [person.name for person in accounts.participants(study)] == ["Ana"]


def test_an_edited_transcript_finds_the_labels_that_were_given_here(four: Study, tmp_path: Path) -> None:
    speakers.rename_speaker(four, "Kai", "Interviewerin", ["one"])
    speakers.merge_speakers(four, "Bea K.", "Bea", ["one"])
    file = tmp_path / "again.txt"
    file.write_text(ONE.replace("an hour", "two hours") + "\nNew One: And me?\n", encoding="utf-8")
    found = speakers.carried_over(interviews.show(four, "one"), transcripts.read(file))
    assert [turn.speaker for turn in found.turns] == ["Interviewerin", "Bea", "Bea", "Interviewerin", "Bea", "New One"]
    same = interviews.show(four, "two")
    assert speakers.carried_over(same, same) == same


def test_names_and_merges_outlast_an_edited_transcript(four: Study, tmp_path: Path) -> None:
    mark = suggested(four, "one", "It takes me an hour [laughs] 🙂.")
    passages.decide(four, [mark], "accepted")
    speakers.rename_speaker(four, "Kai", "Interviewerin", ["one"])
    speakers.merge_speakers(four, "Bea K.", "Bea", ["one"])
    before = interviews.speakers(four, "one")
    file = tmp_path / "again.txt"
    for text in (ONE.replace("at a glance", "at once"), ONE.replace("plan", "lay out")):
        file.write_text(text, encoding="utf-8")
        report = reimporting.reimport(four, "one", file)
        assert (report.kept, report.lost) == (1, ())
        assert [(row.label, row.role, row.participant) for row in interviews.speakers(four, "one")] == [
            (row.label, row.role, row.participant) for row in before
        ]
    assert passages.one(four, mark).speaker == "Bea"


MEETINGS = DATA / "meetings"


def test_whole_meetings_are_merged_renamed_and_taken_back(study: Study, tables: Tables) -> None:
    report = importing.import_transcripts(study, [MEETINGS / "zoom", MEETINGS / "layouts"])
    fresh = tables(study)
    rows = {row.key: row for row in speakers.batch(study, report.added)}
    zoom = rows["berth-2026-02-02-068-transcript"]
    assert "Karl T. (kestrel)" in zoom.labels and "Saara Grönroos | Granite" in zoom.labels
    shown = interviews.show(study, zoom.key)
    assert zoom.words == sum(len(shown.words(turn).split()) for turn in shown.turns)
    for label in dict.fromkeys(label for row in rows.values() for label in row.labels if label):
        everyone = {row.role for row in interviews.speakers(study) if row.label == label}
        role = "other" if everyone == {"participant"} else "participant"
        check_undo(study, tables, partial(speakers.set_role_everywhere, study, label, role))
    merged = speakers.merge_speakers(study, "Marc", "Petra")
    assert set(merged.merged) == {"berth-2026-02-02-068-transcript", "berth-2026-03-16-074-transcript"}
    check_undo(study, tables, lambda: speakers.rename_speaker(study, "Petra", "P. and M."))
    for row in speakers.batch(study):
        texts = interviews.show(study, row.key)
        assert speakers.carried_over(texts, texts) == texts
    while any(entry.state == "done" and entry.action != "import" for entry in history.listing(study)):
        history.undo(study)
    assert tables(study) == fresh
    assert studies.check(study) == []
