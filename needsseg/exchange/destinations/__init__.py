"""Labelled accounts in the formats of other systems: as files, and as batches to send."""

from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Packed, deliver, pack
from needsseg.exchange.destinations.destination import Destination
from needsseg.exchange.destinations.files import write_target
from needsseg.exchange.destinations.items import items, message_id, packed, row_shas, subject_id
from needsseg.exchange.destinations.registry import DESTINATIONS

__all__ = [
    "DESTINATIONS",
    "Answer",
    "Batch",
    "Destination",
    "Item",
    "Packed",
    "deliver",
    "items",
    "message_id",
    "pack",
    "packed",
    "row_shas",
    "subject_id",
    "write_target",
]
