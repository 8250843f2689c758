"""What people said and wrote is the same everywhere: on the screen, in listings, in searches, exports and merges."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.coding import codebook, measures, memos, passages, search_scope, searching, statements
from needsseg.actions.exchange.export import export
from needsseg.actions.segments import segments
from needsseg.actions.study import merging, studies
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.records import JobParts, Passage
from needsseg.study.connection import Study
from needsseg.text import safe as shown
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen
from tests.fixtures.app.pictures import words
from tests.fixtures.app.small_study import LARGE, SMALL, play
from tests.fixtures.cli_calls import Caller
from tests.fixtures.strange_texts import TEXTS, told, transcript

EVERY = pytest.mark.parametrize("name", TEXTS)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with every text said, marked, a code's name, in a memo, in a job statement and a segment's name."""
    folder = tmp_path_factory.mktemp("strange")
    (folder / "strange.txt").write_text(transcript(), encoding="utf-8")
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [folder / "strange.txt"])
        whole = interviews.show(study, "strange").text
        for text in TEXTS.values():
            at = whole.index(told(text))
            made = passages.mark_and_code(study, "strange", at, at + len(told(text)), told(text))
            memos.write(study, "passage", made, text)
            memos.write(study, "code", told(text), text)
            statements.write(study, made, JobParts(situation=text, workaround=text))
            segments.make(study, text, [made])
    return folder / "study.db"


@pytest.fixture
def study(strange: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of it."""
    shutil.copyfile(strange, tmp_path / "study.db")
    with studies.open_study(tmp_path / "study.db") as opened:
        yield opened


@pytest.fixture
def call(study: Study, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(study.path, capsys)


def quoted(study: Study, name: str) -> Passage:
    """The passage of a text."""
    return next(passage for passage in passages.listing(study) if passage.quote == told(TEXTS[name]))


@EVERY
def test_it_is_imported_and_quoted_as_it_was_said(study: Study, name: str) -> None:
    talk = interviews.show(study, "strange")
    assert told(TEXTS[name]) in [talk.words(turn) for turn in talk.turns]
    passage = quoted(study, name)
    assert passage.quote == talk.text[passage.start : passage.end] == told(TEXTS[name])


def test_every_listing_has_them_all(call: Caller) -> None:
    said = [told(text) for text in TEXTS.values()]
    assert [row["quote"] for row in call.done("passages", "--json").json] == said
    talk = call.done("show", "strange", "--json").json
    theirs = [turn for turn in talk["turns"] if turn["role"] == "participant"]
    assert [talk["text"][turn["start"] : turn["end"]] for turn in theirs] == said
    assert {row["name"] for row in call.done("codes", "--json").json} == set(said)
    assert {row["name"] for row in call.done("codebook", "--json").json} == set(said)
    assert {row["name"] for row in call.done("segments", "--json").json} == {text.strip() for text in TEXTS.values()}
    noted = call.done("memos", "--json").json
    assert sorted(row["words"] for row in noted) == sorted(2 * list(TEXTS.values()))
    for part in ("situation", "workaround"):  # one line each
        assert [row[part] for row in call.done("jobs", "--json").json] == said


@EVERY
def test_a_search_finds_it_and_quotes_it(study: Study, name: str) -> None:
    whole, passage = interviews.show(study, "strange").text, quoted(study, name)
    for asked in (passage.quote.replace('"', " "), f'"{passage.quote.split()[0].strip("“‘")}"'):
        hits = searching.search(study, asked)
        assert any(hit.start <= passage.start and passage.end <= hit.end for hit in hits), asked
        for hit in hits:
            assert hit.words == whole[hit.start : hit.end]
    assert quoted(study, name).quote in [
        hit.words for hit in searching.search(study, asked, search_scope.Filter(speech="passages"))
    ]


def test_a_memo_and_a_rename_through_the_command_line(call: Caller, study: Study) -> None:
    for number, text in enumerate(TEXTS.values(), start=1):
        call.done("memo", "interview", "strange", text)
        assert memos.own(study, "interview", "strange").words == text  # type: ignore[union-attr]
        codebook.create(study, f"code {number}")
        call.done("codebook", "rename", f"code {number}", f"{told(text)} {number}")
    assert {f"{told(text)} {n}" for n, text in enumerate(TEXTS.values(), start=1)} <= {
        row.name for row in passages.codebook(study)
    }


def test_merging_brings_them_over(study: Study, tmp_path: Path) -> None:
    with studies.init(tmp_path / "ours.db") as ours:
        merging.merge(ours, study.path)
        assert [p.quote for p in passages.listing(ours)] == [p.quote for p in passages.listing(study)]
        assert [p.codes for p in passages.listing(ours)] == [p.codes for p in passages.listing(study)]
        assert sorted(m.words for m in memos.listing(ours)) == sorted(m.words for m in memos.listing(study))
        assert [row.parts for row in statements.listing(ours)] == [row.parts for row in statements.listing(study)]
        assert interviews.show(ours, "strange") == interviews.show(study, "strange")


def test_where_coders_differ_quotes_them(study: Study) -> None:
    study.actor = "Ben 👩‍👩‍👧 [x]"
    passages.code(study, [quoted(study, "long").id], "another")
    found = measures.agreement(study)
    differing = {words for one, words in found.disagreements if one.code != "another"}
    assert differing == {told(text) for text in TEXTS.values()}
    assert {one.code for one, _ in found.disagreements} == {"another", *(told(text) for text in TEXTS.values())}


def test_exports_carry_them(tmp_path: Path) -> None:
    """Each text is the name of a need that somebody of an account confirmed; files hold it to the letter."""
    ids = {f"a{number}": text.strip() for number, text in enumerate(TEXTS.values())}
    with studies.init(tmp_path / "study.db") as study:
        listed = [f"{key},company {key},{key}.example" for key in ids]
        (tmp_path / "accounts.csv").write_text("\n".join(["account_id,name,domain", *listed]), encoding="utf-8")
        account_sources.import_source(study, tmp_path / "accounts.csv")
        for key, text in ids.items():
            file = tmp_path / f"{key}.txt"
            said = [f"Mai {key}: {words}" for words in ("I see.", "It is late.", text)]
            file.write_text("Interviewer: And?\n\n" + "\n\nInterviewer: And?\n\n".join(said), encoding="utf-8")
            importing.import_transcripts(study, [file])
            interviews.set_role(study, key, f"Mai {key}", "participant")
            turns = [turn for turn in interviews.show(study, key).turns if turn.role == "participant"]
            made = segments.make(study, text, [passages.mark(study, key, turn.start, turn.end) for turn in turns])
            segments.confirm(study, made, text, undecided=True)
            accounts.link(
                study, next(row.participant for row in interviews.speakers(study, key) if row.participant), key
            )
        for kind in ("csv", "jsonl"):
            report = export(study, kind, tmp_path / f"out.{kind}", date(2026, 7, 1), original=True, neutralise=False)
            assert report.labelled == len(ids)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file_:
        rows = list(csv.DictReader(file_))
    assert {row["account_id"]: row["needs_segment"] for row in rows} == ids
    assert {row["account_id"]: row["needs_segment_confirmed_by"] for row in rows} == ids
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["account_id"]: row["needs_segment"] for row in lines} == ids


def test_what_is_known_of_participants(study: Study, call: Caller) -> None:
    who = accounts.participants(study)[0].key
    for text in TEXTS.values():
        participants.change(study, who, {"name": text, "company": text, "plan": text})
        kept = accounts.participants(study)[0]
        assert kept.name == kept.company == kept.attributes["plan"] == text


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_code_screen_shows_every_letter_in_order(study: Study, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f2")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, CodeScreen)
        for text in TEXTS.values():
            here = next(passage for passage in screen.interview.passages if passage.quote == told(text))
            screen.steps.go_to(here.id)
            screen.view.scroll_to(y=screen.view.scroll_offset.y, animate=False)
            await pilot.pause()
            lines = [strip.text for strip in map(screen.view.render_line, range(screen.view.size.height))]
            assert squeezed(text) in squeezed("".join(line[5:].rstrip() for line in lines)), "not in the transcript"
            drawn = [squeezed(line) for line in words(app).splitlines()]
            for line in lines[: screen.view.size.height]:
                assert any(squeezed(line[5:]) in row for row in drawn), "not on the screen as it is drawn"

    study.close()
    play(study.path, scenes, size)


def squeezed(text: str) -> str:
    """A text as the screen shows it, without the blanks at which it may be wrapped."""
    return "".join(shown(text).split())
