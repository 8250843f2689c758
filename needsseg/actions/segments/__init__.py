"""Verbs on segments: review, cards, lineage, and assigning new texts to them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.discovery.evidence.card_quotes import PARTS, Part
    from needsseg.segments.assigning import OFF_TOPIC, PRECISION

__all__ = ["OFF_TOPIC", "PARTS", "PRECISION", "Part"]


def __getattr__(name: str) -> object:
    # The rooms of discovery and of assigning take long to load, and the first screen needs other modules of this package.
    if name in ("PARTS", "Part"):
        return getattr(import_module("needsseg.discovery.evidence.card_quotes"), name)
    if name in ("OFF_TOPIC", "PRECISION"):
        return getattr(import_module("needsseg.segments.assigning"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
