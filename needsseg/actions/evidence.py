"""Evidence, before any label: what speaks for a candidate or segment and against it, computed when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from needsseg.actions.cached import cached
from needsseg.actions.since import new_interviews
from needsseg.discovery.evidence import evenness_word, stability_word, standings
from needsseg.discovery.statement import job_statement
from needsseg.records import Passage, PersonaName
from needsseg.study import decisions, interviews, needs, passages, segments
from needsseg.study.connection import Study
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from needsseg.discovery.evidence import Standing
    from needsseg.study.segments import Member, SegmentRow


@dataclass(frozen=True, slots=True)
class SegmentSummary:
    """One candidate or segment as lists show it; exemplars are passages from different participants where there are any.

    ``statement`` is the job statement a person wrote. ``proposed`` counts passages that a run puts to it, ``new`` its own
    that came since it was decided on, ``added`` those that joined it or left it since it was confirmed.
    """

    id: int
    name: str
    description: str
    status: str
    size: int
    participants: int
    exemplars: tuple[Passage, ...]
    keywords: tuple[str, ...]
    stability: float | None
    suggested_names: tuple[PersonaName, ...]
    warnings: tuple[str, ...]
    confirmed_by: str | None
    confirmed_at: str | None
    statement: str = ""
    proposed: int = 0
    new: int = 0
    added: int = 0
    in_view: bool = False
    """Whether it stands for a need in view."""


@dataclass(frozen=True, slots=True)
class Rival:
    """The segment nearest to another one, the cosine of their middles, and the words that tell the two apart."""

    segment: int
    name: str
    nearness: float
    apart: tuple[str, ...]
    rival_apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatedPart:
    """One part of a job statement in a participant's own words; offsets are code points into the transcript."""

    kind: Literal["situation", "motivation", "outcome"]
    text: str
    passage: int
    interview: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for a segment and against it.

    Passages with strengths, and how many each participant gave; the passages at the ``edge`` and the nearest rival (None
    while vectors are missing); the job statement ``stated`` by participants; what a run proposes; what is ``new``.
    """

    summary: SegmentSummary
    passages: tuple[tuple[Passage, float], ...]
    voices: tuple[tuple[str, int], ...]
    edge: tuple[Passage, ...] | None = None
    rival: Rival | None = None
    evenness: float | None = None
    evenness_word: str = ""
    stability_word: str = ""
    stated: tuple[StatedPart, ...] = ()
    sentence: str = ""
    proposed: tuple[tuple[Passage, float], ...] = ()
    new: frozenset[int] = frozenset()
    without_vectors: int = 0


def listing(study: Study) -> list[SegmentSummary]:
    """Confirmed segments first, then named ones, candidates, and those set aside."""
    held = {passage.id: passage for passage in passages.listing(study)}
    members, found, since = segments.members(study), segments.as_found(study), new_interviews(study)
    proposed = Counter(proposal.segment for proposal in decisions.proposals(study))
    standing = {need.segment for need in needs.listing(study)}
    rows = [
        summary(row, members.get(row.id, []), held, found.get(row.id), since(row), proposed[row.id])
        for row in segments.listing(study)
    ]
    return [replace(row, in_view=row.id in standing) for row in rows]


def evidence(study: Study, segment: int) -> Evidence:
    """All that speaks for one segment; its passages exemplars first, then by strength."""
    row = segments.one(study, segment)
    members = segments.members(study)
    mine = members.get(segment, [])
    put = decisions.proposals(study, segment)
    rows = [other for other in segments.listing(study) if other.status != "set_aside" or other.id == segment]
    placed = {member.passage: other.id for other in rows for member in members.get(other.id, [])}
    held = {p.id: p for p in passages.listing(study, ids=[*placed, *(proposal.passage for proposal in put)])}
    fresh = new_interviews(study)(row)
    here = [held[member.passage] for member in mine]
    voices = Counter(passage.interview for passage in here)
    names = {known.key: ", ".join(known.participants) or known.title for known in interviews.listing(study)}
    parts, sentence = _stated(here)
    standing, missing = _standing(study, held, placed, segment)
    spoken = len({(passage.interview, passage.speaker) for passage in here})
    shown = summary(row, mine, held, segments.as_found(study).get(segment), fresh, len(put))
    return Evidence(
        replace(shown, in_view=segment in {need.segment for need in needs.listing(study)}),
        tuple((held[member.passage], member.strength) for member in mine),
        tuple((names[key], count) for key, count in sorted(voices.items(), key=lambda item: (-item[1], item[0]))),
        edge=standing[0] if standing else None,
        rival=_rival(standing[1], rows) if standing else None,
        evenness=standing[1].evenness if standing else None,
        evenness_word=evenness_word(standing[1].evenness, spoken) if standing else "",
        stability_word=stability_word(row.stability) if row.stability is not None else "",
        stated=parts,
        sentence=sentence,
        proposed=tuple((held[proposal.passage], proposal.strength) for proposal in put),
        new=frozenset(p.id for p in (*here, *(held[proposal.passage] for proposal in put)) if p.interview in fresh),
        without_vectors=missing,
    )


def voice(passage: Passage) -> str:
    """Who speaks, told apart from namesakes in other interviews."""
    return f"{passage.interview}/{passage.speaker}"


def _standing(
    study: Study, held: dict[int, Passage], placed: dict[int, int], segment: int
) -> tuple[tuple[tuple[Passage, ...], Standing] | None, int]:
    """The edge and the standing of one segment among all, or None and how many passages have no vector."""
    ids = sorted(placed)
    if segment not in placed.values():
        return None, 0
    found = cached(study, [held[passage].quote for passage in ids])
    if found.rows is None:
        return None, found.missing
    texts, speakers = [held[passage].quote for passage in ids], [voice(held[passage]) for passage in ids]
    standing = standings(texts, speakers, found.rows, [placed[passage] for passage in ids])[segment]
    return (tuple(held[ids[index]] for index in standing.edge), standing), 0


def _rival(standing: Standing, rows: Sequence[SegmentRow]) -> Rival | None:
    if standing.rival is None:
        return None
    name = next(row.name for row in rows if row.id == standing.rival)
    return Rival(standing.rival, name, round(standing.rival_nearness, 4), standing.apart, standing.rival_apart)


def _stated(here: Sequence[Passage]) -> tuple[tuple[StatedPart, ...], str]:
    """The job statement of passages, clearest first, and as a sentence; empty where nobody said any part of one."""
    here = [passage for passage in here if passage.anchored]
    if not here:
        return (), ""
    made = job_statement([p.quote for p in here], list(range(len(here))), [voice(p) for p in here])
    parts = tuple(
        StatedPart(part.kind, part.text, of.id, of.interview, of.start + part.start, of.start + part.end)
        for part in made.parts
        for of in (here[part.index],)
    )
    return parts, made.sentence if parts else ""


def summary(
    row: SegmentRow,
    mine: Sequence[Member],
    held: dict[int, Passage],
    found: set[int] | None,
    fresh: frozenset[str],
    proposed: int,
) -> SegmentSummary:
    """A segment in short; ``found`` are the passages its run found it with, ``fresh`` the interviews new to it."""
    here = [held[member.passage] for member in mine]
    voices = {(passage.interview, passage.speaker) for passage in here}
    added = len(segments.changed_since_confirmed(row, mine))
    kept = {member.passage for member in mine if member.placed_by == "hand"}
    return SegmentSummary(
        row.id,
        row.name,
        row.description,
        row.status,
        len(here),
        len(voices),
        tuple(held[member.passage] for member in mine if member.exemplar is not None),
        row.keywords,
        row.stability,
        row.suggested_names,
        (*_changes(here, row, found, added), *_warnings(here, kept), *_unstable(row)),
        row.confirmed_by,
        row.confirmed_at,
        row.statement,
        proposed,
        sum(passage.interview in fresh for passage in here),
        added,
    )


def _changes(here: Sequence[Passage], row: SegmentRow, found: set[int] | None, changed: int) -> list[str]:
    """Says so when figures are of a part only, because passages were moved, merged or admitted."""
    warnings = []
    if changed:
        count = format_count(changed, "passage was", "passages were")
        warnings.append(f"{count} added since it was confirmed; confirm again to include them")
    added = sum(passage.id not in found for passage in here) if found else 0
    if added:
        rest = len(here) - added
        warnings.append(
            f"{added} of its {len(here)} passages {plural(added, 'was', 'were')} added since run {row.run}: "
            f"keywords and stability are of the other {rest}"
        )
    return warnings


def _unstable(row: SegmentRow) -> list[str]:
    if row.stability is None or stability_word(row.stability) != "unstable":
        return []
    return [f"unstable: resampled passages give something else (likeness {row.stability:.2f})"]


def _warnings(here: Sequence[Passage], kept: Collection[int]) -> list[str]:
    """What weakens a segment as it stands now; ``kept`` are the passages that a person put there, which decides them."""
    if not here:
        return ["holds no passages"]
    voices = Counter((passage.interview, passage.speaker) for passage in here)
    warnings = []
    if len(voices) < 3:
        warnings.append(f"rests on {format_count(len(voices), 'participant')} only")
    (interview, speaker), most = max(voices.items(), key=lambda item: (item[1], item[0]))
    if most * 2 > len(here):
        name = f"{speaker} ({interview})" if speaker else interview
        warnings.append(f"{name} supplies {most} of its {len(here)} passages")
    lost = sum(not passage.anchored for passage in here)
    if lost:
        warnings.append(
            f"{lost} of its {len(here)} passages {plural(lost, 'has', 'have')} no place in the transcript as it is now"
        )
    undecided = sum(passage.status == "suggested" and passage.id not in kept for passage in here)
    if undecided:
        warnings.append(f"{undecided} of its {len(here)} passages are undecided suggestions")
    return warnings
