"""The interviews: importing, roles, filter, removing, opening."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.tui.app import NeedssegApp
from needsseg.tui.child import Outcome
from needsseg.tui.interviews.batch import BatchSheet
from needsseg.tui.interviews.import_preview import ImportPreviewSheet
from needsseg.tui.interviews.reimported import ReimportedSheet, reimport_result
from needsseg.tui.report import added_keys, import_report
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study, typed


def test_importing_a_folder_opens_the_review_and_names_what_was_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "talk.txt").write_text("Interviewer: Hi?\n\nAnna: I want to go home.\n", encoding="utf-8")
    (folder / "bad [x].txt").write_bytes(bytes(range(256)) * 4)
    studies.init(tmp_path / "new.db").close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(folder))
        await settled(app, pilot)
        assert isinstance(app.screen, ImportPreviewSheet)
        assert "1 file to import · 1 refused" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, BatchSheet)
        text = flat(seen(app))
        assert "imported 1 interview, refused 1 file" in text
        assert "! Refused bad [x].txt" in text
        assert "Anna participant 5 83%" in text
        await pilot.press("escape")
        await pilot.pause()
        assert [row.key for row in interviews.listing(app.study)] == ["talk"]
        assert "Anna participant" in flat(seen(app))
        await pilot.press("u")
        assert interviews.listing(app.study) == []

    play(tmp_path / "new.db", scenes, LARGE)


EDITED = (
    "Interviewer: What did you do?\n\n"
    "Mai [PM]: I want [laughs] the new list at nine sharp every day. And the rest is as it was before, I think.\n"
)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_edited_transcript_is_read_again_and_what_has_no_place_is_listed(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    before = EDITED.replace("the new list at nine sharp every day", "the list at eight every day").replace(
        " And the rest", " Nobody [bold]told[/] me why that should be so 🙂. And the rest"
    )
    (tmp_path / "mai.txt").write_text(before, encoding="utf-8")
    (tmp_path / "mai-edited.txt").write_text(EDITED, encoding="utf-8")
    with studies.init(tmp_path / "new.db") as study:
        importing.import_transcripts(study, [tmp_path / "mai.txt"])
        text = interviews.show(study, "mai").text
        for words in (
            "I want [laughs] the list at eight every day.",
            "Nobody [bold]told[/] me why that should be so 🙂.",
        ):
            passages.mark(study, "mai", text.index(words), text.index(words) + len(words))
        rest = text.index("And the rest")
        passages.mark(study, "mai", rest, len(text.rstrip()))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("R")
        await pilot.pause()
        assert "It was imported from mai.txt" in flat(seen(app))
        await typed(pilot, str(tmp_path / "mai-edited.txt"))
        await settled(app, pilot)
        app.poll()  # what the child wrote is noticed while the sheet is open
        assert isinstance(app.screen, ReimportedSheet)
        text = flat(seen(app))
        assert "1 passage kept, 1 edited, 1 without a place" in text
        assert "no place now · 2 · Mai [PM] · accepted" in text
        assert "“Nobody [bold]told[/] me why that should be so 🙂.”" in text
        assert "before “I want [laughs] the list at eight every day.”" in text
        assert "now “I want [laughs] the new list at nine sharp every day" in text
        assert "needsseg passages --lost lists them" in text
        await pilot.press("j", "u")
        assert "Every passage kept its exact words" in flat(seen(app))
        assert "nothing to fix" in flat(seen(app))
        await pilot.press("enter", "ctrl+r", "g", "enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "nine sharp" in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "interviews"

    play(tmp_path / "new.db", scenes, size)


def test_an_edited_transcript_that_is_none_is_refused_with_why(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        before = interviews.show(app.study, "ines-carvalho")
        await pilot.press("R", "escape", "R")
        await pilot.pause()
        await typed(pilot, "/no/such [file].txt")
        await settled(app, pilot)
        assert "/no/such [file].txt: there is no such file." in flat(seen(app))
        assert interviews.show(app.study, "ines-carvalho") == before
        await pilot.press("slash")
        await typed(pilot, "nothing like this")
        await pilot.press("R")
        assert "there are no interviews to re-import yet" in flat(seen(app))

    play(small_study(tmp_path), scenes)


def test_importing_what_is_not_there_says_so(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, "/no/such/place")
        await settled(app, pilot)
        assert "/no/such/place: does not exist" in flat(seen(app))

    play(small_study(tmp_path), scenes, LARGE)


def test_a_report_is_read_in_any_shape() -> None:
    nothing = import_report(Outcome(1, None, "The disk is full.", "Free some.", ("The disk is full.",)))
    assert nothing == ("nothing was imported", ["The disk is full.", "Free some."], True)
    done = import_report(
        Outcome(0, {"added": ["a"], "unchanged": ["b.txt"], "warnings": [["c.txt", "odd"]]}, "", "", ())
    )
    assert done == ("imported 1 interview", ["Already imported  b.txt", "Note  c.txt: odd"], False)
    assert added_keys(Outcome(0, {"added": ["a"]}, "", "", ())) == ["a"]
    assert added_keys(Outcome(1, None, "", "", ())) == []
    assert reimport_result(None) is None
    assert reimport_result({"added": []}) is None


def test_roles_are_seen_and_changed_and_undone(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("j")
        assert "Marek Nowotny participant" in flat(seen(app))
        await pilot.press("r")
        await pilot.pause()
        await typed(pilot, "Marek")
        await typed(pilot, "other")
        roles = {row.label: row.role for row in interviews.speakers(app.study, "marek-nowotny")}
        assert roles["Marek Nowotny"] == "other"
        assert "Marek Nowotny is other · u undoes" in flat(seen(app))
        await pilot.press("u")
        roles = {row.label: row.role for row in interviews.speakers(app.study, "marek-nowotny")}
        assert roles["Marek Nowotny"] == "participant"

    play(small_study(tmp_path), scenes)


def test_filter_remove_open_and_ends(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        await typed(pilot, "strange")
        assert "filter “strange”" in seen(app)
        assert "interview 1/1" in seen(app)
        await pilot.press("d")
        assert len(interviews.listing(app.study)) == 2
        assert "Nothing matches “strange”" in flat(seen(app))
        await pilot.press("u", "escape")
        assert len(interviews.listing(app.study)) == 3
        await pilot.press("G")
        assert "interview 3/3" in seen(app)
        await pilot.press("g", "j", "k")
        assert "interview 1/3" in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "Ines Carvalho" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "interviews"

    play(small_study(tmp_path), scenes)


def test_progress_counts_what_is_decided(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        ids = [p.id for p in passages.listing(study, "ines-carvalho")]
        passages.decide(study, ids[:2], "accepted")
        passages.decide(study, ids[2:3], "rejected")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        row = next(line for line in seen(app).splitlines() if "Ines" in line)
        assert row.split()[-6:-2] == ["2", "2", "1", "3/5"]

    play(path, scenes)
