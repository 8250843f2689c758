"""Score one response by naive Bayes over the answered questions, with abstention."""

from __future__ import annotations

import math
from collections.abc import Mapping

from needsseg.errors import UsageError
from needsseg.survey.scoring_table import CONTRADICTORY, NO_ANSWERS, NONE, THIN, TOO_FEW, Question, Survey, Verdict

DIGITS = 6
SUPPORT_RATIO = 1.5
"""An answer supports a segment if its likelihood is this many times that of the next. Our own choice."""


def log_chance(value: float) -> float:
    """Return the natural logarithm rounded to ``DIGITS`` decimals, as in the scoring specification."""
    return round(math.log(value), DIGITS)


def score(survey: Survey, answers: Mapping[str, str]) -> Verdict:
    """Return the verdict on ``answers``, option keys by question key; empty answers are ignored.

    Posteriors are rounded to ``DIGITS`` decimals before they are compared. UsageError for a question that is not asked
    and for an option that the question does not have.
    """
    filled_answers = {key: option for key, option in answers.items() if option}
    places = {key: _place(survey, key, option) for key, option in filled_answers.items()}
    sums = {name: log_chance(survey.prior[name]) for name in survey.segments}
    for question in survey.asked:
        if question.key in places:
            for name in survey.segments:
                sums[name] += log_chance(question.likelihoods[name][places[question.key]])
    most = max(sums.values())
    shares = {name: math.exp(value - most) for name, value in sums.items()}
    total = sum(shares.values())
    posterior = {name: round(share / total, DIGITS) for name, share in shares.items()}
    ranked = sorted(posterior.items(), key=lambda item: -item[1])
    (best, first), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    margin = round(first - second, DIGITS)
    reason, explanation = _reason(survey, places, best, first, margin)
    return Verdict(None if reason else best, posterior, margin, len(filled_answers), reason, explanation)


def telling_answers(survey: Survey, answers: Mapping[str, str]) -> int:
    """Return the number of the survey's questions answered by an option other than "none"."""
    return sum(answers.get(key, "") not in ("", NONE) for key in survey.chosen)


def _place(survey: Survey, key: str, option: str) -> int:
    if key not in survey.chosen:
        problem = "is not asked" if any(key == question.key for question in survey.questions) else "does not exist"
        raise UsageError(f"Question '{key}' {problem} in this survey.", f"It asks: {', '.join(survey.chosen)}.")
    question = survey.question(key)
    keys = [choice.key for choice in question.options]
    if option not in keys:
        raise UsageError(f"Question '{key}' has no option '{option}'.", f"Options: {', '.join(keys)}.")
    return keys.index(option)


def _reason(survey: Survey, places: Mapping[str, int], best: str, first: float, margin: float) -> tuple[str, str]:
    if not places:
        return NO_ANSWERS, "none of the questions is answered"
    if all(survey.question(key).options[place].key == NONE for key, place in places.items()):
        return THIN, "every answer is “none”, so only the prior counts"
    decisive = telling_answers(survey, {key: survey.question(key).options[place].key for key, place in places.items()})
    if decisive < survey.least_answers:
        have = "1 answer tells" if decisive == 1 else f"{decisive} answers tell"
        return TOO_FEW, f"{have} anything; it takes {survey.least_answers}, and “none” does not count"
    if first >= survey.least_posterior and margin >= survey.least_margin:
        return "", ""
    option_by_question = {
        question.key: name
        for question in survey.asked
        if question.key in places and (name := _supported_segment(question, places[question.key]))
    }
    if len(set(option_by_question.values())) > 1:
        return CONTRADICTORY, "; ".join(f"{key} supports {name}" for key, name in option_by_question.items())
    short = f"{best} has {first:.2f}, leading by {margin:.2f}"
    return THIN, f"{short}; it takes {survey.least_posterior:g} and a lead of {survey.least_margin:g}"


def _supported_segment(question: Question, place: int) -> str:
    if question.options[place].key == NONE:
        return ""
    ranked = sorted(((chances[place], name) for name, chances in question.likelihoods.items()), reverse=True)
    return ranked[0][1] if len(ranked) < 2 or ranked[0][0] >= SUPPORT_RATIO * ranked[1][0] else ""
