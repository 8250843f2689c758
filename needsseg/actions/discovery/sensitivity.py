"""How much the result hangs on its input: one participant left out at a time, suggestions besides, passages resampled.

What it comes to for each segment is stored, and is what every door says of that segment's firmness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from needsseg.actions.discovery.comparing import fate_in_words
from needsseg.actions.discovery.firmness import Firm, as_figures, named_figures
from needsseg.actions.discovery.passage_moves import placed
from needsseg.actions.discovery.questions import Again, clustered, discovered_again
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
from needsseg.embedding import encode, locate, text_sha256
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
class Varied:
    """One variation of the study compared with the study as it is, and what it comes to in one sentence.

    ``kind`` is "again" (nothing varied, which the others are to be read beside), "participant" (one left out, ``who`` by
    key), "suggestions" (added, or instead of accepted passages) or "resample". ``comparison`` leaves out what people placed.
    """

    kind: str
    what: str
    passages: int
    comparison: Comparison
    sentence: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The names of the segments and candidates as they stand, by id, what each variation does, and what follows for each,
    in ``figures`` and in words.

    ``resampled`` says in a sentence each how often each one stays, changes or dissolves where passages are drawn again, and
    ``untried`` counts the participants that were not left out, since others gave more passages.
    """

    base: dict[int, str]
    rows: tuple[Varied, ...]
    figures: dict[int, Firm] = field(default_factory=dict)
    firmness: dict[int, str] = field(default_factory=dict)
    resampled: tuple[str, ...] = ()
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Variation:
    """One change of what is clustered; ``who`` marks the participant left out."""

    kind: str
    what: str
    chosen: tuple[Passage, ...]
    who: str = ""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A variation and what came of it."""

    kind: str
    what: str
    passages: int
    comparison: Comparison
    who: str = ""


def sensitivity(study: Study, progress: Progress = silent) -> Sensitivity:
    """Clusters the newest run's passages under small changes and compares with the segments as they stand.

    Decisions about single passages and pairs hold throughout and are not counted; that a cluster was named does not hold,
    or nothing could change. What the segments' firmness rests on is stored and read from there the next time; nothing
    else is written. Raises what ``progress`` raises, so that it can be ended.
    """
    again = discovered_again(study, "explicit")
    base, names = _as_they_stand(study, again)
    people, untried = left_out_in_turn(study, again)
    firm, more = [*people, *resamples(again)], with_suggestions(study, again)
    rows = {passage.id: row for passage, row in zip(again.chosen, again.rows, strict=True)}
    rows |= _rows_of(study, [p for one in more for p in one.chosen if p.id not in rows], again, progress)
    fixed = frozenset(again.chosen[index].id for index in held_fixed(again.given.decisions))
    trying = _Trying(study, again, rows, base, fixed, progress, len(more))
    tried, figures = _tested(trying, firm)
    tried += [trying.compared(one) for one in more]
    progress("varying the study", trying.total, trying.total)
    keys = {voice.mark: voice.key for voice in stored.voices(study)}
    return Sensitivity(
        names,
        tuple(
            Varied(o.kind, o.what, o.passages, o.comparison, _sentence(o, names), keys.get(o.who, "")) for o in tried
        ),
        named_figures(study, figures),
        {segment: firmness_words(firm, again.run.separate) for segment, firm in figures.items()},
        _resampled(tried, names),
        untried,
    )


@dataclass(slots=True)
class _Trying:
    """What every variation is tried with; ``rows`` are unit rows by passage, ``done`` of ``total`` are tried."""

    study: Study
    again: Again
    rows: Mapping[int, Matrix]
    base: Mapping[int, int]
    fixed: frozenset[int]
    progress: Progress
    total: int
    done: int = 0

    def compared(self, one: Variation) -> _Tried:
        """Clusters a variation under the decisions that hold in it, and compares."""
        import numpy as np

        self.progress("varying the study", self.done, self.total)
        given = placed(self.study, one.chosen, "explicit")
        rows = np.stack([self.rows[passage.id] for passage in one.chosen])
        found = clustered(self.study, self.again.run, one.chosen, rows, given)
        labels = {passage.id: label for passage, label in zip(one.chosen, found.labels, strict=True)}
        # A suggestion that nobody placed is counted only where it is in both.
        fixed = self.fixed.union(one.chosen[index].id for index in held_fixed(given.decisions))
        self.done += 1
        return _Tried(one.kind, one.what, len(labels), compare_counted(self.base, labels, fixed), one.who)


def _tested(trying: _Trying, firm: Sequence[Variation]) -> tuple[list[_Tried], dict[int, Firmness]]:
    """What the variations come to that firmness rests on: from the study where it is stored, else computed and stored."""
    study, run = trying.study, trying.again.run
    key = stored.made_of(study, run)
    known = stored.load(study, key)
    tried = _read(firm, known) if known is not None else None
    if known is not None and tried is not None:
        return tried, {int(segment): as_figures(row) for segment, row in known["figures"].items()}
    trying.total += len(firm)
    tried = [trying.compared(one) for one in firm]
    figures = firmness(trying.base, trying.fixed, tried)
    # Where somebody decided meanwhile, this is of a study that is no more.
    if stored.made_of(study, run) == key:
        stored.store(study, key, _content(tried, {segment: asdict(one) for segment, one in figures.items()}))
    return tried, figures


def left_out_in_turn(study: Study, again: Again) -> tuple[list[Variation], int]:
    """Nothing varied, then one participant left out at a time, those with the most passages; and how many are not tried."""
    who = {(voice.interview, voice.speaker): voice for voice in stored.voices(study)}
    called = participant_names(study)
    mine: dict[str, set[int]] = {}
    names: dict[str, str] = {}
    for passage in again.chosen:
        voice = who[passage.interview, passage.speaker]
        mine.setdefault(voice.mark, set()).add(passage.id)
        names[voice.mark] = called.of(passage)
    most = sorted(mine, key=lambda mark: (-len(mine[mark]), names[mark], mark))
    chosen = sorted(most[:MOST_LEFT_OUT], key=lambda mark: (names[mark], mark))
    made = [Variation("again", "with nothing varied", again.chosen)]
    made += [
        Variation(
            "participant", f"without {names[mark]}", tuple(p for p in again.chosen if p.id not in mine[mark]), mark
        )
        for mark in chosen
    ]
    return [one for one in made if len(one.chosen) >= FEWEST_PASSAGES], len(most) - len(chosen)


def resamples(again: Again) -> list[Variation]:
    """The run's passages drawn again and again, some two thirds of them each time."""
    made = [
        Variation("resample", f"with resample {seed}", drawn_again(again.chosen, seed))
        for seed in range(1, RESAMPLES + 1)
    ]
    return [one for one in made if len(one.chosen) >= FEWEST_PASSAGES]


def with_suggestions(study: Study, again: Again) -> list[Variation]:
    """Undecided suggestions added to the accepted passages, and in their place."""
    if again.run.input_status != "accepted":
        return []
    theirs = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
    open_ones = tuple(p for p in passages.listing(study, status="suggested") if (p.interview, p.speaker) in theirs)
    made = [
        Variation("suggestions", "with suggestions too", (*again.chosen, *open_ones)),
        Variation("suggestions", "with suggestions instead", open_ones),
    ]
    return [one for one in made if open_ones and len(one.chosen) >= FEWEST_PASSAGES]


def _content(tried: Sequence[_Tried], figures: Mapping[int, Mapping[str, object]]) -> dict[str, object]:
    """What is stored: no names, which may be changed or forgotten."""
    return {
        "figures": figures,
        "rows": [
            {"kind": one.kind, "who": one.who, "passages": one.passages, "comparison": asdict(one.comparison)}
            for one in tried
        ],
    }


def _read(firm: Sequence[Variation], content: Mapping[str, Any]) -> list[_Tried] | None:
    """What was stored of these variations; None where it is of others."""
    rows = content["rows"]
    if [(row["kind"], row["who"]) for row in rows] != [(one.kind, one.who) for one in firm]:
        return None
    return [
        _Tried(one.kind, one.what, row["passages"], _comparison(row["comparison"]), one.who)
        for one, row in zip(firm, rows, strict=True)
    ]


def _comparison(row: Mapping[str, Any]) -> Comparison:
    fates = tuple(Fate(**fate) for fate in row["fates"])
    return Comparison(**{**row, "fates": fates, "fresh": tuple(row["fresh"])})


def _rows_of(study: Study, wanted: Sequence[Passage], again: Again, progress: Progress) -> dict[int, Matrix]:
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
    return {passage: unit_vector(row) for passage, row in rows.items()}


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
        raise DiscoveryError("No segment holds passages of the newest run.", Advice("Discover again: ", Fix.DISCOVER))
    return base, names


def _sentence(one: _Tried, names: Mapping[int, str]) -> str:
    """What a variation comes to: all stays, or what becomes of what does not."""
    what, compared = one.what, one.comparison
    # What no passage was drawn of is not lost; what nobody else is in, without its only participant, is.
    asked = [fate for fate in compared.fates if fate.kept + fate.left or one.kind == "participant"]
    moved = [fate for fate in asked if fate.word != "stays"]
    fresh = len(compared.fresh)
    more = f"; {format_count(fresh, 'new candidate')}" if fresh else ""
    if not compared.common:
        return f"{what}: no passage is in both, so nothing can be compared"
    if not compared.fates:
        return f"{what}: nothing to compare, since people placed all that is in a segment"
    if not moved:
        return f"{what}: all {len(asked)} stay{more}"
    return f"{what}: {'; '.join(_fate_in_words(fate, names) for fate in moved)}{more}"


def _resampled(tried: Sequence[_Tried], names: Mapping[int, str]) -> tuple[str, ...]:
    """How often each segment stays, changes and dissolves in the resamples that hold any of it."""
    counted: dict[int, Counter[str]] = {}
    for fate in (fate for one in tried if one.kind == "resample" for fate in one.comparison.fates):
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
    return fate_in_words(fate, names, _as_before(fate, names))


def _as_before(fate: Fate, names: Mapping[int, str]) -> dict[int, str]:
    """Calls what a label became by the label's own name: numbers of the varied study mean nothing outside it."""
    return {} if fate.best is None else {fate.best: names[fate.label]}
