"""Read responses to the survey from a file or pasted text, including exports of Formbricks and Typeform."""

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
# Formbricks numbers its columns.
_NUMBERED = re.compile(r"^\d+\.\s+")
NAMELESS = "row {}"
"""The name of a respondent in a row without one."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response: its row in the file, respondent, account, epoch day, and option by question key."""

    row: int
    respondent: str
    account: str
    day: int | None
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses of a file in order, the refused rows with reasons, and the columns by use."""

    rows: tuple[Response, ...]
    refused: tuple[Reject, ...]
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns by use; ``questions`` maps columns to question keys, ``other_versions`` columns to other versions."""

    account: str
    respondent: str
    at: str
    version: str
    questions: dict[str, str]
    other_versions: dict[str, str]


class _RowError(Exception):
    """The reason why a row is refused, and the cell."""

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
    """Read the responses in ``text``, called ``name`` in messages; columns are guessed by name unless given.

    A cell is an option's key or its words exactly, a column a question's key or its words; empty cells are unanswered.
    Rows with an unknown option, of another version or, where one is needed, without an account are refused. TableError
    where no column is a question, UsageError for a missing column.
    """
    response_records = list(records(text, name))
    header = list(dict.fromkeys(column for record in response_records for column in record.cells))
    if not response_records:
        raise TableError(f"{name} holds no response.", "Give one row per response, with a column for each question.")
    layout = _layout(header, survey, name, {"account": account, "respondent": respondent, "at": answered_at})
    if needs_account and not layout.account:
        raise UsageError(
            f"{name}: there is no column with the account of each response.",
            Advice("Name that column", Option.ACCOUNT_COLUMN, f". Columns: {', '.join(header)}."),
        )
    rows, refused = [], []
    for record in response_records:
        try:
            rows.append(_response(record, layout, survey, needs_account))
        except _RowError as error:
            refused.append(Reject(record.number, error.column, error.value[:200], error.reason))
    column_by_use = {
        "account": layout.account,
        "respondent": layout.respondent,
        "at": layout.at,
        "version": layout.version,
    }
    columns = {use: column for use, column in column_by_use.items() if column}
    return Responses(tuple(rows), tuple(refused), columns | {key: column for column, key in layout.questions.items()})


def _layout(header: Sequence[str], survey: Survey, name: str, given_columns: Mapping[str, str | None]) -> _Layout:
    for use, column in given_columns.items():
        if column is not None and column not in header:
            raise UsageError(f"{name} has no column '{column}' ({use}).", f"Columns: {', '.join(header)}.")
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
    """Return the key of the question that a column answers, and the version if the column names it; else ""."""
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
    if record.error:
        raise _RowError("", "", record.error)
    version = row.get(layout.version, "") if layout.version else ""
    extra_answers = [layout.other_versions[column] for column in layout.other_versions if row.get(column)]
    if version in ("", survey.version) and extra_answers:
        version = extra_answers[0]
    if version not in ("", survey.version):
        column = layout.version if layout.version and row.get(layout.version) else ""
        raise _RowError(column, version, f"it answers another version of the survey; this one is {survey.version}")
    account = row.get(layout.account, "") if layout.account else ""
    if needs_account and not account:
        raise _RowError(layout.account, "", "no account")
    if unknown_questions := sorted(record.answer_names - set(layout.questions)):
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
    """Return the epoch day, in UTC, of a date or time in ISO 8601."""
    if not cell:
        return None
    try:
        moment = datetime.fromisoformat(cell.removesuffix(" UTC"))
    except ValueError as error:
        raise _RowError(column, cell, "not a date written YYYY-MM-DD") from error
    return epoch_day((moment.astimezone(UTC) if moment.tzinfo else moment).date())
