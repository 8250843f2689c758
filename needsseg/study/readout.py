"""The text that people wrote for the readout, by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def load(study: Study) -> dict[str, str]:
    """Return the written parts and their texts, which are never empty."""
    return {row["part"]: row["text"] for row in study.rows("SELECT part, text FROM readout ORDER BY id")}


def store(study: Study, parts: Mapping[str, str]) -> None:
    """Store the text of each part, and remove those that are empty (inside an action)."""
    current = load(study)
    for part, text in parts.items():
        if text == current.get(part, ""):
            continue
        if not text:
            study.execute("DELETE FROM readout WHERE part = ?", [part])
        elif part in current:
            study.execute("UPDATE readout SET text = ? WHERE part = ?", [text, part])
        else:
            study.insert("readout", {"part": part, "text": text})
