"""State and edit the needs in view, before or during discovery; each change is one undoable action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.actions.coding.blind import seen_coder, seen_members, unseen_candidates
from needsseg.actions.study.languages import study_language
from needsseg.discovery import load_personas
from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.settings import load, prompt_file
from needsseg.study.coding import codebook
from needsseg.study.connection import Study
from needsseg.study.segments import needs, segments
from needsseg.text import format_count

Source = Literal["archetypes", "codes", "segments"]
FEWEST, MOST = 2, 7
"""The advised number of needs in view; other numbers are allowed, with a warning."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need in view: the segment or candidate that stands for it, and its numbers of passages and answers."""

    id: int
    name: str
    description: str
    segment: int | None
    status: str
    passages: int
    answers: int
    stated_by: str
    stated_at: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A need that can be brought into view: its source, name and description, and whether it is in view already."""

    source: Source
    name: str
    description: str
    in_view: bool
    segment: int | None = None


def listing(study: Study) -> list[NeedRow]:
    """List the needs in view, in order; for a blind coder, with their own answers and passages only."""
    coder, members = seen_coder(study), seen_members(study)
    unseen = unseen_candidates(study, members)
    statuses = {row.id: str(row.status) for row in segments.listing(study) if row.id not in unseen}
    answered = [answer.need for answer in needs.answers(study) if coder in (None, answer.answered_by)]
    return [
        NeedRow(
            need.id,
            need.name,
            need.description,
            None if need.segment in unseen else need.segment,
            statuses.get(need.segment or 0, ""),
            len(members.get(need.segment or 0, [])),
            answered.count(need.id),
            need.stated_by,
            need.stated_at,
        )
        for need in needs.listing(study)
    ]


def find(study: Study, name: str) -> int:
    """Return the id of the need with a name (case-insensitive); raises NotFoundError that lists the needs."""
    need = needs.called(study, name)
    if need is None:
        names = ", ".join(f"“{need.name}”" for need in needs.listing(study))
        raise NotFoundError(f"No need in view is called “{name}”.", f"In view are: {names or 'none'}.")
    return need.id


def advice(study: Study) -> str:
    """Advice on the number of needs in view; empty if the number is fine."""
    count = len(needs.listing(study))
    if count == 1 or count > MOST:
        stated = format_count(count, "need is", "needs are")
        return f"{stated} in view; {FEWEST} to {MOST} are advised, or none."
    return ""


def add(study: Study, name: str, description: str = "") -> int:
    """State a need and return its id; raises UsageError for a name that is not valid."""
    with study.action("need", f"stated the need “{name.strip()}”"):
        return needs.add(study, name, description)


def edit(study: Study, need: int, name: str | None = None, description: str | None = None) -> None:
    """Change a need's name or description; None leaves it unchanged."""
    current = needs.one(study, need)
    with study.action("need", f"reworded the need “{current.name}”"):
        needs.edit(
            study,
            need,
            current.name if name is None else name,
            current.description if description is None else description,
        )


def drop(study: Study, need: int) -> None:
    """Take a need out of view; keep the candidate that stood for it, and the answers."""
    with study.action("need", f"took the need “{needs.one(study, need).name}” out of view"):
        needs.drop(study, need)


def move(study: Study, need: int, place: int) -> None:
    """Move a need to a place; 1 is the first."""
    count = len(needs.listing(study))
    if not 1 <= place <= count:
        raise UsageError(f"There is no place {place}.", f"Places are 1 to {count}.")
    with study.action("need", f"moved the need “{needs.one(study, need).name}” to place {place}"):
        needs.move(study, need, place)


def offers(study: Study, source: Source) -> list[Offer]:
    """List the needs that a source offers: archetypes of the prompts, codes, or segments that people named."""
    in_view = {need.name.casefold() for need in needs.listing(study)}
    linked_segments = {need.segment for need in needs.listing(study)}
    sources: list[tuple[str, str, int | None]]
    if source == "archetypes":
        personas = load_personas(prompt_file("personas.toml", load(study.path), study_language(study)))
        sources = [(persona.name, persona.description, None) for persona in personas]
    elif source == "codes":
        sources = [(code.name, code.description, None) for code in codebook.listing(study) if code.passages]
    else:
        rows = [row for row in segments.listing(study) if row.status in ("named", "confirmed")]
        sources = [(row.name, segments.need_sentence(study, row.id) or row.description, row.id) for row in rows]
    return [
        Offer(
            source,
            name,
            description,
            name.casefold() in in_view or (segment is not None and segment in linked_segments),
            segment,
        )
        for name, description, segment in sources
    ]


def take(study: Study, source: Source, names: Sequence[str] = (), called: str = "") -> list[int]:
    """Bring needs from a source into view, without ``names`` all that are not yet; return their ids.

    ``called`` combines several codes into one need of this name. Raises NotFoundError for a name the source lacks.
    """
    offered = offers(study, source)
    chosen = [_offer(offered, source, name) for name in names] if names else [o for o in offered if not o.in_view]
    if not chosen:
        raise UsageError(
            f"There are no {source} to use." if not offered else f"All {source} are in view already.",
            Advice("State a need yourself: ", Fix.ADD_NEED.of(name="NAME")),
        )
    if called and (source != "codes" or not names):
        raise UsageError("Only codes given by name can become one need.", Advice("Name them: ", Fix.TAKE_CODES))
    with study.action("need") as action:
        if called:
            action.summary = f"took {format_count(len(chosen), 'code')} as the need “{called.strip()}”"
            description = "; ".join(f"{o.name}: {o.description}" if o.description else o.name for o in chosen)
            return [needs.add(study, called, description)]
        action.summary = f"took {format_count(len(chosen), 'need')} from {source}"
        return [needs.add(study, offer.name, offer.description, offer.segment) for offer in chosen]


def _offer(offered: Sequence[Offer], source: Source, name: str) -> Offer:
    match = next((offer for offer in offered if offer.name.casefold() == name.strip().casefold()), None)
    if match is None:
        names = ", ".join(f"“{offer.name}”" for offer in offered)
        raise NotFoundError(f"“{name}” is not one of the {source}.", f"There are: {names or 'none'}.")
    return match
