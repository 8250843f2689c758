"""Passages and the codebook: spans, decisions, codes."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.records import Passage, PassageStatus, Suggestion
from needsseg.study.connection import now

if TYPE_CHECKING:
    from sqlite3 import Row

    from needsseg.study.connection import Study

_SELECT = (
    'SELECT p.id, i.key AS interview, s.label AS speaker, p.start, p."end", p.quote, p.status, p.origin, p.score, p.reasons, '
    "p.anchored, coalesce(p.decided_by, '') AS coder, "
    "(SELECT group_concat(name, char(31)) FROM (SELECT DISTINCT c.name FROM passage_codes pc JOIN codes c ON c.id = pc.code_id "
    "WHERE pc.passage_id = p.id ORDER BY c.name)) AS codes, "
    "(SELECT group_concat(coder, char(31)) FROM (SELECT coder FROM seconded WHERE passage_id = p.id ORDER BY coder)) AS seconded "
    "FROM passages p JOIN interviews i ON i.id = p.interview_id JOIN speakers s ON s.id = p.speaker_id "
)


def listing(
    study: Study,
    interview: str | None = None,
    status: PassageStatus | None = None,
    code: str | None = None,
    ids: Iterable[int] | None = None,
    query: str | None = None,
    anchored: bool | None = None,
) -> list[Passage]:
    """Passages by place, narrowed by any of the arguments; ``query`` finds words in quotes.

    ``anchored`` True leaves out those whose words an edited transcript no longer holds, False shows only them.
    """
    where: list[str] = ["1"]
    values: list[Any] = []
    if interview is not None:
        where, values = [*where, "i.key = ?"], [*values, interview]
    if status is not None:
        where, values = [*where, "p.status = ?"], [*values, status]
    if code is not None:
        where.append(
            "p.id IN (SELECT pc.passage_id FROM passage_codes pc JOIN codes c ON c.id = pc.code_id WHERE c.name = ?)"
        )
        values.append(code)
    if anchored is not None:
        where, values = [*where, "p.anchored = ?"], [*values, int(anchored)]
    if ids is not None:
        unique_ids = sorted(set(ids))
        where.append("p.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(unique_ids))
    if query and query.strip():
        where.append("p.id IN (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?)")
        values.append(" ".join('"' + term.replace('"', '""') + '"' for term in query.split()))
    rows = study.rows(_SELECT + "WHERE " + " AND ".join(where) + ' ORDER BY i.key, p.start, p."end", p.id', values)
    return [_passage(row) for row in rows]


def count(study: Study) -> int:
    """The number of all passages."""
    return int(study.rows("SELECT count(*) FROM passages")[0][0])


def _passage(row: Row) -> Passage:
    return Passage(
        row["id"],
        row["interview"],
        row["speaker"],
        row["start"],
        row["end"],
        row["quote"],
        row["status"],
        row["origin"],
        row["score"],
        _reasons(row["reasons"]),
        tuple(row["codes"].split("\x1f")) if row["codes"] else (),
        bool(row["anchored"]),
        row["coder"],
        tuple(row["seconded"].split("\x1f")) if row["seconded"] else (),
    )


@lru_cache(maxsize=10_000)
def _reasons(stored: str) -> tuple[str, ...]:
    """The reasons as stored in a row; a study's passages are read again and again, and share most of them."""
    return tuple(json.loads(stored))


def one(study: Study, passage: int) -> Passage:
    """One passage by its id; raises NotFoundError."""
    return required(study, [passage])[0]


def required(study: Study, ids: Sequence[int]) -> list[Passage]:
    """The passages of all ids; raises NotFoundError naming the first that is not there."""
    passages_by_id = {passage.id: passage for passage in listing(study, ids=ids)}
    for passage in ids:
        if passage not in passages_by_id:
            raise NotFoundError(f"There is no passage {passage}.", Advice("List them with: ", Fix.PASSAGES))
    return [passages_by_id[passage] for passage in ids]


def replace_suggestions(study: Study, interview: str, suggestions: Sequence[Suggestion]) -> int:
    """Store new suggestions for an interview in place of its undecided ones (inside an action); return how many stand then.

    What a person touched is left alone, and nothing is suggested again over it: decided, coded, paired or hand-made
    passages, those off-topic, and those in a segment that a person keeps. A suggestion that comes out as before keeps its
    row and its place.
    """
    row = study.row("SELECT id FROM interviews WHERE key = ?", [interview])
    if row is None:
        raise NotFoundError(f"There is no interview '{interview}'.")
    protected = _kept_by_people(study).keys() | _decided_about(study)
    existing = listing(study, interview)
    touched = [p for p in existing if p.status != "suggested" or p.origin == "hand" or p.codes or p.id in protected]
    placed = [p for p in touched if p.anchored]
    new_by_span = {
        (s.start, s.end): s for s in suggestions if not any(s.start < p.end and p.start < s.end for p in placed)
    }
    untouched_by_span = {(p.start, p.end): p for p in existing if p not in touched and p.anchored}
    outdated = [passage.id for span, passage in untouched_by_span.items() if span not in new_by_span]
    outdated += [passage.id for passage in existing if passage not in touched and not passage.anchored]
    study.execute("DELETE FROM passages WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(outdated)])
    for span, passage in untouched_by_span.items():
        new = new_by_span.get(span)
        if new is not None and (new.score, new.reasons) != (passage.score, passage.reasons):
            study.execute(
                "UPDATE passages SET score = ?, reasons = ? WHERE id = ?", [new.score, _json(new.reasons), passage.id]
            )
    added = [suggestion for span, suggestion in new_by_span.items() if span not in untouched_by_span]
    turns = _turns(study, int(row[0]))
    study.insert_all(
        "passages",
        [_row(turns, int(row[0]), s.start, s.end, "suggested", "program", s.score, s.reasons) for s in added],
    )
    return len(new_by_span) + sum(passage.status == "suggested" for passage in touched)


def drop_suggestions(study: Study, where: str, value: int) -> None:
    """Remove undecided suggestions that nobody touched (inside an action)."""
    study.execute(
        f"DELETE FROM passages WHERE {where} AND status = 'suggested' AND origin = 'program' "
        "AND id NOT IN (SELECT passage_id FROM passage_codes) AND id NOT IN (SELECT value FROM json_each(?))",
        [value, json.dumps(sorted(_kept_by_people(study).keys() | _decided_about(study)))],
    )


def _kept_by_people(study: Study, status: str | None = None) -> dict[int, str]:
    """Passages in segments that a person keeps (or only those of one status), with the segment's name."""
    return {
        row[0]: row[1]
        for row in study.rows(
            "SELECT m.passage_id, s.name FROM segment_passages m JOIN segments s ON s.id = m.segment_id "
            "WHERE s.status IN ('named', 'confirmed', 'set_aside') AND (? IS NULL OR s.status = ?)",
            [status, status],
        )
    }


def _decided_about(study: Study) -> set[int]:
    """Passages that a person said something about: a place, a pair, declined, a card, a memo, a statement."""
    return {
        row[0]
        for row in study.rows(
            "SELECT passage_id FROM off_topic UNION SELECT first_id FROM passage_pairs UNION SELECT second_id FROM passage_pairs "
            "UNION SELECT passage_id FROM answers "
            "UNION SELECT passage_id FROM declined_passages UNION SELECT passage_id FROM job_statements "
            "UNION SELECT passage_id FROM card_quotes UNION SELECT passage_id FROM memos WHERE passage_id IS NOT NULL"
        )
    }


def refuse_confirmed(study: Study, ids: Sequence[int]) -> None:
    """Raise UsageError for passages of a confirmed segment: they change only after it is reopened."""
    confirmed = _kept_by_people(study, "confirmed")
    for passage in ids:
        if passage in confirmed:
            raise UsageError(
                f"Passage {passage} is evidence of “{confirmed[passage]}”, which is confirmed.",
                Advice("Reopen that first: ", Fix.REOPEN_SEGMENT.of(id=confirmed[passage])),
            )


def mark(study: Study, interview: str, start: int, end: int) -> int:
    """Mark a span by hand as an accepted passage (inside an action); return its id.

    Raise UsageError when the span is empty, outside the text, or not within one speaker's turn.
    """
    row = study.row("SELECT id FROM interviews WHERE key = ?", [interview])
    if row is None:
        raise NotFoundError(f"There is no interview '{interview}'.")
    same = study.row(
        'SELECT id FROM passages WHERE interview_id = ? AND start = ? AND "end" = ? AND anchored = 1 '
        "ORDER BY status = 'accepted' DESC, id",
        [row[0], start, end],
    )
    if same is not None:
        decide(study, [same[0]], "accepted")
        return int(same[0])
    values = _row(_turns(study, int(row[0])), int(row[0]), start, end, "accepted", "hand")
    return study.insert("passages", {**values, "decided_by": study.actor, "decided_at": now()})


def add_suggestion(
    study: Study, interview: str, start: int, end: int, status: PassageStatus, score: float, reasons: Sequence[str]
) -> int:
    """Store a window that was not stored as a suggestion, decided at once (inside an action); return its id.

    A passage with the same place is decided instead. Raise UsageError as ``mark`` does.
    """
    row = study.row("SELECT id FROM interviews WHERE key = ?", [interview])
    if row is None:
        raise NotFoundError(f"There is no interview '{interview}'.")
    same = study.row(
        'SELECT id FROM passages WHERE interview_id = ? AND start = ? AND "end" = ? AND anchored = 1',
        [row[0], start, end],
    )
    if same is not None:
        decide(study, [same[0]], status)
        return int(same[0])
    values = _row(_turns(study, int(row[0])), int(row[0]), start, end, status, "program", score, reasons)
    return study.insert("passages", {**values, "decided_by": study.actor, "decided_at": now()})


def decided_in_order(study: Study) -> list[int]:
    """The accepted and rejected passages, those decided last at the end."""
    return [row[0] for row in study.rows("SELECT id FROM passages WHERE status <> 'suggested' ORDER BY decided_at, id")]


def _json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Turn:
    speaker_id: int
    label: str
    role: str
    start: int
    end: int
    words: str


def _turns(study: Study, interview: int) -> list[_Turn]:
    return [
        _Turn(*row)
        for row in study.rows(
            'SELECT t.speaker_id, s.label, s.role, t.start, t."end", t.words FROM turns t '
            "JOIN speakers s ON s.id = t.speaker_id WHERE t.interview_id = ? ORDER BY t.start",
            [interview],
        )
    ]


def _row(
    turns: Sequence[_Turn],
    interview: int,
    start: int,
    end: int,
    status: str,
    origin: str,
    score: float | None = None,
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """A passage as stored; raises UsageError when it does not lie within one participant's turn or holds no words."""
    at = bisect_right(turns, start, key=lambda turn: turn.start) - 1
    turn = turns[at] if at >= 0 else None
    if turn is None or not (turn.start <= start < end <= turn.end):
        raise UsageError(
            f"The span {start}–{end} does not lie within one speaker's turn.",
            "Mark words of one turn; offsets are code points.",
        )
    if turn.role != "participant":
        raise UsageError(
            f"These are words of {turn.label or 'the unnamed speaker'}, whose role here is {turn.role}, not participant.",
            "Only participants' words are evidence; change the role first if it is wrong.",
        )
    quote = turn.words[start - turn.start : end - turn.start]
    if not quote.strip():
        raise UsageError(f"The span {start}–{end} holds no words.", "Mark at least one word.")
    return {
        "interview_id": interview,
        "speaker_id": turn.speaker_id,
        "start": start,
        "end": end,
        "quote": quote,
        "status": status,
        "origin": origin,
        "score": score,
        "reasons": _json(reasons),
    }


def adjust(study: Study, passage: int, start: int, end: int) -> None:
    """Move the edges of a passage, or places one that lost its place (inside an action).

    A moved suggestion counts as accepted, since a person shaped it.
    """
    row = study.row("SELECT interview_id FROM passages WHERE id = ?", [passage])
    if row is None:
        raise NotFoundError(f"There is no passage {passage}.", Advice("List them with: ", Fix.PASSAGES))
    refuse_confirmed(study, [passage])
    moved = _row(_turns(study, row[0]), row[0], start, end, "accepted", "hand")
    study.execute("DELETE FROM seconded WHERE passage_id = ?", [passage])
    study.execute(
        'UPDATE passages SET start = ?, "end" = ?, quote = ?, speaker_id = ?, status = ?, decided_by = ?, decided_at = ?, '
        "anchored = 1 "
        "WHERE id = ?",
        [start, end, moved["quote"], moved["speaker_id"], "accepted", study.actor, now(), passage],
    )


def decide(study: Study, ids: Sequence[int], status: PassageStatus) -> int:
    """Set the status of passages (inside an action); return how many changed. A rejected one leaves its segment.

    Those who also made the old decision did not make the new one, and are removed with the old.
    """
    required(study, ids)
    if status == "rejected":
        refuse_confirmed(study, ids)
    by, at = (None, None) if status == "suggested" else (study.actor, now())
    study.execute(
        "DELETE FROM seconded WHERE passage_id IN (SELECT id FROM passages "
        "WHERE id IN (SELECT value FROM json_each(?)) AND status <> ?)",
        [json.dumps(list(ids)), status],
    )
    changed = study.execute(
        "UPDATE passages SET status = ?, decided_by = ?, decided_at = ? "
        "WHERE id IN (SELECT value FROM json_each(?)) AND status <> ?",
        [status, by, at, json.dumps(list(ids)), status],
    ).rowcount
    if status == "rejected":
        for table in ("segment_passages", "proposed_passages", "answers"):
            study.execute(
                f"DELETE FROM {table} WHERE passage_id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]
            )
    return changed


def unmark(study: Study, passage: int) -> None:
    """Remove a passage marked by hand, or make a decided suggestion undecided again (inside an action)."""
    refuse_confirmed(study, [passage])
    if one(study, passage).origin == "hand":
        study.execute("DELETE FROM passages WHERE id = ?", [passage])
    else:
        decide(study, [passage], "suggested")
