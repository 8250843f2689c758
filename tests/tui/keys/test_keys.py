"""Every key that help lists, on every screen and sheet, at both sizes: it is pressed, and something comes of it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

import needsseg.tui
from needsseg.actions.accounts import account_page, accounts
from needsseg.actions.coding import blind, drafts, passages
from needsseg.actions.discovery import questions
from needsseg.actions.playbook import rice, triggers
from needsseg.actions.study import history, studies
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.interviews.screen import InterviewsScreen
from needsseg.tui.keys.help import bindings
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.segments.question import QuestionScreen
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import ProgressScreen
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.widgets.transcript_view import TranscriptView
from tests.fixtures.app.full_study import MAREK, full_study, sheets
from tests.fixtures.app.key_tables import (
    ALWAYS_IN_SIGHT,
    BEFORE,
    CODE,
    CODE_FURTHER,
    IN_SIGHT,
    INTERVIEWS,
    SHEETS,
    STUDY,
    Does,
    Table,
)
from tests.fixtures.app.pictures import Stretch, drawn, still, stretches, strips, worded, words
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play
from tests.fixtures.app.waiting import settled

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
SLEEPING = "import time; time.sleep(60)"
MODES = tuple(NeedssegApp.MODES)


@pytest.fixture(autouse=True)
def _sleeping_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long verbs are begun and never done: what shows that they run is looked at, and closed again."""
    monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", SLEEPING])


@pytest.fixture(autouse=True)
def _computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What accounts are like is computed once for each state of the study, not once for each key."""
    for module, name in ((accounts, "profiles"), (account_page, "account_page"), (triggers, "fired"), (rice, "scored")):
        monkeypatch.setattr(module, name, once(getattr(module, name)))


def once(compute: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[object, Any] = {}

    def computed(study: Study, *args: object, **more: object) -> Any:
        key = str([(entry.id, entry.state) for entry in history.listing(study)]), repr(args), repr(more)
        if key not in kept:
            kept[key] = compute(study, *args, **more)
        return kept[key]

    return computed


Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


class Seen:
    """All that can be observed: the picture, the screens, the focus, the text cursor, the clipboard, the tables."""

    def __init__(self, app: NeedssegApp, drawn: list[list[Strip]], tables: Dump) -> None:
        self.size, self.strips, self.tables = app.size, drawn, tables(app.study)
        self.standing = standing(app)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """What is drawn, read only where it is asked for."""
        return stretches(self.strips, self.size.width)

    @cached_property
    def drawn(self) -> str:
        """The picture."""
        return drawn(self.stretches, *self.size)

    @cached_property
    def words(self) -> str:
        """The words of the picture on one line."""
        return flat(worded(self.stretches))

    def same(self, other: Seen) -> bool:
        """Whether nothing tells the two apart."""
        return (self.standing, self.tables) == (other.standing, other.tables) and self.drawn == other.drawn


def standing(app: NeedssegApp) -> tuple[object, ...]:
    """All that can be observed without drawing the screen and reading the tables."""
    focus = app.screen.focused
    return (
        app.current_mode,
        [type(screen).__name__ for screen in app.screen_stack],
        focus and (focus.id, focus.scroll_offset),
        [view.cursor for view in app.screen.query(TranscriptView)],
        app.clipboard,
        blind.is_blind(app.study),
    )


class Befores:
    """What is seen before keys: looked at once for each way to get there, since every key starts from the same state.

    ``still_so`` looks once more in the end: a state that was not restored would pass for what a key does.
    """

    def __init__(self, app: NeedssegApp, tables: Dump) -> None:
        self.app, self.tables = app, tables
        self.kept: dict[str, Seen] = {}

    async def look(self, way: str) -> Seen:
        """What is seen now, where ``way`` was pressed on what nobody had touched."""
        kept = self.kept.get(way)
        if kept is None or (kept.standing, kept.tables) != (standing(self.app), self.tables(self.app.study)):
            self.kept[way] = await look(self.app, self.tables)
        return self.kept[way]

    async def still_so(self, way: str) -> bool:
        """Whether what was seen first is seen again."""
        return self.kept[way].same(await look(self.app, self.tables))


@pytest.fixture
def dump(tables: Dump) -> Dump:
    """As ``tables``, read again only where anybody has written to the study since."""
    kept: dict[str, Any] = {}

    def read(study: Study) -> dict[str, list[tuple[object, ...]]]:
        state = (study.path, study.conn.total_changes, study.data_version)
        if kept.get("state") != state:
            kept.update(state=state, tables=tables(study))
        return kept["tables"]  # type: ignore[no-any-return]

    return read


async def look(app: NeedssegApp, tables: Dump) -> Seen:
    """What can be observed when drawing the screen changes nothing on it any more."""
    for _ in range(10):
        found = strips(app)
        await quiet(app)
        if not app.screen._compositor._dirty_regions:
            return Seen(app, found, tables)
    raise AssertionError(f"{app.screen} changes whenever it is drawn")


async def quiet(app: NeedssegApp) -> None:
    """Waits for workers, but for children that never end."""
    await settled(app, but="child")


def done(study: Study) -> int:
    """How many actions stand, of everybody, whoever is blind."""
    return int(study.rows("SELECT count(*) FROM history WHERE state = 'done'")[0][0])


def changed(study: Study, began: int) -> bool:
    """Whether actions were done or taken back since."""
    return done(study) != began or blind.is_blind(study)


def restore(study: Study, began: int) -> None:
    """The study as it was at first; what was typed in a sheet that a test took away is a draft."""
    for draft in drafts.listing(study):
        drafts.drop_id(study, draft.id)
    while done(study) != began:
        (history.undo if done(study) > began else history.redo)(study, anyones=True)
    blind.set_blind(study, False)
    left = {"interview": MAREK, "passage": passages.listing(study, MAREK)[0].id}
    for screen, place in (("code", left), ("interviews", {}), ("accounts", {}), ("stack", {}), ("survey", {})):
        if studies.place(study, screen) != place:
            studies.remember_place(study, screen, place)


async def anew(app: NeedssegApp, mode: str, began: int) -> None:
    """The study as it was at first, and a screen on it that nobody has touched."""
    await close_all(app)
    app.switch_mode("blank")
    if mode in app._screen_stacks:
        await app.remove_mode(mode)
        app.add_mode(mode, NeedssegApp.MODES[mode])
    restore(app.study, began)  # after the screen that is left has remembered its place
    app.wanted, app.came_from = None, ""
    app.switch_mode(mode)
    await quiet(app)


async def again(app: NeedssegApp, mode: str, began: int) -> None:
    """As ``anew``, in a fraction of the time, where nothing is left open on the screen."""
    await close_all(app)
    here = app.screen
    wrote = changed(app.study, began)
    restore(app.study, began)
    if (
        isinstance(here, CodeScreen)
        and mode == here.MODE
        and here.interview.key == MAREK
        and not (here.find.is_open or here.queue.is_open)
    ):
        here.marking.drop()
        if wrote:
            here.refresh_study()
        here.steps.go_to(here.interview.passages[0].id)
        here.view.scroll_home(animate=False)
        here.view.focus()
        here.tell("")
    elif isinstance(here, InterviewsScreen) and mode == here.MODE:
        if wrote:
            here.refresh_study()
        here.action_edge(0)
        here.tell("")
    else:
        await anew(app, mode, began)
    await quiet(app)


async def close_all(app: NeedssegApp, *, down_to: int = 1) -> None:
    """Closes what lies over the first screens, and forgets what was copied."""
    app.copy_to_clipboard("")
    while len(app.screen_stack) > down_to:
        await app.pop_screen()


async def press(app: NeedssegApp, pilot: Pilot[int], keys: str) -> None:
    for key in keys.split():
        await pilot.press(key)
        await quiet(app)


def keys_by_id(screen: Screen[Any]) -> dict[str, list[str]]:
    """The keys of each binding that help lists for a screen, the app's own left out."""
    listed = {(binding.description, binding.action) for _, binding in bindings(screen)}
    found: dict[str, list[str]] = {}
    for key, binding in screen._bindings:
        if binding.id and "." in binding.id and (binding.description, binding.action) in listed:
            found.setdefault(binding.id, []).append(key)
    return found


def complaints(key: str, does: Does, before: Seen, after: Seen) -> Iterator[str]:
    """What did not come of a key as it should."""
    if before.same(after):
        yield f"{key}: nothing happens"
    if does.shows not in after.words:
        yield f"{key}: “{does.shows}” is not shown, but {after.words[-400:]}"
    if (before.tables != after.tables) != does.writes:
        yield f"{key}: the study was {'not ' if does.writes else ''}changed"


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
@pytest.mark.parametrize("name", SHEETS)
def test_every_key_of_the_sheets(tmp_path: Path, name: str, size: tuple[int, int], dump: Dump) -> None:
    wrong: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        began = done(app.study)
        app.add_mode("blank", Screen)

        async def opened() -> Screen[Any]:
            await again(app, "interviews", began)
            return await shown(push=True)

        async def opened_again(sheet: Screen[Any], untouched: Seen) -> Screen[Any]:
            """A sheet that nobody has touched, in a fraction of the time where that can be told."""
            if app.current_mode != "interviews" or len(app.screen_stack) == 1 or changed(app.study, began):
                return await opened()
            asks = isinstance(app.screen, Prompt) and app.screen is not sheet
            await close_all(app, down_to=2)
            await quiet(app)
            if asks and app.screen is sheet and (await look(app, dump)).same(untouched):
                return sheet
            restore(app.study, began)
            return await shown(push=False)  # what is below has not changed, and does not come up in between

        async def shown(*, push: bool) -> Screen[Any]:
            sheet = sheets()[name](app)
            await (app.push_screen(sheet) if push else app.switch_screen(sheet))
            if isinstance(sheet, Sheet):
                sheet._result_callbacks[-1].callback = app.screen_stack[0].go  # type: ignore[attr-defined]
            await quiet(app)
            await still(app)
            if isinstance(sheet, QuestionScreen):
                sheet._show(asked(app.study), "")
                await quiet(app)
            return sheet

        sheet = await opened()
        befores = Befores(app, dump)
        untouched, keys = await befores.look(""), keys_by_id(sheet)
        assert set(keys) == set(SHEETS[name]), "a key without an entry in the table, or an entry without a key"
        for named, does in SHEETS[name].items():
            for key in keys[named]:
                sheet = await opened_again(sheet, untouched)
                await press(app, pilot, does.before)
                before = await befores.look(does.before)
                await press(app, pilot, key)
                if named not in (IN_SIGHT if size == LARGE else ALWAYS_IN_SIGHT):
                    wrong.extend(complaints(f"{does.before} {key}", does, before, await look(app, dump)))
        await opened_again(sheet, untouched)
        # The list of matches keeps the place that its last key left.
        assert name == "MatchesScreen" or await befores.still_so(""), "the sheet is not restored"

    play(full_study(tmp_path), scenes, size, draws=False)
    assert not wrong, "\n".join(wrong)


def asked(study: Study) -> questions.Question:
    """A question with a choice under every key, about more words than the screen has lines for."""
    passage = passages.listing(study, MAREK)[0]
    choices = questions.targets(study)[:15]
    long = replace(passage, quote=" ".join([passage.quote] * 500))
    return questions.Question(long, "fits no need", (*choices, questions.Choice(None, "none of these", None)), 3, None)


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
