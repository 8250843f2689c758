"""What the study looks up for others: places of passages, rows by key, cached vectors, words found again."""

import re

import numpy as np
import pytest

from needsseg.actions.coding import passages
from needsseg.study.coding import passages as stored
from needsseg.study.coding.exchange import interview_ids, participant_ids
from needsseg.study.connection import Study
from needsseg.study.file import schema
from needsseg.study.file.private import private_place
from needsseg.study.segments import needs, passage_moves, segments, vectors
from needsseg.study.transcripts import interviews, searching
from tests.fixtures.studies.colleague_copies import suggest_four


def test_passages_are_listed_by_interview_and_place(talk: Study) -> None:
    starts = _starts_of_answers(talk)
    later = passages.mark(talk, "anna", starts[-1], starts[-1] + 12)
    earlier = passages.mark(talk, "anna", starts[0], starts[0] + 15)
    expected = [(starts[0], starts[0] + 15, earlier), (starts[-1], starts[-1] + 12, later)]
    assert searching.passages_at(talk, ["anna", "nobody"]) == {"anna": expected}
    assert searching.passages_at(talk, ["nobody"]) == searching.passages_at(talk, []) == {}
    assert [one.id for one in searching.utterances(talk, "passages")] == [earlier, later]
    assert [one.id for one in searching.utterances(talk, "passages", [later, 999, earlier])] == [later, earlier]


def _starts_of_answers(study: Study) -> list[int]:
    """Where the turns of participants begin that have twenty characters and more."""
    rows = study.rows(
        "SELECT t.start FROM turns t JOIN speakers s ON s.id = t.speaker_id WHERE s.role = 'participant' "
        'AND t."end" - t.start > 20 ORDER BY t.start'
    )
    return [row[0] for row in rows]


def test_a_phrase_is_found_where_a_turn_says_it(talk: Study) -> None:
    for turn in searching.utterances(talk, "turns"):
        word = max(re.findall(r"[a-z]+", turn.words), key=len)
        spans = searching.occurrences(talk, "turns", [turn.id], word)[turn.id]
        marked = [turn.words[start:end] for start, end in spans]
        # Full-text search finds other forms of a word too.
        assert word in marked and all(other[:3].casefold() == word[:3] for other in marked)


def test_rows_are_known_by_their_keys(talk: Study) -> None:
    for found, table in ((interview_ids(talk), "interviews"), (participant_ids(talk), "participants")):
        assert found == {row[0]: row[1] for row in talk.rows(f"SELECT key, id FROM {table}")}
    assert list(interview_ids(talk)) == ["anna"]


def test_vectors_are_cached_by_model_and_text(study: Study) -> None:
    first, second = (np.arange(4, dtype=np.float32) + n for n in (0, 0.5))
    vectors.store(study, "m", {"a": first, "b": second})
    vectors.store(study, "other", {"a": second})
    vectors.store(study, "m", {})
    cached = vectors.load(study, ["m"], ["a", "b", "c", "a"])
    assert sorted(cached) == ["a", "b"]
    assert (cached["a"] == first).all() and (cached["b"] == second).all() and cached["a"].dtype == np.float32
    vectors.store(study, "m", {"a": second})
    assert (vectors.load(study, ["m"], ["a"])["a"] == second).all()
    assert (vectors.load(study, ["other", "m"], ["b"])["b"] == second).all()
    assert (vectors.load(study, ["m", "other"], ["a"])["a"] == second).all()
    vectors.store(study, "other", {"b": first})
    assert (vectors.load(study, ["other", "m"], ["b"])["b"] == first).all()
    assert (vectors.load(study, ["m", "other"], ["b"])["b"] == second).all()
    assert vectors.load(study, ["nothing"], ["a"]) == vectors.load(study, ["m"], []) == {}


def test_interviews_are_known_by_key_file_and_content(talk: Study) -> None:
    with talk.action("second"):
        row = dict(talk.rows("SELECT * FROM interviews")[0])
        del row["id"]
        other = {"key": "aaa", "file_name": "a.vtt", "file_sha256": "f2", "imported_at": "2001-01-01T00:00:00Z"}
        talk.insert("interviews", row | other)
    first = row["file_sha256"]
    assert interviews.keys(talk) == ["aaa", "anna"]
    assert len({*interviews.listing(talk)}) == 2, "rows can be looked up"
    assert list(interviews.imported_at(talk).items()) == [("aaa", other["imported_at"]), ("anna", row["imported_at"])]
    assert interviews.by_file(talk) == {"anna.txt": ("anna", first), "a.vtt": ("aaa", "f2")}
    assert interviews.by_content(talk) == {first: "anna", "f2": "aaa"}


def test_files_of_the_study_are_its_own(talk: Study) -> None:
    folder, name = talk.path.parent, talk.path.name
    own = [talk.path, folder / f"{name}-wal", talk.stack, talk.stack / "a.parquet", talk.stack / "deep" / "a.parquet"]
    own += [private_place(talk.path), private_place(talk.path) / "backups" / "x.db", folder / "x" / ".." / name]
    assert [path for path in own if not talk.owns(path)] == []
    others = [folder, folder / "anna.txt", folder / "x" / name, folder.parent, folder.parent / name]
    assert [path for path in others if talk.owns(path)] == []


def test_own_changes_are_counted(talk: Study) -> None:
    before = talk.own_changes
    with talk.action("codes"):
        for code in ("a", "b", "c"):
            talk.insert("codes", {"name": code})
    assert talk.own_changes >= before + 3


def test_candidates_get_names_that_are_free(study: Study) -> None:
    assert needs.candidate_names(study, 2) == ["Candidate 1", "Candidate 2"]
    with study.action("segments"):
        for name in ("candidate 2", "CANDIDATE 3", "Other"):
            study.insert("segments", {"name": name, "status": "merged"})
    assert needs.candidate_names(study, 3) == ["Candidate 1", "Candidate 4", "Candidate 5"]
    assert needs.candidate_names(study, 0) == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("CREATE TABLE more (x)", ""),
        ("CREATE INDEX more ON codes (color)", ""),
        ("CREATE VIEW more AS SELECT 1", "the view 'more' is not needsseg's"),
        ("DROP TABLE places", "the table 'places' is missing"),
        ("ALTER TABLE places RENAME COLUMN place TO spot", "the table 'places' has no column 'place'"),
        ("DROP TRIGGER journal_codes_insert", "the trigger 'journal_codes_insert' is missing"),
    ],
)
def test_what_a_file_lacks_or_has_too_much_is_named(study: Study, statement: str, fault: str) -> None:
    assert schema.shape_faults(study.conn) == schema.quick_faults(study.conn) == []
    study.conn.execute(statement)
    assert schema.shape_faults(study.conn) == ([fault] if fault else [])


def test_a_decision_made_otherwise_leaves_nobody_who_also_made_it(talk: Study) -> None:
    """By whichever way it changes; one repeated keeps them."""
    first, second, third, _ = suggest_four(talk)
    with talk.action("decide"):
        stored.decide(talk, [first, second, third], "accepted")
        for passage in (first, second, third):
            talk.insert("seconded", {"passage_id": passage, "coder": "Ben", "at": "1"})
    with talk.action("again"):
        assert stored.decide(talk, [first], "accepted") == 0
        assert stored.decide(talk, [second], "rejected") == 1
        stored.adjust(talk, third, 91, 100)
    assert [row[0] for row in talk.rows("SELECT passage_id FROM seconded")] == [first]
    with talk.action("open"):
        stored.unmark(talk, first)
    assert talk.rows("SELECT * FROM seconded") == []


def test_a_segment_is_confirmed_on_decisions_unless_said_otherwise(talk: Study) -> None:
    first, second, *_ = suggest_four(talk)
    for undecided in ({}, {"undecided": True}):
        with talk.action("confirm"):
            segment = passage_moves.make(talk, f"S{len(undecided)}", [first, second])
            segments.confirm(talk, segment, "Ada", {"passages": [{"id": first}, {"id": second}]}, **undecided)
        (row,) = talk.rows("SELECT confirmed_undecided, confirmed_by, status FROM segments WHERE id = ?", [segment])
        assert tuple(row) == (len(undecided), "Ada", "confirmed")
        assert [(m.passage, m.exemplar) for m in segments.members(talk)[segment]] == [(first, 0), (second, 1)]
        with talk.action("reopen"):
            segments.set_status(talk, segment, "named")
