"""Pseudonyms: what in the participants' words tells who they are, and quotes without it. The study keeps the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from needsseg.coding.pseudonyms import GENERIC, Known, detect, pseudonyms, replaced
from needsseg.records import Passage
from needsseg.study import accounts, interviews, passages
from needsseg.study.connection import Study

__all__ = ["Replacement", "concealed", "found"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words that are replaced in quotes, by what, and how often they occur."""

    kind: str
    words: str
    by: str
    count: int


def found(study: Study, extra: Sequence[str] = ()) -> list[Replacement]:
    """What would be replaced in the quotes of all passages, the most frequent first; ``extra`` are further words."""
    known = _known(study)
    names = pseudonyms(known)
    counted = Counter(
        (one.kind, one.words, names.get(one.stands_for, GENERIC[one.kind]))
        for passage in passages.listing(study)
        for one in detect(passage.quote, known, extra)
    )
    return [Replacement(*what, count) for what, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def concealed(study: Study, shown: Sequence[Passage], extra: Sequence[str] = ()) -> list[Passage]:
    """Passages with pseudonyms in their quotes and for their speakers; offsets stay those of the original."""
    known = _known(study)
    names = pseudonyms(known)
    people = {(row.interview, row.label): row.participant for row in interviews.speakers(study)}
    titles = {person.key: names.get(person.name, GENERIC["person"]) for person in accounts.participants(study)}
    return [
        replace(
            passage,
            quote=replaced(passage.quote, detect(passage.quote, known, extra), names),
            speaker=titles.get(people.get((passage.interview, passage.speaker)) or "", GENERIC["person"]),
            interview=titles.get(people.get((passage.interview, passage.speaker)) or "", passage.interview),
        )
        for passage in shown
    ]


def _known(study: Study) -> list[Known]:
    """The people and companies that the study knows: participants, all who speak, and participants' companies."""
    people = [person.name for person in accounts.participants(study)]
    labels = [row.label for row in interviews.speakers(study) if row.label and row.label[0].isupper()]
    companies = [person.company for person in accounts.participants(study) if person.company]
    return [Known("person", name) for name in dict.fromkeys([*people, *labels])] + [
        Known("company", name) for name in dict.fromkeys(companies)
    ]
