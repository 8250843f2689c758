"""Do passages form groups at all? Noise is not called so, clear groups are, whoever speaks and in whatever order."""

import numpy as np
import pytest

from needsseg.discovery import Decisions, discover
from needsseg.discovery.separation import FEWEST_TO_TELL, Noise, verdict
from needsseg.embedding.vectors import unit


def groups(sizes: tuple[int, ...] = (25, 25, 25), spread: float = 0.8, seed: int = 0, d: int = 48) -> np.ndarray:
    """Unit rows around as many directions as there are sizes."""
    drawing = np.random.default_rng(seed)
    middles = np.repeat(drawing.normal(size=(len(sizes), d)), sizes, axis=0)
    return unit(middles + spread * drawing.normal(size=middles.shape))


def noise(count: int = 70, seed: int = 0, d: int = 48) -> np.ndarray:
    """Unit rows from one normal distribution, as wide in a few directions as sentence vectors are."""
    drawing = np.random.default_rng(seed)
    spreads = 1.0 / np.sqrt(np.arange(1, d + 1))
    return unit(drawing.normal(size=(count, d)) * spreads @ np.linalg.qr(drawing.normal(size=(d, d)))[0] + 0.3)


def texts(rows: np.ndarray) -> list[str]:
    return [f"passage {i}" for i in range(len(rows))]


@pytest.mark.slow
def test_noise_is_seldom_called_separate() -> None:
    """At the level of the test, two or more of twenty come by chance in 1 of 11 such tests; these seeds are fixed."""
    called = [verdict(noise(seed=seed), None) for seed in range(20)]
    assert sum(told is not None and told.separate for told in called) <= 2
    chances = [told.p for told in called if told]
    assert 0.25 < np.mean(chances) < 0.75, "without groups every p is as likely as every other"


@pytest.mark.slow
@pytest.mark.parametrize("speakers", [None, "few", "many"])
def test_clear_groups_are_called_separate_whoever_speaks(speakers: str | None) -> None:
    rows = groups()
    who = None if speakers is None else [f"P{i % (4 if speakers == 'few' else 20)}" for i in range(len(rows))]
    told = verdict(rows, who)
    assert told is not None and told.separate and told.p == 0.025


def test_speakers_who_differ_by_their_own_words_make_no_groups() -> None:
    drawing = np.random.default_rng(3)
    who = [f"P{i % 6}" for i in range(90)]
    own = drawing.normal(size=(6, 48))
    rows = unit(0.6 * own[[i % 6 for i in range(90)]] + noise(90, seed=4) * 3)
    told = verdict(rows, who)
    assert told is not None and not told.separate


def test_a_draw_of_noise_has_the_mean_and_spread_of_the_passages() -> None:
    rows = groups((60, 40, 20))
    source, drawing = Noise(rows), np.random.default_rng(1)
    draws = [source.draw(drawing) for _ in range(40)]
    assert np.allclose([np.linalg.norm(draw, axis=1) for draw in draws], 1)
    middle = np.mean([draw.mean(axis=0) for draw in draws], axis=0)
    assert np.linalg.norm(middle - rows.mean(axis=0)) < 0.02
    covariance = np.mean([np.cov(draw.T) for draw in draws], axis=0)
    assert np.linalg.norm(covariance - np.cov(rows.T)) < 0.1 * np.linalg.norm(np.cov(rows.T))


def test_too_few_passages_have_no_verdict() -> None:
    rows = groups((7, 6, 6))
    assert len(rows) == FEWEST_TO_TELL - 1
    found = discover(texts(rows), vectors=rows)
    assert found.separate is None and found.separation_p is None


def test_passages_without_any_spread_have_no_groups() -> None:
    rows = unit(np.ones((30, 8)))
    found = discover(texts(rows), vectors=rows)
    assert found.separate is False


@pytest.mark.slow
@pytest.mark.parametrize("rows", [groups((14, 14, 14)), noise(42)], ids=["groups", "noise"])
def test_the_verdict_is_about_the_passages_alone(rows: np.ndarray) -> None:
    """Answers, needs in view, codes, the seed and the order of the passages do not enter it."""
    found = discover(texts(rows), vectors=rows)
    order = np.random.default_rng(2).permutation(len(rows))
    others = [
        discover(texts(rows), vectors=rows, seed=5),
        discover(texts(rows), vectors=rows, decisions=Decisions(assigned={0: "A", 1: "B", 20: None})),
        discover(texts(rows), vectors=rows, codes=[{f"code {i % 5}"} for i in range(len(rows))]),
        discover([f"passage {i}" for i in order], vectors=rows[order]),
    ]
    assert {(other.separate, other.separation_p) for other in others} == {(found.separate, found.separation_p)}
