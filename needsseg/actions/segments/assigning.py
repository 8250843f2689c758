"""New texts onto confirmed segments: a file of any length in, a label and its evidence or a reason for each text out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from needsseg.accounts.assign import parts
from needsseg.accounts.assign.texts import StagedTexts, preview_texts
from needsseg.accounts.ingest.rejects import rejects_file
from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.account_sources import MappingProposal
from needsseg.actions.accounts.engines import engine_for
from needsseg.actions.coding.embedding import model_sha256
from needsseg.actions.segments import assigning_run as runs
from needsseg.actions.segments.assigning_run import State
from needsseg.actions.segments.training_passages import Lesson, taught, teaching
from needsseg.embedding import locate
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
    """What came of one file: ``texts = labelled + sum(abstained)``, and beside them ``refused`` rows by reason.

    ``expected_precision`` at ``expected_coverage`` is what the study's own passages promise, each scored without its
    participant; ``claimed_precision`` is the mean confidence of the labels of this file, None without one, ``coverage`` the
    share of its texts that has one. ``duplicates`` are texts that stand in the file before. ``resumed`` texts were done in an
    earlier run, ``unchanged`` tells that the same was done before and the study is as it was.
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
    """How a file of texts would be read, by its beginning; ``columns`` and ``dates`` are those that a person says.

    TableError where it is no table, or a column is not in it; UsageError where no segment is confirmed.
    """
    _refuse_own(study, file)
    teaching(study)
    header, mapping, seen = preview_texts(file, columns, dates, load(study.path).timezone)
    return MappingProposal("texts", header, mapping.columns, False, file.name, dates=seen.dates, rows=seen.rows)


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
    """Puts each text of ``file`` to a confirmed segment or abstains, stores the file's labels, and writes them to ``out``.

    Texts go through in chunks of 10,000, each a part on the disk: a run that was ended goes on after its last whole part, as
    long as file, segments and what is asked are the same (UsageError naming what changed; ``fresh`` begins anew). A text is
    embedded once however often it comes, among the first 2,000,000 distinct ones; beyond those, once a chunk. ``paused`` is
    asked between batches, and the run waits while it says so. ``engine`` as in ``accounts.profiles``:
    Spark embeds on its executors, any other here. The same file, segments and parameters again change nothing.
    """
    _refuse_own(study, file)
    if not file.is_file():
        raise UsageError(f"{file}: no such file.", "Give a CSV, JSON-lines or Parquet file of texts.")
    if out is not None:
        _check_out(study, file, out)
    settings = load(study.path)
    chosen = backend or settings.backend
    given = teaching(study)
    progress(f"reading {file.name}", 0, 1)
    said = {"text": text, "account_id": account, "date": at, "id": ident}
    columns = {field: column for field, column in said.items() if column is not None}
    identity: State = {
        "sha256": runs.digest(file), "version": accounts.version(study), "model": model_sha256(study), "backend": chosen,
        "passages": given.sha256, "precision": precision, "off_topic": off_topic, "columns": columns, "dates": dict(dates or {}),
        "timezone": settings.timezone,
    }  # fmt: skip
    name = sha256(json.dumps(identity, sort_keys=True))[:16]
    target = study.stack / f"assigned-{name}.parquet"
    rejects = rejects_file(study.stack, f"assigned-{name}")
    resumed = 0
    if not target.exists():
        with runs.run_folder(study, file) as folder:
            if fresh:
                runs.clear(folder)
            begun = runs.begun(folder, identity, file)
            lesson = taught(study, given, precision, off_topic, chosen, progress)
            staged = begun or runs.begin(folder, identity, file, rejects, columns, dates or {}, settings.timezone)
            elsewhere = _on_spark(study, staged, lesson, chosen, engine_for(study, engine), progress)
            made, resumed = runs.run(folder, staged, lesson, progress, paused, elsewhere)
            report = _report(staged, lesson, parts.counts(made), precision, off_topic, chosen)
            _joined(made, target, report)
            runs.clear(folder)
    report = _read_report(target, file)
    unchanged = any(row.made.parquet == target.name for row in stored.listing(study))
    _stored(study, file, report, identity, target, out)
    progress("assigning texts", report.texts, report.texts)
    stale = [row.file for row in assignments(study) if row.stale]
    told = [
        f"The segments changed since {', '.join(stale)} {plural(len(stale), 'was', 'were')} assigned: assign again."
    ] * bool(stale)
    return replace(
        report, warnings=(*report.warnings, *told), rejects_file=str(rejects), parquet=target.name,
        out=str(out) if out else "", resumed=resumed, unchanged=unchanged,
    )  # fmt: skip


def _on_spark(
    study: Study, staged: StagedTexts, lesson: Lesson, backend: str, engine: str, progress: Progress
) -> Callable[[runs.Known], None] | None:
    """What finds verdicts on a cluster; None where the engine is no Spark."""
    if not engine.startswith(("spark", "sc:")):
        return None
    from needsseg.actions.segments.assigning_spark import learn_on_spark

    model = locate(load(study.path).model)
    return lambda known: learn_on_spark(staged, lesson, known, model, backend, engine, progress)


def _refuse_own(study: Study, file: Path) -> None:
    if study.owns(file):
        raise UsageError(f"{file} belongs to the study itself.", "Name a file of texts.")


def _check_out(study: Study, file: Path, out: Path) -> None:
    format_of(out)
    if study.owns(out):
        raise UsageError(f"{out} belongs to the study itself.", "Name another file.")
    if out.resolve() == file.resolve():
        raise UsageError(f"{out} is the file that is read.", "Name another file.")
    if not out.parent.is_dir():
        raise NeedssegError(f"{out.parent}: no such folder.", "Create it or choose another.")


def _joined(made: list[Path], target: Path, report: AssignReport) -> None:
    try:
        parts.join_parts(made, target, json.dumps(asdict(report), ensure_ascii=False, sort_keys=True))
    except OSError as error:
        raise NeedssegError(
            f"{target.parent}: cannot write there: {error}.",
            "Free space beside the study; assigning goes on where it was.",
        ) from error


def _read_report(target: Path, file: Path) -> AssignReport:
    held = json.loads(parts.report_of(target))
    return AssignReport(**(held | {"file": file.name, "warnings": tuple(held["warnings"])}))


def _stored(study: Study, file: Path, report: AssignReport, identity: State, target: Path, out: Path | None) -> None:
    """Notes the assignment in the study, in one step to undo, and puts the file out; both or none."""
    if out is not None:
        with leftovers.writing_to(study, out), written(target, out):
            _noted(study, file, report, identity, target)
        return
    _noted(study, file, report, identity, target)


def _noted(study: Study, file: Path, report: AssignReport, identity: State, target: Path) -> None:
    if any(row.made.parquet == target.name for row in stored.listing(study)):
        return
    with study.action(
        "assign", f"put {format_count(report.texts, 'text')} of {file.name} to segments, labelled {report.labelled:,}"
    ):
        stored.put(
            study,
            stored.NewAssignment(
                file.name, str(identity["sha256"]), target.name, str(identity["version"]), str(identity["model"]),
                report.backend, report.threshold, report.expected_precision, report.expected_coverage, report.texts,
                report.labelled, report.claimed_precision,
            ),
        )  # fmt: skip


def _report(
    staged: StagedTexts, lesson: Lesson, found: parts.Counts, precision: float, off_topic: float, backend: str
) -> AssignReport:
    expected = lesson.assigner.expected()
    return AssignReport(
        "", found.texts, found.labelled, found.reasons, found.segments, staged.refused, found.texts - found.distinct,
        precision, round(expected.threshold, 4), round(expected.precision, 4), round(expected.coverage, 4),
        found.confidence, round(found.labelled / found.texts, 4), staged.columns, backend,
        tuple(_warnings(staged, found, expected.threshold, precision, off_topic)),
    )  # fmt: skip


def _warnings(
    staged: StagedTexts, found: parts.Counts, threshold: float, precision: float, off_topic: float
) -> list[str]:
    told = list(staged.warnings)
    if threshold > 1:
        told.append(
            f"On the study's own passages no confidence promises a precision of {precision:.2f}, so nothing is "
            "labelled. "
            "Ask for less (--precision), or accept more passages."
        )
    nothing = found.reasons.get(NOTHING_FITS, 0) / found.texts
    if nothing > max(MOSTLY, off_topic):
        told.append(
            f"{nothing:.0%} of the texts look like none of the segments; {off_topic:.0%} was assumed. "
            "Where most texts are about something else, say so (--off-topic), or the labels are less sure than they say."
        )
    if found.foreign:
        told.append(
            f"{found.foreign:,} of {format_count(found.distinct, 'text')} do not seem to be English; the sentence "
            "model is made for English."
        )
    if not found.of_accounts:
        told.append("No text names an account, so texts have labels and accounts have none.")
    elif found.dated < found.texts:
        told.append(f"{found.texts - found.dated:,} texts have no date; they count as half a year old.")
    return told


def assignments(study: Study) -> list[Assignment]:
    """The files that were assigned, oldest first, and whether the segments changed since."""
    version = accounts.version(study)
    return [
        Assignment(
            row.id, row.made.file, row.made.texts, row.made.labelled, row.made.expected_precision,
            row.made.expected_coverage, row.made.confidence, row.made.version, row.made.version != version,
            row.made.backend, row.assigned_by, row.assigned_at,
        )
        for row in stored.listing(study)
    ]  # fmt: skip
