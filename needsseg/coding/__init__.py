"""Room 2: find and code passages in a transcript."""

from needsseg.coding.linguistic_cues import cues_for, load_cues
from needsseg.coding.probes import load_probes, probes_for
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.suggestions import judge, suggest, weigh

__all__ = ["cues_for", "judge", "load_cues", "load_probes", "probes_for", "sentence_spans", "suggest", "weigh"]
