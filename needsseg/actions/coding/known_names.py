"""Collect the names a study knows, of participants, other speakers, companies and accounts, with their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from needsseg.coding.pseudonyms import Known, folded, short_name
from needsseg.records import Account, Participant
from needsseg.study.accounts import accounts as stored
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, pseudonyms

__all__ = ["SPEAKER", "Names", "known_names"]

SPEAKER = " (speaker)"
"""The suffix of names of speakers who are not participants, which keeps them distinct from participants' names."""

_ROLES = """
speaker speakers voice voices person people someone somebody man woman male female the question questions answer answers
audience public crowd member members panel panelist panellist group team focus everyone everybody all several multiple
unidentified unnamed narrator presenter attendee attendees caller agent guest expert student teacher note notes comment
"""
_ROLE_WORDS = frozenset(_ROLES.split())
_SHORTEST_ACCOUNT = 3
_BEGINNINGS = (_SHORTEST_ACCOUNT, 8, 16)
"""How many first letters of a name are looked up before the text is searched for it."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names to look for (``known``), their numbers, and the people they belong to.

    A name that several people share has no number, since it is ambiguous. ``people`` maps participant keys to names and
    numbers, ``speakers`` (interview, label) to a participant's key or None, ``labels`` the other labels to names (empty
    for a label that only says a role) and numbers, ``interviews`` keys to numbers. ``present`` maps, per interview, the
    names of its speakers to their labels.
    """

    known: tuple[Known, ...]
    numbers: dict[str, int]
    people: dict[str, tuple[str, int]]
    speakers: dict[tuple[str, str], str | None]
    labels: dict[str, tuple[str, int]]
    interviews: dict[str, int]
    present: dict[str, dict[str, str]]


def known_names(study: Study, speech: Callable[[], str]) -> Names:
    """Collect the names that a study knows; ``speech`` returns all words of participants, to find unlinked accounts in.

    Numbers are those of the study's rows, so they stay when interviews are added. People with the same e-mail address, or
    with the same full name and no differing addresses, count as one person, and companies of one account as one company.
    """
    numbers_of = pseudonyms.numbers(study)
    participants = sorted(stored.participants(study), key=lambda person: numbers_of.participants[person.key])
    number_of = _person_numbers(participants, numbers_of.participants)
    speakers = {(row.interview, row.label): row.participant for row in interviews.speakers(study)}
    names_by_number: dict[int, list[str]] = {}
    for person in participants:
        names_by_number.setdefault(number_of[person.key], []).append(_without_role(person.name))
    for (_, label), key in speakers.items():
        if key is not None:
            names_by_number[number_of[key]].append(_without_role(label))
    names = {number: list(dict.fromkeys(filter(None, all_names))) for number, all_names in names_by_number.items()}
    known = [Known("person", name, known_as=spellings[0]) for spellings in names.values() for name in spellings]
    full_names = {folded(each.name) for each in known}
    others = dict.fromkeys(_without_role(label) for (_, label), key in speakers.items() if key is None)
    # A full name belongs to one person, whatever their role in another interview; a first name may be anybody's.
    known += [
        Known("person", name, known_as=name + SPEAKER)
        for name in others
        if name and not (folded(name) in full_names and " " in name)
    ]
    shared = Counter(folded(spellings[0]) for spellings in names.values() if spellings)
    numbers = {
        spellings[0]: number for number, spellings in names.items() if spellings and shared[folded(spellings[0])] == 1
    }
    companies, of_companies = _companies(study, participants, numbers_of.participants, speech)
    people = {person.key: ((names[number_of[person.key]] or [""])[0], number_of[person.key]) for person in participants}
    labels = {label: (_without_role(label), number) for label, number in numbers_of.speakers.items()}
    present: dict[str, dict[str, str]] = {}
    for (interview, label), key in speakers.items():
        name = people[key][0] if key is not None else labels[label][0] + SPEAKER
        if name.removesuffix(SPEAKER):
            present.setdefault(interview, {})[name] = label
    return Names((*known, *companies), numbers | of_companies, people, speakers, labels, numbers_of.interviews, present)


def _without_role(label: str) -> str:
    """Remove words that only say a role from a label ("Researcher Maya", "Maya (Guest)"); the result may be empty."""
    label = re.sub(
        r"\(([^()]*)\)", lambda parenthesis: "" if _is_role(parenthesis.group(1)) else parenthesis.group(), label
    )
    words = label.split()
    while words and (_is_role(" ".join(words)) or (len(words[0]) > 2 and _is_role(words[0]))):
        words = words[1:]
    return " ".join(words) if any(char.isalpha() for word in words for char in word) else ""


def _is_role(words: str) -> bool:
    # The room of transcripts takes as long to load as all else that most commands need.
    from needsseg.transcripts.roles import role_from_label

    bare = [re.sub(r"[\W\d_]+", "", word).casefold() for word in words.split()]
    # Claude is also what people are called, and Claude's own label is no secret.
    return all(not word or word in _ROLE_WORDS or (word != "claude" and role_from_label(word)) for word in bare)


def _person_numbers(people: Sequence[Participant], numbers: dict[str, int]) -> dict[str, int]:
    """The person number of each participant: the lowest number among participants who are the same person."""
    person_numbers: dict[str, int] = {}
    by_email: dict[str, int] = {}
    by_name: dict[str, dict[int, set[str]]] = {}
    for person in people:
        email, name = person.email.casefold(), folded(_without_role(person.name))
        namesakes = by_name.setdefault(name, {})
        number = by_email.get(email) if email else None
        if number is None and " " in name:
            number = next((n for n, emails in namesakes.items() if not (email and emails)), None)
        person_numbers[person.key] = numbers[person.key] if number is None else number
        namesakes.setdefault(person_numbers[person.key], set()).update({email} - {""})
        if email:
            by_email.setdefault(email, person_numbers[person.key])
    return person_numbers


def _companies(
    study: Study, people: Sequence[Participant], numbers: dict[str, int], speech: Callable[[], str]
) -> tuple[list[Known], dict[str, int]]:
    """The names of participants' companies and accounts, with numbers, and of unlinked accounts that were mentioned."""
    accounts_by_id: dict[str, Account] = {}
    linked: dict[str, str] = {}
    if "accounts" in stored.sources(study):
        from needsseg.actions.accounts import accounts

        accounts_by_id = {account.account_id: account for account in accounts.listing(study)}
        linked = {match.participant: match.account_id for match in accounts.matches(study) if match.account_id}
    groups: list[tuple[set[str], list[str], int]] = []
    for person in people:
        account = accounts_by_id.get(linked.get(person.key, ""))
        names = [name for name in (person.company, account.name if account else "") if name.strip()]
        ties = {folded(name) for name in names} | ({f"\0{account.account_id}"} if account else set())
        number = numbers[person.key]
        for group in [group for group in groups if group[0] & ties]:
            groups.remove(group)
            ties, names, number = ties | group[0], [*group[1], *names], min(number, group[2])
        if names:
            groups.append((ties, names, number))
    known = [Known("company", name, known_as=names[0]) for _, names, _ in groups for name in dict.fromkeys(names)]
    tied = set().union(*(ties for ties, _, _ in groups)) if groups else set()
    unlinked = [
        a.name for a in accounts_by_id.values() if f"\0{a.account_id}" not in tied and folded(a.name) not in tied
    ]
    known += [Known("company", name, exact=True) for name in _mentioned(unlinked, speech)]
    return known, {names[0]: number for _, names, number in groups}


def _mentioned(names: Iterable[str], speech: Callable[[], str]) -> list[str]:
    """The names of accounts that occur in the speech as written, without legal forms."""
    unique = dict.fromkeys(" ".join(name.split()) for name in names)
    if not unique:
        return []
    text = " ".join(speech().split())

    @cache
    def said(length: int) -> set[str]:
        return {text[at : at + length] for at in range(len(text) - length + 1)}

    def begins(words: str) -> bool:
        """Return whether the first letters were said: of many accounts few are, and only for these the text is searched."""
        length = max((each for each in _BEGINNINGS if each <= len(words)), default=0)
        return length > 0 and words[:length] in said(length)

    # A name without its legal form begins as the name does.
    short = {name: short_name(name) for name in unique if name[:_SHORTEST_ACCOUNT] in said(_SHORTEST_ACCOUNT)}
    return [name for name, words in short.items() if begins(words) and words in text]
