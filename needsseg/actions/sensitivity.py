"""How much the result hangs on its input: one interview left out at a time, suggestions besides, passages resampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.actions.comparing import fate_in_words
from needsseg.actions.placements import placed
from needsseg.actions.questions import Again, clustered, discovered_again
from needsseg.discovery import FEWEST_PASSAGES
from needsseg.discovery.compare import Comparison, Fate, compare
from needsseg.embedding import encode, locate, text_sha256
from needsseg.errors import DiscoveryError
from needsseg.progress import Progress, silent
from needsseg.records import UNASSIGNED, Passage
from needsseg.settings import load
from needsseg.study import interviews, passages, segments, vectors
from needsseg.study.connection import Study
from needsseg.text import format_count

SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Varied:
    """One variation of the study compared with the study as it is, and what it comes to in one sentence.

    ``kind`` is "again" (nothing varied, which the others are to be read beside), "interview" (one left out), "suggestions"
    (added, or instead of accepted passages) or "resample".
    """

    kind: str
    what: str
    passages: int
    comparison: Comparison
    sentence: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The names of the segments and candidates as they stand, by id, and what each variation does to them."""

    base: dict[int, str]
    rows: tuple[Varied, ...]


@dataclass(frozen=True, slots=True)
class Variation:
    """One change of what is clustered."""

    kind: str
    what: str
    chosen: tuple[Passage, ...]


def sensitivity(study: Study, progress: Progress = silent) -> Sensitivity:
    """Clusters the newest run's passages under small changes and compares with the segments as they stand; writes nothing.

    Of the decisions, those that name single passages and pairs hold throughout; that a cluster was named does not, or
    nothing could change. Raises what ``progress`` raises, so that it can be ended.
    """
    again = discovered_again(study, "explicit")
    base, names = _as_they_stand(study, again)
    known = {passage.id: row for passage, row in zip(again.chosen, again.rows, strict=True)}
    varied = variations(study, again)
    known |= _rows_of(study, [p for one in varied for p in one.chosen if p.id not in known], again, progress)
    import numpy as np

    rows = []
    for number, variation in enumerate(varied):
        progress("varying the study", number, len(varied))
        found = clustered(
            variation.chosen,
            np.stack([known[passage.id] for passage in variation.chosen]),
            placed(study, variation.chosen, "explicit"),
            again.run.seed,
        )
        labels = {passage.id: label for passage, label in zip(variation.chosen, found.labels, strict=True)}
        compared = compare(base, labels)
        rows.append(
            Varied(variation.kind, variation.what, len(labels), compared, _sentence(variation.what, compared, names))
        )
    progress("varying the study", len(varied), len(varied))
    return Sensitivity(names, tuple(rows))


def variations(study: Study, again: Again) -> list[Variation]:
    """What is tried, leaving out what would be too few passages."""
    titles = {row.key: ", ".join(row.participants) or row.title for row in interviews.listing(study)}
    made = [Variation("again", "with nothing varied", again.chosen)]
    made += [
        Variation("interview", f"without {titles[key]}", tuple(p for p in again.chosen if p.interview != key))
        for key in sorted({passage.interview for passage in again.chosen})
    ]
    if again.run.input_status == "accepted":
        theirs = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
        open_ones = tuple(p for p in passages.listing(study, status="suggested") if (p.interview, p.speaker) in theirs)
        if open_ones:
            made.append(Variation("suggestions", "with suggestions too", (*again.chosen, *open_ones)))
            made.append(Variation("suggestions", "with suggestions instead", open_ones))
    made += [Variation("resample", f"with resample {seed}", _resampled(again.chosen, seed)) for seed in SEEDS]
    return [one for one in made if len(one.chosen) >= FEWEST_PASSAGES]


def _resampled(chosen: Sequence[Passage], seed: int) -> tuple[Passage, ...]:
    """A bootstrap sample of passages, each at most once: some two thirds of them."""
    import numpy as np

    drawn = np.random.default_rng(seed).integers(0, len(chosen), len(chosen))
    return tuple(chosen[index] for index in sorted({int(i) for i in drawn}))


def _rows_of(study: Study, wanted: Sequence[Passage], again: Again, progress: Progress):  # type: ignore[no-untyped-def]  # dict of rows
    """Unit rows of passages outside the run; the few without a cached vector are embedded, and not stored."""
    import numpy as np

    if not wanted:
        return {}
    texts = [passage.quote for passage in wanted]
    found = vectors.load(study, again.run.model_sha256, map(text_sha256, texts))
    if any(text_sha256(text) not in found for text in texts):
        model = locate(load(study.path).model)
        if model.sha256 != again.run.model_sha256:
            raise DiscoveryError("Suggestions have no vector of the newest run's model.", "Discover again.")
        found = found | encode(texts, model, found, progress)
    rows = {passage.id: found[text_sha256(passage.quote)].astype(np.float64) for passage in wanted}
    return {passage: row / (np.linalg.norm(row) or 1.0) for passage, row in rows.items()}


def _as_they_stand(study: Study, again: Again) -> tuple[dict[int, int], dict[int, str]]:
    """The segment that holds each passage of the newest run, -1 for none, and what those segments are called."""
    members, asked = segments.members(study), {passage.id for passage in again.chosen}
    base = dict.fromkeys(asked, UNASSIGNED)
    names = {}
    for row in segments.listing(study):
        mine = {member.passage for member in members.get(row.id, [])} & asked
        if mine and row.status != "set_aside":
            base |= dict.fromkeys(mine, row.id)
            names[row.id] = f"“{row.name}”"
    if not names:
        raise DiscoveryError("No segment holds passages of the newest run.", "Discover again: needsseg discover")
    return base, names


def _sentence(what: str, compared: Comparison, names: Mapping[int, str]) -> str:
    """What a variation comes to: all stays, or what becomes of what does not."""
    moved = [fate for fate in compared.fates if fate.word != "stays"]
    fresh = len(compared.fresh)
    more = f"; {format_count(fresh, 'new candidate')}" if fresh else ""
    if not compared.common:
        return f"{what}: no passage is in both, so nothing can be compared"
    if not moved:
        return f"{what}: all {len(compared.fates)} stay{more}"
    said = "; ".join(fate_in_words(fate, names, _as_before(fate, names)) for fate in moved)
    return f"{what}: {said}{more}"


def _as_before(fate: Fate, names: Mapping[int, str]) -> dict[int, str]:
    """Calls what a label became by the label's own name: numbers of the varied study mean nothing outside it."""
    return {} if fate.best is None else {fate.best: names[fate.label]}
