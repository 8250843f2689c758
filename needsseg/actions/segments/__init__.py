"""Verbs on segments: review, cards, lineage, and assigning new texts to them."""

from __future__ import annotations

from needsseg.discovery.evidence.card_quotes import PARTS, Part
from needsseg.segments.assigning import OFF_TOPIC, PRECISION

__all__ = ["OFF_TOPIC", "PARTS", "PRECISION", "Part"]
