"""How discovery behaves: with answers, with a tenth of the passages gone, and with speakers who mean nothing or all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score

from benchmarks.labelled import Draw, by_family, groups, middle, number, table
from needsseg.discovery import discover
from needsseg.records import Decisions

ANSWERED = (0, 5, 10, 20, 30, 50, 100)
AT_ONCE = 5
DRAWINGS = 3
CLASSIFIERS = {"logistic regression, balanced": "balanced", "logistic regression": None}
"""Classifiers by name, with their class_weight."""
SAME = "logistic regression, balanced, needsseg's questions"
METHODS = ("needsseg", SAME, *CLASSIFIERS)
SUBSAMPLES, KEPT = 3, 0.9
MADE_UP_SPEAKERS = 15
FOLLOWING = "Candidates follow the participants"
FEWEST_OWN, MOST_OWN = 3, 4


def answers(draws: Sequence[Draw]) -> str:
    """ARI on unanswered passages after so many answers: our own questions, beside classifiers on random answers."""
    rows: list[list[str]] = []
    found = {id(draw): _learners(draw) for draw in draws}
    for name, chosen in {**by_family(draws), **groups(draws)}.items():
        told: dict[str, dict[int, list[float]]] = {method: {} for method in METHODS}
        for draw in chosen:
            for (method, count), score in found[id(draw)].items():
                told[method].setdefault(count, []).append(score)
        for method, scores in told.items():
            cells = [number(middle(scores.get(count, []))) for count in ANSWERED]
            rows.append([f"{name} ({len(chosen)})", method, *cells])
    return table(["draws", "method", *[str(count) for count in ANSWERED]], rows)


def _learners(draw: Draw) -> dict[tuple[str, int], float]:
    scores = {(method, count): score for method, count, score in _asked(draw)}
    for method, weight in CLASSIFIERS.items():
        for count in (count for count in ANSWERED[1:] if count < len(draw.texts)):
            drawn = []
            for drawing in range(DRAWINGS):
                order = np.random.default_rng([draw.seed, drawing]).permutation(len(draw.texts)).tolist()
                drawn.append(_classified(draw, order[:count], order[count:], weight))
            scores[method, count] = float(np.mean(drawn))
    return scores


def _asked(draw: Draw) -> Iterator[tuple[str, int, float]]:
    """ARI after answers to the questions discovery asks, five at a time, each true to the draw's labels.

    Questions take the hard passages out of what is left, so a classifier is tried on the very same answers too.
    """
    assigned: dict[int, str | None] = {}
    while True:
        found = discover(
            draw.texts, draw.speakers, vectors=draw.rows, decisions=Decisions(assigned=dict(assigned)), resamples=0
        )
        if len(assigned) in ANSWERED:
            left = [index for index in range(len(draw.texts)) if index not in assigned]
            yield "needsseg", len(assigned), adjusted_rand_score(draw.truth[left], np.array(found.labels)[left])
            if assigned:
                yield SAME, len(assigned), _classified(draw, list(assigned), left, "balanced")
        if len(assigned) >= min(ANSWERED[-1], len(draw.texts) - AT_ONCE):
            return
        asked = found.questions(AT_ONCE)
        if not asked:
            return
        for index in asked:
            theme = int(draw.truth[index])
            assigned[index] = None if theme < 0 else f"theme {theme}"


def _classified(draw: Draw, known: list[int], left: list[int], weight: str | None) -> float:
    """ARI on what is left of a logistic regression on the vectors of what is known, off-topic as a class of its own."""
    if len(set(draw.truth[known].tolist())) == 1:
        return float(adjusted_rand_score(draw.truth[left], np.zeros(len(left))))
    model = LogisticRegression(class_weight=weight, max_iter=1000).fit(draw.rows[known], draw.truth[known])
    return float(adjusted_rand_score(draw.truth[left], model.predict(draw.rows[left])))


def again(draws: Sequence[Draw]) -> str:
    """Agreement with the full run when a tenth is gone, and how many draws come out the same rerun and shuffled."""
    found = {id(draw): _repeated(draw) for draw in draws}
    rows = []
    for name, chosen in {**by_family(draws), **groups(draws), "all": list(draws)}.items():
        agreed = [score for draw in chosen for score in found[id(draw)][0]]
        same = sum(found[id(draw)][1] for draw in chosen)
        shuffled = sum(found[id(draw)][2] for draw in chosen)
        cells = [number(middle(agreed)), number(middle(agreed, 0.25))]
        rows.append([f"{name} ({len(chosen)})", *cells, f"{same} of {len(chosen)}", f"{shuffled} of {len(chosen)}"])
    head = ["draws", "ARI with the full run, 90% kept", "lower quartile", "rerun identical", "shuffled identical"]
    return table(head, rows)


def _repeated(draw: Draw) -> tuple[list[float], bool, bool]:
    chance = np.random.default_rng([draw.seed, 90])
    whole = _labels(draw, np.arange(len(draw.texts)))
    agreed = []
    for _ in range(SUBSAMPLES):
        kept = np.sort(chance.choice(len(draw.texts), round(KEPT * len(draw.texts)), replace=False))
        agreed.append(adjusted_rand_score(whole[kept], _labels(draw, kept)))
    order = chance.permutation(len(draw.texts))
    same = bool((_labels(draw, np.arange(len(draw.texts))) == whole).all())
    return agreed, same, bool((_labels(draw, order) == whole[order]).all())


def _labels(draw: Draw, chosen: np.ndarray) -> np.ndarray:
    texts = [draw.texts[index] for index in chosen]
    speakers = [draw.speakers[index] for index in chosen] if draw.speakers else None
    return np.array(discover(texts, speakers, vectors=draw.rows[chosen]).labels)


def speakers(draws: Sequence[Draw]) -> str:
    """ARI with and without speakers: clean draws given speakers who mean nothing or all, the others with their own."""
    whose: dict[str, Callable[[Draw], list[str]]] = {"at random": _at_random, "each theme its own": _nested}
    rows = []
    for name, chosen in {**by_family(draws), **groups(draws)}.items():
        own = [draw for draw in chosen if draw.speakers]
        for kind, speakers_of in whose.items() if not own else [("the draws' own", _own)]:
            found = np.array([_with_and_without(draw, speakers_of(draw)) for draw in chosen])
            cells = [number(middle(column)) for column in found[:, :3].T]
            rows.append([f"{name} ({len(chosen)})", kind, *cells, f"{found[:, 3].mean():.0%}"])
    head = ["draws", "speakers", "ARI without speakers", "ARI with speakers", "ARI of the two runs", "warned"]
    return table(head, rows)


def _with_and_without(draw: Draw, voices: list[str]) -> tuple[float, float, float, float]:
    """ARI without and with speakers, ARI of the two runs, and whether the second says that labels follow speakers."""
    plain = discover(draw.texts, vectors=draw.rows, resamples=0)
    told = discover(draw.texts, voices, vectors=draw.rows, resamples=0)
    return (
        adjusted_rand_score(draw.truth, plain.labels),
        adjusted_rand_score(draw.truth, told.labels),
        adjusted_rand_score(plain.labels, told.labels),
        float(any(warning.startswith(FOLLOWING) for warning in told.warnings)),
    )


def _own(draw: Draw) -> list[str]:
    return draw.speakers or []


def _at_random(draw: Draw) -> list[str]:
    chance = np.random.default_rng([draw.seed, 1])
    return [f"p{speaker}" for speaker in chance.integers(MADE_UP_SPEAKERS, size=len(draw.texts))]


def _nested(draw: Draw) -> list[str]:
    """Three or four speakers for each theme and for nothing else; off-topic passages come from all of them."""
    chance = np.random.default_rng([draw.seed, 2])
    own = {theme: int(chance.integers(FEWEST_OWN, MOST_OWN + 1)) for theme in range(int(draw.truth.max()) + 1)}
    everyone = [f"p{theme}.{speaker}" for theme, count in own.items() for speaker in range(count)]
    return [
        str(chance.choice(everyone)) if theme < 0 else f"p{theme}.{chance.integers(own[theme])}"
        for theme in draw.truth.tolist()
    ]
