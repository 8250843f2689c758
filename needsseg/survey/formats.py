"""Formats of the survey: TOML that a person edits, and the JSON in the study."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from needsseg.errors import Advice, Fix, UsageError
from needsseg.survey.choice import with_gains
from needsseg.survey.scoring_table import (
    DEFAULT_FLOW,
    LEAST_ANSWERS,
    LEAST_MARGIN,
    LEAST_POSTERIOR,
    Option,
    Question,
    Survey,
    valid,
)
from needsseg.text import escaped_json

_TABLE = {
    "version": str,
    "segments": list,
    "chosen": list,
    "default_flow": str,
    "least_posterior": float,
    "least_margin": float,
    "least_answers": int,
    "prior": dict,
    "built_on": dict,
    "question": list,
}
_QUESTION = {"key": str, "words": str, "gain": float, "option": list}
_OPTION = {
    "key": str,
    "words": str,
    "to_be_worded": bool,
    "first_words": str,
    "evidence": list,
    "likelihood": dict,
}
_NAMES: dict[type, str] = {
    str: "text", list: "a list", float: "a number", int: "a whole number", dict: "a table", bool: "true or false",
}  # fmt: skip


def as_dict(survey: Survey) -> dict[str, Any]:
    """Return the survey as dicts, lists, texts and numbers."""
    return {
        "version": survey.version,
        "segments": list(survey.segments),
        "chosen": list(survey.chosen),
        "default_flow": survey.default_flow,
        "least_posterior": survey.least_posterior,
        "least_margin": survey.least_margin,
        "least_answers": survey.least_answers,
        "prior": dict(survey.prior),
        "built_on": dict(survey.built_on),
        "question": [
            {
                "key": question.key,
                "words": question.words,
                "gain": question.gain,
                "option": [
                    {
                        "key": option.key,
                        "words": option.words,
                        "to_be_worded": option.to_be_worded,
                        "first_words": option.first_words,
                        "evidence": list(option.evidence),
                        "likelihood": {name: question.likelihoods[name][place] for name in survey.segments},
                    }
                    for place, option in enumerate(question.options)
                ],
            }
            for question in survey.questions
        ],
    }


def from_dict(tables: dict[str, Any]) -> Survey:
    """Return the survey of such tables, with gains computed again; UsageError with the invalid question and option."""
    _check_fields("The survey", tables, _TABLE, ("segments", "chosen", "prior", "question"))
    segments = _texts("segments", tables["segments"])
    questions = tuple(_question(row, number, segments) for number, row in enumerate(tables["question"], start=1))
    survey = Survey(
        tables.get("version", ""),
        segments,
        {name: _number(f"The prior of '{name}'", value) for name, value in tables["prior"].items()},
        questions,
        _texts("chosen", tables["chosen"]),
        " ".join(tables.get("default_flow", DEFAULT_FLOW).split()),
        float(tables.get("least_posterior", LEAST_POSTERIOR)),
        float(tables.get("least_margin", LEAST_MARGIN)),
        {str(name): str(value) for name, value in tables.get("built_on", {}).items()},
        tables.get("least_answers", LEAST_ANSWERS),
    )
    return with_gains(valid(survey))


def _question(row: Any, number: int, segments: tuple[str, ...]) -> Question:
    where = f"Question {number}"
    if not isinstance(row, dict):
        raise UsageError(f"{where} is not a table.", "Begin it with [[question]].")
    where = f"Question '{row['key']}'" if isinstance(row.get("key"), str) else where
    _check_fields(where, row, _QUESTION, ("key", "words", "option"))
    options, columns = [], []
    for place, option in enumerate(row["option"], start=1):
        option_place = f"{where}, option {place}"
        if not isinstance(option, dict):
            raise UsageError(f"{option_place} is not a table.", "Begin it with [[question.option]].")
        option_place = f"{where}, option '{option['key']}'" if isinstance(option.get("key"), str) else option_place
        _check_fields(option_place, option, _OPTION, ("key", "words", "likelihood"))
        if unknown_segments := [name for name in option["likelihood"] if name not in segments]:
            raise UsageError(
                f"{option_place}: '{unknown_segments[0]}' is not a segment of the survey.",
                f"Segments: {', '.join(segments)}.",
            )
        if missing_segments := [name for name in segments if name not in option["likelihood"]]:
            raise UsageError(
                f"{option_place} has no likelihood for segment '{missing_segments[0]}'.", "Give one for each segment."
            )
        columns.append(
            {name: _number(f"{option_place}, '{name}'", value) for name, value in option["likelihood"].items()}
        )
        evidence = option.get("evidence", [])
        if not all(isinstance(passage, int) and not isinstance(passage, bool) for passage in evidence):
            raise UsageError(f"{option_place}: evidence is a list of passages' numbers.")
        words = " ".join(option["words"].split())
        if not words and not option.get("to_be_worded"):
            raise UsageError(
                f"{option_place} has no words.",
                "Write the option's text, or set to_be_worded = true for now.",
            )
        first = " ".join(option.get("first_words", "").split())
        options.append(Option(option["key"], words, tuple(evidence), first))
    likelihoods = {name: tuple(column[name] for column in columns) for name in segments}
    return Question(row["key"], " ".join(row["words"].split()), tuple(options), likelihoods)


def _check_fields(place: str, fields: dict[str, Any], allowed: Mapping[str, type], required: tuple[str, ...]) -> None:
    for name, value in fields.items():
        kind = allowed.get(name)
        if kind is None:
            raise UsageError(f"{place} has an unknown key '{name}'.", f"Known: {', '.join(allowed)}.")
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise UsageError(f"{place}: {name} is not {_NAMES[kind]}.")
    for name in required:
        if name not in fields:
            raise UsageError(f"{place} has no {name}.", Advice("To see a complete example: ", Fix.PRINT_SURVEY))


def _texts(name: str, values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise UsageError(f"{name} is a list of texts.")
    return tuple(values)


def _number(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{place}: {value!r} is not a number.", "Write it like 0.25.")
    return float(value)


def as_json(survey: Survey) -> str:
    """Return the survey as JSON for the study."""
    return json.dumps(as_dict(survey), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Survey:
    """Return the survey from the study's JSON."""
    return from_dict(json.loads(text))


def as_toml(survey: Survey, hints: Mapping[tuple[str, str], str] | None = None) -> str:
    """Return the survey as TOML for a person to edit, which ``from_toml`` reads.

    ``hints`` are participants' words by question and option key, written as comments above options to be worded.
    """
    head = [
        "# The onboarding survey. Edit words, options, likelihoods and the chosen questions (at most five, in their order);",
        "# then save it as the next version of the survey.",
        "# likelihood: the share of a segment that picks the option; for each segment a question's options sum to 1.",
        "# gain: in bits, computed again when the file is read. evidence: the numbers of passages.",
        "# to_be_worded: this option has no words yet. Write one plain neutral clause; a participant's own words are above it",
        "# as a hint. A survey with such an option in a chosen question cannot be exported or routed.",
        "# first_words: the option's first words. Once they are changed, the accuracy of the survey is unknown.",
        "# least_answers: whoever answers fewer questions (not counting none) is not assigned to a segment.",
    ]
    tables = as_dict(survey)
    simple = ("version", "segments", "chosen", "default_flow", "least_posterior", "least_margin", "least_answers")
    lines = [*head, "", *(f"{name} = {_value(tables[name])}" for name in simple)]
    for table in ("prior", "built_on"):
        lines += ["", f"[{table}]", *(f"{_text(name)} = {_value(value)}" for name, value in tables[table].items())]
    for question in tables["question"]:
        lines += ["", "[[question]]", *(f"{name} = {_value(question[name])}" for name in ("key", "words", "gain"))]
        for option in question["option"]:
            shares = ", ".join(f"{_text(name)} = {_value(value)}" for name, value in option["likelihood"].items())
            hint = (hints or {}).get((question["key"], option["key"]))
            hint_lines = [f"# hint, a participant's words: {_comment(hint)}"] if hint and option["to_be_worded"] else []
            shown_fields = [name for name in ("to_be_worded", "first_words") if option[name]]
            names = ("key", "words", *shown_fields, "evidence")
            lines += ["", "[[question.option]]", *hint_lines, *(f"{n} = {_value(option[n])}" for n in names)]
            lines.append(f"likelihood = {{ {shares} }}")
    return "\n".join(lines) + "\n"


def from_toml(text: str, name: str) -> Survey:
    """Read the survey from a TOML text called ``name``; UsageError with line, question and option where it is invalid."""
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}: not valid TOML: {error}.", "Correct the line named.") from error
    try:
        return from_dict(tables)
    except UsageError as error:
        raise UsageError(f"{name}{_line(text, error.message)}: {error.message}", error.hint) from error


def _line(text: str, message: str) -> str:
    """Return the line of the question or option named in a message, as text, or ""."""
    start = 0
    for element in ("[Qq]uestion", "option"):
        quoted_key = re.search(rf"{element} '([^']+)'", message)
        key_line = quoted_key and re.compile(rf"^\s*key\s*=\s*[\"']{re.escape(quoted_key.group(1))}[\"']", re.M).search(
            text, start
        )
        if key_line:
            start = key_line.end()
    return f", line {text.count(chr(10), 0, start) + 1}" if start else ""


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    return repr(value)


def _comment(words: str) -> str:
    """Return words on one line without control characters, for a comment."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def _text(words: str) -> str:
    """Return a text as a TOML basic string: as in JSON, with control characters of terminals also escaped."""
    return escaped_json(json.dumps(words, ensure_ascii=False))
