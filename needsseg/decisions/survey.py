"""The onboarding survey: its questions and their likelihoods, the verdict on one response, and what makes it valid."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.errors import UsageError

NONE = "none"
MOST_CHOSEN = 5
LEAST_POSTERIOR, LEAST_MARGIN = 0.6, 0.2
DEFAULT_FLOW = "default"
SUMS_TO_ONE = 0.001
NO_ANSWERS, THIN, CONTRADICTORY = "no answers", "thin", "contradictory"
REFUSED = "refused"
REASONS = (NO_ANSWERS, THIN, CONTRADICTORY, REFUSED)
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question: ``key`` is what responses are read by, ``words`` what people see.

    ``evidence`` are ids of the passages that it was taken from, the one whose clause it is first.
    """

    key: str
    words: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its options and, for each segment, how likely each option is to be picked: floats that sum to 1.

    ``gain`` is the expected information in bits when the question is asked in its place, after those before it.
    """

    key: str
    words: str
    options: tuple[Option, ...]
    likelihoods: dict[str, tuple[float, ...]]
    gain: float = 0.0

    @property
    def evidence(self) -> tuple[int, ...]:
        """The passages that its options were taken from."""
        return tuple(dict.fromkeys(passage for option in self.options for passage in option.evidence))


@dataclass(frozen=True, slots=True)
class Survey:
    """All questions that were drafted, those in ``chosen`` first; ``version`` is empty while the survey is not saved.

    ``prior`` is the chance of each of ``segments`` before any answer. A response whose best segment has a posterior below
    ``least_posterior``, or leads by less than ``least_margin``, goes to ``default_flow``. ``built_on`` is what each segment
    was when the survey was drafted, by its name: how drift is told.
    """

    version: str
    segments: tuple[str, ...]
    prior: dict[str, float]
    questions: tuple[Question, ...]
    chosen: tuple[str, ...]
    default_flow: str = DEFAULT_FLOW
    least_posterior: float = LEAST_POSTERIOR
    least_margin: float = LEAST_MARGIN
    built_on: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The chosen questions, in the order in which they are asked."""
        of = {question.key: question for question in self.questions}
        return tuple(of[key] for key in self.chosen)

    def question(self, key: str) -> Question:
        """One question by key; UsageError where there is none."""
        found = next((question for question in self.questions if question.key == key), None)
        if found is None:
            raise UsageError(
                f"There is no question '{key}'.", f"Questions: {', '.join(q.key for q in self.questions)}."
            )
        return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one response goes: ``segment`` is None where the program abstains, and ``reason`` tells why.

    ``posterior`` is the chance of each segment, ``margin`` the lead of the best over the next, ``answered`` how many of
    the asked questions have an answer; ``told`` says in words what is thin or contradicts what.
    """

    segment: str | None
    posterior: dict[str, float]
    margin: float
    answered: int
    reason: str = ""
    told: str = ""


def valid(survey: Survey) -> Survey:
    """The survey with its chosen questions first; UsageError naming question and option where something does not hold."""
    if len(survey.segments) < 2:
        raise UsageError("A survey needs two segments to tell apart.", "Confirm a second segment.")
    if len(set(survey.segments)) != len(survey.segments):
        raise UsageError("A segment is named twice.", "Name each once.")
    _check_chances("The prior", survey.prior, survey.segments)
    for name, value in (("least_posterior", survey.least_posterior), ("least_margin", survey.least_margin)):
        if not 0 <= value < 1:
            raise UsageError(f"{name} = {value} is not between 0 and 1.", f"The usual one is {_usual(name)}.")
    if not survey.default_flow.strip():
        raise UsageError("The default flow has no name.", 'For example: default_flow = "default"')
    if not survey.questions:
        raise UsageError("The survey has no question.", "Draft one: needsseg survey build")
    _check_keys("question", [question.key for question in survey.questions], "")
    for question in survey.questions:
        _check_question(question, survey.segments)
    _check_chosen(survey)
    first = [survey.question(key) for key in survey.chosen]
    rest = [question for question in survey.questions if question.key not in survey.chosen]
    return replace(survey, questions=(*first, *rest))


def _usual(name: str) -> float:
    return LEAST_POSTERIOR if name == "least_posterior" else LEAST_MARGIN


def _check_chosen(survey: Survey) -> None:
    if not 1 <= len(survey.chosen) <= MOST_CHOSEN:
        raise UsageError(
            f"{len(survey.chosen)} questions are chosen; one to {MOST_CHOSEN} are asked.", "Choose others, or fewer."
        )
    if len(set(survey.chosen)) != len(survey.chosen):
        raise UsageError("A question is chosen twice.", "Name each once.")
    for key in survey.chosen:
        survey.question(key)


def _check_question(question: Question, segments: Sequence[str]) -> None:
    where = f"Question '{question.key}'"
    if not question.words.strip():
        raise UsageError(f"{where} has no words.", "Write what is asked.")
    if len(question.options) < 2:
        raise UsageError(f"{where} has {len(question.options)} option(s).", "A question needs at least two.")
    _check_keys("option", [option.key for option in question.options], f"{where}: ")
    seen: dict[str, str] = {}
    for option in question.options:
        words = " ".join(option.words.split()).casefold()
        if not words:
            raise UsageError(f"{where}, option '{option.key}' has no words.", "Write what people are to see.")
        if words in seen:
            raise UsageError(f"{where}: options '{seen[words]}' and '{option.key}' have the same words.", "Change one.")
        seen[words] = option.key
    for name in (*segments, *question.likelihoods):
        if name not in question.likelihoods:
            raise UsageError(f"{where} has no likelihoods for segment '{name}'.", "Give one per option.")
        if name not in segments:
            raise UsageError(f"{where} has likelihoods for '{name}', which is no segment of the survey.")
    for name in segments:
        _check_likelihoods(where, name, question)


def _check_likelihoods(where: str, segment: str, question: Question) -> None:
    given = question.likelihoods[segment]
    if len(given) != len(question.options):
        raise UsageError(
            f"{where}, segment '{segment}': {len(given)} likelihoods for {len(question.options)} options.",
            "Give one per option.",
        )
    for option, value in zip(question.options, given, strict=True):
        if not (math.isfinite(value) and 0 < value < 1):
            raise UsageError(
                f"{where}, option '{option.key}', segment '{segment}': {value} is no likelihood.",
                "It lies above 0 and below 1, so that no single answer rules a segment out.",
            )
    if abs(sum(given) - 1) > SUMS_TO_ONE:
        raise UsageError(
            f"{where}, segment '{segment}': the likelihoods of its options sum to {sum(given):.4g}, not 1.",
            "Every respondent picks one option.",
        )


def _check_chances(what: str, given: Mapping[str, float], segments: Sequence[str]) -> None:
    if set(given) != set(segments):
        raise UsageError(f"{what} does not name the survey's segments: {', '.join(segments)}.", "Give one of each.")
    for name, value in given.items():
        if not (math.isfinite(value) and 0 < value < 1):
            raise UsageError(f"{what} of '{name}' is {value}.", "It lies above 0 and below 1.")
    if abs(sum(given.values()) - 1) > SUMS_TO_ONE:
        raise UsageError(f"{what} sums to {sum(given.values()):.4g}, not 1.", "Share 1 among the segments.")


def _check_keys(what: str, keys: Sequence[str], where: str) -> None:
    for key in keys:
        if not KEY.fullmatch(key):
            raise UsageError(
                f"{where}'{key}' is no key of a{'n' if what == 'option' else ''} {what}.",
                "A key begins with a letter a to z; more letters, digits and _ may follow, 40 at most.",
            )
    twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
    if twice is not None:
        raise UsageError(f"{where}two {what}s have the key '{twice}'.", "Change one.")
