"""Responses to the onboarding survey: routed into labels with the source ``survey``, kept with their version."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import Reject
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts.account_sources import stack_files
from needsseg.errors import Advice, Fix, NeedssegError, TableError, UsageError
from needsseg.exchange.survey_verdicts import ScoredResponse, read_scored, write_scored
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Label
from needsseg.study.accounts import accounts, surveys
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.survey.formats import from_json
from needsseg.survey.responses import NAMELESS, Response, Responses, read_responses
from needsseg.survey.scoring import score, telling_answers
from needsseg.survey.scoring_table import TOO_FEW, Survey, check_worded
from needsseg.text import format_count

PROGRESS_EVERY = 1000


@dataclass(frozen=True, slots=True)
class RouteReport:
    """The result of a file of responses: read = responses + rows refused; labelled + abstained = responses.

    ``segments`` counts labelled responses by segment, ``abstained`` the others by reason, ``columns`` says which column was
    read as what; ``unchanged`` is whether the study had all of it already.
    """

    file: str
    version: str
    responses: int
    labelled: int
    abstained: dict[str, int]
    segments: dict[str, int]
    accounts: int
    refused: tuple[Reject, ...]
    columns: dict[str, str]
    unchanged: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountResponse:
    """One response that counts for an account: who gave it, when, by which version, the verdict, and answers in words.

    ``segment`` is called as it is now, and None where the response abstains or its segment is gone.
    """

    account_id: str
    respondent: str
    day: int | None
    version: str
    segment: str | None
    posterior: dict[str, float]
    reason: str
    answers: tuple[tuple[str, str], ...]


def route(
    study: Study,
    file: Path,
    *,
    account: str | None = None,
    respondent: str | None = None,
    at: str | None = None,
    version: str | None = None,
    progress: Progress = silent,
) -> RouteReport:
    """Score the responses in ``file`` by the newest version of the survey, or the one named, and store the verdicts.

    Columns are guessed by name unless given. Refused rows are named and left out; the same file again changes nothing.
    Raise TableError for a file that holds no responses, NotFoundError without a survey, UsageError for one with options to
    be worded, which are named.
    """
    saved = surveys.one(study, version)
    survey = from_json(saved.body)
    check_worded(survey, "routed")
    if study.owns(file):
        raise UsageError(f"{file} belongs to the study itself.", "Name a file of responses.")
    content = _read(file)
    parsed = read_responses(
        _decoded(content, file), file.name, survey, account=account, respondent=respondent, answered_at=at
    )
    one = _account_ids(study)
    scored = []
    for number, response in enumerate(parsed.rows):
        if number % PROGRESS_EVERY == 0:
            progress(f"routing {file.name}", number, len(parsed.rows))
        scored.append(_scored(response, survey, one))
    progress(f"routing {file.name}", len(parsed.rows), max(len(parsed.rows), 1))
    unchanged = bool(scored) and _keep(study, saved, file, sha256(content), scored)
    routed = Counter(row.segment for row in scored if row.segment is not None)
    return RouteReport(
        file.name,
        saved.version,
        len(scored),
        sum(routed.values()),
        dict(Counter(row.reason for row in scored if row.segment is None)),
        dict(routed.most_common()),
        len({row.account_id for row in scored}),
        parsed.refused,
        parsed.columns,
        unchanged,
        tuple(_warnings(study, parsed, scored)),
    )


def _scored(response: Response, survey: Survey, one: Callable[[str], str]) -> ScoredResponse:
    verdict = score(survey, response.answers)
    return ScoredResponse(
        response.row,
        response.respondent,
        one(response.account),
        response.day,
        verdict.segment,
        max(verdict.posterior.values()),
        verdict.margin,
        verdict.answered,
        verdict.reason,
        verdict.posterior,
        response.answers,
    )


def _keep(study: Study, saved: surveys.SurveyRow, file: Path, sha256: str, scored: list[ScoredResponse]) -> bool:
    """Write the verdicts and make them count, as one step that can be undone; return whether all of it was there already."""
    try:
        study.stack.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NeedssegError(
            f"{study.stack} cannot be created: {error.strerror}.", "Survey answers are stored there."
        ) from error
    path = write_scored(scored, study.stack, saved.version)
    if any((row.survey, row.parquet) == (saved.id, path.name) for row in surveys.answers(study)):
        return True
    labelled = sum(row.segment is not None for row in scored)
    with study.action(
        "route survey", f"routed {format_count(len(scored), 'response')} of {file.name} by survey {saved.version}"
    ):
        surveys.set_answers(study, saved.id, file.name, sha256, path.name, len(scored), labelled)
    return False


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise TableError(f"There is no file {file}.") from error
    except OSError as error:
        raise TableError(f"{file.name} cannot be read: {error.strerror}.") from error


def _decoded(content: bytes, file: Path) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"{file.name}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    if "\0" in text:
        raise TableError(f"{file.name} is not a text file.", "Responses are CSV, JSON lines or a JSON array.")
    return text


def _account_ids(study: Study) -> Callable[[str], str]:
    """Return a function that gives an id as the accounts write it; unchanged where it is unknown or nothing was imported."""
    if "accounts" not in accounts.sources(study):
        return lambda text: text
    imported = room.read_accounts(stack_files(study).accounts)
    ids = {account.account_id for account in imported.accounts}

    def one(text: str) -> str:
        for key in (text, room.salesforce_18(text)):
            if key in ids or key in imported.merged:
                return imported.merged.get(key, key)
        return text

    return one


def _warnings(study: Study, parsed: Responses, scored: list[ScoredResponse]) -> list[str]:
    warnings = []
    if "respondent" not in parsed.columns:
        warnings.append(
            "No column says who answered, so every row counts as a different person: name that column if there is one."
        )
    undated = sum(row.day is None for row in scored)
    if undated:
        warnings.append(
            f"{format_count(undated, 'response')} have no date; they count on every day, and as older than dated ones."
        )
    if "accounts" in accounts.sources(study):
        ids = {account.account_id for account in room.read_accounts(stack_files(study).accounts).accounts}
        strange = sorted({row.account_id for row in scored} - ids)
        if strange:
            some = f"{', '.join(strange[:3])}{' …' if len(strange) > 3 else ''}"
            warnings.append(f"{len(strange)} account ids are not among the accounts ({some}); they count for nobody.")
    return warnings


def current_names(study: Study, survey: Survey) -> dict[str, str | None]:
    """Return the current name of each segment of a survey; None where it was set aside or removed. Merged ones are followed."""
    rows = {row.id: row for row in segments.listing(study, merged=True)}
    by_name = {row.name: row.id for row in rows.values() if row.status in ("named", "confirmed")}
    names: dict[str, str | None] = {}
    for name in survey.segments:
        segment_id = survey.built_on.get(name, "").partition(":")[0]
        row = rows.get(int(segment_id) if segment_id.isdecimal() else by_name.get(name, -1))
        while row is not None and row.merged_into is not None:
            row = rows.get(row.merged_into)
        names[name] = row.name if row is not None and row.status in ("named", "confirmed") else None
    return names


def responses(study: Study, as_of: date | None = None, account_id: str | None = None) -> list[AccountResponse]:
    """The newest response of each respondent of all accounts or one, by account and respondent.

    Those on or after ``as_of`` are left out; an undated one is older than any dated. NeedssegError where a file of verdicts
    is gone.
    """
    day = None if as_of is None else epoch_day(as_of)
    newest: dict[tuple[str, str], tuple[tuple[int, int, int], AccountResponse]] = {}
    versions = {row.id: from_json(row.body) for row in surveys.listing(study)}
    called = {id_: current_names(study, survey) for id_, survey in versions.items()}
    for order, file in enumerate(surveys.answers(study)):
        survey, names = versions[file.survey], called[file.survey]
        for row in _scored_in(study, file):
            if (account_id is not None and row.account_id != account_id) or (
                day is not None and row.day is not None and row.day >= day
            ):
                continue
            # Who did not say who they are is somebody else in every file.
            who = f"{file.sha256} {row.row}" if row.respondent == NAMELESS.format(row.row) else row.respondent
            rank = (-1 if row.day is None else row.day, order, row.row)
            before = newest.get((row.account_id, who))
            if before is None or before[0] < rank:
                newest[row.account_id, who] = (rank, _response(row, file.version, survey, names))
    return [response for _, (_, response) in sorted(newest.items(), key=lambda item: item[0])]


def _response(row: ScoredResponse, version: str, survey: Survey, names: dict[str, str | None]) -> AccountResponse:
    posterior: dict[str, float] = defaultdict(float)
    for name, chance in row.posterior.items():
        now = names.get(name)
        if now is not None:
            posterior[now] += chance
    words = tuple(
        (question.words, option.words or option.key)
        for question in survey.asked
        for option in question.options
        if row.answers.get(question.key) == option.key
    )
    segment = names.get(row.segment) if row.segment is not None else None
    reason = row.reason
    if row.segment is not None and telling_answers(survey, row.answers) < survey.least_answers:
        # It was routed before a survey had a least number of answers.
        segment, reason = None, TOO_FEW
    return AccountResponse(row.account_id, row.respondent, row.day, version, segment, dict(posterior), reason, words)


def labels(study: Study, as_of: date | None = None) -> list[Label]:
    """A label for each account and each segment that a response of it was routed to, with the source ``survey``.

    Its confidence is the mean posterior over the newest responses of all its respondents, those that abstain included.
    Who confirmed the segment is empty while it is not confirmed.
    """
    if not surveys.answers(study):
        return []
    confirmed = {row.name: row.confirmer for row in segments.listing(study) if row.status == "confirmed"}
    by_account: dict[str, list[AccountResponse]] = defaultdict(list)
    for response in responses(study, as_of):
        if response.answers:
            by_account[response.account_id].append(response)
    result = []
    for account, account_responses in sorted(by_account.items()):
        for name in sorted({response.segment for response in account_responses if response.segment is not None}):
            mean = sum(response.posterior.get(name, 0.0) for response in account_responses) / len(account_responses)
            result.append(Label(account, name, "survey", round(mean, 4), confirmed.get(name, "")))
    return result


def _scored_in(study: Study, file: surveys.AnswersRow) -> tuple[ScoredResponse, ...]:
    path = study.stack / file.parquet
    if not path.exists():
        raise NeedssegError(
            f"The verdicts on {file.file}, {path.name}, are gone from {path.parent}.",
            Advice("Route it again: ", Fix.ROUTE_RESPONSES.of(file=file.file, version=file.version)),
        )
    return _read_once(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read_once(path: Path, _changed: int) -> tuple[ScoredResponse, ...]:
    return tuple(read_scored(path))
