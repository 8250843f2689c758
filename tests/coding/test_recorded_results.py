"""Windows, scores, chances, anchors and clauses are as recorded, for made vectors and texts of the sample study.

``python -m tests.coding.test_recorded_results`` writes ``tests/data/coding_results.json`` anew, after a change of a method or
of its weights that is meant: look through the difference, since what is recorded is held to be right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from needsseg.coding.anchoring import anchor
from needsseg.coding.learning import _fitted, _log_odds, _past_forecasts, _shift, measure, rank
from needsseg.coding.linguistic_cues import load_cues
from needsseg.coding.probes import BESIDE, load_probes
from needsseg.coding.queries import stretches
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.statements import clause_spans, prefill
from needsseg.coding.suggestions import judge, score, source_of, untrained, weigh
from needsseg.coding.windows import question_before, turn_at
from needsseg.embedding import text_sha256
from needsseg.transcripts import read
from tests.fixtures.results import find_difference, round_all
from tests.fixtures.samples import DATA, INTERVIEWS

RECORDED = DATA / "coding_results.json"
TALK = read(INTERVIEWS / "priyanka-rao.md")
WIDTH = 24


def vectors_of(texts: list[str]) -> dict[str, np.ndarray]:
    """Unit vectors of one's own making: those of texts with common letters are near each other."""
    rows = {}
    for text in texts:
        row = np.array([text.casefold().count(chr(97 + letter)) + 0.1 for letter in range(WIDTH)], dtype=np.float32)
        row -= row.mean()
        rows[text_sha256(text)] = row / np.linalg.norm(row)
    return rows


def run_suggestions() -> dict[str, object]:
    windows, probes = weigh(TALK, load_cues()), load_probes()
    vectors = vectors_of([window.text for window in windows] + [probe.text for probe in probes])
    rows = np.stack([vectors[text_sha256(window.text)] for window in windows]).astype(np.float64)
    beside = np.linspace(0.0, 0.5, len(windows))
    return {
        "windows": [[*window.span, window.cue_sum, window.words, window.answer, window.empty] for window in windows],
        "suggestions": [[s.start, s.end, s.score, len(s.reasons)] for s in judge(windows, vectors, probes, 0.3)],
        "reasons": [s.reasons for s in judge(windows, vectors, probes, 0.0)][:8],
        "untrained": [untrained(windows, rows, beside), untrained(windows, rows, beside, rows[0])],
        "scores": [
            score(likeness, cues, words) for likeness in (0.0, 0.5) for cues in (0.0, 1.0) for words in (3, 30, 300)
        ],
        "within reach": [[window.within_reach(threshold) for threshold in (0.0, 0.5, 0.9)] for window in windows[:12]],
        "beside": sum(probe.kind == BESIDE for probe in probes),
        "source": source_of(TALK),
    }


def run_learning() -> dict[str, object]:
    windows, probes = weigh(TALK, load_cues())[:40], load_probes()
    vectors = vectors_of([window.text for window in windows] + [probe.text for probe in probes])
    measured = measure(windows, vectors, probes)

    results: dict[str, object] = {}
    for count in (0, 3, 12, 26):
        decided, accepted = list(range(count)), [at % 3 != 1 for at in range(count)]
        ranking = rank(measured.only(range(count, 40)), measured.only(decided), accepted)
        results[f"{count} decided"] = [ranking.chances, ranking.order, ranking.learned, asdict(ranking.outlook)]
    return results


def run_fitting() -> dict[str, object]:
    rng = np.random.default_rng(4)
    points = rng.normal(size=(40, 3))
    kernel = points @ points.T + 0.5
    start = rng.normal(size=40)
    decisions = (points[:, 0] + 0.3 * rng.normal(size=40) > 0).astype(np.float64)
    forecasts, known = _past_forecasts(kernel, start, decisions)
    return {
        "weights": _fitted(kernel, start, decisions),
        "forecasts": [forecasts, known],
        "shift": [_shift(forecasts, known), _shift(np.zeros(0), np.zeros(0)), _shift(np.full(20, 3.0), np.zeros(20))],
        "log odds": _log_odds(np.array([0.0, 0.2, 0.5, 0.9, 1.0])),
    }


def run_texts() -> dict[str, object]:
    """Windows, clauses and stretches of answers, and where their words are once the text was edited."""
    cues, answers = load_cues(), [TALK.words(turn) for turn in TALK.turns if turn.role == "participant"][:8]
    spans = [window.span for window in weigh(TALK, cues)][:25]
    words = TALK.text.split(" ")
    edited = {
        "without every ninth word": " ".join(word for at, word in enumerate(words) if at % 9),
        "with words between": " ".join(f"{word} um" if at % 11 == 5 else word for at, word in enumerate(words)),
        "halves exchanged": TALK.text[len(TALK.text) // 2 :] + " " + TALK.text[: len(TALK.text) // 2],
        "in capitals": TALK.text.upper(),
        "misspelt": TALK.text.replace("ing", "in"),
        "the first answers alone": TALK.text[: TALK.turns[7].end],
    }
    return {
        "anchors": {
            name: [None if a is None else [a.start, a.end] for a in anchor(TALK.text, text, spans)]
            for name, text in edited.items()
        },
        "clauses": [[clause_spans(text, span) for span in sentence_spans(text)] for text in answers],
        "parts": [asdict(prefill(text, cues)) for text in answers],
        "stretches": [
            stretches(
                text, [[(at, at + 3) for at in range(len(text) - 3) if text.startswith(word, at)] for word in terms]
            )
            for text in answers
            for terms in (("the",), ("the", "and"), ("I", "and", "the"), ("zebra", "the"))
        ],
        "questions": [question_before(TALK, turn.start) == question_before(TALK, turn.end - 1) for turn in TALK.turns],
        "turns": [
            None if (turn := turn_at(TALK, place)) is None else turn.start
            for each in TALK.turns[:6]
            for place in (each.start - 1, each.start, each.end - 1, each.end)
        ],
    }


RUNS: dict[str, Callable[[], dict[str, object]]] = {
    run.__name__: run for run in (run_suggestions, run_learning, run_fitting, run_texts)
}


@pytest.mark.parametrize("name", RUNS)
def test_a_result_is_as_recorded(name: str) -> None:
    assert find_difference(round_all(RUNS[name]()), json.loads(RECORDED.read_text(encoding="utf-8"))[name]) == ""


if __name__ == "__main__":
    results = {name: round_all(run()) for name, run in RUNS.items()}
    RECORDED.write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf-8")
