"""The onboarding survey: questions and likelihoods, the verdict on one response, and validation."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from needsseg.errors import Advice, Fix, UsageError

NONE = "none"
MOST_CHOSEN = 5
LEAST_POSTERIOR, LEAST_MARGIN = 0.6, 0.2
LEAST_ANSWERS = 3
DEFAULT_FLOW = "default"
SUMS_TO_ONE = 0.001
NO_ANSWERS, TOO_FEW, THIN, CONTRADICTORY = "no answers", "too few answers", "thin", "contradictory"
REFUSED = "refused"
REASONS = (NO_ANSWERS, TOO_FEW, THIN, CONTRADICTORY, REFUSED)
TO_BE_WORDED = "to be worded"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question: ``key`` identifies it in responses, ``words`` is its text.

    ``words`` are written by a person, "" until then. ``evidence`` are ids of passages that support it, the clearest first.
    ``first_words`` are the first saved words for this evidence; how well later words fit the evidence is unknown.
    """

    key: str
    words: str
    evidence: tuple[int, ...] = ()
    first_words: str = ""

    @property
    def to_be_worded(self) -> bool:
        """Whether its words are still missing."""
        return not self.words

    @property
    def reworded(self) -> bool:
        """Whether its words differ from those first saved."""
        return bool(self.words and self.first_words and self.words != self.first_words)


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its options and, for each segment, the likelihoods of the options, which sum to 1.

    ``gain`` is the expected information in bits given the questions asked before.
    """

    key: str
    words: str
    options: tuple[Option, ...]
    likelihoods: dict[str, tuple[float, ...]]
    gain: float = 0.0

    @property
    def evidence(self) -> tuple[int, ...]:
        """The passages that support its options."""
        return tuple(dict.fromkeys(passage for option in self.options for passage in option.evidence))


@dataclass(frozen=True, slots=True)
class Survey:
    """All drafted questions, those in ``chosen`` first; ``version`` is "" until the survey is saved.

    ``prior`` is the chance of each of ``segments`` before any answer. A response with fewer than ``least_answers`` answers
    other than "none", or whose best segment has a posterior below ``least_posterior`` or leads by less than
    ``least_margin``, goes to ``default_flow``. ``built_on`` is a digest of each segment when the survey was
    drafted, by name, by which drift is detected.
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
    least_answers: int = LEAST_ANSWERS

    @property
    def asked(self) -> tuple[Question, ...]:
        """The chosen questions, in order."""
        question_by_key = {question.key: question for question in self.questions}
        return tuple(question_by_key[key] for key in self.chosen)

    @property
    def to_be_worded(self) -> tuple[tuple[Question, Option], ...]:
        """The options without words among the chosen questions."""
        return tuple((question, option) for question, option in self.options() if option.to_be_worded)

    def options(self) -> Iterator[tuple[Question, Option]]:
        """Yield the options of the chosen questions."""
        return ((question, option) for question in self.asked for option in question.options)

    def question(self, key: str) -> Question:
        """Return a question by key; UsageError where there is none."""
        matching = next((question for question in self.questions if question.key == key), None)
        if matching is None:
            raise UsageError(
                f"There is no question '{key}'.", f"Questions: {', '.join(q.key for q in self.questions)}."
            )
        return matching


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one response: ``segment`` is None where the program abstains, with a ``reason``.

    ``posterior`` is the chance of each segment, ``margin`` the lead of the best over the next, ``answered`` how many of
    the asked questions have an answer; ``told`` explains the reason in words.
    """

    segment: str | None
    posterior: dict[str, float]
    margin: float
    answered: int
    reason: str = ""
    told: str = ""


def valid(survey: Survey) -> Survey:
    """Validate the survey, and return it with its chosen questions first; UsageError with question and option."""
    if len(survey.segments) < 2:
        raise UsageError("A survey needs at least two segments.", "Confirm a second segment.")
    if len(set(survey.segments)) != len(survey.segments):
        raise UsageError("A segment is named twice.", "Name each once.")
    _check_chances("The prior", survey.prior, survey.segments)
    for name, value in (("least_posterior", survey.least_posterior), ("least_margin", survey.least_margin)):
        if not 0 <= value < 1:
            raise UsageError(f"{name} = {value} is not between 0 and 1.", f"The default is {_usual(name)}.")
    if not 1 <= survey.least_answers <= MOST_CHOSEN:
        raise UsageError(
            f"least_answers = {survey.least_answers} is not between 1 and {MOST_CHOSEN}.",
            f"The default is {LEAST_ANSWERS}.",
        )
    if not survey.default_flow.strip():
        raise UsageError("The default flow has no name.", 'For example: default_flow = "default"')
    if not survey.questions:
        raise UsageError("The survey has no question.", Advice("Draft one: ", Fix.PRINT_SURVEY))
    _check_keys("question", [question.key for question in survey.questions], "")
    for question in survey.questions:
        _check_question(question, survey.segments)
    _check_chosen(survey)
    first = [survey.question(key) for key in survey.chosen]
    not_chosen = [question for question in survey.questions if question.key not in survey.chosen]
    return replace(survey, questions=(*first, *not_chosen))


def check_worded(survey: Survey, operation: str) -> None:
    """Raise UsageError with every option without words among the chosen questions; ``operation`` is for the message."""
    unworded = survey.to_be_worded
    if not unworded:
        return
    number = f"{len(unworded)} options of it are" if len(unworded) > 1 else "1 option of it is"
    names = "; ".join(
        f"question '{question.key}' (“{question.words}”), option '{option.key}'{_of_segment(survey, option)}"
        for question, option in unworded
    )
    raise UsageError(
        f"The survey cannot be {operation}: {number} {TO_BE_WORDED}: {names}.",
        Advice(
            "Write one plain clause for each (",
            Fix.WRITE_SURVEY.of(file="survey.toml"),
            ", then ",
            Fix.SAVE_SURVEY.of(file="survey.toml"),
            "), or ask other questions.",
        ),
    )


def _of_segment(survey: Survey, option: Option) -> str:
    name = segment_of(survey, option)
    return f" (segment “{name}”)" if name else ""


def segment_of(survey: Survey, option: Option) -> str:
    """Return the segment for which an option was drafted, else ""."""
    return next((name for name, key in option_keys(survey.segments).items() if key == option.key), "")


def option_keys(segments: Sequence[str]) -> dict[str, str]:
    """Return an option key for each segment, derived from its name."""
    key_by_segment: dict[str, str] = {}
    for number, name in enumerate(segments, start=1):
        key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:36]
        if not KEY.fullmatch(key) or key == NONE or key in key_by_segment.values():
            key = f"segment_{number}"
        key_by_segment[name] = key
    return key_by_segment


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
    place = f"Question '{question.key}'"
    if not question.words.strip():
        raise UsageError(f"{place} has no words.", "Write the question.")
    if len(question.options) < 2:
        raise UsageError(f"{place} has {len(question.options)} option(s).", "A question needs at least two.")
    _check_keys("option", [option.key for option in question.options], f"{place}: ")
    key_by_words: dict[str, str] = {}
    for option in question.options:
        words = " ".join(option.words.split()).casefold()
        if not words:
            continue
        if words in key_by_words:
            raise UsageError(
                f"{place}: options '{key_by_words[words]}' and '{option.key}' have the same words.", "Change one."
            )
        key_by_words[words] = option.key
    for name in (*segments, *question.likelihoods):
        if name not in question.likelihoods:
            raise UsageError(f"{place} has no likelihoods for segment '{name}'.", "Give one per option.")
        if name not in segments:
            raise UsageError(f"{place} has likelihoods for '{name}', which is not a segment of the survey.")
    for name in segments:
        _check_likelihoods(place, name, question)


def _check_likelihoods(place: str, segment: str, question: Question) -> None:
    likelihoods = question.likelihoods[segment]
    if len(likelihoods) != len(question.options):
        raise UsageError(
            f"{place}, segment '{segment}': {len(likelihoods)} likelihoods for {len(question.options)} options.",
            "Give one per option.",
        )
    for option, value in zip(question.options, likelihoods, strict=True):
        if not (math.isfinite(value) and 0 < value < 1):
            raise UsageError(
                f"{place}, option '{option.key}', segment '{segment}': {value} is not a valid likelihood.",
                "It must be above 0 and below 1, so that no single answer excludes a segment.",
            )
    if abs(sum(likelihoods) - 1) > SUMS_TO_ONE:
        raise UsageError(
            f"{place}, segment '{segment}': the likelihoods of its options sum to {sum(likelihoods):.4g}, not 1.",
            "Every respondent picks one option.",
        )


def _check_chances(name_of_chances: str, chances: Mapping[str, float], segments: Sequence[str]) -> None:
    if set(chances) != set(segments):
        raise UsageError(
            f"{name_of_chances} does not name the survey's segments: {', '.join(segments)}.", "Give one of each."
        )
    for name, value in chances.items():
        if not (math.isfinite(value) and 0 < value < 1):
            raise UsageError(f"{name_of_chances} of '{name}' is {value}.", "It must be above 0 and below 1.")
    if abs(sum(chances.values()) - 1) > SUMS_TO_ONE:
        raise UsageError(
            f"{name_of_chances} sums to {sum(chances.values()):.4g}, not 1.", "Share 1 among the segments."
        )


def _check_keys(element: str, keys: Sequence[str], where: str) -> None:
    for key in keys:
        if not KEY.fullmatch(key):
            raise UsageError(
                f"{where}'{key}' is not a valid key of a{'n' if element == 'option' else ''} {element}.",
                "A key begins with a letter a to z; more letters, digits and _ may follow, 40 at most.",
            )
    twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
    if twice is not None:
        raise UsageError(f"{where}two {element}s have the key '{twice}'.", "Change one.")
