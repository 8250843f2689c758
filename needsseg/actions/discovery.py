"""Discovering candidate needs, and storing the run with all that is needed to repeat it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

from needsseg import __version__
from needsseg.actions.embedding import embedded
from needsseg.discovery import FEWEST_PASSAGES, Discovery, load_personas, suggested_names
from needsseg.discovery import discover as discover_candidates
from needsseg.embedding import Progress, locate, silent, text_sha256
from needsseg.errors import DiscoveryError
from needsseg.records import Candidate, Passage, PassageStatus, PersonaName
from needsseg.segments import Kept, keep_decided
from needsseg.settings import Settings, load, prompt_file
from needsseg.study import interviews, passages, runs, segments
from needsseg.study.connection import Study
from needsseg.study.segments import Member, NewCandidate

LIBRARIES = ("sentence-transformers", "hdbscan", "scikit-learn", "numpy", "torch")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run found: its id, what it worked on, how many candidates it proposes, and what a person should know."""

    run: int
    passages: int
    input_status: str
    proposed: tuple[int, ...]
    found_again: int
    unassigned: int
    warnings: tuple[str, ...]


def discover(study: Study, seed: int | None = None, progress: Progress = silent) -> RunReport:
    """Clusters accepted passages (suggestions where nothing is accepted yet) into candidates, as one action.

    Nothing that a person named, confirmed or set aside is changed; candidates nobody touched are replaced.
    """
    settings = load(study.path)
    chosen, status, left_out = _input(study)
    if len(chosen) < FEWEST_PASSAGES:
        raise DiscoveryError(
            f"There are {len(chosen)} {status} passages; candidates need at least {FEWEST_PASSAGES}.",
            "Accept more passages, or import more interviews.",
        )
    texts, speakers = [p.quote for p in chosen], [_voice(p) for p in chosen]
    personas = load_personas(prompt_file("personas.toml", settings))
    said = [sentence for persona in personas for sentence in persona.says]
    vectors = embedded(study, texts + said, progress)
    progress("clustering", 0, 1)
    rows = [vectors[text_sha256(text)] for text in texts]
    found = discover_candidates(texts, speakers, vectors=rows, seed=settings.seed if seed is None else seed)
    import numpy as np

    names = suggested_names(
        np.asarray(rows, dtype=np.float64),
        [candidate.members for candidate in found.candidates],
        personas,
        [
            np.stack([vectors[text_sha256(sentence)] for sentence in persona.says]).astype(np.float64)
            for persona in personas
        ],
    )
    progress("clustering", 1, 1)
    warnings = list(found.warnings)
    if status == "suggested":
        warnings.insert(0, "No passage is accepted yet: these candidates rest on undecided suggestions.")
    else:
        open_ones = len(passages.listing(study, status="suggested"))
        if open_ones:
            warnings.append(
                f"Only the {len(chosen)} accepted passages were used; {open_ones} undecided ones were left out."
            )
    if left_out:
        warnings.append(f"{left_out} passages are of speakers who are no participants; they were left out.")
    with study.action("discover") as action:
        if [(p.id, p.quote) for p in _input(study)[0]] != [(p.id, p.quote) for p in chosen]:
            raise DiscoveryError("Passages changed while they were clustered; nothing was stored.", "Discover again.")
        kept = _kept(study, found, chosen)
        for segment, count in sorted(kept.resembling.items()):
            name = segments.one(study, segment).name
            fresh = f"{count} passage{'s' if count != 1 else ''} not in “{name}” resemble it; it was left as it is."
            warnings.append(fresh if count else f"“{name}” was found again.")
        run = runs.add(study, _run(settings, found, chosen, status, warnings), _labels(found, chosen))
        proposed = segments.replace_candidates(
            study,
            run,
            [_new(found, chosen, c, kept, names[c.label]) for c in found.candidates if c.label in kept.proposed],
        )
        action.summary = f"{_said(len(proposed), len(kept.echoes))} in {len(chosen)} {status} passages"
    unassigned = sum(label < 0 for label in found.labels)
    return RunReport(run, len(chosen), status, tuple(proposed), len(kept.echoes), unassigned, tuple(warnings))


def _said(proposed: int, again: int) -> str:
    found = f"found {proposed} candidate{'s' if proposed != 1 else ''}"
    return f"{found} and {again} kept one{'s' if again != 1 else ''} again" if again else found


def _input(study: Study) -> tuple[list[Passage], str, int]:
    """What is clustered, its status, and how many passages are left out since their speakers are no participants."""
    participants = {(row.interview, row.label) for row in interviews.speakers(study) if row.role == "participant"}
    statuses: tuple[PassageStatus, ...] = ("accepted", "suggested")
    for status in statuses:
        found = passages.listing(study, status=status)
        theirs = [passage for passage in found if (passage.interview, passage.speaker) in participants]
        if theirs:
            return theirs, status, len(found) - len(theirs)
    raise DiscoveryError(
        "There are no passages yet.", "Let the program suggest some (s among the interviews; needsseg suggest)."
    )


def _voice(passage: Passage) -> str:
    return f"{passage.interview}/{passage.speaker}"


def _run(
    settings: Settings, found: Discovery, chosen: list[Passage], status: str, warnings: list[str]
) -> dict[str, object]:
    model = locate(settings.model)
    lines = "\n".join(sorted(f"{_voice(p)}\t{p.start}\t{p.end}\t{text_sha256(p.quote)}" for p in chosen))
    return {
        "model": model.name,
        "model_sha256": model.sha256,
        "seed": found.parameters["seed"],
        "parameters": found.parameters,
        "versions": {"needsseg": __version__} | {name: version(name) for name in LIBRARIES},
        "input_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "input_status": status,
        "warnings": warnings,
    }


def _labels(found: Discovery, chosen: list[Passage]) -> list[tuple[int, int, float]]:
    return [(p.id, label, s) for p, label, s in zip(chosen, found.labels, found.strengths, strict=True)]


def _kept(study: Study, found: Discovery, chosen: list[Passage]) -> Kept:
    members = segments.members(study)
    kept = {
        member.passage: row.id
        for row in segments.listing(study)
        if row.status in segments.KEPT
        for member in members.get(row.id, [])
    }
    return keep_decided([[chosen[i].id for i in candidate.members] for candidate in found.candidates], kept)


def _new(
    found: Discovery, chosen: list[Passage], candidate: Candidate, kept: Kept, names: tuple[PersonaName, ...]
) -> NewCandidate:
    allowed = set(kept.proposed[candidate.label])
    rank = {index: place for place, index in enumerate(candidate.exemplars)}
    members = tuple(
        Member(chosen[i].id, found.strengths[i], rank.get(i), "run")
        for i in candidate.members
        if chosen[i].id in allowed
    )
    return NewCandidate(candidate.label, members, candidate.keywords, candidate.stability, names, candidate.warnings)
