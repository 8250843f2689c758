"""From a study to QualCoder and back: everything a project can carry comes back equal, nothing is invented."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import codebook, memos, passages, statements
from needsseg.actions.exchange.refi import export
from needsseg.actions.exchange.refi import importing as refi_import
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.records import JobParts
from needsseg.study.connection import Study
from tests.fixtures.refi.qualcoder import through_qualcoder
from tests.fixtures.refi.studies import MEMO, kept_by_refi

pytest_plugins = ["tests.fixtures.refi.studies"]


def without_times(kept: list[object]) -> list[object]:
    """What QualCoder keeps of ``held``: it has one time for a code and its memo, and none for links to accounts."""
    talks, marks, codings, coded_by, codes, written, stated, people, _ = kept
    return [
        talks,
        [mark[:4] for mark in marks],  # type: ignore[attr-defined]
        codings,
        [mark[:3] for mark in coded_by],  # type: ignore[attr-defined]
        codes,
        [memo[:4] for memo in written],  # type: ignore[attr-defined]
        stated,
        people,
    ]


@pytest.mark.parametrize("escaping", [True, False])
def test_a_study_comes_back_from_qualcoder_into_a_new_and_into_the_same_study(
    coded: Study, escaping: bool, tmp_path: Path
) -> None:
    codebook.recolour(coded, "very late", "blue")
    turn = next(t for t in interviews.show(coded, "gus-petrakis").turns if t.role == "participant")
    alone = passages.mark(coded, "gus-petrakis", turn.start, turn.end)
    coded.actor = "Ben"
    memos.write(coded, "passage", alone, "R&D; nobody coded this")
    memos.write(coded, "interview", "anna", "Ben & Anna")
    memos.write(coded, "code", "late", "[Memo by Ben, 2026]\n\nas I see it")
    statements.write(coded, 1, JobParts(outcome="know who goes"))
    coded.actor = "tester"
    if not escaping:
        # What looks escaped and is not cannot be told from what is.
        memos.write(coded, "passage", 1, MEMO.replace("&amp;", "& so on <late>"))
    out = export.export_qdpx(coded, tmp_path / "out.qdpx", original=True)
    assert any("QualCoder" in what for what in out.dropped_by_others)
    back = through_qualcoder(out.path, tmp_path / "back.qdpx", escaping)
    before = kept_by_refi(coded)
    with studies.init(tmp_path / "other.db") as other:
        other.actor = "somebody else"
        done = refi_import.import_qdpx(other, back)
        assert without_times(kept_by_refi(other)) == without_times(before)
        assert [each for each in done.dropped if each.kind != "repair"] == []
    again = refi_import.import_qdpx(coded, back)
    assert kept_by_refi(coded) == before
    assert (again.passages, again.marks, again.memos, again.codes, again.people, again.added) == (0, 0, 0, 0, 0, ())


WORDS = st.lists(
    st.sampled_from(["we", "wait", "🙂", "👩‍👩‍👧", "Größe", "R&D", "<late>", "ok."]), min_size=2, max_size=7
)
PEOPLE = st.sampled_from(["Ben", "Kim Õ", "tester"])


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_any_work_comes_back(said: list[list[str]], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "anna.txt"
        file.write_text("\n\n".join(f"Interviewer: And then?\n\nAnna: {' '.join(words)}" for words in said))
        with studies.init(Path(folder) / "a.db") as first, studies.init(Path(folder) / "b.db") as second:
            importing.import_transcripts(first, [file])
            shown = interviews.show(first, "anna")
            for turn in (turn for turn in shown.turns if turn.speaker == "Anna"):
                first.actor = data.draw(PEOPLE)
                words = shown.words(turn)
                start = turn.start + data.draw(st.sampled_from([0, words.index(" ") + 1]))
                passage = passages.mark(first, "anna", start, turn.end)
                for what in data.draw(st.lists(st.sampled_from(["code", "memo", "job"]), max_size=4)):
                    first.actor = data.draw(PEOPLE)
                    if what == "code":
                        passages.code(first, [passage], data.draw(st.sampled_from("abc")))
                    elif what == "memo":
                        memos.write(
                            first, "passage", passage, data.draw(st.sampled_from([MEMO, "R&D", "[Memo by x, 1]"]))
                        )
                    else:
                        statements.write(first, passage, JobParts(pain=data.draw(st.sampled_from(["long", "slow"]))))
            participants.change(first, "anna", {"ward": data.draw(st.sampled_from(["3", "a & b"]))})
            before = kept_by_refi(first)
            made = export.export_qdpx(first, Path(folder) / "a.qdpx", original=True)
            assert refi_import.import_qdpx(second, made.path).dropped == ()
            assert kept_by_refi(second) == before
            back = through_qualcoder(made.path, Path(folder) / "b.qdpx")
            again = refi_import.import_qdpx(first, back)
            assert kept_by_refi(first) == before and again.dropped == ()
            with studies.init(Path(folder) / "c.db") as third:
                assert refi_import.import_qdpx(third, back).dropped == ()
                assert without_times(kept_by_refi(third)) == without_times(before)


def test_segments_and_undecided_passages_invent_nothing(demo_study: Study, tmp_path: Path) -> None:
    made = export.export_qdpx(demo_study, tmp_path / "a.qdpx", original=True)
    back = through_qualcoder(made.path, tmp_path / "b.qdpx")
    before, listed = kept_by_refi(demo_study), passages.listing(demo_study)
    done = refi_import.import_qdpx(demo_study, back)
    assert kept_by_refi(demo_study) == before and passages.listing(demo_study) == listed
    assert (done.passages, done.marks, done.memos, done.people) == (0, 0, 0, 0)
    assert {each.kind for each in done.dropped} <= {"segment", "account"}
    with studies.init(tmp_path / "other.db") as other:
        refi_import.import_qdpx(other, back)
        marked = [(p.interview, p.start, p.end, p.status) for p in listed if p.status == "accepted"]
        there = [(p.interview, p.start, p.end, p.status) for p in passages.listing(other) if p.status == "accepted"]
        assert there == marked
        assert without_times(kept_by_refi(other))[7] == without_times(before)[7]
