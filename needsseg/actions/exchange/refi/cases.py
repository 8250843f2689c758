"""Build the cases (participants, accounts) and sets (segments' interviews) of a REFI-QDA project."""

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
"""The variable with a case's own name where the case had to be renamed: programs require unique names."""
FIELDS = ("email", "company", "crm_id")
_IDENTIFYING = ("account_id", "domain", "crm_id", "email")
_ACCOUNT_FIELDS = ("account_id", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack")


def cases_of(
    study: Study, over: Cover, guid: Callable[[str, object], str], variable: Callable[[str], str]
) -> tuple[refi.Case, ...]:
    """Build a case for each participant, then one for each account that a participant belongs to.

    Under pseudonyms, e-mail addresses, web domains and CRM ids are left out, since they identify people.
    """
    builder = _CaseBuilder(study, over, guid, variable)
    participants = builder.participant_cases()
    if "accounts" not in accounts.sources(study):
        return tuple(participants)
    return (*participants, *builder.account_cases())


class _CaseBuilder:
    """Builds cases with unique names, and finds the interviews in which people speak."""

    def __init__(
        self, study: Study, over: Cover, guid: Callable[[str, object], str], variable: Callable[[str], str]
    ) -> None:
        self._study, self._over, self._guid, self._variable = study, over, guid, variable
        self._interview_ids = exchange.interview_ids(study)
        self._used_names: set[str] = set()
        self._voices: dict[str, list[exchange.Voice]] = defaultdict(list)
        for voice in exchange.voices(study):
            if voice.participant is not None:
                self._voices[voice.participant].append(voice)

    def participant_cases(self) -> list[refi.Case]:
        """Build a case for each participant, with the labels and interviews they speak under."""
        from needsseg.exchange import refi

        ids = exchange.participant_ids(self._study)
        needs = {need.participant: need.segment for need in participant_needs(self._study)}
        account_ids = accounts.links(self._study)
        cases = []
        for person in accounts.participants(self._study):
            voices = self._voices[person.key]
            labels = dict.fromkeys(printed(self._study, self._over, voice) for voice in voices)
            values = {
                KIND: PARTICIPANT,
                SPEAKS_AS: "\n".join(label for label in labels if label),
                # Some programs lose the sources that a case refers to.
                SPEAKS_IN: "\n".join(sorted({self._over.interview(voice.interview) for voice in voices})),
                **_facts(person, self._over),
                SEGMENT: needs.get(person.key) or "",
                LINKED: (account_ids.get(person.key) or "") if self._over.original else "",
            }
            name = self._over.name(person.key, person.name)
            unique = _unused(name, self._used_names)
            if unique != name:
                values[NAME] = name
            guid = self._guid("participant", ids[person.key])
            cases.append(refi.Case(guid, unique, self._values(values), self._interview_guids([person.key])))
        return cases

    def account_cases(self) -> list[refi.Case]:
        """Build a case for each account that a participant is matched to."""
        from needsseg.exchange import refi

        people: dict[str, list[str]] = defaultdict(list)
        for match in account_actions.matches(self._study):
            if match.account_id is not None:
                people[match.account_id].append(match.participant)
        cases = []
        for account in account_actions.listing(self._study):
            if account.account_id in people:
                values = self._values({KIND: ACCOUNT, **_account_facts(account, self._over)})
                name = _unused(company_of(self._over, account.name), self._used_names)
                interviews = self._interview_guids(people[account.account_id])
                cases.append(refi.Case(self._guid("account", account.account_id), name, values, interviews))
        return cases

    def _values(self, values: dict[str, str]) -> tuple[refi.Value, ...]:
        from needsseg.exchange import refi

        return tuple(refi.Value(self._variable(name), text) for name, text in values.items() if text)

    def _interview_guids(self, people: list[str]) -> tuple[str, ...]:
        """The GUIDs of the interviews in which any of the participants (keys) speaks."""
        keys = sorted({voice.interview for key in people for voice in self._voices[key]})
        return tuple(self._guid("interview", self._interview_ids[key]) for key in keys)


def _unused(name: str, used_names: set[str]) -> str:
    """Return the name, numbered if another case has it already (compared case-insensitively), and mark it as used."""
    number, unused = 2, name
    while unused.casefold() in used_names:
        unused, number = f"{name} ({number})", number + 1
    used_names.add(unused.casefold())
    return unused


def printed(study: Study, over: Cover, voice: exchange.Voice) -> str:
    """The label printed before a speaker's first turn, which stays the same when the speaker is renamed."""
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
    shown = [name for name in _ACCOUNT_FIELDS if over.original or name not in _IDENTIFYING]
    return {name: over.text(str(getattr(account, name))) for name in shown}


def company_of(over: Cover, name: str) -> str:
    """The name under which a company is shown."""
    if over.original or not name or over.state(name) == "kept":
        return name
    hidden = over.text(name)
    return over.names.get(name) or (hidden if hidden != name else GENERIC["company"])


def sets_of(study: Study, over: Cover, guid: Callable[[str, object], str]) -> tuple[refi.SourceSet, ...]:
    """Build a set for each segment that a person named or confirmed, of the interviews its passages are from."""
    from needsseg.exchange import refi

    interview_of = {passage.id: passage.interview for passage in passages.listing(study)}
    sources, members = exchange.interview_ids(study), segments.members(study)
    sets = []
    for row in segments.listing(study):
        if row.status in ("named", "confirmed"):
            keys = sorted({interview_of[member.passage] for member in members.get(row.id, [])})
            description = "\n\n".join(words for words in (row.description, row.statement) if words)
            interview_guids = tuple(guid("interview", sources[key]) for key in keys)
            sets.append(refi.SourceSet(guid("segment", row.id), row.name, over.text(description), interview_guids))
    return tuple(sets)
