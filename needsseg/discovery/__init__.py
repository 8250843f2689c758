"""Room 3: cluster passages into candidate needs."""

from needsseg.discovery.discover import FEWEST_PASSAGES, Discovery, discover, separated
from needsseg.discovery.evidence.naming import Persona, load_personas, suggested_names
from needsseg.discovery.needs_in_view import need_texts
from needsseg.discovery.separation import Separation
from needsseg.records import Decisions

__all__ = [
    "FEWEST_PASSAGES",
    "Decisions",
    "Discovery",
    "Persona",
    "Separation",
    "discover",
    "load_personas",
    "need_texts",
    "separated",
    "suggested_names",
]
