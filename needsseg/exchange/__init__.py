"""Room 7: export as files, and deliver to other systems."""

from needsseg.exchange.tables import FORMATS, write

__all__ = ["FORMATS", "write"]
