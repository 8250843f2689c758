"""What comes from a colleague, a file or an argument is checked as what people type is; codes are one in any case."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from needsseg.actions.coding import (
    blind,
    codebook,
    measures,
    memos,
    passages,
    pseudonym_decisions,
    search_scope,
    searching,
)
from needsseg.actions.coding.coverage import coverage, mark_read
from needsseg.actions.discovery import needs, review
from needsseg.actions.exchange.refi import importing as refi_import
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.merge import checked_texts
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.colleague_copies import copy_of
from tests.fixtures.studies.hostile_study import NAMES, hostile_study, steering

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def names(study: Study) -> list[str]:
    return sorted(row.name for row in passages.codebook(study))


def marked(study: Study, key: str = "anna") -> list[int]:
    """Each of the participant's turns as an accepted passage."""
    turns = [turn for turn in interviews.show(study, key).turns if turn.role == "participant"]
    return [passages.mark(study, key, turn.start, turn.end) for turn in turns]


def test_a_merge_takes_no_hostile_name(tmp_path: Path, tables: Dump) -> None:
    """Of every column that people and files write, what came is on one line or words, and undo takes all of it back."""
    theirs = hostile_study(tmp_path / "theirs")
    with studies.init(tmp_path / "ours.db") as ours:
        before = tables(ours)
        report = merging.merge(ours, theirs)
        assert report.codes == 4 and report.needs and report.memos
        for table, columns in NAMES.items():
            for column in columns:
                for (text,) in ours.rows(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
                    assert not steering(text), (table, column, text)
        assert not steering(
            "".join(row[0] for row in ours.rows("SELECT attributes FROM participants")).replace("\\u", "")
        )
        assert studies.check(ours) == []
        assert any("hand-over" in name for name in names(ours))
        again = merging.merge(ours, theirs, dry_run=True)
        assert (again.codes, again.needs, again.marks, again.memos, again.added) == (0, 0, 0, 0, 0)
        history.undo(ours)
        assert tables(ours) == before


def test_names_that_become_one_are_told_apart(talk: Study) -> None:
    for name in ("late", "late 3"):
        codebook.create(talk, name)
    theirs = copy_of(talk)
    with closing(sqlite3.connect(theirs)) as held, held:
        held.execute("UPDATE codes SET name = 'late' || char(7) WHERE name = 'late 3'")
        held.execute("UPDATE interviews SET warnings = 'no list'")
        held.execute("UPDATE participants SET attributes = '[1]'")
        held.execute("UPDATE codes SET color = char(27) || '[31m'")
    with studies.open_study(theirs) as opened:
        checked_texts.check_texts(opened)
        assert names(opened) == ["late", "late 2"]
        assert [
            tuple(row) for row in opened.rows("SELECT warnings, (SELECT attributes FROM participants) FROM interviews")
        ] == [("[]", "{}")]
        assert {row.color for row in passages.codebook(opened)} == {""}


@pytest.mark.parametrize(
    "name", ["a\x1b[31mb", "a\x9bb", "user\u202etxt", "a\u2066b", "two\nlines", "a\tb", "a\u2028b"]
)
def test_names_that_are_typed_are_one_line(talk: Study, name: str) -> None:
    for make in (codebook.create, needs.add):
        with pytest.raises(UsageError, match="one line"):
            make(talk, name)


@pytest.mark.parametrize("words", ["a\x1b]52;c;x\x07b", "a\x9bb", "x\u202ey"])
def test_words_that_are_written_steer_nothing(talk: Study, words: str) -> None:
    memos.write(talk, "interview", "anna", f"{words}\tand\r\nmore")
    (memo,) = memos.listing(talk)
    assert not steering(memo.words) and memo.words.endswith("\tand\nmore")
    pseudonym_decisions.replace_words(talk, f"Anna{words}", f"Bea{words}")
    assert not steering("".join(talk.rows("SELECT words || replacement FROM pseudonyms")[0]))


def test_a_table_of_codes_and_a_transcript_bring_no_hostile_names(talk: Study, tmp_path: Path) -> None:
    words = "when something is said too late for anybody to do something about it " * 3
    rows = f"code,parent,description\nlate\x1b[31m\u202e,,{words}\u2066\x9b\n"
    (tmp_path / "codes.csv").write_text(rows, encoding="utf-8")
    refi_import.import_code_table(talk, tmp_path / "codes.csv")
    (tmp_path / "bo.txt").write_text(SHORT_TALK.replace("Anna:", "Bo\u202e\u2067:"), encoding="utf-8")
    importing.import_transcripts(talk, [tmp_path / "bo.txt"])
    assert "Bo" in {row.label for row in interviews.speakers(talk, "bo")}
    found = [row[0] for row in talk.rows("SELECT name || description FROM codes UNION SELECT label FROM speakers")]
    assert found and not steering("".join(found))


def test_a_code_is_one_in_any_case(talk: Study) -> None:
    first, second = marked(talk)
    assert passages.code(talk, [first], "Slow") == 1
    assert passages.code(talk, [second, first], "slow") == 1
    assert names(talk) == ["Slow"] and history.listing(talk, 1)[0].summary.endswith("“Slow”")
    assert [row.id for row in passages.listing(talk, code="SLOW")] == [first, second]
    hits = searching.search(talk, "nurse")
    searching.code_hits(talk, hits, "sLOW")
    assert names(talk) == ["Slow"]
    assert passages.uncode(talk, [first], "slow") == 1


def test_two_codes_that_differ_in_case_are_proposed_to_be_one(talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    passages.code(talk, marked(talk), "Slow")
    talk.conn.execute("INSERT INTO codes (name) VALUES ('slow')")
    talk.conn.commit()
    call = Caller(talk.path, capsys)
    for told in (call.done("codes"), call.done("codebook", "--json"), call.done("code", "slow", 1)):
        assert "“Slow”, “slow”" in told.err and "needsseg codebook merge slow Slow" in told.err
    assert call("code", "SLOW", 1).code == 2
    call.done("codebook", "merge", "slow", "Slow")
    assert names(talk) == ["Slow"] and "differ" not in call.done("codes").err


def test_a_merge_follows_a_new_name(talk: Study, tables: Dump) -> None:
    first, second = marked(talk)
    passages.code(talk, [first], "late")
    passages.code(talk, [first], "own")
    path = copy_of(talk)
    with studies.open_study(path) as theirs:
        theirs.actor = "Ben"
        codebook.rename(theirs, "late", "too late")
        codebook.rename(theirs, "own", "theirs")
        passages.code(theirs, [second], "too late")
        codebook.create(theirs, "late")
    codebook.rename(talk, "own", "ours")
    before = tables(talk)
    report = merging.merge(talk, path)
    assert (report.renamed, report.codes) == (1, 1)
    assert names(talk) == ["late", "ours", "too late"]
    assert [p.codes for p in passages.listing(talk)] == [("ours", "too late"), ("too late",)]
    assert any("“ours” is called “theirs” there" in line for line in report.left)
    assert merging.merge(talk, path).renamed == 0 and names(talk) == ["late", "ours", "too late"]
    history.undo(talk)
    assert tables(talk) == before


def test_a_new_name_is_followed_between_studies_of_their_own(talk: Study, tmp_path: Path) -> None:
    """The codes have no action in common, but the one was called as the other is."""
    with studies.init(tmp_path / "theirs.db") as theirs:
        importing.import_transcripts(theirs, [tmp_path / "anna.txt"])
        passages.code(theirs, marked(theirs), "it's late, x")
        path = theirs.path
    merging.merge(talk, path)
    with studies.open_study(path) as theirs:
        codebook.rename(theirs, "it's late, x", "delay")
    assert merging.merge(talk, path).renamed == 1 and names(talk) == ["delay"]
    codebook.rename(talk, "delay", "wait")
    assert merging.merge(talk, path).renamed == 0 and names(talk) == ["wait"]


def test_blind_mode_hides_what_others_did_from_every_list(talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    talk.actor = "Ada"
    first, second = marked(talk)
    passages.code(talk, [first], "late")
    review.together(talk, first, second)
    review.off_topic(talk, [second])
    memos.write(talk, "passage", first, "Ada thinks so")
    talk.actor = "Ben"
    blind.set_blind(talk, True)
    assert [row.passages for row in searching.search(talk, "nurse")] == [()]
    passages_only = search_scope.Filter(speech="passages")
    assert searching.search(talk, "nurse", passages_only) == []
    assert searching.search(talk, "nurse", search_scope.Filter(code="late")) == []
    with pytest.raises(NotFoundError, match="colleague"):
        searching.like(talk, first)
    assert review.pairs(talk) == [] and review.off_topic_passages(talk) == []
    assert history.listing(talk) == [] and memos.listing(talk) == []
    assert [row.passages for row in passages.codebook(talk)] == [0]
    assert coverage(talk).total.coded == 0
    searching.code_hits(talk, searching.search(talk, "nurse"), "late")
    assert [row.coder for row in passages.listing(talk)] == ["Ben"], "a hit that is coded stands beside the colleague's"
    assert [entry.actor for entry in history.listing(talk)] == ["Ben"]
    blind.set_blind(talk, False)
    assert {entry.actor for entry in history.listing(talk)} >= {"Ada", "Ben"}


def test_saturation_cannot_be_told_of_interviews_coded_in_part(study: Study, tmp_path: Path) -> None:
    for number in range(6):
        file = tmp_path / f"talk{number}.txt"
        file.write_text(SHORT_TALK.replace("an hour", f"{number + 2} hours"), encoding="utf-8")
        importing.import_transcripts(study, [file])
        if number < 4:
            passages.code(study, marked(study, f"talk{number}"), "late")
    found = measures.saturation(study)
    assert (found.verdict, found.incomplete) == ("cannot tell", ("talk4", "talk5"))
    assert str(found.sentence).startswith("Cannot tell: 2 of 6 interviews were not coded throughout (talk4, talk5)")
    mark_read(study, "talk4", range(4))
    passages.code(study, marked(study, "talk5"), "late")
    found = measures.saturation(study)
    assert (found.verdict, found.incomplete) == ("reached", ())
    assert str(found.sentence).startswith("Reached at 4+2")
    passages.decide(study, [passages.listing(study, "talk1")[0].id], "suggested")
    assert measures.saturation(study).incomplete == ("talk1",)


def test_agreement_says_what_it_rests_on(talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    ids = marked(talk)
    for who, theirs in (("Ada", ids), ("Ben", ids[:1])):
        talk.actor = who
        passages.code(talk, theirs, "late")
    # Marking made all passages the first coder's; what each coded is what counts here.
    talk.execute("UPDATE passages SET decided_by = 'Ada'")
    talk.conn.commit()
    whole, shared = measures.agreement(talk), measures.agreement(talk, shared=True)
    assert whole.disagreements and not shared.disagreements
    assert shared.agreement.n == passages.one(talk, ids[0]).end - passages.one(talk, ids[0]).start
    call = Caller(talk.path, capsys)
    assert call.done("agreement").out.splitlines()[0] == whole.compared
    assert (
        call.done("agreement", "--both").out.splitlines()[0] == "Ada and Ben, over what each of them has coded or read."
    )
    assert call.done("agreement", "--both", "--json").json["shared"] is True
    mark_read(talk, "anna", range(9))
    talk.actor = "Ben"
    mark_read(talk, "anna", range(9))
    assert measures.agreement(talk, shared=True).agreement.n == whole.agreement.n
    for units in ("sentence", "passage"):
        assert measures.agreement(talk, units, shared=True).agreement.n > 0  # type: ignore[arg-type]
