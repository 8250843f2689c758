"""The codebook: each change is one action, touches what it says, and is taken back to the byte."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import codebook, memos, passages
from needsseg.actions.study import history
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.study.coding import codebook as book
from needsseg.study.coding.codebook import Branch, CodeRow
from needsseg.study.coding.codes import COLOURS
from needsseg.study.connection import Study
from tests.fixtures.wording.coding import NO_CODE_COLOUR, ONE_LINE, SEVERAL_CODES, TAKEN_NAME, UNDER_ITSELF
from tests.fixtures.wording.common import INTO_ITSELF, NEEDS_NAME, NO_SUCH
from tests.fixtures.wording.matching import refuses, says

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def shape(study: Study) -> list[tuple[int, str]]:
    """The tree as depths and names."""
    return [(branch.depth, branch.code.name) for branch in codebook.tree(study)]


def coders(study: Study, code: str) -> list[tuple[int, str]]:
    """Passages and coders of a code's marks."""
    rows = study.rows(
        "SELECT passage_id, coded_by FROM passage_codes WHERE code_id = (SELECT id FROM codes WHERE name = ?) ORDER BY 1, 2",
        [code],
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def coded(talk: Study) -> Study:
    """Two passages; “late” of two coders under “time”, with “very late” below it; “overdue” of one; memos of both coders."""
    for start in (55, 70):
        passages.mark(talk, "anna", start, start + 9)
    codebook.create(talk, "time")
    codebook.create(talk, "late", "time")
    codebook.create(talk, "very late", "late")
    passages.code(talk, [1, 2], "late")
    passages.code(talk, [1], "overdue")
    memos.write(talk, "code", "late", "mine")
    memos.write(talk, "code", "overdue", "mine there")
    talk.actor = "Ben"
    passages.code(talk, [2], "late")
    memos.write(talk, "code", "late", "Ben's")
    talk.actor = "tester"
    return talk


VERBS: dict[str, Callable[[Study], object]] = {
    "create": lambda study: codebook.create(study, "new"),
    "create below": lambda study: codebook.create(study, "new", "late"),
    "rename": lambda study: codebook.rename(study, "late", "delayed"),
    "rename in case alone": lambda study: codebook.rename(study, "late", "Late"),
    "recolour": lambda study: codebook.recolour(study, "late", "teal"),
    "move": lambda study: codebook.move(study, "overdue", "very late"),
    "move to the top": lambda study: codebook.move(study, "late", None),
    "merge": lambda study: codebook.merge(study, "late", "overdue"),
    "merge into one below": lambda study: codebook.merge(study, "time", "very late"),
    "merge into one above": lambda study: codebook.merge(study, "very late", "time"),
    "describe": lambda study: codebook.describe(study, "late", "after the hour [agreed]"),
    "delete": lambda study: codebook.delete(study, "late"),
    "pin": lambda study: codebook.pin(study, "late", 3),
    "unpin": lambda study: codebook.pin(study, "time", None),
    "pin to a taken digit": lambda study: codebook.pin(study, "late", 9),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_change_is_one_action_taken_back_and_done_again_to_the_byte(coded: Study, tables: Dump, verb: str) -> None:
    codebook.pin(coded, "time", 9)
    before, entries = tables(coded), len(history.listing(coded))
    VERBS[verb](coded)
    after = tables(coded)
    assert after != before
    assert len(history.listing(coded)) == entries + 1
    assert history.listing(coded)[0].summary
    history.undo(coded)
    assert tables(coded) == before
    history.redo(coded)
    assert tables(coded) == after
    history.undo(coded)
    assert tables(coded) == before


def test_the_tree_is_told_depth_first_with_names_in_order(coded: Study) -> None:
    codebook.create(coded, "Äther", "time")
    codebook.create(coded, "early", "time")
    assert shape(coded) == [(0, "overdue"), (0, "time"), (1, "early"), (1, "late"), (2, "very late"), (1, "Äther")]
    assert codebook.tree(coded)[4].above == ("time", "late")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 12)), unique_by=lambda pair: pair[0]))
def test_a_tree_holds_every_code_once_and_each_below_its_parent(pairs: list[tuple[int, int]]) -> None:
    rows = [CodeRow(f"c{name}", "", f"c{parent}" if parent >= 0 else None, 0) for name, parent in pairs]
    found = book.tree(rows)
    assert sorted(branch.code.name for branch in found) == sorted(row.name for row in rows)
    place = {branch.code.name: number for number, branch in enumerate(found)}
    for branch in found:
        assert all(place[name] < place[branch.code.name] for name in branch.above)
        if branch.above:
            assert branch.code.parent == branch.above[-1]
    assert book.tree([row.code for row in found]) == found or any(_in_circle(row, rows) for row in rows)


def _in_circle(row: CodeRow, rows: list[CodeRow]) -> bool:
    parents, at = {each.name: each.parent for each in rows}, row.parent
    for _ in rows:
        if at == row.name:
            return True
        at = parents.get(at or "")
    return False


def test_a_branch_of_no_parent_is_at_the_top() -> None:
    assert Branch(CodeRow("a", "", None, 0)).depth == 0


@pytest.mark.parametrize("name", ["Late", "LATE", " late\t"])
def test_a_name_that_differs_in_case_alone_is_refused(coded: Study, tables: Dump, name: str) -> None:
    before = tables(coded)
    with refuses(UsageError, "code", "late", TAKEN_NAME, "merge"):
        codebook.create(coded, name)
    with refuses(UsageError, "code", "late", TAKEN_NAME, "merge"):
        codebook.rename(coded, "overdue", name)
    assert tables(coded) == before


def test_accents_are_compared_however_they_are_encoded(study: Study) -> None:
    codebook.create(study, "caf\u00e9")
    with refuses(UsageError, TAKEN_NAME, "caf\u00e9"):
        codebook.create(study, "CAFE\u0301")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", (NEEDS_NAME,)),
        (" \n ", (NEEDS_NAME,)),
        ("\0", (NEEDS_NAME,)),
        ("two\nlines", (ONE_LINE,)),
        ("a\u2028b", (ONE_LINE,)),
        ("a\x1fb", (ONE_LINE,)),
    ],
)
def test_names_that_are_none_are_refused(coded: Study, name: str, told: tuple[object, ...]) -> None:
    for verb in (
        lambda: codebook.create(coded, name),
        lambda: codebook.rename(coded, "late", name),
        lambda: passages.code(coded, [1], name),
    ):
        with refuses(UsageError, *told, hint=False):
            verb()


def test_strange_names_are_kept_as_they_are(study: Study) -> None:
    names = ["[bold]x[/]", "👩‍👩‍👧 ❤️", "עברית العربية", "日本語", "a'b\"c", "%_;--"]
    for name in names:
        assert codebook.create(study, f"  {name} ") == name
        assert codebook.one(study, name).name == name


def test_a_code_is_found_in_another_case_where_that_is_clear(coded: Study) -> None:
    assert codebook.one(coded, "LATE").name == "late"
    passages.code(coded, [1], "Late")
    assert codebook.one(coded, "Late").name == "late", "one code, whichever way it is typed"
    with coded.action("as another program writes it"):
        coded.insert("codes", {"name": "Late"})
    assert codebook.one(coded, "Late").name == "Late"
    with refuses(UsageError, SEVERAL_CODES, "LATE"):
        codebook.one(coded, "LATE")
    with refuses(NotFoundError, NO_SUCH, "code", "none"):
        codebook.one(coded, "none")


def test_a_circle_is_refused_by_name(coded: Study) -> None:
    with refuses(UsageError, "“very late”", "“time”", "under"):
        codebook.move(coded, "time", "very late")
    with refuses(UsageError, "late", UNDER_ITSELF, hint=False):
        codebook.move(coded, "late", "late")


def test_merging_joins_each_coders_marks_children_and_memos(coded: Study) -> None:
    codebook.describe(coded, "late", "after the hour")
    codebook.recolour(coded, "late", "#A0b1C2")
    codebook.pin(coded, "late", 4)
    codebook.merge(coded, "late", "overdue")
    assert coders(coded, "overdue") == [(1, "tester"), (2, "Ben"), (2, "tester")]
    assert shape(coded) == [(0, "overdue"), (1, "very late"), (0, "time")]
    assert [(memo.written_by, memo.words) for memo in memos.listing(coded, "code", "overdue")] == [
        ("tester", "mine there\n\nmine"),
        ("Ben", "Ben's"),
    ]
    stays = codebook.one(coded, "overdue")
    assert (stays.description, stays.color, stays.pin) == ("after the hour", "#a0b1c2", 4)


def test_merging_keeps_what_the_other_has(coded: Study) -> None:
    for name, words, colour, digit in (("late", "one", "red", 1), ("overdue", "two", "blue", 2)):
        codebook.describe(coded, name, words)
        codebook.recolour(coded, name, colour)
        codebook.pin(coded, name, digit)
    codebook.merge(coded, "late", "overdue")
    stays = codebook.one(coded, "overdue")
    assert (stays.description, stays.color, stays.pin) == ("two", "blue", 2)


def test_merging_into_one_far_below_makes_no_circle(coded: Study) -> None:
    codebook.merge(coded, "time", "very late")
    assert shape(coded) == [(0, "overdue"), (0, "very late"), (1, "late")]
    with refuses(UsageError, INTO_ITSELF):
        codebook.merge(coded, "late", "late")


def test_deleting_touches_what_was_told_and_passages_stay_accepted(coded: Study) -> None:
    told = codebook.touched(coded, "late")
    assert (told.passages, told.coders, told.children, told.memos) == (2, 2, 1, 2)
    assert codebook.delete(coded, "late") == told
    assert shape(coded) == [(0, "overdue"), (0, "time"), (1, "very late")]
    assert [passage.status for passage in passages.listing(coded)] == ["accepted", "accepted"]
    assert memos.listing(coded, "code") == memos.listing(coded, "code", "overdue")
    assert says(codebook.loss_in_words(told), "2 passages", "2 coders", "2 memos", "1 code")


@pytest.mark.parametrize("colour", ["purple", "#12345", "#1234567", "#12345g", "red;", "rgb(1,2,3)"])
def test_colours_that_are_none_are_refused(coded: Study, colour: str) -> None:
    with refuses(UsageError, NO_CODE_COLOUR, "red, orange"):
        codebook.recolour(coded, "late", colour)


def test_a_colour_is_given_and_taken(coded: Study) -> None:
    for colour in (*COLOURS, "#00ff7F"):
        assert codebook.recolour(coded, "late", f" {colour.upper()} ") == colour.lower()
    codebook.recolour(coded, "late", "")
    assert codebook.one(coded, "late").color == ""


def test_a_digit_is_freed_for_the_code_that_takes_it(coded: Study) -> None:
    codebook.pin(coded, "late", 1)
    codebook.pin(coded, "overdue", 1)
    assert codebook.one(coded, "late").pin is None
    assert codebook.one(coded, "overdue").pin == 1
    codebook.pin(coded, "overdue", 2)
    assert {row.code.pin for row in codebook.tree(coded)} == {None, 2}
    for digit in (0, 10, -1):
        with refuses(UsageError, "digit", "1 to 9"):
            codebook.pin(coded, "late", digit)


@pytest.mark.parametrize(
    "verb",
    [
        lambda study: codebook.rename(study, "gone", "x"),
        lambda study: codebook.recolour(study, "gone", "red"),
        lambda study: codebook.move(study, "gone", None),
        lambda study: codebook.move(study, "late", "gone"),
        lambda study: codebook.merge(study, "gone", "late"),
        lambda study: codebook.merge(study, "late", "gone"),
        lambda study: codebook.describe(study, "gone", "x"),
        lambda study: codebook.delete(study, "gone"),
        lambda study: codebook.pin(study, "gone", 1),
        lambda study: codebook.create(study, "x", "gone"),
        lambda study: codebook.touched(study, "gone"),
    ],
)
def test_a_code_that_is_not_there_is_named(coded: Study, tables: Dump, verb: Callable[[Study], object]) -> None:
    before = tables(coded)
    with refuses(NotFoundError, NO_SUCH, "code", "gone"):
        verb(coded)
    assert tables(coded) == before


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_any_changes_leave_a_tree_and_are_taken_back(
    seed: int, tmp_path_factory: pytest.TempPathFactory, tables: Dump
) -> None:
    from needsseg.actions.study import studies

    pick = random.Random(seed)
    with studies.init(tmp_path_factory.mktemp("codes") / "study.db") as study:
        states = [tables(study)]
        for _ in range(20):
            one, two = (pick.choice("abcdef") for _ in range(2))
            verb = pick.choice(
                [
                    lambda one=one, two=two: codebook.create(study, one, pick.choice([None, two])),
                    lambda one=one, two=two: codebook.move(study, one, pick.choice([None, two])),
                    lambda one=one, two=two: codebook.merge(study, one, two),
                    lambda one=one, two=two: codebook.rename(study, one, two),
                    lambda one=one: codebook.delete(study, one),
                    lambda one=one: codebook.pin(study, one, pick.randint(1, 3)),
                    lambda one=one: memos.write(study, "code", one, pick.choice(["x", "y", ""])),
                ]
            )
            try:
                verb()
            except NeedssegError:
                assert tables(study) == states[-1], "a refused change changed something"
                continue
            if tables(study) != states[-1]:
                states.append(tables(study))
            for branch in codebook.tree(study):
                assert branch.code.parent == (branch.above[-1] if branch.above else None), "a circle"
        for state in reversed(states[:-1]):
            history.undo(study)
            assert tables(study) == state
