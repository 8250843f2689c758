"""Evidence, before any label: what speaks for a candidate or segment and against it, computed when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding.blind import seen_members, unseen_candidates, veiled
from needsseg.actions.coding.cached_vectors import cached
from needsseg.actions.discovery.firmness import Firm, figures
from needsseg.actions.discovery.new_material import new_interviews
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.coding.linguistic_cues import load_cues
from needsseg.discovery.evidence.exemplars import around, exemplars
from needsseg.discovery.evidence.standing import evenness_word, standings
from needsseg.discovery.evidence.statements import job_statement
from needsseg.discovery.verdict import firmness_words
from needsseg.records import Passage, PersonaName
from needsseg.settings import load, prompt_file
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, runs, segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.discovery.evidence.standing import Standing
    from needsseg.study.segments.segments import Member, SegmentRow

CONFIRMED_UNDECIDED = "confirmed though nobody had decided on any of its passages"


@dataclass(frozen=True, slots=True)
class SegmentSummary:
    """One candidate or segment as lists show it; exemplars are passages from different participants where there are any.

    ``participants`` counts those with two passages or more. ``statement`` is the job statement a person wrote.
    ``proposed`` counts passages that a run puts to it, ``new`` its own
    that came since it was decided on, ``added`` those that joined it or left it since it was confirmed, ``decided`` those that
    a person accepted or placed. ``need`` is the card's sentence; ``confirmed_undecided`` says that it was confirmed on none.
    ``stability`` is how alike it comes back from resampled passages, in [0, 1], and ``firmness`` that in words: both of the
    one test under the decisions as they are, None and empty where that is not made yet. ``firm`` holds all its figures.
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
    need: str = ""
    confirmed_undecided: bool = False
    decided: int = 0
    firmness: str = ""
    firm: Firm | None = None
    in_view: bool = False
    """Whether it stands for a need in view."""
    with_one_passage: int = 0
    """How many said one passage only: they do not count as ``participants`` yet."""

    @property
    def people(self) -> str:
        """How many participants it has, and how many more said one passage only, in words."""
        count = format_count(self.participants, "participant")
        return f"{count} and {self.with_one_passage} with one passage" if self.with_one_passage else count


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
    """One part of a drafted job statement in a participant's own words; offsets are code points into the transcript."""

    kind: Literal["situation", "motivation", "outcome"]
    text: str
    passage: int
    interview: str
    start: int
    end: int
    participant: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for a segment and against it.

    Passages with strengths, and how many each participant gave; the passages at the ``edge`` and the nearest rival (None
    while vectors are missing); the draft of a job statement, all of it ``stated`` by one person in one answer; what a run
    proposes; what is ``new``; the sentences before and after exemplars that begin or end in the middle of a thought; and what
    everybody is called.
    """

    summary: SegmentSummary
    passages: tuple[tuple[Passage, float], ...]
    voices: tuple[tuple[str, int], ...]
    edge: tuple[Passage, ...] | None = None
    rival: Rival | None = None
    evenness: float | None = None
    evenness_word: str = ""
    stated: tuple[StatedPart, ...] = ()
    sentence: str = ""
    proposed: tuple[tuple[Passage, float], ...] = ()
    new: frozenset[int] = frozenset()
    without_vectors: int = 0
    contexts: dict[int, tuple[str, str]] = field(default_factory=dict)
    names: ParticipantNames = field(default_factory=lambda: ParticipantNames({}, {}))


def listing(study: Study) -> list[SegmentSummary]:
    """Confirmed segments first, then named ones, candidates, and those set aside; for a blind coder as they see them."""
    members, found, since = seen_members(study), segments.as_found(study), new_interviews(study)
    ids = [member.passage for mine in members.values() for member in mine]
    held = {passage.id: passage for passage in veiled(study, passages.listing(study, ids=ids))}
    unseen = unseen_candidates(study, members)
    proposed = Counter(proposal.segment for proposal in constraints.proposals(study))
    standing = {need.segment for need in needs.listing(study)}
    names, cues = participant_names(study), _cues(study)
    firm, run = figures(study), runs.latest(study)
    separate = run.separate if run else None
    rows = [
        with_firmness(
            summary(row, members.get(row.id, []), held, found.get(row.id), since(row), proposed[row.id], names, cues),
            firm.get(row.id),
            separate,
        )
        for row in segments.listing(study)
        if row.id not in unseen
    ]
    return [replace(row, in_view=row.id in standing) for row in rows]


def with_firmness(row: SegmentSummary, firm: Firm | None, separate: bool | None) -> SegmentSummary:
    """A segment with what its test says, where it is tested; what the test says against it comes before other warnings."""
    if firm is None:
        return row
    return replace(
        row,
        stability=firm.figures.likeness,
        firmness=firmness_words(firm.figures, separate),
        firm=firm,
        warnings=(*filter(None, [firm.against]), *row.warnings),
    )


def evidence(study: Study, segment: int, *, whole: bool = False) -> Evidence:
    """All that speaks for one segment; its passages exemplars first, then by strength.

    A blind coder is shown it without others' work, unless ``whole`` says otherwise.
    """
    row = segments.one(study, segment)
    members = segments.members(study) if whole else seen_members(study)
    mine = members.get(segment, [])
    put = constraints.proposals(study, segment)
    rows = [other for other in segments.listing(study) if other.status != "set_aside" or other.id == segment]
    placed = {member.passage: other.id for other in rows for member in members.get(other.id, [])}
    shown = passages.listing(study, ids=[*placed, *(proposal.passage for proposal in put)])
    held = {p.id: p for p in (shown if whole else veiled(study, shown))}
    fresh = new_interviews(study)(row)
    here = [held[member.passage] for member in mine]
    names = participant_names(study)
    voices = Counter(names.of(passage) for passage in here)
    parts, sentence = _stated(here, names)
    standing, missing = _standing(study, held, placed, segment)
    spoken = len({(passage.interview, passage.speaker) for passage in here})
    run = runs.latest(study)
    said = summary(row, mine, held, segments.as_found(study).get(segment), fresh, len(put), names, _cues(study))
    said = replace(said, in_view=segment in {need.segment for need in needs.listing(study)})
    return Evidence(
        with_firmness(said, figures(study).get(segment), run.separate if run else None),
        tuple((held[member.passage], member.strength) for member in mine),
        tuple(sorted(voices.items(), key=lambda item: (-item[1], item[0]))),
        edge=standing[0] if standing else None,
        rival=_rival(standing[1], rows) if standing else None,
        evenness=standing[1].evenness if standing else None,
        evenness_word=evenness_word(standing[1].evenness, spoken) if standing else "",
        stated=parts,
        sentence=sentence,
        proposed=tuple((held[proposal.passage], proposal.strength) for proposal in put),
        new=frozenset(p.id for p in (*here, *(held[proposal.passage] for proposal in put)) if p.interview in fresh),
        without_vectors=missing,
        names=names,
        contexts=_contexts(study, said.exemplars),
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


def _stated(here: Sequence[Passage], names: ParticipantNames) -> tuple[tuple[StatedPart, ...], str]:
    """A draft of a job statement from one of the passages, clearest first; empty where none says enough of one."""
    here = [passage for passage in here if passage.anchored]
    made = job_statement([p.quote for p in here], range(len(here)))
    parts = tuple(
        StatedPart(part.kind, part.text, of.id, of.interview, of.start + part.start, of.start + part.end, names.of(of))
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
    names: ParticipantNames,
    cues: Sequence[CueGroup],
) -> SegmentSummary:
    """A segment in short, without its firmness.

    ``found`` are the passages its run found it with, ``fresh`` the interviews new to it.
    """
    here = [held[member.passage] for member in mine]
    voices = Counter(names.of(passage) for passage in here)
    once = sum(count == 1 for count in voices.values())
    added = len(segments.changed_since_confirmed(row, mine))
    kept = {member.passage for member in mine if member.placed_by == "hand"}
    return SegmentSummary(
        row.id,
        row.name,
        row.description,
        row.status,
        len(here),
        len(voices) - once,
        _exemplars(mine, held, names, cues),
        row.keywords,
        None,
        row.suggested_names,
        (*_changes(here, row, found, added), *_warnings(here, kept, names, row)),
        row.confirmed_by,
        row.confirmed_at,
        row.statement,
        proposed,
        sum(passage.interview in fresh for passage in here),
        added,
        row.need,
        row.confirmed_undecided,
        sum(passage.status == "accepted" or passage.id in kept for passage in here),
        with_one_passage=once,
    )


def _cues(study: Study) -> tuple[CueGroup, ...]:
    return load_cues(prompt_file("cues.toml", load(study.path)))


def _exemplars(
    mine: Sequence[Member], held: dict[int, Passage], names: ParticipantNames, cues: Sequence[CueGroup]
) -> tuple[Passage, ...]:
    """The passages that show a segment best: those that the run found first, but no short or small talk."""
    here = [held[member.passage] for member in mine]
    chosen = exemplars([passage.quote for passage in here], [names.of(passage) for passage in here], cues)
    return tuple(here[index] for index in chosen)


def _contexts(study: Study, shown: Sequence[Passage]) -> dict[int, tuple[str, str]]:
    """What stands before and after passages that begin or end in the middle of a thought."""
    found = {}
    texts = {key: interviews.transcript(study, key) for key in {passage.interview for passage in shown}}
    for passage in shown:
        talk = texts[passage.interview]
        turn = next((t for t in talk.turns if t.start <= passage.start and passage.end <= t.end), None)
        if passage.anchored and turn is not None:
            found[passage.id] = around(talk.text, (turn.start, turn.end), (passage.start, passage.end))
    return {passage: context for passage, context in found.items() if any(context)}


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
            f"{added} of its {format_count(len(here), 'passage')} {plural(added, 'was', 'were')} added since run "
            f"{row.run}: "
            f"keywords are of the other {rest}"
        )
    return warnings


def _warnings(here: Sequence[Passage], kept: Collection[int], names: ParticipantNames, row: SegmentRow) -> list[str]:
    """What weakens a segment as it stands now; ``kept`` are the passages that a person put there, which decides them."""
    if not here:
        return ["holds no passages"]
    voices = Counter(names.of(passage) for passage in here)
    warnings = []
    if row.confirmed_undecided:
        warnings.append(CONFIRMED_UNDECIDED)
    if len(voices) < 3:
        warnings.append(f"rests on {format_count(len(voices), 'participant')} only")
    name, most = max(voices.items(), key=lambda item: (item[1], item[0]))
    if most * 2 > len(here):
        warnings.append(f"{name} supplies {most} of its {format_count(len(here), 'passage')}")
    lost = sum(not passage.anchored for passage in here)
    if lost:
        warnings.append(
            f"{lost} of its {format_count(len(here), 'passage')} {plural(lost, 'has', 'have')} no place in the "
            "transcript as it is now"
        )
    undecided = sum(passage.status == "suggested" and passage.id not in kept for passage in here)
    if undecided:
        warnings.append(f"{undecided} of its {format_count(len(here), 'passage')} are undecided suggestions")
    return warnings
