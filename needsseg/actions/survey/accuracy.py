"""The accuracy of a survey: on answers of customers whose segment is known, else on what interviewees said."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.survey.answers import current_names, responses
from needsseg.actions.survey.evidence import material
from needsseg.discovery.intervals import wilson
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.study.accounts import accounts
from needsseg.study.segments import segments
from needsseg.survey import answer_table
from needsseg.survey.answer_table import MEANING, Accuracy
from needsseg.survey.scoring_table import NONE, TO_BE_WORDED, Survey
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.study.connection import Study

REWORDED, WITHOUT_QUOTES = "reworded", "without quotes"
ANSWERS, INTERVIEWS = "answers", "interviews"


@dataclass(frozen=True, slots=True)
class UnknownOption:
    """An option of which it is not known whom it sorts, and why: to be worded, reworded, or without quotes."""

    question: str
    option: str
    why: str


@dataclass(frozen=True, slots=True)
class SurveyAccuracy:
    """The accuracy of a version, as far as it is known.

    ``answered`` are real answers of customers whose segment is known from interviews. ``spoken`` is how well the questions
    would sort the interviewed people if customers answered as they spoke; None where ``not_known`` names options that this
    cannot be told of.
    """

    version: str
    answered: Accuracy | None
    spoken: Accuracy | None
    not_known: tuple[UnknownOption, ...]

    @property
    def figures(self) -> Accuracy | None:
        """The figures of real answers, else those of what was said, else None."""
        return self.answered or self.spoken

    @property
    def measured_on(self) -> str | None:
        """The source of the figures: ANSWERS, INTERVIEWS, or None where there are none."""
        if self.answered is not None:
            return ANSWERS
        return INTERVIEWS if self.spoken is not None else None

    @property
    def sentence(self) -> str:
        """The accuracy in words."""
        sentences = []
        if self.answered is not None:
            sentences.append(self.answered.answered_sentence)
        if self.spoken is not None:
            sentences.append(self.spoken.sentence)
        else:
            sentences.append(f"{MEANING[:1].upper()}{MEANING[1:]}: {self.why_not}")
        return " ".join(sentences)

    @property
    def why_not(self) -> str:
        """The reason why the accuracy on interviewees is not known."""
        counts = Counter(each.why for each in self.not_known)
        words = {
            TO_BE_WORDED: ("is to be worded", "are to be worded"),
            REWORDED: ("was reworded", "were reworded"),
            WITHOUT_QUOTES: ("rests on no quotes", "rest on no quotes"),
        }
        reasons = [
            f"{format_count(counts[reason], 'option')} {words[reason][counts[reason] != 1]}"
            for reason in words
            if counts[reason]
        ]
        return f"not known: {', '.join(reasons)}."


def accuracy(study: Study, survey: Survey, progress: Progress = silent) -> SurveyAccuracy:
    """Measure a survey's accuracy, as far as that is possible.

    UsageError where a segment of the survey does not exist any more, or no participant's primary need is decided.
    """
    current = current_names(study, survey)
    removed = next((name for name, called in current.items() if called is None), None)
    if removed is not None:
        raise UsageError(f"“{removed}” is not a segment of this study any more.", "Draft the survey again.")
    unknown = not_known(survey)
    answered = from_answers(study, survey) if survey.version else None
    spoken = None
    if not unknown:
        original_names = {called: name for name, called in current.items()}
        rows = [
            row
            for row in segments.listing(study)
            if row.name in original_names and row.status in ("named", "confirmed")
        ]
        evidence = material(study, {row.id: original_names[row.name] for row in rows}, progress)
        spoken = answer_table.accuracy(survey, evidence)
    return SurveyAccuracy(survey.version, answered, spoken, unknown)


def not_known(survey: Survey) -> tuple[UnknownOption, ...]:
    """The options of the questions asked whose words may sort people differently from their quotes."""
    unknown = []
    for question, option in survey.options():
        if option.key == NONE:
            continue
        reason = TO_BE_WORDED if option.to_be_worded else REWORDED if option.reworded else ""
        if reason or not option.evidence:
            unknown.append(UnknownOption(question.key, option.key, reason or WITHOUT_QUOTES))
    return tuple(unknown)


def from_answers(study: Study, survey: Survey) -> Accuracy | None:
    """Measure how often a version agrees with interviews; None where it has answers of no customer with a known segment.

    A customer's segment is known where the interviewed people of the account need one of the survey's segments and no
    other. Each respondent counts once, by the newest response.
    """
    true_segments = _known_segments(study)
    survey_segments = set(filter(None, current_names(study, survey).values()))
    pairs = [
        (response.segment, true_segments[response.account_id])
        for response in responses(study)
        if response.version == survey.version
        and response.answers
        and true_segments.get(response.account_id) in survey_segments
    ]
    if not pairs:
        return None
    labelled = sum(segment is not None for segment, _ in pairs)
    right = sum(segment == true for segment, true in pairs)
    usual = max(Counter(true for _, true in pairs).values()) / len(pairs)
    return Accuracy(right, labelled, len(pairs) - labelled, len(pairs), *wilson(right, labelled), usual)


def _known_segments(study: Study) -> dict[str, str]:
    """The one segment that an account's interviewed people need, by account; those with several are left out."""
    from needsseg.actions.accounts.accounts import interview_labels

    if "accounts" not in accounts.sources(study):
        return {}
    names_by_account: dict[str, set[str]] = defaultdict(set)
    for label in interview_labels(study):
        names_by_account[label.account_id].add(label.segment)
    return {account: next(iter(names)) for account, names in names_by_account.items() if len(names) == 1}
