"""What the study looks up for others: places of passages, rows by key, cached vectors, words found again."""

import re

import numpy as np

from needsseg.actions.coding import passages
from needsseg.study.coding.exchange import interview_ids, participant_ids
from needsseg.study.connection import Study
from needsseg.study.segments import vectors
from needsseg.study.transcripts import searching


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
    cached = vectors.load(study, "m", ["a", "b", "c", "a"])
    assert sorted(cached) == ["a", "b"]
    assert (cached["a"] == first).all() and (cached["b"] == second).all() and cached["a"].dtype == np.float32
    vectors.store(study, "m", {"a": second})
    assert (vectors.load(study, "m", ["a"])["a"] == second).all()
    assert vectors.load(study, "nothing", ["a"]) == vectors.load(study, "m", []) == {}
