"""How much deciding the suggestions ask for: ours with learning and untrained, by length, keyword and at random.

Truth is one reader's marks: of six interviews of real people (tests/data/gold) and of six of the sample study
(tests/data/sample_marks.csv). A mark is found when an accepted window overlaps it by at least half of the shorter; the
simulated reader accepts exactly the windows that find a mark. Run: python -m benchmarks.suggesting
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from needsseg import transcripts
from needsseg.coding import judge, load_cues, load_probes, sentence_spans, weigh
from needsseg.coding.learning import Measured, measure, rank
from needsseg.coding.sentences import Span
from needsseg.coding.suggestions import Window
from needsseg.embedding import encode, locate
from needsseg.records import Transcript
from needsseg.settings import shipped

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
BATCH = 5
SHARE = 0.8
EFFORTS = (25, 50, 100, 200)
DRAWS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Interviews with one reader's marks: their windows, which marks each window finds, and how many marks there are."""

    name: str
    files: dict[str, tuple[Transcript, list[Span]]]
    windows: list[Window]
    of: list[str]
    finds: list[frozenset[tuple[str, int]]]
    measured: Measured
    scores: list[float]
    marks: int


def gold() -> Marked:
    """The six interviews of real people."""
    return _read("gold", DATA / "gold" / "marks.csv", DATA / "gold")


def sample() -> Marked:
    """Six interviews of the sample study."""
    return _read("sample", DATA / "sample_marks.csv", shipped("interviews") / "transcripts")


def _read(name: str, marks: Path, folder: Path) -> Marked:
    files: dict[str, tuple[Transcript, list[Span]]] = {}
    with marks.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            transcript, own = files.setdefault(row["file"], (transcripts.read(folder / row["file"]), []))
            start = transcript.text.index(row["quote"])
            own.append((start, start + len(row["quote"])))
    cues, probes = load_cues(), load_probes()
    weighed = [(file, window) for file, (transcript, _) in files.items() for window in weigh(transcript, cues)]
    windows = [window for _, window in weighed]
    vectors = encode([window.text for window in windows] + [probe.text for probe in probes], locate())
    finds = [
        frozenset((file, number) for number, mark in enumerate(files[file][1]) if _found(window.span, mark))
        for file, window in weighed
    ]
    count = sum(len(own) for _, own in files.values())
    of = [file for file, _ in weighed]
    scores = [suggestion.score for suggestion in judge(windows, vectors, probes, 0.0)]
    return Marked(name, files, windows, of, finds, measure(windows, vectors, probes), scores, count)


def overlap(first: Span, second: Span) -> int:
    """How many code points two spans share."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))


def _found(window: Span, mark: Span) -> bool:
    return 2 * overlap(window, mark) >= min(window[1] - window[0], mark[1] - mark[0])


def untrained(marked: Marked) -> list[int]:
    """The windows by probes, cues and length alone."""
    return np.argsort(-marked.measured.untrained, kind="stable").tolist()


def by_length(marked: Marked) -> list[int]:
    """The windows by how many words they have: the baseline that an untrained score has to beat."""
    return sorted(range(len(marked.windows)), key=lambda at: -marked.windows[at].words)


def by_keyword(marked: Marked) -> list[int]:
    """The windows by how many kinds of cue they hold."""
    return sorted(range(len(marked.windows)), key=lambda at: -sum(hit.weight > 0 for hit in marked.windows[at].cues))


def learning(marked: Marked, batch: int = BATCH) -> list[int]:
    """The windows as a reader meets them who decides ``batch`` at a time, what is left being ranked again after each."""
    left, done = list(range(len(marked.windows))), list[int]()
    while left:
        said = [bool(marked.finds[at]) for at in done]
        ranking = rank(marked.measured.only(left), marked.measured.only(done), said)
        done += [left[at] for at in ranking.order[:batch]]
        left = sorted(set(left) - set(done))
    return done


def at_random(marked: Marked, seed: int) -> list[int]:
    """The windows in one random order."""
    return np.random.default_rng(seed).permutation(len(marked.windows)).tolist()


def needed(marked: Marked, order: Sequence[int], share: float = SHARE) -> int:
    """Decisions until a share of the marks is found; one more than there are windows where it never is."""
    seen: set[tuple[str, int]] = set()
    for count, at in enumerate(order, 1):
        seen |= marked.finds[at]
        if len(seen) >= share * marked.marks:
            return count
    return len(order) + 1


def after(marked: Marked, order: Sequence[int], decisions: int) -> tuple[float, float]:
    """Precision (windows accepted of those decided) and recall (marks found) after so many decisions."""
    met = [marked.finds[at] for at in order[:decisions]]
    return sum(map(bool, met)) / len(met), len(frozenset().union(*met)) / marked.marks


def sentences(marked: Marked) -> tuple[float, float]:
    """Average precision of the untrained score by sentence, and that of chance; a sentence counts when half of it is marked."""
    truth: list[bool] = []
    scores: list[float] = []
    for file, (transcript, own) in marked.files.items():
        mine = [at for at, of in enumerate(marked.of) if of == file]
        for turn in (turn for turn in transcript.turns if turn.role == "participant"):
            for span in sentence_spans(transcript.text, turn.start, turn.end):
                half = (span[1] - span[0]) / 2
                truth.append(sum(overlap(span, mark) for mark in own) >= half)
                inside = [at for at in mine if overlap(span, marked.windows[at].span) >= half]
                scores.append(max((float(marked.measured.untrained[at]) for at in inside), default=-1.0))
    hits = np.array(truth, dtype=np.float64)[np.argsort(-np.array(scores), kind="stable")]
    share = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((share * hits).sum() / hits.sum()), float(hits.mean())


def stored(marked: Marked, threshold: float = 0.5) -> tuple[int, float, float]:
    """How many windows are suggested as they are by default, and precision and recall by characters."""
    chosen = [
        at
        for at, window in enumerate(marked.windows)
        if window.within_reach(threshold) and marked.scores[at] >= threshold
    ]
    spans = [(marked.windows[at].span, marked.files[marked.of[at]][1]) for at in chosen]
    both = sum(overlap(span, mark) for span, own in spans for mark in own)
    said = sum(end - start for (start, end), _ in spans)
    wanted = sum(end - start for _, own in marked.files.values() for start, end in own)
    return len(chosen), both / said, both / wanted


def main() -> None:
    """Prints the tables of benchmarks/results.md."""
    for marked in (gold(), sample()):
        base = sum(map(bool, marked.finds)) / len(marked.finds)
        print(
            f"\n{marked.name}: {len(marked.windows)} windows ({base:.0%} acceptable), {marked.marks} marks of one reader\n"
        )
        print(f"| order | decisions to {SHARE:.0%} of marks | " + " | ".join(f"after {n}" for n in EFFORTS) + " |")
        print("| --- |" + " --- |" * (len(EFFORTS) + 1))
        orders: dict[str, Callable[[], list[list[int]]]] = {
            "learning": lambda marked=marked: [learning(marked)],
            "probes and cues, untrained": lambda marked=marked: [untrained(marked)],
            "length": lambda marked=marked: [by_length(marked)],
            "keyword": lambda marked=marked: [by_keyword(marked)],
            f"random (mean of {DRAWS})": lambda marked=marked: [at_random(marked, seed) for seed in range(DRAWS)],
        }
        for name, made in orders.items():
            drawn = made()
            cells = [f"{np.mean([needed(marked, order) for order in drawn]):.0f}"]
            for effort in EFFORTS:
                precision, recall = np.mean([after(marked, order, effort) for order in drawn], axis=0)
                cells.append(f"{precision:.2f} / {recall:.2f}" if effort < len(marked.windows) else "–")
            print(f"| {name} | " + " | ".join(cells) + " |")
        average, chance = sentences(marked)
        count, precision, recall = stored(marked)
        print(f"\nuntrained, by sentence: average precision {average:.2f} (chance {chance:.2f})")
        print(f"suggested by default: {count}, precision {precision:.2f}, recall {recall:.2f} by characters")


if __name__ == "__main__":
    main()
