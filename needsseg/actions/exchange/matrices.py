"""Cross codes with codes, participants, interviews, segments or an attribute, and write the result to a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.quotes import ACCEPTED, code_paths, person_name, refuse_empty, segment_of_passages
from needsseg.actions.exchange.refi.cases import company_of
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.actions.transcripts.voices import person_of
from needsseg.coding.matrices import (
    Axis,
    Count,
    Line,
    Matrix,
    Place,
    Share,
    matrix,
    rolled_up,
    sentence_numbers,
)
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError
from needsseg.exchange.documents.document import MADE_BY
from needsseg.exchange.matrices import ENDINGS, MARK, matrix_content
from needsseg.records import Participant, Passage
from needsseg.study.accounts import accounts
from needsseg.study.coding import codebook
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study

KINDS = ("code", "participant", "interview", "segment")
"""What rows and columns can be beside attributes of participants."""
WITHOUT = "(none)"
ATTRIBUTE = "attribute:"
"""Before the name of an attribute that is called as one of ``KINDS``."""


def cross(
    study: Study,
    rows: str,
    columns: str,
    wanted: PassageFilter = ACCEPTED,
    *,
    count: Count = "passages",
    within: int | None = None,
    original: bool = False,
    over: Cover | None = None,
) -> Matrix:
    """Cross ``rows`` and ``columns``, each one of ``KINDS`` or an attribute of participants, over the passages of a filter.

    Codes count their children's passages too, each once. Codes that no counted passage carries are left out. Names are
    pseudonyms unless ``original``, and those of ``over`` where it is given. NotFoundError for an attribute that nobody has,
    NeedssegError where there is nothing to count or no code.
    """
    shown = select(study, wanted)
    over = over or pseudonyms.cover(study, original=original)
    axes = _Axes(study, over, shown)
    first, second = axes.axis(rows), axes.axis(columns)
    if not shown:
        raise refuse_empty(study, wanted)
    for axis in (first, second):
        if axis.kind == "code" and not axis.lines:
            raise NeedssegError(
                "None of these passages has a code.", Advice("Code some: ", Fix.CODE, ". The codebook: ", Fix.CODEBOOK)
            )
    return matrix(first, second, _places(study, shown, with_sentences=within is not None), count, within)


def attributes(study: Study) -> list[str]:
    """The names of the attributes that participants have, company included."""
    people = accounts.participants(study)
    names = {name for person in people for name, value in person.attributes.items() if value}
    return sorted(names | ({"company"} if any(person.company for person in people) else set()))


def check(study: Study, path: Path, *, overwrite: bool = False) -> str:
    """Return the ending by which a matrix is written to ``path``, or raise an error that names what is wrong with it."""
    ending = output_files.ending(path, ENDINGS, "a matrix")
    output_files.check(study, path, MARK if ending == ".csv" else MADE_BY, "matrix", overwrite=overwrite)
    return ending


def write(study: Study, result: Matrix, path: Path, share: Share | None = None, *, overwrite: bool = False) -> None:
    """Write a matrix to ``path`` in the format of its ending, whole or not at all."""
    ending = check(study, path, overwrite=overwrite)
    output_files.write(study, path, matrix_content(result, ending, share), private=True)


class _Axes:
    """Builds axes over the same passages."""

    def __init__(self, study: Study, over: Cover, shown: Sequence[Passage]) -> None:
        self._study, self._over, self._shown = study, over, shown
        self._makers: dict[str, Callable[[], tuple[Line, ...]]] = {
            "code": self._codes,
            "participant": self._participants,
            "interview": self._interviews,
            "segment": self._segments,
        }

    def axis(self, wanted: str) -> Axis:
        """Return the axis meant by one of ``KINDS``, in singular or plural, or by the name of an attribute."""
        name = wanted.strip()
        kind = name.casefold().removesuffix("s")
        if kind in self._makers and not name.startswith(ATTRIBUTE):
            return Axis(kind, self._makers[kind]())
        return self._attribute(name.removeprefix(ATTRIBUTE))

    def _codes(self) -> tuple[Line, ...]:
        branches = codebook.tree(codebook.listing(self._study))
        own: dict[str, list[int]] = {}
        for row in self._shown:
            for code in row.codes:
                own.setdefault(code, []).append(row.id)
        ids = rolled_up(own, {branch.code.name: branch.above for branch in branches})
        paths = code_paths(self._study, self._over)
        return tuple(
            Line(paths[branch.code.name], ids[branch.code.name], branch.depth, self._over.text(branch.code.name))
            for branch in branches
            if ids[branch.code.name]
        )

    def _participants(self) -> tuple[Line, ...]:
        names, person = participant_names(self._study), person_of(self._study)
        return _lines(((person(row), person_name(self._over, names, row)), row.id) for row in self._shown)

    def _interviews(self) -> tuple[Line, ...]:
        return _lines(((row.interview, self._over.interview(row.interview)), row.id) for row in self._shown)

    def _segments(self) -> tuple[Line, ...]:
        segment_of = segment_of_passages(self._study, self._over)
        named: list[tuple[tuple[str, str], int]] = []
        for row in self._shown:
            name, status = segment_of.get(row.id, (WITHOUT, ""))
            shown = f"{name} (candidate)" if status == "candidate" else name
            named.append(((shown, shown), row.id))
        return _lines(named)

    def _attribute(self, name: str) -> Axis:
        people = {person.key: person for person in accounts.participants(self._study)}
        known = attributes(self._study)
        called = next((each for each in known if each.casefold() == name.casefold()), None)
        if called is None:
            raise NotFoundError(
                f"“{name}” is none of {', '.join(KINDS)}, and no participant has an attribute of this name.",
                Advice(f"Attributes are: {', '.join(known) or 'none yet'}. Add some: ", Fix.SET_PARTICIPANT),
            )
        key_of = {(interview, label): key for interview, label, key in interviews.voices(self._study)}
        values = []
        for row in self._shown:
            person = people.get(key_of.get((row.interview, row.speaker)) or "")
            value = _value(self._over, person, called) or WITHOUT
            values.append(((value, value), row.id))
        return Axis(called, _lines(values))


def _value(over: Cover, person: Participant | None, name: str) -> str:
    if person is None:
        return ""
    if name == "company" and person.company:
        return company_of(over, person.company)
    return over.text(person.attributes.get(name, ""))


def _lines(named: Iterable[tuple[tuple[str, str], int]]) -> tuple[Line, ...]:
    """Return a line for each key, by name, those without a value last; equal names of different keys stay apart."""
    ids: dict[tuple[str, str], set[int]] = {}
    for key, passage in named:
        ids.setdefault(key, set()).add(passage)
    ordered = sorted(ids, key=lambda key: (key[1] == WITHOUT, _natural(key[1]), key))
    return tuple(Line(key[1], frozenset(ids[key])) for key in ordered)


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A name to sort by, in which Participant 2 comes before Participant 10."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def _places(study: Study, shown: Sequence[Passage], *, with_sentences: bool) -> list[Place]:
    person = person_of(study)
    numbers: Mapping[int, tuple[int, int] | None] = _sentences(study, shown) if with_sentences else {}
    return [Place(row.id, person(row), row.interview, numbers.get(row.id)) for row in shown]


def _sentences(study: Study, shown: Sequence[Passage]) -> dict[int, tuple[int, int] | None]:
    placed: dict[str, list[Passage]] = {}
    for row in shown:
        if row.anchored:
            placed.setdefault(row.interview, []).append(row)
    numbers: dict[int, tuple[int, int] | None] = {}
    for key, rows in placed.items():
        spans = sentence_numbers(interviews.transcript(study, key), [(row.start, row.end) for row in rows])
        numbers |= dict(zip((row.id for row in rows), spans, strict=True))
    return numbers
