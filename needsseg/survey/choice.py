"""Choose the questions to ask, greedily by expected information gain in bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from needsseg.errors import UsageError
from needsseg.survey.scoring_table import MOST_CHOSEN, Question, Survey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Chances = NDArray[np.float64]

MOST_STATES = 4_000_000
"""The most combinations of segment and answers to compute at once (32 MB)."""


def choose(survey: Survey, most: int = MOST_CHOSEN) -> Survey:
    """Return the survey with at most ``most`` questions chosen, each the one with the largest gain given those before.

    The gain is the mutual information of segment and answer given the answers before, under naive Bayes (the sequential
    design of Lindley 1956); ties are resolved by their order in the survey.
    """
    remaining = list(survey.questions)
    joint = _start(survey.segments, survey.prior)
    chosen_questions: list[Question] = []
    while remaining and len(chosen_questions) < most:
        if chosen_questions:
            joint = _joined(joint, _matrix(chosen_questions[-1], survey.segments))
        gains = [_gain(joint, _matrix(question, survey.segments)) for question in remaining]
        place = max(range(len(remaining)), key=lambda i: (gains[i], -i))
        chosen_questions.append(remaining.pop(place))
    return with_gains(
        replace(
            survey,
            questions=(*chosen_questions, *remaining),
            chosen=tuple(question.key for question in chosen_questions),
        )
    )


def with_gains(survey: Survey) -> Survey:
    """Return the survey with the gain of every question computed again.

    That of a chosen one is given those asked before it; that of any other is as if it replaced the last question.
    """
    joint = _start(survey.segments, survey.prior)
    gains: dict[str, float] = {}
    for place, question in enumerate(survey.asked):
        if place:
            joint = _joined(joint, _matrix(survey.asked[place - 1], survey.segments))
        gains[question.key] = _gain(joint, _matrix(question, survey.segments))
    for question in survey.questions:
        if question.key not in gains:
            gains[question.key] = _gain(joint, _matrix(question, survey.segments))
    return replace(
        survey, questions=tuple(replace(question, gain=gains[question.key]) for question in survey.questions)
    )


def _start(segments: Sequence[str], prior: Mapping[str, float]) -> Chances:
    import numpy as np

    return np.array([[prior[name]] for name in segments], dtype=np.float64)


def _matrix(question: Question, segments: Sequence[str]) -> Chances:
    import numpy as np

    return np.array([question.likelihoods[name] for name in segments], dtype=np.float64)


def _joined(joint: Chances, matrix: Chances) -> Chances:
    """Return the joint distribution of segment and answers, extended by one question."""
    if joint.size * matrix.shape[1] > MOST_STATES:
        raise UsageError(
            f"{len(joint)} segments with {matrix.shape[1]} options a question are too many to choose among.",
            "Choose fewer questions, or give them fewer options.",
        )
    return (joint[:, :, None] * matrix[:, None, :]).reshape(len(joint), -1)


def _gain(joint: Chances, matrix: Chances) -> float:
    """Return the information gain of a question about the segment given ``joint`` (segments, answers)."""
    before, after = _uncertainty(joint), 0.0
    for option in range(matrix.shape[1]):
        after += _uncertainty(joint * matrix[:, option : option + 1])
    return round(max(before - after, 0.0), 4)


def _uncertainty(joint: Chances) -> float:
    """Return the expected entropy of the segment given the answers, in bits."""
    import numpy as np

    answers = joint.sum(axis=0, keepdims=True)
    shares = joint / answers
    return float(-(joint * np.log2(shares)).sum())
