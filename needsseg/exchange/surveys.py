"""Export the survey: JSON of Formbricks and Typeform, a Markdown sheet, and the scoring specification."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from needsseg.errors import UsageError
from needsseg.files import check_folder, write_errors, write_file
from needsseg.survey.scoring import DIGITS, log_chance, score
from needsseg.survey.scoring_table import NONE, Question, Survey

TITLE = "Onboarding"
HIDDEN = ("account_id", "respondent", "survey_version")
VECTORS = 10


def write(survey: Survey, path: Path, kind: str) -> Path:
    """Write the survey as ``kind``, one of KINDS, atomically; return ``path``.

    UsageError for an unknown kind, NeedssegError where the file cannot be written.
    """
    if kind not in KINDS:
        raise UsageError(f"'{kind}' is not a valid kind of export.", f"Kinds: {', '.join(KINDS)}.")
    check_folder(path)
    with write_errors(path):
        write_file(path, KINDS[kind](survey))
    return path


def reference(survey: Survey, *keys: str) -> str:
    """Return the external id of a question or option, by which its answers include version and keys."""
    return "-".join((survey.version, *keys)) if survey.version else "-".join(keys)


def formbricks(survey: Survey) -> str:
    """Return the body of Formbricks' "create survey" call (management API v1), without the environment's id."""

    def field_of(question: Question) -> dict[str, Any]:
        return {
            "id": reference(survey, question.key),
            "type": "multipleChoiceSingle",
            "headline": {"default": question.words},
            "required": False,
            "shuffleOption": "exceptLast",
            "choices": [
                {"id": reference(survey, question.key, option.key), "label": {"default": option.words}}
                for option in question.options
            ],
        }

    return _json(
        {
            "environmentId": "{{environmentId}}",
            "name": f"{TITLE} {survey.version}".strip(),
            "type": "link",
            "status": "draft",
            "welcomeCard": {"enabled": False},
            "questions": [field_of(question) for question in survey.asked],
            "endings": [{"id": "needssegroutedthankyou00", "type": "endScreen", "headline": {"default": "Thank you!"}}],
            "hiddenFields": {"enabled": True, "fieldIds": list(HIDDEN)},
            "languages": [],
        }
    )


def typeform(survey: Survey) -> str:
    """Return the body of Typeform's "create form" call."""

    def field_of(question: Question) -> dict[str, Any]:
        return {
            "ref": reference(survey, question.key),
            "title": question.words,
            "type": "multiple_choice",
            "properties": {
                "allow_multiple_selection": False,
                "allow_other_choice": False,
                "randomize": False,
                "choices": [
                    {"ref": reference(survey, question.key, option.key), "label": option.words}
                    for option in question.options
                ],
            },
            "validations": {"required": False},
        }

    return _json(
        {
            "title": f"{TITLE} {survey.version}".strip(),
            "type": "quiz",
            "hidden": list(HIDDEN),
            "settings": {"language": "en", "is_public": False},
            "fields": [field_of(question) for question in survey.asked],
        }
    )


def markdown(survey: Survey) -> str:
    """Return the questions as a sheet, with the likelihoods of each answer."""
    lines = [f"# {TITLE} survey {survey.version}".strip(), ""]
    lines.append(f"Segments: {', '.join(f'{_plain(name)} ({survey.prior[name]:.2f})' for name in survey.segments)}.")
    lines.append(
        f"A response goes to its best segment at a posterior of {survey.least_posterior:g} and a lead of "
        f"{survey.least_margin:g} at least, from {survey.least_answers} answers other than “none” on, else to "
        f"“{_plain(survey.default_flow)}”."
    )
    for number, question in enumerate(survey.asked, start=1):
        lines += ["", f"## {number}. {_plain(question.words)}", "", f"`{question.key}`, {question.gain:.2f} bits", ""]
        lines.append(f"| answer | key | {' | '.join(_plain(name) for name in survey.segments)} |")
        lines.append(f"|---|---|{'---|' * len(survey.segments)}")
        for place, option in enumerate(question.options):
            shares = " | ".join(f"{question.likelihoods[name][place]:.2f}" for name in survey.segments)
            lines.append(f"| {_plain(option.words)} | `{option.key}` | {shares} |")
    return "\n".join(lines) + "\n"


ALGORITHM = (
    "answers maps question keys to option keys; leave out questions that are not answered.",
    "If an answer names a question or an option that is not listed under questions, reject the response.",
    "For each segment in the order of segments: sum = log_prior[segment] + the log_likelihoods[segment] of each option chosen.",
    "Subtract the largest sum from every sum, take the exponential of each, and divide each by their total.",
    f"Round each of these posteriors to {DIGITS} decimals.",
    "best is the segment with the largest posterior, the first in the order of segments where several are equal; second is "
    f"the largest posterior of the other segments; margin = best's posterior - second, rounded to {DIGITS} decimals.",
    f"The segment is best if at least least_answers answers are other options than '{NONE}', best's posterior >= "
    "least_posterior and margin >= least_margin; otherwise it is null, and the respondent sees default_flow.",
)


def spec(survey: Survey) -> str:
    """Return the scoring function as data, description and test vectors, for other implementations."""
    vectors = [_vector(survey, answers) for answers in _samples(survey)]
    return _json(
        {
            "format": "needsseg survey scoring 2",
            "version": survey.version,
            "segments": list(survey.segments),
            "default_flow": survey.default_flow,
            "least_posterior": survey.least_posterior,
            "least_margin": survey.least_margin,
            "least_answers": survey.least_answers,
            "log_prior": {name: log_chance(survey.prior[name]) for name in survey.segments},
            "questions": [_spec_of(question, survey) for question in survey.asked],
            "algorithm": list(ALGORITHM),
            "test_vectors": vectors,
        }
    )


def _spec_of(question: Question, survey: Survey) -> dict[str, Any]:
    return {
        "key": question.key,
        "words": question.words,
        "options": [
            {
                "key": option.key,
                "words": option.words,
                "log_likelihoods": {name: log_chance(question.likelihoods[name][place]) for name in survey.segments},
            }
            for place, option in enumerate(question.options)
        ],
    }


def _samples(survey: Survey) -> list[dict[str, str]]:
    """Return test answers: none, each question's n-th option, then random ones with a fixed seed."""
    generator = random.Random(0)  # noqa: S311  # test vectors, no secret
    samples: list[dict[str, str]] = [{}]
    most = max(len(question.options) for question in survey.asked)
    samples += [
        {q.key: q.options[min(place, len(q.options) - 1)].key for q in survey.asked}
        for place in range(min(most, VECTORS // 2))
    ]
    first = survey.asked[: max(survey.least_answers - 1, 1)]
    samples.append({q.key: q.options[0].key for q in first})  # one answer fewer than it takes
    while len(samples) < VECTORS:
        picked = {q.key: generator.choice(q.options).key for q in survey.asked if generator.random() < 0.8}
        samples.append(picked)
    return samples


def _vector(survey: Survey, answers: dict[str, str]) -> dict[str, Any]:
    verdict = score(survey, answers)
    return {"answers": answers, "segment": verdict.segment, "posterior": verdict.posterior}


def _plain(words: str) -> str:
    """Return words on one line, escaped for Markdown."""
    for mark in "\\`*_[]<>|#":
        words = words.replace(mark, f"\\{mark}")
    return " ".join(words.split())


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


KINDS: dict[str, Callable[[Survey], str]] = {
    "formbricks": formbricks,
    "typeform": typeform,
    "markdown": markdown,
    "spec": spec,
}
