"""Review: decisions count in every run and are undone to the byte; evidence, questions, comparisons on the sample study."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.actions.discovery import comparing, discovery, evidence, needs, previews, questions, review, sensitivity
from needsseg.actions.discovery.questions import recluster
from needsseg.actions.segments import lineage, segment_accounts, segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.errors import DiscoveryError, NeedssegError, NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.file import erasing
from needsseg.study.segments import constraints, runs
from needsseg.study.segments import needs as stored_needs
from needsseg.study.segments import segments as stored
from needsseg.study.segments.candidates import NewCandidate, replace_candidates
from needsseg.study.segments.segments import Member
from tests.fixtures.built_studies import BuiltStudies
from tests.fixtures.samples import INTERVIEWS, SHORT_TALK
from tests.fixtures.wording import (
    ADDED_SINCE,
    CAME_FROM,
    CONFIRM_AGAIN,
    CONFIRMED_AGAIN,
    FOUND_IN_RUN,
    FROM_NO_SEGMENT,
    INTO_ITSELF,
    KEPT_APART,
    MERGED_IN,
    NAMED_SO,
    NO_NEED,
    NO_RUNS,
    NO_VECTOR,
    NOTHING_CHANGED,
    SPLIT_OFF,
    STAYS,
    WAS_CONFIRMED,
    WAS_REOPENED,
    WENT_TO,
    mentions,
    refuses,
    says,
)

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]
NEWCOMER = "tom-ashdown"


@pytest.fixture(scope="session")
def found_folder(demo_folder: Path, built_studies: BuiltStudies) -> Path:
    """The sample study as the run left it: candidates that nobody touched."""

    def go_back(folder: Path) -> None:
        shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            _start_over(study)

    return built_studies.get("found", go_back)


@pytest.fixture
def found(found_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the sample study as the run left it."""
    copy = tmp_path / "found"
    shutil.copytree(found_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def grown_folder(found_folder: Path, built_studies: BuiltStudies) -> Path:
    """Candidates of seventeen interviews named, the largest confirmed; then the eighteenth came and a second run.

    What is embedded lies in the cache, so no model is loaded.
    """

    def grow(folder: Path) -> None:
        shutil.copytree(found_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            importing.remove_interview(study, NEWCOMER)
            discovery.discover(study)
            for number, row in enumerate(evidence.listing(study)):
                segments.rename(study, row.id, f"Need {number + 1}")
            segments.confirm(study, evidence.listing(study)[0].id, by="Maya", undecided=True)
            importing.import_transcripts(study, [next(INTERVIEWS.glob(f"{NEWCOMER}.*"))])
            passages.suggest(study, [NEWCOMER])
            discovery.discover(study)

    return built_studies.get("grown", grow)


@pytest.fixture
def grown(grown_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of the study that has grown."""
    copy = tmp_path / "grown"
    shutil.copytree(grown_folder, copy)
    with studies.open_study(copy / "needsseg.db") as opened:
        yield opened


def _start_over(study: Study) -> None:
    """Back to the candidates as the run left them."""
    while next(entry for entry in history.listing(study) if entry.state == "done").action != "discover":
        history.undo(study, anyones=True)


def _members(study: Study) -> dict[int, set[int]]:
    return {segment: {member.passage for member in mine} for segment, mine in stored.members(study).items()}


def test_new_interviews_are_put_to_what_people_keep_and_marked_new(grown: Study) -> None:
    kept = {row.id for row in evidence.listing(grown) if row.status in stored.KEPT}
    new = {p.id for p in passages.listing(grown, NEWCOMER)}
    put = constraints.proposals(grown)
    assert put and {proposal.segment for proposal in put} <= kept
    placed = set().union(*(mine for segment, mine in _members(grown).items() if segment in kept))
    assert not placed & {proposal.passage for proposal in put}
    assert not placed & new, "nothing joins a kept segment by itself"
    for segment in sorted({proposal.segment for proposal in put}):
        shown = evidence.evidence(grown, segment)
        theirs = {p.id for p, _ in shown.proposed}
        assert shown.new == theirs & new
        assert shown.summary.proposed == len(theirs)


def test_the_same_run_twice_gives_the_same(grown: Study) -> None:
    def result() -> tuple[object, ...]:
        report = discovery.discover(grown)
        state = [(row.name, row.status, row.size, row.proposed) for row in evidence.listing(grown)]
        put = [(p.passage, p.segment, p.strength) for p in constraints.proposals(grown)]
        return (state, put, report.proposed_to, report.warnings, runs.labels(grown, report.run))

    assert result() == result()


def test_admitting_needs_no_reopening_and_asks_for_a_new_confirmation(grown: Study) -> None:
    made = next(row for row in evidence.listing(grown) if row.status == "confirmed")
    loose = previews.left_over(grown)
    chosen = [p.passage for p in constraints.proposals(grown, made.id)] or [
        row.passage.id for row in loose if not row.off_topic
    ]
    with grown.action("propose"):
        constraints.replace_proposals(grown, 2, {made.id: [(passage, 0.5) for passage in chosen[:3]]})
    chosen = chosen[:3]
    review.admit(grown, chosen[:2])
    row = next(row for row in evidence.listing(grown) if row.id == made.id)
    assert (row.status, row.size, row.added, row.proposed) == ("confirmed", made.size + 2, 2, len(chosen) - 2)
    assert says(row.warnings[0], 2, ADDED_SINCE, CONFIRM_AGAIN)
    segments.confirm(grown, made.id, by="Ada", undecided=True)
    again = stored.one(grown, made.id)
    assert again.confirmed_by == "Ada" and again.evidence is not None
    assert {p["id"] for p in again.evidence["passages"]} == _members(grown)[made.id]
    assert not any(mentions(warning, CONFIRM_AGAIN) for warning in again.evidence["warnings"])
    with refuses(UsageError, made.name, WAS_CONFIRMED, "Ada", NOTHING_CHANGED):
        segments.confirm(grown, made.id, undecided=True)
    came, anew = [event.what for event in lineage.lineage(grown, made.id)][-2:]
    assert says(came, 2, FROM_NO_SEGMENT) and says(anew, CONFIRMED_AGAIN)


def test_a_declined_passage_is_not_proposed_there_again(grown: Study) -> None:
    first = constraints.proposals(grown)[0]
    review.decline(grown, [first.passage])
    assert first.passage not in {proposal.passage for proposal in constraints.proposals(grown)}
    discovery.discover(grown)
    assert (first.passage, first.segment) not in {(p.passage, p.segment) for p in constraints.proposals(grown)}
    review.answer(grown, first.passage, first.segment)
    assert constraints.declined(grown) == [], "a person may think again"


def test_off_topic_and_pairs_hold_in_the_next_run(found: Study) -> None:
    rows = evidence.listing(found)
    one, other = (evidence.evidence(found, row.id) for row in rows[:2])
    off = one.passages[0][0].id
    joined = (one.passages[1][0].id, other.passages[1][0].id)
    parted = (one.passages[2][0].id, one.passages[3][0].id)
    review.off_topic(found, [off])
    assert evidence.listing(found)[0].status == "candidate", "a candidate that loses a passage stays one"
    review.together(found, *joined)
    review.apart(found, *parted)
    report = discovery.discover(found)
    labels = runs.labels(found, report.run)
    assert labels[off] == -1 and off not in set().union(*_members(found).values())
    assert labels[joined[0]] == labels[joined[1]]
    assert labels[parted[0]] != labels[parted[1]] or labels[parted[0]] == -1
    assert runs.one(found, report.run).parameters["passages_decided"] == 1


def test_a_place_that_contradicts_a_pair_wins_and_the_run_says_so(found: Study) -> None:
    row = evidence.listing(found)[0]
    first, second = sorted(p.id for p, _ in evidence.evidence(found, row.id).passages[:2])
    review.apart(found, first, second)
    segments.rename(found, row.id, "Kept")
    report = discovery.discover(found)
    assert any(mentions(warning, first, second, KEPT_APART, "Kept") for warning in report.warnings)
    assert runs.labels(found, report.run)[first] == runs.labels(found, report.run)[second]
    assert [pair.unused for pair in review.pairs(found)], "the pair itself is the person's and stays"


def test_questions_are_asked_until_they_are_answered(found: Study) -> None:
    asked = questions.next_question(found)
    assert (
        asked is not None and asked.reason and asked.choices[-1].name == NO_NEED and asked.choices[-1].segment is None
    )
    assert [choice.segment for choice in asked.choices[:-1]] == [row.id for row in evidence.listing(found)]
    assert not any(row.name in asked.reason for row in evidence.listing(found)), "why it is asked gives no guess away"
    later = questions.next_question(found, skip=[asked.passage.id])
    assert later is not None and later.passage.id != asked.passage.id
    assert [(c.key, c.name) for c in later.choices] == [(c.key, c.name) for c in asked.choices], "keys stay"
    review.answer(found, asked.passage.id, None, by="Ada")
    assert history.listing(found)[0].actor == "Ada" and found.actor == "tester"
    second = questions.next_question(found)
    assert second is not None and second.undecided == asked.undecided - 1 and second.passage.id != asked.passage.id
    target = second.choices[0].segment
    review.answer(found, second.passage.id, target)
    row = next(row for row in evidence.listing(found) if row.id == target)
    assert row.status == "candidate" and second.passage.id in _members(found)[row.id], "an answer names nothing"
    third = questions.next_question(found)
    assert third is not None and third.passage.id not in (asked.passage.id, second.passage.id)
    review.answer(found, third.passage.id, target)
    before = history.listing(found)
    review.answer(found, third.passage.id, target)
    assert history.listing(found) == before, "the same answer again is no action"


def test_a_question_needs_a_run_and_its_models_vectors(talk: Study, found: Study) -> None:
    for ask in (questions.next_question, comparing.needs_map, sensitivity.sensitivity):
        with refuses(NotFoundError, NO_RUNS, "needsseg discover"):
            ask(talk)
    with found.action("another model"):
        found.execute("UPDATE runs SET model_sha256 = 'other'")
    for ask in (questions.next_question, comparing.needs_map, sensitivity.sensitivity):
        with refuses(DiscoveryError, "345 of 345", NO_VECTOR, "needsseg discover"):
            ask(found)
    row = evidence.listing(found)[0]
    with refuses(DiscoveryError, row.size, NO_VECTOR, "needsseg discover"):
        previews.proposed_split(found, row.id)
    shown = evidence.evidence(found, row.id)
    assert (shown.edge, shown.rival, shown.evenness) == (None, None, None) and shown.without_vectors
    assert shown.stated and shown.voices
    assert previews.merge_preview(found, row.id, evidence.listing(found)[1].id).nearness is None
    assert {left.nearness for left in previews.left_over(found)} == {None}


def test_evidence_is_what_was_said_where_it_was_said(found: Study) -> None:
    from needsseg.actions.transcripts import interviews

    for row in evidence.listing(found):
        shown = evidence.evidence(found, row.id)
        mine = {p.id for p, _ in shown.passages}
        assert shown.stated, "people speak of jobs here"
        for part in shown.stated:
            text = interviews.show(found, part.interview).text
            assert text[part.start : part.end] == part.text and part.passage in mine
        assert shown.edge and {p.id for p in shown.edge} <= mine
        assert shown.rival is not None and shown.rival.segment != row.id
        assert shown.evenness is not None and 0 <= shown.evenness <= 1
        assert shown.evenness_word and not shown.summary.firmness and shown.summary.stability is None, "not tested yet"
    behind = segment_accounts.accounts_by_segment(found)
    assert behind == {}, "no account data yet in this state of the study"


def test_accounts_behind_a_segment(demo_study: Study) -> None:
    behind = segment_accounts.accounts_by_segment(demo_study)
    assert set(behind) == {row.id for row in evidence.listing(demo_study)}
    for one in behind.values():
        assert 0 < one.priced <= len(one.accounts) <= one.participants
        assert one.amount and one.as_of is not None and one.arr is None, (
            "the column is called amount: per what is not said"
        )


def test_two_halves_and_two_sides_change_nothing(found: Study, tables: Dump) -> None:
    before = tables(found)
    rows = evidence.listing(found)
    proposed = previews.proposed_split(found, rows[0].id)
    ids = [{p.id for p in part} for part in (proposed.larger, proposed.smaller)]
    assert not ids[0] & ids[1] and ids[0] | ids[1] == _members(found)[rows[0].id] and len(ids[0]) >= len(ids[1]) > 0
    sides = previews.merge_preview(found, rows[0].id, rows[1].id)
    assert (sides.first.id, sides.second.id) == (rows[0].id, rows[1].id)
    assert sides.nearness is not None and sides.first_words
    with refuses(UsageError, f"Segment {rows[0].id}", INTO_ITSELF, hint=False):
        previews.merge_preview(found, rows[0].id, rows[0].id)
    assert tables(found) == before


def test_what_is_left_over_is_in_no_segment(found: Study) -> None:
    placed = set().union(*_members(found).values())
    left = previews.left_over(found)
    assert len(left) + len(placed) == 345 and not placed & {row.passage.id for row in left}
    review.off_topic(found, [left[0].passage.id])
    last = previews.left_over(found)[-1]
    assert last.off_topic and last.passage.id == left[0].passage.id


def test_the_map_holds_every_passage_of_the_run(grown: Study) -> None:
    review.off_topic(grown, [next(row.passage.id for row in previews.left_over(grown))])
    points = comparing.needs_map(grown)
    assert {p.passage for p in points} == set(runs.labels(grown, segments.runs(grown)[0].id))
    assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in points)
    assert {"confirmed", "named", "proposed", "off_topic"} <= {p.status for p in points}


def test_runs_are_compared_by_the_names_they_came_to(grown: Study) -> None:
    newest = segments.runs(grown)[0].id
    found = comparing.compare_runs(grown, newest - 1, newest)
    assert found.first_names[0] == "“Need 1”"
    assert any(mentions(sentence, "Need 1", STAYS) for sentence in found.sentences)
    assert found.comparison.only_second == len(passages.listing(grown, NEWCOMER))
    oldest = comparing.compare_runs(grown, 1, newest)
    assert all(mentions(name, f"candidate {n + 1}", "run 1") for n, name in oldest.first_names.items())
    with refuses(NotFoundError, "run 99", "needsseg runs"):
        comparing.compare_runs(grown, newest, 99)


def test_lineage_tells_who_did_what_and_outlives_a_forgotten_history(found: Study) -> None:
    one, two = (row.id for row in evidence.listing(found)[:2])
    segments.rename(found, one, "Keepers")
    segments.merge(found, one, [two])
    part = [p.id for p, _ in evidence.evidence(found, one).passages[:4]]
    new = segments.split(found, one, part, "Part")
    segments.move(found, part[:1], one)
    segments.describe(found, one, "never mind")
    history.undo(found)
    segments.confirm(found, one, by="Maya", undecided=True)
    segments.reopen(found, one)
    first, named, merged, went, came, confirmed, reopened = (event.what for event in lineage.lineage(found, one))
    assert says(first, FOUND_IN_RUN, "Candidate 1")
    assert says(named, NAMED_SO, "Keepers") and says(merged, MERGED_IN, "Candidate 2")
    assert says(went, 4, WENT_TO, "Part") and says(came, 1, CAME_FROM, "Part")
    assert (confirmed, reopened) == (WAS_CONFIRMED, WAS_REOPENED)
    split, left = (event.what for event in lineage.lineage(found, new))
    assert says(split, SPLIT_OFF, "Keepers", 4) and says(left, 1, WENT_TO, "Keepers")
    assert says(lineage.lineage(found, two)[-1].what, MERGED_IN, "Keepers")
    segments.confirm(found, one, by="Maya", undecided=True)
    erasing.erase(found, lambda: None)
    told_less = lineage.lineage(found, one)
    assert [(event.actor, event.what) for event in told_less] == [("", FOUND_IN_RUN), ("Maya", WAS_CONFIRMED)]
    assert lineage.lineage(found, new)
    with refuses(NotFoundError, "segment 99", "needsseg segments"):
        lineage.lineage(found, 99)


def _any_review(study: Study, pick: random.Random) -> None:
    """One random verb of the review that may well be refused."""
    held = [passage.id for passage in passages.listing(study)]
    known = [row.id for row in evidence.listing(study)] or [1]
    some = pick.sample(held, k=min(len(held), pick.randint(1, 2)))
    one, other = pick.choice(held), pick.choice(held)

    def propose() -> None:
        lying = set().union(*_members(study).values())
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
    assert not put & {p for segment, mine in _members(study).items() if segment in kept for p in mine}
    for row in evidence.listing(study):
        if row.status == "confirmed":
            proof = stored.one(study, row.id).evidence
            assert proof is not None and {p["id"] for p in proof["passages"]} <= _members(study)[row.id]
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_what_only_a_run_placed_is_asked_about_and_what_a_person_placed_is_not(grown: Study) -> None:
    again = recluster(grown, "anchored")
    decided = {again.chosen[index].id for index in again.applied.decisions.assigned}
    confirmed = next(row.id for row in evidence.listing(grown) if row.status == "confirmed")
    named = next(row for row in evidence.listing(grown) if row.status == "named")
    assert _members(grown)[confirmed] <= decided
    assert _members(grown)[named.id] & decided == {p.id for p in named.exemplars}
