"""Pairs of passages: connected ones are one chain, and a pair that contradicts what was decided is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.segments import constraints
from tests.fixtures.studies.colleague_copies import suggest_four
from tests.fixtures.wording.matching import refuses

PAIRS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=12)


@given(pairs=PAIRS)
def test_a_chain_is_known_by_its_lowest_passage(pairs: list[tuple[int, int]]) -> None:
    connected = {passage: {passage} for pair in pairs for passage in pair}
    for _ in connected:
        for first, second in pairs:
            connected[first] = connected[second] = connected[first] | connected[second]
    assert constraints.chains(pairs) == {passage: min(others) for passage, others in connected.items()}


Pair = tuple[int, int, constraints.PairKind]


@pytest.mark.parametrize(
    ("decided", "pair", "answer"),
    [
        ([], (1, 2, "together"), True),
        ([], (2, 1, "apart"), True),
        ([(1, 2, "together")], (2, 1, "together"), False),
        ([(1, 2, "apart")], (1, 2, "apart"), False),
        ([(1, 2, "together")], (1, 3, "together"), True),
        ([(1, 2, "together")], (2, 3, "apart"), True),
        ([(1, 2, "together"), (3, 4, "together")], (1, 4, "apart"), True),
        ([(1, 2, "apart"), (3, 4, "apart")], (1, 4, "together"), True),
        ([(1, 2, "apart"), (2, 3, "apart")], (1, 3, "together"), True),
        ([], (2, 2, "together"), "itself"),
        ([(1, 2, "together")], (2, 1, "apart"), "are kept together"),
        ([(1, 2, "apart")], (2, 1, "together"), "are kept apart"),
        ([(1, 2, "together"), (2, 3, "together")], (1, 3, "apart"), "over others"),
        ([(1, 2, "together"), (1, 3, "apart")], (2, 3, "together"), "1 and 3 are kept apart"),
        ([(1, 2, "together"), (3, 4, "together"), (1, 4, "apart")], (2, 3, "together"), "1 and 4 are kept apart"),
    ],
)
def test_a_pair_is_new_known_or_contradicts(talk: Study, decided: list[Pair], pair: Pair, answer: bool | str) -> None:
    assert suggest_four(talk) == [1, 2, 3, 4]
    with talk.action("pairs"):
        for each in decided:
            assert constraints.set_pair(talk, *each)
    before = [(row.first, row.second, row.kind) for row in constraints.pairs(talk)]
    if isinstance(answer, str):
        with refuses(UsageError, answer), talk.action("pair"):
            constraints.set_pair(talk, *pair)
    else:
        with talk.action("pair"):
            assert constraints.set_pair(talk, *pair) is answer
        first, second, kind = pair
        before += [(min(first, second), max(first, second), kind)] * answer
    assert [(row.first, row.second, row.kind) for row in constraints.pairs(talk)] == before


# Passages 1 and 2 lie in a kept segment, 3 in another one, 4 is off-topic; 5 was decided nowhere.
@pytest.mark.parametrize(
    ("decided", "pair", "answer"),
    [
        ([], (1, 2, "together"), True),
        ([], (1, 5, "together"), True),
        ([], (1, 3, "apart"), True),
        ([], (1, 5, "apart"), True),
        ([], (4, 5, "apart"), True),
        ([(1, 5, "together")], (2, 5, "together"), True),
        ([], (1, 2, "apart"), "both lie in “Kept”"),
        ([], (1, 3, "together"), "one lies in “Kept” and the other in “Other”"),
        ([], (3, 4, "together"), "no segment, as off-topic"),
        ([(1, 5, "together")], (3, 5, "together"), "one lies in “Kept” and the other in “Other”"),
    ],
)
def test_a_pair_does_not_contradict_places(talk: Study, decided: list[Pair], pair: Pair, answer: bool | str) -> None:
    suggest_four(talk)
    with talk.action("fifth"):
        row = {"interview_id": 1, "speaker_id": 2, "start": 141, "end": 143, "status": "suggested", "origin": "program"}
        text = talk.rows("SELECT text FROM interviews")[0][0]
        assert talk.insert("passages", row | {"quote": text[141:143]}) == 5
    with talk.action("places"):
        for name, passages in (("Kept", (1, 2)), ("Other", (3,))):
            segment = talk.insert("segments", {"name": name, "status": "named"})
            for passage in passages:
                member = {"segment_id": segment, "passage_id": passage, "strength": 1.0, "placed_by": "run"}
                talk.insert("segment_passages", member)
        constraints.set_off_topic(talk, [4])
        for each in decided:
            constraints.set_pair(talk, *each)
    if isinstance(answer, str):
        with refuses(UsageError, answer), talk.action("pair"):
            constraints.set_pair(talk, *pair)
    else:
        with talk.action("pair"):
            assert constraints.set_pair(talk, *pair) is answer


def test_a_pair_is_taken_back_in_either_order(talk: Study) -> None:
    suggest_four(talk)
    with talk.action("pair"):
        constraints.set_pair(talk, 3, 1, "apart")
    with talk.action("back"):
        constraints.remove_pair(talk, 3, 1)
    assert constraints.pairs(talk) == []
    with refuses(NotFoundError, "1 and 3 are not a pair"), talk.action("back"):
        constraints.remove_pair(talk, 3, 1)


def test_off_topic_is_said_once_and_taken_back(talk: Study) -> None:
    suggest_four(talk)
    with talk.action("off"):
        assert constraints.set_off_topic(talk, [2, 1, 2]) == [2, 1]
        assert constraints.set_off_topic(talk, [1, 3]) == [3]
    assert [row.passage for row in constraints.off_topic(talk)] == [2, 1, 3]
    with talk.action("on"):
        assert constraints.clear_off_topic(talk, [1, 4]) == 1
    assert [row.passage for row in constraints.off_topic(talk)] == [2, 3]


def test_proposals_stand_strongest_first_until_they_are_declined(talk: Study) -> None:
    suggest_four(talk)
    with talk.action("propose"):
        segments = [talk.insert("segments", {"name": name, "status": "named"}) for name in ("A", "B")]
        run = talk.insert("runs", dict.fromkeys(("started_at", "model", "model_sha256", "parameters", "versions", "input_sha256"), "{}") | {"seed": 0, "input_status": "accepted"})  # fmt: skip  # noqa: E501
        constraints.replace_proposals(talk, run, {segments[1]: [(1, 0.5)], segments[0]: [(2, 0.4), (3, 0.6)]})
    assert [(p.passage, p.segment, p.strength) for p in constraints.proposals(talk)] == [
        (3, segments[0], 0.6),
        (2, segments[0], 0.4),
        (1, segments[1], 0.5),
    ]
    assert [p.passage for p in constraints.proposals(talk, segments[1])] == [1]
    assert constraints.proposed_to(talk, [1, 2]) == {1: segments[1], 2: segments[0]}
    with talk.action("decline"):
        constraints.decline(talk, [2])
    assert constraints.declined(talk) == [(2, segments[0])]
    with refuses(NotFoundError, "Passage 2 is proposed to no segment"):
        constraints.proposed_to(talk, [2])
    with talk.action("again"):
        constraints.replace_proposals(talk, run, {segments[0]: [(2, 0.4)], segments[1]: [(2, 0.3)]})
    assert [(p.passage, p.segment) for p in constraints.proposals(talk)] == [(2, segments[1])]
