"""Test how stable segments are: leave out one participant at a time, add suggestions, resample passages.

The figures for each segment are stored; the app, commands and report read a segment's firmness from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from needsseg.actions.discovery.comparing import fate_in_words
from needsseg.actions.discovery.firmness import Firm, as_figures, named_figures
from needsseg.actions.discovery.passage_moves import applied_decisions
from needsseg.actions.discovery.questions import Reclustering, cluster_passages, recluster
from needsseg.actions.study.languages import study_model
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.discovery import FEWEST_PASSAGES
from needsseg.discovery.compare import Comparison, Fate
from needsseg.discovery.firmness import (
    MOST_LEFT_OUT,
    RESAMPLES,
    Firmness,
    compare_counted,
    drawn_again,
    firmness,
    held_fixed,
)
from needsseg.discovery.verdict import firmness_words
from needsseg.embedding import encode, text_sha256, vectors_keys
from needsseg.embedding.vectors import unit_vector
from needsseg.errors import Advice, DiscoveryError, Fix
from needsseg.progress import Progress, silent
from needsseg.records import UNASSIGNED, Passage
from needsseg.settings import load
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import firmness as stored
from needsseg.study.segments import segments, vectors
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix


@dataclass(frozen=True, slots=True)
class ComparedVariation:
    """One variation of the study compared with the study itself, and the result in one sentence.

    ``kind`` is "again" (nothing varied, as a baseline), "participant" (one left out, ``who`` is the key), "suggestions"
    (added to accepted passages, or in their place) or "resample". ``comparison`` leaves out passages that people placed.
    """

    kind: str
    description: str
    passages: int
    comparison: Comparison
    sentence: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The stability of segments and candidates: their names by id, each variation, and the figures by segment.

    ``firmness`` says the figures in words. ``resampled`` has a sentence per segment on how often it stays, changes or
    dissolves in resamples. ``untried`` counts participants that were not left out, since others have more passages.
    """

    base: dict[int, str]
    rows: tuple[ComparedVariation, ...]
    figures: dict[int, Firm] = field(default_factory=dict)
    firmness: dict[int, str] = field(default_factory=dict)
    resampled: tuple[str, ...] = ()
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Variation:
    """One change of the passages that are clustered; ``who`` is the mark of the participant left out."""

    kind: str
    description: str
    chosen: tuple[Passage, ...]
    who: str = ""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A variation and its comparison with the study."""

    kind: str
    description: str
    passages: int
    comparison: Comparison
    who: str = ""


def sensitivity(study: Study, progress: Progress = silent) -> Sensitivity:
    """Cluster the newest run's passages under small changes, and compare with the current segments.

    Decisions about single passages and pairs apply throughout and are not counted; names of clusters do not apply, since
    nothing could change then. Stores the comparisons that firmness rests on and reuses them the next time; stores nothing
    else. Raises what ``progress`` raises, so that it can be cancelled.
    """
    again = recluster(study, "explicit")
    base, names = _current_segments(study, again)
    people, untried = leave_one_out(study, again)
    firm, more = [*people, *resamples(again)], with_suggestions(study, again)
    rows = {passage.id: row for passage, row in zip(again.chosen, again.rows, strict=True)}
    rows |= _rows_of(study, [p for one in more for p in one.chosen if p.id not in rows], again, progress)
    fixed = frozenset(again.chosen[index].id for index in held_fixed(again.applied.decisions))
    runner = _VariationRunner(study, again, rows, base, fixed, progress, len(more))
    outcomes, figures = _stored_or_computed(runner, firm)
    outcomes += [runner.compared(one) for one in more]
    progress("varying the study", runner.total, runner.total)
    keys = {voice.mark: voice.key for voice in stored.voices(study)}
    return Sensitivity(
        names,
        tuple(
            ComparedVariation(o.kind, o.description, o.passages, o.comparison, _sentence(o, names), keys.get(o.who, ""))
            for o in outcomes
        ),
        named_figures(study, figures),
        {segment: firmness_words(firm, again.run.separate) for segment, firm in figures.items()},
        _resample_sentences(outcomes, names),
        untried,
    )


@dataclass(slots=True)
class _VariationRunner:
    """Clusters variations; ``rows`` are unit rows by passage, ``done`` of ``total`` variations are finished."""

    study: Study
    again: Reclustering
    rows: Mapping[int, Matrix]
    base: Mapping[int, int]
    fixed: frozenset[int]
    progress: Progress
    total: int
    done: int = 0

    def compared(self, one: Variation) -> _Outcome:
        """Cluster a variation under the decisions that apply to it, and compare it with the study."""
        import numpy as np

        self.progress("varying the study", self.done, self.total)
        applied = applied_decisions(self.study, one.chosen, "explicit")
        rows = np.stack([self.rows[passage.id] for passage in one.chosen])
        discovery = cluster_passages(self.study, self.again.run, one.chosen, rows, applied)
        labels = {passage.id: label for passage, label in zip(one.chosen, discovery.labels, strict=True)}
        # A suggestion that nobody placed is counted only if it is in both.
        fixed = self.fixed.union(one.chosen[index].id for index in held_fixed(applied.decisions))
        self.done += 1
        return _Outcome(one.kind, one.description, len(labels), compare_counted(self.base, labels, fixed), one.who)


def _stored_or_computed(
    runner: _VariationRunner, firm: Sequence[Variation]
) -> tuple[list[_Outcome], dict[int, Firmness]]:
    """The outcomes that firmness rests on, and the figures: read from the study, else computed and stored."""
    study, run = runner.study, runner.again.run
    key = stored.made_of(study, run)
    stored_content = stored.load(study, key)
    outcomes = _read(firm, stored_content) if stored_content is not None else None
    if stored_content is not None and outcomes is not None:
        return outcomes, {int(segment): as_figures(row) for segment, row in stored_content["figures"].items()}
    runner.total += len(firm)
    outcomes = [runner.compared(one) for one in firm]
    figures = firmness(runner.base, runner.fixed, outcomes)
    # If somebody decided meanwhile, the outcomes belong to an earlier state of the study.
    if stored.made_of(study, run) == key:
        stored.store(study, key, _content(outcomes, {segment: asdict(one) for segment, one in figures.items()}))
    return outcomes, figures


def leave_one_out(study: Study, again: Reclustering) -> tuple[list[Variation], int]:
    """The unvaried passages, then one participant left out at a time, most passages first; and how many are not tried."""
    voices = {(voice.interview, voice.speaker): voice for voice in stored.voices(study)}
    participant_labels = participant_names(study)
    passages_by_mark: dict[str, set[int]] = {}
    names: dict[str, str] = {}
    for passage in again.chosen:
        voice = voices[passage.interview, passage.speaker]
        passages_by_mark.setdefault(voice.mark, set()).add(passage.id)
        names[voice.mark] = participant_labels.of(passage)
    most = sorted(passages_by_mark, key=lambda mark: (-len(passages_by_mark[mark]), names[mark], mark))
    chosen = sorted(most[:MOST_LEFT_OUT], key=lambda mark: (names[mark], mark))
    variations = [Variation("again", "with nothing varied", again.chosen)]
    variations += [
        Variation(
            "participant",
            f"without {names[mark]}",
            tuple(p for p in again.chosen if p.id not in passages_by_mark[mark]),
            mark,
        )
        for mark in chosen
    ]
    return [one for one in variations if len(one.chosen) >= FEWEST_PASSAGES], len(most) - len(chosen)


def resamples(again: Reclustering) -> list[Variation]:
    """Resamples of the run's passages, about two thirds of them each."""
    variations = [
        Variation("resample", f"with resample {seed}", drawn_again(again.chosen, seed))
        for seed in range(1, RESAMPLES + 1)
    ]
    return [one for one in variations if len(one.chosen) >= FEWEST_PASSAGES]


def with_suggestions(study: Study, again: Reclustering) -> list[Variation]:
    """Undecided suggestions added to the accepted passages, and in their place."""
    if again.run.input_status != "accepted":
        return []
    participants = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
    undecided = tuple(
        p for p in passages.listing(study, status="suggested") if (p.interview, p.speaker) in participants
    )
    variations = [
        Variation("suggestions", "with suggestions too", (*again.chosen, *undecided)),
        Variation("suggestions", "with suggestions instead", undecided),
    ]
    return [one for one in variations if undecided and len(one.chosen) >= FEWEST_PASSAGES]


def _content(outcomes: Sequence[_Outcome], figures: Mapping[int, Mapping[str, object]]) -> dict[str, object]:
    """The content to store, without names, which may be changed or forgotten."""
    return {
        "figures": figures,
        "rows": [
            {"kind": one.kind, "who": one.who, "passages": one.passages, "comparison": asdict(one.comparison)}
            for one in outcomes
        ],
    }


def _read(firm: Sequence[Variation], content: Mapping[str, Any]) -> list[_Outcome] | None:
    """Read the stored outcomes of these variations; None if other variations were stored."""
    rows = content["rows"]
    if [(row["kind"], row["who"]) for row in rows] != [(one.kind, one.who) for one in firm]:
        return None
    return [
        _Outcome(one.kind, one.description, row["passages"], _comparison(row["comparison"]), one.who)
        for one, row in zip(firm, rows, strict=True)
    ]


def _comparison(row: Mapping[str, Any]) -> Comparison:
    fates = tuple(Fate(**fate) for fate in row["fates"])
    return Comparison(**{**row, "fates": fates, "fresh": tuple(row["fresh"])})


def _rows_of(study: Study, needed: Sequence[Passage], again: Reclustering, progress: Progress) -> dict[int, Matrix]:
    """Unit rows of passages outside the run; those without a cached vector are embedded, but not stored."""
    import numpy as np

    if not needed:
        return {}
    texts = [passage.quote for passage in needed]
    vectors_by_text = vectors.load(study, vectors_keys(again.run.model_sha256), map(text_sha256, texts))
    if any(text_sha256(text) not in vectors_by_text for text in texts):
        settings = load(study.path)
        model = study_model(study)
        if model.sha256 != again.run.model_sha256:
            raise DiscoveryError("Suggestions have no vector of the newest run's model.", "Discover again.")
        vectors_by_text = vectors_by_text | encode(texts, model, vectors_by_text, progress, settings.backend)
    rows = {passage.id: vectors_by_text[text_sha256(passage.quote)].astype(np.float64) for passage in needed}
    return {passage: unit_vector(row) for passage, row in rows.items()}


def _current_segments(study: Study, again: Reclustering) -> tuple[dict[int, int], dict[int, str]]:
    """The segment of each passage of the newest run (-1 for none), and the names of those segments."""
    members, clustered_ids = segments.members(study), {passage.id for passage in again.chosen}
    base = dict.fromkeys(clustered_ids, UNASSIGNED)
    names = {}
    for row in segments.listing(study):
        own = {member.passage for member in members.get(row.id, [])} & clustered_ids
        if own and row.status != "set_aside":
            base |= dict.fromkeys(own, row.id)
            names[row.id] = f"“{row.name}”"
    if not names:
        raise DiscoveryError("No segment holds passages of the newest run.", Advice("Discover again: ", Fix.DISCOVER))
    return base, names


def _sentence(one: _Outcome, names: Mapping[int, str]) -> str:
    """Describe the result of a variation: that all stay, or what happens to those that do not."""
    description, compared = one.description, one.comparison
    # A segment of which no passage was drawn is not lost; one without its only participant is.
    fates = [fate for fate in compared.fates if fate.kept + fate.left or one.kind == "participant"]
    moved = [fate for fate in fates if fate.word != "stays"]
    fresh = len(compared.fresh)
    more = f"; {format_count(fresh, 'new candidate')}" if fresh else ""
    if not compared.common:
        return f"{description}: no passage is in both, so nothing can be compared"
    if not compared.fates:
        return f"{description}: nothing to compare, since people placed all that is in a segment"
    if not moved:
        return f"{description}: all {len(fates)} stay{more}"
    return f"{description}: {'; '.join(_fate_in_words(fate, names) for fate in moved)}{more}"


def _resample_sentences(outcomes: Sequence[_Outcome], names: Mapping[int, str]) -> tuple[str, ...]:
    """Describe how often each segment stays, changes and dissolves in the resamples that contain any of it."""
    counted: dict[int, Counter[str]] = {}
    for fate in (fate for one in outcomes if one.kind == "resample" for fate in one.comparison.fates):
        if fate.kept + fate.left:
            counted.setdefault(fate.label, Counter())[fate.word] += 1
    return tuple(
        f"{names[segment]}: of {format_count(words.total(), 'resample')} it stays in {words['stays']}, "
        f"changes in {words['changes']}, dissolves in {words['dissolves']}"
        for segment, words in sorted(counted.items())
    )


def _fate_in_words(fate: Fate, names: Mapping[int, str]) -> str:
    if not fate.kept + fate.left:
        return f"{names[fate.label]} dissolves (nobody else is in it)"
    return fate_in_words(fate, names, _successor_name(fate, names))


def _successor_name(fate: Fate, names: Mapping[int, str]) -> dict[int, str]:
    """Name a label's successor like the label itself, since the numbers of a varied study mean nothing outside it."""
    return {} if fate.best is None else {fate.best: names[fate.label]}
