"""Merging: every mark of either study is in the result with its coder, nothing is overwritten, and undo takes it all back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence, needs, review
from needsseg.actions.segments import segments
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, interviews, reimporting
from needsseg.study.coding import codebook as book
from needsseg.study.connection import Study
from needsseg.study.segments import needs as stored_needs
from tests.fixtures.samples import INTERVIEWS, SHORT_TALK
from tests.fixtures.studies.colleague_copies import SPANS, as_coder, copy_of, decisions_of, suggest_four
from tests.fixtures.wording.matching import mentions, says

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def marks_of(study: Study) -> set[tuple[object, ...]]:
    """Codes with their places and coders, and memos and statements with their writers."""
    codes = study.rows(
        'SELECT i.key, p.start, p."end", p.quote, c.name, pc.coded_by, pc.coded_at FROM passage_codes pc '
        "JOIN passages p ON p.id = pc.passage_id JOIN interviews i ON i.id = p.interview_id JOIN codes c ON c.id = pc.code_id"
    )
    memos = study.rows(
        'SELECT p.start, p."end", m.words, m.written_by FROM memos m JOIN passages p ON p.id = m.passage_id'
    )
    return {tuple(row) for row in codes} | {("memo", *row) for row in memos}


def memo(study: Study, passage: int, words: str) -> None:
    with study.action("memo"):
        study.execute("DELETE FROM memos WHERE passage_id = ? AND written_by = ?", [passage, study.actor])
        values = {
            "passage_id": passage,
            "words": words,
            "written_by": study.actor,
            "written_at": "2026-01-01T00:00:00Z",
        }
        study.insert("memos", values)


Step = tuple[str, int, str]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["accepted", "rejected", "suggested", "code", "mark", "memo", "off-topic", "adjust"]),
        st.integers(0, 3),
        st.sampled_from(["hand-over", "late"]),
    ),
    max_size=8,
)


def carry_out(study: Study, steps: list[Step]) -> None:
    first = [passage.id for passage in passages.listing(study)][:4]
    for what, number, code in steps:
        passage, (start, end) = first[number], SPANS[number]
        if what in ("accepted", "rejected", "suggested"):
            passages.decide(study, [passage], what)  # type: ignore[arg-type]
        elif what == "code":
            passages.code(study, [passage], code)
        elif what == "mark":
            passages.code(study, [passages.mark(study, "anna", start, end - 3)], code)
        elif what == "memo":
            memo(study, passage, f"{study.actor} on {code}")
        elif what == "off-topic":
            review.off_topic(study, [passage])
        else:
            passages.adjust(study, passage, start, end - 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with four undecided suggestions, which both coders start from."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "anna.txt").write_text(SHORT_TALK, encoding="utf-8")
    with studies.init(folder / "study.db") as made:
        importing.import_transcripts(made, [folder / "anna.txt"])
        suggest_four(made)
    return folder / "study.db"


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ada=STEPS, ben=STEPS)
def test_every_mark_of_either_is_in_the_result(base: Path, tables: Dump, ada: list[Step], ben: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "ada.db", Path(folder) / "ben.db"]
        for path, name, steps in zip(paths, ("Ada", "Ben"), (ada, ben), strict=True):
            shutil.copyfile(base, path)
            with as_coder(path, name) as own:
                carry_out(own, steps)
        results = []
        for mine, theirs in (paths, paths[::-1]):
            copy = Path(folder) / f"merged-{mine.name}"
            shutil.copyfile(mine, copy)
            before_theirs = theirs.read_bytes()
            with as_coder(copy, "Ada") as merged, as_coder(theirs, "x") as other:
                before, wanted = tables(merged), (marks_of(merged) | marks_of(other))
                decided = [decisions_of(merged), decisions_of(other)]
                merging.merge(merged, theirs)
                after = tables(merged)
                assert marks_of(merged) == wanted
                found = decisions_of(merged)
                assert found.keys() == decided[0].keys() | decided[1].keys()
                for about, by in found.items():
                    # Decided alike by both, it is one passage with the names of both.
                    assert by == decided[0].get(about, set()) | decided[1].get(about, set())
                assert studies.check(merged) == []
                results.append((marks_of(merged), found))
                again = merging.merge(merged, theirs)
                changed = again.added + again.beside + again.decided + again.marks + again.seconded
                assert tables(merged) == after and changed == 0
                if after != before:
                    assert history.undo(merged).action == "merge study"
                assert tables(merged) == before
            assert theirs.read_bytes() == before_theirs
        assert results[0] == results[1]


def test_alike_joins_and_what_differs_stays_side_by_side(talk: Study, tables: Dump) -> None:
    first, second, third, fourth = suggest_four(talk)
    theirs = copy_of(talk)
    talk.actor = "Ada"
    passages.code(talk, [first], "hand-over")
    passages.decide(talk, [second], "rejected")
    with as_coder(theirs, "Ben") as other:
        passages.code(other, [first], " hand-over ")
        passages.code(other, [first], "late")
        passages.code(other, [second], "late")
        passages.decide(other, [third], "accepted")
    before = tables(talk)
    rehearsed = merging.merge(talk, theirs, dry_run=True)
    assert tables(talk) == before and rehearsed.dry_run, "a dry run keeps nothing"
    report = merging.merge(talk, theirs)
    assert (report.joined, report.beside, report.decided, report.added) == (1, 1, 1, 0)
    assert (report.marks, report.codes, report.coders) == (3, 1, ("Ben",))
    assert rehearsed.sentence == report.sentence
    held = {(p.start, p.status): p for p in passages.listing(talk)}
    assert held[SPANS[0][0], "accepted"].codes == ("hand-over", "late")
    assert held[SPANS[0][0], "accepted"].coder == "Ada"
    assert held[SPANS[1][0], "rejected"].coder == "Ada" and held[SPANS[1][0], "accepted"].coder == "Ben"
    assert held[SPANS[2][0], "accepted"].id == third and held[SPANS[2][0], "accepted"].coder == "Ben"
    assert held[SPANS[3][0], "suggested"].id == fourth
    assert {(c.code, c.coder) for c in book.codings(talk) if c.start == SPANS[0][0]} == {
        ("hand-over", "Ada"),
        ("hand-over", "Ben"),
        ("late", "Ben"),
    }
    assert [p.name for p in talk.path.parent.glob(".needsseg-merging-*")] == []


def test_an_interview_that_is_not_here_comes_in_whole(talk: Study, tmp_path: Path, tables: Dump) -> None:
    theirs = tmp_path / "theirs.db"
    (tmp_path / "other").mkdir()
    other_anna = tmp_path / "other" / "anna.txt"
    other_anna.write_text("Interviewer: Hello?\n\nAnna: I drive a lorry and wait at the border.\n", encoding="utf-8")
    with studies.init(theirs) as other:
        other.actor = "Ben"
        importing.import_transcripts(other, [other_anna, INTERVIEWS / "ines-carvalho.vtt"])
        turn = next(t for t in interviews.show(other, "anna").turns if t.role == "participant")
        passages.code(other, [passages.mark(other, "anna", turn.start, turn.end)], "waiting")
    before = tables(talk)
    report = merging.merge(talk, theirs)
    assert [(row.theirs, row.key, row.how) for row in report.interviews] == [
        ("anna", "anna-2", "new"),
        ("ines-carvalho", "ines-carvalho", "new"),
    ]
    assert [p.quote for p in passages.listing(talk, "anna-2")] == ["I drive a lorry and wait at the border."]
    people = {row.participant for row in interviews.speakers(talk) if row.participant}
    assert people == {"anna", "anna-2", "ines-carvalho"}, "two people of one name stay two"
    with studies.open_study(theirs) as other:
        assert interviews.show(talk, "ines-carvalho") == interviews.show(other, "ines-carvalho")
    again = merging.merge(talk, theirs)
    assert [row.how for row in again.interviews].count("new") == 0 and again.joined == 1
    assert says(again.sentence, "2 interviews", "0 new", 1)
    assert studies.check(talk) == []
    history.undo(talk)
    assert tables(talk) == before


def test_an_edited_text_is_followed_word_by_word(talk: Study, tmp_path: Path) -> None:
    theirs = copy_of(talk)
    text = interviews.show(talk, "anna").text
    with as_coder(theirs, "Ben") as other:
        kept = text.index("I just want to see at a glance")
        passages.code(other, [passages.mark(other, "anna", kept, kept + 30)], "overview")
        gone = text.index("It takes me an hour")
        passages.mark(other, "anna", gone, gone + 19)
    file = tmp_path / "anna.txt"
    file.write_text(SHORT_TALK.replace("It takes me an hour", "Sundays are worst"), encoding="utf-8")
    reimporting.reimport(talk, "anna", file)
    report = merging.merge(talk, theirs)
    assert [row.how for row in report.interviews] == ["edited text"]
    found = passages.listing(talk, code="overview")[0]
    assert found.quote == "I just want to see at a glance" and found.coder == "Ben"
    assert found.quote == interviews.show(talk, "anna").text[found.start : found.end]
    assert [(p.quote, p.anchored, p.coder) for p in report.unplaced] == [("It takes me an hour", False, "Ben")]
    again = merging.merge(talk, theirs)
    assert again.joined == 2 and not again.unplaced
    assert studies.check(talk) == []


def test_the_same_words_in_another_format_are_one_interview(study: Study, tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text(SHORT_TALK, encoding="utf-8")
    markdown = SHORT_TALK.replace("Interviewer:", "**Interviewer:**").replace("Anna:", "**Anna:**")
    (tmp_path / "anna.md").write_text(markdown, encoding="utf-8")
    importing.import_transcripts(study, [tmp_path / "call.txt"])
    theirs = tmp_path / "theirs.db"
    with studies.init(theirs) as other:
        importing.import_transcripts(other, [tmp_path / "anna.md"])
        other.actor = "Ben"
        turn = next(t for t in interviews.show(other, "anna").turns if t.role == "participant")
        passages.mark(other, "anna", turn.start, turn.end)
        said = other.rows("SELECT quote FROM passages")[0][0]
    report = merging.merge(study, theirs)
    assert [(row.theirs, row.key) for row in report.interviews] == [("anna", "call")]
    assert report.interviews[0].how in ("same text", "same words")
    assert [p.quote for p in passages.listing(study)] == [said]


def test_words_of_one_writer_stand_below_each_other_and_of_two_beside(talk: Study) -> None:
    first, *_ = suggest_four(talk)
    theirs = copy_of(talk)
    talk.actor = "Ada"
    memo(talk, first, "odd")
    with as_coder(theirs, "Ada") as other:
        memo(other, first, "not odd at all")
        other.actor = "Ben"
        memo(other, first, "odd")
    report = merging.merge(talk, theirs)
    assert (report.memos, report.memos_continued) == (1, 1)
    rows = {row[0]: row[1] for row in talk.rows("SELECT written_by, words FROM memos")}
    assert rows["Ben"] == "odd" and rows["Ada"].split("\n\n———\n\n") == ["odd", "not odd at all"]
    again = merging.merge(talk, theirs)
    assert (again.memos, again.memos_continued) == (0, 0)


def test_codes_take_what_ours_lack_and_never_lie_in_a_circle(talk: Study) -> None:
    theirs = copy_of(talk)
    with talk.action("codes"):
        upper = talk.insert("codes", {"name": "upper", "description": "ours"})
        talk.insert("codes", {"name": "lower", "parent_id": upper})
    with studies.open_study(theirs) as other, other.action("codes"):
        lower = other.insert("codes", {"name": "lower", "description": "theirs", "color": "red"})
        other.insert("codes", {"name": "upper", "description": "other", "parent_id": lower})
        other.insert("codes", {"name": "new", "parent_id": lower})
    report = merging.merge(talk, theirs)
    held = {row.name: row for row in passages.codebook(talk)}
    assert (held["lower"].description, held["lower"].color, held["lower"].parent) == ("theirs", "red", "upper")
    assert (held["upper"].description, held["upper"].parent, held["new"].parent) == ("ours", None, "lower")
    assert len(report.left) == 2 and says(report.left[0], "upper", "other")
    assert says(report.left[1], "upper", "lower")


def test_what_contradicts_a_decision_here_is_left_and_told(talk: Study) -> None:
    first, second, third, fourth = suggest_four(talk)
    theirs = copy_of(talk)
    talk.actor = "Ada"
    segments.make(talk, "Planner", [first, second])
    review.apart(talk, third, fourth)
    with as_coder(theirs, "Ben") as other:
        review.off_topic(other, [first, third])
        passages.decide(other, [second], "rejected")
        review.together(other, third, fourth)
    report = merging.merge(talk, theirs)
    assert len(report.left) == 2
    assert any(mentions(left, first, "Planner", "Ben", "off-topic") for left in report.left)
    assert [(p.first.id, p.second.id, p.kind) for p in review.pairs(talk)] == [(third, fourth, "apart")]
    assert [(row.passage, row.decided_by) for row in _off_topic(talk)] == [(third, "Ben")]
    assert passages.one(talk, second).status == "suggested", (
        "what lies in a kept segment is not rejected from elsewhere"
    )
    assert report.beside + report.added == 1


def _off_topic(study: Study) -> list[object]:
    from needsseg.study.segments import constraints

    return list(constraints.off_topic(study))


def test_needs_in_view_and_answers_come_along_and_what_contradicts_is_told(talk: Study) -> None:
    """A need of the same name is one; an answer here stays where it says something else; merging again adds nothing."""
    first, second, third, _ = suggest_four(talk)
    needs.add(talk, "Planner", "Wants to know who has what.")
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        review.answer(other, first, None, need=needs.find(other, "planner"))
        review.answer_new_need(other, second, "Reporter", "Has to show how far things are.")
        review.answer(other, third, None, need=needs.find(other, "Reporter"))
        needs.edit(other, needs.find(other, "Planner"), description="Said otherwise.")
    review.answer_new_need(talk, third, "Keeper")
    report = merging.merge(talk, theirs)
    assert (report.needs, report.answers) == (1, 2)
    rows = {row.name: row for row in needs.listing(talk)}
    assert {name: (row.answers, row.description) for name, row in rows.items()} == {
        "Planner": (1, "Wants to know who has what."),
        "Keeper": (1, ""),
        "Reporter": (1, "Has to show how far things are."),
    }
    by = {answer.passage: answer.answered_by for answer in stored_needs.answers(talk)}
    assert by == {first: "Ben", second: "Ben", third: talk.actor}
    assert {row.status for row in evidence.listing(talk)} == {"candidate"}, "an answer names nothing, from there either"
    assert any(mentions(left, third, "Keeper", "Ben", "Reporter") for left in report.left)
    assert any(mentions(left, "Planner", "other words") for left in report.left)
    again = merging.merge(talk, theirs)
    assert (again.needs, again.answers) == (0, 0)
    with studies.open_study(studies.backup(talk, talk.path.with_name("kept.db"))) as kept:
        assert needs.listing(kept) == needs.listing(talk) and stored_needs.answers(kept) == stored_needs.answers(talk)


def test_needs_and_answers_that_came_are_taken_back_at_once(
    talk: Study, tables: Callable[[Study], dict[str, list[tuple[object, ...]]]]
) -> None:
    first, *_ = suggest_four(talk)
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        review.answer_new_need(other, first, "Reporter")
    before = tables(talk)
    merging.merge(talk, theirs)
    assert [row.name for row in needs.listing(talk)] == ["Reporter"]
    history.undo(talk)
    assert tables(talk) == before
