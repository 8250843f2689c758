"""Decide passage by passage: answers, proposals, pairs, off-topic; every run keeps these decisions exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from needsseg.actions.coding.blind import own_off_topic, seen_coder, veiled
from needsseg.actions.discovery.passage_moves import applied_pairs
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs, passage_moves, segments
from needsseg.study.segments.constraints import PairKind
from needsseg.text import format_count


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two passages a person keeps together or apart; ``unused`` is the reason that runs ignore the pair, or empty."""

    first: Passage
    second: Passage
    kind: PairKind
    decided_by: str
    decided_at: str
    unused: str


def answer(study: Study, passage: int, segment: int | None, by: str = "", *, need: int | None = None) -> None:
    """Put a passage in a need in view, a candidate or a segment, or declare it off-topic; ``by`` names who decided.

    A candidate stays one and keeps its number in later runs; a confirmed segment stays confirmed.
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
    """State a new need and put a passage there, as one action; return the need's id."""
    with acting(study, by), study.action("answer") as action:
        need = needs.add(study, name, description)
        passage_moves.place_in_need(study, [passage], need)
        action.summary = f"put passage {passage} in the new need “{needs.one(study, need).name}”"
        return need


@contextmanager
def acting(study: Study, by: str) -> Iterator[None]:
    """Record decisions in this context under another name than the coder's."""
    before = study.actor, study.entered_by
    study.entered_by = study.person
    study.actor = by.strip() or before[0]
    try:
        yield
    finally:
        study.actor, study.entered_by = before


def admit(study: Study, ids: Sequence[int]) -> None:
    """Put proposed passages into the segments they are proposed to, also into confirmed ones."""
    with study.action("admit", f"admitted {_counted(ids)}"):
        by_segment: dict[int, list[int]] = {}
        for passage, segment in constraints.proposed_to(study, ids).items():
            by_segment.setdefault(segment, []).append(passage)
        for segment, passages_of in sorted(by_segment.items()):
            passage_moves.place(study, passages_of, segment)


def decline(study: Study, ids: Sequence[int]) -> None:
    """Decline proposals; no run proposes these passages to the same segment again."""
    with study.action("decline", f"declined {_counted(ids)}"):
        constraints.decline(study, ids)


def together(study: Study, first: int, second: int) -> None:
    """Keep two passages together, as of one need; raises UsageError naming the decision this would contradict."""
    with study.action("pair", f"keeps passages {first} and {second} together"):
        constraints.set_pair(study, first, second, "together")


def apart(study: Study, first: int, second: int) -> None:
    """Keep two passages apart, as of different needs; raises UsageError naming the decision this would contradict."""
    with study.action("pair", f"keeps passages {first} and {second} apart"):
        constraints.set_pair(study, first, second, "apart")


def unpair(study: Study, first: int, second: int) -> None:
    """Remove the decision that two passages are kept together or apart."""
    with study.action("unpair", f"leaves passages {first} and {second} unpaired"):
        constraints.remove_pair(study, first, second)


def pairs(study: Study) -> list[PairRow]:
    """List all pairs in the order they were decided; for a blind coder, only their own."""
    unused = {(pair.first, pair.second): reason for pair, reason in applied_pairs(study)[1]}
    coder = seen_coder(study)
    visible_pairs = [pair for pair in constraints.pairs(study) if coder in (None, pair.decided_by)]
    shown = passages.listing(study, ids=[p for pair in visible_pairs for p in (pair.first, pair.second)])
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
        for pair in visible_pairs
    ]


def off_topic(study: Study, ids: Sequence[int]) -> int:
    """Declare passages off-topic: they leave their segments, and runs leave them out; return how many are new."""
    with study.action("off-topic", f"says {_counted(ids)} off-topic") as action:
        fresh = constraints.set_off_topic(study, ids)
        action.summary = f"put {_counted(fresh)} aside as off-topic"
    return len(fresh)


def on_topic(study: Study, ids: Sequence[int]) -> int:
    """Make off-topic passages undecided again; return how many were off-topic."""
    with study.action("on-topic", f"left {_counted(ids)} open again"):
        passages.required(study, ids)
        return constraints.clear_off_topic(study, ids)


def off_topic_passages(study: Study) -> list[Passage]:
    """List the passages that a person declared off-topic; for a blind coder, only their own."""
    own = own_off_topic(study)
    ids = [row.passage for row in constraints.off_topic(study) if row.passage in own]
    return veiled(study, passages.listing(study, ids=ids))


def _counted(ids: Sequence[int]) -> str:
    return f"passage {ids[0]}" if len(ids) == 1 else format_count(len(ids), "passage")
