"""Decisions about words that tell who somebody is, as the study stores them."""

from __future__ import annotations

from collections.abc import Callable

from needsseg.actions.study import history
from needsseg.errors import NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.transcripts import pseudonyms
from tests.fixtures.wording.coding import NO_WORDS_TO_DECIDE, NOT_DECIDED
from tests.fixtures.wording.matching import refuses

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def test_a_decision_replaces_the_one_before_and_is_undone_to_the_byte(study: Study, tables: Dump) -> None:
    empty = tables(study)
    with study.action("pseudonym"):
        assert pseudonyms.decide(study, "  Anna \n Berg ", "person", "replace", "Nurse  A")
    one = tables(study)
    with study.action("pseudonym"):
        assert pseudonyms.decide(study, "Anna Berg", "person", "keep")
    (row,) = pseudonyms.listing(study)
    assert (row.words, row.kind, row.decision, row.replacement, row.decided_by) == (
        "Anna Berg", "person", "keep", "", study.actor,
    )  # fmt: skip
    history.undo(study)
    assert tables(study) == one
    history.undo(study)
    assert tables(study) == empty
    history.redo(study)
    assert tables(study) == one


def test_deciding_the_same_again_is_no_action(study: Study) -> None:
    for _ in range(2):
        with study.action("pseudonym"):
            pseudonyms.decide(study, "Falcon", "other", "replace")
    assert len(history.listing(study)) == 1


def test_forgetting_names_what_is_not_there(study: Study, tables: Dump) -> None:
    with study.action("pseudonym"):
        pseudonyms.decide(study, "Falcon", "other", "replace")
    before = tables(study)
    with study.action("pseudonym"):
        pseudonyms.forget(study, "Falcon")
    assert pseudonyms.listing(study) == []
    history.undo(study)
    assert tables(study) == before
    with refuses(NotFoundError, NOT_DECIDED, "Eagle"), study.action("pseudonym"):
        pseudonyms.forget(study, "Eagle")
    with refuses(UsageError, NO_WORDS_TO_DECIDE), study.action("pseudonym"):
        pseudonyms.decide(study, " \0 ", "other", "keep")


def test_numbers_are_those_of_the_rows(talk: Study) -> None:
    held = pseudonyms.numbers(talk)
    assert (held.participants, held.interviews) == ({"anna": 1}, {"anna": 1})
    assert set(held.speakers) == {"Interviewer", "Anna"}
