"""Deciding passage by passage: answers, proposals admitted or declined, pairs, off-topic; all kept exactly by every run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from needsseg.actions.coding.blind import own_off_topic, seen_coder, veiled
from needsseg.actions.discovery.passage_moves import pairs_that_hold
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, passage_moves, segments
from needsseg.study.segments.constraints import PairKind
from needsseg.text import format_count


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two passages a person keeps together or apart; ``unused`` says why runs do not obey it, empty where they do."""

    first: Passage
    second: Passage
    kind: PairKind
    decided_by: str
    decided_at: str
    unused: str


def answer(study: Study, passage: int, segment: int | None, by: str = "", *, need: int | None = None) -> None:
    """Puts a passage in a need in view, a candidate or a segment, or says that it fits none; ``by`` is who says so.

    A candidate stays one, and keeps its number in later runs; a confirmed segment takes the passage without being reopened.
    """
    with acting(study, by):
        if segment is None and need is None:
            off_topic(study, [passage])
            return
        with study.action("answer") as action:
            if need is not None:
                action.summary = f"put passage {passage} in the need “{needs.one(study, need).name}”"
                passage_moves.place_in_need(study, [passage], need)
            elif segment is not None:
                action.summary = f"put passage {passage} in “{segments.one(study, segment).name}”"
                passage_moves.place(study, [passage], segment)


def answer_new_need(study: Study, passage: int, name: str, description: str = "", by: str = "") -> int:
    """States a need that a passage speaks of and puts the passage there, as one action; the need's id."""
    with acting(study, by), study.action("answer") as action:
        need = needs.add(study, name, description)
        passage_moves.place_in_need(study, [passage], need)
        action.summary = f"put passage {passage} in the new need “{needs.one(study, need).name}”"
        return need


@contextmanager
def acting(study: Study, by: str) -> Iterator[None]:
    """Writes another name than the coder's beside what is decided meanwhile."""
    before = study.actor, study.entered_by
    study.entered_by = study.person
    study.actor = by.strip() or before[0]
    try:
        yield
    finally:
        study.actor, study.entered_by = before


def admit(study: Study, ids: Sequence[int]) -> None:
    """Puts proposed passages into the segments they are proposed to, also into confirmed ones."""
    with study.action("admit", f"admitted {_counted(ids)}"):
        by_segment: dict[int, list[int]] = {}
        for passage, segment in constraints.proposed_to(study, ids).items():
            by_segment.setdefault(segment, []).append(passage)
        for segment, mine in sorted(by_segment.items()):
            passage_moves.place(study, mine, segment)


def decline(study: Study, ids: Sequence[int]) -> None:
    """Takes proposals back; no run proposes these passages to the same segment again."""
    with study.action("decline", f"declined {_counted(ids)}"):
        constraints.decline(study, ids)


def together(study: Study, first: int, second: int) -> None:
    """Says that two passages speak of one need; raises UsageError naming the decision this would contradict."""
    with study.action("pair", f"keeps passages {first} and {second} together"):
        constraints.set_pair(study, first, second, "together")


def apart(study: Study, first: int, second: int) -> None:
    """Says that two passages speak of different needs; raises UsageError naming the decision this would contradict."""
    with study.action("pair", f"keeps passages {first} and {second} apart"):
        constraints.set_pair(study, first, second, "apart")


def unpair(study: Study, first: int, second: int) -> None:
    """Takes back that two passages are kept together or apart."""
    with study.action("unpair", f"leaves passages {first} and {second} unpaired"):
        constraints.remove_pair(study, first, second)


def pairs(study: Study) -> list[PairRow]:
    """All pairs, as they were decided; a blind coder's own alone."""
    unused = {(pair.first, pair.second): why for pair, why in pairs_that_hold(study)[1]}
    coder = seen_coder(study)
    held = [pair for pair in constraints.pairs(study) if coder in (None, pair.decided_by)]
    shown = passages.listing(study, ids=[p for pair in held for p in (pair.first, pair.second)])
    quotes = {p.id: p for p in veiled(study, shown)}
    return [
        PairRow(
            quotes[pair.first],
            quotes[pair.second],
            pair.kind,
            pair.decided_by,
            pair.decided_at,
            unused.get((pair.first, pair.second), ""),
        )
        for pair in held
    ]


def off_topic(study: Study, ids: Sequence[int]) -> int:
    """Says that passages speak of no need: they leave their segments, and no run puts them anywhere; how many are new."""
    with study.action("off-topic", f"says {_counted(ids)} off-topic") as action:
        fresh = constraints.set_off_topic(study, ids)
        action.summary = f"put {_counted(fresh)} aside as off-topic"
    return len(fresh)


def on_topic(study: Study, ids: Sequence[int]) -> int:
    """Leaves passages open again; how many were off-topic."""
    with study.action("on-topic", f"left {_counted(ids)} open again"):
        passages.required(study, ids)
        return constraints.clear_off_topic(study, ids)


def off_topic_passages(study: Study) -> list[Passage]:
    """Passages that a person said speak of no need; a blind coder's own alone."""
    own = own_off_topic(study)
    ids = [row.passage for row in constraints.off_topic(study) if row.passage in own]
    return veiled(study, passages.listing(study, ids=ids))


def _counted(ids: Sequence[int]) -> str:
    return f"passage {ids[0]}" if len(ids) == 1 else format_count(len(ids), "passage")
