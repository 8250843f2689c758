"""Every key that help lists on every screen, at both sizes: it is pressed, and something comes of it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen

import needsseg.tui
from needsseg.tui.app import NeedssegApp
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.widgets.progress import ProgressScreen
from tests.fixtures.app.full_study import full_study
from tests.fixtures.app.key_effects import (
    Befores,
    Dump,
    again,
    anew,
    close_all,
    complaints,
    done,
    keys_by_id,
    look,
    press,
    quiet,
)
from tests.fixtures.app.pictures import words
from tests.fixtures.app.screen_keys import BEFORE, CODE, CODE_FURTHER, IN_SIGHT, INTERVIEWS, STUDY, Table
from tests.fixtures.app.sheet_keys import SHEETS
from tests.fixtures.app.sheets import sheets
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play

pytestmark = pytest.mark.usefixtures("sleeping_children", "computed_once")
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
MODES = tuple(NeedssegApp.MODES)


@SIZES
@pytest.mark.parametrize("mode", ["interviews", "code"])
def test_every_key_of_interviews_and_code(tmp_path: Path, mode: str, size: tuple[int, int], dump: Dump) -> None:
    table: Table = {**STUDY, **(INTERVIEWS if mode == "interviews" else CODE)}
    wrong: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        began = done(app.study)
        app.add_mode("blank", Screen)
        await anew(app, mode, began)
        keys = keys_by_id(app.screen)
        assert set(keys) == set(table), "a key without an entry in the table, or an entry without a key"
        todo = [(key, does) for name, does in table.items() for key in keys[name]]
        befores = Befores(app, dump)
        for key, does in [*todo, *(CODE_FURTHER if mode == "code" else ())]:
            await again(app, mode, began)
            await press(app, pilot, does.before)
            before = await befores.look(does.before)
            await press(app, pilot, key)
            wrong.extend(complaints(f"{does.before} {key}", does, before, await look(app, dump)))
        await again(app, mode, began)
        assert await befores.still_so(""), "the screen is not restored"

    play(full_study(tmp_path), scenes, size, draws=False)
    assert not wrong, "\n".join(wrong)


@SIZES
@pytest.mark.parametrize("mode", [mode for mode in MODES if mode not in ("interviews", "code")])
def test_every_key_of_the_other_screens_does_something(
    tmp_path: Path, mode: str, size: tuple[int, int], dump: Dump
) -> None:
    wrong: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        began = done(app.study)
        app.add_mode("blank", Screen)
        await anew(app, mode, began)
        untouched = await look(app, dump)
        for name, keys in keys_by_id(app.screen).items():
            for key in keys:
                waits = any(isinstance(screen, ProgressScreen) for screen in app.screen_stack)
                await close_all(app)
                await quiet(app)
                before = None if waits or app.current_mode != mode else await look(app, dump)
                if before is None or not before.same(untouched):
                    await anew(app, mode, began)
                    before = None
                if before is None or name in BEFORE:
                    await press(app, pilot, BEFORE.get(name, ""))
                    before = await look(app, dump)
                await press(app, pilot, key)
                if (await look(app, dump)).same(before) and not (size == LARGE and name in IN_SIGHT):
                    wrong.append(f"{name} {key}: nothing happens")

    play(full_study(tmp_path), scenes, size, draws=False)
    assert not wrong, "\n".join(wrong)


@SIZES
@pytest.mark.parametrize("mode", MODES)
def test_the_apps_own_keys_work_on_every_screen(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        ids = {binding.id for _, binding in app._bindings if binding.description and "." in (binding.id or "")}
        assert ids == {*(f"go.{name}" for name in MODES), "app.palette", "app.quit", "app.suspend"}
        app.add_mode("blank", Screen)
        await anew(app, mode, done(app.study))
        for number, other in enumerate(MODES, start=1):
            app.switch_mode(mode)
            await quiet(app)
            await press(app, pilot, f"f{number}")
            assert app.current_mode == other and isinstance(app.screen, StudyScreen)
        app.switch_mode(mode)
        await quiet(app)
        await press(app, pilot, "ctrl+p")
        assert isinstance(app.screen, CommandPalette)
        await press(app, pilot, "escape ctrl+q")
        assert app.return_code == 0 and app._exit

    play(full_study(tmp_path), scenes, size, draws=False)


def test_every_screen_with_keys_is_in_the_tables() -> None:
    for found in pkgutil.walk_packages(needsseg.tui.__path__, "needsseg.tui."):
        importlib.import_module(found.name)
    with_keys = {kind.__name__ for kind in _below(Screen) if kind.__dict__.get("BINDINGS")}
    with_keys = {name for name in with_keys if name not in ("StudyScreen", "Sheet")}
    modes = {f"{mode.capitalize()}Screen" for mode in MODES}
    assert with_keys - modes == set(SHEETS) == set(sheets())


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for under in kind.__subclasses__():
        if under.__module__.startswith("needsseg"):
            yield under
        yield from _below(under)


@SIZES
def test_what_changed_nothing_offers_no_undo(tmp_path: Path, size: tuple[int, int]) -> None:
    """There is no entry of it, so undo would take back something else."""

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.add_mode("blank", Screen)
        await anew(app, "code", done(app.study))
        await press(app, pilot, "a")
        assert "accepted “Yes, yes.”" in said(app) and "u undoes" not in said(app)
        await press(app, pilot, "b 2")
        assert "“at a glance” is pinned to 2" in said(app) and "u undoes" not in said(app)
        await press(app, pilot, "3")
        assert "“at a glance” is pinned to 3 · u undoes" in said(app)
        await press(app, pilot, "escape")
        app.push_screen(sheets()["MatchesScreen"](app))
        await press(app, pilot, "d")
        assert "no account was set by hand" in said(app)

    play(full_study(tmp_path), scenes, size, draws=False)


def said(app: NeedssegApp) -> str:
    """The words on the screen on one line."""
    return flat(words(app))
