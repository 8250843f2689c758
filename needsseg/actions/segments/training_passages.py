"""The passages from which new texts are assigned, of confirmed segments and of none, and the assigner trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.coding.embedding import embedded
from needsseg.actions.study.languages import study_model
from needsseg.embedding import open_encoder, text_sha256
from needsseg.errors import Advice, Fix, UsageError
from needsseg.files import sha256
from needsseg.progress import Progress
from needsseg.segments import learn
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, segments
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.embedding import Encoder
    from needsseg.segments import Assigner


@dataclass(frozen=True, slots=True, eq=False)
class TrainedAssigner:
    """The assigner, the ids of its training passages in its order, and the encoder."""

    assigner: Assigner
    passages: tuple[int, ...]
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class TrainingPassages:
    """Members of confirmed segments, with segment, participant and words, and passages that belong to none."""

    members: tuple[int, ...]
    names: tuple[str, ...]
    speakers: tuple[str, ...]
    others: tuple[int, ...]
    quotes: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """A hash of all of it, by which stored results are known to be of the same passages."""
        return sha256(repr((self.members, self.names, self.speakers, self.others, self.quotes)))


def load_training_passages(study: Study) -> TrainingPassages:
    """Members of confirmed segments teach, with who said them; beside them stand passages that belong to none.

    Those are accepted ones in no confirmed segment, rejected ones, and what a person called off-topic.
    """
    named = {row.id: row.name for row in segments.listing(study) if row.status == "confirmed"}
    if not named:
        raise UsageError(
            "There is no confirmed segment.",
            Advice(
                "Texts are put to the passages of confirmed segments. Confirm some first: ",
                Fix.CONFIRM_SEGMENT.of(id="ID"),
            ),
        )
    members = segments.members(study)
    place = {member.passage: name for row, name in named.items() for member in members.get(row, [])}
    off = {row.passage for row in constraints.off_topic(study)}
    passages_by_id = {one.id: one for one in passages.listing(study) if one.quote.strip()}
    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study)}
    member_ids = tuple(sorted(id_ for id_ in place if id_ in passages_by_id))
    others = tuple(
        sorted(
            id_
            for id_, one in passages_by_id.items()
            if id_ not in place and (id_ in off or one.status in ("accepted", "rejected"))
        )
    )
    speaker_keys = [(passages_by_id[id_].interview, passages_by_id[id_].speaker) for id_ in member_ids]
    return TrainingPassages(
        member_ids,
        tuple(place[id_] for id_ in member_ids),
        tuple(who.get(key) or f"{key[0]}: {key[1]}" for key in speaker_keys),
        others,
        tuple(passages_by_id[id_].quote for id_ in (*member_ids, *others)),
    )


def train_assigner(
    study: Study, training: TrainingPassages, precision: float, off_topic: float, backend: str, progress: Progress
) -> TrainedAssigner:
    """Learn from the passages, with the vectors of the back end that embeds the texts; UsageError as ``learn`` raises it."""
    import numpy as np

    encoder = open_encoder(study_model(study), backend)
    if backend != "int8":
        vectors = embedded(study, training.quotes, progress)
        rows = np.stack([vectors[text_sha256(quote)] for quote in training.quotes]).astype(np.float64)
    else:
        rows = encoder.encode(training.quotes).astype(np.float64)
    members = len(training.members)
    assigner = learn(
        rows[:members], training.names, training.speakers, rows[members:], precision=precision, off_topic=off_topic
    )
    return TrainedAssigner(assigner, training.members, encoder)
