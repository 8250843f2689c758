"""Room 2: find and code passages in a transcript."""

from needsseg.coding.linguistic_cues import load_cues
from needsseg.coding.probes import load_probes
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.suggestions import judge, suggest, weigh

__all__ = ["judge", "load_cues", "load_probes", "sentence_spans", "suggest", "weigh"]
