"""Agreement and saturation of what the study holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.actions.coding import measures, passages
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.wording.coding import NOBODY_CODED, NOT_SATURATED, ONE_CODED
from tests.fixtures.wording.matching import refuses, says


@pytest.fixture
def two_coders(talk: Study, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Ada codes two passages; Ben one of them alike, and half of the other with another code."""
    turns = [turn for turn in interviews.show(talk, "anna").turns if turn.role == "participant"]
    whole = [passages.mark(talk, "anna", turn.start, turn.end) for turn in turns]
    half = passages.mark(talk, "anna", turns[1].start, turns[1].start + 40)
    monkeypatch.setattr(talk, "actor", "Ada")
    passages.code(talk, whole, "overview")
    monkeypatch.setattr(talk, "actor", "Ben")
    passages.code(talk, whole[:1], "overview")
    passages.code(talk, [half], "memory")
    return talk


def test_agreement_counts_participants_words_and_lists_where_coders_differ(two_coders: Study) -> None:
    shown = interviews.show(two_coders, "anna")
    sizes = [turn.end - turn.start for turn in shown.turns if turn.role == "participant"]
    found = measures.agreement(two_coders)
    assert found.agreement.coders == ("Ada", "Ben") and found.agreement.n == sum(sizes)
    overview = next(code for code in found.agreement.codes if code.code == "overview")
    assert overview.percent == pytest.approx(100 * sizes[0] / sum(sizes))
    assert {(one.code, one.by, one.not_by) for one, _ in found.disagreements} == {
        ("overview", ("Ada",), ("Ben",)),
        ("memory", ("Ben",), ("Ada",)),
    }
    assert all(words == shown.text[one.start : one.end] for one, words in found.disagreements)
    whole = measures.agreement(two_coders, all_text=True).agreement
    assert whole.n == len(shown.text)
    assert whole.percent is not None and found.agreement.percent is not None and whole.percent > found.agreement.percent
    assert measures.agreement(two_coders, "sentence").agreement.n == 4
    assert measures.agreement(two_coders, "passage").agreement.n == 2


def test_a_coder_takes_off_their_own_mark(two_coders: Study) -> None:
    first = passages.listing(two_coders, code="overview")[0]
    assert first.codes == ("overview",), "a code that two people put on a passage is one code"
    assert next(code.passages for code in passages.codebook(two_coders) if code.name == "overview") == 2
    assert passages.uncode(two_coders, [first.id], "overview") == 1
    assert passages.one(two_coders, first.id).codes == ("overview",), "Ada's stands"
    assert passages.uncode(two_coders, [first.id], "overview") == 1
    assert passages.one(two_coders, first.id).codes == ()


def test_one_coder_alone_agrees_with_nobody(talk: Study) -> None:
    with refuses(UsageError, NOBODY_CODED, "NEEDSSEG_CODER"):
        measures.agreement(talk)
    turn = next(t for t in interviews.show(talk, "anna").turns if t.role == "participant")
    passages.code(talk, [passages.mark(talk, "anna", turn.start, turn.end)], "x")
    with refuses(UsageError, "tester", ONE_CODED, "NEEDSSEG_CODER"):
        measures.agreement(talk)


def test_saturation_follows_the_order_of_import(study: Study, tmp_path: Path) -> None:
    heard = [("a", "b"), ("c",), ("a", "d"), (), ("e",), ("a",), ("b",)]
    for number, codes in enumerate(heard):
        file = tmp_path / f"talk{number}.txt"
        file.write_text(SHORT_TALK.replace("an hour", f"{number + 2} hours"), encoding="utf-8")
        importing.import_transcripts(study, [file])
        turn = next(t for t in interviews.show(study, f"talk{number}").turns if t.role == "participant")
        passage = passages.mark(study, f"talk{number}", turn.start, turn.end)
        for code in codes:
            passages.code(study, [passage], code)
    found = measures.saturation(study)
    assert found.interviews == tuple(f"talk{number}" for number in range(7))
    assert found.new == (2, 1, 1, 0, 1, 0, 0)
    assert found.saturation.base_codes == 4
    assert [step.new for step in found.saturation.steps] == [1, 0]
    assert found.saturation.reported == "5+2"


def test_accepted_passages_without_codes_tell_nothing_of_saturation(study: Study, tmp_path: Path) -> None:
    for number in range(6):
        file = tmp_path / f"talk{number}.txt"
        file.write_text(SHORT_TALK.replace("an hour", f"{number + 2} hours"), encoding="utf-8")
        importing.import_transcripts(study, [file])
        for turn in interviews.show(study, f"talk{number}").turns:
            if turn.role == "participant":
                passages.mark(study, f"talk{number}", turn.start, turn.end)
    passages.code(study, [passage.id for passage in passages.listing(study, "talk0")][:1], "late")
    found = measures.saturation(study)
    assert found.incomplete == tuple(f"talk{number}" for number in range(1, 6)), (
        "half of what is accepted has codes in talk0"
    )
    assert found.verdict == "cannot tell" and says(found.sentence, "Cannot tell", "5 of 6 interviews")
    passages.code(study, [passage.id for passage in passages.listing(study)], "late")
    found = measures.saturation(study)
    assert not found.incomplete and found.verdict == "reached"


def test_saturation_on_the_command_line(talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    turn = next(t for t in interviews.show(talk, "anna").turns if t.role == "participant")
    passages.code(talk, [passages.mark(talk, "anna", turn.start, turn.end)], "overview")
    call = Caller(talk.path, capsys)
    told = call.done("saturation", "--json").json
    assert told["new"] == [1] and told["reported"] == ""
    assert says(call.done("saturation").err, NOT_SATURATED)
    assert call("saturation", "--base", "0").code == 2


def test_agreement_on_the_command_line(two_coders: Study, capsys: pytest.CaptureFixture[str]) -> None:
    call = Caller(two_coders.path, capsys)
    assert call.done("agreement", "--json").json["coders"] == ["Ada", "Ben"]
    assert "overview" in call.done("agreement", "--by", "sentence").out
    assert call("agreement", "--by", "word").code == 2
