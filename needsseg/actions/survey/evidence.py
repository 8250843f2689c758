"""The evidence for the survey's options: passages of its segments, and quotes that hint at an option's wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import embedded
from needsseg.actions.coding.pseudonyms import cover
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.embedding import text_sha256
from needsseg.progress import Progress
from needsseg.study.coding import passages
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews
from needsseg.survey.answer_table import Material

if TYPE_CHECKING:
    from needsseg.study.connection import Study
    from needsseg.survey.scoring_table import Survey

MOST_HINTED = 240


def hints(study: Study, survey: Survey) -> dict[tuple[str, str], str]:
    """Return a participant's words by question and option key, for each option without words; names are covered.

    It is the beginning of the first passage that the option rests on, taken from the study as it is now: a survey holds no
    words of participants.
    """
    evidence_by_option = {
        (question.key, option.key): option.evidence
        for question in survey.questions
        for option in question.options
        if option.to_be_worded
    }
    ids = sorted({passage for evidence in evidence_by_option.values() for passage in evidence})
    passages_by_id = {passage.id: passage for passage in passages.listing(study, ids=ids)} if ids else {}
    over = cover(study)
    hint_by_option = {}
    for place, evidence in evidence_by_option.items():
        first = next((passages_by_id[passage] for passage in evidence if passage in passages_by_id), None)
        if first is not None:
            words = " ".join(over.text(first.quote, first.interview).split())
            hint_by_option[place] = words if len(words) <= MOST_HINTED else words[:MOST_HINTED].rsplit(" ", 1)[0] + " …"
    return hint_by_option


def material(study: Study, names: dict[int, str], progress: Progress) -> Material:
    """The passages of the segments ``names`` (by id), clearest first, with their vectors and participants."""
    import numpy as np

    participant_of = {
        (row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant
    }
    passages_by_id = {passage.id: passage for passage in passages.listing(study)}
    members = segments.members(study)
    placed = [(name, passages_by_id[each.passage]) for id_, name in names.items() for each in members.get(id_, [])]
    vectors = embedded(study, [passage.quote for _, passage in placed], progress)
    rows = np.array([vectors[text_sha256(passage.quote)] for _, passage in placed], dtype=np.float64)
    as_now = {row.name: names[row.id] for row in segments.listing(study) if row.id in names}
    return Material(
        tuple(passage.id for _, passage in placed),
        tuple(passage.quote for _, passage in placed),
        tuple(passage.interview for _, passage in placed),
        tuple(
            participant_of.get((passage.interview, passage.speaker)) or f"{passage.interview}/{passage.speaker}"
            for _, passage in placed
        ),
        tuple(name for name, _ in placed),
        rows,
        {need.participant: as_now[need.segment] for need in participant_needs(study) if need.segment in as_now},
    )
