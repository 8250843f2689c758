"""Decisions about passages as the study stores them, and studies of the first shape brought to the second."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence, review
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.errors import NotFoundError, UsageError
from needsseg.study import opening
from needsseg.study.connection import Study
from needsseg.study.migrations import numbered as migrations
from needsseg.study.segments import constraints
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.segments import (
    CONFIRMED,
    EVIDENCE_OF,
    KEPT_APART,
    KEPT_TOGETHER,
    NO_PAIR,
    NOT_PROPOSED,
    OVER_OTHERS,
    PAIR_OF_ITSELF,
    WHICH_IS_KEPT,
)

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def six(talk: Study) -> list[int]:
    """Six marked passages of one interview, in three interviews' worth of places."""
    return [passages.mark(talk, "anna", start, start + 8) for start in (47, 56, 66, 76, 86, 96)]


def test_off_topic_takes_a_passage_out_and_a_place_takes_it_back(talk: Study, six: list[int], tables: Dump) -> None:
    made = segments.make(talk, "Hand-overs", six[:3])
    before = tables(talk)
    assert review.off_topic(talk, six[:1]) == 1
    assert [p.id for p, _ in evidence.evidence(talk, made).passages] == six[1:3]
    assert [p.id for p in review.off_topic_passages(talk)] == six[:1]
    assert review.off_topic(talk, six[:1]) == 0, "said twice is said once"
    segments.move(talk, six[:1], made)
    assert review.off_topic_passages(talk) == []
    history.undo(talk)
    history.undo(talk)
    assert tables(talk) == before
    review.off_topic(talk, six[3:4])
    assert review.on_topic(talk, six[3:5]) == 1


def test_what_is_taken_out_of_a_kept_segment_is_not_proposed_to_it_again(talk: Study, six: list[int]) -> None:
    made = segments.make(talk, "Hand-overs", six[:3])
    segments.move(talk, six[:1], None)
    segments.move(talk, six[3:4], None)
    with talk.action("discover"):
        talk.execute(
            "INSERT INTO runs (id, started_at, model, model_sha256, seed, parameters, versions, input_sha256, input_status) "
            "VALUES (1, '2025-01-01', 'any', '', 0, '{}', '{}', '', 'accepted')"
        )
        constraints.replace_proposals(talk, 1, {made: [(six[0], 0.9), (six[3], 0.8)]})
    assert [row.passage for row in constraints.proposals(talk)] == six[3:4]
    segments.move(talk, six[:1], made)
    assert constraints.declined(talk) == [], "a place given by hand ends what was declined"


def test_what_a_person_decided_outlives_suggesting_again(talk: Study) -> None:
    from needsseg.records import Suggestion
    from needsseg.study.coding import passages as stored

    spans = [(47, 60), (62, 80), (86, 100), (104, 116)]
    with talk.action("suggest"):
        stored.replace_suggestions(talk, "anna", [Suggestion(*span, 0.7, ()) for span in spans])
    ids = [passage.id for passage in passages.listing(talk)]
    review.off_topic(talk, ids[:1])
    review.together(talk, ids[1], ids[2])
    with talk.action("suggest"):
        stored.replace_suggestions(talk, "anna", [])
    assert [passage.id for passage in passages.listing(talk)] == ids[:3]


def test_contradictions_are_named_and_change_nothing(talk: Study, six: list[int], tables: Dump) -> None:
    a, b, c, d, e, f = six
    here = segments.make(talk, "Here", [a, b])
    there = segments.make(talk, "There", [c])
    review.off_topic(talk, [f])
    review.together(talk, d, e)
    review.together(talk, a, d)
    segments.confirm(talk, there, by="Maya", undecided=True)
    before = tables(talk)
    refused: list[tuple[Callable[[], object], tuple[object, ...]]] = [
        (lambda: review.apart(talk, b, a), (a, b, "“Here”", WHICH_IS_KEPT)),
        (lambda: review.apart(talk, a, e), (a, e, KEPT_TOGETHER, OVER_OTHERS)),
        (lambda: review.apart(talk, e, d), (d, e, KEPT_TOGETHER, f"pair remove {d} {e}")),
        (lambda: review.together(talk, e, c), (a, c, KEPT_TOGETHER, "“Here”", "“There”")),
        (lambda: review.together(talk, e, f), (a, f, KEPT_TOGETHER, "off-topic")),
        (lambda: review.together(talk, a, a), (PAIR_OF_ITSELF,)),
        (lambda: review.off_topic(talk, [c]), (f"passage {c}", EVIDENCE_OF, "“There”", "reopen")),
        (lambda: review.answer(talk, c, here), ("“There”", CONFIRMED, "reopen")),
    ]
    for change, words in refused:
        with refuses(UsageError, *words):
            change()
        assert tables(talk) == before
    gone: list[tuple[Callable[[], object], tuple[object, ...]]] = [
        (lambda: review.off_topic(talk, [a, 999]), (NO_SUCH, "passage 999")),
        (lambda: review.on_topic(talk, [999]), (NO_SUCH, "passage 999")),
        (lambda: review.together(talk, a, 999), (NO_SUCH, "passage 999")),
        (lambda: review.answer(talk, 999, here), (NO_SUCH, "passage 999")),
        (lambda: review.answer(talk, a, 99), (NO_SUCH, "segment 99")),
        (lambda: review.admit(talk, [999]), (NO_SUCH, "passage 999")),
        (lambda: review.decline(talk, [a]), (f"passage {a}", NOT_PROPOSED)),
        (lambda: review.unpair(talk, b, c), (b, c, NO_PAIR)),
    ]
    for change, what in gone:
        with refuses(NotFoundError, *what):
            change()
        assert tables(talk) == before
    review.apart(talk, b, c)
    with refuses(UsageError, b, c, KEPT_APART):
        review.together(talk, b, c)


def test_a_later_place_counts_more_than_a_pair(talk: Study, six: list[int]) -> None:
    here = segments.make(talk, "Here", six[:1])
    segments.make(talk, "There", six[1:2])
    review.apart(talk, six[0], six[1])
    review.together(talk, six[2], six[3])
    assert [row.unused for row in review.pairs(talk)] == ["", ""]
    segments.move(talk, six[1:3], here)
    apart, together = [row.unused for row in review.pairs(talk)]
    assert says(apart, KEPT_APART, "Here") and together == ""
    review.off_topic(talk, six[3:4])
    assert says(review.pairs(talk)[1].unused, KEPT_TOGETHER, "no segment", "Here")


def test_a_removed_passage_takes_its_decisions_along_and_undo_brings_all_back(
    talk: Study, six: list[int], tables: Dump
) -> None:
    review.together(talk, six[0], six[1])
    review.off_topic(talk, six[2:3])
    before = tables(talk)
    importing.remove_interview(talk, "anna")
    assert review.pairs(talk) == [] and constraints.off_topic(talk) == []
    history.undo(talk)
    assert tables(talk) == before


@pytest.mark.slow
def test_a_study_of_the_first_shape_is_migrated_with_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its history goes on working: what was done before the migration is undone after it."""
    file = tmp_path / "anna.txt"
    file.write_text(SHORT_TALK, encoding="utf-8")
    path = tmp_path / "study.db"
    newest = migrations.migrations

    def first_only() -> object:
        numbered = newest()
        numbered._migrations = [m for m in numbered._migrations if m.name == "m001_schema"]
        return numbered

    with monkeypatch.context() as old:
        old.setattr(migrations, "LATEST", 1)
        old.setattr(opening, "LATEST", 1)
        old.setattr(migrations, "migrations", first_only)
        with studies.init(path) as study:
            study.conn.execute("ALTER TABLE history ADD COLUMN program TEXT")  # actions of today note it
            _import_into_first_shape(study, file)
            with study.action("mark"):
                study.execute(
                    'INSERT INTO passages (interview_id, speaker_id, start, "end", quote, status, origin) '
                    "SELECT 1, 2, 47, 60, substr(text, 48, 13), 'accepted', 'hand' FROM interviews"
                )
            with study.action("make segment"):
                study.insert("segments", {"name": "Old", "status": "named"})
            study.conn.execute("ALTER TABLE history DROP COLUMN program")
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA user_version").fetchone()[0] == 1
    assert not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'off_topic'").fetchone()
    raw.close()
    with studies.open_study(path) as study:
        assert evidence.listing(study)[0].statement == ""
        segments.move(study, [1], 1)
        segments.write_statement(study, 1, "When she calls in sick, I want to see who is free.")
        review.off_topic(study, [1])
        for _ in range(4):
            history.undo(study)
        assert evidence.listing(study) == []
        for _ in range(4):
            history.redo(study)
        assert evidence.listing(study)[0].statement.startswith("When she calls")
        assert [p.id for p in review.off_topic_passages(study)] == [1]
        assert studies.check(study) == []
    assert (tmp_path / "study.db.before-migration-1").exists()


def _import_into_first_shape(study: Study, file: Path) -> None:
    """Stores an interview as the first version did: without what later migrations add."""
    from needsseg import transcripts
    from needsseg.study.transcripts import interviews

    read = transcripts.read(file)
    roles = {turn.speaker: turn.role for turn in read.turns}
    row = {"key": "anna", "title": "Anna", "format": read.format, "file_name": file.name, "file_sha256": "0"}
    with study.action("import"):
        study.insert("interviews", row | {"text": read.text, "text_sha256": "0", "imported_at": "2026-01-01T00:00:00Z"})
        ids = {
            label: study.insert("speakers", {"interview_id": 1, "label": label, "role": roles[label]})
            for label in read.speakers
        }
        interviews.add_turns(study, 1, read, ids)
        interviews.link_participants(study, "anna")


def test_what_was_declined_for_one_segment_is_not_put_to_it_by_a_merge(talk: Study, six: list[int]) -> None:
    from needsseg.study.segments import runs

    here, there = segments.make(talk, "Here", six[:2]), segments.make(talk, "There", six[2:4])
    run = {
        "model": "m",
        "model_sha256": "0",
        "seed": 0,
        "parameters": {},
        "versions": {},
        "input_sha256": "0",
        "input_status": "accepted",
        "warnings": [],
    }
    with talk.action("discover"):
        first = runs.add(talk, run, [])
        constraints.replace_proposals(talk, first, {here: [(six[4], 0.5)]})
    review.decline(talk, [six[4]])
    with talk.action("discover"):
        constraints.replace_proposals(talk, runs.add(talk, run, []), {there: [(six[4], 0.5), (six[5], 0.4)]})
    segments.merge(talk, here, [there])
    assert [(p.passage, p.segment) for p in constraints.proposals(talk)] == [(six[5], here)]
    assert constraints.declined(talk) == [(six[4], here)]
