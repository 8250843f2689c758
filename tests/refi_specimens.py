"""Project files of other programs, put together from the parts in tests/data/refi."""

from __future__ import annotations

import zipfile
from pathlib import Path

PARTS = Path(__file__).parent / "data" / "refi"


def atlas_ti_project(file: Path) -> Path:
    """Write an invented project as ATLAS.ti 8.4 exports one without its files: Project.qde and an empty folder Sources."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Project.qde", (PARTS / "atlas_ti_layout.qde").read_bytes())
        archive.mkdir("Sources")
    return file
