"""What a person is writing and has not saved, so that a closed terminal takes no words along."""

from __future__ import annotations

from needsseg.study.coding.drafts import Draft, DraftKind, drop, drop_id, listing, load, store

__all__ = ["Draft", "DraftKind", "drop", "drop_id", "listing", "load", "store"]
