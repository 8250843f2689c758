"""What nobody spoke of stays: to confirm candidates as they were found leaves the others and what fits none alone."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.discovery import Decisions, Discovery, discover
from needsseg.embedding.vectors import unit
from needsseg.study.connection import Study

CONFIRMED = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]


def _loose(
    sizes: Sequence[int] = (80, 75, 70), off: int = 12, seed: int = 0, d: int = 64, spread: float = 2.1
) -> tuple[np.ndarray, list[str]]:
    """Vectors around a few directions as loosely as what people say in interviews, some around none; and texts."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), d))
    truth = np.array([k for k, size in enumerate(sizes) for _ in range(size)] + [-1] * off)
    rows = rng.normal(size=(len(truth), d)) * spread
    rows[truth >= 0] += centres[truth[truth >= 0]]
    return unit(rows), [f"passage {i}" for i in range(len(rows))]


def _found(texts: list[str], rows: np.ndarray, assigned: dict[int, str | None] | None = None) -> Discovery:
    return discover(texts, vectors=rows, decisions=Decisions(assigned=assigned or {}), resamples=0)


def _kept(before: Discovery, after: Discovery, label: int) -> float:
    """The share of a candidate's passages that are together still, under no name or its own."""
    mine = before.candidates[label].members
    again = [c for c in after.candidates if c.name in (None, f"C{label}")]
    return max((len(set(mine) & set(c.members)) for c in again), default=0) / len(mine)


def _unassigned(found: Discovery) -> int:
    return sum(label < 0 for label in found.labels)


@pytest.fixture(scope="module", params=[0, 1, 3])
def loose(request: pytest.FixtureRequest) -> tuple[list[str], np.ndarray, Discovery]:
    """Three loose themes, and what is found in them before anyone has spoken."""
    rows, texts = _loose(seed=request.param)
    found = _found(texts, rows)
    assert len(found.candidates) == 3
    return texts, rows, found


@pytest.mark.slow
@pytest.mark.parametrize("confirmed", CONFIRMED)
def test_candidates_confirmed_as_found_leave_the_others_as_they_were(loose, confirmed) -> None:
    texts, rows, before = loose
    placed = {i: f"C{label}" for label in confirmed for i in before.candidates[label].members}
    after = _found(texts, rows, placed)
    for label in {0, 1, 2} - set(confirmed):
        assert _kept(before, after, label) >= 0.95
    assert _unassigned(after) <= _unassigned(before) + 3


@pytest.mark.slow
def test_one_answer_elsewhere_does_not_fray_what_it_speaks_of(loose) -> None:
    texts, rows, before = loose
    for confirmed, other in itertools.permutations(range(3), 2):
        placed = dict.fromkeys(before.candidates[confirmed].members, f"C{confirmed}")
        after = _found(texts, rows, placed | {before.candidates[other].exemplars[0]: f"C{other}"})
        assert min(_kept(before, after, label) for label in {0, 1, 2} - {confirmed}) >= 0.95
        assert _unassigned(after) <= _unassigned(before) + 3


@pytest.mark.slow
def test_a_candidate_split_in_two_leaves_the_others_as_they_were(loose) -> None:
    """Half its answers speak against what was found, but only there."""
    texts, rows, before = loose
    for split in range(3):
        members = np.array(before.candidates[split].members)
        across = np.linalg.svd(rows[members] - rows[members].mean(axis=0), full_matrices=False)[0][:, 0]
        placed = {int(i): "one" if side else "two" for i, side in zip(members, across > 0, strict=True)}
        after = _found(texts, rows, placed)
        assert min(_kept(before, after, label) for label in {0, 1, 2} - {split}) >= 0.95
        assert _unassigned(after) <= _unassigned(before) + 3


@pytest.mark.slow
def test_answers_that_contradict_what_was_found_are_followed(loose) -> None:
    """Three confirmed wholly do not make a fourth hold together that a person takes apart."""
    rows, texts = _loose((60, 60, 60, 60), seed=4, spread=0.8)
    truth = np.array([i // 60 for i in range(240)] + [-1] * 12)
    apart = {i: f"theme {truth[i]}" for i in range(240) if truth[i] < 2 or i % 60 < 12}
    wide = np.where(truth == 3, 2, truth)
    merged = {i: f"theme {wide[i]}" for i in range(240) if wide[i] < 2 or i % 60 < 12}
    for answers, wanted in ((apart, truth), (merged, wide)):
        found = _found(texts, rows, answers)
        named = [found.candidates[found.labels[i]].name if found.labels[i] >= 0 else None for i in range(240)]
        right = [named[i] == f"theme {wanted[i]}" for i in range(240) if i not in answers]
        assert np.mean(right) > 0.9


@pytest.mark.slow
def test_answers_teach_the_same_in_any_row_order(loose) -> None:
    texts, rows, before = loose
    placed = dict.fromkeys(before.candidates[0].members, "C0") | {before.candidates[1].exemplars[0]: "C1"}
    order = np.random.default_rng(0).permutation(len(texts))
    at = {int(old): new for new, old in enumerate(order)}
    one = _found(texts, rows, placed)
    other = _found([texts[i] for i in order], rows[order], {at[i]: name for i, name in placed.items()})
    assert [other.labels[at[i]] for i in range(len(texts))] == list(one.labels)
    assert [other.strengths[at[i]] for i in range(len(texts))] == list(one.strengths)


@pytest.mark.slow
def test_confirming_in_the_sample_study_leaves_the_other_candidates_as_they_were(demo_study: Study) -> None:
    while any(row.status != "candidate" for row in evidence.listing(demo_study)):
        history.undo(demo_study, anyones=True)
    unassigned, found = discovery.discover(demo_study).unassigned, _members(demo_study)
    assert len(found) == 3
    for confirmed in CONFIRMED[:4]:
        kept = {sorted(found)[at] for at in confirmed}
        for segment in sorted(kept):
            segments.rename(demo_study, segment, f"Need {segment}")
            segments.confirm(demo_study, segment, undecided=True)
        again, now = discovery.discover(demo_study), _members(demo_study)
        assert {segment: now[segment] for segment in kept} == {segment: found[segment] for segment in kept}
        for segment in set(found) - kept:
            best = max(len(found[segment] & members) for other, members in now.items() if other not in kept)
            assert best >= 0.95 * len(found[segment])
        assert again.found_again == len(kept) and again.unassigned <= unassigned + 3
        for _ in range(2 * len(kept) + 1):
            history.undo(demo_study)
        assert _members(demo_study) == found


def _members(study: Study) -> dict[int, set[int]]:
    return {
        row.id: {passage.id for passage, _ in evidence.evidence(study, row.id).passages}
        for row in evidence.listing(study)
    }
