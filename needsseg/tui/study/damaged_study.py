"""Ask how to repair a damaged study, before the app gives up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import App
from textual.filter import LineFilter

from needsseg.actions.study import DamagedError, studies
from needsseg.tui.study.gate import Gate
from needsseg.tui.widgets.prompt import Choice, Prompt

RESTORE, RESCUE, LEAVE = "restore", "rescue", "leave"


class DamagedStudyApp(App[str]):
    """An app that asks one question; it ends with ``restore``, ``rescue`` or ``leave``."""

    TITLE = "needsseg"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, path: Path, error: DamagedError) -> None:
        super().__init__()
        self._gate = Gate()
        self._error, self._choices = error, choices(path, error)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters applied to every line; the last removes characters that control the terminal."""
        return [*super().get_line_filters(), self._gate]

    def on_mount(self) -> None:
        """Ask the question."""
        prompt = Prompt(f"{self._error.message} What should be done?", choices=self._choices, free=False)
        self.push_screen(prompt, lambda answer: self.exit(answer or LEAVE))


def choices(path: Path, error: DamagedError) -> list[Choice]:
    """Return the possible repairs of a damaged study; empty without a sound backup or anything to rescue."""
    repairs = []
    if (newest := studies.newest_sound(path)) is not None:
        about = (
            f"of {newest.made_at:%Y-%m-%d %H:%M:%S} UTC, {newest.size / 1_000_000:,.1f} MB; the damaged file is "
            "kept aside"
        )
        repairs.append(Choice(RESTORE, "restore the newest sound backup", about))
    if error.rescuable:
        repairs.append(
            Choice(RESCUE, "save what is readable in a new study", f"{rescued_name(path).name}; this file stays")
        )
    return [*repairs, Choice(LEAVE, "leave it as it is", "changes nothing")] if repairs else []


def ask(path: Path, error: DamagedError) -> str:
    """Ask how to repair a damaged study; return ``leave`` if there is no choice."""
    return (DamagedStudyApp(path, error).run() or LEAVE) if choices(path, error) else LEAVE


def rescued_name(path: Path) -> Path:
    """Return an unused file name beside a damaged study for its readable part."""
    number, name = 1, path.with_name(f"{path.stem}.rescued{path.suffix}")
    while name.exists():
        number += 1
        name = path.with_name(f"{path.stem}.rescued-{number}{path.suffix}")
    return name
