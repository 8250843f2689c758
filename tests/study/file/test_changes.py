"""An open study tells what others changed in it from their caches of vectors and from its own changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import history, studies
from needsseg.study.connection import Study
from needsseg.study.file.changes import FIGURES, TOGETHER, UNSEEN
from needsseg.study.journal import JOURNALLED
from needsseg.study.segments import vectors


@pytest.fixture
def other(talk: Study) -> Iterator[Study]:
    """The same study, opened by another program."""
    with studies.open_study(talk.path) as opened:
        yield opened


def embed(study: Study, text: str) -> None:
    """Stores a vector."""
    assert vectors.store(study, "model", {text: np.ones(3, np.float32)})


def test_a_change_of_any_table_but_vectors_is_noticed(study: Study) -> None:
    """An action is seen in the history, and any other table is listed."""
    tables = {row[0] for row in study.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    covered = {*JOURNALLED, *FIGURES, *TOGETHER, *UNSEEN}
    others = {name for name in tables - covered if not name.startswith("sqlite_") and "_fts" not in name}
    assert others <= {"_sqlite_migrations"}
    assert covered <= tables


CHANGES = {
    "history": "INSERT INTO history (action, summary, actor, at, state) VALUES ('a', '', 'b', '2026-01-01T00:00:00Z', 'done')",
    "turns_read": "INSERT INTO turns_read (interview_id, coder, seq) VALUES (1, 'b', 0)",
    "deliveries": "INSERT INTO deliveries (destination, batch, rows, first_account, last_account, status, at, by) "
    "VALUES ('d', 'b', 1, 'a', 'a', 'started', '2026-01-01T00:00:00Z', 'b')",
    "deliveries answered": "UPDATE deliveries SET status = 'accepted'",
    "drafts": "INSERT INTO drafts (kind, target, coder, about, words, written_at) "
    "VALUES ('readout', '', 'b', '', '{}', '2026-01-01T00:00:00Z')",
    "drafts written on": """UPDATE drafts SET words = '{"a": "b"}'""",
    "places": "INSERT INTO places (screen, place) VALUES ('blind:b', '{}')",
    "places switched": """UPDATE places SET place = '{"on": true}' WHERE screen = 'blind:b'""",
    "firmness": "INSERT INTO firmness (made_of, made_at, content) VALUES ('a', '2026-01-01T00:00:00Z', '{}')",
    "name_marks": "INSERT INTO name_marks (model, text_sha256, marks) VALUES ('a', 'b', '[]')",
}


def test_each_change_of_another_program_counts_once(talk: Study, other: Study) -> None:
    assert {name.split()[0] for name in CHANGES} == set(FIGURES)
    for change in CHANGES.values():
        before = talk.others_changes
        assert talk.others_changes == before
        with other.writing():
            assert other.execute(change).rowcount == 1, change
        after = talk.others_changes
        assert after != before, change
        assert talk.others_changes == after


def test_an_action_its_undo_and_an_erasing_of_another_program_count(talk: Study, other: Study) -> None:
    seen = [talk.others_changes]
    passages.mark(other, "anna", 47, 116)
    seen.append(talk.others_changes)
    history.undo(other)
    seen.append(talk.others_changes)
    history.redo(other)
    seen.append(talk.others_changes)
    assert len(set(seen)) == 4


def test_vectors_of_another_program_do_not_count(talk: Study, other: Study) -> None:
    before, version = talk.others_changes, history.version(talk)
    embed(other, "a")
    assert (talk.others_changes, history.version(talk)) == (before, version)


def test_own_changes_do_not_count_whatever_others_embed_meanwhile(talk: Study, other: Study) -> None:
    before = talk.others_changes
    for number, (start, end) in enumerate(((47, 60), (47, 116))):
        embed(other, f"before {number}")
        passages.mark(talk, "anna", start, end)
        embed(other, f"after {number}")
        studies.remember_place(talk, "code", {"at": number})
        embed(other, f"later {number}")
        assert talk.others_changes == before


def test_a_change_just_before_an_own_one_counts(talk: Study, other: Study) -> None:
    before = talk.others_changes
    passages.mark(other, "anna", 47, 60)
    passages.mark(talk, "anna", 47, 116)
    assert talk.others_changes != before


def test_an_own_change_that_is_rolled_back_leaves_the_count(talk: Study, other: Study) -> None:
    before = talk.others_changes
    with pytest.raises(KeyboardInterrupt), talk.writing():
        talk.execute(CHANGES["turns_read"])
        raise KeyboardInterrupt
    embed(other, "a")
    assert talk.others_changes == before
