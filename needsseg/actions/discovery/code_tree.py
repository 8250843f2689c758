"""Group the study's codes into a tree of candidate needs, and list the passages and speakers of each code."""

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
    """Group the codes on participants' passages into candidate needs; stores only vectors that were missing.

    Raises DiscoveryError if passages carry fewer than two codes.
    """
    import numpy as np

    coded = _coded(study)
    if not coded:
        raise DiscoveryError("No code is on a passage yet.", Advice("Code passages first: ", Fix.CODE))
    vectors = embedded(study, [passage.quote for passage, _ in coded], progress)
    rows = np.stack([vectors[text_sha256(passage.quote)] for passage, _ in coded]).astype(np.float64)
    return code_tree(rows, [passage.codes for passage, _ in coded], [speaker for _, speaker in coded])


def passages_by_code(study: Study) -> dict[str, set[tuple[int, str]]]:
    """For each code the participants' passages that carry it, as (passage id, speaker)."""
    passages_of: dict[str, set[tuple[int, str]]] = {}
    for passage, speaker in _coded(study):
        for code in passage.codes:
            passages_of.setdefault(code, set()).add((passage.id, speaker))
    return passages_of


def _coded(study: Study) -> list[tuple[Passage, str]]:
    """Participants' coded passages that are not rejected, with their speakers; for a blind coder, their own codes only."""
    speakers = {
        (row.interview, row.label): row.participant or f"{row.interview}/{row.label}"
        for row in interviews.speakers(study)
        if row.role == "participant"
    }
    visible = passages.listing(study, anchored=True)
    if blind.is_blind(study):
        visible = blind.own_view(study, visible)
    return [
        (passage, speakers[passage.interview, passage.speaker])
        for passage in visible
        if passage.codes and passage.status != "rejected" and (passage.interview, passage.speaker) in speakers
    ]
