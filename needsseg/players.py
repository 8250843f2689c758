"""Which program plays a recording from a given time, and its arguments: a list, never a line for a shell."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import NeedssegError, UsageError

Find = Callable[[str], str | None]
"""Returns the path of a program, None where there is none."""

KNOWN: dict[str, tuple[str, ...]] = {
    "mpv": ("--force-window=yes", "--start={start}", "--", "{file}"),
    "vlc": ("--start-time={start}", "{file}"),
    "ffplay": ("-loglevel", "error", "-autoexit", "-ss", "{start}", "-i", "{file}"),
}
"""The arguments of each player that is looked for, in this order. Paths are absolute, so none can be read as an option."""
OPENERS = {"darwin": "open", "win32": "explorer"}
"""What opens a file in the program that the system has for it; elsewhere it is xdg-open."""
_BESIDE_THE_PATH = {
    "vlc": ("/Applications/VLC.app/Contents/MacOS/VLC", r"C:\Program Files\VideoLAN\VLC\vlc.exe"),
    "mpv": ("/Applications/mpv.app/Contents/MacOS/mpv",),
}
_FIELD = re.compile(r"\{(\w*)\}")
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')


@dataclass(frozen=True, slots=True)
class PlayCommand:
    """A program with its arguments; ``starts_at_time`` is False for one that can only play from the beginning."""

    arguments: tuple[str, ...]
    starts_at_time: bool

    @property
    def player(self) -> str:
        """The program's name."""
        return Path(self.arguments[0]).stem


def parts_of(setting: str) -> tuple[str, ...]:
    """Divide the setting ``player`` into its program and arguments; words with spaces stand in double quotes.

    UsageError where a quote is not closed, ``{file}`` is missing, or other braces than ``{file}`` and ``{start}`` stand in it.
    """
    if setting.count('"') % 2:
        raise UsageError(
            f"player = '{setting}': a double quote is not closed.", "Write '\"C:/My Player/p.exe\" {file}'."
        )
    parts = tuple(word.replace('"', "") for word in _WORD.findall(setting))
    fields = [name for part in parts for name in _FIELD.findall(part)]
    if unknown := [name for name in fields if name not in ("file", "start")]:
        raise UsageError(
            f"player = '{setting}': {{{unknown[0]}}} is not known.",
            "{file} stands for the recording, {start} for the seconds.",
        )
    if "file" not in fields or _FIELD.search(parts[0]):
        raise UsageError(
            f"player = '{setting}' does not name a program and then {{file}}.",
            "Write for instance 'mpv --start={start} {file}'.",
        )
    return parts


def play_command(file: Path, start_ms: int, setting: str = "", find: Find = shutil.which) -> PlayCommand:
    """Return the command that plays an absolute ``file`` from ``start_ms``: by the setting, else by what is installed.

    NeedssegError where the program of the setting, or any program at all, is missing; UsageError for a wrong setting.
    """
    if setting:
        program, *arguments = parts_of(setting)
        if (path := find(str(Path(program).expanduser()))) is None:
            raise NeedssegError(
                f"player = '{setting}': there is no program '{program}'.", "Install it, or correct the setting."
            )
        return _filled(path, arguments, file, start_ms)
    for name, known in KNOWN.items():
        if (path := _found(name, find)) is not None:
            return _filled(path, known, file, start_ms)
    opener = OPENERS.get(sys.platform, "xdg-open")
    if (path := find(opener)) is None:
        raise NeedssegError(
            f"No player was found: {', '.join(KNOWN)}, or {opener}.",
            "Install mpv or VLC, or name a player in the setting 'player'.",
        )
    return _filled(path, ("{file}",), file, start_ms)


def format_seconds(milliseconds: int) -> str:
    """Return milliseconds as seconds with a point, as short as they are exact: 12.5, 0."""
    sign = "-" if milliseconds < 0 else ""
    seconds, rest = divmod(abs(milliseconds), 1000)
    return f"{sign}{seconds}.{rest:03}".rstrip("0").rstrip(".")


def _found(name: str, find: Find) -> str | None:
    usual = (place for place in _BESIDE_THE_PATH.get(name, ()) if os.access(place, os.X_OK))
    return find(name) or next(usual, None)


def _filled(program: str, arguments: Sequence[str], file: Path, start_ms: int) -> PlayCommand:
    """Put file and time into the arguments in one pass, so that a file may itself be called ``{start}``."""
    values = {"file": str(file), "start": format_seconds(start_ms)}
    filled = (_FIELD.sub(lambda field: values[field[1]], argument) for argument in arguments)
    has_start = any("{start}" in argument for argument in arguments)
    return PlayCommand((program, *filled), has_start or start_ms == 0)
