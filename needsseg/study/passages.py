"""Passages and the codebook: spans, decisions, codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.errors import NotFoundError, UsageError
from needsseg.records import Passage, PassageStatus, Suggestion
from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_SELECT = (
    'SELECT p.id, i.key AS interview, s.label AS speaker, p.start, p."end", p.quote, p.status, p.origin, p.score, p.reasons, '
    "(SELECT group_concat(name, char(31)) FROM (SELECT c.name FROM passage_codes pc JOIN codes c ON c.id = pc.code_id "
    "WHERE pc.passage_id = p.id ORDER BY c.name)) AS codes "
    "FROM passages p JOIN interviews i ON i.id = p.interview_id JOIN speakers s ON s.id = p.speaker_id "
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code of the codebook, with how many passages carry it."""

    name: str
    description: str
    parent: str | None
    passages: int


def listing(
    study: Study,
    interview: str | None = None,
    status: PassageStatus | None = None,
    code: str | None = None,
    ids: Iterable[int] | None = None,
    query: str | None = None,
) -> list[Passage]:
    """Passages by place, narrowed by any of the arguments; ``query`` finds words in quotes."""
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
    if ids is not None:
        wanted = sorted(set(ids))
        where.append("p.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(wanted))
    if query:
        where.append("p.id IN (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?)")
        values.append(" ".join('"' + term.replace('"', '""') + '"' for term in query.split()))
    rows = study.rows(_SELECT + "WHERE " + " AND ".join(where) + ' ORDER BY i.key, p.start, p."end", p.id', values)
    return [
        Passage(
            row["id"],
            row["interview"],
            row["speaker"],
            row["start"],
            row["end"],
            row["quote"],
            row["status"],
            row["origin"],
            row["score"],
            tuple(json.loads(row["reasons"])),
            tuple(row["codes"].split("\x1f")) if row["codes"] else (),
        )
        for row in rows
    ]


def one(study: Study, passage: int) -> Passage:
    """One passage by its id; raises NotFoundError."""
    found = listing(study, ids=[passage])
    if not found:
        raise NotFoundError(f"There is no passage {passage}.", "List them with: needsseg passages")
    return found[0]


def replace_suggestions(study: Study, interview: str, suggestions: Sequence[Suggestion]) -> int:
    """Stores new suggestions for an interview in place of its undecided ones (inside an action); how many are stored.

    A span that a person decided about is left alone, and nothing is suggested again over it. A suggestion that comes
    out as before keeps its row, and with it its place in any candidate.
    """
    key = study.row("SELECT id FROM interviews WHERE key = ?", [interview])
    if key is None:
        raise NotFoundError(f"There is no interview '{interview}'.")
    decided = [(p.start, p.end) for p in listing(study, interview) if p.status != "suggested"]
    fresh = {
        (s.start, s.end): s for s in suggestions if not any(s.start < end and start < s.end for start, end in decided)
    }
    standing = {(p.start, p.end): p for p in listing(study, interview, "suggested")}
    gone = [passage.id for span, passage in standing.items() if span not in fresh]
    study.execute("DELETE FROM passages WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(gone)])
    for span, suggestion in fresh.items():
        reasons = json.dumps(list(suggestion.reasons), ensure_ascii=False)
        if span in standing:
            study.execute(
                "UPDATE passages SET score = ?, reasons = ? WHERE id = ? AND (score IS NOT ? OR reasons IS NOT ?)",
                [suggestion.score, reasons, standing[span].id, suggestion.score, reasons],
            )
        else:
            _insert(study, int(key[0]), *span, "suggested", "program", suggestion.score, reasons)
    return len(fresh)


def mark(study: Study, interview: str, start: int, end: int) -> int:
    """Marks a span by hand as an accepted passage (inside an action); its id.

    Raises UsageError when the span is empty, outside the text, or not within one speaker's turn.
    """
    row = study.row("SELECT id FROM interviews WHERE key = ?", [interview])
    if row is None:
        raise NotFoundError(f"There is no interview '{interview}'.")
    same = study.row('SELECT id FROM passages WHERE interview_id = ? AND start = ? AND "end" = ?', [row[0], start, end])
    if same is not None:
        decide(study, [same[0]], "accepted")
        return int(same[0])
    passage = _insert(study, int(row[0]), start, end, "accepted", "hand", None, "[]")
    study.execute("UPDATE passages SET decided_by = ?, decided_at = ? WHERE id = ?", [study.actor, now(), passage])
    return passage


def _insert(
    study: Study, interview: int, start: int, end: int, status: str, origin: str, score: float | None, reasons: str
) -> int:
    speaker, quote = _spoken(study, interview, start, end)
    return study.insert(
        "passages",
        {
            "interview_id": interview,
            "speaker_id": speaker,
            "start": start,
            "end": end,
            "quote": quote,
            "status": status,
            "origin": origin,
            "score": score,
            "reasons": reasons,
        },
    )


def _spoken(study: Study, interview: int, start: int, end: int) -> tuple[int, str]:
    """Whose words a span is, and the words; raises UsageError when it is not within one turn."""
    turn = study.row(
        'SELECT speaker_id, start, words FROM turns WHERE interview_id = ? AND start <= ? AND ? <= "end" AND ? < ?',
        [interview, start, end, start, end],
    )
    if turn is None:
        raise UsageError(
            f"The span {start}–{end} does not lie within one speaker's turn.",
            "Mark words of one turn; offsets are code points.",
        )
    quote = str(turn["words"])[start - turn["start"] : end - turn["start"]]
    if not quote.strip():
        raise UsageError(f"The span {start}–{end} holds no words.", "Mark at least one word.")
    return int(turn["speaker_id"]), quote


def adjust(study: Study, passage: int, start: int, end: int) -> None:
    """Moves the edges of a passage (inside an action); a moved suggestion counts as accepted, since a person shaped it."""
    row = study.row("SELECT interview_id, status FROM passages WHERE id = ?", [passage])
    if row is None:
        raise NotFoundError(f"There is no passage {passage}.")
    speaker, quote = _spoken(study, row["interview_id"], start, end)
    study.execute(
        'UPDATE passages SET start = ?, "end" = ?, quote = ?, speaker_id = ?, status = ?, decided_by = ?, decided_at = ? '
        "WHERE id = ?",
        [start, end, quote, speaker, "accepted", study.actor, now(), passage],
    )


def decide(study: Study, ids: Sequence[int], status: PassageStatus) -> int:
    """Sets the status of passages (inside an action); how many changed. A rejected passage leaves its segment."""
    for passage in ids:
        one(study, passage)
    by, at = (None, None) if status == "suggested" else (study.actor, now())
    changed = study.execute(
        "UPDATE passages SET status = ?, decided_by = ?, decided_at = ? "
        "WHERE id IN (SELECT value FROM json_each(?)) AND status <> ?",
        [status, by, at, json.dumps(list(ids)), status],
    ).rowcount
    if status == "rejected":
        study.execute(
            "DELETE FROM segment_passages WHERE passage_id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]
        )
    return changed


def unmark(study: Study, passage: int) -> None:
    """Removes a passage marked by hand, or makes a decided suggestion undecided again (inside an action)."""
    if one(study, passage).origin == "hand":
        study.execute("DELETE FROM passages WHERE id = ?", [passage])
    else:
        decide(study, [passage], "suggested")


def add_code(study: Study, ids: Sequence[int], name: str) -> int:
    """Puts a code on passages (inside an action), making it where it is new and accepting suggestions; how many got it."""
    name = name.strip()
    if not name:
        raise UsageError("A code needs a name.")
    code = study.row("SELECT id FROM codes WHERE name = ?", [name])
    code_id = int(code[0]) if code else study.insert("codes", {"name": name})
    coded = 0
    for passage in ids:
        if one(study, passage).status != "accepted":
            decide(study, [passage], "accepted")
        coded += study.execute(
            "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (passage_id, code_id) DO NOTHING",
            [passage, code_id, study.actor, now()],
        ).rowcount
    return coded


def remove_code(study: Study, ids: Sequence[int], name: str) -> int:
    """Takes a code off passages (inside an action); how many lost it."""
    return study.execute(
        "DELETE FROM passage_codes WHERE code_id = (SELECT id FROM codes WHERE name = ?) "
        "AND passage_id IN (SELECT value FROM json_each(?))",
        [name, json.dumps(list(ids))],
    ).rowcount


def codebook(study: Study) -> list[CodeRow]:
    """All codes, the most used first."""
    rows = study.rows(
        "SELECT c.name, c.description, parent.name AS parent, count(pc.id) AS passages FROM codes c "
        "LEFT JOIN codes parent ON parent.id = c.parent_id LEFT JOIN passage_codes pc ON pc.code_id = c.id "
        "GROUP BY c.id ORDER BY passages DESC, c.name"
    )
    return [CodeRow(*row) for row in rows]


def recent_codes(study: Study, limit: int = 9) -> list[str]:
    """Names of the codes used last, newest first."""
    rows = study.rows(
        "SELECT c.name FROM passage_codes pc JOIN codes c ON c.id = pc.code_id GROUP BY c.id ORDER BY max(pc.id) DESC LIMIT ?",
        [limit],
    )
    return [row[0] for row in rows]
