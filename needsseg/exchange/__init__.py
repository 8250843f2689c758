"""Room 7: out of the house, as files."""

from needsseg.exchange.tables import FORMATS, write

__all__ = ["FORMATS", "write"]
