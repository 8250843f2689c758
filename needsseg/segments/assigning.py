"""Assign new texts to segments with a probability of being right, or abstain with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import UsageError
from needsseg.segments.calibration import FOLDS, Calibration, Expected, best, calibrate
from needsseg.segments.discriminant import Discriminant, fit

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix
    from needsseg.segments.discriminant import Codes

PRECISION = 0.9
OFF_TOPIC = 0.2
QUOTES = 3
# Our own choice: a label is more likely right than not, and leads by more than a tenth of the usual lead of right ones.
LEAST_CHANCE = 0.5
TIE = 0.1
NOTHING_FITS, TWO_FIT = "nothing fits", "two fit equally"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The assignment of one text: ``label`` is None where the program abstains, with a ``reason``.

    ``confidence`` in [0, 1] is the chance that ``first`` is right, ``second`` the next best; ``evidence`` are indices of
    the closest passages of ``first``, closest first.
    """

    label: str | None
    confidence: float
    first: str
    second: str | None
    reason: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assigner:
    """Segments as learnt from their passages; ``rows`` (n, d) and ``codes`` (n,) are those passages, in their order."""

    names: tuple[str, ...]
    rows: Matrix
    codes: Codes
    discriminant: Discriminant
    calibration: Calibration
    threshold: float

    def assign(self, rows: Matrix) -> list[Assignment]:
        """Assign unit rows (n, d) of new texts, each independently of the others in the call."""
        import numpy as np

        if not len(rows):
            return []
        first, second, fits, leads = best(self.discriminant.scores(np.asarray(rows, dtype=np.float64)))
        chances = self.calibration.chance(fits, leads)
        tied = (first != second) & (leads < TIE * self.calibration.usual_lead)
        lacks_lead = self.calibration.lacks_lead(fits, leads)
        unlikely = chances < self.threshold
        reasons = np.where(unlikely, np.where(lacks_lead, TWO_FIT, NOTHING_FITS), np.where(tied, TWO_FIT, ""))
        return [
            self._verdict(row, int(best_code), int(next_code), float(chance), str(reason))
            for row, best_code, next_code, chance, reason in zip(rows, first, second, chances, reasons, strict=True)
        ]

    def _verdict(self, row: Matrix, first: int, second: int, chance: float, reason: str) -> Assignment:
        import numpy as np

        members = np.nonzero(self.codes == first)[0]
        closest = members[np.argsort(-(self.rows[members] @ row), kind="stable")[:QUOTES]]
        return Assignment(
            None if reason else self.names[first],
            round(chance, 4),
            self.names[first],
            None if first == second else self.names[second],
            reason,
            tuple(int(position) for position in closest),
        )

    def expected(self) -> Expected:
        """Return the expected precision and coverage, estimated on the study's passages."""
        return self.calibration.expected(self.threshold)


def learn(
    rows: Matrix, segments: Sequence[str], speakers: Sequence[str] | None = None, others: Matrix | None = None,
    *, precision: float = PRECISION, off_topic: float = OFF_TOPIC,
) -> Assigner:  # fmt: skip
    """Return an assigner learnt from unit rows (n, d) with the segment and, where known, the participant of each.

    ``others`` (m, d) are passages that belong to none of them, ``precision`` the share of labels that should be right, and
    ``off_topic`` the share of new texts expected to be about none. Raises UsageError without two groups to separate.
    """
    import numpy as np

    names = tuple(sorted(set(segments)))
    if not names:
        raise UsageError(
            "There is no confirmed segment.", "Confirm segments first; texts are assigned by their passages."
        )
    outsiders = np.empty((0, rows.shape[1])) if others is None else np.asarray(others, dtype=np.float64)
    if len(names) == 1 and not len(outsiders):
        raise UsageError(
            f"“{names[0]}” is the only segment, and no passage lies outside it, "
            "so there is no example of what does not belong to it.",
            "Confirm a second segment, or accept passages that belong to none.",
        )
    if not 0.5 <= precision < 1 or not 0 < off_topic < 1:
        raise UsageError(
            f"precision = {precision} and off-topic = {off_topic}: the first is at least .5, both lie below 1."
        )
    members = np.asarray(rows, dtype=np.float64)
    codes = np.searchsorted(np.array(names), np.array(segments)).astype(np.int64)
    calibration = calibrate(
        members, codes, _left_out_together(members, codes, speakers), outsiders, len(names), off_topic
    )
    threshold = max(LEAST_CHANCE, calibration.threshold(precision))
    return Assigner(names, members, codes, fit(members, codes, len(names)), calibration, threshold)


def _left_out_together(rows: Matrix, codes: Codes, speakers: Sequence[str] | None) -> Codes:
    """Return each passage's cross-validation group: its participant, or a fold if unknown or the segment's only one."""
    import numpy as np

    # Folds are assigned by content, so that they do not depend on the order of the passages.
    groups = np.empty(len(codes), dtype=np.int64)
    groups[np.lexsort((*rows.T[:2], codes))] = np.arange(len(codes)) % min(FOLDS, len(codes))
    if speakers is None:
        return groups
    speaker_codes = np.unique(np.array(speakers), return_inverse=True)[1]
    single_speaker = [code for code in np.unique(codes) if len(set(speaker_codes[codes == code])) == 1]
    return np.where(np.isin(codes, single_speaker), groups, FOLDS + speaker_codes).astype(np.int64)


def assign(
    texts: Sequence[str], segments: Mapping[str, Sequence[str]], *, speakers: Mapping[str, Sequence[str]] | None = None,
    others: Sequence[str] = (), precision: float = PRECISION, off_topic: float = OFF_TOPIC,
) -> list[Assignment]:  # fmt: skip
    """Assign each text to one of ``segments`` (passages by name), or abstain with a reason.

    ``speakers`` names the participant of each passage, ``others`` are passages that belong to no segment; ``evidence``
    counts the passages of the mapping in its order. Texts are embedded with the model for their languages.
    """
    import numpy as np

    from needsseg.embedding import encode, locate, model_for, text_sha256
    from needsseg.languages.detection import languages_of

    passages = [(name, text) for name, mine in segments.items() for text in mine]
    everything = [text for _, text in passages] + list(others) + list(texts)
    vectors = encode(everything, locate(model_for(languages_of(everything))))
    rows = (
        np.stack([vectors[text_sha256(text)] for text in everything]).astype(np.float64)
        if everything
        else np.empty((0, 1))
    )
    of, beside = len(passages), len(passages) + len(others)
    who = [each for name in segments for each in speakers[name]] if speakers is not None else None
    assigner = learn(
        rows[:of], [name for name, _ in passages], who, rows[of:beside], precision=precision, off_topic=off_topic
    )
    return assigner.assign(rows[beside:])
