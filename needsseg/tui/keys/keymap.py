"""The user's own keys: the table ``[keys]`` of the settings as Textual's keymap, and a message for each refused key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding
from textual.keys import Keys, key_to_character
from textual.screen import ModalScreen, Screen

from needsseg.settings import settings_file
from needsseg.text import safe
from needsseg.tui.keys.binding_ids import binding_of, bindings_of, key_tables
from needsseg.tui.keys.hints import display_key

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
NAMED_KEYS = frozenset(key.value for key in Keys if re.fullmatch(r"[a-z]{2,}|f\d+", key.value))
SPELLINGS = {
    "esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "del": "delete", "return": "enter",
    "↑": "up", "↓": "down", "←": "left", "→": "right",
}  # fmt: skip
"""Names of keys as the app and keyboards show them, with Textual's names."""
SENT_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that terminals cannot distinguish from others."""
LIST_KEYS = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "tab", "shift+tab"})
TYPED_IN = frozenset({"app", "job", "likelihoods", "memo", "prompt", "readout", "trial"})
"""Prefixes of ids whose keys work while typing, where a letter is text."""
IN_EVERY_DIALOG = ("study.keys", "go.interviews")
"""Ids whose keys also show the keys of every dialog."""
KEY_HINT = "Write a letter, a digit, a sign or a name such as enter, f9 or ctrl+o; several with commas."


@dataclass(frozen=True, slots=True)
class UserKeys:
    """The keymap for ``App.set_keymap``, by binding ids, and a message for each refused setting."""

    keymap: Mapping[str, str]
    refused: tuple[str, ...]


def read_user_keys(study: Path, settings: Mapping[str, object]) -> UserKeys:
    """Return the user's keys from the settings of the study at ``study``; keys that cannot be bound keep their defaults."""
    if not settings:
        return UserKeys({}, ())
    tables = list(key_tables())
    defaults = {str(binding.id): keys_in(binding) for owner in tables for binding in bindings_of(owner)}
    source_file = settings_file(study)
    text = source_file.read_text(encoding="utf-8-sig", errors="replace") if source_file.is_file() else ""
    chosen: dict[str, tuple[str, ...]] = {}
    refused: list[str] = []

    def refuse(name: str, reason: str) -> None:
        chosen.pop(name, None)
        line = line_of(text, name)
        refused.append(f"{source_file.name}{f', line {line}' if line else ''}: {safe(reason, newlines=False)}")

    screens = _screens(tables)
    for name, value in settings.items():
        if name not in defaults:
            refuse(name, f"“{name}” is not the id of a key. {_nearest(name, defaults)}")
        elif (keys := parse_keys(value)) is None:
            refuse(name, f"“{value}” is not a key (for {name}). {KEY_HINT}")
        elif reason := _reject_reason(name, keys, screens):
            refuse(name, reason)
        else:
            chosen[name] = keys
    while clash := next(_clashes(screens, defaults, chosen), None):
        name, other, key = clash
        refuse(name, f"“{display_key(key)}” (for {name}) is the key of {other} too. Bind one of them to another key.")
    return UserKeys({name: ",".join(keys) for name, keys in chosen.items()}, tuple(refused))


def parse_keys(value: object) -> tuple[str, ...] | None:
    """Return Textual's names of the keys in “y” or “y,enter”; None if one of them is not a key."""
    if not isinstance(value, str):
        return None
    keys = [_parse_key(each.strip()) for each in value.split(",")]
    return tuple(dict.fromkeys(key for key in keys if key)) if all(keys) else None


def _parse_key(text: str) -> str | None:
    *modifiers, name = text.split("+") if len(text) > 1 else [text]
    modifiers = [modifier.lower() for modifier in modifiers]
    if not name or set(modifiers) - MODIFIERS:
        return None
    name = SPELLINGS.get(name.lower(), name)
    if len(name) == 1:
        return "+".join([*modifiers, _name_of(name)]) if name.isprintable() and not name.isspace() else None
    name = name.lower()
    if name not in NAMED_KEYS and len(key_to_character(name) or "") != 1 and not _is_renamed(name):
        return None
    return "+".join([*modifiers, name])


def _name_of(character: str) -> str:
    """Return Textual's name of a character's key, such as ``question_mark``."""
    return next(iter(Binding.make_bindings([Binding(character, "")]))).key


def _is_renamed(name: str) -> bool:
    """Return whether a name is one that Textual shortened, such as ``slash`` for ``solidus``."""
    shown = display_key(name)
    return len(shown) == 1 and _name_of(shown) == name


def keys_in(binding: Binding) -> tuple[str, ...]:
    """Return Textual's names of a binding's default keys."""
    return tuple(each.key for each in Binding.make_bindings([binding]))


def line_of(text: str, id: str) -> int | None:
    """Return the number of the line of a settings file that sets the key with this id, or None.

    The id may be complete, quoted or not, or only its last part in a table of its own (``[keys.code]``).
    """
    last = id.rpartition(".")[2]
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            table = header[1]
        name = re.match(r"\s*([^=]+?)\s*=", line)
        bare = re.sub(r"[\"'\s]", "", name[1]) if name else ""
        if bare and re.sub(r"[\"'\s]", "", f"{table}.{bare}" if table else bare) == f"keys.{id}":
            return number
        if bare == last and id == last:
            return number
    return None


def _nearest(id: str, ids: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(id, ids, n=1)
    return f"Did you mean “{near[0]}”?" if near else "docs/reference/keys.md lists the ids."


def _screens(tables: list[type]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the bindings that work together, by the name of each screen or dialog."""
    app = [binding for owner in tables if not issubclass(owner, Screen) for binding in bindings_of(owner)]
    everywhere = [str(binding.id) for binding in app if binding.priority]
    screens: dict[str, tuple[str, ...]] = {}
    for owner in tables:
        if issubclass(owner, Screen):
            own_ids = [str(binding.id) for base in owner.__mro__ for binding in bindings_of(base)]
            is_dialog = issubclass(owner, ModalScreen)
            shared_ids = (
                [*everywhere, *(IN_EVERY_DIALOG if is_dialog else ())]
                if is_dialog
                else [str(binding.id) for binding in app]
            )
            screens[owner.__name__] = tuple(dict.fromkeys([*own_ids, *shared_ids]))
    return screens


def _reject_reason(id: str, keys: tuple[str, ...], screens: Mapping[str, tuple[str, ...]]) -> str:
    """Return why keys cannot be bound to an id; empty if they can."""
    default_keys = {key for ids in screens.values() if id in ids for each in ids for key in keys_in(binding_of(each))}
    for key in keys:
        *modifiers, name = key.split("+")
        if key in SENT_AS:
            return f"“{key}” (for {id}) is sent as {SENT_AS[key]} by terminals. Choose another key."
        if modifiers == ["shift"] and len(name) == 1 and name.isalpha():
            return f"“{key}” (for {id}) is sent as {name.upper()} by terminals. Write “{name.upper()}”."
        if key in LIST_KEYS and key not in default_keys:
            return f"“{display_key(key)}” (for {id}) is a key of lists and text fields. Choose another key."
        if id.partition(".")[0] in TYPED_IN and not modifiers and len(key_to_character(key) or display_key(key)) == 1:
            return (
                f"“{display_key(key)}” (for {id}) is text while you type there. Choose a key with ctrl, or f1 to f12."
            )
    return ""


def _clashes(
    screens: Mapping[str, tuple[str, ...]],
    defaults: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, tuple[str, ...]],
) -> Iterator[tuple[str, str, str]]:
    """Yield each chosen id that shares a key with another id of the same screen, the other id, and the key.

    Of two chosen ids the later one is yielded. Ids that share a key by default do so on purpose, for example where a dialog
    closes with the key that opened it.
    """
    latest_first = list(chosen)[::-1]
    for ids in screens.values():
        for name in (each for each in latest_first if each in ids):
            for other in ids:
                shared = set(chosen[name]) & set(chosen.get(other, defaults[other]))
                if other != name and shared and not shared <= set(defaults[name]) & set(defaults[other]):
                    yield name, other, min(shared)
