"""The members of segments as one coder sees them: what others did to single passages is taken back, runs and merges are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from needsseg.study.connection import Study
from needsseg.study.segments import blind_places, segments
from needsseg.study.segments.segments import Member
from tests.fixtures.studies.colleague_copies import suggest_four

OURS, THEIRS = "Ada", "Ben"
Step = Callable[[Study], None]


def act(actor: str, action: str, *steps: Step) -> Callable[[Study], None]:
    """An action of one person with its steps."""

    def run(study: Study) -> None:
        study.actor = actor
        with study.action(action):
            for step in steps:
                step(study)

    return run


def put(segment: int, passage: int, strength: float = 1.0, exemplar: int | None = None, by: str = "hand") -> Step:
    """Put a passage into a segment as its only one."""

    def run(study: Study) -> None:
        study.execute("DELETE FROM segment_passages WHERE passage_id = ?", [passage])
        segments.insert_members(study, segment, [Member(passage, strength, exemplar, by)])  # type: ignore[arg-type]

    return run


def take(passage: int) -> Step:
    return lambda study: study.execute("DELETE FROM segment_passages WHERE passage_id = ?", [passage]) and None


def weaken(passage: int) -> Step:
    return lambda study: (
        study.execute("UPDATE segment_passages SET strength = 0.1 WHERE passage_id = ?", [passage]) and None
    )


def join(segment: int, into: int) -> Step:
    def run(study: Study) -> None:
        study.execute("UPDATE segments SET status = 'merged', merged_into = ? WHERE id = ?", [into, segment])
        study.execute("UPDATE segment_passages SET segment_id = ? WHERE segment_id = ?", [into, segment])

    return run


def touch(segment: int) -> Step:
    return lambda study: study.execute("UPDATE segments SET description = 'x' WHERE id = ?", [segment]) and None


# A run put passages 1 and 2 into segment 1, passage 3 into segment 2, and passage 4 nowhere.
@pytest.mark.parametrize(
    ("actions", "seen"),
    [
        ([], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(2, 1))], {1: [1, 2], 2: [3]}),
        ([act(OURS, "move", put(2, 1))], {1: [2], 2: [3, 1]}),
        ([act(THEIRS, "merge", put(2, 1))], {1: [2], 2: [3, 1]}),
        ([act(THEIRS, "off-topic", take(1))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(2, 4))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(1, 3))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "mark", weaken(1))], {1: [1, 2], 2: [3]}),
        # What the coder did after others is as they left it, and what others did after them is taken back to that.
        ([act(THEIRS, "move", put(2, 1)), act(OURS, "move", put(1, 1))], {1: [2, 1], 2: [3]}),
        ([act(OURS, "move", put(2, 1)), act(THEIRS, "move", put(1, 1))], {1: [2], 2: [3, 1]}),
        ([act(OURS, "move", put(2, 1)), act(THEIRS, "decide", take(1))], {1: [2], 2: [3, 1]}),
        ([act(THEIRS, "decide", take(1)), act(THEIRS, "move", put(2, 1))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(2, 1)), act(OURS, "move", take(1))], {1: [1, 2], 2: [3]}),
        # A later run or merge shows what it used.
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "discover", put(1, 3))], {1: [2, 3], 2: [1]}),
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "merge", join(2, 1))], {1: [2, 3, 1]}),
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "merge", join(1, 2))], {2: [2, 3, 1]}),
        ([act(THEIRS, "off-topic", take(1)), act(THEIRS, "merge", join(1, 2))], {2: [1, 2, 3]}),
        # A segment was confirmed on the passages that everybody put there, or that somebody took out.
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "confirm", touch(2))], {1: [2], 2: [3, 1]}),
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "confirm", touch(1))], {1: [2], 2: [3, 1]}),
        ([act(THEIRS, "move", put(2, 1)), act(THEIRS, "name", touch(2))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(2, 4)), act(THEIRS, "confirm", touch(1))], {1: [1, 2], 2: [3]}),
        ([act(THEIRS, "move", put(2, 4)), act(THEIRS, "confirm", touch(2))], {1: [1, 2], 2: [3, 4]}),
    ],
)
def test_a_coder_sees_what_they_and_whole_segments_did(
    talk: Study, actions: list[Callable[[Study], None]], seen: dict[int, list[int]]
) -> None:
    suggest_four(talk)
    with talk.action("discover"):
        for name in ("First", "Second"):
            talk.insert("segments", {"name": name, "status": "candidate"})
        # As a run puts them: with strengths, of which the order of the members comes.
        run_members = {1: [Member(1, 0.9, 0, "run"), Member(2, 0.8, None, "run")], 2: [Member(3, 0.75, 0, "run")]}
        for segment, members in run_members.items():
            segments.insert_members(talk, segment, members)
    for action in actions:
        action(talk)
    talk.actor = OURS
    members = blind_places.members(talk)
    assert {segment: sorted(m.passage for m in held) for segment, held in members.items()} == {
        segment: sorted(passages) for segment, passages in seen.items()
    }
    for held in members.values():
        ranks = [(m.exemplar is None, m.exemplar or 0, -m.strength, m.passage) for m in held]
        assert ranks == sorted(ranks)


def test_a_membership_comes_back_as_it_was(talk: Study) -> None:
    suggest_four(talk)
    with talk.action("discover"):
        for name in ("First", "Second"):
            talk.insert("segments", {"name": name, "status": "candidate"})
        before = [Member(2, 0.3, 0, "run"), Member(3, 0.5, 1, "hand"), Member(1, 0.7, None, "hand")]
        segments.insert_members(talk, 1, before)
    act(THEIRS, "move", *(put(2, member.passage) for member in before))(talk)
    talk.actor = OURS
    assert blind_places.members(talk) == {1: before}


def test_a_circle_of_merges_ends(talk: Study) -> None:
    suggest_four(talk)
    with talk.action("discover"):
        for name in ("First", "Second"):
            talk.insert("segments", {"name": name, "status": "candidate"})
        segments.insert_members(talk, 1, [Member(1, 0.7, None, "run")])
    act(THEIRS, "move", take(1))(talk)
    with talk.action("damage"):
        talk.execute("UPDATE segments SET merged_into = 3 - id, status = 'merged'")
    talk.actor = OURS
    assert sum(map(len, blind_places.members(talk).values())) == 1
