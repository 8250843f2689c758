"""Cross codes with codes, participants, interviews, segments or an attribute: how many passages or people lie in each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from needsseg.coding.sentences import sentence_spans
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech
from needsseg.records import Transcript

Count = Literal["passages", "participants"]
Share = Literal["row", "column"]
COUNTS: tuple[Count, ...] = get_args(Count)
SHARES: tuple[Share, ...] = get_args(Share)


@dataclass(frozen=True, slots=True)
class Place:
    """A passage with who said it and which sentences of its interview it lies in; None where it has no place any more."""

    id: int
    person: str
    interview: str
    sentences: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column: its name, the passages in it, and how many codes are above it in the tree of codes.

    ``label`` is what a tree shows, the name without those above it.
    """

    name: str
    passages: frozenset[int]
    depth: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """What the rows or columns are (``code``, ``participant``, ``plan`` …), and each of them in order."""

    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows crossed with columns; ``cells`` holds the ids of the passages of each (row, column) that has any.

    A cell counts the row's passages that lie in the column too, or with ``within`` those near one that does. ``people`` says
    who said each passage, ``places`` are all passages that were counted.
    """

    rows: Axis
    columns: Axis
    cells: Mapping[tuple[int, int], tuple[int, ...]]
    people: Mapping[int, str]
    counted: frozenset[int]
    count: Count = "passages"
    within: int | None = None

    def number(self, passages: Iterable[int]) -> int:
        """Count passages, or the people who said them, each once."""
        ids = set(passages)
        return len(ids) if self.count == "passages" else len({self.people[passage] for passage in ids})

    def value(self, row: int, column: int) -> int:
        """The number in a cell."""
        return self.number(self.cells.get((row, column), ()))

    def share(self, row: int, column: int, of: Share) -> float | None:
        """A cell's number as a share of its row's or its column's; None where that is zero."""
        line = self.rows.lines[row] if of == "row" else self.columns.lines[column]
        whole = self.number(line.passages)
        return self.value(row, column) / whole if whole else None


def matrix(
    rows: Axis, columns: Axis, places: Sequence[Place], count: Count = "passages", within: int | None = None
) -> Matrix:
    """Cross two axes over the passages ``places``.

    Without ``within``, a cell holds the passages that lie in both its row and its column. With ``within`` N, it holds those
    of the row for which a passage of the column, or they themselves, lie in the same interview at most N sentences away: 0
    means that they share a sentence, 1 that they are in sentences next to each other. ValueError for a negative N.
    """
    if within is not None and within < 0:
        raise ValueError("within counts sentences, from 0")
    near = {place.id: {place.id} for place in places} if within is None else _near(places, within)
    counted = frozenset(near)
    columns_of: dict[int, set[int]] = {passage: set() for passage in counted}
    for column, line in enumerate(columns.lines):
        for passage in line.passages & counted:
            columns_of[passage].add(column)
    reached = {passage: set().union(*(columns_of[each] for each in around)) for passage, around in near.items()}
    order = {place.id: at for at, place in enumerate(places)}
    cells: dict[tuple[int, int], list[int]] = {}
    for row, line in enumerate(rows.lines):
        for passage in sorted(line.passages & counted, key=order.__getitem__):
            for column in reached[passage]:
                cells.setdefault((row, column), []).append(passage)
    in_order = {cell: tuple(ids) for cell, ids in cells.items()}
    people = {place.id: place.person for place in places}
    return Matrix(_of(rows, counted), _of(columns, counted), in_order, people, counted, count, within)


def _of(axis: Axis, counted: frozenset[int]) -> Axis:
    return Axis(axis.kind, tuple(replace(line, passages=line.passages & counted) for line in axis.lines))


def _near(places: Sequence[Place], within: int) -> dict[int, set[int]]:
    """The passages at most ``within`` sentences away from each, itself among them."""
    near = {place.id: {place.id} for place in places}
    by_interview: dict[str, list[tuple[int, int, int]]] = {}
    for place in places:
        if place.sentences is not None:
            by_interview.setdefault(place.interview, []).append((*place.sentences, place.id))
    for spans in by_interview.values():
        spans.sort()
        for at, (_, last, passage) in enumerate(spans):
            for first, _, other in spans[at + 1 :]:
                if first - last > within:
                    break  # those after it begin later still
                near[passage].add(other)
                near[other].add(passage)
    return near


def sentence_numbers(transcript: Transcript, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """Return the first and last sentence of each span, counted through all turns of an interview from 0.

    A turn is at least one sentence, and none goes on in the next turn. None for a span that touches no sentence.
    """
    speech = load_speech(interview_language(transcript.text))
    sentences = [
        sentence
        for turn in transcript.turns
        for sentence in sentence_spans(transcript.text, turn.start, turn.end, speech) or [(turn.start, turn.end)]
    ]
    numbers: list[tuple[int, int] | None] = []
    for start, end in spans:
        touched = [at for at, (low, high) in enumerate(sentences) if low < end and start < high]
        numbers.append((touched[0], touched[-1]) if touched else None)
    return numbers


def rolled_up(own: Mapping[str, Iterable[int]], above: Mapping[str, Sequence[str]]) -> dict[str, frozenset[int]]:
    """Return the passages of each code and of all codes below it, each once; ``above`` are the codes over each code."""
    passages: dict[str, set[int]] = {code: set() for code in above}
    for code, ids in own.items():
        for each in (code, *above.get(code, ())):
            passages.setdefault(each, set()).update(ids)
    return {code: frozenset(ids) for code, ids in passages.items()}
