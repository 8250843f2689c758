"""Needs in view: what a team believes people need, stated before or during discovery; each change is one undoable action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from needsseg.actions.coding.blind import seen_coder, seen_members, unseen_candidates
from needsseg.discovery import load_personas
from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.settings import load, prompt_file
from needsseg.study.coding import codebook
from needsseg.study.connection import Study
from needsseg.study.segments import needs, segments
from needsseg.text import format_count

Source = Literal["archetypes", "codes", "segments"]
FEWEST, MOST = 2, 7
"""As many needs as a team can tell apart; others are allowed, and warned of above."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need in view: the segment or candidate that stands for it with its passages, and how many answers name it."""

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
    """A need that can be taken: where it comes from, its name and description, and whether it is in view already."""

    source: Source
    name: str
    description: str
    taken: bool
    segment: int | None = None


def listing(study: Study) -> list[NeedRow]:
    """The needs in view, in their order; a blind coder is told of their own answers and of no passages others put there."""
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
    """The id of the need of a name, in any case; raises NotFoundError naming those there are."""
    found = needs.called(study, name)
    if found is None:
        names = ", ".join(f"“{need.name}”" for need in needs.listing(study))
        raise NotFoundError(f"No need in view is called “{name}”.", f"In view are: {names or 'none'}.")
    return found.id


def advice(study: Study) -> str:
    """What is to be said of how many needs are in view; empty where nothing is."""
    count = len(needs.listing(study))
    if count == 1 or count > MOST:
        stated = format_count(count, "need is", "needs are")
        return f"{stated} in view; {FEWEST} to {MOST} are advised, or none."
    return ""


def add(study: Study, name: str, description: str = "") -> int:
    """States a need; its id. Raises UsageError for a name that will not do."""
    with study.action("need", f"stated the need “{name.strip()}”"):
        return needs.add(study, name, description)


def edit(study: Study, need: int, name: str | None = None, description: str | None = None) -> None:
    """Rewords a need; what is None stays."""
    held = needs.one(study, need)
    with study.action("need", f"reworded the need “{held.name}”"):
        needs.edit(
            study, need, held.name if name is None else name, held.description if description is None else description
        )


def drop(study: Study, need: int) -> None:
    """Takes a need out of view; the candidate that stood for it stays, with what was answered."""
    with study.action("need", f"took the need “{needs.one(study, need).name}” out of view"):
        needs.drop(study, need)


def move(study: Study, need: int, place: int) -> None:
    """Puts a need at a place, 1 being the first."""
    count = len(needs.listing(study))
    if not 1 <= place <= count:
        raise UsageError(f"There is no place {place}.", f"Places are 1 to {count}.")
    with study.action("need", f"moved the need “{needs.one(study, need).name}” to place {place}"):
        needs.move(study, need, place)


def offers(study: Study, source: Source) -> list[Offer]:
    """What can be taken from a source: archetypes of the prompts, codes, or segments that people named."""
    in_view = {need.name.casefold() for need in needs.listing(study)}
    standing = {need.segment for need in needs.listing(study)}
    found: list[tuple[str, str, int | None]]
    if source == "archetypes":
        personas = load_personas(prompt_file("personas.toml", load(study.path)))
        found = [(persona.name, persona.description, None) for persona in personas]
    elif source == "codes":
        found = [(code.name, code.description, None) for code in codebook.listing(study) if code.passages]
    else:
        kept = [row for row in segments.listing(study) if row.status in ("named", "confirmed")]
        found = [(row.name, segments.need_sentence(study, row.id) or row.description, row.id) for row in kept]
    return [
        Offer(source, name, said, name.casefold() in in_view or (segment is not None and segment in standing), segment)
        for name, said, segment in found
    ]


def take(study: Study, source: Source, names: Sequence[str] = (), called: str = "") -> list[int]:
    """Takes needs from a source, all that are not in view yet where none is named; their ids.

    ``called`` makes one need of several codes. Raises NotFoundError for a name that the source does not have.
    """
    offered = offers(study, source)
    chosen = [_offer(offered, source, name) for name in names] if names else [o for o in offered if not o.taken]
    if not chosen:
        raise UsageError(
            f"There are no {source} to take." if not offered else f"All {source} are in view already.",
            Advice("State a need yourself: ", Fix.ADD_NEED.of(name="NAME")),
        )
    if called and (source != "codes" or not names):
        raise UsageError("Only codes that are named are taken as one need.", Advice("Name them: ", Fix.TAKE_CODES))
    with study.action("need") as action:
        if called:
            action.summary = f"took {format_count(len(chosen), 'code')} as the need “{called.strip()}”"
            said = "; ".join(f"{o.name}: {o.description}" if o.description else o.name for o in chosen)
            return [needs.add(study, called, said)]
        action.summary = f"took {format_count(len(chosen), 'need')} from {source}"
        return [needs.add(study, offer.name, offer.description, offer.segment) for offer in chosen]


def _offer(offered: Sequence[Offer], source: Source, name: str) -> Offer:
    found = next((offer for offer in offered if offer.name.casefold() == name.strip().casefold()), None)
    if found is None:
        known = ", ".join(f"“{offer.name}”" for offer in offered)
        raise NotFoundError(f"“{name}” is not one of the {source}.", f"There are: {known or 'none'}.")
    return found
