"""Room 7: out of the house, as files."""

from needsseg.exchange.tables import COLUMNS, FORMATS, write

__all__ = ["COLUMNS", "FORMATS", "write"]
