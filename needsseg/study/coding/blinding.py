"""The view of one coder while others' marks are hidden: others' decisions stay, and the coder gets passages of their own.

A passage is a coder's own when they decided on it, also decided it, or put a code on it. Undecided passages are everybody's.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Row
from typing import TYPE_CHECKING

from needsseg.records import Passage, PassageStatus
from needsseg.study.coding import passages

if TYPE_CHECKING:
    from needsseg.study.connection import Study

# Its first parameter is the coder.
_PASSAGE_BY_CODER = (
    'SELECT p.id, p.interview_id, p.start, p."end", p.origin, p.score, p.reasons, p.status, '
    "coalesce(p.decided_by, '') AS coder, "
    "EXISTS (SELECT 1 FROM passage_codes pc WHERE pc.passage_id = p.id AND pc.coded_by = ?1) AS coded, "
    "EXISTS (SELECT 1 FROM seconded t WHERE t.passage_id = p.id AND t.coder = ?1) AS seconded FROM passages p "
)
# Decided by the coder that the first parameter is, on their own or as a second.
_OWN = "(own.decided_by = ?1 OR EXISTS (SELECT 1 FROM seconded t WHERE t.passage_id = own.id AND t.coder = ?1))"
# An own row that was made of a suggestion others decided has its score and reasons, also when its edges were moved since.
_OF_ONE_SUGGESTION = (
    'theirs.id <> own.id AND theirs.interview_id = own.interview_id AND theirs.start < own."end" AND own.start < theirs."end" '
    "AND theirs.origin = 'program' AND own.origin = 'program' AND theirs.score IS own.score AND theirs.reasons = own.reasons"
)


def own_view(study: Study, rows: Sequence[Passage]) -> list[Passage]:
    """Passages as the coder of the study would see them had nobody else worked on it.

    Passages that others marked by hand are left out; suggestions that others decided are undecided; others' codes are left out.
    """
    shown = _shown(study, sorted({row.interview for row in rows}))
    codes = _own_codes(study, [row.id for row in rows])
    visible = []
    for row in rows:
        if row.id not in shown:
            continue
        if row.coder in ("", study.actor):
            visible.append(replace(row, codes=codes.get(row.id, ()), also_decided_by=()))
        elif study.actor in row.also_decided_by:
            visible.append(replace(row, coder=study.actor, codes=codes.get(row.id, ()), also_decided_by=()))
        elif row.id in codes:
            visible.append(replace(row, status="accepted", coder=study.actor, codes=codes[row.id], also_decided_by=()))
        else:
            visible.append(replace(row, status="suggested", coder="", codes=(), also_decided_by=()))
    return visible


def own_counts(study: Study) -> dict[str, Counter[str]]:
    """Count the passages of each status that the coder sees as ``own_view`` shows them, by interview."""
    keys = {row[0]: row[1] for row in study.rows("SELECT id, key FROM interviews")}
    counts: dict[str, Counter[str]] = {}
    for row in _shown_rows(study, list(keys.values())):
        own = row["seconded"] or row["coder"] in ("", study.actor)
        status = row["status"] if own else "accepted" if row["coded"] else "suggested"
        counts.setdefault(keys[row["interview_id"]], Counter())[status] += 1
    return counts


def _shown(study: Study, interviews: Sequence[str]) -> set[int]:
    return {row["id"] for row in _shown_rows(study, interviews)}


def _shown_rows(study: Study, interviews: Sequence[str]) -> list[Row]:
    """Return one passage for each place: the coder's own, else the undecided one, else a suggestion."""
    rows = study.rows(
        _PASSAGE_BY_CODER
        + "JOIN interviews i ON i.id = p.interview_id WHERE i.key IN (SELECT value FROM json_each(?2)) ORDER BY p.id",
        [study.actor, json.dumps(list(interviews))],
    )
    already_decided = _decided_suggestions(rows, study.actor)
    best: dict[tuple[int, int, int], tuple[int, int]] = {}
    by_hand = [row["id"] for row in rows if row["origin"] == "hand" and row["coder"] != study.actor]
    marked_by_others, own_marks = _made_by_hand(study, by_hand)
    for row in rows:
        if row["coder"] == study.actor or row["seconded"] or row["coded"]:
            rank = 0
        elif not row["coder"] and row["id"] not in marked_by_others:
            rank = 1
        elif row["id"] in own_marks or (row["origin"] == "program" and row["id"] not in already_decided):
            rank = 2
        else:
            continue
        place = (row["interview_id"], row["start"], row["end"])
        best[place] = min(best.get(place, (3, 0)), (rank, row["id"]))
    chosen = {passage for _, passage in best.values()}
    return [row for row in rows if row["id"] in chosen]


def _decided_suggestions(rows: Sequence[Row], coder: str) -> set[int]:
    """The passages of one suggestion with one that the coder decided on, as in ``_OF_ONE_SUGGESTION``."""
    groups: dict[tuple[int, float | None, str], list[Row]] = {}
    for row in rows:
        if row["origin"] == "program":
            groups.setdefault((row["interview_id"], row["score"], row["reasons"]), []).append(row)
    ids: set[int] = set()
    for group in groups.values():
        decided = [row for row in group if row["coder"] == coder or row["seconded"]]
        for own in decided if len(group) > 1 else ():
            start, end = own["start"], own["end"]
            ids.update(row["id"] for row in group if row["start"] < end and start < row["end"] and row is not own)
    return ids


def _made_by_hand(study: Study, ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which of some passages somebody else marked, and which the coder did, as far as the history goes."""
    if not ids:
        return set(), set()  # to look through the history takes long
    rows = study.rows(
        "SELECT r.row_id, h.actor = ?1 AS own, h.action IN ('mark', 'code') AS marked FROM history_rows r "
        "JOIN history h ON h.id = r.history_id WHERE r.table_name = 'passages' AND r.before IS NULL "
        "AND r.row_id IN (SELECT value FROM json_each(?2))",
        [study.actor, json.dumps(list(ids))],
    )
    # What one brought from a colleague's study, or from a project, is in the history as one's own too.
    return {row[0] for row in rows if not row["own"]}, {row[0] for row in rows if row["own"] and row["marked"]}


def _own_codes(study: Study, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The codes that the coder put on passages, by name."""
    names_by_passage: dict[int, tuple[str, ...]] = {}
    for passage, name in study.rows(
        "SELECT pc.passage_id, c.name FROM passage_codes pc JOIN codes c ON c.id = pc.code_id "
        "WHERE pc.coded_by = ? AND pc.passage_id IN (SELECT value FROM json_each(?)) ORDER BY c.name",
        [study.actor, json.dumps(list(ids))],
    ):
        names_by_passage[passage] = (*names_by_passage.get(passage, ()), name)
    return names_by_passage


def coded_by_own(study: Study, ids: Sequence[int], code: str) -> list[int]:
    """Return which of some passages carry a code that the coder put there."""
    return [passage for passage, names in _own_codes(study, ids).items() if code in names]


def worked_on(study: Study, coder: str) -> set[int]:
    """The passages that somebody decided on, as the first or a second, or put codes on."""
    rows = study.rows(
        "SELECT id FROM passages WHERE decided_by = ?1 UNION SELECT passage_id FROM passage_codes WHERE coded_by = ?1 "
        "UNION SELECT passage_id FROM seconded WHERE coder = ?1",
        [coder],
    )
    return {row[0] for row in rows}


def own_rows(study: Study, ids: Sequence[int], status: PassageStatus | None = None) -> list[int]:
    """Return the coder's own passages in place of some passages, created where there are none (inside an action).

    What others decided gets a row of the coder's own beside it, and the coder's codes and words go there. To leave open what
    only others decided is nothing to do; to accept what one's own code is on already, or to repeat one's own decision, neither.
    """
    return list(dict.fromkeys(own for passage in ids for own in _own_row(study, passage, status)))


def _own_row(study: Study, passage: int, status: PassageStatus | None) -> list[int]:
    row = study.row(_PASSAGE_BY_CODER + "WHERE p.id = ?2", [study.actor, passage])
    if row is None or row["coder"] in ("", study.actor):
        return [passage]  # the caller reports a passage that does not exist
    if row["seconded"] and row["status"] == status:
        return [passage]
    if row["coded"] and row["status"] == status == "accepted":
        return [passage]
    beside = study.row(
        "SELECT own.id, own.decided_by FROM passages own JOIN passages theirs ON theirs.interview_id = own.interview_id "
        'AND theirs.start = own.start AND theirs."end" = own."end" AND theirs.quote = own.quote '
        f"WHERE theirs.id = ?2 AND theirs.id <> own.id AND (own.decided_by IS NULL OR {_OWN}) "
        "ORDER BY own.decided_by IS NULL, own.decided_by <> ?1, own.id",
        [study.actor, passage],
    )
    if row["seconded"]:
        return _separated(study, passage, beside)
    if beside is not None and beside["decided_by"] not in (None, study.actor):
        return _own_row(study, beside["id"], status)
    if beside is None and status == "suggested" and not row["coded"]:
        return []
    return [_moved(study, passage, int(beside[0]) if beside is not None else _copied(study, passage))]


def _moved(study: Study, passage: int, own: int) -> int:
    """Bring what the coder wrote on a passage, and their codes, to their own row."""
    for table, writer in (("memos", "written_by"), ("job_statements", "written_by"), ("passage_codes", "coded_by")):
        study.execute(
            f"UPDATE OR IGNORE {table} SET passage_id = ? WHERE passage_id = ? AND {writer} = ?",
            [own, passage, study.actor],
        )
    return own


def _separated(study: Study, passage: int, beside: Row | None) -> list[int]:
    """The coder's own row with the decision they shared with somebody else, which is theirs alone then."""
    where = [passage, study.actor]
    if beside is not None and beside["decided_by"] not in (None, study.actor):
        beside = None
    own = int(beside["id"]) if beside is not None else _copied(study, passage)
    if beside is None or beside["decided_by"] is None:
        study.execute(
            "UPDATE passages SET (status, decided_by, decided_at) = (SELECT p.status, t.coder, t.at FROM seconded t "
            "JOIN passages p ON p.id = t.passage_id WHERE t.passage_id = ?1 AND t.coder = ?2) WHERE id = ?3",
            [*where, own],
        )
    study.execute("DELETE FROM seconded WHERE passage_id = ? AND coder = ?", where)
    return [_moved(study, passage, own)]


def _copied(study: Study, passage: int) -> int:
    """The same words again, undecided."""
    new_id = study.execute(
        'INSERT INTO passages (interview_id, speaker_id, start, "end", quote, status, origin, score, reasons, anchored) '
        "SELECT interview_id, speaker_id, start, \"end\", quote, 'suggested', origin, score, reasons, anchored "
        "FROM passages WHERE id = ?",
        [passage],
    ).lastrowid
    return int(new_id or 0)


def mark(study: Study, interview: str, start: int, end: int) -> int:
    """Mark a span by hand as the coder's own accepted passage (inside an action), whatever others decided; return its id."""
    same = _at(study, interview, start, end)
    if same is None:
        return passages.mark(study, interview, start, end)
    return _decided(study, same, "accepted")


def add_suggestion(
    study: Study, interview: str, start: int, end: int, status: PassageStatus, score: float, reasons: Sequence[str]
) -> int:
    """Store a window decided at once as the coder's own (inside an action), whatever others decided; return its id."""
    same = _at(study, interview, start, end)
    if same is None:
        return passages.add_suggestion(study, interview, start, end, status, score, reasons)
    return _decided(study, same, status)


def _at(study: Study, interview: str, start: int, end: int) -> int | None:
    """The passage at a place: the coder's own before one that is undecided, and that before others'."""
    row = study.row(
        "SELECT own.id FROM passages own JOIN interviews i ON i.id = own.interview_id "
        'WHERE i.key = ?2 AND own.start = ?3 AND own."end" = ?4 AND own.anchored = 1 '
        f"ORDER BY {_OWN} IS TRUE DESC, own.decided_by IS NULL DESC, own.id",
        [study.actor, interview, start, end],
    )
    return None if row is None else int(row[0])


def _decided(study: Study, passage: int, status: PassageStatus) -> int:
    own = own_rows(study, [passage], status)
    passages.decide(study, own, status)
    return own[0]


def leave_to_others(study: Study, ids: Sequence[int]) -> None:
    """Take the coder's undecided copies of suggestions that others decided out again, where nothing is on them."""
    doubled = study.rows(
        "SELECT own.id FROM passages own WHERE own.id IN (SELECT value FROM json_each(?)) "
        f"AND EXISTS (SELECT 1 FROM passages theirs WHERE theirs.decided_by IS NOT NULL AND {_OF_ONE_SUGGESTION})",
        [json.dumps(list(ids))],
    )
    for row in doubled:
        passages.drop_suggestions(study, "id = ?", row[0])
