"""The history of one segment: what joined and left it by each action, what was merged into it, and what undo leaves out."""

from __future__ import annotations

from needsseg.actions.study import history
from needsseg.study.connection import Study
from needsseg.study.segments import lineage
from needsseg.study.segments.lineage import Change
from tests.fixtures.studies.colleague_copies import suggest_four


def make_segment(study: Study, name: str, passages: list[int]) -> int:
    """A new candidate with passages, by one action."""
    with study.action("make", name):
        segment = study.insert("segments", {"name": name, "status": "candidate"})
        put_passages(study, segment, passages)
    return segment


def put_passages(study: Study, segment: int, passages: list[int]) -> None:
    for passage in passages:
        study.execute("DELETE FROM segment_passages WHERE passage_id = ?", [passage])
        row = {"segment_id": segment, "passage_id": passage, "strength": 1.0, "placed_by": "hand"}
        study.insert("segment_passages", row)


def describe(changes: list[Change]) -> list[tuple[object, ...]]:
    return [(one.action, dict(one.arrivals), dict(one.departures), one.merged) for one in changes]


def test_passages_are_counted_by_where_they_came_from_and_went(talk: Study) -> None:
    first, second, third, fourth = suggest_four(talk)
    upper = make_segment(talk, "Upper", [first, second])
    lower = make_segment(talk, "Lower", [third])
    with talk.action("move"):
        put_passages(talk, lower, [first, second, fourth])
    with talk.action("there and back"):  # what a passage passes through within one action is no change
        put_passages(talk, upper, [first])
        put_passages(talk, lower, [first])
    with talk.action("drop"):
        talk.execute("DELETE FROM segment_passages WHERE passage_id IN (?, ?)", [second, third])
    assert describe(lineage.changes(talk, upper)) == [("make", {None: 2}, {}, ()), ("move", {}, {lower: 2}, ())]
    assert describe(lineage.changes(talk, lower)) == [
        ("make", {None: 1}, {}, ()),
        ("move", {upper: 2, None: 1}, {}, ()),
        ("drop", {}, {None: 2}, ()),
    ]
    history.undo(talk)
    assert [one.action for one in lineage.changes(talk, lower)] == ["make", "move"], "what is undone was not"


def test_a_change_has_the_row_before_the_action_and_after_it(talk: Study) -> None:
    segment = make_segment(talk, "Planner", [])
    other = make_segment(talk, "Other", [])
    with talk.action("rename"):
        for name in ("Planners", "Planning"):
            talk.execute("UPDATE segments SET name = ?, stability = 0.1 WHERE id = ?", [name, segment])
    with talk.action("delete"):
        talk.execute("DELETE FROM segments WHERE id = ?", [segment])
    rows = [(one.before, one.after) for one in lineage.changes(talk, segment)]
    names = [tuple(None if row is None else row["name"] for row in pair) for pair in rows]
    assert names == [(None, "Planner"), ("Planner", "Planning"), ("Planning", None)]
    renamed = rows[1][1]
    assert renamed is not None
    assert (renamed["id"], renamed["stability"], renamed["merged_into"]) == (segment, 0.1, None)
    assert [one.action for one in lineage.changes(talk, other)] == ["make"]


def test_a_merge_is_told_once_whatever_happens_to_the_merged_segment_later(talk: Study) -> None:
    target, merged, elsewhere = (make_segment(talk, name, []) for name in ("Target", "Merged", "Elsewhere"))
    with talk.action("merge"):
        talk.execute("UPDATE segments SET status = 'merged', merged_into = ? WHERE id = ?", [target, merged])
    with talk.action("describe"):
        talk.execute("UPDATE segments SET description = 'less' WHERE id = ?", [merged])
    with talk.action("merge again"):
        talk.execute("UPDATE segments SET merged_into = ? WHERE id = ?", [elsewhere, merged])
    with talk.action("born merged"):
        born = talk.insert("segments", {"name": "Born", "status": "merged", "merged_into": target})
    assert describe(lineage.changes(talk, target))[1:] == [
        ("merge", {}, {}, (merged,)),
        ("born merged", {}, {}, (born,)),
    ]
    assert describe(lineage.changes(talk, elsewhere))[1:] == [("merge again", {}, {}, (merged,))]
