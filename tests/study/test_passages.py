"""Passages: the quote is always the text at its place, and what a person decided outlives every re-run."""

import sqlite3

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.actions.transcripts import interviews
from needsseg.errors import NotFoundError, UsageError
from needsseg.records import Suggestion
from needsseg.study.coding import passages as stored
from needsseg.study.connection import Study
from tests.fixtures.wording.coding import NO_SPAN, WHO_IS_HERE_AS
from tests.fixtures.wording.common import NEEDS_NAME, NO_SUCH
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.study import TEXT_FIXED

SICK = (47, 116)


def _suggest(study: Study, *spans: tuple[int, int]) -> None:
    with study.action("suggest"):
        stored.replace_suggestions(study, "anna", [Suggestion(*span, 0.7, ("why",)) for span in spans])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(-5, 400), length=st.integers(-3, 200))
def test_a_marked_quote_is_the_text_at_its_place_or_refused(talk: Study, start: int, length: int) -> None:
    transcript = interviews.show(talk, "anna")
    inside = [turn for turn in transcript.turns if turn.start <= start < start + length <= turn.end]
    try:
        made = passages.one(talk, passages.mark(talk, "anna", start, start + length))
    except UsageError:
        theirs = [turn for turn in inside if turn.role == "participant"]
        assert not theirs or not transcript.text[start : start + length].strip()
    else:
        assert made.quote == transcript.text[start : start + length]
        assert made.speaker == inside[0].speaker


def test_the_database_itself_refuses_a_quote_that_was_not_said(talk: Study) -> None:
    with refuses(sqlite3.IntegrityError, "not the text at its place"), talk.action("forge"):
        talk.insert(
            "passages",
            {
                "interview_id": 1,
                "speaker_id": 2,
                "start": 47,
                "end": 50,
                "quote": "lie",
                "status": "accepted",
                "origin": "hand",
            },
        )


def test_the_text_under_passages_cannot_be_exchanged(talk: Study) -> None:
    passages.mark(talk, "anna", *SICK)
    with refuses(sqlite3.IntegrityError, TEXT_FIXED), talk.action("edit"):
        talk.execute("UPDATE interviews SET text = 'other'")


def test_a_re_run_moves_no_decision(talk: Study) -> None:
    text = interviews.show(talk, "anna").text
    hour, glance = text.index("It takes"), text.index("I just want")
    _suggest(talk, SICK, (hour, hour + 20), (glance, glance + 40))
    accepted, rejected, undecided = (passage.id for passage in passages.listing(talk))
    passages.decide(talk, [accepted], "accepted")
    passages.decide(talk, [rejected], "rejected")
    decided = [passages.one(talk, accepted), passages.one(talk, rejected)]
    _suggest(talk, (SICK[0], SICK[1] + 5), (hour, hour + 20), (glance, glance + 40), (glance + 50, glance + 60))
    after = {passage.id: passage for passage in passages.listing(talk)}
    assert [after[accepted], after[rejected]] == decided
    assert after[undecided].status == "suggested", "a suggestion that comes out as before keeps its row"
    assert [(p.start, p.end) for p in after.values() if p.status == "suggested"] == [
        (glance, glance + 40),
        (glance + 50, glance + 60),
    ]


def test_adjusting_keeps_the_quote_exact_and_counts_as_accepting(talk: Study) -> None:
    _suggest(talk, SICK)
    passages.adjust(talk, 1, SICK[0], SICK[1] - 8)
    moved = passages.one(talk, 1)
    assert moved.quote == interviews.show(talk, "anna").text[SICK[0] : SICK[1] - 8]
    assert (moved.status, moved.origin) == ("accepted", "program")
    with refuses(UsageError, NO_SPAN):
        passages.adjust(talk, 1, 0, 300)
    assert passages.one(talk, 1) == moved


def test_marking_the_same_span_twice_keeps_one_passage(talk: Study) -> None:
    assert passages.mark(talk, "anna", *SICK) == passages.mark(talk, "anna", *SICK) == 1


def test_unmark_removes_what_was_marked_by_hand_and_reopens_a_suggestion(talk: Study) -> None:
    _suggest(talk, SICK)
    passages.decide(talk, [1], "rejected")
    passages.unmark(talk, 1)
    assert passages.one(talk, 1).status == "suggested"
    by_hand = passages.mark(talk, "anna", SICK[0], SICK[0] + 4)
    passages.unmark(talk, by_hand)
    with refuses(NotFoundError, NO_SUCH, "passage", by_hand):
        passages.one(talk, by_hand)


def test_codes_are_counted_remembered_and_taken_off(talk: Study) -> None:
    _suggest(talk, SICK)
    assert passages.code(talk, [1], " hand-over ") == 1
    assert passages.code(talk, [1], "hand-over") == 0
    passages.code(talk, [1], "[late]")
    assert passages.one(talk, 1).codes == ("[late]", "hand-over")
    assert passages.one(talk, 1).status == "accepted", "to code is to accept"
    assert passages.recent_codes(talk) == ["[late]", "hand-over"]
    assert passages.uncode(talk, [1], "[late]") == 1
    assert [(row.name, row.passages) for row in passages.codebook(talk)] == [("hand-over", 1), ("[late]", 0)]
    with refuses(UsageError, NEEDS_NAME, hint=False):
        passages.code(talk, [1], "  ")


def test_an_unknown_passage_or_interview_is_named(talk: Study) -> None:
    with refuses(NotFoundError, NO_SUCH, "passage 7"):
        passages.decide(talk, [7], "accepted")
    with refuses(NotFoundError, NO_SUCH, "interview", "'ana'", "anna"):
        passages.listing(talk, "ana")


def test_a_speaker_who_is_no_participant_loses_only_undecided_suggestions(talk: Study) -> None:
    text = interviews.show(talk, "anna").text
    _suggest(talk, SICK, (text.index("I just"), text.index("I just") + 20))
    passages.decide(talk, [1], "accepted")
    interviews.set_role(talk, "anna", "Anna", "other")
    assert [(p.id, p.status) for p in passages.listing(talk)] == [(1, "accepted")]
    with refuses(NotFoundError, "speaker", "'Ann'", "'Anna'"):
        interviews.set_role(talk, "anna", "Ann", "other")


def test_what_a_person_touched_outlives_suggesting_again(talk: Study) -> None:
    by_hand = passages.mark(talk, "anna", *SICK)
    passages.code(talk, [by_hand], "hand-over")
    passages.decide(talk, [by_hand], "suggested")
    _suggest(talk)
    assert passages.one(talk, by_hand).codes == ("hand-over",)


def test_an_interviewers_words_are_no_evidence(talk: Study) -> None:
    with refuses(UsageError, "words of Interviewer", WHO_IS_HERE_AS):
        passages.mark(talk, "anna", 13, 20)


def test_an_id_is_never_handed_out_twice(talk: Study) -> None:
    from needsseg.actions.study import history

    first = passages.mark(talk, "anna", *SICK)
    history.undo(talk)
    assert passages.mark(talk, "anna", SICK[0], SICK[0] + 4) == first + 1
