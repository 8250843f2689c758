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
    """Joins who put which code on which passage: the same mark of the same coder is one."""
    for row in other.rows("SELECT * FROM passage_codes ORDER BY id"):
        made = study.execute(
            "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (passage_id, code_id, coded_by) DO NOTHING",
            [joined.passages[row["passage_id"]], joined.codes[row["code_id"]], row["coded_by"], row["coded_at"]],
        ).rowcount
        joined.counted["marks" if made else "marks_joined"] += 1


def both(ours: str, theirs: str) -> str:
    """Two texts of one writer as one that holds all of either: a part that is new stands below a line."""
    held = ours.split(LINE) if ours else []
    fresh = [part for part in theirs.split(LINE) if part and part not in held]
    return LINE.join([*held, *dict.fromkeys(fresh)])


def join_memos(study: Study, other: Study, joined: Joined) -> None:
    """Joins memos by what they are about and who wrote them."""
    known = {"passage_id": joined.passages, "interview_id": joined.interviews, "code_id": joined.codes}
    for row in other.rows("SELECT * FROM memos ORDER BY id"):
        about = next(column for column in known if row[column] is not None)
        target = known[about][row[about]]
        held = study.row(f"SELECT * FROM memos WHERE {about} = ? AND written_by = ?", [target, row["written_by"]])
        if held is None:
            values = {"words": row["words"], "written_by": row["written_by"], "written_at": row["written_at"]}
            study.insert("memos", {about: target} | values)
            joined.counted["memos"] += 1
        elif (words := both(held["words"], row["words"])) != held["words"]:
            study.execute(
                "UPDATE memos SET words = ?, written_at = ? WHERE id = ?",
                [words, max(held["written_at"], row["written_at"]), held["id"]],
            )
            joined.counted["memos_continued"] += 1


def join_statements(study: Study, other: Study, joined: Joined) -> None:
    """Joins job statements by passage and writer, part by part."""
    for row in other.rows("SELECT * FROM job_statements ORDER BY id"):
        passage = joined.passages[row["passage_id"]]
        where = [passage, row["written_by"]]
        held = study.row("SELECT * FROM job_statements WHERE passage_id = ? AND written_by = ?", where)
        if held is None:
            about = {"passage_id": passage, "written_by": row["written_by"], "written_at": row["written_at"]}
            study.insert("job_statements", about | {part: row[part] for part in PARTS})
            joined.counted["statements"] += 1
            continue
        words = [both(held[part], row[part]) for part in PARTS]
        if words != [held[part] for part in PARTS]:
            study.execute(
                f"UPDATE job_statements SET {', '.join(f'{part} = ?' for part in PARTS)}, written_at = ? WHERE id = ?",
                [*words, max(held["written_at"], row["written_at"]), held["id"]],
            )
            joined.counted["statements_continued"] += 1


def join_off_topic(study: Study, other: Study, joined: Joined) -> None:
    """Joins what was said to speak of no need; a passage that a person here keeps in a segment stays there."""
    placed = constraints.placements(study)
    for row in constraints.off_topic(other):
        passage = joined.passages[row.passage]
        lies = placed.get(passage)
        if lies is None:
            constraints.set_off_topic(study, [passage])
            study.execute(
                "UPDATE off_topic SET decided_by = ?, decided_at = ? WHERE passage_id = ?",
                [row.decided_by, row.decided_at, passage],
            )
            placed[passage] = (None, "")
            joined.counted["off_topic"] += 1
        elif lies[0] is not None:
            joined.left.append(f"Passage {passage} lies in “{lies[1]}” here; {row.decided_by} says it is off-topic.")


def join_needs(study: Study, other: Study, joined: Joined) -> None:
    """Joins needs in view by name, and answers that name them; what a person here put in another place stays there."""
    placed = constraints.placements(study)
    for need in needs.listing(other):
        held = needs.called(study, need.name)
        if held is None:
            try:
                ours = needs.add(study, need.name, need.description)
            except UsageError as error:
                joined.left.append(f"The need “{need.name}” was not taken: {error.message}")
                continue
            study.execute(
                "UPDATE needs SET stated_by = ?, stated_at = ? WHERE id = ?", [need.stated_by, need.stated_at, ours]
            )
            joined.counted["needs"] += 1
        elif need.description and need.description != held.description:
            if not held.description:
                needs.edit(study, held.id, held.name, need.description)
                joined.counted["needs"] += 1
            else:
                joined.left.append(f"The need “{held.name}” is described in other words by {need.stated_by}.")
    names = {need.id: need.name for need in needs.listing(other)}
    for answer in needs.answers(other):
        passage = joined.passages.get(answer.passage)
        ours_need = needs.called(study, names.get(answer.need or 0, ""))
        if passage is None or ours_need is None:
            continue
        if (lies := placed.get(passage)) is None:
            try:
                passage_moves.place_in_need(study, [passage], ours_need.id)
            except UsageError as error:
                joined.left.append(f"{answer.answered_by} puts {passage} in “{ours_need.name}”: {error.message}")
                continue
            study.execute(
                "UPDATE answers SET answered_by = ?, answered_at = ? WHERE passage_id = ?",
                [answer.answered_by, answer.answered_at, passage],
            )
            joined.counted["answers"] += 1
        elif lies[0] is None or lies[0] != ours_need.segment:
            where = f"lies in “{lies[1]}”" if lies[0] is not None else "is off-topic"
            joined.left.append(
                f"Passage {passage} {where} here; {answer.answered_by} says it belongs to “{ours_need.name}”."
            )


def join_pairs(study: Study, other: Study, joined: Joined) -> None:
    """Joins passages kept together or apart; a pair that contradicts what was decided here is left out and told."""
    for row in constraints.pairs(other):
        first, second = joined.passages[row.first], joined.passages[row.second]
        if first == second:
            continue
        try:
            made = constraints.set_pair(study, first, second, row.kind)
        except UsageError as error:
            joined.left.append(f"{row.decided_by} keeps {first} and {second} {row.kind}: {error.message}")
            continue
        if made:
            study.execute(
                "UPDATE passage_pairs SET decided_by = ?, decided_at = ? WHERE first_id = ? AND second_id = ?",
                [row.decided_by, row.decided_at, *sorted((first, second))],
            )
            joined.counted["pairs"] += 1
