"""What all screens share: going between them, keys, palette, history, errors, other programs' writes, strange texts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import NeedssegError
from needsseg.settings import Settings
from needsseg.text import safe as shown
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.help import bindings
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.study.history import HistoryScreen
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    TEXTS,
    built_once,
    flat,
    play,
    seen,
    settled,
    small_study,
    with_accounts,
    with_segments,
)

LEFT_OUT = ("segments.discover", "app.quit", "app.palette")
KEYS = {"interviews": "f1", "code": "f2", "segments": "f3", "accounts": "f4", "survey": "f6"}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_empty_study_names_the_next_key_on_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    studies.init(tmp_path / "new.db").close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for mode, key, words in (
            ("code", "f2", "goes to the interviews: i imports some"),
            ("segments", "f3", "D discovers candidates"),
            ("accounts", "f4", "i imports a file of accounts"),
            ("survey", "f6", "goes to the segments: e names one, c confirms it"),
            ("interviews", "f1", "i imports a file or a folder"),
        ):
            await pilot.press(key)
            await settled(app, pilot)
            assert app.current_mode == mode
            assert words in flat(seen(app))

    play(tmp_path / "new.db", scenes, size)


def test_no_key_breaks_an_empty_study(tmp_path: Path) -> None:
    studies.init(tmp_path / "new.db").close()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for mode, key in KEYS.items():
            await pilot.press(key)
            await settled(app, pilot)
            screen = app.screen
            assert isinstance(screen, StudyScreen)
            for _, binding in bindings(screen):
                if binding.id not in ("segments.discover", "app.quit", "app.palette") and not binding.action.startswith(
                    "go("
                ):
                    await screen.run_action(binding.action)
                    await pilot.pause()
                    while app.screen is not screen and len(app.screen_stack) > 1:
                        await pilot.press("escape")
                        await pilot.pause()
                    if app.current_mode != mode:
                        await pilot.press(key)
                        await settled(app, pilot)

    play(tmp_path / "new.db", scenes)


def test_clicking_a_tab_goes_there(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.click("ModeBar", offset=(28, 0))
        await settled(app, pilot)
        assert app.current_mode == "segments"
        await pilot.click("ModeBar", offset=(60, 0))
        await settled(app, pilot)
        assert app.current_mode == "survey"

    play(small_study(tmp_path), scenes)


def test_every_binding_has_an_id_of_its_own_and_words(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for key in KEYS.values():
            await pilot.press(key)
            await settled(app, pilot)
            named = [binding for _, binding in bindings(app.screen)]
            assert len({binding.id for binding in named}) == len(named) > 8
            for binding in named:
                assert binding.description
            keys = [key for names, _ in bindings(app.screen) for key in names.split()]
            assert len(set(keys)) == len(keys), "no key means two things"

    play(small_study(tmp_path), scenes)


def test_the_help_lists_the_keys_of_the_screen(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f2")
        await settled(app, pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        text = flat(seen(app))
        for words in ("a accept, and go on", "[ start a sentence earlier", "u undo", "? suggested"):
            assert words in text
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, StudyScreen)

    play(small_study(tmp_path), scenes, (120, 70))


def test_the_palette_finds_verbs_and_backs_up(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+p")
        await pilot.pause()
        for letter in "back up":
            await pilot.press("space" if letter == " " else letter)
        await settled(app, pilot)
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert "Copy the study to which file?" in flat(seen(app))
        await pilot.press("enter")
        await pilot.pause()
        with studies.open_study(tmp_path / "study.backup.db") as copy:
            assert len(interviews.listing(copy)) == 3

    play(small_study(tmp_path), scenes)


def test_history_walks_back_and_forth(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        first = passages.listing(app.study, "ines-carvalho")[0]
        passages.code(app.study, [first.id], "[odd] code [/x]")
        await pilot.press("h")
        await pilot.pause()
        assert isinstance(app.screen, HistoryScreen)
        assert "coded passage" in seen(app)
        assert "“[odd] code [/x]”" in seen(app)
        await pilot.press("u")
        assert history.listing(app.study)[0].state == "undone"
        assert passages.one(app.study, first.id).codes == ()
        await pilot.press("ctrl+r")
        assert passages.one(app.study, first.id).codes == ("[odd] code [/x]",)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "Nothing to redo" in seen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, StudyScreen)

    play(small_study(tmp_path), scenes)


def test_what_another_program_writes_is_shown(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        assert "coded 1/10" in seen(app)
        with studies.open_study(path) as other:
            passages.decide(other, [p.id for p in passages.listing(other, "ines-carvalho")], "rejected")
        app.poll()
        await pilot.pause()
        assert "coded 6/10" in seen(app)

    play(path, scenes)


def test_a_study_for_tests_is_the_testers_whoever_asks_for_it_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("USER")

    def build(folder: Path) -> Path:
        studies.init(folder / "study.db").close()
        return Path(shutil.copy(folder / "study.db", folder / f"{Settings().who()}.db"))

    assert built_once(build)(tmp_path).name == "tester.db"


def test_an_error_is_shown_with_what_to_do(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.show_error(NeedssegError("There is no [thing].", "Make [/one]."))
        await pilot.pause()
        assert "There is no [thing]. Make [/one]." in flat(seen(app))
        for _ in history.listing(app.study):
            history.undo(app.study)
        await pilot.press("u")
        assert "Nothing to undo." in seen(app)

    play(small_study(tmp_path), scenes)


def test_strange_texts_stand_on_every_screen_as_they_are(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        study = app.study
        with_accounts(study, tmp_path)
        turn = next(t for t in interviews.show(study, "strange").turns if t.role == "participant")
        spans = interviews.sentences(interviews.show(study, "strange"), turn.start, turn.end)
        marked = [passages.mark(study, "strange", *span) for span in spans]
        passages.code(study, marked[:1], "[code] of [/end] 日本")
        segment = segments.make(study, "[Seg] 👩‍👩‍👧 [/x]", marked)
        segments.describe(study, segment, "When [x], I want [/y]")
        app.open_passage("strange", marked[0], "interviews")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "Mai [PM]" in text
        assert "[laughs] we were [/end] of it" in text
        assert "#[code] of [/end] 日本" in text
        for key, words in (("f3", "[Seg]"), ("f4", "Lindenhof [Care]"), ("f1", "Strange")):
            await pilot.press(key)
            await settled(app, pilot)
            assert words in flat(seen(app))
            await pilot.press("h")
            await pilot.pause()
            assert "[Seg]" in flat(seen(app))
            await pilot.press("escape")

    play(path, scenes, LARGE)


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.open_passage("strange", None, "interviews")
        await settled(app, pilot)
        await pilot.press("G")
        drawn = "".join(segment.text for strip in app.screen._compositor.render_strips() for segment in strip)
        assert "\x1b" not in drawn
        assert "\x07" not in drawn
        assert "escapes" in drawn

    play(small_study(tmp_path), scenes)
    assert all(len(shown(text)) == len(text) for text in TEXTS)


def test_reopening_shows_the_screen_that_was_left(tmp_path: Path) -> None:
    path = small_study(tmp_path)

    async def leaving(app: NeedssegApp, pilot: Pilot[int]) -> None:
        with_segments(app.study)
        await pilot.press("f3")
        await settled(app, pilot)
        await pilot.press("j", "ctrl+q")

    async def coming_back(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await settled(app, pilot)
        assert app.current_mode == "segments"
        assert "segment 2/2" in seen(app)

    play(path, leaving)
    play(path, coming_back)


def test_importing_the_app_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = [
        "torch",
        "sentence_transformers",
        "hdbscan",
        "scipy",
        "sklearn",
        "duckdb",
        "polars",
        "numpy",
        "lxml",
        "docx",
    ]
    code = (
        "import sys, json, needsseg.tui, needsseg.tui.app, needsseg.tui.interviews.screen, needsseg.tui.code.screen, "
        "needsseg.tui.segments.screen, needsseg.tui.accounts.screen, needsseg.tui.accounts.matches\n"
        f"print(json.dumps([m for m in {heavy!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_undoing_an_import_empties_the_screens(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("Interviewer: Hi?\n\nAnna: I want to go home. It is late.\n", encoding="utf-8")
    with studies.init(tmp_path / "new.db") as study:
        importing.import_transcripts(study, [file])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("f2")
        await settled(app, pilot)
        assert "No passages here yet" in flat(seen(app))
        await pilot.press("u")
        await pilot.pause()
        assert "No interview is open" in flat(seen(app))
        await pilot.press("a", "j", "n", "v", "c", "q", "1", "d", "o", "G", "g")
        await pilot.press("enter")
        assert "No interview is open" in flat(seen(app))
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "I want to go home" in flat(seen(app))

    play(tmp_path / "new.db", scenes)
