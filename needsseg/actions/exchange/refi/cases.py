"""Participants and their accounts as cases of a REFI-QDA project, segments as sets of the interviews they rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from needsseg.actions.accounts import accounts as account_actions
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.coding.pseudonyms import GENERIC
from needsseg.records import Account, Participant
from needsseg.study.accounts import accounts
from needsseg.study.coding import exchange, passages
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.exchange import refi

KIND, PARTICIPANT, ACCOUNT = "case", "participant", "account"
SPEAKS_AS, SPEAKS_IN, SEGMENT, LINKED = "speaks as", "speaks in", "needs_segment", "account_id"
NAME = "participant name"
"""Who a case is where another case is called so too: programs want the names of cases to be different."""
FIELDS = ("email", "company", "crm_id")
_TELLING = ("account_id", "domain", "crm_id", "email")
_ACCOUNT_FIELDS = ("account_id", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack")


def cases_of(
    study: Study, over: Cover, guid: Callable[[str, object], str], variable: Callable[[str], str]
) -> tuple[refi.Case, ...]:
    """A case for each participant, then one for each account that a participant belongs to.

    Under a cover, e-mail addresses, web domains and the ids of a CRM stay out: they tell who it is.
    """
    from needsseg.exchange import refi

    ids, sources = exchange.participant_ids(study), exchange.interview_ids(study)
    needs = {need.participant: need.segment for need in participant_needs(study)}
    linked = accounts.links(study)
    spoken: dict[str, list[exchange.Voice]] = defaultdict(list)
    for voice in exchange.voices(study):
        if voice.participant is not None:
            spoken[voice.participant].append(voice)

    def values(said: dict[str, str]) -> tuple[refi.Value, ...]:
        return tuple(refi.Value(variable(name), text) for name, text in said.items() if text)

    def heard(people: list[str]) -> tuple[str, ...]:
        keys = sorted({voice.interview for key in people for voice in spoken[key]})
        return tuple(guid("interview", sources[key]) for key in keys)

    cases = []
    taken: set[str] = set()
    for person in accounts.participants(study):
        labels = dict.fromkeys(printed(study, over, voice) for voice in spoken[person.key])
        said = {
            KIND: PARTICIPANT,
            SPEAKS_AS: "\n".join(label for label in labels if label),
            # Programs are known to forget the sources that a case refers to.
            SPEAKS_IN: "\n".join(sorted({over.interview(voice.interview) for voice in spoken[person.key]})),
            **_facts(person, over),
            SEGMENT: needs.get(person.key) or "",
            LINKED: (linked.get(person.key) or "") if over.original else "",
        }
        name = over.name(person.key, person.name)
        unique = _unused(name, taken)
        if unique != name:
            said[NAME] = name
        cases.append(refi.Case(guid("participant", ids[person.key]), unique, values(said), heard([person.key])))
    if "accounts" not in accounts.sources(study):
        return tuple(cases)
    people: dict[str, list[str]] = defaultdict(list)
    for match in account_actions.matches(study):
        if match.account_id is not None:
            people[match.account_id].append(match.participant)
    for account in account_actions.listing(study):
        if account.account_id in people:
            said = {KIND: ACCOUNT, **_account_facts(account, over)}
            held = heard(people[account.account_id])
            name = _unused(company_of(over, account.name), taken)
            cases.append(refi.Case(guid("account", account.account_id), name, values(said), held))
    return tuple(cases)


def _unused(name: str, used_names: set[str]) -> str:
    """A name that no case has yet, in any case of letters."""
    number, unused = 2, name
    while unused.casefold() in used_names:
        unused, number = f"{name} ({number})", number + 1
    used_names.add(unused.casefold())
    return unused


def printed(study: Study, over: Cover, voice: exchange.Voice) -> str:
    """A speaker's label as the text has it: the one before their first turn, which stays when they are renamed."""
    transcript = interviews.transcript(study, voice.interview)
    first = next((turn for turn in transcript.turns if turn.speaker == voice.label), None)
    if not over.original or first is None:
        return over.speaker(voice.interview, voice.label)
    before = transcript.text[: first.start]
    return before.rsplit("\n\n", 1)[-1].removesuffix(": ") if before.endswith(": ") else ""


def _facts(person: Participant, over: Cover) -> dict[str, str]:
    facts = {name: str(getattr(person, name)) for name in FIELDS}
    if not over.original:
        facts = {"company": company_of(over, person.company)}
    return {**facts, **{name: over.text(text) for name, text in sorted(person.attributes.items()) if name not in facts}}


def _account_facts(account: Account, over: Cover) -> dict[str, str]:
    shown = [name for name in _ACCOUNT_FIELDS if over.original or name not in _TELLING]
    return {name: over.text(str(getattr(account, name))) for name in shown}


def company_of(over: Cover, name: str) -> str:
    """What stands for the name of a company."""
    if over.original or not name or over.state(name) == "kept":
        return name
    hidden = over.text(name)
    return over.names.get(name) or (hidden if hidden != name else GENERIC["company"])


def sets_of(study: Study, over: Cover, guid: Callable[[str, object], str]) -> tuple[refi.SourceSet, ...]:
    """A set for each segment that a person named or confirmed: the interviews in which it was heard."""
    from needsseg.exchange import refi

    where = {passage.id: passage.interview for passage in passages.listing(study)}
    sources, members = exchange.interview_ids(study), segments.members(study)
    sets = []
    for row in segments.listing(study):
        if row.status in ("named", "confirmed"):
            keys = sorted({where[member.passage] for member in members.get(row.id, [])})
            description = "\n\n".join(words for words in (row.description, row.statement) if words)
            interview_guids = tuple(guid("interview", sources[key]) for key in keys)
            sets.append(refi.SourceSet(guid("segment", row.id), row.name, over.text(description), interview_guids))
    return tuple(sets)
