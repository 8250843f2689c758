"""The queue from the command line: listed, decided by place, and told in words what is to be expected."""

from __future__ import annotations

from needsseg.actions.coding.suggesting import Queue
from needsseg.cli.coding.suggesting import outlook_lines
from needsseg.coding.learning import ENOUGH, Outlook
from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.coding import ALL_BEFORE, LEARNED_FROM, LEARNS_FROM, NOTHING_UNDECIDED, QUEUE_HOLDS_NOTHING
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]


def test_the_queue_is_listed_decided_and_learned_from(needsseg: Caller) -> None:
    needsseg.done("suggest")
    listed = needsseg.done("queue", "--json", "--limit", "12").json
    assert set(listed) == {"learned", "decisions", "outlook", "unread", "items"}
    assert not listed["learned"] and len(listed["items"]) == 12
    assert {item["chance"] for item in listed["items"]} == {listed["outlook"]["left"]} == {None}
    places = [
        (item["interview"], item["start"]) for item in needsseg.done("queue", "--reading", "--json").json["items"]
    ]
    assert places == sorted(places)
    assert says(needsseg.done("queue").err, LEARNS_FROM, "10 decisions")
    for number, item in enumerate(listed["items"]):
        place = (item["interview"], item["start"], item["end"])
        said = needsseg.done("decide-window", *place, "--reject" if number % 2 else "--accept")
        assert int(said.out) == item["passage"]
    assert needsseg.done("embed", "--participants", "--json").json["embedded"]
    assert says(needsseg.done("embed", "--participants").err, ALL_BEFORE)
    after = needsseg.done("queue", "--json").json
    assert after["learned"] and after["decisions"] == 12
    fresh = next(
        item for item in needsseg.done("queue", "--json", "--limit", "999").json["items"] if not item["passage"]
    )
    needsseg.done("decide-window", fresh["interview"], fresh["start"], fresh["end"], "--accept")
    (row,) = [p for p in needsseg.done("passages", "--json").json if p["quote"] == fresh["quote"]]
    assert (row["status"], row["origin"], row["score"]) == ("accepted", "program", fresh["score"])
    shown = needsseg.done("queue", "--limit", "3")
    assert "%" in shown.out
    assert says(shown.err, LEARNED_FROM, "13 decisions")
    needsseg.done("undo")
    assert needsseg.done("queue", "--json").json["decisions"] == 12


def test_what_cannot_be_decided_is_said(needsseg: Caller) -> None:
    assert says(needsseg.done("queue").err, NOTHING_UNDECIDED)
    called = needsseg("decide-window", "gus-petrakis", 1, 2, "--accept")
    assert called.code == 1 and says(called.err, QUEUE_HOLDS_NOTHING, "1–2")
    called = needsseg("decide-window", "gus-petrakis", 1, 2)
    assert called.code == 2 and says(called.err, "--accept", "--reject")


def test_the_end_is_told_with_both_shares() -> None:
    queue = Queue((), True, 60, Outlook(80, 4.0, 0.11, 0.05, True), 2)
    first, second = outlook_lines(queue)
    assert says(first, "5%", "11%")
    assert says(second, "2 interviews", "needsseg embed")
    assert str(ENOUGH) in outlook_lines(Queue((), False, 3, Outlook(80, 4.0, 0.11, None, False), 0))[0]
