"""Full-text search over turns and passages, with the exact places at which words occur."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from needsseg.records import Role

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Source = Literal["turns", "passages"]
Span = tuple[int, int]
_TEXT = {"turns": "words", "passages": "quote"}
_THERE = {"turns": "1", "passages": "x.anchored = 1 AND x.status <> 'rejected'"}


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of one interview, and which participant that is; ``interview`` is the key."""

    id: int
    interview: str
    title: str
    label: str
    role: Role
    participant: str | None


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words with their place: a turn or a passage; ``voice`` is the speaker's row."""

    id: int
    voice: int
    start: int
    end: int
    words: str


def voices(study: Study, interview: str | None = None) -> list[Voice]:
    """All who speak, in one interview or in all."""
    rows = study.rows(
        "SELECT s.id, i.key, i.title, s.label, s.role, CASE s.role WHEN 'participant' THEN p.key END AS participant "
        "FROM speakers s JOIN interviews i ON i.id = s.interview_id LEFT JOIN participants p ON p.id = s.participant_id "
        "WHERE ? IS NULL OR i.key = ? ORDER BY i.key, s.id",
        [interview, interview],
    )
    return [Voice(*row) for row in rows]


def holding(
    study: Study,
    source: Source,
    phrases: Sequence[str],
    literal: Sequence[str],
    voices: Iterable[int],
    near: Sequence[int] | None = None,
) -> list[int]:
    """Ids of the turns or passages of some voices in which all phrases occur, and all of ``literal`` to the letter.

    Best first where there are phrases, else by place. ``near`` narrows to turns that passages of these ids touch, or to
    these passages.
    """
    text, index = _TEXT[source], f"{source}_fts"
    joined, order, values = "", "x.speaker_id, x.start", list[Any]()
    where = [_THERE[source]]
    if phrases:
        joined, order = f"JOIN {index} ON {index}.rowid = x.id", f"{index}.rank, x.id"
        where.append(f"{index} MATCH ?")
        values.append(" ".join(map(_quoted, phrases)))
    for term in literal:
        where.append(f"instr(x.{text}, ?) > 0")
        values.append(term)
    where.append("x.speaker_id IN (SELECT value FROM json_each(?))")
    values.append(json.dumps(list(voices)))
    if near is not None:
        where.append(
            "x.id IN (SELECT value FROM json_each(?))"
            if source == "passages"
            else "EXISTS (SELECT 1 FROM passages p WHERE p.id IN (SELECT value FROM json_each(?)) "
            'AND p.interview_id = x.interview_id AND p.start < x."end" AND x.start < p."end")'
        )
        values.append(json.dumps(list(near)))
    sql = f"SELECT x.id FROM {source} x {joined} WHERE {' AND '.join(where)} ORDER BY {order}"
    return [row[0] for row in study.rows(sql, values)]


def utterances(study: Study, source: Source, ids: Sequence[int] | None = None) -> list[Utterance]:
    """Turns or passages by their ids, in the order asked for; all that can be searched, by place, without ids."""
    rows = study.rows(
        f'SELECT x.id, x.speaker_id, x.start, x."end", x.{_TEXT[source]} FROM {source} x WHERE {_THERE[source]} '
        "AND (? IS NULL OR x.id IN (SELECT value FROM json_each(?))) ORDER BY x.interview_id, x.start, x.id",
        [None if ids is None else 1, json.dumps(list(ids or ()))],
    )
    rows_in_place = [Utterance(*row) for row in rows]
    if ids is None:
        return rows_in_place
    by_id = {one.id: one for one in rows_in_place}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def occurrences(study: Study, source: Source, ids: Sequence[int], phrase: str) -> dict[int, list[Span]]:
    """Return where full-text search finds a phrase in turns or passages: spans relative to their words, by id."""
    index, mark = f"{source}_fts", uuid4().hex  # no text holds the mark
    rows = study.rows(
        f"SELECT rowid, highlight({index}, 0, ?, ?) FROM {index} WHERE {index} MATCH ? "
        "AND rowid IN (SELECT value FROM json_each(?))",
        [mark, mark, _quoted(phrase), json.dumps(list(ids))],
    )
    return {row[0]: _between(row[1].split(mark)) for row in rows}


def _between(parts: Sequence[str]) -> list[Span]:
    """Spans of every second part, were all put together again."""
    spans, at = [], 0
    for number, part in enumerate(parts):
        if number % 2:
            spans.append((at, at + len(part)))
        at += len(part)
    return spans


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'


def passages_at(study: Study, interviews: Iterable[str]) -> dict[str, list[tuple[int, int, int]]]:
    """Return for each interview start, end and id of the passages that have a place in its text."""
    places_by_interview: dict[str, list[tuple[int, int, int]]] = {}
    for key, *place in study.rows(
        'SELECT i.key, p.start, p."end", p.id FROM passages p JOIN interviews i ON i.id = p.interview_id '
        "WHERE p.anchored = 1 AND i.key IN (SELECT value FROM json_each(?)) ORDER BY p.start, p.id",
        [json.dumps(sorted(set(interviews)))],
    ):
        places_by_interview.setdefault(key, []).append((place[0], place[1], place[2]))
    return places_by_interview


def carrying(study: Study, codes: Iterable[str], coder: str | None = None) -> list[int]:
    """Ids of the passages, rejected ones left out, that have their place and carry one of some codes, by one coder or any."""
    return [
        row[0]
        for row in study.rows(
            "SELECT DISTINCT p.id FROM passages p JOIN passage_codes pc ON pc.passage_id = p.id "
            "JOIN codes c ON c.id = pc.code_id WHERE p.anchored = 1 AND p.status <> 'rejected' "
            "AND c.name IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR pc.coded_by = ?2) ORDER BY p.id",
            [json.dumps(sorted(set(codes))), coder],
        )
    ]
