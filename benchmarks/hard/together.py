"""Several people who change one study at once, each taking back their own: nothing that was said to be done is lost."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hard.states import whole
from needsseg.actions.coding import memos, passages
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.errors import NeedssegError
from needsseg.records import PassageStatus
from needsseg.study.connection import Study

PEOPLE = ("anna", "bert", "carla", "dora")
STATUSES: tuple[PassageStatus, ...] = ("accepted", "rejected")
CODES = ("late", "unsure", "who has it")
SPAN = 12
"""Characters from one marked passage to the next."""
Held = dict[int, tuple[PassageStatus, frozenset[str], str]]
"""A person's passages by id: status, codes, memo."""


@dataclass(slots=True)
class Shared:
    """What came of it; ``lost`` counts passages that are not at the end as the person who did the work left them."""

    actions: int = 0
    undone: int = 0
    refused: list[str] = field(default_factory=list)
    lost: int = 0
    seconds: float = 0.0


def work_together(actions: int, people: int = 4, seed: int = 1) -> Shared:
    """So many processes with so many actions each on one study."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="needsseg-together-") as folder:
        talk = Path(folder) / "talk.txt"
        talk.write_text("Mai: " + "some words " * (actions * people * SPAN // 11 + 10) + "\n", encoding="utf-8")
        path = Path(folder) / "study.db"
        with studies.init(path) as study:
            importing.import_transcripts(study, [talk])
        with multiprocessing.get_context("fork").Pool(people) as pool:
            told = pool.starmap(_work, [(path, number, actions, seed) for number in range(people)])
        whole(path)
        total = Shared(seconds=time.perf_counter() - began)
        with studies.open_study(path) as study:
            at_the_end = {passage.id: passage for passage in passages.listing(study)}
            written = {
                (row[0], row[1]): row[2] for row in study.rows("SELECT passage_id, written_by, words FROM memos")
            }
        for number, (each, held) in enumerate(told):
            total.actions += each.actions
            total.undone += each.undone
            total.refused += each.refused
            for id_, (status, codes, memo) in held.items():
                now = at_the_end.pop(id_, None)
                kept = now is not None and (now.status, frozenset(now.codes)) == (status, codes)
                total.lost += not kept or written.get((id_, PEOPLE[number]), "") != memo
        total.lost += len(at_the_end)
    return total


def _work(path: Path, number: int, actions: int, seed: int) -> tuple[Shared, Held]:
    """One person's actions, and what their passages must be at the end."""
    pick, told = random.Random(f"{seed} {number}"), Shared()  # noqa: S311  # repeatable, not secret
    held: Held = {}
    before: list[Held] = []
    with studies.open_study(path) as study:
        study.actor = PEOPLE[number]
        for step in range(actions):
            try:
                if before and pick.random() < 0.1:
                    history.undo(study)
                    held = before.pop()
                    told.undone += 1
                else:
                    changed = _act(study, pick, held, (number * actions + step) * SPAN + 5)
                    if changed != held:
                        before.append(held)
                    held = changed
                told.actions += 1
            except NeedssegError as error:
                # What others go on from, such as a code that they use too, is not taken back alone.
                if "cannot be undone alone" not in error.message:
                    told.refused.append(error.message)
    return told, held


def _act(study: Study, pick: random.Random, held: Held, start: int) -> Held:
    """Marks a passage, or decides on, codes or notes one that is this person's; what they hold then."""
    kind = pick.choice(["mark", "mark", "decide", "code", "memo"])
    if kind == "mark" or not held:
        return held | {passages.mark(study, "talk", start, start + 8): ("accepted", frozenset(), "")}
    one = pick.choice(list(held))
    status, codes, memo = held[one]
    if kind == "decide":
        # Never back to undecided: that takes away what was marked by hand.
        status = pick.choice(STATUSES)
        passages.decide(study, [one], status)
    elif kind == "code" and status == "accepted":
        code = pick.choice(CODES)
        passages.code(study, [one], code)
        codes |= {code}
    else:
        memo = f"note {pick.randrange(1000)}"
        memos.write(study, "passage", one, memo)
    return held | {one: (status, codes, memo)}
