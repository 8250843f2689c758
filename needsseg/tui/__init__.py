"""The terminal app: it shows the study and calls actions. ``run`` opens it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["run"]


def run(study_path: Path) -> int:
    """Run the app on the study at ``study_path`` until it is quit; return the exit code. Raises StudyError if it cannot."""
    from needsseg.actions.study.studies import open_study
    from needsseg.tui.app import NeedssegApp

    with open_study(study_path) as study:
        return NeedssegApp(study).run() or 0
