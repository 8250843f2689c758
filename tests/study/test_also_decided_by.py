"""Who decided the same as somebody else keeps their name: in merges, in blind mode, until it is decided otherwise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from needsseg.actions.coding import blind, coverage, passages
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.study.coding import blinding
from needsseg.study.connection import Study
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.colleague_copies import SPANS, as_coder, copy_of, decisions_of, suggest_four
from tests.fixtures.wording.coding import SECONDED
from tests.fixtures.wording.matching import says

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def ada(talk: Study) -> Study:
    """Ada accepted one suggestion and rejected the next; Ben, in a study of his own, did the same. Merged."""
    first, second, *_ = suggest_four(talk)
    theirs = copy_of(talk)
    for path, name in ((talk.path, "Ada"), (theirs, "Ben")):
        with as_coder(path, name) as own:
            passages.decide(own, [first], "accepted")
            passages.decide(own, [second], "rejected")
    talk.actor = "Ada"
    report = merging.merge(talk, theirs)
    assert (report.joined, report.seconded, report.coders) == (2, 2, ("Ben",))
    assert says(report.sentence, f"2 {SECONDED}")
    return talk


def of(study: Study) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [(p.start, p.status, p.coder, p.also_decided_by) for p in passages.listing(study, blind=False)]


def test_the_second_coder_keeps_their_name(ada: Study, tables: Dump) -> None:
    assert of(ada)[:2] == [(47, "accepted", "Ada", ("Ben",)), (61, "rejected", "Ada", ("Ben",))]
    assert [p.start for p in passages.listing(ada, coder="Ben")] == [47, 61]
    after = tables(ada)
    assert merging.merge(ada, ada.path.with_name("theirs.db")).seconded == 0 and tables(ada) == after
    assert coverage.coverage(ada, "Ben").total.decided == 2
    history.undo(ada)
    assert [row[3] for row in of(ada)] == [()] * 4


def test_who_also_decided_goes_with_the_decision_and_comes_back_with_undo(ada: Study, tables: Dump) -> None:
    before = tables(ada)
    for change in (
        lambda: passages.decide(ada, [1], "rejected"),
        lambda: passages.decide(ada, [1], "suggested"),
        lambda: passages.unmark(ada, 1),
        lambda: passages.adjust(ada, 1, 47, 55),
    ):
        change()
        assert of(ada)[0][3] == () and of(ada)[1][3] == ("Ben",)
        history.undo(ada)
        assert tables(ada) == before
    assert passages.decide(ada, [1], "accepted") == 0 and of(ada)[0][3] == ("Ben",)


@pytest.mark.slow
def test_three_people_come_in_whatever_order(talk: Study, tmp_path: Path, tables: Dump) -> None:
    ids = suggest_four(talk)
    names = ("Ada", "Ben", "Cem")
    paths = [copy_of(talk, f"{name}.db") for name in names]
    for path, name, own in zip(paths, names, (ids[:3], ids[:2], ids[1:]), strict=True):
        with as_coder(path, name) as study:
            passages.decide(study, own, "accepted")
    wanted = dict(zip((span[0] for span in SPANS), ("Ada Ben", "Ada Ben Cem", "Ada Cem", "Cem"), strict=True))
    for number, order in enumerate(permutations(paths)):
        result, chain = tmp_path / f"result-{number}.db", tmp_path / f"chain-{number}.db"
        for copy, base in ((result, order[0]), (chain, order[1])):
            copy.write_bytes(base.read_bytes())
        with as_coder(result, "x") as study:
            merging.merge(study, order[1])
            merging.merge(study, order[2])
            found = decisions_of(study)
            assert {place[1]: " ".join(sorted(people)) for place, people in found.items()} == wanted
            after = tables(study)
            for path in order:
                assert merging.merge(study, path).seconded == 0
            assert tables(study) == after
        with as_coder(chain, "x") as study:
            merging.merge(study, order[2])
        with as_coder(result, "x") as study:
            assert merging.merge(study, chain).seconded == 0, "what a colleague merged brings nobody twice"
            assert tables(study) == after


def test_seconds_come_with_what_is_taken_or_new_here(ada: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "empty.db") as other:
        report = merging.merge(other, ada.path)
        assert report.seconded == 2 and of(other) == of(ada)
        assert report.coders == ("Ada", "Ben")
        history.undo(other)
        importing.import_transcripts(other, [_file(tmp_path)])
        suggest_four(other)
        assert merging.merge(other, ada.path).decided == 2
        assert of(other) == of(ada)
        assert studies.check(other) == []


def _file(folder: Path) -> Path:

    (folder / "anna.txt").write_text(SHORT_TALK, encoding="utf-8")
    return folder / "anna.txt"


@pytest.fixture
def ben(ada: Study) -> Study:
    """Ben works blind where he decided as Ada did."""
    ada.actor = "Ben"
    blind.set_blind(ada, True)
    return ada


def test_a_blind_coder_sees_what_they_also_decided_as_their_own(ben: Study, tables: Dump) -> None:
    seen = [(p.start, p.status, p.coder, p.also_decided_by) for p in passages.listing(ben)]
    assert seen[:2] == [(47, "accepted", "Ben", ()), (61, "rejected", "Ben", ())]
    assert passages.one(ben, 1).coder == "Ben"
    assert [p.start for p in passages.listing(ben, coder="Ben")] == [47, 61]
    row = interviews.listing(ben)[0]
    assert (row.suggested, row.accepted, row.rejected) == (2, 1, 1)
    before = tables(ben)
    assert passages.decide(ben, [1], "accepted") == 0 and tables(ben) == before, "it is decided so already"
    assert passages.mark(ben, "anna", *SPANS[0]) == 1 and tables(ben) == before
    passages.code(ben, [1], "late")
    assert [(p.id, p.codes) for p in passages.listing(ben, code="late")] == [(1, ("late",))]


@pytest.mark.parametrize("change", ["rejected", "suggested", "unmark", "adjust"])
def test_a_blind_coder_parts_from_what_they_also_decided(ben: Study, tables: Dump, change: str) -> None:
    passages.code(ben, [1], "late")
    before = tables(ben)
    if change == "unmark":
        passages.unmark(ben, 1)
    elif change == "adjust":
        passages.adjust(ben, 1, 47, 55)
    else:
        assert passages.decide(ben, [1], change) == 1  # type: ignore[arg-type]
    ada = next(p for p in passages.listing(ben, blind=False) if p.id == 1)
    assert (ada.status, ada.coder, ada.also_decided_by, ada.codes) == ("accepted", "Ada", (), ())
    own = [(p.start, p.end, p.status, p.coder, p.codes) for p in passages.listing(ben) if p.start == 47]
    end, status = (55, "accepted") if change == "adjust" else (60, "rejected" if change == "rejected" else "suggested")
    assert own == [(47, end, status, "" if status == "suggested" else "Ben", ("late",))]
    assert studies.check(ben) == []
    history.undo(ben)
    assert tables(ben) == before


def test_leaving_open_what_was_only_also_decided_takes_the_name_off(ben: Study) -> None:
    assert passages.decide(ben, [2], "suggested") == 1
    assert of(ben)[:2] == [(47, "accepted", "Ada", ("Ben",)), (61, "rejected", "Ada", ())]
    assert len(passages.listing(ben, blind=False)) == 4
    assert [(p.start, p.status) for p in passages.listing(ben)][1] == (61, "suggested")


def test_counts_are_those_of_what_is_shown(ben: Study) -> None:
    passages.decide(ben, [1], "rejected")
    passages.mark(ben, "anna", 50, 58)
    for name in ("Ada", "Ben", "Cem"):
        ben.actor = name
        shown = [p.status for p in blinding.own_view(ben, passages.listing(ben, blind=False))]
        counts = blinding.own_counts(ben)["anna"]
        assert dict(counts) == {status: shown.count(status) for status in set(shown)}
