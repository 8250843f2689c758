"""A project that a study wrote comes back into it: known by its ids and words, also under pseudonyms and after a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, memos, passages, pseudonym_decisions, statements
from needsseg.actions.exchange.refi import export
from needsseg.actions.exchange.refi import importing as refi_import
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.actions.transcripts import transcript_edits as turns
from needsseg.records import WORD_KINDS, JobParts
from needsseg.study.coding import exchange
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews as stored
from tests.fixtures.cli_calls import Caller
from tests.fixtures.refi.qualcoder import through_qualcoder

pytest_plugins = ["tests.fixtures.cli_calls"]

MARA = """Interviewer: Thanks for coming. How do you plan a week, Mara?

Mara Lindqvist: On paper, mostly. Mara Lindqvist's famous paper, my colleagues call it. I never trust the calendar.

Interviewer: What happens when a delivery is late?

Mara Lindqvist: Then I phone Petra Hollmann at the depot, and she phones the driver. It takes half a morning.

Interviewer: And who tells the shop?

Mara Lindqvist: Nobody. They find out when the shelf is empty.
"""
OLE = """WEBVTT

00:00:01.000 --> 00:00:04.500
Interviewer: How do you learn that a machine stands still?

00:00:05.000 --> 00:00:09.250
Ole Brandt: I hear it. Silence is the alarm, as we say on our floor.

00:00:11.000 --> 00:00:13.000
Interviewer: And then?

00:00:14.000 --> 00:00:19.900
Ole Brandt: Then I walk there and look at the little lamp.
"""


@pytest.fixture
def shop(study: Study, tmp_path: Path) -> Study:
    """Two interviews with names in what is said, coded and written about."""
    (tmp_path / "mara.txt").write_text(MARA, encoding="utf-8")
    (tmp_path / "ole.vtt").write_text(OLE, encoding="utf-8")
    importing.import_transcripts(study, [tmp_path / "mara.txt", tmp_path / "ole.vtt"])
    pseudonym_decisions.replace_words(study, "Petra Hollmann", "the dispatcher", "person")
    codebook.create(study, "late news")
    codebook.create(study, "Petra Hollmann helps")
    text = interviews.show(study, "mara").text
    for quote in ("I never trust the calendar", "phone Petra Hollmann at the depot", "Hollmann at the"):
        start = text.index(quote)
        passages.mark(study, "mara", start, start + len(quote))
    passages.code(study, [1, 2], "late news")
    passages.code(study, [2, 3], "Petra Hollmann helps")
    memos.write(study, "passage", 2, "Petra Hollmann is the real system")
    memos.write(study, "interview", "mara", "Mara was calm")
    statements.write(study, 2, JobParts("when a delivery is late", pain="only Petra Hollmann knows"))
    return study


def _work(study: Study) -> list[object]:
    return [
        [(key, interviews.show(study, key).text, interviews.show(study, key).turns) for key in stored.keys(study)],
        [(p.id, p.interview, p.start, p.end, p.status, p.codes) for p in passages.listing(study)],
        exchange.codes(study),
        exchange.code_marks(study),
        memos.listing(study),
        statements.listing(study),
    ]


@pytest.mark.parametrize("original", [False, True])
def test_a_projects_own_study_knows_its_interviews_and_nothing_doubles(
    shop: Study, tmp_path: Path, original: bool
) -> None:
    before = _work(shop)
    export.export_qdpx(shop, tmp_path / "shop.qdpx", original=original)
    done = refi_import.import_qdpx(shop, tmp_path / "shop.qdpx")
    assert (done.added, sorted(done.joined), done.refused) == ((), ["mara", "ole"], ())
    assert done.dropped == ()
    assert _work(shop) == before


def test_new_codes_on_pseudonymous_words_come_to_their_places(shop: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "other.db") as other:
        other.actor = "Noor"
        export.export_qdpx(shop, tmp_path / "shop.qdpx")
        (key, _) = refi_import.import_qdpx(other, tmp_path / "shop.qdpx").added
        text = interviews.show(other, key).text
        assert "Petra" not in text and "Mara" not in text
        start = text.index("she phones the driver")
        made = passages.mark(other, key, start, start + len("she phones the driver"))
        passages.code(other, [made], "late news")
        export.export_qdpx(other, tmp_path / "back.qdpx", original=True)
    done = refi_import.import_qdpx(shop, tmp_path / "back.qdpx")
    assert (done.added, sorted(done.joined), done.passages) == ((), ["mara", "ole"], 1)
    (new,) = [p for p in passages.listing(shop) if "driver" in p.quote]
    assert (new.interview, new.quote, list(new.codes)) == ("mara", "she phones the driver", ["late news"])
    assert [code.name for code in exchange.codes(shop)] == ["Petra Hollmann helps", "late news"]


def _split(study: Study) -> None:
    turns.split_turn(study, "mara", interviews.show(study, "mara").text.index("Mara Lindqvist's famous"))


def _join(study: Study) -> None:
    turns.join_turns(study, "mara", interviews.show(study, "mara").text.index("On paper"))


def _give(study: Study) -> None:
    start = interviews.show(study, "mara").text.index("Nobody. They")
    turns.give_words(study, "mara", start, start + len("Nobody."), "Petra Hollmann")


def _delete(study: Study) -> None:
    start = interviews.show(study, "mara").text.index("Thanks for coming.")
    turns.delete_words(study, "mara", start, start + len("Thanks for coming."))


@pytest.mark.parametrize("original", [False, True])
@pytest.mark.parametrize("mend", [_split, _join, _give, _delete])
def test_an_interview_that_was_mended_since_is_refused_by_name_and_the_rest_goes_on(
    shop: Study, tmp_path: Path, original: bool, mend: Callable[[Study], None]
) -> None:
    export.export_qdpx(shop, tmp_path / "shop.qdpx", original=original)
    mend(shop)
    before = _work(shop)
    done = refi_import.import_qdpx(shop, tmp_path / "shop.qdpx")
    assert (done.added, done.joined, done.refused) == ((), ("ole",), ("mara",))
    (told,) = [each for each in done.dropped if each.kind == "interview"]
    assert "is mara" in told.why and "3 selections" in told.why and "Undo the changes of mara" in told.why
    assert _work(shop) == before


def test_by_way_of_another_program_a_mended_interview_is_known_by_its_key(shop: Study, tmp_path: Path) -> None:
    export.export_qdpx(shop, tmp_path / "out.qdpx", original=True)
    through_qualcoder(tmp_path / "out.qdpx", tmp_path / "back.qdpx")
    _split(shop)
    done = refi_import.import_qdpx(shop, tmp_path / "back.qdpx")
    assert (done.added, done.joined, done.refused) == ((), ("ole",), ("mara",))


def test_a_talk_of_nobody_here_that_repeats_an_interview_is_told(shop: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "other.db") as other:
        (tmp_path / "copy.txt").write_text(MARA.replace("half a morning", "an hour"), encoding="utf-8")
        importing.import_transcripts(other, [tmp_path / "copy.txt"])
        export.export_qdpx(other, tmp_path / "copy.qdpx", original=True)
    done = refi_import.import_qdpx(shop, tmp_path / "copy.qdpx")
    assert done.added == ("copy",)
    (told,) = [each for each in done.dropped if each.kind == "double"]
    assert "mara" in told.why and "copy" in told.why


def test_the_command_says_what_is_here_and_what_was_refused(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.done("export", "qdpx", tmp_path / "all.qdpx")
    here = needsseg("import", tmp_path / "all.qdpx")
    assert here.code == 0 and here.out == ""
    assert "Already here" in here.err and "gus-petrakis, ines-carvalho, marek-nowotny, priyanka-rao" in here.err
    first = needsseg.done("show", "gus-petrakis", "--json").json["turns"][1]
    needsseg.done("turn", "join", "gus-petrakis", first["start"])
    changed = needsseg("import", tmp_path / "all.qdpx")
    assert changed.code == 3
    assert "interview" in changed.err and "is gus-petrakis, whose text was changed" in changed.err
    assert len(needsseg.done("interviews", "--json").json) == 4


def test_times_of_turns_come_back_to_the_millisecond(shop: Study, tmp_path: Path) -> None:
    for original, name in ((True, "open"), (False, "covered")):
        export.export_qdpx(shop, tmp_path / f"{name}.qdpx", original=original)
        with studies.init(tmp_path / f"{name}.db") as other:
            refi_import.import_qdpx(other, tmp_path / f"{name}.qdpx")
            key = stored.keys(other)[-1]
            there = [(turn.start_ms, turn.end_ms) for turn in interviews.show(other, key).turns]
            assert there == [(turn.start_ms, turn.end_ms) for turn in interviews.show(shop, "ole").turns]
            assert there[1] == (5000, 9250)
            assert [memo.words for memo in memos.listing(other, "interview")] == [
                memos.listing(shop, "interview")[0].words if original else "Participant 1 was calm"
            ]


def test_times_come_through_a_program_that_forgets_what_a_note_is_about(shop: Study, tmp_path: Path) -> None:
    export.export_qdpx(shop, tmp_path / "out.qdpx", original=True)
    through_qualcoder(tmp_path / "out.qdpx", tmp_path / "back.qdpx")
    with studies.init(tmp_path / "other.db") as other:
        done = refi_import.import_qdpx(other, tmp_path / "back.qdpx")
        assert [turn.start_ms for turn in interviews.show(other, "ole").turns] == [1000, 5000, 11000, 14000]
        assert not [each for each in done.dropped if each.kind in ("note", "times")]


def test_the_words_of_imported_texts_are_accounted_for(shop: Study, tmp_path: Path) -> None:
    export.export_qdpx(shop, tmp_path / "shop.qdpx", original=True)
    with studies.init(tmp_path / "other.db") as other:
        done = refi_import.import_qdpx(other, tmp_path / "shop.qdpx")
        for key in done.added:
            talk = interviews.show(other, key)
            counted = done.words_by_kind[key]
            assert tuple(counted) == WORD_KINDS and sum(counted.values()) == len(talk.text.split())
            assert counted["speech"] == sum(len(talk.words(turn).split()) for turn in talk.turns)
            assert counted["label"] > 0 and counted["unread"] == 0
        rows = {row.key: row.words_by_kind for row in stored.listing(other)}
        assert rows == done.words_by_kind
