"""Labelled accounts in the shape that another system takes: as files, and as batches for those that are sent to."""

from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Packed, deliver, pack
from needsseg.exchange.destinations.endpoints import KEYS
from needsseg.exchange.destinations.files import LIMITS, SIZES, TARGETS, write_target
from needsseg.exchange.destinations.items import items, message_id, row_shas, whom

__all__ = [
    "KEYS",
    "LIMITS",
    "SIZES",
    "TARGETS",
    "Answer",
    "Batch",
    "Item",
    "Packed",
    "deliver",
    "items",
    "message_id",
    "pack",
    "row_shas",
    "whom",
    "write_target",
]
