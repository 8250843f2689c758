"""REFI-QDA 1.0/1.5: projects (.qdpx) and codebooks (.qdc) as other programs for qualitative analysis read and write them."""

from needsseg.exchange.refi.layout import labelled_turns
from needsseg.exchange.refi.offsets import Convention, Shifted, shifted
from needsseg.exchange.refi.parsing import Dropped
from needsseg.exchange.refi.placing import placed
from needsseg.exchange.refi.reading import Read, read_codebook, read_project
from needsseg.exchange.refi.records import (
    Case,
    Code,
    Coding,
    Note,
    Project,
    Selection,
    Source,
    SourceSet,
    User,
    Value,
    Variable,
)
from needsseg.exchange.refi.tables import is_code_table, read_code_table
from needsseg.exchange.refi.writing import write_codebook, write_project

__all__ = [
    "Case",
    "Code",
    "Coding",
    "Convention",
    "Dropped",
    "Note",
    "Project",
    "Read",
    "Selection",
    "Shifted",
    "Source",
    "SourceSet",
    "User",
    "Value",
    "Variable",
    "is_code_table",
    "labelled_turns",
    "placed",
    "read_code_table",
    "read_codebook",
    "read_project",
    "shifted",
    "write_codebook",
    "write_project",
]
