"""Participants and pseudonyms in the app: every key does what it says, and what it does can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from needsseg.actions.accounts import accounts
from needsseg.actions.coding import passages, pseudonyms
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.records import Participant
from needsseg.study.connection import plain_text
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.interviews.participants import ParticipantsSheet
from needsseg.tui.interviews.pseudonyms import PseudonymsSheet
from needsseg.tui.report import ReportScreen
from needsseg.tui.sheet import Sheet
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    TEXTS,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
    with_accounts,
)

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


async def over(
    app: NeedssegApp, pilot: Pilot[int], made: Callable[..., Sheet[Bookmark]]
) -> tuple[Any, list[Bookmark | None]]:
    """A sheet over the app, and what it answers."""
    answers: list[Bookmark | None] = []
    sheet = made(app.study)
    app.push_screen(sheet, answers.append)
    await settled(app, pilot)
    return sheet, answers


def states(app: NeedssegApp) -> dict[str, str]:
    return {row.words: row.state for row in pseudonyms.identifying_words(app.study)}


@SIZES
def test_words_are_confirmed_kept_and_undone_one_after_the_other(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await over(app, pilot, PseudonymsSheet)
        first, second = (row.words for row in sheet.shown_rows[:2])
        assert f"? undecided  {first}" in seen(app)
        await pilot.press("a")
        assert states(app)[first] == "replaced"
        assert (sheet.at, sheet.current_row.words) == (1, second), "and on to the next"
        assert f"✓ replaced   {first}" in seen(app)
        await pilot.press("x")
        assert states(app)[second] == "kept"
        assert f"· kept       {second}  stays" in seen(app)
        await pilot.press("u")
        assert states(app)[second] == "undecided"
        assert f"Undid: “{second}” is kept" in flat(seen(app))
        await pilot.press("ctrl+r", "k", "g", "d")
        assert states(app)[first] == "undecided"
        await pilot.press("d")
        assert "it is undecided already" in seen(app)
        await pilot.press("a", "k", "a")
        assert "is replaced already" in seen(app)

    play(small_study(tmp_path), scenes, size)


@SIZES
def test_words_are_replaced_by_others_added_and_shown_where_they_are(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, answers = await over(app, pilot, PseudonymsSheet)
        words = sheet.shown_rows[0].words
        await pilot.press("r")
        await pilot.pause()
        await typed(pilot, "a nurse")
        assert pseudonyms.identifying_words(app.study)[0].by == "a nurse"
        assert f"“{words}” is replaced by “a nurse”" in flat(seen(app))
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, "hartmann")
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert sheet.current_row.words.lower() == "hartmann"
        assert (sheet.current_row.kind, sheet.current_row.by, sheet.current_row.state) == (
            "other",
            "[removed]",
            "replaced",
        )
        text = interviews.show(app.study, sheet.current_row.interview).text
        assert text[sheet.current_row.start : sheet.current_row.end].lower() == "hartmann"
        wanted = Bookmark(sheet.current_row.interview, None, (sheet.current_row.start, sheet.current_row.end))
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, "person")
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "! “person” is part of “[person]”" in flat(seen(app))
        await pilot.press("enter")
        await pilot.pause()
        assert answers == [wanted]

    play(small_study(tmp_path), scenes, size)


def test_only_what_is_undecided_and_nothing_left(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, answers = await over(app, pilot, PseudonymsSheet)
        number = len(sheet.shown_rows)
        await pilot.press("t")
        assert "only undecided are shown" in flat(seen(app))
        await pilot.press("a")
        assert len(sheet.shown_rows) == number - 1 and sheet.at == 0
        for _ in range(number - 1):
            await pilot.press("a")
        assert "Every detail found is decided. t shows all." in flat(seen(app))
        await pilot.press("a", "x", "r", "d", "enter")
        await pilot.press("t")
        assert len(sheet.shown_rows) == number
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]

    play(small_study(tmp_path), scenes)


def test_a_study_in_which_nothing_is_found_says_what_to_do(tmp_path: Path) -> None:
    from needsseg.actions.study import studies

    path = tmp_path / "new.db"
    studies.init(path).close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await over(app, pilot, PseudonymsSheet)
        assert "n adds words of your own" in flat(seen(app))
        await pilot.press("a", "x", "r", "d", "enter", "t", "escape")
        await over(app, pilot, ParticipantsSheet)
        assert "F1 i imports interviews" in flat(seen(app))
        await pilot.press("e", "l", "enter")
        assert "Traceback" not in seen(app)

    play(path, scenes)


@SIZES
def test_what_is_known_of_a_participant_is_edited_field_by_field(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await over(app, pilot, ParticipantsSheet)
        before = accounts.participants(app.study)
        for field, value in (
            ("company", "Lindenhof [Care]"),
            ("plan", "Team 🙂"),
            ("e-mail", "ines@lindenhof.example"),
        ):
            await pilot.press("e")
            await pilot.pause()
            await typed(pilot, field)
            await pilot.pause()
            await typed(pilot, value)
        here = sheet.current_participant
        assert (here.company, here.email, here.attributes) == (
            "Lindenhof [Care]", "ines@lindenhof.example", {"plan": "Team 🙂"},
        )  # fmt: skip
        assert "Lindenhof [Care] · ines@lindenhof.example" in seen(app)
        assert "plan = Team" in seen(app)
        await pilot.press("e")
        await pilot.pause()
        await typed(pilot, "e-mail")
        await pilot.pause()
        await typed(pilot, "nowhere")
        assert sheet.current_participant.email == "ines@lindenhof.examplenowhere", (
            "the prompt begins with what is there"
        )
        await pilot.press("e")
        await pilot.pause()
        await typed(pilot, "plan")
        await pilot.pause()
        await pilot.press("end", "ctrl+u", "enter")
        await pilot.pause()
        assert sheet.current_participant.attributes == {}
        assert "plan of Ines Carvalho: removed" in flat(seen(app))
        for _ in range(5):
            await pilot.press("u")
        assert accounts.participants(app.study) == before

    play(small_study(tmp_path), scenes, size)


def test_what_is_no_address_is_refused_and_the_sheet_stays(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await over(app, pilot, ParticipantsSheet)
        await pilot.press("e")
        await pilot.pause()
        await typed(pilot, "email")
        await pilot.pause()
        await typed(pilot, "nowhere")
        assert "! 'nowhere' is not an e-mail address. Write it as somebody@example.org." in flat(seen(app))
        await pilot.press("l")
        assert "! There are no accounts yet." in flat(seen(app))

    play(small_study(tmp_path), scenes)


@SIZES
def test_an_account_is_chosen_refused_and_left_to_the_matching(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        with_accounts(app.study, tmp_path)
        sheet, _ = await over(app, pilot, ParticipantsSheet)

        def tied() -> dict[str, str | None]:
            return {match.participant: match.account_id for match in accounts.matches(app.study)}

        assert "account: Lindenhof [Care] (matched by e-mail domain)" in seen(app)
        await pilot.press("j")
        assert sheet.current_participant.key == "marek-nowotny"
        await pilot.press("l")
        await pilot.pause()
        assert "2 accounts share the name" in flat(seen(app))
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert tied()["marek-nowotny"] == "a3"
        assert "account: Pulsara Medical (set by a person)" in seen(app)
        await pilot.press("l")
        await pilot.pause()
        await typed(pilot, "lindenhof [care]")
        assert tied()["marek-nowotny"] == "a1"
        await pilot.press("l")
        await pilot.pause()
        await typed(pilot, "a9")
        assert "! There is no account 'a9'." in flat(seen(app))
        await pilot.press("l")
        await pilot.pause()
        await pilot.press("n", "o", " ", "a", "c", "c", "down", "enter")
        await pilot.pause()
        assert tied()["marek-nowotny"] is None
        assert "none (set by hand)" in seen(app)
        await pilot.press("u")
        assert tied()["marek-nowotny"] == "a1"
        await pilot.press("l")
        await pilot.pause()
        await pilot.press("m", "a", "t", "c", "h", " ", "a", "u", "t", "o", "down", "enter")
        await pilot.pause()
        assert accounts.matches(app.study)[1].method == "ambiguous"

    play(small_study(tmp_path), scenes, size)


def test_a_csv_is_read_and_rows_left_out_are_told(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,plan\nInes Carvalho,Team\nNobody [x],Pro\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, answers = await over(app, pilot, ParticipantsSheet)
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(tmp_path / "none.csv"))
        assert "! There is no file" in flat(seen(app))
        await pilot.press("i")
        await pilot.pause()
        await typed(pilot, str(file))
        assert isinstance(app.screen, ReportScreen)
        assert "row 3: Nobody [x]: matches nobody in the study" in flat(seen(app))
        await pilot.press("escape")
        assert sheet.current_participant.attributes == {"plan": "Team"}
        assert "updated 1 participant from people.csv, left out 1 row" in flat(seen(app))
        await pilot.press("u")
        assert sheet.current_participant.attributes == {}
        await pilot.press("G", "g", "j", "enter")
        await pilot.pause()
        assert answers == [Bookmark("marek-nowotny")]

    play(small_study(tmp_path), scenes, LARGE)


@pytest.mark.parametrize("text", TEXTS)
def test_names_are_shown_as_they_are(tmp_path: Path, text: str) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        who = accounts.participants(app.study)[0]
        participants.change(app.study, who.key, {"name": text, "plan [x]": text})
        sheet, _ = await over(app, pilot, ParticipantsSheet)
        kept = plain_text(text)
        assert sheet.people[0] == Participant(who.key, kept, attributes={"plan [x]": kept})
        start = text.split()[0]
        if text.isprintable() and start.isascii():
            assert start[:40] in seen(app)
        await pilot.press("e", "escape", "escape")
        sheet, _ = await over(app, pilot, PseudonymsSheet)
        await pilot.press("n")
        await pilot.pause()
        await typed(pilot, text)
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert "Traceback" not in seen(app)
        await pilot.press("a", "x", "d", "u", "t", "escape")

    play(small_study(tmp_path), scenes)


def test_a_change_by_another_program_does_not_hurt(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    more = tmp_path / "more.txt"
    more.write_text("Interviewer: And?\n\nZoë: I told Zoë it was Zoë.\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet, _ = await over(app, pilot, PseudonymsSheet)
        importing.import_transcripts(app.study, [more])
        turn = interviews.show(app.study, "more").turns[-1]
        passages.mark(app.study, "more", turn.start, turn.end)
        await pilot.press("u")
        sheet.refresh_sheet()
        await pilot.press("G", "a")
        assert states(app)["Zoë"] in ("replaced", "undecided")

    play(path, scenes)
