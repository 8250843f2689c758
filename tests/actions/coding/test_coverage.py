"""Progress: words read, coded and skipped, each counted once, and passages decided."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import coverage, passages
from needsseg.actions.study import history
from needsseg.actions.transcripts import interviews
from needsseg.errors import NotFoundError
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import refuses

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def participants_words(study: Study, key: str = "anna") -> list[int]:
    shown = interviews.show(study, key)
    return [len(shown.words(turn).split()) for turn in shown.turns if turn.role == "participant"]


def test_nothing_read_nothing_coded(talk: Study) -> None:
    found = coverage.coverage(talk)
    assert found.total.words == sum(participants_words(talk)) and found.coder == ""
    assert (found.total.read, found.total.coded, found.total.skipped, found.total.marked) == (0, 0, 0, 0)
    assert [(row.key, row.title) for row in found.interviews] == [("anna", "Anna")]


def test_turns_that_were_read_count_and_interviewers_words_do_not(talk: Study) -> None:
    first, second = participants_words(talk)
    assert coverage.mark_read(talk, "anna", [0, 1]) == 2
    assert coverage.coverage(talk).total.read == first
    assert coverage.mark_read(talk, "anna", range(99)) == 2, "turns that are not there are left out, known ones too"
    total = coverage.coverage(talk).total
    assert (total.read, total.skipped) == (first + second, first + second)
    assert total.share(total.read) == 1
    assert history.listing(talk, 1)[0].action == "import", "reading is no action"


def test_accepted_words_are_read_and_overlaps_count_once(talk: Study) -> None:
    turn = next(t for t in interviews.show(talk, "anna").turns if t.role == "participant")
    text = interviews.show(talk, "anna").text[turn.start : turn.end]
    words = [word for word in text.split() if word]
    two, four = len(" ".join(words[:2])), len(" ".join(words[:4]))
    passages.mark(talk, "anna", turn.start, turn.start + four)
    passages.mark(talk, "anna", turn.start + two + 1, turn.start + four)
    passages.decide(talk, [passages.mark(talk, "anna", turn.start, turn.start + two)], "rejected")
    total = coverage.coverage(talk).total
    assert (total.coded, total.read, total.skipped) == (4, 4, 0)
    coverage.mark_read(talk, "anna", [1])
    total = coverage.coverage(talk).total
    assert (total.coded, total.read, total.skipped) == (4, len(words), len(words) - 4)
    assert (total.decided, total.marked) == (3, 3)
    passages.decide(talk, [1], "suggested")
    total = coverage.coverage(talk).total
    assert (total.coded, total.decided, total.marked) == (2, 2, 3)


def test_one_coders_share_is_told_apart(talk: Study) -> None:
    turns = [t for t in interviews.show(talk, "anna").turns if t.role == "participant"]
    talk.actor = "Ada"
    passages.mark(talk, "anna", turns[0].start, turns[0].end)
    coverage.mark_read(talk, "anna", [1])
    talk.actor = "Ben"
    passages.mark(talk, "anna", turns[1].start, turns[1].end)
    first, second = participants_words(talk)
    assert coverage.coverage(talk).total.coded == first + second
    assert coverage.coverage(talk, "Ada").total.coded == coverage.coverage(talk, "Ada").total.read == first
    assert coverage.coverage(talk, "Ben").total.coded == second
    assert coverage.coverage(talk, "Cleo").total.read == 0


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    marks=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 60), st.integers(1, 50)), max_size=6),
    read=st.sets(st.integers(0, 3)),
)
def test_the_parts_add_up(talk: Study, tables: Dump, marks: list[tuple[int, int, int]], read: set[int]) -> None:
    turns = [t for t in interviews.show(talk, "anna").turns if t.role == "participant"]
    text = interviews.show(talk, "anna").text
    before = tables(talk)
    coded = set()
    done = 0
    for number, start, length in marks:
        low = turns[number].start + start
        high = min(low + length, turns[number].end)
        if text[low:high].strip():
            passages.mark(talk, "anna", low, high)
            coded |= {at for at in range(low, high) if not text[at].isspace()}
    done = coverage.mark_read(talk, "anna", read)
    total = coverage.coverage(talk).total
    assert total.coded <= total.read <= total.words and total.skipped + total.coded == total.read
    starts = [
        at
        for t in turns
        for at in range(t.start, t.end)
        if not text[at].isspace() and (at == t.start or text[at - 1].isspace())
    ]
    lengths = {at: len(text[at:].split(maxsplit=1)[0]) for at in starts}
    assert total.coded == sum(bool(coded & set(range(at, at + lengths[at]))) for at in starts)
    while tables(talk) != before:
        history.undo(talk)
    assert done <= 4
    talk.execute("DELETE FROM turns_read")
    talk.conn.commit()


def test_an_unknown_interview_is_named(talk: Study) -> None:
    with refuses(NotFoundError, "interview", "ana", "anna"):
        coverage.mark_read(talk, "ana", [1])
