"""Responses to the survey from a file or a paste, also as Formbricks and Typeform give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from needsseg.accounts import Reject
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import Advice, Option, TableError, UsageError
from needsseg.survey.records import Record, records
from needsseg.survey.scoring_table import Question, Survey

ACCOUNT = ("account_id", "account", "accountid", "crm_id", "company_id", "organization_id")
RESPONDENT = (
    "respondent", "respondent_id", "user_id", "userid", "response_id", "response id", "token", "id", "email", "#",
)  # fmt: skip
AT = (
    "at", "date", "submitted_at", "submitted at", "submit date (utc)", "created_at", "createdat", "timestamp", "finished at",
)  # fmt: skip
VERSION = ("survey_version", "survey version")
# Formbricks numbers its columns, and Typeform marks what it cannot show.
_NUMBERED = re.compile(r"^\d+\.\s+")
NAMELESS = "row {}"
"""Who gave the response in a row that names nobody."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response: its row in the file, who gave it, of which account, on which epoch day, and option by question key."""

    row: int
    respondent: str
    account: str
    day: int | None
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses of a file in their order, the rows refused with reasons, and which column was read as what."""

    rows: tuple[Response, ...]
    refused: tuple[Reject, ...]
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column is what; ``questions`` maps columns to question keys, ``beside`` those of other versions to versions."""

    account: str
    respondent: str
    at: str
    version: str
    questions: dict[str, str]
    beside: dict[str, str]


class _RowError(Exception):
    """Why one row is refused, and for which cell."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read_responses(
    text: str,
    name: str,
    survey: Survey,
    *,
    account: str | None = None,
    respondent: str | None = None,
    answered_at: str | None = None,
    needs_account: bool = True,
) -> Responses:
    """The responses in ``text``, which is called ``name`` in messages; columns are guessed by name unless given.

    A cell is an option's key or its words exactly, a column a question's key or its words; empty cells are unanswered.
    Rows with an unknown option, of another version or, where one is needed, without an account are refused. TableError
    where no column is a question, UsageError for a column that is named and not there.
    """
    found = list(records(text, name))
    header = list(dict.fromkeys(column for record in found for column in record.cells))
    if not found:
        raise TableError(f"{name} holds no response.", "It takes one row a response, with a column for each question.")
    layout = _layout(header, survey, name, {"account": account, "respondent": respondent, "at": answered_at})
    if needs_account and not layout.account:
        raise UsageError(
            f"{name}: no column says which account a response is of.",
            Advice("Name that column", Option.ACCOUNT_COLUMN, f". Columns: {', '.join(header)}."),
        )
    rows, refused = [], []
    for record in found:
        try:
            rows.append(_response(record, layout, survey, needs_account))
        except _RowError as why:
            refused.append(Reject(record.number, why.column, why.value[:200], why.reason))
    column_by_use = {
        "account": layout.account,
        "respondent": layout.respondent,
        "at": layout.at,
        "version": layout.version,
    }
    columns = {what: column for what, column in column_by_use.items() if column}
    return Responses(tuple(rows), tuple(refused), columns | {key: column for column, key in layout.questions.items()})


def _layout(header: Sequence[str], survey: Survey, name: str, given_columns: Mapping[str, str | None]) -> _Layout:
    for what, column in given_columns.items():
        if column is not None and column not in header:
            raise UsageError(f"{name} has no column '{column}' ({what}).", f"Columns: {', '.join(header)}.")
    questions: dict[str, str] = {}
    extra_columns: dict[str, str] = {}
    used_columns = set(given_columns.values())
    for column in header:
        key, version = _question_of(column, survey)
        if column in used_columns or not key:
            continue
        if version and version != survey.version:
            extra_columns[column] = version
        elif key in questions.values():
            raise TableError(f"{name}: two columns are question '{key}'.", f"Leave one out; one of them is '{column}'.")
        else:
            questions[column] = key
    if not questions and extra_columns:
        extra_list = ", ".join(sorted(set(extra_columns.values())))
        raise TableError(
            f"{name} answers another version of the survey ({extra_list}); this one is {survey.version}.",
            Advice(
                "Route it by that version", Option.SURVEY_VERSION.of(version=next(iter(extra_columns.values()))), "."
            ),
        )
    if not questions:
        raise TableError(
            f"{name}: no column is a question of the survey (columns: {', '.join(header[:12]) or 'none'}).",
            f"Name columns after the questions: {', '.join(survey.chosen)}.",
        )
    free = [column for column in header if column not in questions and column not in extra_columns]
    return _Layout(
        given_columns["account"] or _guess(free, ACCOUNT),
        given_columns["respondent"] or _guess(free, RESPONDENT),
        given_columns["at"] or _guess(free, AT),
        _guess(free, VERSION),
        questions,
        extra_columns,
    )


def _guess(header: Sequence[str], names: Sequence[str]) -> str:
    spelt = {column.strip().casefold(): column for column in reversed(header)}
    return next((spelt[name] for name in names if name in spelt), "")


def _question_of(column: str, survey: Survey) -> tuple[str, str]:
    """The question that a column answers, and of which version where the column says so; empty where it is none."""
    column = column.strip()
    if any(column == question.key for question in survey.questions):
        return column, ""
    version, _, key = column.rpartition("-")
    if re.fullmatch(r"v\d+-[0-9a-f]{6}", version):
        return key, version
    words = _spelt(_NUMBERED.sub("", column))
    return next((question.key for question in survey.asked if _spelt(question.words) == words), ""), ""


def _spelt(words: str) -> str:
    return " ".join(words.split())


def _response(record: Record, layout: _Layout, survey: Survey, needs_account: bool) -> Response:
    row = record.cells
    if record.why:
        raise _RowError("", "", record.why)
    version = row.get(layout.version, "") if layout.version else ""
    extra_answers = [layout.beside[column] for column in layout.beside if row.get(column)]
    if version in ("", survey.version) and extra_answers:
        version = extra_answers[0]
    if version not in ("", survey.version):
        column = layout.version if layout.version and row.get(layout.version) else ""
        raise _RowError(column, version, f"it answers another version of the survey; this one is {survey.version}")
    account = row.get(layout.account, "") if layout.account else ""
    if needs_account and not account:
        raise _RowError(layout.account, "", "no account")
    if unknown_questions := sorted(record.said - set(layout.questions)):
        raise _RowError(unknown_questions[0], row[unknown_questions[0]], "the survey has no such question")
    answers = {}
    for column, key in layout.questions.items():
        cell = row.get(column, "")
        if cell and key not in survey.chosen:
            raise _RowError(column, cell, f"the survey does not ask '{key}'")
        if cell:
            answers[key] = _option(column, cell, survey.question(key), survey.version)
    respondent = (row.get(layout.respondent, "") if layout.respondent else "") or NAMELESS.format(record.number)
    return Response(record.number, respondent, account, _day(layout.at, row.get(layout.at, "")), answers)


def _option(column: str, cell: str, question: Question, version: str) -> str:
    without_prefix = cell.removeprefix(f"{version}-{question.key}-")
    for option in question.options:
        if without_prefix == option.key or _spelt(cell) == _spelt(option.words):
            return option.key
    raise _RowError(column, cell, f"question '{question.key}' has no such option")


def _day(column: str, cell: str) -> int | None:
    """The epoch day, UTC, of a date or time written as ISO 8601."""
    if not cell:
        return None
    try:
        moment = datetime.fromisoformat(cell.removesuffix(" UTC"))
    except ValueError as error:
        raise _RowError(column, cell, "not a date written YYYY-MM-DD") from error
    return epoch_day((moment.astimezone(UTC) if moment.tzinfo else moment).date())
