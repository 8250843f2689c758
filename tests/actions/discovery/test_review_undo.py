"""Any review of the sample study: the study stays sound, and undo gives it back to the byte."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence, needs, review
from needsseg.actions.segments import lineage, segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.errors import NeedssegError
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, runs
from needsseg.study.segments import needs as stored_needs
from needsseg.study.segments import segments as stored
from needsseg.study.segments.candidates import NewCandidate, replace_candidates
from needsseg.study.segments.segments import Member
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.review_studies import members_by_segment

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def _any_review(study: Study, pick: random.Random) -> None:
    """One random verb of the review that may well be refused."""
    held = [passage.id for passage in passages.listing(study)]
    known = [row.id for row in evidence.listing(study)] or [1]
    some = pick.sample(held, k=min(len(held), pick.randint(1, 2)))
    one, other = pick.choice(held), pick.choice(held)

    def propose() -> None:
        lying = set().union(*members_by_segment(study).values())
        free = sorted(set(held) - constraints.decided_places(study).keys() - lying)
        kept = [row.id for row in evidence.listing(study) if row.status in stored.KEPT]
        with study.action("propose"):
            run = runs.latest(study)
            if run is not None and free and kept:
                put = {pick.choice(kept): [(passage, 0.5) for passage in pick.sample(free, k=min(2, len(free)))]}
                constraints.replace_proposals(study, run.id, put)

    put = [proposal.passage for proposal in constraints.proposals(study)]
    stated = [row.id for row in needs.listing(study)] or [99]
    choices: list[Callable[[], object]] = [
        propose,
        lambda: review.answer(study, one, pick.choice([*known, None])),
        lambda: review.answer(study, one, None, need=pick.choice(stated)),
        lambda: review.answer_new_need(study, one, pick.choice(["One", "Two", "Four"])),
        lambda: needs.edit(study, pick.choice(stated), pick.choice(["One", "Five"])),
        lambda: needs.drop(study, pick.choice(stated)),
        lambda: needs.move(study, pick.choice(stated), 1),
        lambda: needs.take(study, "segments"),
        lambda: _rerun(study, held),
        lambda: review.admit(study, put[:1] or some),
        lambda: review.decline(study, put[-1:] or some),
        lambda: review.together(study, one, other),
        lambda: review.apart(study, one, other),
        lambda: review.unpair(study, one, other),
        lambda: review.off_topic(study, some),
        lambda: review.on_topic(study, some),
        lambda: segments.make(study, pick.choice(["One", "Two", "Three"]), some),
        lambda: segments.move(study, some, pick.choice([*known, None])),
        lambda: segments.merge(study, pick.choice(known), [pick.choice(known)]),
        lambda: segments.split(study, pick.choice(known), some),
        lambda: segments.write_statement(study, pick.choice(known), pick.choice(["When …", ""])),
        lambda: segments.confirm(study, pick.choice(known), by="Maya", undecided=True),
        lambda: segments.reopen(study, pick.choice(known)),
        lambda: segments.set_aside(study, pick.choice(known)),
        lambda: passages.decide(study, some, pick.choice(["accepted", "rejected"])),
    ]
    pick.choice(choices)()


def _rerun(study: Study, held: list[int]) -> None:
    """What a run stores that finds two candidates in what nobody decided on, and those again that people answered for."""
    free = sorted(set(held) - constraints.decided_places(study).keys())
    standing = {row.id for row in evidence.listing(study) if row.status == "candidate"}
    answered = {m.passage: s for s, mine in stored.members(study).items() for m in mine if m.placed_by == "hand"}
    again = sorted({segment for segment in answered.values() if segment in standing})
    with study.action("discover"):
        run = runs.add(study, _some_run(), [(passage, -1, 0.0) for passage in held])
        parts = [free[::2], free[1::2]][: max(1, len(again))]
        replace_candidates(
            study,
            run,
            [
                NewCandidate(label, tuple(Member(p, 0.5, None, "run") for p in part), (), (), (), segment)
                for label, (part, segment) in enumerate(zip(parts, [*again, None, None], strict=False))
            ],
        )
        constraints.replace_proposals(study, run, {})  # as every run does: what an earlier one put forward is over
    left = {m.passage: s for s, mine in stored.members(study).items() for m in mine if m.placed_by == "hand"}
    assert left == answered, "a run moved what a person placed"
    assert set(again) <= {row.id for row in evidence.listing(study)}, "a candidate people answered for lost its number"


def _sound(study: Study) -> None:
    """What holds after every verb."""
    places = {member.passage for mine in stored.members(study).values() for member in mine}
    off = {row.passage for row in constraints.off_topic(study)}
    put = {proposal.passage for proposal in constraints.proposals(study)}
    assert not places & off, "off-topic and in a segment"
    assert not put & off, "off-topic and proposed"
    kept = {row.id for row in evidence.listing(study) if row.status in stored.KEPT}
    assert not put & {p for segment, mine in members_by_segment(study).items() if segment in kept for p in mine}
    for row in evidence.listing(study):
        if row.status == "confirmed":
            proof = stored.one(study, row.id).evidence
            assert proof is not None and {p["id"] for p in proof["passages"]} <= members_by_segment(study)[row.id]
        lineage.lineage(study, row.id)
    review.pairs(study)
    members = stored.members(study)
    where = {member.passage: segment for segment, mine in members.items() for member in mine}
    standing = {need.id: need.segment for need in stored_needs.listing(study)}
    for answer in stored_needs.answers(study):
        segment = answer.segment if answer.need is None else standing[answer.need] or where[answer.passage]
        assert where[answer.passage] == segment, "an answer says another place than the study"
    shown = [row.id for row in needs.listing(study)]
    assert len(shown) == len(set(shown))


def _named(study: Study) -> dict[int, tuple[str, str]]:
    return {row.id: (row.name, row.status) for row in evidence.listing(study) if row.status != "candidate"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.integers(5, 30))
def test_any_review_undone_leaves_the_study_as_it_was(
    seed: int, steps: int, tmp_path_factory: pytest.TempPathFactory, tables: Dump
) -> None:
    folder = tmp_path_factory.mktemp("review")
    (folder / "anna.txt").write_text(SHORT_TALK, encoding="utf-8")
    pick = random.Random(seed)
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [folder / "anna.txt"])
        ids = [passages.mark(study, "anna", start, start + 8) for start in range(47, 108, 10)]
        with study.action("run"):
            runs.add(study, _some_run(), [(passage, -1, 0.0) for passage in ids])
        states = [tables(study)]
        done = len(history.listing(study))
        for _ in range(steps):
            named = _named(study)
            try:
                _any_review(study, pick)
            except NeedssegError:
                assert tables(study) == states[-1], "a refused verb changed something"
            if len([entry for entry in history.listing(study) if entry.state == "done"]) - done >= len(states):
                states.append(tables(study))
            assert tables(study) == states[-1], "something changed without an entry"
            _sound(study)
            if history.listing(study, 1)[0].action == "answer":
                assert _named(study) == named, "an answer named something"
        for state in reversed(states[:-1]):
            history.undo(study)
            assert tables(study) == state
        assert studies.check(study) == []


def _some_run() -> dict[str, object]:
    return {
        "model": "none",
        "model_sha256": "none",
        "seed": 0,
        "parameters": {},
        "versions": {},
        "input_sha256": "none",
        "input_status": "accepted",
        "warnings": [],
    }
