"""New text onto segments: a label with what it is worth, or an honest abstention."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from needsseg.errors import UsageError
from needsseg.segments import assign
from needsseg.segments.assigning import NOTHING_FITS, TWO_FIT, Assigner, learn
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.segments import NO_CONFIRMED_SEGMENT, ONLY_SEGMENT

Matrix = NDArray[np.float64]


def _unit(rows: Matrix) -> Matrix:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _segments(
    seed: int = 0, each: int = 20, width: float = 0.8, dimensions: int = 24
) -> tuple[Matrix, list[str], list[str]]:
    """Three clouds of unit rows, said by six people in turn."""
    drawn = np.random.default_rng(seed)
    names = [name for name in ("Builder", "Coordinator", "Reporter") for _ in range(each)]
    centres = np.repeat(np.eye(dimensions)[:3] * 3, each, axis=0)
    return (
        _unit(centres + width * drawn.normal(size=(3 * each, dimensions))),
        names,
        [f"p{i % 6}" for i in range(3 * each)],
    )


@pytest.fixture(scope="module")
def assigner() -> Assigner:
    rows, names, speakers = _segments()
    return learn(rows, names, speakers)


def test_texts_of_the_same_kind_get_their_label(assigner: Assigner) -> None:
    rows, names, _ = _segments(seed=1)
    verdicts = assigner.assign(rows)
    given = [(verdict.label, name) for verdict, name in zip(verdicts, names, strict=True) if verdict.label is not None]
    assert len(given) > 0.7 * len(names)
    right = sum(label == name for label, name in given) / len(given)
    assert right >= 0.9
    assert all(
        verdict.reason == "" and verdict.confidence >= assigner.threshold - 1e-4
        for verdict in verdicts
        if verdict.label
    )


def test_what_is_like_none_of_them_gets_no_label(assigner: Assigner) -> None:
    strangers = _unit(np.eye(24)[6:12] * 3 + 0.3 * np.random.default_rng(2).normal(size=(6, 24)))
    assert {(verdict.label, verdict.reason) for verdict in assigner.assign(strangers)} == {(None, NOTHING_FITS)}


def test_what_lies_between_two_gets_no_label_and_both_names(assigner: Assigner) -> None:
    middle = assigner.rows[assigner.codes == 0].mean(axis=0) + assigner.rows[assigner.codes == 1].mean(axis=0)
    verdict = assigner.assign(_unit(middle[None, :]))[0]
    assert (verdict.label, verdict.reason) == (None, TWO_FIT)
    assert {verdict.first, verdict.second} == {"Builder", "Coordinator"}


def test_evidence_is_the_closest_passages_of_the_segment_itself(assigner: Assigner) -> None:
    for verdict, row in zip(assigner.assign(assigner.rows[:30]), assigner.rows[:30], strict=True):
        near = [float(assigner.rows[place] @ row) for place in verdict.evidence]
        assert len(near) == 3
        assert near == sorted(near, reverse=True)
        assert {assigner.names[assigner.codes[place]] for place in verdict.evidence} == {verdict.first}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_neither_the_order_nor_the_company_of_texts_changes_a_verdict(seed: int) -> None:
    rows, names, speakers = _segments()
    new, _, _ = _segments(seed=3)
    shuffled = list(range(len(names)))
    random.Random(seed).shuffle(shuffled)
    first = learn(rows, names, speakers).assign(new)
    second = learn(rows[shuffled], [names[i] for i in shuffled], [speakers[i] for i in shuffled]).assign(new[::-1])[
        ::-1
    ]
    assert [(one.label, one.reason) for one in first] == [(one.label, one.reason) for one in second]
    assert [one.confidence for one in first] == pytest.approx([one.confidence for one in second], abs=2e-4)


def test_a_higher_precision_labels_fewer_and_promises_more() -> None:
    rows, names, speakers = _segments(width=1.3)
    new, _, _ = _segments(seed=4, width=1.3)
    made = [learn(rows, names, speakers, precision=precision) for precision in (0.7, 0.8, 0.9)]
    promised = [one.expected() for one in made]
    assert [one.precision for one in promised] == sorted(one.precision for one in promised)
    assert all(one.precision >= asked - 1e-9 for one, asked in zip(promised, (0.7, 0.8, 0.9), strict=True))
    counts = [sum(verdict.label is not None for verdict in one.assign(new)) for one in made]
    assert counts == sorted(counts, reverse=True)


def test_passages_of_no_segment_teach_what_does_not_belong() -> None:
    rows, names, speakers = _segments()
    near = _unit(np.eye(24)[:1] * 2 + np.eye(24)[9:10] * 2.4 + 0.3 * np.random.default_rng(5).normal(size=(20, 24)))
    without, with_them = learn(rows, names, speakers), learn(rows, names, speakers, near[:15])
    assert np.mean([v.confidence for v in with_them.assign(near[15:])]) < np.mean(
        [v.confidence for v in without.assign(near[15:])]
    )


def test_one_segment_alone_needs_passages_outside_it() -> None:
    rows, names, _ = _segments()
    with refuses(UsageError, "Builder", ONLY_SEGMENT):
        learn(rows[:20], names[:20])
    found = learn(rows[:20], names[:20], others=rows[20:]).assign(_segments(seed=6)[0])
    assert sum(verdict.label is None for verdict in found[20:]) >= 36
    assert all(verdict.second is None for verdict in found)


def test_a_segment_of_one_persons_words_still_works() -> None:
    rows, names, _ = _segments()
    found = learn(rows, names, [{"Builder": "ada", "Coordinator": "bo", "Reporter": "cy"}[name] for name in names])
    assert found.assign(rows[:1])[0].first == "Builder"


def test_no_segment_and_shares_that_are_none_are_refused() -> None:
    rows, names, _ = _segments()
    with refuses(UsageError, NO_CONFIRMED_SEGMENT):
        learn(rows[:0], [])
    with refuses(UsageError, "precision = 1.0", hint=False):
        learn(rows, names, precision=1.0)
    with refuses(UsageError, "off-topic = 0", hint=False):
        learn(rows, names, off_topic=0)


def test_real_texts() -> None:
    """The room's whole walk with the bundled model: texts in, labels out."""
    segments = {
        "Coordinator": [
            "I need to know who has which task and whether it is moving.",
            "Everybody thought somebody else was doing it, so it fell through the cracks.",
            "When I hand over my shift the next person has to know what is still open.",
            "I want one name on every task, so I do not have to chase people.",
        ],
        "Reporter": [
            "The board wants one page every month that says where we stand.",
            "I spend hours putting together the status report for leadership.",
            "The numbers in the slides did not agree and someone asked me why.",
            "I need last quarter's figures next to this quarter's for the funder.",
        ],
    }
    found = assign(
        ["My boss wants a monthly report with figures for the board.", "My parcel came with a dented box."],
        segments,
        precision=0.7,
    )
    assert found[0].first == "Reporter"
    assert found[0].confidence > found[1].confidence
    assert found[1].label is None
