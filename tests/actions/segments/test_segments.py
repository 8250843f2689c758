"""Reviewing: what a person named, moved or confirmed is theirs, and no run changes it."""

from collections.abc import Callable

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.discovery.discover import discover
from needsseg.errors import DiscoveryError, NotFoundError, UsageError
from needsseg.segments import beside_kept, primary_needs
from needsseg.study.connection import Study
from tests.fixtures.wording.coding import REJECTED, TAKEN_NAME
from tests.fixtures.wording.common import INTO_ITSELF, NEEDS_NAME
from tests.fixtures.wording.discovery import CHANGED_WHILE_CLUSTERED, NO_PASSAGES, ON_SUGGESTIONS
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.segments import (
    ABOUT_EVEN,
    ADDED_SINCE,
    CONFIRMED,
    FEW_PARTICIPANTS,
    HOLDS_NO_PASSAGES,
    IN_NO_NAMED_SEGMENT,
    IS_A_NUMBER,
    MERGED_IN,
    NO_NAME_YET,
    NO_SEGMENT_CALLED,
    NO_SEGMENT_CARRIES,
    NOT_IN_IT,
    NOTHING_LEFT,
    SET_ASIDE,
    WAS_CONFIRMED,
)
from tests.fixtures.wording.transcripts import LEFT_OUT

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def three(talk: Study) -> list[int]:
    """Three marked passages of one interview."""
    return [passages.mark(talk, "anna", start, start + 12) for start in (47, 62, 80)]


def test_a_confirmed_segment_knows_who_when_and_on_what(talk: Study, three: list[int]) -> None:
    made = segments.make(talk, "Hand-overs", three)
    segments.confirm(talk, made, by="Maya")
    row = evidence.listing(talk)[0]
    assert (row.status, row.confirmed_by, row.size) == ("confirmed", "Maya", 3)
    assert row.confirmed_at and says(row.warnings[0], FEW_PARTICIPANTS, 1)
    from needsseg.study.segments import segments as stored

    proof = stored.one(talk, made).evidence
    assert proof is not None
    assert [p["id"] for p in proof["passages"]] == three
    with refuses(UsageError, "Hand-overs", CONFIRMED, f"needsseg segment reopen {made}"):
        segments.move(talk, three[:1], None)
    segments.reopen(talk, made)
    segments.move(talk, three[:1], None)
    assert evidence.listing(talk)[0].size == 2


def test_merging_and_splitting_keep_every_passage(talk: Study, three: list[int]) -> None:
    one, two = segments.make(talk, "One", three[:2]), segments.make(talk, "Two", three[2:])
    segments.merge(talk, one, [two])
    assert [(row.id, row.size) for row in evidence.listing(talk)] == [(one, 3)]
    with refuses(NotFoundError, f"Segment {two}", MERGED_IN, one):
        segments.rename(talk, two, "Again")
    new = segments.split(talk, one, three[:1], "Out")
    assert {row.name: row.size for row in evidence.listing(talk)} == {"One": 2, "Out": 1}
    with refuses(UsageError, f"segment {new}", NOT_IN_IT):
        segments.split(talk, new, three[1:])
    with refuses(UsageError, f"segment {new}", NOTHING_LEFT):
        segments.split(talk, new, three[:1])
    with refuses(UsageError, f"Segment {one}", INTO_ITSELF, hint=False):
        segments.merge(talk, one, [one])


def test_names_are_unique_and_found(talk: Study, three: list[int]) -> None:
    one, two = segments.make(talk, "One", three[:1]), segments.make(talk, "Two", three[1:])
    with refuses(UsageError, f"Segment {one}", "One", TAKEN_NAME):
        segments.rename(talk, two, "ONE")
    with refuses(UsageError, f"Segment {two}", "Two", TAKEN_NAME):
        segments.make(talk, "two", [])
    with refuses(UsageError, f"Segment {one}", "One", TAKEN_NAME):
        segments.split(talk, two, three[1:2], "one")
    with refuses(UsageError, "segment", NEEDS_NAME, hint=False):
        segments.rename(talk, two, " ")
    with refuses(UsageError, 1, IS_A_NUMBER):
        segments.rename(talk, two, "1")
    assert segments.find(talk, "one") == one
    assert segments.find(talk, str(two)) == two
    with refuses(UsageError, NO_SEGMENT_CALLED, "x", "One", "Two"):
        segments.find(talk, "x")
    with refuses(UsageError, NO_SEGMENT_CALLED, "²", "One", "Two"):
        segments.find(talk, "²")
    with refuses(NotFoundError, "segment 99", "needsseg segments"):
        segments.find(talk, "99")


def test_a_confirmed_segment_changes_only_after_it_is_reopened(talk: Study, three: list[int], tables: Dump) -> None:
    made, other = segments.make(talk, "One", three[:2]), segments.make(talk, "Two", three[2:])
    segments.confirm(talk, made, by="Maya")
    before = tables(talk)
    refused: list[Callable[[], object]] = [
        lambda: passages.decide(talk, three[:1], "rejected"),
        lambda: passages.unmark(talk, three[0]),
        lambda: passages.adjust(talk, three[0], 47, 50),
        lambda: segments.merge(talk, other, [made]),
        lambda: segments.merge(talk, made, [other]),
        lambda: segments.move(talk, three[:1], other),
        lambda: segments.split(talk, made, three[:1]),
        lambda: segments.set_aside(talk, made),
        lambda: segments.rename(talk, made, "Other name"),
        lambda: segments.describe(talk, made, "something else"),
        lambda: segments.confirm(talk, made, by="Eve"),
    ]
    for change in refused:
        with refuses(UsageError, "One", WAS_CONFIRMED):
            change()
        assert tables(talk) == before
    segments.reopen(talk, made)
    passages.decide(talk, three[:1], "rejected")
    assert evidence.evidence(talk, made).summary.size == 1
    with refuses(UsageError, f"Passage {three[0]}", REJECTED):
        segments.move(talk, three[:1], made)
    with refuses(NotFoundError, "passage 9999", "needsseg passages"):
        segments.make(talk, "Three", [9999])
    segments.set_aside(talk, made)
    with refuses(UsageError, "One", SET_ASIDE, f"needsseg segment reopen {made}"):
        segments.confirm(talk, made)


def test_suggesting_again_takes_nothing_from_what_people_keep(
    demo_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the threshold has risen so far that most suggestions would go."""
    kept = {row.id: evidence.evidence(demo_study, row.id).passages for row in evidence.listing(demo_study)}
    loose = [
        p.id for p in passages.listing(demo_study) if not any(p in [m for m, _ in members] for members in kept.values())
    ]
    assert loose
    monkeypatch.setenv("NEEDSSEG_SUGGEST_THRESHOLD", "0.9")
    passages.suggest(demo_study)
    assert {row.id: evidence.evidence(demo_study, row.id).passages for row in evidence.listing(demo_study)} == kept
    left = {p.id for p in passages.listing(demo_study)}
    assert not left & set(loose)


def test_passages_that_change_while_they_are_clustered(
    demo_study: Study, monkeypatch: pytest.MonkeyPatch, tables: Dump
) -> None:
    """A colleague rejects one in the middle of a run: nothing of the run is stored."""
    loose = next(p.id for p in passages.listing(demo_study) if p.status == "suggested")
    cluster = discover

    def meanwhile(*args: object, **named: object) -> object:
        segments.move(demo_study, [loose], None)
        passages.decide(demo_study, [loose], "rejected")
        return cluster(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(discovery, "discover_candidates", meanwhile)
    runs = segments.runs(demo_study)
    with refuses(DiscoveryError, CHANGED_WHILE_CLUSTERED):
        discovery.discover(demo_study)
    assert segments.runs(demo_study) == runs


def test_only_participants_words_are_clustered(demo_study: Study) -> None:
    from needsseg.actions.transcripts import interviews

    interviews.set_role(demo_study, "ines-carvalho", "Ines Carvalho", "other")
    report = discovery.discover(demo_study)
    stored = demo_study.rows("SELECT passage_id FROM run_passages WHERE run_id = ?", [report.run])
    used = {p.interview for p in passages.listing(demo_study, ids=[row[0] for row in stored])}
    assert "ines-carvalho" not in used and len(used) == 17
    assert any(mentions(warning, LEFT_OUT) for warning in report.warnings)


def test_a_rejected_passage_leaves_its_segment(talk: Study, three: list[int]) -> None:
    segments.make(talk, "One", three)
    passages.decide(talk, three[:1], "rejected")
    assert [p.id for p, _ in evidence.evidence(talk, 1).passages] == three[1:]
    history.undo(talk)
    assert evidence.listing(talk)[0].size == 3


def test_an_empty_segment_cannot_be_confirmed(talk: Study, three: list[int]) -> None:
    made = segments.make(talk, "One", three[:1])
    segments.move(talk, three[:1], None)
    with refuses(UsageError, "One", HOLDS_NO_PASSAGES):
        segments.confirm(talk, made)


def test_a_candidate_must_be_named_before_it_is_confirmed(demo_study: Study) -> None:
    _start_over(demo_study)
    candidate = evidence.listing(demo_study)[0]
    assert candidate.status == "candidate"
    with refuses(UsageError, f"Segment {candidate.id}", NO_NAME_YET):
        segments.confirm(demo_study, candidate.id)


def _start_over(study: Study) -> None:
    """Back to the candidates as the run left them."""
    while history.listing(study)[0].action != "discover":
        newest = next(entry for entry in history.listing(study) if entry.state == "done")
        if newest.action == "discover":
            break
        history.undo(study, anyones=True)


def test_running_again_touches_nothing_a_person_decided(demo_study: Study) -> None:
    _start_over(demo_study)
    rows = evidence.listing(demo_study)
    named, aside = rows[0].id, rows[1].id
    segments.rename(demo_study, named, "Keepers of the list")
    segments.confirm(demo_study, named, by="Maya", undecided=True)
    segments.set_aside(demo_study, aside)
    before = {segment: _kept(demo_study, segment) for segment in (named, aside)}
    report = discovery.discover(demo_study, seed=7)
    assert {segment: _kept(demo_study, segment) for segment in before} == before
    assert report.found_again == 2 and set(report.proposed_to) <= {"Keepers of the list", rows[1].name}
    assert {row.status for row in evidence.listing(demo_study)} == {"confirmed", "candidate", "set_aside"}
    again = discovery.discover(demo_study, seed=7)
    assert (again.passages, again.unassigned, len(again.proposed)) == (
        report.passages,
        report.unassigned,
        len(report.proposed),
    )


def _kept(study: Study, segment: int) -> tuple[object, ...]:
    """What no run may change of a segment."""
    from needsseg.study.segments import segments as stored

    return (stored.one(study, segment), stored.members(study)[segment])


def test_after_a_merge_the_evidence_of_one_half_is_not_passed_off_as_the_whole(demo_study: Study) -> None:
    _start_over(demo_study)
    rows = evidence.listing(demo_study)
    assert not any(mentions(warning, ADDED_SINCE) for row in rows for warning in row.warnings)
    segments.merge(demo_study, rows[0].id, [rows[1].id])
    merged = evidence.evidence(demo_study, rows[0].id).summary
    size = rows[0].size + rows[1].size
    assert merged.size == size
    assert says(merged.warnings[0], rows[1].size, size, ADDED_SINCE, "run 1", rows[0].size)


def test_the_run_is_stored_with_what_repeats_it(demo_study: Study) -> None:
    _start_over(demo_study)
    first = segments.runs(demo_study)[0]
    report = discovery.discover(demo_study)
    assert any(mentions(warning, ON_SUGGESTIONS) for warning in report.warnings)
    second = segments.runs(demo_study)[0]
    assert second.id == first.id + 1
    assert (first.model, first.seed, first.parameters, first.input_sha256, first.versions) == (
        second.model, second.seed, second.parameters, second.input_sha256, second.versions,
    )  # fmt: skip
    assert first.input_status == "suggested" and {"needsseg", "hdbscan", "torch"} <= first.versions.keys()
    labels = [
        [
            tuple(row)
            for row in demo_study.rows(
                "SELECT passage_id, label, strength FROM run_passages WHERE run_id = ? ORDER BY 1", [run.id]
            )
        ]
        for run in (first, second)
    ]
    assert labels[0] == labels[1] and len(labels[0]) > 200


def test_accepted_passages_come_before_suggestions(demo_study: Study) -> None:
    ids = [passage.id for passage in passages.listing(demo_study, status="suggested")]
    passages.decide(demo_study, ids[:60], "accepted")
    report = discovery.discover(demo_study)
    assert (report.passages, report.input_status) == (60, "accepted")
    assert not any(mentions(warning, ON_SUGGESTIONS) for warning in report.warnings)


def test_too_few_passages_change_nothing(talk: Study, three: list[int], tables: Dump) -> None:
    before = tables(talk)
    with refuses(DiscoveryError, "3 accepted passages", 5):
        discovery.discover(talk)
    assert tables(talk) == before
    passages.decide(talk, three, "rejected")
    with refuses(DiscoveryError, NO_PASSAGES, "needsseg suggest"):
        discovery.discover(talk)


def test_primary_needs_are_decided_or_explained() -> None:
    placed = [("a", "C")] * 5 + [("a", "B")] + [("b", "C")] * 3 + [("b", "B")] * 3 + [("c", "C")] * 2
    placed += [("d", name) for name in "CCCBBRRTUV"] + [("x", "C")]
    needs = primary_needs(["a", "b", "c", "d", "e"], placed)
    assert [(need.participant, need.segment) for need in needs] == [
        ("a", "C"), ("b", None), ("c", None), ("d", None), ("e", None),
    ]  # fmt: skip
    clear, even, few, spread, nowhere = (need.why for need in needs)
    assert says(clear, "5 of 6 passages")
    assert says(even, "B (3)", "C (3)", ABOUT_EVEN)
    assert says(few, "2 passages")
    assert says(spread, NO_SEGMENT_CARRIES, "40%", "10 passages")
    assert says(nowhere, IN_NO_NAMED_SEGMENT)


def test_clusters_beside_kept_segments() -> None:
    clusters = {0: [1, 2, 3, 10, 11], 1: [12, 13, 14, 15], 2: [20, 21], 3: [4, 30], 4: [40, 41, 42]}
    found = beside_kept(clusters, {0: 7, 3: 8, 9: 9}, decided={1, 2, 3, 4, 42}, declined=[(11, 7), (30, 9)])
    assert found.candidates == {1: (12, 13, 14, 15)}, "two free passages are no candidate"
    assert (found.proposed, found.kept) == ({7: (10,), 8: (30,)}, {0: 7, 3: 8})
