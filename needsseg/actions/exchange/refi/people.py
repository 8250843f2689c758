"""Cases of a project, and variables of its sources, as what is known of participants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from unicodedata import normalize

from needsseg.actions.exchange.refi.cases import (
    ACCOUNT,
    FIELDS,
    KIND,
    LINKED,
    NAME,
    PARTICIPANT,
    SEGMENT,
    SPEAKS_AS,
    SPEAKS_IN,
)
from needsseg.actions.exchange.refi.import_state import Taking
from needsseg.actions.exchange.refi.names import KEY, ROLES
from needsseg.study.accounts import accounts
from needsseg.study.coding import exchange
from needsseg.study.connection import plain_text
from needsseg.study.transcripts import interviews, speakers

if TYPE_CHECKING:
    from needsseg.exchange import refi

_OF_CASES = frozenset({KIND, SPEAKS_AS, SPEAKS_IN, NAME, SEGMENT, LINKED, ""})
_OF_SOURCES = frozenset({KEY, *(name for _, name in ROLES)})


def _is_own(taking: Taking) -> bool:
    """Whether this program made the project's variables, wherever the file came from since."""
    return {KIND, SPEAKS_AS} <= set(taking.variables.values())


def take_source_values(taking: Taking, name: str, key: str, said: dict[str, str]) -> None:
    """Takes the variables of a source over for its one participant; others are listed."""
    own = _OF_SOURCES | (_OF_CASES if _is_own(taking) else frozenset())
    told = {variable: text for variable, text in said.items() if variable and variable not in own}
    people = [row.participant for row in interviews.speakers(taking.study, key) if row.participant]
    if told and len(set(people)) == 1:
        _fill(taking, people[0], "", told)
    elif told:
        taking.drop("variables", name, f"belong to no one participant: {', '.join(sorted(told))}")


def take_cases(taking: Taking) -> None:
    """Takes cases over as participants: those who speak under the case's name, or alone, in the sources it refers to.

    A case that refers to no source is who speaks under its name in any of them.
    """
    at = {each.guid: source.guid for source in taking.project.sources for each in source.selections}
    for case in taking.project.cases:
        said = taking.values(case.values)
        if said.get(KIND) == ACCOUNT:
            taking.drop("account", case.name, "is an account; accounts are imported as account data")
            continue
        if case.description:
            taking.drop("memo of a case", case.name, f"is not kept: {case.description[:60]}")
        who = _speakers(taking, case, said, at)
        if not who:
            taking.drop("case", case.name, "is nobody who speaks in an imported text")
            continue
        if len(who) > 1:
            speakers.tie(taking.study, who)
        key, label = who[0]
        person = next(row.participant for row in interviews.speakers(taking.study, key) if row.label == label)
        if person is not None:
            _take_person(taking, person, case, said)


def _take_person(taking: Taking, person: str, case: refi.Case, said: dict[str, str]) -> None:
    # Only this program's own cases say by it that a person confirmed the account.
    own = said.get(KIND) == PARTICIPANT or _is_own(taking)
    if own and LINKED in said and person not in accounts.links(taking.study):
        accounts.link(taking.study, person, said[LINKED])
    hidden = _OF_CASES | _OF_SOURCES - {KEY} if own else {""}
    known = {variable: text for variable, text in said.items() if variable not in hidden}
    _fill(taking, person, said.get(NAME) or case.name, known)


def _speakers(taking: Taking, case: refi.Case, said: dict[str, str], at: dict[str, str]) -> list[tuple[str, str]]:
    """Who a case is: keys of interviews and labels."""
    labels = {_alike(label) for label in (case.name, said.get(NAME, ""), *said.get(SPEAKS_AS, "").split("\n")) if label}
    guids = dict.fromkeys([*case.sources, *(at[guid] for guid in case.selections if guid in at)])
    keys = list(dict.fromkeys(taking.keys[guid] for guid in guids if guid in taking.keys))
    if not keys and SPEAKS_IN in said:
        named = set(said[SPEAKS_IN].split("\n"))
        keys = [
            taking.keys[source.guid]
            for source in taking.project.sources
            if taking.values(source.values).get(KEY, source.name) in named
        ]
    found = [each for key in keys for each in _in_interview(taking, key, labels, alone=True)]
    everywhere = list(dict.fromkeys(taking.keys.values()))
    return found or [each for key in everywhere for each in _in_interview(taking, key, labels, alone=False)]


def _in_interview(taking: Taking, key: str, labels: set[str], *, alone: bool) -> Sequence[tuple[str, str]]:
    speaking = [row.label for row in interviews.speakers(taking.study, key) if row.participant]
    # Two labels of one person in one interview stay two speakers; nobody said that they are one.
    over = taking.covered
    named = [
        label
        for label in speaking
        if _alike(label) in labels or (over is not None and _alike(over.speaker(key, label)) in labels)
    ]
    return [(key, label) for label in named or (speaking if alone and len(speaking) == 1 else [])]


def _alike(label: str) -> str:
    return " ".join(normalize("NFC", label).casefold().split())


def _fill(taking: Taking, key: str, name: str, said: dict[str, str]) -> None:
    """Fills what is empty of what is known of a participant; what differs stays, and is listed."""
    person = next(each for each in accounts.participants(taking.study) if each.key == key)
    columns = {field: str(getattr(person, field)) for field in FIELDS}
    held = {**person.attributes, **{field: text for field, text in columns.items() if text}}
    for field, text in said.items():
        here = held.setdefault(field, text)
        if here != text and (taking.covered is None or not taking.covered.is_fact(field, here, text)):
            taking.drop("variable", f"{field} of {key}", "differs from what is here, which stays")
    found = replace(
        person,
        name=plain_text(name) if name and taking.added and _is_new(taking, key) else person.name,
        attributes={field: text for field, text in held.items() if field not in FIELDS},
        **{field: held.get(field, "") for field in FIELDS},
    )
    if found != person:
        accounts.update_participant(taking.study, found)
        taking.counted["people"] += 1


def _is_new(taking: Taking, participant: str) -> bool:
    """Whether a participant came with this import."""
    where = {row.interview for row in exchange.voices(taking.study) if row.participant == participant}
    return where <= set(taking.added)
