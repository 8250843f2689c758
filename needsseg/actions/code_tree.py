"""The study's codes as a tree of candidate needs, and which participant spoke under which code."""

from __future__ import annotations

from needsseg.actions.embedding import embedded
from needsseg.discovery.code_tree import CodeNode, CodeTree, code_tree
from needsseg.embedding import text_sha256
from needsseg.errors import DiscoveryError
from needsseg.progress import Progress, silent
from needsseg.study import interviews, passages
from needsseg.study.connection import Study

__all__ = ["CodeNode", "CodeTree", "tree"]


def tree(study: Study, progress: Progress = silent) -> CodeTree:
    """Groups the codes on participants' passages into candidate needs; writes nothing but vectors it had to compute.

    Raises DiscoveryError where fewer than two codes are on passages.
    """
    import numpy as np

    who = {
        (row.interview, row.label): row.participant for row in interviews.speakers(study) if row.role == "participant"
    }
    chosen = [
        passage
        for passage in passages.listing(study, anchored=True)
        if passage.codes and passage.status != "rejected" and (passage.interview, passage.speaker) in who
    ]
    if not chosen:
        raise DiscoveryError("No code is on a passage yet.", "Code passages first: needsseg code, or F2 in the app.")
    vectors = embedded(study, [passage.quote for passage in chosen], progress)
    rows = np.stack([vectors[text_sha256(passage.quote)] for passage in chosen]).astype(np.float64)
    speakers = [
        who[passage.interview, passage.speaker] or f"{passage.interview}/{passage.speaker}" for passage in chosen
    ]
    return code_tree(rows, [passage.codes for passage in chosen], speakers)
