"""Discovering candidate needs, and storing the run with all that is needed to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import embedded
from needsseg.actions.discovery.passage_moves import Placed, placed
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
from needsseg.embedding import locate, text_sha256
from needsseg.errors import NO_ADVICE, Advice, DiscoveryError, Fix
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Candidate, Passage, PassageStatus, PersonaName
from needsseg.segments import Beside, beside_kept
from needsseg.settings import Settings, load, prompt_file
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, runs, segments
from needsseg.study.segments.segments import Member, NewCandidate
from needsseg.study.transcripts import interviews
from needsseg.text import format_count
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.discovery import Persona
    from needsseg.embedding import Vectors

MOST_NEEDS = 7
"""As many needs in view as a team can tell apart; more are allowed, and warned of."""
LIBRARIES = ("sentence-transformers", "hdbscan", "scikit-learn", "numpy", "torch")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run found: its id, what it worked on, the candidates it proposes, and what a person should know.

    ``proposed_to`` counts, by the name of each kept segment, the new passages that the run puts to it. ``separate`` is
    whether the passages form groups that stand apart, at ``separation_p`` against noise, ``verdict`` that in words.
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
    """Clusters accepted passages (suggestions where nothing is accepted yet) into candidates, as one action.

    People's decisions are kept exactly and pull the rest along: segments they named, confirmed or set aside stay as they
    are, and new material is put to them or proposed as new. Needs in view and codes teach too. A candidate that stands for a
    need, or that people put passages in, keeps its number; the others are replaced.
    """
    settings = load(study.path)
    chosen, status, left_out = run_input(study)
    if len(chosen) < FEWEST_PASSAGES:
        raise DiscoveryError(
            f"There are {len(chosen)} {status} passages; candidates need at least {FEWEST_PASSAGES}.",
            "Accept more passages, or import more interviews.",
        )
    given = placed(study, chosen)
    found, names = _found(study, settings, chosen, given, settings.seed if seed is None else seed, progress)
    warnings = [*found.warnings, *_input_warnings(study, len(chosen), status, left_out), *_unused(given)]
    with study.action("discover") as action:
        _refuse_changed(study, chosen, given)
        beside = _beside(study, found, chosen, given)
        names_kept = {row.id: row.name for row in segments.listing(study)}
        warnings += [*_about_kept(beside, given, names_kept), *_about_needs(found, given)]
        # Where people keep segments they have said what these are; else one or two without a word of their own are nothing.
        words = [] if given.kept else [candidate.keywords for candidate in found.candidates]
        warnings += filter(None, [no_finding(words)])
        run = runs.add(study, _run(settings, found, chosen, status, warnings, given, beside), _labels(found, chosen))
        proposed = segments.replace_candidates(
            study,
            run,
            [
                _new(found, chosen, c, beside, names[c.label], given)
                for c in found.candidates
                if c.label in beside.candidates
            ],
        )
        _tell_needs(study, found, beside, proposed, given)
        strength = dict(zip((p.id for p in chosen), found.strengths, strict=True))
        constraints.replace_proposals(
            study, run, {to: [(p, strength[p]) for p in put] for to, put in beside.proposed.items()}
        )
        action.summary = f"{_said(len(proposed), len(beside.kept))} in {len(chosen)} {status} passages"
    unassigned = sum(label < 0 for label in found.labels)
    put = {names_kept[segment]: len(ids) for segment, ids in sorted(beside.proposed.items())}
    return RunReport(
        run,
        len(chosen),
        status,
        tuple(proposed),
        len(beside.kept),
        unassigned,
        tuple(warnings),
        put,
        found.separate,
        found.separation_p,
        separation_words(found.separate, found.separation_p, len(chosen)),
        next_step(found.separate),
    )


def _found(
    study: Study, settings: Settings, chosen: Sequence[Passage], given: Placed, seed: int, progress: Progress
) -> tuple[Discovery, list[tuple[PersonaName, ...]]]:
    """What is found in the passages, and the archetypes nearest to each candidate."""
    texts, speakers = [p.quote for p in chosen], [_voice(p) for p in chosen]
    personas = load_personas(prompt_file("personas.toml", settings))
    archetypes = [sentence for persona in personas for sentence in persona.says]
    stated = [text for need in given.in_view for text in need_texts(*need)]
    vectors = embedded(study, texts + archetypes + stated, progress)
    progress("comparing with noise", 0, 2)
    rows = [vectors[text_sha256(text)] for text in texts]
    separation = _known_separation(study, settings, chosen) or separated(texts, speakers, rows)
    progress("clustering", 1, 2)
    found = discover_candidates(
        texts,
        speakers,
        vectors=rows,
        decisions=given.decisions,
        needs=given.in_view,
        codes=given.codes,
        known_vectors=vectors,
        separation=separation,
        seed=seed,
        resamples=0,  # how firmly segments stand is tested under the decisions as they are, when it is asked for
    )
    names = _names(found, personas, rows, vectors)
    progress("clustering", 2, 2)
    return found, names


def _refuse_changed(study: Study, chosen: Sequence[Passage], given: Placed) -> None:
    """Raises DiscoveryError where somebody changed the study while it was clustered."""
    if [(p.id, p.quote) for p in run_input(study)[0]] != [(p.id, p.quote) for p in chosen]:
        raise DiscoveryError("Passages changed while they were clustered; nothing was stored.", "Discover again.")
    if placed(study, chosen) != given:
        raise DiscoveryError(
            "Decisions, needs in view or codes changed while passages were clustered; nothing was stored.",
            "Discover again.",
        )


def _names(
    found: Discovery, personas: Sequence[Persona], rows: Sequence[Vectors], vectors: Mapping[str, Vectors]
) -> list[tuple[PersonaName, ...]]:
    """The nearest archetypes of each candidate."""
    import numpy as np

    return suggested_names(
        np.asarray(rows, dtype=np.float64),
        [candidate.members for candidate in found.candidates],
        personas,
        [
            np.stack([vectors[text_sha256(sentence)] for sentence in persona.says]).astype(np.float64)
            for persona in personas
        ],
    )


def _input_warnings(study: Study, used: int, status: str, left_out: int) -> list[str]:
    warnings = []
    if status == "suggested":
        warnings.append("No passage is accepted yet: these candidates rest on undecided suggestions.")
    elif open_ones := len(passages.listing(study, status="suggested")):
        warnings.append(
            f"Only the {format_count(used, 'accepted passage')} were used; {open_ones} undecided ones were left out."
        )
    twice = len(passages.listing(study, status="accepted", anchored=True)) - left_out - used
    if status == "accepted" and twice:
        warnings.append(
            f"{format_count(twice, 'passage')} were accepted twice, by two people; their words were used once."
        )
    if left_out:
        warnings.append(
            f"{format_count(left_out, 'passage')} are of speakers who are no participants; they were left out."
        )
    return warnings


def _unused(given: Placed) -> list[str]:
    return [f"Passages {pair.first} and {pair.second} {why}; the place counts." for pair, why in given.unused]


def _about_kept(beside: Beside, given: Placed, names: Mapping[int, str]) -> list[str]:
    """What the run says of segments that people keep."""
    warnings = []
    for segment in sorted(beside.kept.values()):
        put = len(beside.proposed.get(segment, ()))
        if put:
            count = format_count(put, "new passage is", "new passages are")
            warnings.append(f"{count} proposed for “{names[segment]}”; it was left as it is.")
    unheard = sorted(segment for segment in given.kept if segment not in given.segments.values())
    warnings += [f"“{names[s]}” holds none of the passages used; nothing could be put to it." for s in unheard]
    return warnings


def _about_needs(found: Discovery, given: Placed) -> list[str]:
    """What the run says of the needs in view."""
    spoken = {candidate.name for candidate in found.candidates}
    warnings = [f"No passage fits the need “{name}” yet." for name in given.needs if name not in spoken]
    if len(given.needs) > MOST_NEEDS:
        warnings.append(f"{format_count(len(given.needs), 'need')} are in view; two to {MOST_NEEDS} are advised.")
    return warnings


def _tell_needs(study: Study, found: Discovery, beside: Beside, proposed: Sequence[int], given: Placed) -> None:
    """Notes which candidate or segment stands for each need now."""
    stored = dict(zip((c.label for c in found.candidates if c.label in beside.candidates), proposed, strict=True))
    for candidate in found.candidates:
        need = given.needs.get(candidate.name or "")
        segment = stored.get(candidate.label, beside.kept.get(candidate.label))
        if need is not None and segment is not None:
            needs.stand_for(study, need.id, segment)


def _said(proposed: int, again: int) -> str:
    found = f"found {format_count(proposed, 'candidate')}"
    return f"{found} and {format_count(again, 'kept one')} again" if again else found


def run_input(study: Study) -> tuple[list[Passage], str, int]:
    """What is clustered, its status, and how many passages are left out since their speakers are no participants."""
    participants = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
    statuses: tuple[PassageStatus, ...] = ("accepted", "suggested")
    for status in statuses:
        found = passages.listing(study, status=status, anchored=True)
        theirs = [passage for passage in found if (passage.interview, passage.speaker) in participants]
        if theirs:
            return _once(study, theirs), status, len(found) - len(theirs)
    raise DiscoveryError("There are no passages yet.", Advice("Let the program suggest some: ", Fix.SUGGEST))


def _once(study: Study, chosen: Sequence[Passage]) -> list[Passage]:
    """Passages, of those of the same words that two people marked the one whose place a person decided, else the first."""
    placed_here = constraints.placements(study)
    once: dict[tuple[str, int, int], Passage] = {}
    for passage in sorted(chosen, key=lambda passage: passage.id not in placed_here):
        once.setdefault((passage.interview, passage.start, passage.end), passage)
    kept = {passage.id for passage in once.values()}
    return [passage for passage in chosen if passage.id in kept]


def _voice(passage: Passage) -> str:
    return f"{passage.interview}/{passage.speaker}"


def _run(
    settings: Settings,
    found: Discovery,
    chosen: list[Passage],
    status: str,
    warnings: list[str],
    given: Placed,
    beside: Beside,
) -> dict[str, object]:
    model = locate(settings.model)
    about = {
        "passages_decided": len(given.decisions.assigned),
        "pairs_decided": len(given.decisions.together) + len(given.decisions.apart),
        "needs_in_view": list(given.needs),
        "codes_used": len(set().union(*given.codes)) if given.codes else 0,
        "kept_segments": {str(label): segment for label, segment in beside.kept.items()},
    }
    return {
        "model": model.name,
        "model_sha256": model.sha256,
        "seed": found.parameters["seed"],
        "parameters": found.parameters | about,
        "versions": {"needsseg": __version__} | {name: version(name) for name in LIBRARIES},
        "input_sha256": _input_sha256(chosen),
        "input_status": status,
        "warnings": warnings,
        "separate": found.separate,
        "separation_p": found.separation_p,
    }


def _input_sha256(chosen: Sequence[Passage]) -> str:
    return sha256("\n".join(sorted(f"{_voice(p)}\t{p.start}\t{p.end}\t{text_sha256(p.quote)}" for p in chosen)))


def _known_separation(study: Study, settings: Settings, chosen: Sequence[Passage]) -> Separation | None:
    """The verdict of an earlier run on the same passages, by this version of the program."""
    model, passages_now = locate(settings.model).sha256, _input_sha256(chosen)
    for run in runs.listing(study):
        same = (run.model_sha256, run.input_sha256, run.versions.get("needsseg")) == (model, passages_now, __version__)
        if same and run.separate is not None and run.separation_p is not None:
            return Separation(run.separate, run.separation_p)
    return None


def _labels(found: Discovery, chosen: list[Passage]) -> list[tuple[int, int, float]]:
    return [(p.id, label, s) for p, label, s in zip(chosen, found.labels, found.strengths, strict=True)]


def _beside(study: Study, found: Discovery, chosen: list[Passage], given: Placed) -> Beside:
    """What the run's clusters come to beside what people keep, whether or not its passages were among those used."""
    places = constraints.placements(study)
    of = {c.label: given.segments.get(c.name) for c in found.candidates if c.name is not None}
    kept = {row.id for row in segments.listing(study) if row.status in segments.KEPT}
    return beside_kept(
        {candidate.label: [chosen[i].id for i in candidate.members] for candidate in found.candidates},
        {label: segment for label, segment in of.items() if segment in kept},
        places.keys(),
        constraints.declined(study),
        {
            label: {passage for passage, place in places.items() if segment is not None and place[0] == segment}
            for label, segment in of.items()
            if segment not in kept
        },
    )


def _new(
    found: Discovery,
    chosen: list[Passage],
    candidate: Candidate,
    beside: Beside,
    names: tuple[PersonaName, ...],
    given: Placed,
) -> NewCandidate:
    allowed = set(beside.candidates[candidate.label])
    rank = {index: place for place, index in enumerate(candidate.exemplars)}
    members = tuple(
        Member(chosen[i].id, found.strengths[i], rank.get(i), "run")
        for i in candidate.members
        if chosen[i].id in allowed
    )
    name = candidate.name or ""
    need = given.needs.get(name)
    return NewCandidate(
        candidate.label,
        members,
        candidate.keywords,
        names,
        candidate.warnings,
        given.segments.get(name),
        need.name if need is not None else "",
    )
