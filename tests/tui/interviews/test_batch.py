"""The review of what was imported: every key, here and over the whole batch, and everything it does can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews, speakers
from needsseg.tui.app import NeedssegApp
from needsseg.tui.interviews.batch import BatchSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, typed
from tests.fixtures.samples import ROOT

STRANGE = ("Bea [K.] 👩‍👩‍👧", "שרה כהן", "[bold red]Mai[/]", "日本太郎")
ONE = (
    "Kai: How do you plan your week?\n\n"
    "Bea: When a nurse calls in sick I have to find out who can take her round.\n\n"
    "Bea K.: It takes me an hour.\n\n"
    "Kai: And then?\n\nBea: I just want to see who has what.\n"
)
TWO = "Kai: And you, what do you want?\n\nBea K.: I want to know who drives. Nobody tells me before noon.\n"


def made(folder: Path, **texts: str) -> Path:
    """A study of some texts."""
    with studies.init(folder / "study.db") as study:
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        importing.import_transcripts(study, [folder / f"{name}.txt" for name in texts])
        for row in interviews.speakers(study):
            interviews.set_role(study, row.interview, row.label, "interviewer" if row.label == "Kai" else "participant")
    return folder / "study.db"


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> BatchSheet:
    await pilot.press("v")
    await settled(app, pilot)
    assert isinstance(app.screen, BatchSheet)
    return app.screen


def roles(app: NeedssegApp) -> dict[tuple[str, str], str]:
    return {(row.interview, row.label): row.role for row in interviews.speakers(app.study)}


def at(sheet: BatchSheet) -> tuple[str, str]:
    """The interview and label under the cursor."""
    row = sheet.current_row
    return row.interview.key if row.interview else "", row.speaker.label if row.speaker else ""


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_roles_here_and_in_all_leave_the_cursor_and_are_undone(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        text = flat(seen(app))
        assert "One text · " in text
        assert "Kai interviewer 8 22% –" in text
        assert "2 interviews, 5 speakers · press esc when the roles are right, then s to suggest passages" in text
        assert at(sheet) == ("one", "Kai")
        await pilot.press("o")
        assert roles(app)["one", "Kai"] == "other" and roles(app)["two", "Kai"] == "interviewer"
        assert at(sheet) == ("one", "Kai"), "a key never acts on another row because one was pressed before it"
        assert "Kai is other here · u undoes" in flat(seen(app))
        await pilot.press("j", "i", "j", "p")
        assert (roles(app)["one", "Bea"], roles(app)["one", "Bea K."]) == ("interviewer", "participant")
        assert at(sheet) == ("one", "Bea K.")
        assert "Bea K. is participant here already" in flat(seen(app))
        assert "already · u undoes" not in flat(seen(app))
        await pilot.press("j", "j", "O")
        assert {role for (_, label), role in roles(app).items() if label == "Kai"} == {"other"}
        assert "Kai is other in 2 interviews · u undoes" in flat(seen(app))
        await pilot.press("G", "I")
        assert {role for (_, label), role in roles(app).items() if label == "Bea K."} == {"interviewer"}
        await pilot.press("G", "P")
        assert {role for (_, label), role in roles(app).items() if label == "Bea K."} == {"participant"}
        assert at(sheet) == ("two", "Bea K."), "the last row stays"
        for _ in range(3):
            await pilot.press("u")
        assert roles(app)["two", "Kai"] == "interviewer"
        await pilot.press("ctrl+r")
        assert roles(app)["two", "Kai"] == "other"
        await pilot.press("u", "u", "u")
        assert set(roles(app).values()) == {"interviewer", "participant"}
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, BatchSheet)

    play(made(tmp_path, one=ONE, two=TWO), scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_merging_here_in_all_and_as_one_person(tmp_path: Path, size: tuple[int, int]) -> None:
    def people(app: NeedssegApp) -> list[str | None]:
        return [row.participant for row in interviews.speakers(app.study) if row.role == "participant"]

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        await pilot.press("j", "m")
        await pilot.pause()
        text = flat(seen(app))
        assert "Merge Bea into whom?" in text
        assert "Bea K. here · participant, 5 words" in text
        assert "Bea K. the same person, in “Two”" in text
        await typed(pilot, "Bea K. here")
        assert [row.label for row in interviews.speakers(app.study, "one")] == ["Kai", "Bea K."]
        assert "Bea: merged into Bea K. in 1 interview · u undoes" in flat(seen(app))
        assert len(set(people(app))) == 2
        await pilot.press("u", "g", "j", "j", "m")
        await pilot.pause()
        assert at(sheet) == ("one", "Bea")
        await typed(pilot, "same person")
        assert len(set(people(app))) == 2 and len(people(app)) == 3
        assert "in 2 · Bea K." in flat(seen(app))
        await pilot.press("u", "M")
        await pilot.pause()
        text = flat(seen(app))
        assert "Merge Bea into whom, in all interviews here?" in text
        assert "Bea K. in 2 interviews, 1 has both" in text
        await typed(pilot, "Bea K.")
        assert "Bea: merged into Bea K. in 1 interview, one person in 2 interviews · u undoes" in flat(seen(app))
        assert len(set(people(app))) == 1
        await pilot.press("u", "j", "M")
        await pilot.pause()
        assert "Bea K. the same person in all 2 interviews" in flat(seen(app))
        await typed(pilot, "same person")
        assert "Bea K.: one person in 2 interviews · u undoes" in flat(seen(app))
        await pilot.press("m", "escape")
        await pilot.pause()
        assert app.screen is sheet
        await pilot.press("u")
        assert history.listing(app.study)[0].state == "undone"

    play(made(tmp_path, one=ONE, two=TWO), scenes, size)


def test_one_choice_merges_in_every_interview_that_has_both(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("j", "m")
        await pilot.pause()
        assert "Bea K. same in whole batch · 2 interviews have both" in flat(seen(app))
        await typed(pilot, "Bea K. whole")
        assert [row.label for row in interviews.speakers(app.study)] == ["Kai", "Bea K."] * 2
        assert "Bea: merged into Bea K. in 2 interviews" in flat(seen(app))

    play(made(tmp_path, one=ONE, two=ONE.replace("nurse", "driver")), scenes)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_strange_names_are_shown_as_they_are(tmp_path: Path, size: tuple[int, int]) -> None:
    path = made(
        tmp_path,
        odd="Kai: What did you do?\n\n"
        + "\n\n".join(f"P{n}: I want to go home at {n}." for n in range(len(STRANGE)))
        + "\n",
    )
    with studies.open_study(path) as study:
        for number, name in enumerate(STRANGE):
            speakers.rename_speaker(study, f"P{number}", name)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        for name in STRANGE:
            await pilot.press("j")
            assert at(sheet)[1] == name
        text = flat(seen(app))
        assert "[bold red]Mai[/]" in text and "Bea [K.]" in text and "日本太郎" in text
        await pilot.press("k", "i")
        assert "[bold red]Mai[/] is interviewer here · u undoes" in flat(seen(app))
        await pilot.press("G", "m")
        await pilot.pause()
        await typed(pilot, "Mai")
        assert "日本太郎: merged into [bold red]Mai[/] in 1 interview" in flat(seen(app))
        await pilot.press("g", "j", "j", "r")
        await pilot.pause()
        app.screen.query_one(Input).value = "[link=x]Ana[/link] 🙂"
        await pilot.press("enter")
        await pilot.pause()
        assert "[link=x]Ana[/link] 🙂" in [row.label for row in interviews.speakers(app.study)]
        assert "is called [link=x]Ana[/link]" in flat(seen(app))

    play(path, scenes, size)


def test_a_rename_asks_where_and_says_what_is_wrong(tmp_path: Path) -> None:
    async def renamed(app: NeedssegApp, pilot: Pilot[int], name: str) -> None:
        await pilot.press("r")
        await pilot.pause()
        app.screen.query_one(Input).value = name
        await pilot.press("enter")
        await pilot.pause()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        await renamed(app, pilot, "Kai M.")
        assert "Rename Kai to Kai M. in which interviews?" in flat(seen(app))
        await typed(pilot, "only")
        assert at(sheet) == ("one", "Kai M.") and ("two", "Kai") in roles(app)
        await pilot.press("u")
        await renamed(app, pilot, "Kai M.")
        await typed(pilot, "in all")
        assert ("one", "Kai M.") in roles(app) and ("two", "Kai M.") in roles(app)
        assert "Kai is called Kai M. in 2 interviews" in flat(seen(app))
        await pilot.press("j")
        await renamed(app, pilot, "Bea K.")
        assert "! one has a speaker 'Bea K.' already." in flat(seen(app))
        assert ("one", "Bea") in roles(app)
        await pilot.press("r", "escape")
        await pilot.pause()
        assert app.screen is sheet

    play(made(tmp_path, one=ONE, two=TWO), scenes)


def test_removing_and_opening_an_interview_and_rows_without_a_speaker(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        await pilot.press("g")
        assert at(sheet) == ("one", "")
        for key in ("i", "p", "o", "I", "P", "O", "m", "M", "r"):
            await pilot.press(key)
            assert app.screen is sheet
            assert "move to a row with a speaker first" in flat(seen(app))
        await pilot.press("x")
        assert [row.key for row in interviews.listing(app.study)] == ["two"]
        assert "removed “One” · u undoes" in flat(seen(app))
        await pilot.press("u")
        assert len(interviews.listing(app.study)) == 2
        await pilot.press("x", "x")
        assert "No interviews here. Press esc, then i to import some." in flat(seen(app))
        await pilot.press("x", "i", "m", "enter")
        assert app.screen is sheet
        await pilot.press("u", "u", "G", "enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "Nobody tells me before noon" in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "interviews"

    play(made(tmp_path, one=ONE, two=TWO), scenes)


def test_a_lone_speaker_has_nobody_to_merge_with(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        for key in ("m", "M"):
            await pilot.press(key)
            assert "there is no other speaker here to merge with" in flat(seen(app))

    play(made(tmp_path, lone="Bea: I want to go home.\n"), scenes)


def test_notes_stand_on_top_and_warnings_under_their_interview(tmp_path: Path) -> None:
    file = tmp_path / "raw [1].srt"
    file.write_text("1\n00:00:01,000 --> 00:00:04,000\nI want to be home at six.\n", encoding="utf-8")
    with studies.init(tmp_path / "new.db") as study:
        report = importing.import_transcripts(study, [file])
        (own,) = [f"Note  {name}: {warning}" for name, warning in report.warnings]

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        notes = ["Refused  bad [x].txt: is no transcript", own, "Note  raw [1].srt: has the same words as other"]
        sheet = BatchSheet(app.study, ["raw-1"], "imported 1 interview, refused 1 file", notes)
        app.push_screen(sheet)
        await pilot.pause()
        text = flat(seen(app))
        assert "! Refused bad [x].txt: is no transcript ! Note raw [1].srt: has the same words as other" in text
        assert "srt · 7 words · 1 warning ! No speakers are named" in text
        assert "unnamed participant 7 100%" in text
        assert "imported 1 interview, refused 1 file · 1 interview, 1 speaker" in text
        assert at(sheet) == ("raw-1", "")
        await pilot.press("g", "x")
        assert "move to a row of an interview first" in flat(seen(app))
        await pilot.press("i", "enter")
        assert app.screen is sheet
        await pilot.press("j", "j", "j", "i")
        assert "the unnamed speaker is interviewer here" in flat(seen(app))

    play(tmp_path / "new.db", scenes, LARGE)


MEETINGS = ROOT / "tests" / "data" / "meetings"


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_long_meetings_are_shown_whole(tmp_path: Path, size: tuple[int, int]) -> None:
    with studies.init(tmp_path / "meetings.db") as study:
        importing.import_transcripts(study, [MEETINGS])
        count = len(interviews.speakers(study))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot)
        assert f"19 interviews, {count} speakers" in flat(seen(app))
        assert "Karl T. (kestrel) participant 59 10% Karl T. (kestrel)" in flat(seen(app))
        found = set()
        for _ in range(count + 19):
            found.add(at(sheet))
            await pilot.press("j")
        assert {pair for pair in found if pair[1]} == {
            (row.interview, row.label) for row in interviews.speakers(app.study) if row.label
        }
        await pilot.press("g", "j", "P")
        assert roles(app)["berth-2026-03-16-074-transcript", "Birgit"] == "participant"
        assert "Birgit is participant in 2 interviews" in flat(seen(app))

    play(tmp_path / "meetings.db", scenes, size)
