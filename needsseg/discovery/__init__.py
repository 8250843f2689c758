"""Room 3: passages become candidates."""

from needsseg.discovery.discover import FEWEST_PASSAGES, Discovery, discover
from needsseg.discovery.naming import Persona, load_personas, suggested_names
from needsseg.records import Decisions

__all__ = ["FEWEST_PASSAGES", "Decisions", "Discovery", "Persona", "discover", "load_personas", "suggested_names"]
