"""The study's codes as a tree of candidate needs, and which participant spoke under which code."""

from __future__ import annotations

from needsseg.actions.coding import blind
from needsseg.actions.coding.embedding import embedded
from needsseg.discovery.evidence.code_tree import CodeTree, code_tree
from needsseg.embedding import text_sha256
from needsseg.errors import Advice, DiscoveryError, Fix
from needsseg.progress import Progress, silent
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews


def tree(study: Study, progress: Progress = silent) -> CodeTree:
    """Groups the codes on participants' passages into candidate needs; writes nothing but vectors it had to compute.

    Raises DiscoveryError where fewer than two codes are on passages.
    """
    import numpy as np

    coded = _coded(study)
    if not coded:
        raise DiscoveryError("No code is on a passage yet.", Advice("Code passages first: ", Fix.CODE))
    vectors = embedded(study, [passage.quote for passage, _ in coded], progress)
    rows = np.stack([vectors[text_sha256(passage.quote)] for passage, _ in coded]).astype(np.float64)
    return code_tree(rows, [passage.codes for passage, _ in coded], [who for _, who in coded])


def passages_by_code(study: Study) -> dict[str, set[tuple[int, str]]]:
    """For each code the participants' passages that carry it, by id, each with who speaks it."""
    found: dict[str, set[tuple[int, str]]] = {}
    for passage, who in _coded(study):
        for code in passage.codes:
            found.setdefault(code, set()).add((passage.id, who))
    return found


def _coded(study: Study) -> list[tuple[Passage, str]]:
    """The participants' passages that carry codes and are not rejected, each with who speaks it; a blind coder's own codes."""
    who = {
        (row.interview, row.label): row.participant or f"{row.interview}/{row.label}"
        for row in interviews.speakers(study)
        if row.role == "participant"
    }
    seen = passages.listing(study, anchored=True)
    if blind.is_blind(study):
        seen = blind.own_view(study, seen)
    return [
        (passage, who[passage.interview, passage.speaker])
        for passage in seen
        if passage.codes and passage.status != "rejected" and (passage.interview, passage.speaker) in who
    ]
