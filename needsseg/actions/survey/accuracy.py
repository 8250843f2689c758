"""How well a survey sorts people: by the answers of customers whose segment is known, else by what interviewees said."""

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
    """How well a version sorts people, as far as that is known.

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
        """What the figures come from: ANSWERS, INTERVIEWS, or None where there are none."""
        if self.answered is not None:
            return ANSWERS
        return INTERVIEWS if self.spoken is not None else None

    @property
    def sentence(self) -> str:
        """What is known, in words."""
        told = []
        if self.answered is not None:
            told.append(self.answered.answered_sentence)
        if self.spoken is not None:
            told.append(self.spoken.sentence)
        else:
            told.append(f"{MEANING[:1].upper()}{MEANING[1:]}: {self.why_not}")
        return " ".join(told)

    @property
    def why_not(self) -> str:
        """Why it is not known how well the questions would sort the interviewed people."""
        counts = Counter(each.why for each in self.not_known)
        words = {
            TO_BE_WORDED: ("is to be worded", "are to be worded"),
            REWORDED: ("was reworded", "were reworded"),
            WITHOUT_QUOTES: ("rests on no quotes", "rest on no quotes"),
        }
        said = [f"{format_count(counts[why], 'option')} {words[why][counts[why] != 1]}" for why in words if counts[why]]
        return f"not known: {', '.join(said)}."


def accuracy(study: Study, survey: Survey, progress: Progress = silent) -> SurveyAccuracy:
    """How well a survey sorts people, as far as that is known.

    UsageError where a segment of the survey is gone, or no participant's primary need is decided.
    """
    now = current_names(study, survey)
    gone = next((name for name, called in now.items() if called is None), None)
    if gone is not None:
        raise UsageError(f"“{gone}” is no segment of this study any more.", "Draft the survey anew.")
    unknown = not_known(survey)
    answered = from_answers(study, survey) if survey.version else None
    spoken = None
    if not unknown:
        then = {called: name for name, called in now.items()}
        rows = [row for row in segments.listing(study) if row.name in then and row.status in ("named", "confirmed")]
        found = material(study, {row.id: then[row.name] for row in rows}, progress)
        spoken = answer_table.accuracy(survey, found)
    return SurveyAccuracy(survey.version, answered, spoken, unknown)


def not_known(survey: Survey) -> tuple[UnknownOption, ...]:
    """The options of the questions asked whose words may sort people otherwise than the quotes that they rest on."""
    found = []
    for question, option in survey.options():
        if option.key == NONE:
            continue
        why = TO_BE_WORDED if option.to_be_worded else REWORDED if option.reworded else ""
        if why or not option.evidence:
            found.append(UnknownOption(question.key, option.key, why or WITHOUT_QUOTES))
    return tuple(found)


def from_answers(study: Study, survey: Survey) -> Accuracy | None:
    """How often a version put customers where interviews put them; None where it answered nobody of whom that is known.

    A customer's segment is known where the interviewed people of the account need one of the survey's segments and no
    other. Each respondent counts once, by the newest response.
    """
    known = _known_segments(study)
    mine = set(filter(None, current_names(study, survey).values()))
    pairs = [
        (response.segment, known[response.account_id])
        for response in responses(study)
        if response.version == survey.version and response.answers and known.get(response.account_id) in mine
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
    found: dict[str, set[str]] = defaultdict(set)
    for label in interview_labels(study):
        found[label.account_id].add(label.segment)
    return {account: next(iter(names)) for account, names in found.items() if len(names) == 1}
