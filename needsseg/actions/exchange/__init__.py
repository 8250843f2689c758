"""Verbs that carry results out of the study: exports, the report, REFI-QDA, quotes, matrices, the codebook, the audit trail."""

from needsseg.coding.matrices import Count, Matrix, Share
from needsseg.exchange.matrices import about_matrix, matrix_table
from needsseg.exchange.quotes import Board, Grouping, Quote

__all__ = ["Board", "Count", "Grouping", "Matrix", "Quote", "Share", "about_matrix", "matrix_table"]
