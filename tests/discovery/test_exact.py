"""Discovery to the letter: any order, repeats with several answers, pairs, and what a person placed, all exactly."""

import subprocess
import sys
import warnings

import numpy as np
import pytest

from needsseg.discovery import Decisions, discover
from needsseg.errors import DiscoveryError
from tests.fixtures.wording.matching import refuses


def _around(sizes=(30, 25, 20), d=32, noise=0.7, seed=3):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), d))
    truth = [k for k, size in enumerate(sizes) for _ in range(size)]
    rows = np.array([centres[k] + rng.normal(size=d) * noise for k in truth])
    return [f"family{k} passage {i}" for i, k in enumerate(truth)], rows, truth


def _turned(texts, speakers, rows, decisions):
    """The same input with its rows from last to first."""
    last = len(texts) - 1
    turned = Decisions(
        {last - i: name for i, name in decisions.assigned.items()},
        tuple((last - a, last - b) for a, b in decisions.together),
        tuple((last - a, last - b) for a, b in decisions.apart),
    )
    return texts[::-1], speakers[::-1] if speakers else None, rows[::-1], turned


def _both_ways(texts, speakers, rows, decisions):
    a, b, c, d = _turned(texts, speakers, rows, decisions)
    one = discover(texts, speakers, vectors=rows, decisions=decisions, resamples=3)
    other = discover(a, b, vectors=c, decisions=d, resamples=3)
    return one, other


def test_pairs_kept_apart_move_the_same_passage_in_any_row_order():
    texts, rows, _ = _around()
    one, other = _both_ways(texts, None, rows, Decisions(apart=((0, 1), (2, 3), (4, 5))))
    assert list(one.labels) == list(other.labels[::-1])


@pytest.mark.slow
def test_one_speaker_s_repeated_passage_with_two_answers_teaches_the_same_in_any_row_order():
    texts, rows, truth = _around()
    texts, rows = [*texts, texts[0]], np.vstack([rows, rows[:1]])
    speakers = [f"P{i % 6}" for i in range(len(truth))] + ["P0"]
    decisions = Decisions({0: "A", len(truth): None, truth.index(1): "C", truth.index(2): "D", 2: "A"})
    one, other = _both_ways(texts, speakers, rows, decisions)
    assert list(one.labels) == list(other.labels[::-1])
    assert list(one.strengths) == list(other.strengths[::-1])


@pytest.mark.slow
def test_candidates_of_one_and_the_same_text_are_numbered_the_same_in_any_row_order():
    texts, rows, _ = _around()
    texts, rows = [*texts, "again", "again"], np.vstack([rows, rows[:1], rows[:1]])
    n = len(texts)
    decisions = Decisions(dict.fromkeys(range(n - 2)) | {n - 2: "A", n - 1: "B"})
    one, other = _both_ways(texts, None, rows, decisions)
    assert [c.name for c in one.candidates] == [c.name for c in other.candidates]


@pytest.mark.slow
def test_what_a_name_pulled_along_bears_the_name_also_where_its_example_repeats_another():
    """Passage x is said by two; one was placed in A, the other in B: what B pulled along is B, and not a nameless heap."""
    texts, rows, truth = _around((30, 30), noise=0.4)
    n = len(texts)
    at = truth.index(1)
    texts, rows = [*texts, texts[at]], np.vstack([rows, rows[at : at + 1]])
    speakers = [f"P{i % 7}" for i in range(n)] + ["Q"]
    for given in ({0: "A", at: "B", n: "A", 1: "A"}, {0: "A", 1: "A", at: "A", n: "B", at + 1: "B", at + 2: "B"}):
        found = discover(texts, speakers, vectors=rows, decisions=Decisions(given), resamples=0)
        sizes = {c.name: c.size for c in found.candidates}
        assert None not in sizes or sizes[None] < sizes["B"], sizes


@pytest.mark.slow
def test_nothing_is_forced_into_a_candidate_to_keep_it_apart_from_what_lies_in_none():
    texts, rows, _ = _around()
    found = discover(texts, None, vectors=rows, resamples=0)
    out = [i for i, label in enumerate(found.labels) if label < 0]
    assert len(out) >= 2
    again = discover(texts, None, vectors=rows, resamples=0, decisions=Decisions(apart=((out[0], out[1]),)))
    assert again.labels[out[0]] == again.labels[out[1]] == -1


def test_questions_are_as_many_as_asked_for_while_undecided_texts_are_left():
    texts, rows, _ = _around((6, 6, 6))
    texts, rows = [*texts, *texts[:6]], np.vstack([rows, rows[:6]])
    found = discover(texts, ["P"] * len(texts), vectors=rows, decisions=Decisions({0: "A"}), resamples=0)
    asked = found.questions(len(texts))
    assert sorted(asked) == list(range(1, len(texts)))
    assert len({texts[i] for i in asked[:17]}) == 17, "repeats come last"


@pytest.mark.slow
def test_what_is_kept_together_with_a_placed_passage_is_asked_last():
    texts, rows, _ = _around()
    decisions = Decisions({0: "A", 40: "B"}, together=tuple((0, i) for i in range(1, 12)))
    found = discover(texts, None, vectors=rows, decisions=decisions, resamples=0)
    assert not set(found.questions(len(texts) - 13)) & set(range(1, 12))


@pytest.mark.slow
def test_any_number_of_names_and_one_passage_said_often_give_no_library_warnings():
    texts, rows, _ = _around()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        discover(["a b"] * 6, None, vectors=np.ones((6, 4)), decisions=Decisions({0: "A"}))
        found = discover(texts, None, vectors=rows, decisions=Decisions({i: f"N{i}" for i in range(40)}))
    assert {candidate.name for candidate in found.candidates} >= {f"N{i}" for i in range(40)}


@pytest.mark.slow
def test_speakers_may_be_an_array():
    texts, rows, truth = _around()
    speakers = [f"P{i % 5}" for i in range(len(truth))]
    one = discover(texts, speakers, vectors=rows)
    assert one == discover(texts, np.array(speakers), vectors=rows)


@pytest.mark.parametrize("vectors", [[[1, 2], [1], [1, 2], [1, 2], [1, 2]], [["a"]] * 5, [[]] * 5, None])
def test_vectors_that_are_no_matrix_are_named(vectors):
    if vectors is None:
        vectors = np.full((5, 4), 1e300)
        assert discover([f"t{i}" for i in range(5)], vectors=vectors).labels
        return
    with refuses(DiscoveryError, "vectors", hint=False):
        discover([f"t{i}" for i in range(5)], vectors=vectors)


THREADS = """
import numpy as np
import needsseg.discovery.cluster as c
from needsseg.discovery import discover, Decisions
from threadpoolctl import threadpool_info
seen, first = [], c.themes
def themes(*a, **k):
    found = first(*a, **k)
    seen.extend((i["filepath"], i["num_threads"]) for i in threadpool_info() if i["num_threads"] > 1)
    return found
c.themes = themes
discover([f"t{i}" for i in range(60)], vectors=np.random.default_rng(0).normal(size=(60, 16)), resamples=0)
print(seen)
"""


@pytest.mark.slow
def test_the_first_run_too_is_held_to_one_thread():
    import os

    env = os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    run = subprocess.run([sys.executable, "-c", THREADS], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]", run.stdout


@pytest.mark.parametrize("speakers", [None, ["P"] * 6])
@pytest.mark.parametrize("given", [{}, {0: "A"}, {0: "A", 1: "B", 2: None}])
def test_one_passage_of_one_speaker_said_often_is_one_thing(speakers, given):
    found = discover(["a b"] * 6, speakers, vectors=np.ones((6, 4)), decisions=Decisions(given))
    assert {found.candidates[found.labels[i]].name for i, name in given.items() if name} == set(given.values()) - {None}
    assert len(found.questions(6)) == 6 - len(given)
