"""Texts assigned to confirmed segments: a file of any length in; for each text a label with its evidence, or a reason, out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from needsseg.accounts.assign import parts
from needsseg.accounts.assign.texts import StagedTexts, preview_texts
from needsseg.accounts.ingest.rejects import rejects_file
from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.engines import engine_for
from needsseg.actions.accounts.source_reports import MappingProposal
from needsseg.actions.coding.embedding import model_sha256
from needsseg.actions.segments import assigning_run as runs
from needsseg.actions.segments.assigning_run import State
from needsseg.actions.segments.training_passages import (
    TrainedAssigner,
    TrainingPassages,
    load_training_passages,
    train_assigner,
)
from needsseg.actions.study.languages import study_model
from needsseg.embedding import backend_of
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.assigned import format_of, written
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.segments.assigning import NOTHING_FITS, OFF_TOPIC, PRECISION
from needsseg.settings import load
from needsseg.study.accounts import assignments as stored
from needsseg.study.connection import Study
from needsseg.study.file import leftovers
from needsseg.text import format_count, plural

MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class AssignReport:
    """The result of one file: ``texts = labelled + sum(abstained)``, and beside them ``refused`` rows by reason.

    ``expected_precision`` at ``expected_coverage`` is what the study's own passages promise, each scored without its
    participant; ``claimed_precision`` is the mean confidence of the labels of this file, None without one, ``coverage`` the
    share of its texts that has one. ``duplicates`` are texts that stand in the file before. ``resumed`` texts were done in an
    earlier run, ``unchanged`` is True if the same was done before and the study did not change.
    """

    file: str
    texts: int
    labelled: int
    abstained: dict[str, int]
    segments: dict[str, int]
    refused: dict[str, int]
    duplicates: int
    precision: float
    threshold: float
    expected_precision: float
    expected_coverage: float
    claimed_precision: float | None
    coverage: float
    columns: dict[str, str]
    backend: str
    warnings: tuple[str, ...] = ()
    rejects_file: str = ""
    parquet: str = ""
    out: str = ""
    resumed: int = 0
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One file that was assigned; ``stale`` where the segments changed since."""

    id: int
    file: str
    texts: int
    labelled: int
    expected_precision: float
    expected_coverage: float
    claimed_precision: float | None
    version: str
    stale: bool
    backend: str
    assigned_by: str
    assigned_at: str


def preview(
    study: Study, file: Path, columns: Mapping[str, str] | None = None, dates: Mapping[str, str] | None = None
) -> MappingProposal:
    """Preview how a file of texts would be read; ``columns`` and ``dates`` are a person's choices.

    TableError where it is not a table, or a column is not in it; UsageError where no segment is confirmed.
    """
    _refuse_own(study, file)
    load_training_passages(study)
    header, mapping, previewed = preview_texts(file, columns, dates, load(study.path).timezone)
    return MappingProposal(
        "texts", header, mapping.columns, False, file.name, dates=previewed.dates, rows=previewed.rows
    )


def assign_file(
    study: Study,
    file: Path,
    out: Path | None = None,
    *,
    text: str | None = None,
    account: str | None = None,
    at: str | None = None,
    ident: str | None = None,
    dates: Mapping[str, str] | None = None,
    precision: float = PRECISION,
    off_topic: float = OFF_TOPIC,
    backend: str | None = None,
    engine: str | None = None,
    fresh: bool = False,
    progress: Progress = silent,
    paused: Callable[[], bool] | None = None,
) -> AssignReport:
    """Assign each text of ``file`` to a confirmed segment or abstain, store the labels, and write them to ``out``.

    Texts go through in chunks of 10,000, each a part on the disk: an interrupted run continues after its last whole part, as
    long as file, segments and what is asked are the same (UsageError naming what changed; ``fresh`` starts again). A text is
    embedded once however often it comes, among the first 2,000,000 distinct ones; beyond those, once a chunk. ``paused`` is
    asked between batches, and the run waits while it says so. ``engine`` as in ``accounts.profiles``:
    Spark embeds on its executors, any other here. The same file, segments and parameters again change nothing.
    """
    _check_files(study, file, out)
    settings = load(study.path)
    named_columns = {"text": text, "account_id": account, "date": at, "id": ident}
    columns = {field: column for field, column in named_columns.items() if column is not None}
    runs_in = backend_of(study_model(study), backend or settings.backend)
    request = _Request(file, runs_in, precision, off_topic, columns, dict(dates or {}), settings.timezone)
    training = load_training_passages(study)
    progress(f"reading {file.name}", 0, 1)
    identity = _identity(study, request, training)
    name = sha256(json.dumps(identity, sort_keys=True))[:16]
    target = study.stack / f"assigned-{name}.parquet"
    rejects = rejects_file(study.stack, f"assigned-{name}")
    resumed = 0 if target.exists() else _run(
        study, request, training, identity, target, rejects, fresh, engine_for(study, engine), progress, paused
    )  # fmt: skip
    report = _read_report(target, file)
    unchanged = any(row.assignment.parquet == target.name for row in stored.listing(study))
    _stored(study, file, report, identity, target, out)
    progress("assigning texts", report.texts, report.texts)
    return replace(
        report, warnings=(*report.warnings, *_stale_warnings(study)), rejects_file=str(rejects), parquet=target.name,
        out=str(out) if out else "", resumed=resumed, unchanged=unchanged,
    )  # fmt: skip


def _run(
    study: Study,
    request: _Request,
    training: TrainingPassages,
    identity: State,
    target: Path,
    rejects: Path,
    fresh: bool,
    engine: str,
    progress: Progress,
    paused: Callable[[], bool] | None,
) -> int:
    """Assign all texts into the file ``target``; return how many an earlier run had done already."""
    with runs.run_folder(study, request.file) as folder:
        if fresh:
            runs.clear(folder)
        begun = runs.begun(folder, identity, request.file)
        trained = train_assigner(study, training, request.precision, request.off_topic, request.backend, progress)
        staged = begun or runs.begin(
            folder, identity, request.file, rejects, request.columns, request.dates, request.timezone
        )
        elsewhere = _on_spark(study, staged, trained, request.backend, engine, progress)
        part_files, resumed = runs.run(folder, staged, trained, progress, paused, elsewhere)
        _join_parts(part_files, target, _report(staged, trained, parts.counts(part_files), request))
        runs.clear(folder)
    return resumed


@dataclass(frozen=True, slots=True)
class _Request:
    """The choices of a run: how the file is read, and how its texts are assigned."""

    file: Path
    backend: str
    precision: float
    off_topic: float
    columns: dict[str, str]
    dates: dict[str, str]
    timezone: str


def _identity(study: Study, request: _Request, training: TrainingPassages) -> State:
    """Return all that a run's result depends on: another run with an equal identity has the same result."""
    return {
        "sha256": runs.digest(request.file), "version": accounts.version(study), "model": model_sha256(study),
        "backend": request.backend, "passages": training.sha256, "precision": request.precision,
        "off_topic": request.off_topic, "columns": request.columns, "dates": request.dates, "timezone": request.timezone,
    }  # fmt: skip


def _stale_warnings(study: Study) -> list[str]:
    """Return a warning that names the files assigned before the segments changed; none where there are none."""
    stale = [row.file for row in assignments(study) if row.stale]
    if not stale:
        return []
    return [
        f"The segments changed since {', '.join(stale)} {plural(len(stale), 'was', 'were')} assigned: assign again."
    ]


def _on_spark(
    study: Study, staged: StagedTexts, trained: TrainedAssigner, backend: str, engine: str, progress: Progress
) -> Callable[[runs.VerdictCache], None] | None:
    """Return what finds verdicts on a cluster, or None where the engine is not Spark."""
    if not engine.startswith(("spark", "sc:")):
        return None
    from needsseg.actions.segments.assigning_spark import learn_on_spark

    model = study_model(study)
    return lambda cache: learn_on_spark(staged, trained, cache, model, backend, engine, progress)


def _refuse_own(study: Study, file: Path) -> None:
    if study.owns(file):
        raise UsageError(f"{file} belongs to the study itself.", "Name a file of texts.")


def _check_files(study: Study, file: Path, out: Path | None) -> None:
    """Raise UsageError or NeedssegError where ``file`` cannot be read as texts, or ``out`` not be written."""
    _refuse_own(study, file)
    if not file.is_file():
        raise UsageError(f"{file}: no such file.", "Give a CSV, JSON-lines or Parquet file of texts.")
    if out is not None:
        _check_out(study, file, out)


def _check_out(study: Study, file: Path, out: Path) -> None:
    format_of(out)
    if study.owns(out):
        raise UsageError(f"{out} belongs to the study itself.", "Name another file.")
    if out.resolve() == file.resolve():
        raise UsageError(f"{out} is the file that is read.", "Name another file.")
    if not out.parent.is_dir():
        raise NeedssegError(f"{out.parent}: no such folder.", "Create it or choose another.")


def _join_parts(part_files: list[Path], target: Path, report: AssignReport) -> None:
    try:
        parts.join_parts(part_files, target, json.dumps(asdict(report), ensure_ascii=False, sort_keys=True))
    except OSError as error:
        raise NeedssegError(
            f"{target.parent}: cannot write there: {error}.",
            "Free space beside the study; assigning goes on where it was.",
        ) from error


def _read_report(target: Path, file: Path) -> AssignReport:
    stored_report = json.loads(parts.report_of(target))
    return AssignReport(**(stored_report | {"file": file.name, "warnings": tuple(stored_report["warnings"])}))


def _stored(study: Study, file: Path, report: AssignReport, identity: State, target: Path, out: Path | None) -> None:
    """Store the assignment in the study, as one step to undo, and write the output file; both or none."""
    if out is not None:
        with leftovers.writing_to(study, out), written(target, out):
            _noted(study, file, report, identity, target)
        return
    _noted(study, file, report, identity, target)


def _noted(study: Study, file: Path, report: AssignReport, identity: State, target: Path) -> None:
    if any(row.assignment.parquet == target.name for row in stored.listing(study)):
        return
    with study.action(
        "assign", f"put {format_count(report.texts, 'text')} of {file.name} to segments, labelled {report.labelled:,}"
    ):
        stored.replace(
            study,
            stored.NewAssignment(
                file.name, str(identity["sha256"]), target.name, str(identity["version"]), str(identity["model"]),
                report.backend, report.threshold, report.expected_precision, report.expected_coverage, report.texts,
                report.labelled, report.claimed_precision,
            ),
        )  # fmt: skip


def _report(
    staged: StagedTexts, trained: TrainedAssigner, text_counts: parts.Counts, request: _Request
) -> AssignReport:
    expected = trained.assigner.expected()
    return AssignReport(
        "", text_counts.texts, text_counts.labelled, text_counts.reasons, text_counts.segments, staged.refused,
        text_counts.texts - text_counts.distinct, request.precision, round(expected.threshold, 4),
        round(expected.precision, 4), round(expected.coverage, 4), text_counts.confidence,
        round(text_counts.labelled / text_counts.texts, 4), staged.columns, request.backend,
        tuple(_warnings(staged, text_counts, expected.threshold, request.precision, request.off_topic)),
    )  # fmt: skip


def _warnings(
    staged: StagedTexts, text_counts: parts.Counts, threshold: float, precision: float, off_topic: float
) -> list[str]:
    warnings = list(staged.warnings)
    if threshold > 1:
        warnings.append(
            f"No confidence promises a precision of {precision:.2f} on the study's own passages, so nothing is "
            "labelled. Choose a lower precision, or accept more passages."
        )
    nothing = text_counts.reasons.get(NOTHING_FITS, 0) / text_counts.texts
    if nothing > max(MOSTLY, off_topic):
        warnings.append(
            f"{nothing:.0%} of the texts look like none of the segments; {off_topic:.0%} was assumed. "
            "If most texts are about something else, raise the assumed share; otherwise labels are overconfident."
        )
    if text_counts.foreign:
        warnings.append(
            f"{text_counts.foreign:,} of {format_count(text_counts.distinct, 'text')} do not seem to be English; the sentence "
            "model is made for English."
        )
    if not text_counts.of_accounts:
        warnings.append("No text names an account, so texts have labels and accounts have none.")
    elif text_counts.dated < text_counts.texts:
        warnings.append(f"{text_counts.texts - text_counts.dated:,} texts have no date; they count as half a year old.")
    return warnings


def assignments(study: Study) -> list[Assignment]:
    """The files that were assigned, oldest first, and whether the segments changed since."""
    version = accounts.version(study)
    return [
        Assignment(
            row.id, done.file, done.texts, done.labelled, done.expected_precision, done.expected_coverage, done.confidence,
            done.version, done.version != version, done.backend, row.assigned_by, row.assigned_at,
        )
        for row in stored.listing(study)
        for done in [row.assignment]
    ]  # fmt: skip
