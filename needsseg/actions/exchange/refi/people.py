"""Store the cases of a project and the variables of its sources as attributes of participants."""

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
from needsseg.actions.exchange.refi.import_state import ImportState
from needsseg.actions.exchange.refi.names import KEY, ROLES
from needsseg.study.accounts import accounts
from needsseg.study.coding import exchange
from needsseg.study.connection import plain_text
from needsseg.study.transcripts import interviews, speakers

if TYPE_CHECKING:
    from needsseg.exchange import refi

_OF_CASES = frozenset({KIND, SPEAKS_AS, SPEAKS_IN, NAME, SEGMENT, LINKED, ""})
_OF_SOURCES = frozenset({KEY, *(name for _, name in ROLES)})


def _is_own(state: ImportState) -> bool:
    """Whether this program wrote the project's variables, whichever program saved the file last."""
    return {KIND, SPEAKS_AS} <= set(state.variables.values())


def take_source_values(state: ImportState, name: str, key: str, values: dict[str, str]) -> None:
    """Store the variables of a source for its one participant; list them if there are several or none."""
    own = _OF_SOURCES | (_OF_CASES if _is_own(state) else frozenset())
    attributes = {variable: text for variable, text in values.items() if variable and variable not in own}
    people = [row.participant for row in interviews.speakers(state.study, key) if row.participant]
    if attributes and len(set(people)) == 1:
        _fill(state, people[0], "", attributes)
    elif attributes:
        state.drop("variables", name, f"belong to no one participant: {', '.join(sorted(attributes))}")


def take_cases(state: ImportState) -> None:
    """Store cases as participants: the speakers with the case's name, or the only one, in the sources it refers to.

    A case that refers to no source matches speakers with its name in any source.
    """
    source_of = {each.guid: source.guid for source in state.project.sources for each in source.selections}
    for case in state.project.cases:
        values = state.values(case.values)
        if values.get(KIND) == ACCOUNT:
            state.drop("account", case.name, "is an account; accounts are imported as account data")
            continue
        if case.description:
            state.drop("memo of a case", case.name, f"is not kept: {case.description[:60]}")
        voices = _speakers(state, case, values, source_of)
        if not voices:
            state.drop("case", case.name, "does not match a speaker of an imported text")
            continue
        if len(voices) > 1:
            speakers.tie(state.study, voices)
        key, label = voices[0]
        person = next(row.participant for row in interviews.speakers(state.study, key) if row.label == label)
        if person is not None:
            _take_person(state, person, case, values)


def _take_person(state: ImportState, person: str, case: refi.Case, values: dict[str, str]) -> None:
    # Only in this program's own cases does the variable mean that a person confirmed the account.
    own = values.get(KIND) == PARTICIPANT or _is_own(state)
    if own and LINKED in values and person not in accounts.links(state.study):
        accounts.link(state.study, person, values[LINKED])
    hidden = _OF_CASES | _OF_SOURCES - {KEY} if own else {""}
    attributes = {variable: text for variable, text in values.items() if variable not in hidden}
    _fill(state, person, values.get(NAME) or case.name, attributes)


def _speakers(
    state: ImportState, case: refi.Case, values: dict[str, str], source_of: dict[str, str]
) -> list[tuple[str, str]]:
    """The speakers that a case matches, as (interview key, label)."""
    labels = {
        _normalised(label)
        for label in (case.name, values.get(NAME, ""), *values.get(SPEAKS_AS, "").split("\n"))
        if label
    }
    guids = dict.fromkeys([*case.sources, *(source_of[guid] for guid in case.selections if guid in source_of)])
    keys = list(dict.fromkeys(state.keys[guid] for guid in guids if guid in state.keys))
    if not keys and SPEAKS_IN in values:
        named = set(values[SPEAKS_IN].split("\n"))
        keys = [
            state.keys[source.guid]
            for source in state.project.sources
            if state.values(source.values).get(KEY, source.name) in named
        ]
    matches = [each for key in keys for each in _in_interview(state, key, labels, alone=True)]
    everywhere = list(dict.fromkeys(state.keys.values()))
    return matches or [each for key in everywhere for each in _in_interview(state, key, labels, alone=False)]


def _in_interview(state: ImportState, key: str, labels: set[str], *, alone: bool) -> Sequence[tuple[str, str]]:
    speaking = [row.label for row in interviews.speakers(state.study, key) if row.participant]
    # Two labels of one person in one interview stay two speakers until somebody merges them.
    over = state.covered
    named = [
        label
        for label in speaking
        if _normalised(label) in labels or (over is not None and _normalised(over.speaker(key, label)) in labels)
    ]
    return [(key, label) for label in named or (speaking if alone and len(speaking) == 1 else [])]


def _normalised(label: str) -> str:
    return " ".join(normalize("NFC", label).casefold().split())


def _fill(state: ImportState, key: str, name: str, values: dict[str, str]) -> None:
    """Fill a participant's empty attributes; an attribute that differs is kept, and listed."""
    person = next(each for each in accounts.participants(state.study) if each.key == key)
    columns = {field: str(getattr(person, field)) for field in FIELDS}
    stored = {**person.attributes, **{field: text for field, text in columns.items() if text}}
    for field, text in values.items():
        current = stored.setdefault(field, text)
        if current != text and (state.covered is None or not state.covered.is_fact(field, current, text)):
            state.drop("variable", f"{field} of {key}", "differs from the study's, which was kept")
    updated = replace(
        person,
        name=plain_text(name) if name and state.added and _is_new(state, key) else person.name,
        attributes={field: text for field, text in stored.items() if field not in FIELDS},
        **{field: stored.get(field, "") for field in FIELDS},
    )
    if updated != person:
        accounts.update_participant(state.study, updated)
        state.counted["people"] += 1


def _is_new(state: ImportState, participant: str) -> bool:
    """Whether all interviews of a participant were added by this import."""
    interviews_of = {row.interview for row in exchange.voices(state.study) if row.participant == participant}
    return interviews_of <= set(state.added)
