"""Evidence for and against a segment, from its passages: its nearest rival, its draft statement, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.discovery.evidence.exemplars import around, exemplars
from needsseg.discovery.evidence.standing import standings
from needsseg.discovery.evidence.statements import job_statement
from needsseg.text import format_count, plural
from needsseg.thresholds import FEWEST_PARTICIPANTS_IN_SEGMENT

if TYPE_CHECKING:
    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.discovery.evidence.standing import Standing
    from needsseg.embedding.vectors import Matrix
    from needsseg.records import Passage, Transcript

CONFIRMED_UNDECIDED = "confirmed though nobody had decided on any of its passages"

NameOf = Callable[["Passage"], str]
"""Returns the name of a passage's speaker."""


@dataclass(frozen=True, slots=True)
class Rival:
    """The segment nearest to another one, the cosine of their centres, and the words that distinguish the two."""

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


def speaker_key(passage: Passage) -> str:
    """Return who speaks, distinguished from namesakes in other interviews."""
    return f"{passage.interview}/{passage.speaker}"


def passages_by_participant(passages: Sequence[Passage], name_of: NameOf) -> tuple[tuple[str, int], ...]:
    """Return how many of the passages each participant gave, the most first."""
    counts = Counter(name_of(passage) for passage in passages)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def segment_standing(
    segment: int, passages: Sequence[Passage], segments: Sequence[int], rows: Matrix
) -> tuple[tuple[Passage, ...], Standing]:
    """Return the passages at the edge of one segment, and its standing among all segments.

    ``segments`` says in which segment each passage is; ``rows`` are the unit vectors of the passages' quotes.
    """
    quotes, speakers = [passage.quote for passage in passages], [speaker_key(passage) for passage in passages]
    standing = standings(quotes, speakers, rows, list(segments), only=segment)[segment]
    return tuple(passages[index] for index in standing.edge), standing


def nearest_rival(standing: Standing, names: Mapping[int, str]) -> Rival | None:
    """Return the nearest other segment, or None where there is no other; ``names`` are by segment."""
    if standing.rival is None:
        return None
    nearness = round(standing.rival_nearness, 4)
    return Rival(standing.rival, names[standing.rival], nearness, standing.apart, standing.rival_apart)


def stated_parts(passages: Sequence[Passage], name_of: NameOf) -> tuple[tuple[StatedPart, ...], str]:
    """Return a draft of a job statement from one of the passages, clearest first, and its sentence.

    Both are empty where no passage says enough of one.
    """
    anchored = [passage for passage in passages if passage.anchored]
    statement = job_statement([passage.quote for passage in anchored], range(len(anchored)))
    parts = tuple(
        StatedPart(
            part.kind,
            part.text,
            passage.id,
            passage.interview,
            passage.start + part.start,
            passage.start + part.end,
            name_of(passage),
        )
        for part in statement.parts
        for passage in (anchored[part.index],)
    )
    return parts, statement.sentence if parts else ""


def exemplar_passages(passages: Sequence[Passage], name_of: NameOf, cues: Sequence[CueGroup]) -> tuple[Passage, ...]:
    """Return a segment's exemplars: its first passages, without short ones and small talk."""
    quotes = [passage.quote for passage in passages]
    return tuple(passages[index] for index in exemplars(quotes, [name_of(passage) for passage in passages], cues))


def passage_contexts(passages: Sequence[Passage], transcripts: Mapping[str, Transcript]) -> dict[int, tuple[str, str]]:
    """Return the words before and after each passage that begins or ends in the middle of a thought, by its id."""
    contexts = {}
    for passage in passages:
        transcript = transcripts[passage.interview]
        turn = next((t for t in transcript.turns if t.start <= passage.start and passage.end <= t.end), None)
        if passage.anchored and turn is not None:
            context = around(transcript.text, (turn.start, turn.end), (passage.start, passage.end))
            if any(context):
                contexts[passage.id] = context
    return contexts


def change_warnings(
    passages: Sequence[Passage], run: int | None, in_run: Collection[int] | None, changed_since_confirmed: int
) -> list[str]:
    """Return warnings that figures are of a part only, because passages were moved, merged or admitted.

    ``in_run`` are the ids of the passages with which discovery run ``run`` found the segment.
    """
    warnings = []
    if changed_since_confirmed:
        count = format_count(changed_since_confirmed, "passage was", "passages were")
        warnings.append(f"{count} added since it was confirmed; confirm again to include them")
    added = sum(passage.id not in in_run for passage in passages) if in_run else 0
    if added:
        rest = len(passages) - added
        warnings.append(
            f"{added} of its {len(passages)} passages {plural(added, 'was', 'were')} added since run {run}: "
            f"keywords are of the other {rest}"
        )
    return warnings


def weakness_warnings(
    passages: Sequence[Passage], placed_by_hand: Collection[int], name_of: NameOf, *, confirmed_undecided: bool
) -> list[str]:
    """Return the weaknesses of a segment; passages placed by a person count as decided."""
    if not passages:
        return ["holds no passages"]
    counts = passages_by_participant(passages, name_of)
    warnings = []
    if confirmed_undecided:
        warnings.append(CONFIRMED_UNDECIDED)
    if len(counts) < FEWEST_PARTICIPANTS_IN_SEGMENT:
        warnings.append(f"rests on {format_count(len(counts), 'participant')} only")
    name, most = max(counts, key=lambda item: (item[1], item[0]))
    if most * 2 > len(passages):
        warnings.append(f"{name} supplies {most} of its {len(passages)} passages")
    lost = sum(not passage.anchored for passage in passages)
    if lost:
        warnings.append(
            f"{lost} of its {len(passages)} passages {plural(lost, 'has', 'have')} no place in the transcript as it is now"
        )
    undecided = sum(passage.status == "suggested" and passage.id not in placed_by_hand for passage in passages)
    if undecided:
        warnings.append(f"{undecided} of its {len(passages)} passages are undecided suggestions")
    return warnings
