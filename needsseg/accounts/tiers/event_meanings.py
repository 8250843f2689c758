"""Classify event names: login, invite, setup, first meaningful action, core action."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.settings import read_toml

KINDS_OF_EVENT = ("login", "invite", "setup", "first_action", "core")


@dataclass(frozen=True, slots=True)
class EventRules:
    """Names and patterns (``*`` for any letters) for each meaning, compared in lower case with blanks between words."""

    login: tuple[str, ...] = ()
    invite: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    first_action: tuple[str, ...] = ()
    core: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meanings:
    """The event names of one file by meaning, each sorted; a meaning is empty where the file never records it."""

    login: tuple[str, ...] = ()
    invite: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    first_action: tuple[str, ...] = ()
    core: tuple[str, ...] = ()


def load_event_rules(path: Path) -> EventRules:
    """The rules in a TOML file: one list of patterns for each of ``login, invite, setup, first_action, core``."""
    table = read_toml(path)
    values: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in KINDS_OF_EVENT:
            raise UsageError(
                f"{path}: '{key}' is not a meaning of an event.", f"Meanings: {', '.join(KINDS_OF_EVENT)}."
            )
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: {key} is not a list of texts.", f'Write {key} = ["…"].')
        values[key] = tuple(plain_name(item) for item in value)
    return EventRules(**values)


def meanings_of(names: Iterable[str], rules: EventRules) -> Meanings:
    """Sort event names by meaning.

    A login or an invitation has no other meaning, and setup is not a core action; the first meaningful action may be any
    other event. Where no name fits ``first_action``, the first core action is it; where no name fits ``core``, every
    event other than login, invitation or setup counts as core, since the file does not distinguish them.
    """
    distinct = sorted(set(names))
    login = _fitting(distinct, rules.login)
    invite = [name for name in _fitting(distinct, rules.invite) if name not in login]
    unmatched = [name for name in distinct if name not in login and name not in invite]
    setup = _fitting(unmatched, rules.setup)
    not_setup = [name for name in unmatched if name not in setup]
    core = _fitting(not_setup, rules.core) or not_setup
    first = _fitting(unmatched, rules.first_action) or core
    return Meanings(tuple(login), tuple(invite), tuple(setup), tuple(first), tuple(core))


def plain_name(name: str) -> str:
    """Normalise ``TaskCompleted``, ``task_completed`` and ``Task: completed`` to ``task completed``; ``*`` is kept."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[\w*]+", spaced.replace("_", " ").casefold()))


def _fitting(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    return [name for name in names if any(fnmatchcase(plain_name(name), pattern) for pattern in patterns)]
