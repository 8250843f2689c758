"""The place at which each screen was left, so that the app reopens there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def load(study: Study, screen: str) -> dict[str, Any]:
    """The place a screen was left at; empty when it was never opened."""
    row = study.row("SELECT place FROM places WHERE screen = ?", [screen])
    return dict(json.loads(row[0])) if row else {}


def store(study: Study, screen: str, place: dict[str, Any]) -> None:
    """Remember the place; not part of the history."""
    with study.cache_writing():
        study.execute("INSERT OR REPLACE INTO places (screen, place) VALUES (?, ?)", [screen, json.dumps(place)])
