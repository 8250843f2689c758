"""Labelled accounts in the shape that another system takes: as files, and as batches for those that are sent to."""

from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Packed, deliver, pack
from needsseg.exchange.destinations.destination import Destination
from needsseg.exchange.destinations.files import write_target
from needsseg.exchange.destinations.items import items, message_id, packed, row_shas, whom
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
    "whom",
    "write_target",
]
