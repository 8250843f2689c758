"""The method's parts: what is set aside, who speaks, how many, how stable, what decisions teach."""

import gzip
import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from needsseg.discovery import Decisions, discover
from needsseg.discovery.cluster import SKETCH, cluster, themes
from needsseg.discovery.question_selection import questions
from needsseg.discovery.refine import (
    LEAST_ASIDE,
    MOST_ASIDE,
    aside_below,
    centroids,
    fit,
    refined,
    silhouettes,
    variance_ratio,
)
from needsseg.discovery.speaker_effects import (
    SpeakerIndex,
    association,
    speaker_share,
    with_context,
    without_offsets,
    without_speakers,
)
from needsseg.discovery.stability import stabilities
from needsseg.discovery.supervised import LearningInputs
from needsseg.discovery.vector_shaping import centred, distances, nearest, principal
from needsseg.embedding.vectors import unit
from tests.fixtures.samples import ROOT
from tests.fixtures.wording.discovery import FOLLOW_PARTICIPANTS, REPEAT, STAND_APART
from tests.fixtures.wording.matching import mentions

DRAWS = ROOT / "benchmarks" / "draws" / "open.jsonl.gz"


def _around(sizes: tuple[int, ...], off: int = 0, seed: int = 0, d: int = 64, spread: float = 0.9):  # type: ignore[no-untyped-def]
    """Unit vectors around a few directions, some around none, shuffled; the rows and the truth."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), d))
    truth = np.array([k for k, size in enumerate(sizes) for _ in range(size)] + [-1] * off)
    rows = rng.normal(size=(len(truth), d)) * spread
    rows[truth >= 0] += centres[truth[truth >= 0]]
    order = rng.permutation(len(truth))
    return unit(rows[order]), truth[order]


def _agreement(first: object, second: object) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(first, second))


def test_what_is_set_aside_lies_between_its_bounds_and_is_what_fits_least() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        fitting = np.concatenate([rng.normal(0.6, 0.1, 170), rng.normal(0.1, 0.1, 20)])
        aside = fitting < aside_below(fitting)
        assert LEAST_ASIDE * 190 - 1 <= aside.sum() <= MOST_ASIDE * 190
        assert aside.sum() == pytest.approx(20, abs=2), "two clear groups are cut between them"


@given(arrays(np.float64, st.integers(5, 40), elements=st.floats(-1, 1, width=16)))
def test_any_fits_can_be_cut(fitting: np.ndarray) -> None:  # type: ignore[type-arg]
    assert (fitting < aside_below(fitting)).sum() <= max(1, MOST_ASIDE * len(fitting))


def test_settling_finds_the_themes_from_a_poor_start() -> None:
    rows, truth = _around((40, 30, 30))
    start = truth.copy()
    start[::4] = -1
    start[::5] = (start[::5] + 1) % 3
    done = refined(rows, start)
    assert (done[done >= 0] == truth[done >= 0]).mean() > 0.97
    assert (refined(rows, np.full(len(rows), -1)) == -1).all(), "nothing comes of nothing"


def test_silhouettes_and_the_variance_ratio_agree_with_scikit_learn() -> None:
    from sklearn.metrics import calinski_harabasz_score

    rows, truth = _around((30, 20, 25))
    assert variance_ratio(rows, truth) == pytest.approx(calinski_harabasz_score(rows, truth))
    found = silhouettes(rows, truth)
    assert ((found >= -1) & (found <= 1)).all()
    middle = centroids(rows, truth)
    away = 1 - rows[0] @ middle.T
    own, rival = away[truth[0]], np.delete(away, truth[0]).min()
    assert found[0] == pytest.approx((rival - own) / max(rival, own))


def test_the_principal_plane_is_that_of_singular_values() -> None:
    for count in (30, 200):
        rows, _ = _around((count,), d=50)
        left, sizes, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
        expected = np.abs(left[:, :5] * sizes[:5])
        np.testing.assert_allclose(np.abs(principal(rows, 5))[:, ::-1], expected, atol=1e-8)


@pytest.mark.parametrize("among", [None, 40])
def test_neighbours_are_those_of_brute_force(among: int | None) -> None:
    rows, _ = _around((50, 40))
    others = rows if among is None else rows[:among]
    found = nearest(rows, 7, None if among is None else others)
    cosines = np.round(rows @ others.T, 9)
    for row in range(len(rows)):
        if row < len(others):
            cosines[row, row] = -2
        assert found.indices[row].tolist() == np.argsort(-cosines[row], kind="stable")[:7].tolist()
    apart = distances(rows)
    assert (apart == apart.T).all() and (np.diag(apart) == 0).all()


def _talking(strength: float, seed: int = 1, speakers: int = 10):  # type: ignore[no-untyped-def]
    """Themes that every speaker speaks of, each in words of their own."""
    rng = np.random.default_rng(seed)
    rows, truth = _around((60, 50, 50), seed=seed)
    names = [f"P{rng.integers(speakers)}" for _ in truth]
    own = {name: rng.normal(size=rows.shape[1]) / 8 for name in sorted(set(names))}
    return unit(rows + strength * np.stack([own[name] for name in names])), truth, names


@pytest.mark.slow
def test_speakers_own_words_are_taken_out() -> None:
    rows, truth, names = _talking(1.2)
    voices = SpeakerIndex(names)
    assert speaker_share(rows, voices) > 0.3
    assert speaker_share(without_speakers(rows, voices), voices) < 0.6 * speaker_share(rows, voices)
    assert speaker_share(without_offsets(rows, voices, truth), voices) < 0.2 * speaker_share(rows, voices)
    found = cluster(rows, names)
    assert found.speaker_branch == "taken out"
    assert _agreement(found.labels[found.labels >= 0], truth[found.labels >= 0]) > 0.9
    assert _agreement(found.labels, names) < 0.05


@pytest.mark.slow
def test_speakers_who_do_not_differ_are_left_as_they_are() -> None:
    rows, truth, names = _talking(0.0)
    rng = np.random.default_rng(0)
    assert cluster(rows, [f"P{rng.integers(3)}" for _ in names]).speaker_branch == "none"
    assert _agreement(truth, cluster(rows, names).labels) >= _agreement(truth, cluster(rows, None).labels) - 0.02


@pytest.mark.slow
def test_themes_that_only_some_people_speak_of_are_kept_and_warned_of() -> None:
    """Where each person speaks of one theme, taking people out would take the themes out."""
    rows, truth = _around((50, 50, 50), off=15)
    rng = np.random.default_rng(3)
    names = [f"P{theme}{rng.integers(4)}" if theme >= 0 else f"P{rng.integers(3)}{rng.integers(4)}" for theme in truth]
    with_speakers, without = cluster(rows, names), cluster(rows, None)
    assert with_speakers.speaker_branch == "nested"
    assert _agreement(truth, with_speakers.labels) >= _agreement(truth, without.labels) - 0.02
    found = discover([f"passage {i}" for i in range(len(rows))], names, vectors=rows)
    assert any(mentions(warning, FOLLOW_PARTICIPANTS) for warning in found.warnings)


def test_association_is_none_by_chance_and_whole_where_one_tells_the_other() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 4, 400)
    assert association(labels, SpeakerIndex([f"P{rng.integers(12)}" for _ in labels])) < 0.1
    assert association(labels, SpeakerIndex([f"P{label}{rng.integers(3)}" for label in labels])) > 0.97
    assert association(np.array([0, 0, -1]), SpeakerIndex(["a", "b", "c"])) == 0


def test_context_draws_a_speakers_passages_together() -> None:
    rows, _, names = _talking(0.3)
    voices = SpeakerIndex(names)
    assert speaker_share(with_context(rows, voices), voices) > speaker_share(rows, voices)


def test_means_per_speaker_are_the_means() -> None:
    rows, _, names = _talking(0.5)
    voices = SpeakerIndex(names)
    for at, name in enumerate(voices.names):
        mine = [i for i, other in enumerate(names) if other == name]
        np.testing.assert_allclose(voices.means(rows)[at], rows[mine].mean(axis=0))


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3, 4, 5, 7])
def test_the_number_of_candidates_is_the_data_s(count: int) -> None:
    rows, truth = _around((40,) * count, off=6 * count, spread=0.6)
    found = discover([f"passage {i}" for i in range(len(rows))], vectors=rows)
    assert len(found.candidates) == count
    said = [warning for warning in found.warnings if mentions(warning, STAND_APART)]
    assert bool(said) == (count not in (3, 4, 5))
    assert _agreement(truth, found.labels) > 0.8


@pytest.mark.slow
def test_stability_is_high_for_what_comes_back_and_low_for_what_does_not() -> None:
    rows, _ = _around((40, 40, 40), spread=0.5)
    found = cluster(rows, None)
    assert min(stabilities(found.rows, found.labels, found.resolution, 0)) > 0.85
    noise, _ = _around((), off=120)
    torn = cluster(noise, None)
    assert np.mean(stabilities(torn.rows, torn.labels, torn.resolution, 0) or [0.0]) < 0.75
    again = stabilities(found.rows, found.labels, found.resolution, 0)
    assert again == stabilities(found.rows, found.labels, found.resolution, 0)
    texts = [f"passage {i}" for i in range(len(noise))]
    one, two = discover(texts, vectors=noise, seed=1), discover(texts, vectors=noise, seed=2)
    assert one.labels == two.labels, "the seed draws resamples, not labels"
    assert any("unstable" in warning for c in one.candidates for warning in c.warnings)


@pytest.mark.slow
def test_answers_pull_the_rest_along() -> None:
    """Two themes that people see as one, and one they see as two by what is said beside it."""
    rows, truth = _around((50, 50, 50, 50), off=20, spread=1.0)
    wanted = np.where(truth == 3, 2, truth)
    names = {0: "A", 1: "B", 2: "C", -1: None}
    texts = [f"passage {i}" for i in range(len(rows))]
    answered: dict[int, str | None] = {}
    found = discover(texts, vectors=rows)
    before = _agreement(wanted, found.labels)
    while len(answered) < 30:
        asked = found.questions(5)
        assert len(set(asked)) == 5 and not set(asked) & set(answered)
        answered |= {index: names[int(wanted[index])] for index in asked}
        found = discover(texts, vectors=rows, decisions=Decisions(assigned=dict(answered)))
        for index, name in answered.items():
            label = found.labels[index]
            assert (label == -1) if name is None else found.candidates[label].name == name
    rest = [i for i in range(len(rows)) if i not in answered]
    after = _agreement(wanted[rest], np.array(found.labels)[rest])
    assert after > 0.9 and after > before + 0.1
    assert {c.name for c in found.candidates} == {"A", "B", "C"}


@pytest.mark.slow
def test_one_answer_names_a_cluster_and_leaves_the_others() -> None:
    rows, _ = _around((40, 40, 40), spread=0.6)
    texts = [f"passage {i}" for i in range(len(rows))]
    before = discover(texts, vectors=rows)
    index = before.candidates[1].exemplars[0]
    after = discover(texts, vectors=rows, decisions=Decisions(assigned={index: "Mine"}))
    assert sorted(c.name or "" for c in after.candidates) == ["", "", "Mine"]
    assert _agreement(before.labels, after.labels) > 0.9


@pytest.mark.slow
def test_an_answer_counts_for_what_is_kept_together_with_it() -> None:
    rows, truth = _around((40, 40, 40), spread=0.6)
    texts = [f"passage {i}" for i in range(len(rows))]
    here, there = int(np.flatnonzero(truth == 0)[0]), int(np.flatnonzero(truth == 1)[0])
    found = discover(texts, vectors=rows, decisions=Decisions(assigned={here: "X"}, together=((here, there),)))
    assert found.labels[here] == found.labels[there]
    assert found.candidates[found.labels[there]].name == "X"


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.integers(0, 89), st.sampled_from(["A", "B", "C", "D", None]), min_size=1, max_size=40),
    st.booleans(),
)
def test_rows_in_answers_keep_them_exactly(answers: dict[int, str | None], separate: bool) -> None:
    rows, _ = _around((30, 30, 20), off=10)
    taught = LearningInputs(cluster(rows, None), rows, separate, {}).learn(answers)
    for row, name in answers.items():
        assert taught.labels[row] == (-1 if name is None else taught.names[name])
        assert taught.strengths[row] == 1
    assert ((taught.strengths >= 0) & (taught.strengths <= 1)).all()


def test_questions_look_everywhere_first_and_then_where_doubt_is() -> None:
    rows, truth = _around((40, 40, 40), spread=0.5)
    first = questions(rows, [0.0] * len(rows), [], 3)
    assert {int(truth[row]) for row in first} == {0, 1, 2}, "one question for each theme"
    doubtful = np.where(truth == 1, 0.0, 1.0)
    assert {int(truth[row]) for row in questions(rows, doubtful.tolist(), first, 4)} == {1}
    everything = questions(rows, [0.5] * len(rows), first, 10_000)
    assert sorted([*everything, *first]) == list(range(len(rows)))


@pytest.mark.slow
def test_beyond_the_sketch_passages_go_where_the_sketch_goes() -> None:
    sizes = (SKETCH // 2, SKETCH // 2, SKETCH // 3)
    rows, truth = _around(sizes, off=SKETCH // 6, spread=0.8)
    assert len(rows) > SKETCH
    names = [f"P{i % 20}" for i in range(len(rows))]
    texts = [f"passage {i}" for i in range(len(rows))]
    found = discover(texts, names, vectors=rows)
    assert _agreement(truth, found.labels) > 0.9
    order = random.Random(0).sample(range(len(rows)), len(rows))
    again = discover([texts[i] for i in order], [names[i] for i in order], vectors=rows[order])
    assert [again.labels[new] for new in np.argsort(order)] == list(found.labels)
    assert len(set(found.questions(70))) == 70


@pytest.mark.slow
def test_nine_thousand_repeats_do_not_drown_the_rest() -> None:
    rows, truth = _around((300, 300, 250), off=150, spread=0.8)
    texts = [f"passage {i}" for i in range(len(rows))]
    many = [*range(len(rows)), *[0] * 9_000]
    found = discover([texts[i] for i in many], [f"P{i % 15}" for i in many], vectors=rows[many])
    assert _agreement(truth, found.labels[: len(rows)]) > 0.85
    assert len(set(found.labels[len(rows) :])) == 1
    assert any(mentions(warning, 9000, REPEAT) for warning in found.warnings)


def test_long_passages_and_other_languages_are_taken_as_they_come() -> None:
    texts = [
        "Ich muss jeden Montag die Zahlen für die Geschäftsleitung zusammensuchen.",
        "毎週月曜日に数字を集めなければなりません。",
        "a very long story " * 1_700,
        "Je veux savoir qui fait quoi avant la réunion.",
        "Хочу видеть, кто за что отвечает.",
        "I want to see who does what. 🙂 [laughs]",
    ]
    found = discover(texts, [f"P{i}" for i in range(6)])
    assert len(found.labels) == 6 and any("few" in warning for warning in found.warnings)


COUNT_THREADS = """
import json, sys
import numpy as np
from needsseg.discovery import discover
rows = np.random.default_rng(4).normal(size=(120, 96)) + np.repeat(np.random.default_rng(5).normal(size=(4, 96)), 30, axis=0)
found = discover([f"t{i}" for i in range(120)], [f"P{i % 9}" for i in range(120)], vectors=rows)
print(json.dumps([found.labels, found.strengths, [c.stability for c in found.candidates], found.questions(9)]))
"""


@pytest.mark.slow
def test_the_same_with_another_number_of_threads() -> None:
    said = set()
    for threads in ("1", "3"):
        env = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        run = subprocess.run([sys.executable, "-c", COUNT_THREADS], env=env, capture_output=True, text=True, check=True)
        said.add(run.stdout)
    assert len(said) == 1 and json.loads(said.pop())[0]


@pytest.mark.model
def test_a_labelled_draw_with_nine_tenths_of_the_passages_come_out_alike() -> None:
    """A guard below what the benchmark shows."""
    draws = [json.loads(line) for line in gzip.decompress(DRAWS.read_bytes()).splitlines()]
    from needsseg.embedding import encode, locate, text_sha256

    draw = min(draws, key=lambda one: len(one["texts"]))
    vectors = encode(draw["texts"], locate())
    rows = np.stack([vectors[text_sha256(text)] for text in draw["texts"]])
    whole = np.array(discover(draw["texts"], vectors=rows).labels)
    agreements = []
    for seed in range(3):
        part = np.random.default_rng(seed).permutation(len(rows))[: int(0.9 * len(rows))]
        found = discover([draw["texts"][i] for i in part], vectors=rows[part])
        agreements.append(_agreement(whole[part], found.labels))
    assert np.median(agreements) > 0.85


@pytest.mark.slow
def test_themes_of_nothing_are_none() -> None:
    found = themes(centred(unit(np.ones((8, 4)))))
    assert len(found.labels) == 8
    assert fit(np.ones((3, 1))).tolist() == [1, 1, 1]
