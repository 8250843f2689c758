"""Who a study knows by name: participants, whoever else speaks, their companies and accounts, and the numbers they go by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from needsseg.actions.accounts import accounts
from needsseg.coding.pseudonyms import Known, folded, short_name
from needsseg.records import Account, Participant
from needsseg.study.accounts import accounts as stored
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, pseudonyms
from needsseg.transcripts.roles import role_from_label

__all__ = ["SPEAKER", "Names", "known_names"]

SPEAKER = " (speaker)"
"""Ends the name that somebody goes by who speaks and is no participant, so that a participant's name is another."""

_ROLES = """
speaker speakers voice voices person people someone somebody man woman male female the question questions answer answers
audience public crowd member members panel panelist panellist group team focus everyone everybody all several multiple
unidentified unnamed narrator presenter attendee attendees caller agent guest expert student teacher note notes comment
"""
_ROLE_WORDS = frozenset(_ROLES.split())
_SHORTEST_ACCOUNT = 3


@dataclass(frozen=True, slots=True)
class Names:
    """Names to look for, and the number of each that has one; and who goes by which name and number.

    A name that several people share has no number: nobody can tell who of them is meant. ``people`` holds participants'
    names and numbers by key, ``speakers`` the participant behind an interview's label (or None), ``labels`` the names and
    numbers of the rest, empty where a label only says a role, and ``interviews`` the numbers of those. ``present`` has,
    for each interview, the labels of who speaks there by the names that they go by.
    """

    known: tuple[Known, ...]
    numbers: dict[str, int]
    people: dict[str, tuple[str, int]]
    speakers: dict[tuple[str, str], str | None]
    labels: dict[str, tuple[str, int]]
    interviews: dict[str, int]
    present: dict[str, dict[str, str]]


def known_names(study: Study, said: Callable[[], str]) -> Names:
    """The names that a study knows; ``said`` gives all that participants said, for accounts nobody is linked to.

    Numbers are those of the study's rows, so they stay when interviews are added. People with one e-mail address, or
    with one full name and no differing addresses, are one person; so are companies of one account.
    """
    rows = pseudonyms.numbers(study)
    participants = sorted(stored.participants(study), key=lambda who: rows.participants[who.key])
    number_of = _persons(participants, rows.participants)
    speakers = {(row.interview, row.label): row.participant for row in interviews.speakers(study)}
    called: dict[int, list[str]] = {}
    for who in participants:
        called.setdefault(number_of[who.key], []).append(_bare(who.name))
    for (_, label), key in speakers.items():
        if key is not None:
            called[number_of[key]].append(_bare(label))
    names = {number: list(dict.fromkeys(filter(None, all_names))) for number, all_names in called.items()}
    known = [Known("person", name, known_as=mine[0]) for mine in names.values() for name in mine]
    taken = {folded(each.name) for each in known}
    others = dict.fromkeys(_bare(label) for (_, label), key in speakers.items() if key is None)
    # A full name is one person's, whatever they do in another interview; a first name may be anybody's.
    known += [
        Known("person", name, known_as=name + SPEAKER)
        for name in others
        if name and not (folded(name) in taken and " " in name)
    ]
    shared = Counter(folded(mine[0]) for mine in names.values() if mine)
    numbers = {mine[0]: number for number, mine in names.items() if mine and shared[folded(mine[0])] == 1}
    companies, of_companies = _companies(study, participants, rows.participants, said)
    people = {who.key: ((names[number_of[who.key]] or [""])[0], number_of[who.key]) for who in participants}
    labels = {label: (_bare(label), number) for label, number in rows.speakers.items()}
    present: dict[str, dict[str, str]] = {}
    for (interview, label), key in speakers.items():
        name = people[key][0] if key is not None else labels[label][0] + SPEAKER
        if name.removesuffix(SPEAKER):
            present.setdefault(interview, {})[name] = label
    return Names((*known, *companies), numbers | of_companies, people, speakers, labels, rows.interviews, present)


def _bare(label: str) -> str:
    """A name without what only says a role ("Researcher Maya", "Maya (Guest)"); empty where nothing else is said."""
    label = re.sub(r"\(([^()]*)\)", lambda aside: "" if _is_role(aside.group(1)) else aside.group(), label)
    words = label.split()
    while words and (_is_role(" ".join(words)) or (len(words[0]) > 2 and _is_role(words[0]))):
        words = words[1:]
    return " ".join(words) if any(char.isalpha() for word in words for char in word) else ""


def _is_role(words: str) -> bool:
    bare = [re.sub(r"[\W\d_]+", "", word).casefold() for word in words.split()]
    # Claude is also what people are called, and Claude's own label is no secret.
    return all(not word or word in _ROLE_WORDS or (word != "claude" and role_from_label(word)) for word in bare)


def _persons(people: Sequence[Participant], numbers: dict[str, int]) -> dict[str, int]:
    """The number of the person that each participant is: the lowest of those who are the same."""
    found: dict[str, int] = {}
    by_email: dict[str, int] = {}
    by_name: dict[str, dict[int, set[str]]] = {}
    for who in people:
        email, name = who.email.casefold(), folded(_bare(who.name))
        namesakes = by_name.setdefault(name, {})
        number = by_email.get(email) if email else None
        if number is None and " " in name:
            number = next((n for n, emails in namesakes.items() if not (email and emails)), None)
        found[who.key] = numbers[who.key] if number is None else number
        namesakes.setdefault(found[who.key], set()).update({email} - {""})
        if email:
            by_email.setdefault(email, found[who.key])
    return found


def _companies(
    study: Study, people: Sequence[Participant], numbers: dict[str, int], said: Callable[[], str]
) -> tuple[list[Known], dict[str, int]]:
    """Participants' companies and accounts under one name each, and accounts of nobody that participants spoke of."""
    held: dict[str, Account] = {}
    linked: dict[str, str] = {}
    if "accounts" in stored.sources(study):
        held = {account.account_id: account for account in accounts.listing(study)}
        linked = {match.participant: match.account_id for match in accounts.matches(study) if match.account_id}
    groups: list[tuple[set[str], list[str], int]] = []
    for who in people:
        account = held.get(linked.get(who.key, ""))
        names = [name for name in (who.company, account.name if account else "") if name.strip()]
        ties = {folded(name) for name in names} | ({f"\0{account.account_id}"} if account else set())
        number = numbers[who.key]
        for group in [group for group in groups if group[0] & ties]:
            groups.remove(group)
            ties, names, number = ties | group[0], [*group[1], *names], min(number, group[2])
        if names:
            groups.append((ties, names, number))
    known = [Known("company", name, known_as=names[0]) for _, names, _ in groups for name in dict.fromkeys(names)]
    tied = set().union(*(ties for ties, _, _ in groups)) if groups else set()
    strangers = [a.name for a in held.values() if f"\0{a.account_id}" not in tied and folded(a.name) not in tied]
    known += [Known("company", name, exact=True) for name in _mentioned(strangers, said)]
    return known, {names[0]: number for _, names, number in groups}


def _mentioned(names: Iterable[str], said: Callable[[], str]) -> list[str]:
    """Names of accounts, legal forms aside, that occur as written: a list of thousands costs one look each."""
    text = " ".join(said().split())
    found = (name for name in dict.fromkeys(" ".join(name.split()) for name in names))
    return [name for name in found if len(short_name(name)) >= _SHORTEST_ACCOUNT and short_name(name) in text]
