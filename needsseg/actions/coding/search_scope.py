"""Whose words a search reads: by interview, by what is known of participants, by code, by who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding.blind import own_view, seen_coder
from needsseg.errors import NotFoundError, UsageError
from needsseg.records import Participant
from needsseg.study.accounts import accounts
from needsseg.study.coding import codebook as book
from needsseg.study.coding import passages
from needsseg.study.transcripts import interviews, searching
from needsseg.study.transcripts.searching import Voice

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Speech = Literal["participants", "all", "passages"]
_CONDITION = re.compile(r"\s*([^=~]*[^=~\s])\s*([=~])\s*(.*\S)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search is narrowed to: one interview, passages with a code (or one below it), participants, whose speech.

    ``attributes`` are conditions as ``plan=Team`` or, for a part of the value, ``job_title~manager``; all must hold.
    """

    interview: str | None = None
    code: str | None = None
    attributes: tuple[str, ...] = ()
    speech: Speech = "participants"


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Scope:
    """The voices a search reads, by row; ``near`` are the passages it keeps to, None where it keeps to none."""

    speech: Speech
    voices: dict[int, Voice]
    near: tuple[int, ...] | None = None


def scope(study: Study, within: Filter) -> Scope:
    """What a search reads, for a blind coder without what others marked.

    Raises NotFoundError for an interview, a code or a participant's attribute that is not there.
    """
    if within.interview is not None:
        interviews.title(study, within.interview)
    held = searching.voices(study, within.interview)
    if within.speech == "participants":
        held = [voice for voice in held if voice.role == "participant"]
    for condition in within.attributes:
        them = _meant(accounts.participants(study), condition)
        theirs = {voice.interview for voice in searching.voices(study) if voice.participant in them}
        held = [
            voice
            for voice in held
            if (voice.participant in them if voice.role == "participant" else voice.interview in theirs)
        ]
    coder, near = seen_coder(study), None
    if within.code is not None:
        near = tuple(searching.carrying(study, _with_children(study, within.code), coder))
    if coder is not None and within.speech == "passages":
        seen = {passage.id for passage in own_view(study, passages.listing(study)) if passage.status != "rejected"}
        near = tuple(sorted(seen) if near is None else [passage for passage in near if passage in seen])
    return Scope(within.speech, {voice.id: voice for voice in held}, near)


def _with_children(study: Study, code: str) -> set[str]:
    """A code and all below it."""
    top = book.one(study, code).name
    return {top} | {branch.code.name for branch in book.tree(book.listing(study)) if top in branch.above}


def _known_of(who: Participant) -> dict[str, str]:
    """What is known of a participant, by attribute in lower case."""
    own = {"participant": who.key, "name": who.name, "email": who.email, "company": who.company, "crm_id": who.crm_id}
    return {key.casefold(): value for key, value in (own | who.attributes).items() if value}


def _meant(people: Sequence[Participant], condition: str) -> set[str]:
    """Keys of the participants whom a condition means: ``plan=Team``, or ``job_title~manager`` for a part of the value."""
    parts = _CONDITION.fullmatch(condition)
    if parts is None:
        raise UsageError(
            f"“{condition}” says nothing about participants.",
            "Write attribute=value, or attribute~part of the value; as in plan=Team.",
        )
    key, part, value = parts[1].casefold(), parts[2] == "~", parts[3].casefold()
    known = {who.key: _known_of(who) for who in people}
    values = {who: facts[key] for who, facts in known.items() if key in facts}
    if not values:
        names = sorted({name for facts in known.values() for name in facts})
        raise NotFoundError(
            f"No participant has the attribute “{parts[1]}”.", f"Known are: {', '.join(names) or 'none'}."
        )
    found = {who for who, held in values.items() if (value in held.casefold() if part else value == held.casefold())}
    if not found:
        some = sorted(set(values.values()))
        listed = ", ".join(some[:8]) + (" …" if len(some) > 8 else "")
        raise NotFoundError(f"No participant's {parts[1]} is “{parts[3]}”.", f"There are: {listed}.")
    return found


def conditions(study: Study) -> list[tuple[str, int]]:
    """Conditions that mean somebody, as ``plan=Team``, and how many; the most telling attributes first."""
    facts = [
        (key, value)
        for who in accounts.participants(study)
        for key, value in (who.attributes | {"company": who.company}).items()
        if value and not set("=~") & set(key)
    ]
    values = Counter(key for key, _ in set(facts))
    counts = Counter(facts)
    ordered = sorted(counts, key=lambda fact: (values[fact[0]], fact))
    return [(f"{key}={value}", counts[key, value]) for key, value in ordered]
