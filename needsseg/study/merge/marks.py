"""The rest of a merge: who put which code where, memos, job statements, off-topic, needs and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.errors import UsageError
from needsseg.study.merge.merge import Joined
from needsseg.study.segments import constraints, needs, passage_moves

if TYPE_CHECKING:
    from needsseg.study.connection import Study

LINE = "\n\n———\n\n"
"""Stands between the words of one writer that differ in two studies."""
PARTS = ("situation", "motivation", "outcome", "pain", "workaround")


def join_codings(study: Study, other: Study, joined: Joined) -> None:
    """Join who put which code on which passage: the same mark of the same coder is one."""
    for row in other.rows("SELECT * FROM passage_codes ORDER BY id"):
        inserted = study.execute(
            "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (passage_id, code_id, coded_by) DO NOTHING",
            [joined.passages[row["passage_id"]], joined.codes[row["code_id"]], row["coded_by"], row["coded_at"]],
        ).rowcount
        joined.counted["marks" if inserted else "marks_joined"] += 1


def both(ours: str, theirs: str) -> str:
    """Return two texts of one writer as one with the content of either: a new part follows below a line."""
    our_parts = ours.split(LINE) if ours else []
    new_parts = [part for part in theirs.split(LINE) if part and part not in our_parts]
    return LINE.join([*our_parts, *dict.fromkeys(new_parts)])


def join_memos(study: Study, other: Study, joined: Joined) -> None:
    """Join memos by what they are about and who wrote them."""
    joined_ids = {"passage_id": joined.passages, "interview_id": joined.interviews, "code_id": joined.codes}
    for row in other.rows("SELECT * FROM memos ORDER BY id"):
        about = next(column for column in joined_ids if row[column] is not None)
        target = joined_ids[about][row[about]]
        existing = study.row(f"SELECT * FROM memos WHERE {about} = ? AND written_by = ?", [target, row["written_by"]])
        if existing is None:
            values = {"words": row["words"], "written_by": row["written_by"], "written_at": row["written_at"]}
            study.insert("memos", {about: target} | values)
            joined.counted["memos"] += 1
        elif (words := both(existing["words"], row["words"])) != existing["words"]:
            study.execute(
                "UPDATE memos SET words = ?, written_at = ? WHERE id = ?",
                [words, max(existing["written_at"], row["written_at"]), existing["id"]],
            )
            joined.counted["memos_continued"] += 1


def join_statements(study: Study, other: Study, joined: Joined) -> None:
    """Join job statements by passage and writer, part by part."""
    for row in other.rows("SELECT * FROM job_statements ORDER BY id"):
        passage = joined.passages[row["passage_id"]]
        where = [passage, row["written_by"]]
        existing = study.row("SELECT * FROM job_statements WHERE passage_id = ? AND written_by = ?", where)
        if existing is None:
            about = {"passage_id": passage, "written_by": row["written_by"], "written_at": row["written_at"]}
            study.insert("job_statements", about | {part: row[part] for part in PARTS})
            joined.counted["statements"] += 1
            continue
        words = [both(existing[part], row[part]) for part in PARTS]
        if words != [existing[part] for part in PARTS]:
            study.execute(
                f"UPDATE job_statements SET {', '.join(f'{part} = ?' for part in PARTS)}, written_at = ? WHERE id = ?",
                [*words, max(existing["written_at"], row["written_at"]), existing["id"]],
            )
            joined.counted["statements_continued"] += 1


def join_off_topic(study: Study, other: Study, joined: Joined) -> None:
    """Join what was said to speak of no need; a passage that a person here keeps in a segment stays there."""
    places = constraints.decided_places(study)
    for row in constraints.off_topic(other):
        passage = joined.passages[row.passage]
        current_place = places.get(passage)
        if current_place is None:
            constraints.set_off_topic(study, [passage])
            study.execute(
                "UPDATE off_topic SET decided_by = ?, decided_at = ? WHERE passage_id = ?",
                [row.decided_by, row.decided_at, passage],
            )
            places[passage] = (None, "")
            joined.counted["off_topic"] += 1
        elif current_place[0] is not None:
            joined.conflicts.append(
                f"Passage {passage} lies in “{current_place[1]}” here; {row.decided_by} says it is off-topic."
            )


def join_needs(study: Study, other: Study, joined: Joined) -> None:
    """Join needs in view by name, and answers that name them; what a person here put in another place stays there."""
    places = constraints.decided_places(study)
    for need in needs.listing(other):
        existing = needs.called(study, need.name)
        if existing is None:
            try:
                ours = needs.add(study, need.name, need.description)
            except UsageError as error:
                joined.conflicts.append(f"The need “{need.name}” was not taken: {error.message}")
                continue
            study.execute(
                "UPDATE needs SET stated_by = ?, stated_at = ? WHERE id = ?", [need.stated_by, need.stated_at, ours]
            )
            joined.counted["needs"] += 1
        elif need.description and need.description != existing.description:
            if not existing.description:
                needs.edit(study, existing.id, existing.name, need.description)
                joined.counted["needs"] += 1
            else:
                joined.conflicts.append(f"The need “{existing.name}” is described in other words by {need.stated_by}.")
    names = {need.id: need.name for need in needs.listing(other)}
    for answer in needs.answers(other):
        passage = joined.passages.get(answer.passage)
        ours_need = needs.called(study, names.get(answer.need or 0, ""))
        if passage is None or ours_need is None:
            continue
        if (current_place := places.get(passage)) is None:
            try:
                passage_moves.place_in_need(study, [passage], ours_need.id)
            except UsageError as error:
                joined.conflicts.append(f"{answer.answered_by} puts {passage} in “{ours_need.name}”: {error.message}")
                continue
            study.execute(
                "UPDATE answers SET answered_by = ?, answered_at = ? WHERE passage_id = ?",
                [answer.answered_by, answer.answered_at, passage],
            )
            joined.counted["answers"] += 1
        elif current_place[0] is None or current_place[0] != ours_need.segment:
            where = f"lies in “{current_place[1]}”" if current_place[0] is not None else "is off-topic"
            joined.conflicts.append(
                f"Passage {passage} {where} here; {answer.answered_by} says it belongs to “{ours_need.name}”."
            )


def join_pairs(study: Study, other: Study, joined: Joined) -> None:
    """Join passages kept together or apart; a pair that contradicts a decision here is left out and reported."""
    for row in constraints.pairs(other):
        first, second = joined.passages[row.first], joined.passages[row.second]
        if first == second:
            continue
        try:
            is_new = constraints.set_pair(study, first, second, row.kind)
        except UsageError as error:
            joined.conflicts.append(f"{row.decided_by} keeps {first} and {second} {row.kind}: {error.message}")
            continue
        if is_new:
            study.execute(
                "UPDATE passage_pairs SET decided_by = ?, decided_at = ? WHERE first_id = ? AND second_id = ?",
                [row.decided_by, row.decided_at, *sorted((first, second))],
            )
            joined.counted["pairs"] += 1
