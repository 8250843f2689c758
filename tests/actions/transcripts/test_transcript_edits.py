"""Mending turns after the import: words stay what they are, passages follow them, and all of it can be taken back."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import coverage, memos, passages, searching
from needsseg.actions.segments import segments
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, interviews, reimporting, transcript_edits
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.records import Suggestion, Transcript
from needsseg.study.coding import passages as stored
from needsseg.study.connection import Study
from tests.fixtures.studies.random_actions import KEYS, anything, edit_turns, walked_study

Tables = dict[str, list[tuple[object, ...]]]
Dump = Callable[[Study], Tables]


def _at(study: Study, words: str, key: str = "anna") -> int:
    return interviews.show(study, key).text.index(words)


def _mark(study: Study, words: str) -> int:
    start = _at(study, words)
    return passages.mark(study, "anna", start, start + len(words))


def _said(study: Study, key: str = "anna") -> list[tuple[str, str]]:
    transcript = interviews.show(study, key)
    return [(turn.speaker, transcript.words(turn)) for turn in transcript.turns]


def _letters(study: Study, key: str) -> str:
    """What was said in an interview, in order, without the white space; nothing where the interview was removed."""
    if key not in [row.key for row in interviews.listing(study)]:
        return ""
    return "".join("".join(said for _, said in _said(study, key)).split())


def _read(study: Study) -> list[tuple[object, ...]]:
    return [tuple(row) for row in study.rows("SELECT * FROM turns_read ORDER BY interview_id, coder, seq")]


def _assert_sound(study: Study) -> None:
    """Turns are in order, of words, apart; what is stored of them, of passages and for search is the text."""
    assert studies.check(study) == []
    for key in [row.key for row in interviews.listing(study)]:
        transcript = interviews.show(study, key)
        _assert_turns_sound(transcript)
        rows = study.rows(
            'SELECT t.seq, t.start, t."end", t.words FROM turns t JOIN interviews i ON i.id = t.interview_id '
            "WHERE i.key = ? ORDER BY t.seq",
            [key],
        )
        assert [row["seq"] for row in rows] == list(range(len(transcript.turns)))
        assert [row["words"] for row in rows] == [transcript.words(turn) for turn in transcript.turns]
        for passage in passages.listing(study, key, anchored=True):
            assert passage.quote == transcript.text[passage.start : passage.end]
            inside = [turn for turn in transcript.turns if turn.start <= passage.start and passage.end <= turn.end]
            assert [turn.speaker for turn in inside] == [passage.speaker]
    for index in ("turns_fts", "passages_fts"):  # raises where the index is not that of the table
        study.conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
        study.conn.rollback()


def _assert_turns_sound(transcript: Transcript) -> None:
    at = 0
    for turn in transcript.turns:
        assert at <= turn.start < turn.end
        assert transcript.words(turn) == transcript.words(turn).strip()
        at = turn.end


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.integers(2, 14))
def test_any_mending_keeps_every_word_and_is_taken_back_to_the_byte(
    seed: int, steps: int, tmp_path_factory: pytest.TempPathFactory, tables: Dump
) -> None:
    pick = random.Random(seed)
    with studies.open_study(walked_study(tmp_path_factory.mktemp("mended"))) as study:
        coverage.mark_read(study, "anna", pick.sample(range(4), 2))
        coverage.mark_read(study, "ben", [0, 2])
        states = [(tables(study), _read(study))]
        for _ in range(steps):
            letters = {key: _letters(study, key) for key in KEYS}
            removed = len(transcript_edits.removed_speech(study))
            try:
                edit_turns(study, pick) if pick.random() < 0.8 else anything(study, pick)
            except NeedssegError:
                assert tables(study) == states[-1][0]
                continue
            if tables(study) == states[-1][0]:
                states[-1] = tables(study), _read(study)
                continue
            states.append((tables(study), _read(study)))
            _assert_sound(study)
            newest = history.listing(study, 1)[0].action
            if newest in ("split turn", "join turns", "give turn"):
                assert {key: _letters(study, key) for key in KEYS} == letters, "a letter came or went, or moved"
            if newest == "delete speech":
                assert len(transcript_edits.removed_speech(study)) > removed
        for state, _read_then in reversed(states[:-1]):
            history.undo(study, anyones=True)
            assert tables(study) == state
        for state, _read_then in states[1:]:
            history.redo(study, anyones=True)
            assert tables(study) == state
        _assert_sound(study)


def test_which_turns_were_read_is_taken_back_with_a_mending(talk: Study) -> None:
    coverage.mark_read(talk, "anna", [1, 3])
    before, covered = _read(talk), coverage.coverage(talk).total
    transcript_edits.split_turn(talk, "anna", _at(talk, "It takes me"))
    assert [row[2] for row in _read(talk)] == [1, 2, 4]
    assert coverage.coverage(talk).total == covered
    transcript_edits.join_turns(talk, "anna", _at(talk, "How do you"))
    assert [row[2] for row in _read(talk)] == [1, 3], "of a turn of which half was read, it is not said that it was"
    history.undo(talk)
    history.undo(talk)
    assert _read(talk) == before
    history.redo(talk)
    assert [row[2] for row in _read(talk)] == [1, 2, 4]


def test_a_split_makes_two_turns_of_one_speaker_and_a_join_the_one_again(talk: Study) -> None:
    before = interviews.show(talk, "anna")
    report = transcript_edits.split_turn(talk, "anna", _at(talk, "It takes me"))
    assert [(turn.speaker, turn.role) for turn in report.turns] == [("Anna", "participant")] * 2
    assert "take her round.\n\nAnna: It takes me an hour" in interviews.show(talk, "anna").text
    assert len(interviews.show(talk, "anna").turns) == len(before.turns) + 1
    transcript_edits.join_turns(talk, "anna", _at(talk, "When a nurse"))
    assert interviews.show(talk, "anna") == before


def test_a_passage_that_a_split_divides_is_lost_and_comes_back_with_the_join(talk: Study) -> None:
    whole, divided = _mark(talk, "I have to find out"), _mark(talk, "can take her round. It takes me an hour")
    trimmed = _mark(talk, "It takes me an hour [laughs] 🙂.")
    report = transcript_edits.split_turn(talk, "anna", _at(talk, "It takes"))
    assert [passage.id for passage in report.lost] == [divided] and report.kept == 2 and not report.edited
    assert [passages.one(talk, one).anchored for one in (whole, divided, trimmed)] == [True, False, True]
    report = transcript_edits.join_turns(talk, "anna", _at(talk, "When a nurse"))
    assert report.restored == (divided,)
    assert passages.one(talk, divided).quote == "can take her round. It takes me an hour"


def test_a_passage_that_loses_little_is_edited(talk: Study) -> None:
    mark = _mark(talk, "I have to find out who can take her round. It takes me an hour [laughs] 🙂.")
    report = transcript_edits.delete_words(talk, "anna", start := _at(talk, "[laughs]"), start + len("[laughs]"))
    assert [one.passage for one in report.edited] == [mark] and not report.lost
    assert report.edited[0].after == "I have to find out who can take her round. It takes me an hour 🙂."
    assert report.removed == ("[laughs]",)


def test_words_within_a_turn_become_another_speakers(talk: Study) -> None:
    start = _at(talk, "It takes me an hour")
    mark, other = _mark(talk, "takes me an hour"), _mark(talk, "calls in sick")
    memos.write(talk, "passage", mark, "a memo")
    passages.code(talk, [mark], "late")
    report = transcript_edits.give_words(talk, "anna", start, start + len("It takes me an hour"), "Berta")
    assert _said(talk)[1:4] == [
        ("Anna", "When a nurse calls in sick I have to find out who can take her round."),
        ("Berta", "It takes me an hour"),
        ("Anna", "[laughs] 🙂."),
    ]
    assert report.kept == 2 and not report.not_evidence
    assert (passages.one(talk, mark).speaker, passages.one(talk, mark).codes) == ("Berta", ("late",))
    assert passages.one(talk, other).speaker == "Anna"
    assert memos.listing(talk, "passage", mark)[0].words == "a memo"
    rows = {row.label: row for row in interviews.speakers(talk, "anna")}
    assert rows["Berta"].role == "participant" and rows["Berta"].participant not in (None, rows["Anna"].participant)


def test_words_given_to_the_interviewer_are_no_evidence_any_more(talk: Study) -> None:
    with talk.action("suggest"):
        found = Suggestion(_at(talk, "When a nurse"), _at(talk, " I have to"), 0.7, ("why",))
        stored.replace_suggestions(talk, "anna", [found])
    suggestion = passages.listing(talk)[0].id
    coded = _mark(talk, "takes me an hour")
    turn = interviews.show(talk, "anna").turns[1]
    report = transcript_edits.give_words(talk, "anna", turn.start, turn.end, "Interviewer")
    assert report.not_evidence == (coded,)
    assert suggestion not in [passage.id for passage in passages.listing(talk)], "untouched, and no participant's"
    assert [who for who, _ in _said(talk)] == ["Interviewer", "Interviewer", "Interviewer", "Anna"]
    with pytest.raises(UsageError, match="already"):
        transcript_edits.give_words(talk, "anna", turn.start, turn.end, "Interviewer")
    with pytest.raises(UsageError, match="is interviewer in this interview"):
        transcript_edits.give_words(talk, "anna", 0, 400, "Interviewer", "participant")


def test_a_range_of_turns_is_given_and_a_speaker_without_turns_is_gone(talk: Study) -> None:
    held = interviews.show(talk, "anna").turns
    transcript_edits.give_words(talk, "anna", held[0].start, held[-1].end, "Zoë K.", "other")
    assert {who for who, _ in _said(talk)} == {"Zoë K."}
    assert [(row.label, row.role) for row in interviews.speakers(talk, "anna")] == [("Zoë K.", "other")]
    assert talk.rows("SELECT 1 FROM participants") == []
    text = interviews.show(talk, "anna").text
    assert text.count("Zoë K.: ") == 4 and "Anna: " not in text and "Interviewer: " not in text
    history.undo(talk)
    assert interviews.show(talk, "anna").turns == held


def test_a_stretch_that_is_no_speech_is_kept_apart_and_found_by_no_search(talk: Study) -> None:
    held = interviews.show(talk, "anna").turns
    lost = _mark(talk, "takes me an hour")
    report = transcript_edits.delete_words(talk, "anna", _at(talk, "It takes"), held[2].end)
    assert report.removed == ("It takes me an hour [laughs] 🙂.", "And then?")
    assert [passage.id for passage in report.lost] == [lost]
    assert len(_said(talk)) == 3 and "hour" not in interviews.show(talk, "anna").text
    assert searching.search(talk, "hour") == []
    kept = transcript_edits.removed_speech(talk, ["anna"])
    assert [(row.seq, row.speaker, row.words) for row in kept] == [
        (1, "Anna", "It takes me an hour [laughs] 🙂."),
        (2, "Interviewer", "And then?"),
    ]
    history.undo(talk)
    assert interviews.show(talk, "anna").turns == held and transcript_edits.removed_speech(talk) == []
    assert passages.one(talk, lost).anchored and [hit.interview for hit in searching.search(talk, "hour")]
    with pytest.raises(UsageError, match="no words in the interview"):
        transcript_edits.delete_words(talk, "anna", 0, 10_000)
    with pytest.raises(NotFoundError):
        transcript_edits.removed_speech(talk, ["nobody"])


@pytest.mark.parametrize(
    ("words", "cut", "left"),
    [
        ("So [door], then", "[door]", "So, then"),
        ("So [door] then", "[door]", "So then"),
        ("So[door]so then", "[door]", "Soso then"),
        ("(noise) So then", "(noise)", "So then"),
        ("So then (noise)", "(noise)", "So then"),
        ("So 👩‍👩‍👧 was then", "was", "So 👩‍👩‍👧 then"),
    ],
)
def test_what_is_left_of_a_turn_reads_on(study: Study, tmp_path: Path, words: str, cut: str, left: str) -> None:
    file = tmp_path / "kim.txt"
    file.write_text(f"Interviewer: Hello there.\n\nKim: {words}.\n\nInterviewer: And?\n\nKim: Yes.\n", encoding="utf-8")
    importing.import_transcripts(study, [file])
    start = _at(study, cut, "kim")
    transcript_edits.delete_words(study, "kim", start, start + len(cut))
    assert _said(study, "kim")[1] in [("Kim", f"{left}."), ("Kim", left)]


@pytest.mark.parametrize(
    "edit",
    [
        lambda study: transcript_edits.split_turn(study, "anna", 0),
        lambda study: transcript_edits.split_turn(study, "anna", -5),
        lambda study: transcript_edits.split_turn(study, "anna", 10_000),
        lambda study: transcript_edits.split_turn(study, "anna", interviews.show(study, "anna").turns[0].start),
        lambda study: transcript_edits.join_turns(study, "anna", interviews.show(study, "anna").turns[-1].start),
        lambda study: transcript_edits.join_turns(study, "anna", 0),
        lambda study: transcript_edits.give_words(study, "anna", 5, 5, "Berta"),
        lambda study: transcript_edits.give_words(study, "anna", 0, 10, "Berta"),
        lambda study: transcript_edits.give_words(study, "anna", 60, 50, "Berta"),
        lambda study: transcript_edits.give_words(study, "anna", 50, 60, " \n "),
        lambda study: transcript_edits.delete_words(study, "anna", 39, 47),
        lambda study: transcript_edits.split_turn(study, "nobody", 3),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    talk: Study, tables: Dump, edit: Callable[[Study], object]
) -> None:
    before = tables(talk)
    with pytest.raises((UsageError, NotFoundError)) as refused:
        edit(talk)
    assert refused.value.hint and tables(talk) == before


def test_a_confirmed_segment_keeps_its_passages_through_a_mending(talk: Study) -> None:
    held = [_mark(talk, "calls in sick"), _mark(talk, "takes me an hour"), _mark(talk, "who has what")]
    segment = segments.make(talk, "Find out", held)
    segments.confirm(talk, segment, undecided=True)
    before = [tuple(row) for row in talk.rows("SELECT * FROM segment_passages")]
    transcript_edits.split_turn(talk, "anna", _at(talk, "It takes me"))
    transcript_edits.give_words(talk, "anna", _at(talk, "I just want"), _at(talk, " Before that"), "Berta")
    assert [tuple(row) for row in talk.rows("SELECT * FROM segment_passages")] == before
    assert [passages.one(talk, one).quote for one in held] == ["calls in sick", "takes me an hour", "who has what"]


def test_times_are_kept_where_they_are_known(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "timed.csv"
    file.write_text(
        "speaker,start,end,words\nAda,1.0,4.0,Hello there all of you\nBen,5.0,9.0,Good day. And then we left.\n",
        "utf-8",
    )
    importing.import_transcripts(study, [file])
    before = interviews.show(study, "timed").turns
    assert before[1].start_ms is not None and before[1].end_ms is not None
    transcript_edits.split_turn(study, "timed", _at(study, "And then", "timed"))
    times = [(turn.start_ms, turn.end_ms) for turn in interviews.show(study, "timed").turns]
    assert times == [(1000, 4000), (5000, None), (None, 9000)]
    transcript_edits.join_turns(study, "timed", _at(study, "Good day", "timed"))
    assert interviews.show(study, "timed").turns == before


def test_an_edited_file_read_again_takes_the_place_of_what_was_mended(talk: Study, tmp_path: Path) -> None:
    mark = _mark(talk, "takes me an hour")
    start = _at(talk, "It takes me an hour")
    transcript_edits.give_words(talk, "anna", start, start + len("It takes me an hour"), "Berta")
    report = reimporting.reimport(talk, "anna", tmp_path / "anna.txt")
    assert any("edited by hand 1 time" in warning for warning in report.warnings)
    assert (passages.one(talk, mark).speaker, report.lost) == ("Anna", ())
    assert reimporting.reimport(talk, "anna", tmp_path / "anna.txt").warnings == ()
    history.undo(talk)
    history.undo(talk)
    assert [who for who, _ in _said(talk)][2] == "Berta"


def test_a_colleagues_study_still_merges_with_a_mended_one(talk: Study, tmp_path: Path) -> None:
    theirs = studies.backup(talk, tmp_path / "theirs.db")
    with studies.open_study(theirs) as other:
        other.actor = "carla"
        _mark(other, "calls in sick")
        _mark(other, "who has what")
    transcript_edits.split_turn(talk, "anna", _at(talk, "It takes me"))
    transcript_edits.give_words(talk, "anna", _at(talk, "I just want"), _at(talk, " Before that"), "Berta")
    report = merging.merge(talk, theirs)
    assert [row.how for row in report.interviews] == ["same words"] and report.unplaced == ()
    assert [(p.quote, p.speaker) for p in passages.listing(talk)] == [
        ("calls in sick", "Anna"),
        ("who has what", "Berta"),
    ]
    _assert_sound(talk)


def test_a_mended_interview_comes_whole_into_a_study_that_lacks_it(talk: Study, tmp_path: Path) -> None:
    start = _at(talk, "[laughs]")
    transcript_edits.delete_words(talk, "anna", start, start + len("[laughs]"))
    theirs = studies.backup(talk, tmp_path / "theirs.db")
    with studies.init(tmp_path / "new.db") as new:
        merging.merge(new, theirs)
        assert [row.words for row in transcript_edits.removed_speech(new)] == ["[laughs]"]
        assert _said(new) == _said(talk)


def test_what_was_removed_is_forgotten_with_its_interview(talk: Study) -> None:
    start = _at(talk, "[laughs]")
    transcript_edits.delete_words(talk, "anna", start, start + len("[laughs]"))
    importing.forget_interview(talk, "anna")
    for table in ("removed_speech", "turns_read_around", "history"):
        assert talk.rows(f"SELECT * FROM {table}") == []


def test_a_summary_names_what_was_lost(talk: Study) -> None:
    _mark(talk, "can take her round. It takes me an hour")
    report = transcript_edits.split_turn(talk, "anna", _at(talk, "It takes"))
    assert "1 passage without a place" in history.listing(talk)[0].summary
    assert json.dumps(report.summary)
