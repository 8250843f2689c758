"""Keys set in ``needsseg.toml``: every one of them can be, what cannot be bound is refused by name, and hints follow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

import needsseg.tui
from needsseg.settings import load
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.binding_ids import MODULES, binding_of, bindings_of, key_tables
from needsseg.tui.keys.help import bindings
from needsseg.tui.keys.hints import display_key, key_hints, key_of, key_range, with_keys
from needsseg.tui.keys.keymap import TYPED_IN, UserKeys, keys_in, parse_keys, read_user_keys
from needsseg.tui.widgets.bars import KeyBar, ModeBar, StatusBar
from tests.fixtures.app.full_study import full_study
from tests.fixtures.app.sheets import sheets
from tests.fixtures.app.small_study import LARGE, play

IDS = sorted(str(binding.id) for owner in key_tables() for binding in bindings_of(owner))
OTHER_KEYS = {
    name: ("ctrl+" if name.partition(".")[0] in TYPED_IN else "") + chr(0x4E00 + n) for n, name in enumerate(IDS)
}
"""A key of its own for each binding, which no hint has by default."""


def user_keys(folder: Path, text: str) -> UserKeys:
    (folder / "needsseg.toml").write_text(text, encoding="utf-8")
    study = folder / "study.db"
    return read_user_keys(study, load(study, {}).keys)


def as_toml(keys: dict[str, str]) -> str:
    return "[keys]\n" + "".join(f'"{name}" = "{key}"\n' for name, key in keys.items())


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ("y", ("y",)),
        ("Y", ("Y",)),
        ("y, enter", ("y", "enter")),
        ("?", ("question_mark",)),
        ("question_mark", ("question_mark",)),
        ("/", ("slash",)),
        ("slash", ("slash",)),
        ("+", ("plus",)),
        ("ctrl+/", ("ctrl+slash",)),
        ("Ctrl+O", ("ctrl+O",)),
        ("F9", ("f9",)),
        ("esc", ("escape",)),
        ("pgdn", ("pagedown",)),
        ("space", ("space",)),
        ("é", ("é",)),
        ("", None),
        ("y,,z", None),
        ("ctrl+", None),
        ("hold+y", None),
        ("f99x", None),
        ("accept", None),
        (3, None),
        (["y"], None),
    ],
)
def test_keys_are_named_as_on_a_keyboard_or_as_textual_names_them(given: object, keys: tuple[str, ...] | None) -> None:
    assert parse_keys(given) == keys


def test_ids_are_found_where_they_are_said_to_be_and_belong_to_one_binding() -> None:
    assert len(IDS) == len(set(IDS))
    assert [binding_of(name).id for name in IDS] == IDS
    assert {name.partition(".")[0] for name in IDS} == set(MODULES)


@pytest.mark.parametrize("name", IDS)
def test_every_key_that_is_shown_can_be_written_in_the_settings(name: str) -> None:
    for key in keys_in(binding_of(name)):
        assert parse_keys(display_key(key)) == (key,)


def test_every_binding_can_have_another_key_and_two_can_change_places(tmp_path: Path) -> None:
    assert user_keys(tmp_path, as_toml(OTHER_KEYS)) == UserKeys(OTHER_KEYS, ())
    swapped = {"code.accept": "x", "code.reject": "a"}
    assert user_keys(tmp_path, as_toml(swapped)) == UserKeys(swapped, ())


REFUSED = [
    ('"code.acept" = "y"', "line 2: “code.acept” is not the id of a key. Did you mean “code.accept”?"),
    ('"wobble" = "y"', "line 2: “wobble” is not the id of a key. docs/reference/keys.md lists the ids."),
    ('"code.reject" = "ctrl+"', "line 2: “ctrl+” is not a key (for code.reject)."),
    ('"code.reject" = 3', "line 2: “3” is not a key (for code.reject)."),
    ('"code.skip" = "c"', "line 2: “c” (for code.skip) is the key of code.code too."),
    ('"study.undo" = "z"', "line 2: “z” (for study.undo) is the key of segments.set_aside too."),
    ('"go.code" = "ctrl+p"', "line 2: “ctrl+p” (for go.code) is the key of app.palette too."),
    ('"study.keys" = "e"', "line 2: “e” (for study.keys) is the key of "),
    ('"sheet.close" = "ctrl+i"', "line 2: “ctrl+i” (for sheet.close) is sent as tab by terminals."),
    ('"code.accept" = "shift+y"', "line 2: “shift+y” (for code.accept) is sent as Y by terminals."),
    ('"sheet.up" = "up"', "line 2: “↑” (for sheet.up) is a key of lists and text fields."),
    ('"prompt.leave" = "x"', "line 2: “x” (for prompt.leave) is text while you type there."),
]


@pytest.mark.parametrize(("line", "refused"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_cannot_be_bound_is_refused_by_name_and_the_rest_is_bound(tmp_path: Path, line: str, refused: str) -> None:
    found = user_keys(tmp_path, f'[keys]\n{line}\n"code.copy" = "f9"\n')
    assert found.keymap == {"code.copy": "f9"}
    assert len(found.refused) == 1
    assert found.refused[0].startswith(f"needsseg.toml, {refused}")


def test_of_two_on_one_key_the_later_is_refused_also_where_that_gives_back_a_key_that_another_took(
    tmp_path: Path,
) -> None:
    found = user_keys(tmp_path, '[keys]\ncode.accept = "y"\ncode.copy = "y"\n[keys.segments]\nmap = "Y"\n')
    assert found.keymap == {"segments.map": "Y"}
    assert [message.split(":")[0] for message in found.refused] == ["needsseg.toml, line 3", "needsseg.toml, line 2"]


def test_hints_are_worded_with_the_keys_of_their_bindings() -> None:
    assert with_keys("{code.accept} accepts, {code.digit1..9} code, {search.narrow!} narrows") == (
        "a accepts, 1–9 code, F6 narrows"
    )
    assert with_keys("  {go.code:4} goes {there} [ ] { }") == "  F2   goes {there} [ ] { }"
    assert key_range("codebook.pin1", 3) == "1–3"
    hint = key_hints("{needs.down} {needs.up} move · enter opens it")
    assert hint.plain == "J K move · enter opens it"
    assert [hint.plain[span.start : span.end] for span in hint.spans if "bold" in str(span.style)] == ["J K", "enter"]
    with pytest.raises(KeyError):
        key_of("code.wobble")


# A key before what it does, or in brackets after it, as hints are worded; keys of lists and text fields cannot be set.
HINT = re.compile(
    r"(?:^|· |[:;,(] |\(|press |then |\n +)([b-zB-HJ-Z?/+]|esc|ctrl\+[a-tv-z]|[fF][1-6])(?=\)| +[a-z]+s\b)"
)


def program_texts(tree: ast.AST) -> Iterator[str]:
    """Every text of a module but its docstrings and what f-strings put in."""
    docstrings = {
        id(statement.value)
        for node in ast.walk(tree)
        for statement in (getattr(node, "body", None) if isinstance(getattr(node, "body", None), list) else None) or ()
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_no_hint_has_a_key_typed_as_text() -> None:
    typed = [
        f"{path.name}: {text}"
        for path in sorted(Path(needsseg.tui.__path__[0]).rglob("*.py"))
        for text in program_texts(ast.parse(path.read_text(encoding="utf-8")))
        for match in HINT.finditer(text)
    ]
    assert typed == []
    assert HINT.search("read it · x removes the pair")
    assert HINT.search("name it first (e)")


def shown_hints(screen: Screen[Any]) -> list[str]:
    """What a screen or dialog says of keys: its bars, its lines of keys and the titles of its frames."""
    said = [str(widget.render()) for kind in (KeyBar, ModeBar, StatusBar) for widget in screen.query(kind)]
    said += [
        str(widget.render())
        for widget in screen.query(Static)
        if widget.id == "keys" or widget.has_class("line", "empty")
    ]
    return said + [str(widget.border_subtitle) for widget in screen.query("*") if widget.border_subtitle]


def test_every_screen_and_dialog_shows_the_keys_that_were_set(tmp_path: Path) -> None:
    study = full_study(tmp_path)
    (study.parent / "needsseg.toml").write_text(as_toml(OTHER_KEYS), encoding="utf-8")
    wrong: list[str] = []

    def look(screen: Screen[Any], app: NeedssegApp) -> None:
        name = type(screen).__name__
        listed = {(binding.description, binding.action): keys.split() for keys, binding in bindings(screen)}
        over = isinstance(screen, ModalScreen)
        for owner in [*type(screen).__mro__, *([] if over else [NeedssegApp])]:
            for binding in bindings_of(owner):
                keys = listed.get((binding.description, binding.action), [])
                if binding.description and display_key(OTHER_KEYS[str(binding.id)]) not in keys:
                    wrong.append(f"{name}: {binding.id} is listed as {keys}")
                wrong.extend(
                    f"{name}: {key} is listed" for key in keys if key.isascii() and not key.startswith("ctrl+")
                )
        wrong.extend(f"{name}: {hint}" for hint in shown_hints(screen) for _ in HINT.finditer(hint))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        assert app._keys_refused == ()
        for mode in NeedssegApp.MODES:
            app.switch_mode(mode)
            await pilot.pause()
            look(app.screen, app)
            assert display_key(OTHER_KEYS[f"go.{mode}"]) in str(app.screen.query_one(ModeBar).render())
            await pilot.press(OTHER_KEYS["study.keys"])
            await pilot.pause()
            assert type(app.screen).__name__ == "KeysScreen"
            await pilot.press(OTHER_KEYS["keys.close"])
        for make in sheets().values():
            sheet = make(app)
            await app.push_screen(sheet)
            await pilot.pause()
            look(sheet, app)
            await app.pop_screen()

    play(study, scenes, LARGE, draws=False)
    assert not wrong, "\n".join(wrong)


def test_a_key_that_was_set_is_the_only_one_that_works(tmp_path: Path) -> None:
    study = full_study(tmp_path)
    keys = {"code.accept": "y,f9", "go.code": "f12", "sheet.close": "Z", "prompt.leave": "ctrl+g", "app.quit": "ctrl+e"}
    (study.parent / "needsseg.toml").write_text(as_toml({**keys, "code.copy": "Y", "code.find": "y"}), encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        assert len(app._keys_refused) == 1
        assert "line 8: “y” (for code.find) is the key of code.accept too." in app._keys_refused[0]
        await pilot.press("f1")
        assert [toast.message for toast in app._notifications] == list(app._keys_refused)
        await pilot.press("f2")
        assert app.current_mode == "interviews"
        await pilot.press("f12")
        assert app.current_mode == "code"
        await pilot.press("n")
        before = statuses(app.study)
        await pilot.press("a")
        assert statuses(app.study) == before
        await pilot.press("y")
        assert statuses(app.study) != before
        await pilot.press("c")
        assert type(app.screen).__name__ == "Prompt"
        assert "ctrl+g cancels" in str(app.screen.query_one("#keys", Static).render())
        await pilot.press("escape")
        assert type(app.screen).__name__ == "Prompt"
        await pilot.press("ctrl+g", "b")
        assert type(app.screen).__name__ == "CodebookSheet"
        await pilot.press("f1")
        assert type(app.screen).__name__ == "KeysScreen"
        await pilot.press("escape", "Z")
        assert app.current_mode == "code"
        assert len(app.screen_stack) == 1
        await pilot.press("ctrl+q")
        assert app.is_running
        await pilot.press("ctrl+e")
        assert app.return_code == 0

    play(study, scenes, LARGE, draws=False)


def statuses(study: Study) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in study.rows("SELECT id, status FROM passages ORDER BY id")]
