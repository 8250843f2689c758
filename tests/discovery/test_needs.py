"""Needs in view and codes teach discovery: what is stated of a need counts as an example, and codes draw together."""

import numpy as np
import pytest

from needsseg.discovery import Decisions, Discovery, discover, need_texts
from needsseg.discovery.code_constraints import pull_by_codes
from needsseg.embedding import text_sha256
from needsseg.embedding.vectors import unit
from needsseg.errors import DiscoveryError

NEEDS = [("Coordinator", "Who does what, and when."), ("Builder", ""), ("Reporter", "Numbers for others.")]


def around(
    spread: float = 1.0, size: int = 30, off: int = 10, seed: int = 0, d: int = 48
) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows around three directions and none, and the direction of each (-1 for none)."""
    drawing = np.random.default_rng(seed)
    middles = np.vstack([np.repeat(directions(d), size, axis=0), np.zeros((off, d))])
    truth = np.array([0] * size + [1] * size + [2] * size + [-1] * off)
    return unit(middles + spread * drawing.normal(size=middles.shape)), truth


def directions(d: int = 48) -> np.ndarray:
    return np.random.default_rng(99).normal(size=(3, d))


def known(d: int = 48) -> dict[str, np.ndarray]:
    """Vectors of what is said of each need, near its direction."""
    drawing = np.random.default_rng(7)
    return {
        text_sha256(text): unit((directions(d)[at] + 0.5 * drawing.normal(size=d))[None])[0].astype(np.float32)
        for at, need in enumerate(NEEDS)
        for text in need_texts(*need)
    }


def found_with(rows: np.ndarray, assigned: dict[int, str | None] | None = None, **more: object) -> Discovery:
    texts = [f"passage {i}" for i in range(len(rows))]
    return discover(
        texts,
        vectors=rows,
        needs=NEEDS,
        known_vectors=known(),
        decisions=Decisions(assigned or {}),
        resamples=0,
        **more,
    )


def named(found: Discovery) -> list[str | None]:
    return [None if label < 0 else found.candidates[label].name for label in found.labels]


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.8, 1.6, 2.4])
def test_stated_needs_place_passages_before_anybody_answers(spread: float) -> None:
    rows, truth = around(spread)
    said = named(found_with(rows))
    right = np.mean([name == NEEDS[t][0] for name, t in zip(said, truth, strict=True) if t >= 0])
    assert right > 0.6
    assert sum(name is None for name, t in zip(said, truth, strict=True) if t < 0) >= 1


@pytest.mark.slow
def test_what_stands_apart_and_is_no_need_in_view_is_a_candidate_of_its_own() -> None:
    rows, _ = around(0.5, off=0)
    texts = [f"passage {i}" for i in range(len(rows))]
    found = discover(texts, vectors=rows, needs=NEEDS[:2], known_vectors=known(), resamples=0)
    assert found.separate
    names = {candidate.name: set(candidate.members) for candidate in found.candidates}
    assert set(names) == {"Coordinator", "Builder", None}
    assert len(names[None] & set(range(60, 90))) >= 25


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.6, 2.4], ids=["separate", "not separate"])
@pytest.mark.parametrize("answers", [{}, {0: "Coordinator"}, {0: "Coordinator", 95: None}], ids=["none", "one", "off"])
def test_a_single_need_does_not_take_everything(spread: float, answers: dict[int, str | None]) -> None:
    rows, truth = around(spread)
    texts = [f"passage {i}" for i in range(len(rows))]
    found = discover(
        texts, vectors=rows, needs=NEEDS[:1], known_vectors=known(), decisions=Decisions(answers), resamples=0
    )
    assert found.separate is (spread == 0.6)
    sizes = {candidate.name: candidate.size for candidate in found.candidates}
    assert "Coordinator" in sizes and len(sizes) > 1 and sizes["Coordinator"] <= len(rows) / 2
    mine = [name == "Coordinator" for name in named(found)]
    assert np.mean([mine[i] for i in np.flatnonzero(truth == 0)]) > np.mean(
        [mine[i] for i in np.flatnonzero(truth > 0)]
    )


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.6, 2.4], ids=["separate", "not separate"])
def test_answers_are_kept_and_the_order_of_the_passages_changes_nothing(spread: float) -> None:
    rows, _ = around(spread)
    assigned: dict[int, str | None] = {0: "Coordinator", 40: "Builder", 70: "A new need", 71: None}
    one = found_with(rows, assigned)
    for index, name in assigned.items():
        assert named(one)[index] == name
    order = np.random.default_rng(1).permutation(len(rows))
    at = {int(old): new for new, old in enumerate(order)}
    other = discover(
        [f"passage {i}" for i in order],
        vectors=rows[order],
        needs=NEEDS,
        known_vectors=known(),
        decisions=Decisions({at[i]: name for i, name in assigned.items()}),
        resamples=0,
    )
    assert [other.labels[at[i]] for i in range(len(rows))] == list(one.labels)
    assert [order[i] for i in other.questions(12)] == one.questions(12)


@pytest.mark.slow
def test_left_out_says_what_would_have_been_guessed_without_each_answer() -> None:
    rows, truth = around(1.2)
    names = [need[0] for need in NEEDS]
    assigned = {i: names[truth[i]] if truth[i] >= 0 else None for i in range(0, 100, 4)}
    left_out = found_with(rows, assigned).left_out()
    assert left_out.keys() == assigned.keys()
    assert np.mean([left_out[i] == name for i, name in assigned.items()]) > 0.6
    wrong = {i: names[(truth[i] + 1) % 3] for i in assigned}
    shifted = found_with(rows, wrong).left_out()
    assert np.mean([shifted[i] == name for i, name in wrong.items()]) < 1, "an answer does not tell itself"


@pytest.mark.parametrize(
    ("needs", "word"), [([("A", ""), ("A", "again")], "“A”"), ([("  ", "no name")], "no name")], ids=["twice", "blank"]
)
def test_needs_without_a_name_of_their_own_are_refused(needs: list[tuple[str, str]], word: str) -> None:
    rows, _ = around()
    with pytest.raises(DiscoveryError, match=word):
        discover([f"passage {i}" for i in range(len(rows))], vectors=rows, needs=needs, known_vectors=known())


def test_needs_of_another_model_are_refused() -> None:
    rows, _ = around(d=48)
    other = {key: vector[:20] for key, vector in known().items()}
    with pytest.raises(DiscoveryError, match="20 numbers"):
        discover([f"passage {i}" for i in range(len(rows))], vectors=rows, needs=NEEDS, known_vectors=other)


def test_a_code_draws_its_passages_together_and_leaves_the_others() -> None:
    rows, _ = around(2.0)
    codes: list[set[str]] = [set() for _ in rows]
    for index in (0, 35, 62):
        codes[index] = {"workaround"}
    codes[10] = {"alone"}
    drawn = pull_by_codes(rows, codes)
    moved = [i for i in range(len(rows)) if not np.allclose(drawn[i], rows[i])]
    assert moved == [0, 35, 62]
    assert drawn[0] @ drawn[35] > rows[0] @ rows[35] + 0.1


def test_codes_have_to_be_as_many_as_the_passages() -> None:
    rows, _ = around()
    with pytest.raises(DiscoveryError, match="2 sets of codes"):
        discover([f"passage {i}" for i in range(len(rows))], vectors=rows, codes=[{"a"}, {"b"}])


def test_labels_with_codes_do_not_depend_on_the_order_of_the_passages() -> None:
    rows, _ = around(2.0)
    codes = [{f"code {i % 7}"} if i % 2 else set() for i in range(len(rows))]
    texts = [f"passage {i}" for i in range(len(rows))]
    one = discover(texts, vectors=rows, codes=codes, resamples=0)
    order = np.random.default_rng(3).permutation(len(rows))
    other = discover([texts[i] for i in order], vectors=rows[order], codes=[codes[i] for i in order], resamples=0)
    assert [other.labels[new] for new in np.argsort(order)] == list(one.labels)
