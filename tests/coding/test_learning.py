"""The program learns from decisions: better than the untrained order at equal effort, honest below ten, the same every time."""

import csv
import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import suggesting as bench
from needsseg import transcripts
from needsseg.coding import learning, suggest
from needsseg.coding.learning import NEXT, RECENT, UNLIKELY, Measured, _shift, joined, likenesses, measure, rank
from needsseg.coding.linguistic_cues import KINDS
from tests.fixtures.samples import DATA, INTERVIEWS
from tests.fixtures.wording.coding import LIKE_ACCEPTED, LIKE_REJECTED
from tests.fixtures.wording.matching import says


@pytest.fixture(scope="module")
def gold() -> bench.Marked:
    return bench.gold()


@pytest.fixture(scope="module")
def sample() -> bench.Marked:
    return bench.sample()


def _made(rows: list[list[float]], untrained: list[float]) -> Measured:
    unit = np.array(rows, dtype=np.float64).reshape(len(rows), 3)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    signs = np.zeros((len(rows), len(KINDS) + 1))
    names = tuple(f"words of window {at}" for at in range(len(rows)))
    return Measured(unit, signs, np.array(untrained), tuple(("probe",) for _ in rows), names)


@pytest.mark.slow
def test_the_marks_of_the_sample_study_are_exact() -> None:
    read = cache(transcripts.read)
    for row in csv.DictReader((DATA / "sample_marks.csv").read_text(encoding="utf-8").splitlines()):
        transcript = read(INTERVIEWS / row["file"])
        assert transcript.text.count(row["quote"]) == 1, row
        start = transcript.text.index(row["quote"])
        end = start + len(row["quote"])
        assert any(t.start <= start and end <= t.end and t.role == "participant" for t in transcript.turns), row


@pytest.mark.slow
def test_on_the_gold_set_learning_is_no_worse_than_the_untrained_order_and_better_than_chance(
    gold: bench.Marked,
) -> None:
    """Two thirds of the set are acceptable, so that there is little to learn: within one window (benchmarks/results.md)."""
    ours, untrained = bench.learning(gold), bench.untrained(gold)
    for effort in (25, 50):
        accepted, found = bench.after(gold, ours, effort)
        assert accepted >= bench.after(gold, untrained, effort)[0] - 1.01 / effort
        by_chance = np.mean([bench.after(gold, bench.at_random(gold, seed), effort) for seed in range(20)], axis=0)
        assert accepted > by_chance[0] + 0.1
        assert found > by_chance[1] + 0.05


@pytest.mark.slow
def test_learning_needs_fewer_decisions_in_the_sample_study(sample: bench.Marked) -> None:
    ours = bench.needed(sample, bench.learning(sample))
    random = np.mean([bench.needed(sample, bench.at_random(sample, seed)) for seed in range(20)])
    untrained, keyword = (bench.needed(sample, order(sample)) for order in (bench.untrained, bench.by_keyword))
    # More than half of the sample's suggestions are marked: there is little left to learn beside what is known untrained.
    assert max(ours, untrained) < keyword < random and ours < 1.1 * untrained


@pytest.mark.slow
def test_suggestions_are_better_than_chance_without_any_decision(gold: bench.Marked, sample: bench.Marked) -> None:
    for marked in (gold, sample):
        average, chance = bench.sentences(marked)
        assert average > chance + 0.1
        _, precision, recall = bench.stored(marked)
        assert precision > 0.6
        assert recall > 0.45


def test_a_threshold_of_nothing_gives_every_window() -> None:
    transcript = transcripts.read(DATA / "gold" / "00022.md")
    scored, default = suggest(transcript, threshold=0.0), suggest(transcript)
    assert len(scored) > len(default) > 0
    assert {(s.start, s.end): s.score for s in scored}.items() >= {(s.start, s.end): s.score for s in default}.items()
    assert any(not s.reasons for s in scored), "windows without a cue are there, too"
    assert all(0 <= s.score <= 1 for s in scored)


@pytest.mark.slow
def test_expected_acceptable_windows_are_near_what_there_is(sample: bench.Marked) -> None:
    order = bench.learning(sample)
    for effort in (60, 150, 240):
        done, left = order[:effort], sorted(order[effort:])
        said = [bool(sample.finds[at]) for at in done]
        outlook = rank(sample.measured.only(left), sample.measured.only(done), said).outlook
        truly = sum(bool(sample.finds[at]) for at in left)
        assert abs(outlook.left - truly) < 0.2 * len(left)


def test_without_a_decision_the_untrained_order_stands_and_the_first_one_counts() -> None:
    open_ = _made([[1, 0.1 * at, 0] for at in range(3)] + [[0, 0.1 * at, 1] for at in range(3)], [0.5] * 6)
    nothing = rank(open_, _made([], []), [])
    assert np.array_equal(nothing.chances, open_.untrained)
    assert nothing.order == tuple(range(6))
    for said in (True, False):
        one = rank(open_, _made([[1, 0, 0]], [0.5]), [said])
        assert not one.learned, "what is left is not known yet"
        first = set(one.order[:3])
        assert first == ({0, 1, 2} if said else {3, 4, 5})


@pytest.mark.slow
def test_below_ten_decisions_or_of_one_kind_no_forecast_is_given(gold: bench.Marked) -> None:
    done, left = list(range(30)), list(range(30, 134))
    for said in ([True, False] * 4, [True] * 30, [False] * 30):
        ranking = rank(gold.measured.only(left), gold.measured.only(done[: len(said)]), said)
        assert not ranking.learned
        assert not ranking.outlook.unlikely
        assert ranking.decisions == len(said)
    assert rank(gold.measured.only(left), gold.measured.only(done), [True] * 29 + [False]).learned


def test_what_stands_near_an_accepted_window_comes_first() -> None:
    rows = [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]
    far, near, other = ("a", 9000.0), ("a", 400.0), ("b", 400.0)
    plain = _made(rows, [0.5] * 3)
    open_ = Measured(plain.rows, plain.signs, plain.untrained, plain.reasons, plain.texts, (far, near, other))
    one = _made([[1.0, 1.0, 1.0]], [0.5])
    decided = Measured(one.rows, one.signs, one.untrained, one.reasons, one.texts, (("a", 100.0),))
    assert rank(open_, decided, [True]).order[0] == 1
    assert rank(open_, decided, [False]).order[-1] == 1


def test_forecasts_that_were_too_high_are_lowered() -> None:
    decided = _made([[1, 0.01 * at, 0] for at in range(40)], [0.9] * 40)
    said = [at % 10 == 0 for at in range(40)]
    ranking = rank(_made([[1, 0.2, 0]], [0.9]), decided, said)
    assert 0.02 < ranking.chances[0] < 0.4
    too_high, just_right = np.full(30, 2.0), np.zeros(30)
    assert -2 < _shift(too_high, np.zeros(30)) < -0.1
    assert abs(_shift(just_right, np.arange(30) % 2.0)) < 1e-6
    assert _shift(np.zeros(0), np.zeros(0)) == 0


def test_early_on_each_tenth_is_one_to_explore() -> None:
    open_ = _made([[1, 0.001 * at, 0] for at in range(20)] + [[0, 1, 0.001 * at] for at in range(3)], [0.5] * 23)
    decided = _made([[1, 0, 0], [0, 0, 1]], [0.5] * 2)
    order = rank(open_, decided, [True, False]).order
    assert sorted(order) == list(range(23))
    assert order[NEXT - 1] in range(20)
    many = _made([[1, 0.01 * at, 0] for at in range(60)], [0.5] * 60)
    settled = rank(open_, many, [at % 2 == 0 for at in range(60)])
    assert (np.diff(settled.chances[list(settled.order)]) <= 0).all()


@pytest.mark.slow
def test_the_same_decisions_give_the_same_chances(sample: bench.Marked) -> None:
    done, left = list(range(60)), list(range(60, 200))
    said = [bool(sample.finds[at]) for at in done]
    first, second = (rank(sample.measured.only(left), sample.measured.only(done), said) for _ in range(2))
    assert first.order == second.order
    assert np.array_equal(first.chances, second.chances)
    backwards = rank(sample.measured.only(left), sample.measured.only(done[::-1]), said[::-1])
    assert first.order == backwards.order, "the order of decisions is for the forecasts alone"


def test_what_is_like_the_accepted_comes_first_and_says_so() -> None:
    decided = _made([[1, 0.1 * at, 0] for at in range(6)] + [[0, 0.1 * at, 1] for at in range(6)], [0.5] * 12)
    said = [True] * 6 + [False] * 6
    open_ = _made([[0, 0, 1], [1, 0, 0]], [0.6, 0.5])
    ranking = rank(open_, decided, said)
    assert ranking.learned
    assert ranking.order == (1, 0)
    assert ranking.chances[1] > 0.6 > 0.4 > ranking.chances[0]
    assert says(next(likenesses([1], open_, decided, said)), "“words of window 0”", LIKE_ACCEPTED, "1.00")
    assert says(next(likenesses([0], open_, decided, said)), "“words of window 6”", LIKE_REJECTED, "1.00")
    assert next(likenesses([0], _made([[0, 1, 0]], [0.5]), _made([[1, 0, 0]], [0.5]), [True])) is None
    assert next(likenesses([0], open_, _made([], []), [])) is None


def test_it_says_when_going_on_hardly_pays() -> None:
    rejected, accepted = [[0, 0.02 * at, 1] for at in range(40)], [[1, 0.1 * at, 0] for at in range(5)]
    decided = _made(accepted + rejected, [0.4] * 45)
    ranking = rank(_made([[0, 0.01 * at, 1] for at in range(30)], [0.4] * 30), decided, [True] * 5 + [False] * 40)
    assert ranking.outlook.unlikely
    assert ranking.outlook.coming < UNLIKELY
    assert ranking.outlook.lately == 0
    alike = rank(_made([[1, 0.01 * at, 0] for at in range(30)], [0.4] * 30), decided, [True] * 5 + [False] * 40)
    assert not alike.outlook.unlikely, "what is left is like what was accepted"
    few = rank(
        _made([[0, 0, 1]] * NEXT, [0.4] * NEXT), _made(accepted + rejected[:10], [0.4] * 15), [True] * 5 + [False] * 10
    )
    assert few.learned
    assert few.outlook.lately is None and not few.outlook.unlikely, f"below {RECENT} decisions nothing is said"


def test_nothing_left_is_the_end() -> None:
    decided = _made([[1, 0, at] for at in range(12)], [0.5] * 12)
    ranking = rank(_made([], []), decided, [at % 2 == 0 for at in range(12)])
    assert ranking.order == ()
    assert (ranking.outlook.undecided, ranking.outlook.left, ranking.outlook.unlikely) == (0, 0.0, True)
    assert joined([_made([], []), _made([], [])]).texts == ()
    assert measure([], {}, []).texts == ()


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 39, 57, 400])
def test_of_many_decisions_the_newest_and_some_of_all_earlier_ones_count(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "MOST_LEARNED", 20)
    chosen = learning._learned_from(count)
    assert len(chosen) == min(count, 20) and chosen == sorted(set(chosen))
    assert set(range(max(0, count - 10), count)) <= set(chosen)
    if count > 20:
        earlier = [*chosen[:10], count - 10]
        assert earlier[0] == 0
        assert {b - a for a, b in itertools.pairwise(earlier)} <= {(count - 10) // 10, (count - 10) // 10 + 1}


def test_chances_rest_on_these_decisions_and_the_outlook_on_all(
    sample: bench.Marked, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_, decided, accepted = _half_decided(sample)
    monkeypatch.setattr(learning, "MOST_LEARNED", 60)
    chosen = learning._learned_from(len(accepted))
    assert len(chosen) < len(accepted)
    capped = rank(open_, decided, accepted)
    alone = rank(open_, decided.only(chosen), [accepted[i] for i in chosen])
    assert np.array_equal(capped.chances, alone.chances)
    assert capped.decisions == len(accepted) and alone.decisions == 60


def test_chances_are_what_the_covariance_of_all_windows_gives(sample: bench.Marked) -> None:
    """Term by term, no matrix of windows by decisions is made; here it is."""
    open_, decided, accepted = _half_decided(sample)
    truth = np.array(accepted, dtype=np.float64)
    starts = [np.log(part.untrained / (1 - part.untrained)) for part in (open_, decided)]
    level, middle = np.concatenate(starts).mean(), np.vstack([open_.rows, decided.rows]).mean(axis=0)

    def covariance(first: int, second: int) -> NDArray[np.float64]:
        one, other = ((open_, decided)[at] for at in (first, second))
        near = np.array(
            [[a == b and np.exp(-abs(x - y) / learning.STRETCH) for b, y in other.places] for a, x in one.places]
        )
        trust = np.outer(starts[first] - level, starts[second] - level)
        meaning = (one.rows - middle) @ (other.rows - middle).T
        return learning.LEVEL**2 + learning.TRUST**2 * trust + learning.MEANING**2 * meaning + learning.PLACE**2 * near

    kernel = covariance(1, 1)
    weights = learning._fitted(kernel, starts[1], truth)
    shift = _shift(*learning._past_forecasts(kernel, starts[1], truth))
    expected = 1 / (1 + np.exp(-(starts[0] + covariance(0, 1) @ weights + shift)))
    assert len({source for source, _ in open_.places}) > 1
    assert np.allclose(rank(open_, decided, accepted).chances, expected, atol=1e-9)


def _half_decided(sample: bench.Marked) -> tuple[Measured, Measured, list[bool]]:
    count = len(sample.measured.texts)
    done, left = list(range(0, count, 2)), list(range(1, count, 2))
    return sample.measured.only(left), sample.measured.only(done), [bool(sample.finds[i]) for i in done]


_VECTOR = st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=3, max_size=3).filter(
    lambda v: sum(map(abs, v)) > 0.1
)
_SCORE = st.floats(0, 1)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(_VECTOR, _SCORE), min_size=1, max_size=8),
    st.lists(st.tuples(_VECTOR, _SCORE, st.booleans()), max_size=40),
)
def test_chances_are_chances_whatever_was_decided(
    left: list[tuple[list[float], float]], done: list[tuple[list[float], float, bool]]
) -> None:
    open_ = _made([row for row, _ in left], [score for _, score in left])
    decided = _made([row for row, _, _ in done], [score for _, score, _ in done])
    ranking = rank(open_, decided, [said for _, _, said in done])
    assert np.isfinite(ranking.chances).all()
    assert ((ranking.chances >= 0) & (ranking.chances <= 1)).all()
    assert sorted(ranking.order) == list(range(len(left)))
    if len(left) <= NEXT:
        assert (np.diff(ranking.chances[list(ranking.order)]) <= 0).all()
    assert 0 <= ranking.outlook.left <= len(left) + 1e-9
