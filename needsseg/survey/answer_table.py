"""Simulate participants' answers from their passages, and estimate the survey's likelihoods and accuracy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.discovery.intervals import wilson
from needsseg.embedding.vectors import unit_vector
from needsseg.errors import Advice, Fix, UsageError
from needsseg.survey.choice import choose
from needsseg.survey.scoring import score
from needsseg.survey.scoring_table import MOST_CHOSEN, NONE, Option, Question, Survey

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix


LIKE = 0.3
SMOOTHING = 1.0
MEANING = "how well these questions would sort the interviewed people if customers answered as they spoke"
"""The meaning of leave-one-participant-out accuracy."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The passages of confirmed segments; each field has one element per passage.

    ``rows`` (n, d) are unit vectors, ``voices`` participants; a segment's passages are sorted by clarity. ``primary`` is
    the segment of each participant whose primary need is decided.
    """

    ids: tuple[int, ...]
    quotes: tuple[str, ...]
    interviews: tuple[str, ...]
    voices: tuple[str, ...]
    segments: tuple[str, ...]
    rows: Matrix
    primary: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of routing, for participants (each by a survey without them) or for customers with known segments.

    ``right`` of ``labelled``, with the 95 % interval ``low`` to ``high`` (Wilson 1927); ``abstained`` of ``total`` got no
    label; ``baseline`` is the share of the most frequent segment.
    """

    right: int
    labelled: int
    abstained: int
    total: int
    low: float
    high: float
    baseline: float

    @property
    def share(self) -> float | None:
        """The share of correct labels; None without any label."""
        return self.right / self.labelled if self.labelled else None

    @property
    def sentence(self) -> str:
        """The figures in words, where answers are simulated."""
        return (
            f"{MEANING[:1].upper()}{MEANING[1:]}: {self._counted('participants')} Answers are simulated from what "
            "participants said in their interviews; people who read the options may answer otherwise."
        )

    @property
    def answered_sentence(self) -> str:
        """The figures in words, where they are of real answers."""
        return f"How well the answers sorted customers whose segment is known from interviews: {self._counted('respondents')}"

    def _counted(self, people: str) -> str:
        if not self.labelled:
            return f"none of {self.total} {people} got a label, so it is not known how often a label is right."
        return (
            f"{self.right} of {self.labelled} labels are right ({self.right / self.labelled:.2f}, 95 % interval "
            f"{self.low:.2f} to {self.high:.2f}); {self.abstained} of {self.total} {people} got none. Giving everybody "
            f"the most frequent segment is right for {self.baseline:.2f}."
        )


def prior(material: Material, segments: Sequence[str], without: str = "") -> dict[str, float]:
    """Return the share of each segment among primary needs, with one participant added to each, optionally without one."""
    counts = Counter(name for voice, name in material.primary.items() if voice != without)
    total = sum(counts[name] for name in segments) + SMOOTHING * len(segments)
    return to_one([(counts[name] + SMOOTHING) / total for name in segments], segments)


def to_one(shares: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    """Return shares by name, rounded to four decimals but summing to 1; the largest takes the difference."""
    return dict(zip(names, rounded(shares), strict=True))


def rounded(shares: Sequence[float]) -> tuple[float, ...]:
    """Return shares rounded to four decimals but summing to 1; the largest takes the difference."""
    rounded_shares = [round(share, 4) for share in shares]
    largest = max(range(len(rounded_shares)), key=lambda i: rounded_shares[i])
    rounded_shares[largest] = round(rounded_shares[largest] + 1 - sum(rounded_shares), 4)
    return tuple(rounded_shares)


def answer(question: Question, material: Material, voice: str, without: Collection[str] = ()) -> str | None:
    """Return the key of the option that most of a participant's passages support, or None.

    A passage supports the option with the nearest mean passage, if their cosine is at least ``LIKE``. The options'
    passages exclude those of the participant and of ``without``.
    """
    import numpy as np

    excluded_voices = {voice, *without}
    place = {passage: i for i, passage in enumerate(material.ids)}
    keys, directions = [], []
    for option in question.options:
        rows = [
            material.rows[place[passage]]
            for passage in option.evidence
            if passage in place and material.voices[place[passage]] not in excluded_voices
        ]
        if rows:
            keys.append(option.key)
            directions.append(unit_vector(np.mean(rows, axis=0)))
    places = [i for i, speaker in enumerate(material.voices) if speaker == voice]
    if not keys or not places:
        return None
    likeness = np.round(material.rows[places] @ np.stack(directions).T, 9)
    nearest = likeness.argmax(axis=1)
    near = likeness[np.arange(len(places)), nearest]
    votes: Counter[int] = Counter()
    strength: dict[int, float] = {}
    for option_place, cosine in zip(nearest, near, strict=True):
        if cosine >= LIKE:
            votes[int(option_place)] += 1
            strength[int(option_place)] = strength.get(int(option_place), 0.0) + float(cosine)
    if not votes:
        return None
    return keys[max(votes, key=lambda i: (votes[i], strength[i], -i))]


def with_table(
    question: Question, material: Material, segments: Sequence[str], none_likelihood: float, without: str = ""
) -> Question:
    """Return the question with likelihoods from participants' answers, with add-one (Laplace) smoothing.

    "None" has the same likelihood for every segment. A question with another option without passages, as a person writes
    them, keeps its likelihoods.
    """
    if question.likelihoods and any(not option.evidence for option in question.options if option.key != NONE):
        return question
    excluded_voices = (without,) if without else ()
    counts = {name: Counter[str]() for name in segments}
    for voice, name in material.primary.items():
        if voice != without and name in counts:
            answered = answer(question, material, voice, excluded_voices)
            if answered is not None:
                counts[name][answered] += 1
    segment_options = [option for option in question.options if option.key != NONE]
    remaining = 1.0 - none_likelihood * any(option.key == NONE for option in question.options)
    table = {
        name: rounded(
            [
                _likelihood(option, segment_options, counts[name], remaining, none_likelihood)
                for option in question.options
            ]
        )
        for name in segments
    }
    return replace(question, likelihoods=table)


def _likelihood(
    option: Option, segment_options: Sequence[Option], counts: Counter[str], remaining: float, none_likelihood: float
) -> float:
    if option.key == NONE:
        return none_likelihood
    return remaining * (counts[option.key] + SMOOTHING) / (sum(counts.values()) + SMOOTHING * len(segment_options))


def accuracy(survey: Survey, material: Material) -> Accuracy:
    """Return the leave-one-participant-out accuracy of a survey, with as many questions as are chosen in it.

    For each participant the prior, the likelihoods and the choice of questions are estimated from the others, and their
    answers from their own passages. UsageError where no participant's primary need is among the survey's segments.
    """
    segment_by_voice = {voice: name for voice, name in material.primary.items() if name in survey.segments}
    if not segment_by_voice:
        raise UsageError(
            "No participant's primary need is decided for a segment of the survey.",
            Advice("A participant needs at least three passages in one segment: ", Fix.PARTICIPANTS),
        )
    right = labelled = 0
    for voice, true in segment_by_voice.items():
        fold = without(survey, material, voice)
        answers = {question.key: answer(question, material, voice) for question in fold.asked}
        verdict = score(fold, {key: option for key, option in answers.items() if option})
        labelled += verdict.segment is not None
        right += verdict.segment == true
    low, high = wilson(right, labelled)
    usual = max(Counter(segment_by_voice.values()).values()) / len(segment_by_voice)
    return Accuracy(right, labelled, len(segment_by_voice) - labelled, len(segment_by_voice), low, high, usual)


def without(survey: Survey, material: Material, voice: str) -> Survey:
    """Return the survey without one participant: with prior, likelihoods and choice estimated again."""
    questions = tuple(
        with_table(question, material, survey.segments, _none(question), voice) for question in survey.questions
    )
    fold = replace(survey, questions=questions, prior=prior(material, survey.segments, voice))
    return choose(fold, min(len(survey.chosen), MOST_CHOSEN))


def _none(question: Question) -> float:
    """Return the mean likelihood of "none" in a question over the segments."""
    place = next((i for i, option in enumerate(question.options) if option.key == NONE), None)
    if place is None:
        return 0.0
    return sum(chances[place] for chances in question.likelihoods.values()) / len(question.likelihoods)
