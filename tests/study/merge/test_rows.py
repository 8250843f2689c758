"""The rows of a merge: participants and their attributes, speakers at a place, names, readers; what stands beside what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import merging, studies
from needsseg.actions.transcripts import importing, interviews, speakers
from needsseg.study.connection import Study
from needsseg.study.merge import checked_texts, people
from needsseg.study.merge.merge import Joined
from tests.fixtures.studies.colleague_copies import as_coder, copy_of, suggest_four


@pytest.fixture
def two_answers(talk: Study) -> tuple[Study, Path]:
    """Anna's interview here, and a copy in which she is called Anne and said so herself in each answer."""
    theirs = copy_of(talk)
    with studies.open_study(theirs) as other:
        speakers.rename_speaker(other, "Anna", "Anne")
    return talk, theirs


def test_a_passage_that_comes_is_of_the_speaker_of_its_turn_here(two_answers: tuple[Study, Path]) -> None:
    """Whatever its speaker is called there: the first and the last characters of each turn, and the whole."""
    talk, theirs = two_answers
    turns = [turn for turn in interviews.show(talk, "anna").turns if turn.role == "participant"]
    spans = [span for t in turns for span in ((t.start, t.start + 3), (t.end - 3, t.end), (t.start, t.end))]
    with as_coder(theirs, "Ben") as other:
        for span in spans:
            passages.mark(other, "anna", *span)
    before = interviews.speakers(talk, "anna")
    assert merging.merge(talk, theirs).added == len(spans)
    assert {(p.start, p.end, p.speaker) for p in passages.listing(talk)} == {(*span, "Anna") for span in spans}
    assert interviews.speakers(talk, "anna") == before, "nobody is added"


def test_words_without_a_place_are_of_who_spoke_them_there(two_answers: tuple[Study, Path]) -> None:
    talk, theirs = two_answers
    with as_coder(theirs, "Ben") as other:
        first = passages.mark(other, "anna", 47, 60)
        second = passages.mark(other, "anna", 61, 70)
        with other.action("lose"):
            other.execute("UPDATE passages SET anchored = 0 WHERE id IN (?, ?)", [first, second])
    report = merging.merge(talk, theirs)
    assert [(p.speaker, p.anchored) for p in report.unplaced] == [("Anne", False)] * 2
    assert [row.label for row in interviews.speakers(talk, "anna")] == ["Interviewer", "Anna", "Anne"]
    assert not merging.merge(talk, theirs).unplaced


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("", "", True),
        ("", "anna@work.example", True),
        ("anna@work.example", "", True),
        ("Anna@work.example", "anna@WORK.example", True),
        ("anna@work.example", "anna@home.example", False),
    ],
)
@pytest.mark.parametrize("name", ["Anna", "Another Anna"])
def test_people_of_one_key_are_one_by_name_and_address(
    talk: Study, tmp_path: Path, ours: str, theirs: str, same: bool, name: str
) -> None:
    """In an interview that is new here; an address that only one of the two has does not part them."""
    path = tmp_path / "theirs.db"
    (tmp_path / "second.txt").write_text("Interviewer: So?\n\nAnna: Nobody tells me.\n", encoding="utf-8")
    with studies.init(path) as other:
        importing.import_transcripts(other, [tmp_path / "second.txt"])
        with other.action("name"):
            other.execute("UPDATE participants SET key = 'anna', name = ?, email = ?", [name, theirs])
    with talk.action("address"):
        talk.execute("UPDATE participants SET email = ?", [ours])
    merging.merge(talk, path)
    keys = [row.participant for row in interviews.speakers(talk) if row.participant]
    one = same and name == "Anna"
    assert keys == (["anna", "anna"] if one else ["anna", "second"])
    emails = [row[0] for row in talk.rows("SELECT email FROM participants ORDER BY id")]
    assert emails == ([ours or theirs] if one else [ours, theirs]), "what is empty here is filled"


def test_people_whose_keys_are_taken_are_numbered(talk: Study, tmp_path: Path) -> None:
    """The interview's key first, then the name behind it, then a number."""
    with talk.action("taken"):
        for key in ("second", "second/Ben", "second/Ben 3"):
            talk.insert("participants", {"key": key, "name": "X"})
    path = tmp_path / "theirs.db"
    (tmp_path / "second.txt").write_text("Interviewer: So?\n\nBen: Yes.\n\nCem: No.\n", encoding="utf-8")
    with studies.init(path) as other:
        importing.import_transcripts(other, [tmp_path / "second.txt"])
        with other.action("keys"):
            other.execute("UPDATE participants SET key = 'anna', name = 'Ben' WHERE id = 1")
    merging.merge(talk, path)
    found = {row.label: row.participant for row in interviews.speakers(talk, "second") if row.participant}
    assert found["Ben"] == "second/Ben 4"


def test_attributes_fill_what_is_empty_here_and_contradictions_stay(talk: Study) -> None:
    theirs = copy_of(talk)
    anna = next(row.participant for row in interviews.speakers(talk) if row.label == "Anna")
    ours = {"email": "", "company": "North", "crm_id": "7", "attributes": {"role": "nurse", "shift": "", "ward": "4"}}
    other = {"email": "a@x.example", "company": "North", "crm_id": "8", "attributes": {"role": "lead", "shift": "late"}}
    for path, values in ((talk.path, ours), (theirs, other)):
        with studies.open_study(path) as own, own.action("attributes"):
            own.execute(
                "UPDATE participants SET email = ?, company = ?, crm_id = ?, attributes = ? WHERE key = ?",
                [*(values[name] for name in people.WRITTEN), json.dumps(values["attributes"]), anna],
            )
    with studies.open_study(theirs) as opened:
        joined = Joined(participants={row[0]: row[0] for row in talk.rows("SELECT id FROM participants")})
        with talk.action("join"):
            people.join_attributes(talk, opened, joined)
    row = talk.rows("SELECT * FROM participants WHERE key = ?", [anna])[0]
    assert (row["email"], row["company"], row["crm_id"]) == ("a@x.example", "North", "7")
    assert json.loads(row["attributes"]) == {"role": "nurse", "shift": "late", "ward": "4"}
    assert joined.conflicts == [
        f"{anna}: the crm_id is “7” here and “8” there.",
        f"{anna}: the role is “nurse” here and “lead” there.",
    ]
    assert joined.counted["attributes"] == 2


def test_names_that_become_one_are_numbered_and_empty_ones_named(talk: Study) -> None:
    with talk.action("codes"):
        for name in ("late", "\x07late", "late\x07", "\x07"):
            talk.insert("codes", {"name": name, "color": "no colour"})
    checked_texts.check_texts(talk)
    rows = talk.rows("SELECT name, color FROM codes ORDER BY id")
    assert [row[0] for row in rows] == ["late", "late 2", "late 3", checked_texts.UNNAMED]
    assert {row[1] for row in rows} == {""}


@pytest.mark.parametrize(
    ("stored", "checked"),
    [
        ('["a", "b"]', ["a", "b"]),
        ('["a\\u0007b", 3, null]', ["a b"]),
        ('{"a": "b"}', []),
        ("no JSON", []),
    ],
)
def test_lists_that_come_hold_lines_alone(talk: Study, stored: str, checked: list[str]) -> None:
    with talk.action("warn"):
        talk.execute("UPDATE interviews SET warnings = ?", [stored])
    checked_texts.check_texts(talk)
    assert json.loads(talk.rows("SELECT warnings FROM interviews")[0][0]) == checked


@pytest.mark.parametrize(
    ("stored", "checked"),
    [
        ('{"a": "b"}', {"a": "b"}),
        ('{"a\\u0007": "b\\u0007", "\\u0007": "c", "d": 3}', {"a": "b"}),
        ('["a"]', {}),
        ("no JSON", {}),
    ],
)
def test_attributes_that_come_are_names_with_texts(talk: Study, stored: str, checked: dict[str, str]) -> None:
    with talk.action("attributes"):
        talk.execute("UPDATE participants SET attributes = ?", [stored])
        talk.execute("UPDATE interviews SET reading = ?", [stored])
    checked_texts.check_texts(talk)
    assert json.loads(talk.rows("SELECT attributes FROM participants")[0][0]) == checked
    reading = json.loads(talk.rows("SELECT reading FROM interviews")[0][0])
    assert reading == (json.loads(stored) if stored.startswith("{") else {})


def test_a_reader_of_turns_is_named_in_one_line(talk: Study) -> None:
    with talk.cache_writing():
        for coder in ("Ben", "Ben\x07", "Cem\x07"):
            talk.execute("INSERT INTO turns_read (interview_id, coder, seq) VALUES (1, ?, 1)", [coder])
    checked_texts.check_texts(talk)
    assert [row[0] for row in talk.rows("SELECT coder FROM turns_read ORDER BY coder")] == ["Ben", "Cem"]


def test_turns_are_read_where_the_same_words_have_the_same_number(talk: Study, tmp_path: Path) -> None:
    theirs = copy_of(talk)
    with studies.open_study(theirs) as other, other.cache_writing():
        for coder, seq in (("Ben", 0), ("Ben", 1), ("Ben", 3), ("Ben", 99), ("Ada", 1)):
            other.execute("INSERT INTO turns_read (interview_id, coder, seq) VALUES (1, ?, ?)", [coder, seq])
    with studies.open_study(theirs) as other:
        joined = Joined(interviews={1: 1})
        with talk.cache_writing():
            talk.execute("INSERT INTO turns_read (interview_id, coder, seq) VALUES (1, 'Ben', 1)")
        with other.action("words"):
            other.execute("UPDATE turns SET words = 'other' WHERE seq = 3")
        read = people.turns_read(talk, other, joined)
        assert read == [(1, "Ada", 1), (1, "Ben", 0)]
        people.keep_read(talk, read)
        assert people.turns_read(talk, other, joined) == []


def test_a_talk_that_begins_with_the_participant_has_its_first_passage_too(study: Study, tmp_path: Path) -> None:
    (tmp_path / "ben.txt").write_text("Ben: I begin.\n\nInterviewer: So?\n\nBen: I go on.\n", encoding="utf-8")
    importing.import_transcripts(study, [tmp_path / "ben.txt"])
    theirs = copy_of(study)
    with as_coder(theirs, "Ada") as other:
        speakers.rename_speaker(other, "Ben", "Benjamin")
        start = interviews.show(other, "ben").turns[0].start
        passages.mark(other, "ben", start, start + 7)
    merging.merge(study, theirs)
    assert [(p.start, p.speaker) for p in passages.listing(study)] == [(start, "Ben")]


def test_a_passage_stands_beside_where_anything_at_its_place_is_decided(talk: Study) -> None:
    """Also where an undecided one is there that a segment keeps."""
    suggest_four(talk)
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        passages.decide(other, [1], "rejected")
    with talk.action("again"):
        row = dict(talk.rows("SELECT * FROM passages WHERE id = 1")[0])
        del row["id"]
        decision = {"status": "accepted", "decided_by": "Ada", "decided_at": "1"}
        talk.insert("passages", row | decision)
        segment = talk.insert("segments", {"name": "Kept", "status": "named"})
        member = {"segment_id": segment, "passage_id": 1, "strength": 1.0, "placed_by": "hand"}
        talk.insert("segment_passages", member)
    report = merging.merge(talk, theirs)
    assert (report.beside, report.added, report.decided) == (1, 0, 0)


def test_a_study_that_its_owner_has_open_is_merged_as_it_stands(talk: Study) -> None:
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        passages.mark(other, "anna", 47, 60)
        assert merging.merge(talk, theirs).added == 1
        passages.mark(other, "anna", 61, 70)
        assert merging.merge(talk, theirs).added == 1
