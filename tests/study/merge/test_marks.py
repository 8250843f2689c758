"""The marks of a merge, one kind at a time: texts of one writer, codebooks, statements, memos, pairs, off-topic, needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.actions.study import merging, studies
from needsseg.study.connection import Study
from needsseg.study.merge.marks import LINE, both
from tests.fixtures.studies.colleague_copies import as_coder, copy_of, suggest_four

PARTS = st.lists(st.sampled_from("abc"), max_size=4)


@given(ours=PARTS, theirs=PARTS)
def test_both_texts_of_one_writer_hold_each_part_and_nothing_twice(ours: list[str], theirs: list[str]) -> None:
    mine, other = LINE.join(ours), LINE.join(theirs)
    words = both(mine, other)
    parts = words.split(LINE) if words else []
    assert parts[: len(ours)] == ours and set(parts) == {*ours, *theirs}
    assert len(parts) == len(ours) + len(set(theirs) - set(ours))
    assert both(words, other) == words


Code = dict[str, object]


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "conflicts"),
    [
        # Pins come where the digit is free here and the code has none.
        ([{"name": "a", "pin": 1}], [{"name": "a", "pin": 2}], [("a", None, 1)], 0),
        ([{"name": "a"}], [{"name": "a", "pin": 2}], [("a", None, 2)], 0),
        ([{"name": "a", "pin": 2}, {"name": "b"}], [{"name": "b", "pin": 2}], [("a", None, 2), ("b", None, None)], 0),
        # The same name in another case is one code, the exact one first.
        ([{"name": "A"}, {"name": "B"}], [{"name": "b"}], [("A", None, None), ("B", None, None)], 0),
        # A code goes below another one, but not below itself by way of others.
        (
            [{"name": "a"}, {"name": "b"}],
            [{"name": "b"}, {"name": "a", "parent_id": 1}],
            [("a", "b", None), ("b", None, None)],
            0,
        ),
        (
            [{"name": "a"}, {"name": "b", "parent_id": 1}, {"name": "c", "parent_id": 2}],
            [{"name": "c"}, {"name": "a", "parent_id": 1}],
            [("a", None, None), ("b", "a", None), ("c", "b", None)],
            1,
        ),
        (
            [{"name": "a"}, {"name": "b", "parent_id": 1}],
            [{"name": "a"}, {"name": "b", "parent_id": 1}],
            [("a", None, None), ("b", "a", None)],
            0,
        ),
        (
            [{"name": "c"}, {"name": "a", "parent_id": 1}, {"name": "b"}],
            [{"name": "a"}, {"name": "b", "parent_id": 1}, {"name": "c", "parent_id": 2}],
            [("c", None, None), ("a", "c", None), ("b", "a", None)],
            1,
        ),
        ([{"name": "a", "description": "x"}], [{"name": "a", "description": "x"}], [("a", None, None)], 0),
        ([{"name": "a", "description": "x"}], [{"name": "a", "description": "y"}], [("a", None, None)], 1),
    ],
)
def test_codebooks_join(
    study: Study, tmp_path: Path, ours: list[Code], theirs: list[Code], result: list[object], conflicts: int
) -> None:
    path = tmp_path / "theirs.db"
    with studies.init(path) as other, other.action("codes"):
        for code in theirs:
            other.insert("codes", code)
    with study.action("codes"):
        for code in ours:
            study.insert("codes", code)
    report = merging.merge(study, path)
    rows = study.rows("SELECT c.name, p.name, c.pin FROM codes c LEFT JOIN codes p ON p.id = c.parent_id ORDER BY c.id")
    assert [tuple(row) for row in rows] == result
    assert len(report.left) == conflicts


def _rename(path: Path, old: str, new: str) -> None:
    with studies.open_study(path) as opened, opened.action("rename"):
        opened.execute("UPDATE codes SET name = ? WHERE name = ?", [new, old])


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "conflicts"),
    [
        ([], [("late", "delay")], ["delay", "other"], 0),
        ([("late", "delay")], [], ["delay", "other"], 0),
        ([("late", "delay")], [("late", "lag")], ["delay", "other"], 1),
        ([("late", "delay")], [("late", "DELAY")], ["delay", "other"], 0),
        ([("other", "delay")], [("late", "delay")], ["late", "delay"], 1),
    ],
)
def test_a_code_renamed_in_one_copy_stays_one_code(
    talk: Study, ours: list[tuple[str, str]], theirs: list[tuple[str, str]], result: list[str], conflicts: int
) -> None:
    first, second, *_ = suggest_four(talk)
    passages.code(talk, [first], "late")
    passages.code(talk, [second], "other")
    copy = copy_of(talk)
    for path, renames in ((talk.path, ours), (copy, theirs)):
        for old, new in renames:
            _rename(path, old, new)
    report = merging.merge(talk, copy)
    assert [row[0] for row in talk.rows("SELECT name FROM codes ORDER BY id")] == result
    assert len(report.left) == conflicts
    assert report.codes == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "continued"),
    [
        (("a", "2026-01-02"), ("a", "2026-01-03"), ("a", "2026-01-02"), 0),
        (("a", "2026-01-02"), ("b", "2026-01-03"), (LINE.join("ab"), "2026-01-03"), 1),
        (("a", "2026-01-02"), ("b", "2026-01-01"), (LINE.join("ab"), "2026-01-02"), 1),
        (("", "2026-01-02"), ("b", "2026-01-03"), ("b", "2026-01-03"), 1),
    ],
)
def test_statements_join_part_by_part(
    talk: Study, ours: tuple[str, str], theirs: tuple[str, str], result: tuple[str, str], continued: int
) -> None:
    """One writer's pain on one passage here and there, with when it was written; another writer's comes beside it."""
    first, second, *_ = suggest_four(talk)
    copy = copy_of(talk)
    for path, (pain, at) in ((talk.path, ours), (copy, theirs)):
        with studies.open_study(path) as own, own.action("statement"):
            row = {"situation": "late", "motivation": "", "outcome": "", "pain": pain, "workaround": ""}
            own.insert("job_statements", {"passage_id": first, "written_by": "Ada", "written_at": at} | row)
            if path == copy:
                own.insert("job_statements", {"passage_id": second, "written_by": "Ben", "written_at": at} | row)
    report = merging.merge(talk, copy)
    rows = talk.rows("SELECT passage_id, written_by, situation, pain, written_at FROM job_statements ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (first, "Ada", "late", *result),
        (second, "Ben", "late", *theirs),
    ]
    assert (report.statements, report.statements_continued) == (1, continued)
    again = merging.merge(talk, copy)
    assert (again.statements, again.statements_continued) == (0, 0)


@pytest.mark.parametrize("at", ["2026-01-01", "2026-01-03"])
def test_a_memo_that_is_continued_has_the_later_date(talk: Study, at: str) -> None:
    copy = copy_of(talk)
    for path, words, written_at in ((talk.path, "a", "2026-01-02"), (copy, "b", at)):
        with studies.open_study(path) as own, own.action("memo"):
            own.insert("memos", {"interview_id": 1, "words": words, "written_by": "Ada", "written_at": written_at})
    merging.merge(talk, copy)
    assert [tuple(row) for row in talk.rows("SELECT words, written_at FROM memos")] == [
        (LINE.join("ab"), max(at, "2026-01-02"))
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "left", "added"),
    [
        ([], [(1, 2, "together"), (3, 4, "apart")], 0, 2),
        ([(1, 2, "together")], [(1, 2, "together")], 0, 0),
        ([(1, 2, "together")], [(1, 2, "apart"), (3, 4, "apart")], 1, 1),
    ],
)
def test_pairs_join_and_keep_who_decided_them(
    talk: Study, ours: list[tuple[int, int, str]], theirs: list[tuple[int, int, str]], left: int, added: int
) -> None:
    suggest_four(talk)
    copy = copy_of(talk)
    for path, name, pairs in ((talk.path, "Ada", ours), (copy, "Ben", theirs)):
        with as_coder(path, name) as own, own.action("pairs"):
            for first, second, kind in pairs:
                row = {"first_id": first, "second_id": second, "kind": kind, "decided_by": name, "decided_at": name}
                own.insert("passage_pairs", row)
    report = merging.merge(talk, copy)
    assert len(report.left) == left
    known = {(first, second) for first, second, _ in ours}
    came = [(*pair, "Ben", "Ben") for pair in theirs if pair[:2] not in known]
    rows = talk.rows("SELECT first_id, second_id, kind, decided_by, decided_at FROM passage_pairs ORDER BY id")
    assert [tuple(row) for row in rows] == [*((*pair, "Ada", "Ada") for pair in ours), *came]
    assert len(came) == added
    assert len(merging.merge(talk, copy).left) == left


def test_off_topic_joins_with_who_said_it_and_when(talk: Study) -> None:
    suggest_four(talk)
    copy = copy_of(talk)
    for path, name, passage in ((talk.path, "Ada", 1), (copy, "Ben", 1), (copy, "Ben", 2)):
        with as_coder(path, name) as own, own.action("off"):
            own.insert("off_topic", {"passage_id": passage, "decided_by": name, "decided_at": name})
    report = merging.merge(talk, copy)
    rows = talk.rows("SELECT passage_id, decided_by, decided_at FROM off_topic ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, "Ada", "Ada"), (2, "Ben", "Ben")]
    assert not report.left


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "conflicts"),
    [
        (None, ("Need", ""), ("Need", ""), 0),
        (("Need", ""), ("need", "words"), ("Need", "words"), 0),
        (("Need", "words"), ("Need", "words"), ("Need", "words"), 0),
        (("Need", "words"), ("Need", ""), ("Need", "words"), 0),
        (("Need", "words"), ("Need", "other"), ("Need", "words"), 1),
    ],
)
def test_needs_join_by_name(
    talk: Study,
    ours: tuple[str, str] | None,
    theirs: tuple[str, str],
    result: tuple[str, str],
    conflicts: int,
) -> None:
    copy = copy_of(talk)
    for path, name, need in ((talk.path, "Ada", ours), (copy, "Ben", theirs)):
        if need is not None:
            with as_coder(path, name) as own, own.action("need"):
                row = {"position": 1, "stated_by": name, "stated_at": name}
                own.insert("needs", {"name": need[0], "description": need[1]} | row)
    report = merging.merge(talk, copy)
    rows = talk.rows("SELECT name, description, stated_by, stated_at FROM needs")
    who = "Ben" if ours is None else "Ada"
    assert [tuple(row) for row in rows] == [(*result, who, who)]
    assert len(report.left) == conflicts
    assert report.needs == (result != ours)
