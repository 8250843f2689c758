"""The study's backups: when and why each was made, whether it is sound, and a key that restores one."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.study import studies
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Backup, Study

REASONS = {
    "automatic": "automatic, before a change",
    "before-migration": "before the file was migrated",
    "before-restore": "kept aside by a restore",
    "damaged": "a damaged file, kept aside",
    "own": "made by you",
}


class BackupsSheet(Sheet[None]):
    """One backup a row, the newest first, checked in the background; enter asks, then restores the selected backup."""

    TITLE = "Backups"
    KEYS = "enter restores one, after asking · {sheet.down} {sheet.up} move · {sheet.close} closes"
    EMPTY = "There is no backup yet: “back up the study” among all commands makes one."

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._rows: list[Backup] = []
        self._faults: dict[Path, str] = {}

    def reload(self) -> None:
        """List the backups, and check those that were not checked yet."""
        self._rows = studies.backups(self.study.path)
        self._show()
        self.run_worker(self._check(), group="check", exclusive=True)

    def _show(self) -> None:
        self.fill([self._row(row) for row in self._rows])

    def _row(self, row: Backup) -> Content:
        fault = self._faults.get(row.path)
        sound = "checking …" if fault is None else "sound" if not fault else f"not sound: {fault}"
        head = f"{row.made_at:%Y-%m-%d %H:%M:%S} UTC  {row.size / 1_000_000:,.1f} MB  {sound}"
        return lines([plain(head), plain(f"  {REASONS.get(row.kind, row.kind)} · {row.path}", "dim")])

    async def _check(self) -> None:
        for row in self._rows:
            if row.path not in self._faults:
                self._faults[row.path] = await asyncio.to_thread(studies.backup_fault, row.path)
                self._show()

    def state(self) -> str:
        """Return the number of backups."""
        return format_count(len(self._rows), "backup") if self._rows else ""

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.at is None:
            return
        row = self._rows[self.at]
        if fault := self._faults.get(row.path):
            self.tell(f"This backup cannot be restored: {fault}", wrong=True)
            return
        choices = [
            Choice("restore", "restore it", "the current study is kept and listed here"),
            Choice("leave", "keep the study as it is", "changes nothing"),
        ]
        question = f"Replace the study with the backup of {row.made_at:%Y-%m-%d %H:%M:%S} UTC?"
        about = (
            f"{row.path}\nIt does not contain later work. {key_of('study.undo')} cannot undo this; to go back, restore "
            "the file kept aside."
        )
        self.app.push_screen(Prompt(question, about=about, choices=choices, free=False), partial(self._answered, row))

    def _answered(self, row: Backup, answer: str | None) -> None:
        if answer == "restore":
            self.tell("Restoring …")
            self.run_worker(self._restore(row), group="restore", exclusive=True)

    async def _restore(self, row: Backup) -> None:
        try:
            async with self.study_app.background.paused():
                restored = await asyncio.to_thread(studies.restore, self.study.path, row.path)
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        kept_note = "" if restored.previous is None else f" The previous study is kept as {restored.previous}"
        self.done(f"Restored the backup of {row.made_at:%Y-%m-%d %H:%M:%S} UTC.{kept_note}", undo=False)
