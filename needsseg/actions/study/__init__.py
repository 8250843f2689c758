"""Verbs on the study as a whole: open, copy, check, undo, merge, and the sample study."""

from __future__ import annotations

from needsseg.study.connection import Study
from needsseg.study.file.copies import Backup
from needsseg.study.file.faults import DamagedError
from needsseg.study.file.rescue import Rescued
from needsseg.study.history import HistoryEntry

__all__ = ["Backup", "DamagedError", "HistoryEntry", "Rescued", "Study"]
