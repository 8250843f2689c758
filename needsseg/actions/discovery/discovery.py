"""Discover candidate needs, and store the run with everything needed to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import embedded, model_sha256
from needsseg.actions.discovery.passage_moves import AppliedDecisions, applied_decisions
from needsseg.actions.study.languages import language_warning, study_language, study_model
from needsseg.discovery import (
    FEWEST_PASSAGES,
    Discovery,
    Separation,
    load_personas,
    need_texts,
    separated,
    suggested_names,
)
from needsseg.discovery import discover as discover_candidates
from needsseg.discovery.verdict import next_step, no_finding, separation_words
from needsseg.embedding import text_sha256
from needsseg.errors import NO_ADVICE, Advice, DiscoveryError, Fix
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Candidate, Passage, PassageStatus, PersonaName
from needsseg.segments import Beside, beside_kept
from needsseg.settings import Settings, load, prompt_file
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, runs, segments
from needsseg.study.segments.candidates import NewCandidate, replace_candidates
from needsseg.study.segments.segments import Member
from needsseg.study.transcripts import interviews
from needsseg.text import format_count
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.discovery import Persona
    from needsseg.embedding import Model, Vectors

MOST_NEEDS = 7
"""More needs in view than a team can tell apart; allowed, with a warning."""
LIBRARIES = ("sentence-transformers", "hdbscan", "scikit-learn", "numpy", "torch")


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run: its id, its input, the candidates it proposes, and warnings.

    ``proposed_to`` counts the new passages proposed for each kept segment, by its name. ``separate`` says whether the
    passages form separate groups, with the p-value ``separation_p`` against noise; ``verdict`` says so in words.
    """

    run: int
    passages: int
    input_status: str
    proposed: tuple[int, ...]
    found_again: int
    unassigned: int
    warnings: tuple[str, ...]
    proposed_to: dict[str, int] = field(default_factory=dict)
    separate: bool | None = None
    separation_p: float | None = None
    verdict: str = ""
    next_step: Advice = NO_ADVICE


def discover(study: Study, seed: int | None = None, progress: Progress = silent) -> RunReport:
    """Cluster accepted passages (suggestions while nothing is accepted) into candidates, as one action.

    Keeps people's decisions exactly and learns from them: segments they named, confirmed or set aside are unchanged, and
    new material is proposed for them or as new candidates. Needs in view and codes are learned from too. A candidate that
    stands for a need, or in which people placed passages, keeps its number; the others are replaced.
    """
    settings = load(study.path)
    chosen, status, left_out = run_input(study)
    if len(chosen) < FEWEST_PASSAGES:
        raise DiscoveryError(
            f"There are {len(chosen)} {status} passages; candidates need at least {FEWEST_PASSAGES}.",
            "Accept more passages, or import more interviews.",
        )
    applied = applied_decisions(study, chosen)
    discovery, names = _run_discovery(
        study, settings, chosen, applied, settings.seed if seed is None else seed, progress
    )
    warnings = [
        *discovery.warnings,
        *_input_warnings(study, len(chosen), status, left_out),
        *_pair_warnings(applied),
    ]
    with study.action("discover") as action:
        _refuse_changed(study, chosen, applied)
        beside = _beside_kept(study, discovery, chosen, applied)
        segment_names = {row.id: row.name for row in segments.listing(study)}
        warnings += [*_kept_warnings(beside, applied, segment_names), *_need_warnings(discovery, applied)]
        # People know what the segments they keep are; only without any are candidates judged by their keywords.
        keywords = [] if applied.kept_segments else [candidate.keywords for candidate in discovery.candidates]
        warnings += filter(None, [no_finding(keywords)])
        record = _run_record(study_model(study), discovery, chosen, status, warnings, applied, beside)
        run = runs.add(study, record, _labels(discovery, chosen))
        proposed = _store_candidates(study, run, discovery, chosen, beside, names, applied)
        action.summary = f"{_summary(len(proposed), len(beside.kept))} in {len(chosen)} {status} passages"
    return RunReport(
        run,
        len(chosen),
        status,
        tuple(proposed),
        len(beside.kept),
        sum(label < 0 for label in discovery.labels),
        tuple(warnings),
        {segment_names[segment]: len(ids) for segment, ids in sorted(beside.proposed.items())},
        discovery.separate,
        discovery.separation_p,
        separation_words(discovery.separate, discovery.separation_p, len(chosen)),
        next_step(discovery.separate),
    )


def _store_candidates(
    study: Study,
    run: int,
    discovery: Discovery,
    chosen: list[Passage],
    beside: Beside,
    names: Sequence[tuple[PersonaName, ...]],
    applied: AppliedDecisions,
) -> list[int]:
    """Store a run's candidates, the needs they stand for, and its proposals to kept segments; return their ids."""
    candidates = [
        _new_candidate(discovery, chosen, candidate, beside, names[candidate.label], applied)
        for candidate in discovery.candidates
        if candidate.label in beside.candidates
    ]
    proposed = replace_candidates(study, run, candidates)
    _link_needs(study, discovery, beside, proposed, applied)
    strengths = dict(zip((passage.id for passage in chosen), discovery.strengths, strict=True))
    proposals = {
        segment: [(passage, strengths[passage]) for passage in ids] for segment, ids in beside.proposed.items()
    }
    constraints.replace_proposals(study, run, proposals)
    return proposed


def _run_discovery(
    study: Study,
    settings: Settings,
    chosen: Sequence[Passage],
    applied: AppliedDecisions,
    seed: int,
    progress: Progress,
) -> tuple[Discovery, list[tuple[PersonaName, ...]]]:
    """Discover candidates in the passages; return them and the archetypes nearest to each."""
    texts, speakers = [p.quote for p in chosen], [_speaker(p) for p in chosen]
    personas = load_personas(prompt_file("personas.toml", settings, study_language(study)))
    archetypes = [sentence for persona in personas for sentence in persona.says]
    stated = [text for need in applied.in_view for text in need_texts(*need)]
    vectors = embedded(study, texts + archetypes + stated, progress)
    progress("comparing with noise", 0, 2)
    rows = [vectors[text_sha256(text)] for text in texts]
    separation = _known_separation(study, chosen) or separated(texts, speakers, rows)
    progress("clustering", 1, 2)
    discovery = discover_candidates(
        texts,
        speakers,
        vectors=rows,
        decisions=applied.decisions,
        needs=applied.in_view,
        codes=applied.codes,
        known_vectors=vectors,
        separation=separation,
        seed=seed,
        resamples=0,  # stability is tested on demand, under the decisions at that time
    )
    names = _names(discovery, personas, rows, vectors)
    progress("clustering", 2, 2)
    return discovery, names


def _refuse_changed(study: Study, chosen: Sequence[Passage], applied: AppliedDecisions) -> None:
    """Raise DiscoveryError if somebody changed the study while its passages were clustered."""
    if [(p.id, p.quote) for p in run_input(study)[0]] != [(p.id, p.quote) for p in chosen]:
        raise DiscoveryError("Passages changed while they were clustered; nothing was stored.", "Discover again.")
    if applied_decisions(study, chosen) != applied:
        raise DiscoveryError(
            "Decisions, needs in view or codes changed while passages were clustered; nothing was stored.",
            "Discover again.",
        )


def _names(
    discovery: Discovery, personas: Sequence[Persona], rows: Sequence[Vectors], vectors: Mapping[str, Vectors]
) -> list[tuple[PersonaName, ...]]:
    """The nearest archetypes of each candidate."""
    import numpy as np

    return suggested_names(
        np.asarray(rows, dtype=np.float64),
        [candidate.members for candidate in discovery.candidates],
        personas,
        [
            np.stack([vectors[text_sha256(sentence)] for sentence in persona.says]).astype(np.float64)
            for persona in personas
        ],
    )


def _input_warnings(study: Study, used: int, status: str, left_out: int) -> list[str]:
    warnings = [warning] if (warning := language_warning(study)) else []
    if status == "suggested":
        warnings.append("No passage is accepted yet: these candidates rest on undecided suggestions.")
    elif undecided := len(passages.listing(study, status="suggested")):
        warnings.append(
            f"Only the {format_count(used, 'accepted passage')} were used; {undecided} undecided ones were left out."
        )
    twice = len(passages.listing(study, status="accepted", anchored=True)) - left_out - used
    if status == "accepted" and twice:
        warnings.append(f"{format_count(twice, 'passage')} were accepted twice, by two people; each was used once.")
    if left_out:
        warnings.append(f"{format_count(left_out, 'passage')} of speakers who are not participants were left out.")
    return warnings


def _pair_warnings(applied: AppliedDecisions) -> list[str]:
    return [
        f"Passages {pair.first} and {pair.second} {reason}; the pair is ignored." for pair, reason in applied.unused
    ]


def _kept_warnings(beside: Beside, applied: AppliedDecisions, names: Mapping[int, str]) -> list[str]:
    """Warnings about segments that people keep."""
    warnings = []
    for segment in sorted(beside.kept.values()):
        count = len(beside.proposed.get(segment, ()))
        if count:
            words = format_count(count, "new passage is", "new passages are")
            warnings.append(f"{words} proposed for “{names[segment]}”, which was left unchanged.")
    unused = sorted(segment for segment in applied.kept_segments if segment not in applied.segments.values())
    warnings += [f"“{names[s]}” holds none of the passages used, so nothing was proposed for it." for s in unused]
    return warnings


def _need_warnings(discovery: Discovery, applied: AppliedDecisions) -> list[str]:
    """Warnings about the needs in view."""
    matched = {candidate.name for candidate in discovery.candidates}
    warnings = [f"No passage fits the need “{name}” yet." for name in applied.needs if name not in matched]
    if len(applied.needs) > MOST_NEEDS:
        warnings.append(f"{format_count(len(applied.needs), 'need')} are in view; two to {MOST_NEEDS} are advised.")
    return warnings


def _link_needs(
    study: Study, discovery: Discovery, beside: Beside, proposed: Sequence[int], applied: AppliedDecisions
) -> None:
    """Store which candidate or segment stands for each need."""
    stored = dict(zip((c.label for c in discovery.candidates if c.label in beside.candidates), proposed, strict=True))
    for candidate in discovery.candidates:
        need = applied.needs.get(candidate.name or "")
        segment = stored.get(candidate.label, beside.kept.get(candidate.label))
        if need is not None and segment is not None:
            needs.stand_for(study, need.id, segment)


def _summary(proposed: int, again: int) -> str:
    summary = f"found {format_count(proposed, 'candidate')}"
    return f"{summary} and {format_count(again, 'kept one')} again" if again else summary


def run_input(study: Study) -> tuple[list[Passage], str, int]:
    """The passages to cluster, their status, and the number left out because their speakers are not participants."""
    participants = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
    statuses: tuple[PassageStatus, ...] = ("accepted", "suggested")
    for status in statuses:
        listed = passages.listing(study, status=status, anchored=True)
        used = [passage for passage in listed if (passage.interview, passage.speaker) in participants]
        if used:
            return _without_duplicates(study, used), status, len(listed) - len(used)
    raise DiscoveryError("There are no passages yet.", Advice("Let the program suggest some: ", Fix.SUGGEST))


def _without_duplicates(study: Study, chosen: Sequence[Passage]) -> list[Passage]:
    """Keep one of several passages with the same span: the one that a person placed, else the first."""
    placements = constraints.decided_places(study)
    by_span: dict[tuple[str, int, int], Passage] = {}
    for passage in sorted(chosen, key=lambda passage: passage.id not in placements):
        by_span.setdefault((passage.interview, passage.start, passage.end), passage)
    ids = {passage.id for passage in by_span.values()}
    return [passage for passage in chosen if passage.id in ids]


def _speaker(passage: Passage) -> str:
    return f"{passage.interview}/{passage.speaker}"


def _run_record(
    model: Model,
    discovery: Discovery,
    chosen: list[Passage],
    status: str,
    warnings: list[str],
    applied: AppliedDecisions,
    beside: Beside,
) -> dict[str, object]:
    decision_parameters = {
        "passages_decided": len(applied.decisions.assigned),
        "pairs_decided": len(applied.decisions.together) + len(applied.decisions.apart),
        "needs_in_view": list(applied.needs),
        "codes_used": len(set().union(*applied.codes)) if applied.codes else 0,
        "kept_segments": {str(label): segment for label, segment in beside.kept.items()},
    }
    return {
        "model": model.name,
        "model_sha256": model.sha256,
        "seed": discovery.parameters["seed"],
        "parameters": discovery.parameters | decision_parameters,
        "versions": {"needsseg": __version__} | {name: version(name) for name in LIBRARIES},
        "input_sha256": _input_sha256(chosen),
        "input_status": status,
        "warnings": warnings,
        "separate": discovery.separate,
        "separation_p": discovery.separation_p,
    }


def _input_sha256(chosen: Sequence[Passage]) -> str:
    return sha256("\n".join(sorted(f"{_speaker(p)}\t{p.start}\t{p.end}\t{text_sha256(p.quote)}" for p in chosen)))


def _known_separation(study: Study, chosen: Sequence[Passage]) -> Separation | None:
    """The separation found by an earlier run on the same passages with this version of the program, if any."""
    model, passages_now = model_sha256(study), _input_sha256(chosen)
    for run in runs.listing(study):
        same = (run.model_sha256, run.input_sha256, run.versions.get("needsseg")) == (model, passages_now, __version__)
        if same and run.separate is not None and run.separation_p is not None:
            return Separation(run.separate, run.separation_p)
    return None


def _labels(discovery: Discovery, chosen: list[Passage]) -> list[tuple[int, int, float]]:
    return [(p.id, label, s) for p, label, s in zip(chosen, discovery.labels, discovery.strengths, strict=True)]


def _beside_kept(study: Study, discovery: Discovery, chosen: list[Passage], applied: AppliedDecisions) -> Beside:
    """Split the run's clusters into candidates and proposals to the segments that people keep."""
    places = constraints.decided_places(study)
    segment_by_label = {c.label: applied.segments.get(c.name) for c in discovery.candidates if c.name is not None}
    kept_ids = {row.id for row in segments.listing(study) if row.status in segments.KEPT}
    return beside_kept(
        {candidate.label: [chosen[i].id for i in candidate.members] for candidate in discovery.candidates},
        {label: segment for label, segment in segment_by_label.items() if segment in kept_ids},
        places.keys(),
        constraints.declined(study),
        {
            label: {passage for passage, place in places.items() if segment is not None and place[0] == segment}
            for label, segment in segment_by_label.items()
            if segment not in kept_ids
        },
    )


def _new_candidate(
    discovery: Discovery,
    chosen: list[Passage],
    candidate: Candidate,
    beside: Beside,
    names: tuple[PersonaName, ...],
    applied: AppliedDecisions,
) -> NewCandidate:
    allowed = set(beside.candidates[candidate.label])
    rank = {index: place for place, index in enumerate(candidate.exemplars)}
    members = tuple(
        Member(chosen[i].id, discovery.strengths[i], rank.get(i), "run")
        for i in candidate.members
        if chosen[i].id in allowed
    )
    name = candidate.name or ""
    need = applied.needs.get(name)
    return NewCandidate(
        candidate.label,
        members,
        candidate.keywords,
        names,
        candidate.warnings,
        applied.segments.get(name),
        need.name if need is not None else "",
    )
