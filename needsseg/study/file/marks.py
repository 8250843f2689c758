"""Marks in a study by which ``file_watch`` recognises its own file."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from needsseg.study.file.file_watch import MARKS

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def note_identity(study: Study) -> None:
    """Give a study that has none an identity, which its copies share."""
    if study.row("SELECT 1 FROM places WHERE screen = ?", [MARKS]) is None:
        with study.cache_writing():
            marks = json.dumps({"identity": secrets.token_hex(8), "erased": 0})
            study.execute("INSERT OR IGNORE INTO places (screen, place) VALUES (?, ?)", [MARKS, marks])


def note_erased(study: Study) -> None:
    """Count an erasing, after which history's numbers start again; inside the erasing transaction."""
    study.execute(
        "UPDATE places SET place = json_set(place, '$.erased', json_extract(place, '$.erased') + 1) WHERE screen = ?",
        [MARKS],
    )


def erasings(study: Study) -> int:
    """Return how often words were erased from the study."""
    row = study.row("SELECT json_extract(place, '$.erased') FROM places WHERE screen = ?", [MARKS])
    return 0 if row is None else int(row[0])
