"""Results on the sample's interviews and on made groups are as recorded: quotes, statements, words, labels and figures.

``python -m tests.discovery.test_recorded_results`` writes ``tests/data/discovery_results.jsonl`` anew, after a change of a
method or of its weights that is meant: look through the difference, since what is recorded is held to be right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pytest

from needsseg.coding.linguistic_cues import load_cues
from needsseg.discovery import Decisions, Discovery, discover
from needsseg.discovery.cluster import Clustering, Themes, _extend_sketch
from needsseg.discovery.evidence.card_quotes import clearest_sentence, proposals, propose
from needsseg.discovery.evidence.code_tree import code_tree
from needsseg.discovery.evidence.exemplars import exemplars
from needsseg.discovery.evidence.keywords import keywords, load_stop_words, phrases
from needsseg.discovery.evidence.naming import load_personas, suggested_names
from needsseg.discovery.evidence.passage_map import plane
from needsseg.discovery.evidence.standing import halves, neighbour, standings
from needsseg.discovery.evidence.statements import clauses, job_statement
from needsseg.discovery.needs_in_view import need_texts
from needsseg.discovery.refine import silhouettes, variance_ratio
from needsseg.discovery.regression import Examples, fit_regression, margin
from needsseg.discovery.speaker_effects import (
    SpeakerIndex,
    association,
    speaker_share,
    with_context,
    within_themes,
    without_offsets,
    without_speakers,
)
from needsseg.discovery.supervised import _cluster_features
from needsseg.discovery.vector_shaping import centred, distances, loners, nearest, principal, smoothed
from needsseg.embedding import text_sha256
from needsseg.transcripts import read
from tests.fixtures.results import find_difference, round_all
from tests.fixtures.samples import DATA, INTERVIEWS

RECORDED = DATA / "discovery_results.jsonl"
TURNS = 14


def quotes_of(name: str) -> dict[str, object]:
    """What is proposed of the first turns of a participant."""
    transcript = read(INTERVIEWS / name)
    texts = [transcript.words(turn) for turn in transcript.turns if turn.role == "participant"][:TURNS]
    cues, speakers = load_cues(), [f"p{number % 3}" for number in range(len(texts))]
    offers = proposals(texts, cues, speakers)
    statement = job_statement(texts, range(len(texts)))
    return {
        "offers": {part: [[o.index, o.start, o.end, o.worth] for o in found] for part, found in offers.items()},
        "chosen": {part: [o.index, o.start, o.end] for part, o in propose(offers, speakers).items()},
        "clauses": [[[c.kind, c.start, c.words, c.end, c.worth] for c in clauses(text)] for text in texts],
        "statement": [statement.sentence, [asdict(part) for part in statement.parts]],
        "clearest": [clearest_sentence(text, cues) for text in texts],
        "exemplars": exemplars(texts, speakers, cues),
        "phrases": [phrases(text, load_stop_words()) for text in texts[:3]],
    }


def made(
    sizes: tuple[int, ...], spread: float, seed: int = 3, alone: int = 4
) -> tuple[list[str], list[str], np.ndarray]:
    """Texts, speakers and unit vectors around one middle for each size, and some around none."""
    rng = np.random.default_rng(seed)
    of = [k for k, size in enumerate(sizes) for _ in range(size)] + [-1] * alone
    middles = rng.normal(size=(len(sizes), 48))
    rows = rng.normal(size=(len(of), 48)) * spread
    for at, k in enumerate(of):
        rows[at] += middles[k] if k >= 0 else 2 * rng.normal(size=48)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    words = ("invoice month report", "crane vessel weather", "shelf pallet volunteer", "coffee")
    texts = [f"{words[k]} number {at}" for at, k in enumerate(of)]
    return texts, [f"P{(at * 7) % 6}" for at in range(len(of))], rows


def summarise(found: Discovery) -> dict[str, object]:
    return {
        "labels": found.labels,
        "strengths": found.strengths,
        "candidates": [asdict(candidate) for candidate in found.candidates],
        "warnings": len(found.warnings),
        "separate": [found.separate, found.separation_p],
        "questions": found.questions(5),
        "left out": found.left_out(),
    }


def run_three_groups() -> dict[str, object]:
    texts, speakers, rows = made((14, 12, 10), 0.9)
    return summarise(discover(texts, speakers, vectors=rows, resamples=4))


def run_few() -> dict[str, object]:
    texts, speakers, rows = made((8, 6), 0.8, alone=2)
    return summarise(discover(texts, speakers, vectors=rows, resamples=2))


def run_without_speakers() -> dict[str, object]:
    texts, _, rows = made((14, 12, 10), 1.2, seed=5)
    return summarise(discover(texts, vectors=rows, resamples=0))


def run_decided() -> dict[str, object]:
    texts, speakers, rows = made((14, 12, 10), 1.3, seed=6)
    assigned = {0: "Reporter", 1: "Reporter", 14: "Planner", 15: "Planner", 37: None, 38: None}
    decisions = Decisions(assigned=assigned, together=[(2, 3), (26, 27)], apart=[(4, 16)])
    return summarise(discover(texts, speakers, vectors=rows, decisions=decisions, resamples=2))


def run_answers() -> dict[str, object]:
    """A group and a half answered, another group named by a need of the same name; all else open."""
    texts, speakers, rows = made((14, 12, 10), 1.6, seed=9)
    assigned: dict[int, str | None] = dict.fromkeys(range(7), "Reporter")
    assigned |= dict.fromkeys(range(14, 20), "Planner") | {36: None, 26: "Keeper", 27: "Keeper", 28: "Keeper"}
    found = discover(texts, speakers, vectors=rows, decisions=Decisions(assigned=assigned), resamples=2)
    return summarise(found)


NEEDS = [("Reporter", "Has to show the month."), ("Planner", "Waits for the crane."), ("Nobody", "")]


def discover_with_needs(spread: float, assigned: dict[int, str | None]) -> dict[str, object]:
    """Three groups, of which the first two have a need in view near their middle, and a need that is near none."""
    texts, speakers, rows = made((14, 12, 10), spread, seed=11)
    near = {"Reporter": rows[:14].mean(axis=0), "Planner": rows[14:26].mean(axis=0), "Nobody": -rows.mean(axis=0)}
    vectors = {
        text_sha256(text): (near[name] / np.linalg.norm(near[name])).astype(np.float32)
        for name, description in NEEDS
        for text in need_texts(name, description)
    }
    decisions = Decisions(assigned=assigned)
    found = discover(
        texts, speakers, vectors=rows, needs=NEEDS, known_vectors=vectors, decisions=decisions, resamples=2
    )
    return summarise(found)


def run_needs() -> dict[str, object]:
    return discover_with_needs(0.8, {})


def run_needs_and_answers() -> dict[str, object]:
    return discover_with_needs(1.7, {0: "Reporter", 3: "Reporter", 15: "Planner", 27: "Keeper", 28: "Keeper", 36: None})


def run_coded() -> dict[str, object]:
    texts, speakers, rows = made((14, 12, 10), 1.3, seed=7)
    codes = [{"late"} if at % 3 == 0 else {"month", "late"} if at % 5 == 0 else set() for at in range(len(texts))]
    return summarise(discover(texts, speakers, vectors=rows, codes=codes, resamples=0))


def run_shaping() -> dict[str, object]:
    """Rows and what is made of them; signs of principal directions are free."""
    texts, speakers, rows = made((8, 7, 6), 1.0, alone=3)
    labels = np.array([0] * 8 + [1] * 7 + [2] * 6 + [-1] * 3)
    near, apart = nearest(rows, 4), standings(texts, speakers, rows, labels.tolist())
    members = [[at for at in range(len(rows)) if labels[at] == label] for label in range(3)]
    personas = load_personas()[:3]
    persona_rows = [made((3,), 1.0, seed=seed, alone=0)[2] for seed in (3, 4, 5)]
    return {
        "centred": centred(rows)[:3, :6],
        "principal": np.abs(principal(rows, 3)),
        "nearest": asdict(near),
        "loners": loners(near),
        "smoothed": smoothed(rows, near, 3, 0.4)[:3, :6],
        "distances": distances(rows)[:5, :5],
        "silhouettes": silhouettes(rows, labels),
        "plane": np.abs(plane(rows)),
        "ratio": variance_ratio(rows[:, :2], labels),
        "halves": halves(rows, members[0]),
        "standings": {str(label): asdict(one) for label, one in apart.items()},
        "neighbours": [
            None if (one := neighbour(rows, labels.tolist(), label)) is None else asdict(one) for label in range(3)
        ],
        "keywords": keywords(texts, labels.tolist(), speakers),
        "names": [[asdict(name) for name in names] for names in suggested_names(rows, members, personas, persona_rows)],
        "tree": asdict(code_tree(rows, [{f"c{at % 4}"} for at in range(len(rows))], speakers)),
    }


def run_speaker_effects() -> dict[str, object]:
    _, _, rows = made((8, 7, 6), 1.0, alone=3)
    speakers = [f"P{(at * at) % 5}" for at in range(len(rows))]
    labels = np.array([0] * 8 + [1] * 7 + [2] * 6 + [-1] * 3)
    index = SpeakerIndex(speakers)
    by_speaker = np.array([int(name[1]) for name in speakers])
    shifted = rows + np.linspace(0, 1, 6)[by_speaker, None]
    return {
        "share": [speaker_share(rows, index), speaker_share(shifted, index)],
        "association": [
            association(found, index) for found in (labels, by_speaker, by_speaker % 3, -np.ones_like(labels))
        ],
        "within": within_themes(rows, labels)[:, :4],
        "without speakers": without_speakers(rows, index)[:, :4],
        "without offsets": without_offsets(rows, index, labels)[:, :4],
        "with context": with_context(rows, index)[:, :4],
        "means": index.means(rows)[:, :4],
    }


def run_edges() -> dict[str, object]:
    """Cases at the edges of formulas: few labels or speakers, more rows than figures, texts of torn clauses, a sketch."""
    _, speakers, rows = made((9, 8, 7), 0.7, seed=13, alone=0)
    index, labels = SpeakerIndex(speakers), np.array([0] * 9 + [1] * 8 + [2] * 7)
    sketch = Themes(labels[:18], 0.5, centred(rows[:18]), None)
    unlabelled = replace(sketch, labels=np.full(18, -1))
    branches = [(index, "taken out"), (index, "context"), (index, "nested"), (None, "none")]
    torn = [
        'I want to see who has what," she said, so I can go home.',
        "I want to see (at a glance who has what, so I can go home at five.",
        "When a nurse [calls in sick, I want to see who has what, so I can go home at five.",
        "I need to know it, and that is it, so I can sleep. I want to see at a glance who has what, so I can go home at five.",
    ]
    return {
        "extended": [
            [theme.labels, theme.rows[:2, :4]]
            for speaker_index, branch in branches
            for theme in (_extend_sketch(rows, speaker_index, sketch, branch),)
        ],
        "extended from nothing": _extend_sketch(rows, index, unlabelled, "taken out").labels,
        "ratios": [
            variance_ratio(rows[:, :2], each)
            for each in (labels, np.where(labels > 0, -1, 0), np.minimum(labels, 1), np.array([0, 1] + [-1] * 22))
        ],
        "ratio of two rows": variance_ratio(rows[:3, :2], np.array([0, 0, 1])),
        "silhouettes": [silhouettes(rows, np.zeros(24, dtype=int)), silhouettes(rows, np.minimum(labels, 1))],
        "shares": [
            speaker_share(some + 0.3 * np.array([ord(name[-1]) % 5 for name in names])[:, None], SpeakerIndex(names))
            for some, names in (
                (rows, speakers),
                (rows[:4], ["A", "A", "B", "B"]),
                (rows[:2], ["A", "B"]),
                (rows, ["A"] * 24),
            )
        ],
        "principal": [
            np.abs(principal(rows[:, :3], 2)),
            np.abs(principal(rows[:5], 2)),
            np.abs(principal(rows[:, :2], 3)),
        ],
        "torn": [[[c.kind, c.words, c.end, c.worth] for c in clauses(text)] for text in torn],
        "statements": [job_statement([text], [0]).sentence for text in torn],
        "repeated": summarise(discover(["a", "a", *map(str, range(22))], vectors=rows, resamples=0)),
        "features": [
            _cluster_features(Clustering(each, np.zeros(24), rows, "none", None), rows[:4])
            for each in (labels, np.full(24, -1))
        ],
    }


def run_regression() -> dict[str, object]:
    _, _, rows = made((8, 7, 6), 1.0, alone=0)
    training = Examples(rows[::2], np.array([0] * 4 + [1] * 4 + [2] * 3), np.linspace(0.5, 1.5, 11))
    classes, chances = fit_regression(rows, training, 1.0)
    one_class = fit_regression(rows, Examples(rows[:2], np.array([4, 4]), np.ones(2)), 1.0)
    return {
        "classes": classes,
        "chances": chances,
        "margin": margin(chances),
        "one class": [one_class[0], one_class[1].shape, margin(one_class[1])[:2]],
    }


RUNS: dict[str, Callable[[], dict[str, object]]] = {
    run.__name__: run
    for run in (
        run_three_groups,
        run_few,
        run_without_speakers,
        run_decided,
        run_answers,
        run_needs,
        run_needs_and_answers,
        run_edges,
        run_coded,
        run_shaping,
        run_speaker_effects,
        run_regression,
    )
} | {path.name: partial(quotes_of, path.name) for path in sorted(INTERVIEWS.iterdir())}


def load_recorded() -> dict[str, object]:
    return dict(json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_result_is_as_recorded(name: str) -> None:
    assert find_difference(round_all(RUNS[name]()), load_recorded()[name]) == ""


if __name__ == "__main__":
    lines = [json.dumps([name, round_all(run())], ensure_ascii=False) for name, run in RUNS.items()]
    RECORDED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
