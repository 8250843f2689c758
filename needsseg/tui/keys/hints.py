"""Hints with keys, looked up by the ids of their bindings, so that they show the currently bound keys."""

from __future__ import annotations

import re
from typing import Any

from textual._context import active_app
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.keys import format_key

from needsseg.text import safe
from needsseg.tui.keys.binding_ids import binding_of
from needsseg.tui.words import plain

SPELLED_OUT = frozenset({"enter", "backspace"})
"""Keys for which Textual has signs that few keyboards show."""
FIXED_KEYS = frozenset({"enter", "tab", "shift+tab", "ctrl+u", "↓", "↑", "←", "→", "pgdn", "pgup"})
"""Keys of lists and text fields, which no setting rebinds: only these are written as text in hints."""
KEY_ID = re.compile(r"\{(?P<id>[a-z_]+\.[a-z_]+\d*)(?:\.\.(?P<last>\d)|(?P<typing>!)|:(?P<width>\d+))?\}")


def display_key(key: str) -> str:
    """Return Textual's name of a key as on a keyboard, such as ``ctrl+?`` for ``ctrl+question_mark``."""
    *modifiers, name = key.strip().split("+")
    shown = name if name in SPELLED_OUT else name.upper() if re.fullmatch(r"f\d+", name) else format_key(name)
    return "+".join([*modifiers, shown])


def bound_keys(binding: Binding, app: App[Any] | None) -> list[str]:
    """Return Textual's names of a binding's keys: those that the user set for its id, else the defaults."""
    keymap = app._keymap if app is not None else {}
    keys = keymap.get(binding.id or "", binding.key)
    return [each.key for each in Binding.make_bindings([binding.with_key(keys)])]


def shown_keys(binding: Binding, app: App[Any] | None) -> list[str]:
    """Return a binding's keys as on a keyboard: those that the user set for its id, else the defaults."""
    return [display_key(key) for key in bound_keys(binding, app)]


def key_of(id: str, app: App[Any] | None = None) -> str:
    """Return the first key currently bound to this id, as on a keyboard; raise KeyError if no binding has the id.

    ``app`` is the app whose keys to use, by default the running one; without an app, the default keys are used.
    """
    return shown_keys(binding_of(id), app or active_app.get(None))[0]


def with_keys(template: str) -> str:
    """Return a hint with each ``{id}`` replaced by the key currently bound to it.

    ``{code.digit1..9}`` is replaced by the keys of nine bindings, ``{search.narrow!}`` by a key that works while typing, and
    ``{code.code:4}`` is padded to four columns. Only the program's own words may be templates: in texts with users' words,
    ``key_of`` inserts the keys.
    """
    return KEY_ID.sub(_key_in_template, template)


def _key_in_template(match: re.Match[str]) -> str:
    if match["last"]:
        return key_range(match["id"], int(match["last"]))
    return key_while_typing(match["id"]) if match["typing"] else key_of(match["id"]).ljust(int(match["width"] or 0))


def key_while_typing(id: str) -> str:
    """Return the first key currently bound to this id that does not type text, else the first one."""
    keys = shown_keys(binding_of(id), active_app.get(None))
    return next((key for key in keys if len(key) > 1), keys[0])


def key_range(first_id: str, last: int) -> str:
    """Return the keys of numbered bindings from ``first_id`` to ``last``: “1–9” if consecutive, else each key."""
    stem, first = first_id.rstrip("0123456789"), int(re.sub(r"\D", "", first_id.partition(".")[2]))
    keys = [key_of(f"{stem}{number}") for number in range(first, last + 1)]
    in_a_row = all(len(key) == 1 for key in keys) and [ord(key) - ord(keys[0]) for key in keys] == list(
        range(len(keys))
    )
    return f"{keys[0]}–{keys[-1]}" if in_a_row else " ".join(keys)


def key_hints(template: str) -> Content:
    """Return hints such as “{needs.add} adds · enter opens” with the current keys bold and coloured, the words muted."""
    hints = []
    for hint in template.split(" · "):
        words = hint.split(" ")
        count = next((at for at, word in enumerate(words) if not (KEY_ID.fullmatch(word) or word in FIXED_KEYS)), 0)
        keys, text = (safe(with_keys(" ".join(part))) for part in (words[:count], words[count:]))
        hints.append(Content.assemble(plain(keys, "bold $text-accent"), plain(" " * bool(count) + text, "$text-muted")))
    return plain(" · ", "$text-muted").join(hints)
