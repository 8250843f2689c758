"""Windows, scores, chances, anchors and clauses are as recorded, for made vectors and texts of the sample study.

``python -m tests.coding.test_recorded_results`` writes ``tests/data/coding_results.json`` anew, after a change of a method or
of its weights that is meant: look through the difference, since what is recorded is held to be right.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from zlib import crc32

import numpy as np
import pytest

from needsseg.coding.agreement import Mark, agreement, disagreements
from needsseg.coding.alignment import align, tokens
from needsseg.coding.anchoring import anchor
from needsseg.coding.learning import _fitted, _log_odds, _past_forecasts, _shift, measure, rank
from needsseg.coding.linguistic_cues import load_cues
from needsseg.coding.name_finder import name_finder
from needsseg.coding.name_lists import load_name_lists
from needsseg.coding.probes import BESIDE, load_probes
from needsseg.coding.pseudonyms import Known, detect
from needsseg.coding.queries import stretches
from needsseg.coding.saturation import saturation
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.statements import clause_spans, prefill
from needsseg.coding.suggestions import judge, score, source_of, untrained, weigh
from needsseg.coding.turn_edits import EditPlan, cut_words, edited_text, give_words, join_turns, split_turn
from needsseg.coding.windows import question_before, turn_at
from needsseg.embedding import text_sha256
from needsseg.errors import UsageError
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


def vary_words(seed: int) -> tuple[str, str]:
    """A text of few different words and marks, and the same edited: words left out, added, moved and misspelt."""
    pick = random.Random(seed)
    words = [
        pick.choice(["crane", "waits", "I", "the", "bread", "again", "late,", "so.", "月曜日", "it’s"])
        for _ in range(24)
    ]
    edited = [word for word in words if pick.random() > 0.12]
    for _ in range(pick.randrange(4)):
        edited.insert(pick.randrange(len(edited)), pick.choice(["um", "the", "crane", "quite"]))
    if seed % 3 == 0:
        edited = edited[len(edited) // 2 :] + edited[: len(edited) // 2]
    if seed % 4 == 0:
        edited = [word.replace("bread", "breed") for word in edited]
    return " ".join(words), (" " if seed % 2 else "  ").join(edited)


def run_edited_words() -> dict[str, object]:
    results: dict[str, object] = {}
    for seed in range(40):
        old, new = vary_words(seed)
        starts = [0, *(at + 1 for at, sign in enumerate(old) if sign == " ")]
        spans = [(start, min(len(old), start + length)) for start in starts[::3] for length in (6, 17, 31)]
        blocks = align(tokens(old), tokens(new))
        results[str(seed)] = [
            [None if a is None else [a.start, a.end, a.exact] for a in anchor(old, new, spans)],
            [list(block) for block in blocks],
        ]
    return results


def run_names() -> dict[str, object]:
    """Names and contacts found in the sample's interviews."""
    found = {}
    for name in ("priyanka-rao.md", "ruth-zielinski.txt", "tom-ashdown.txt", "maeve-gallagher.md"):
        transcript = read(INTERVIEWS / name)
        said = [(name, transcript.words(turn)) for turn in transcript.turns if turn.role == "participant"]
        asked = [(name, transcript.words(turn)) for turn in transcript.turns if turn.role != "participant"]
        find = name_finder(load_name_lists(), said, asked, ["Priyanka Rao", "Tom Ashdown"])
        known = [Known("person", "Priyanka Rao"), Known("company", "North & Sons Ltd"), Known("person", "Tom Ashdown")]
        extra = " Tom wrote to tom@ashdown.example, +44 20 7946 0958, of North and Sons; Rao, Priyanka knows."
        found[name] = [
            [[f.start, f.end, f.kind, f.words, f.stands_for] for _, text in said for f in find(text)],
            [
                [f.start, f.end, f.kind, f.words, f.stands_for]
                for f in detect(transcript.text[:4000] + extra, known, ["crane"])
            ],
        ]
    return found


def run_edits() -> dict[str, object]:
    """Every edit of the first turns: where it may be made, and what the text and its turns are then."""
    results: dict[str, object] = {}
    talk = replace(TALK, text=TALK.text[: TALK.turns[6].end], turns=TALK.turns[:7])
    windows, places = [window.span for window in weigh(talk, load_cues())][:3], range(0, talk.turns[3].end, 13)
    edits: dict[str, Callable[[int], EditPlan]] = {
        "split": lambda at: split_turn(talk, at),
        "join": lambda at: join_turns(talk, at),
        "give": lambda at: give_words(talk, at, at + 40, "Third"),
        "give to the one": lambda at: give_words(talk, at, at + 200, talk.turns[1].speaker),
        "cut": lambda at: cut_words(talk, at, at + 60),
    }
    for name, edit in edits.items():
        rows: list[object] = []
        for at in places:
            try:
                plan = edit(at)
            except UsageError:
                rows.append("refused")
                continue
            edited = edited_text(talk, plan)
            anchored = [edited.place(talk.text, *span) for span in windows]
            rows.append(
                [len(plan.turns), sorted(plan.changed), len(edited.text), crc32(edited.text.encode())]
                + [None if a is None else [a.start, a.end] for a in anchored]
            )
        results[name] = rows
    return results


def run_agreement() -> dict[str, object]:
    pick, results = random.Random(5), {}
    lengths, bounds = {"a": 60, "b": 30}, {"a": [(0, 12), (12, 30), (31, 60)], "b": [(0, 30)]}
    for coders in (("Ada", "Ben"), ("Ada", "Ben", "Cem")):
        marks = {
            coder: [
                Mark(interview, start, min(length, start + pick.randrange(3, 14)), pick.choice(["late", "bread"]))
                for interview, length in lengths.items()
                for start in range(pick.randrange(6), length - 3, 11)
            ]
            for coder in coders
        }
        for units in ("character", "sentence", "passage"):
            given = bounds if units == "sentence" else None
            results[f"{len(coders)} {units}"] = [
                asdict(agreement(marks, lengths, units, given)),
                [asdict(one) for one in disagreements(marks, lengths, units, given)],
            ]
    codes = [["a", "b"], ["a"], ["c"], ["b", "d"], ["a"], ["e"], [], ["a"], []]
    results["saturation"] = [
        asdict(saturation(codes, base, run, threshold)) for base in (1, 4) for run in (1, 2) for threshold in (0.0, 0.3)
    ] + [asdict(saturation(codes))]
    return results


RUNS: dict[str, Callable[[], dict[str, object]]] = {
    run.__name__: run
    for run in (
        run_suggestions,
        run_learning,
        run_fitting,
        run_texts,
        run_edited_words,
        run_names,
        run_edits,
        run_agreement,
    )
}


@pytest.mark.parametrize("name", RUNS)
def test_a_result_is_as_recorded(name: str) -> None:
    assert find_difference(round_all(RUNS[name]()), json.loads(RECORDED.read_text(encoding="utf-8"))[name]) == ""


if __name__ == "__main__":
    results = {name: round_all(run()) for name, run in RUNS.items()}
    RECORDED.write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf-8")
