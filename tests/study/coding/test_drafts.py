"""Drafts: of one person each, known by what they are of, newest first, and erased with what they are about."""

from __future__ import annotations

import pytest

from needsseg.errors import NotFoundError
from needsseg.study.coding import drafts
from needsseg.study.connection import Study
from tests.fixtures.studies.colleague_copies import suggest_four
from tests.fixtures.wording.matching import refuses

TARGETS: list[tuple[drafts.DraftKind, int | str]] = [
    ("passage memo", 1),
    ("interview memo", "anna"),
    ("code memo", "late"),
    ("job statement", 1),
    ("code description", "late"),
    ("segment need", 1),
]


@pytest.fixture
def coded(talk: Study) -> Study:
    suggest_four(talk)
    with talk.action("code"):
        talk.insert("codes", {"name": "late"})
    talk.actor = "Ada"
    return talk


@pytest.mark.parametrize(("kind", "target"), TARGETS)
def test_a_draft_is_kept_replaced_and_dropped(coded: Study, kind: drafts.DraftKind, target: int | str) -> None:
    assert drafts.load(coded, kind, target) is None
    drafts.drop(coded, kind, target)
    drafts.store(coded, kind, target, "about it", {"words": "ä", "more": ""})
    drafts.store(coded, kind, target, "about that", {"words": "b"})
    draft = drafts.load(coded, kind, target)
    assert draft is not None and drafts.listing(coded) == [draft]
    assert (draft.kind, draft.target, draft.about, draft.words) == (kind, "1", "about that", {"words": "b"})
    assert draft.written_at.startswith("20")
    drafts.drop(coded, kind, target)
    assert drafts.load(coded, kind, target) is None and drafts.listing(coded) == []


def test_drafts_are_of_one_person_each(coded: Study) -> None:
    drafts.store(coded, "passage memo", 1, "a", {"words": "Ada's"})
    (ada,) = drafts.listing(coded)
    coded.actor = "Ben"
    assert drafts.load(coded, "passage memo", 1) is None and drafts.listing(coded) == []
    with refuses(NotFoundError, f"no draft {ada.id}"):
        drafts.drop_id(coded, ada.id)
    drafts.store(coded, "passage memo", 1, "b", {"words": "Ben's"})
    coded.actor = "Ada"
    assert [draft.words["words"] for draft in drafts.listing(coded)] == ["Ada's"]
    drafts.drop_id(coded, ada.id)
    assert drafts.listing(coded) == []


def test_the_newest_draft_is_first(coded: Study) -> None:
    for number, (kind, target) in enumerate(TARGETS):
        drafts.store(coded, kind, target, str(number), {})
    with coded.writing():
        coded.execute("UPDATE drafts SET written_at = '2026-01-01' WHERE about <> '2'")
    assert [draft.about for draft in drafts.listing(coded)] == ["2", "5", "4", "3", "1", "0"]


def test_a_renamed_code_keeps_its_draft(coded: Study) -> None:
    drafts.store(coded, "code memo", "late", "late", {"words": "x"})
    with coded.action("rename"):
        coded.execute("UPDATE codes SET name = 'delay'")
    assert drafts.load(coded, "code memo", "late") is None
    assert drafts.load(coded, "code memo", "delay") == drafts.listing(coded)[0]


@pytest.mark.parametrize(("kind", "target"), [("passage memo", 99), ("job statement", 99), ("interview memo", "gone")])
def test_nothing_is_kept_of_what_is_gone(coded: Study, kind: drafts.DraftKind, target: int | str) -> None:
    drafts.store(coded, kind, target, "a", {"words": "x"})
    assert drafts.listing(coded) == []


def test_forgetting_leaves_drafts_of_interviews_that_are_there(coded: Study) -> None:
    for kind, target in TARGETS:
        drafts.store(coded, kind, target, "a", {})
    with coded.writing():
        drafts.forget(coded)
    kept = {draft.kind for draft in drafts.listing(coded)}
    assert kept == {"passage memo", "interview memo", "job statement"}
