"""Sources of account data: which column is which field, how its dates are written, files in, refused rows listed."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import Part, Reject
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.tiers.event_coverage import count_rows_of_unknown_accounts
from needsseg.accounts.tiers.terms import ADD
from needsseg.actions.accounts.amounts import checked_amounts, of_cells, open_choices
from needsseg.actions.accounts.derived_files import (
    events_file,
    joined_file,
    notes_on_files,
    private_stack,
    subscriptions_file,
)
from needsseg.actions.accounts.import_notes import early_usage_notes, replaced_notes, unknown_account_notes
from needsseg.actions.accounts.new_sources import (
    NewSource,
    file_to_add_to,
    is_enriching,
    read_accounts_of,
    store_sources,
)
from needsseg.actions.accounts.own_columns import OwnGiven, chosen_columns, field_dates, stored_columns
from needsseg.actions.accounts.source_kinds import is_by_tenure, of_kind
from needsseg.actions.accounts.source_reports import MappingProposal, SourceReport
from needsseg.errors import Advice, Fix, NeedssegError, TableError, UsageError
from needsseg.progress import Progress, silent
from needsseg.settings import load
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study

Given = str | Path | Sequence[str | Path]
PREVIEWED = 10_000


def tables(study: Study, source: str | Path) -> list[str]:
    """The tables of a database file or server, the sheets of a workbook; none for another file."""
    if room.is_address(str(source)):
        return room.tables(str(source))
    path = Path(source).expanduser()
    _refuse_own(study, path)
    return room.tables(str(path)) if path.is_file() and (room.database_kind(path) or room.is_workbook(path)) else []


def propose_mapping(
    study: Study,
    files: Given,
    kind: str | None = None,
    *,
    table: str = "",
    query: str = "",
    columns: MappingOf[str, str] | None = None,
    dates: MappingOf[str, str] | None = None,
    amounts: MappingOf[str, str] | None = None,
    own: OwnGiven | None = None,
    has_header: bool | None = None,
) -> MappingProposal:
    """Return the mapping that ``import_source`` would use, with the first rows; without ``kind``, the columns tell it.

    ``has_header`` says whether the files name their columns; NoHeaderError where it is None and the first row looks like data.
    """
    file_list = _file_list(study, files)
    with room.gathered(file_list, None, table, PREVIEWED, study.owns, query) as gathered:
        laid, refused = room.laid_out(gathered.parts, whole_files=False, has_header=has_header)
        proposal, parts, others = _of_files(study, laid, kind, columns, whole=False)
        chosen = proposal.columns
        before = accounts.sources(study).get(proposal.kind)
        mapping = _mapping(proposal, chosen, dates, own, before, check=False)
        mapping = replace(mapping, amounts=_amounts(before, amounts, proposal.kind, only_cells=True))
        notes = tuple(note for part in parts for note in part.notes)
        proposal = replace(
            proposal, dropped=mapping.own.dropped, refused=(*gathered.refused, *refused, *others), notes=notes,
            asks=room.open_questions(mapping),
        )  # fmt: skip
        if proposal.needed or proposal.asks or not _fits(mapping, proposal.header):
            return proposal
        previewed = room.preview(parts, mapping, load(study.path).timezone, _saved_dates(before, chosen))
        return replace(
            proposal, dates=previewed.dates, rows=previewed.rows, own=previewed.own, notes=(*notes, *previewed.notes)
        )


def _of_files(
    study: Study,
    laid: tuple[Part, ...],
    kind: str | None,
    columns: MappingOf[str, str] | None,
    whole: bool = True,
    add: bool = True,
) -> tuple[MappingProposal, tuple[Part, ...], tuple[tuple[str, str], ...]]:
    """Return the mapping of files with what a person chose, those of their kind, and the others with the reason."""
    with_accounts = is_by_tenure(laid, kind, columns)
    has_accounts = "accounts" in accounts.sources(study)
    kind = "subscriptions" if with_accounts else kind
    kind, parts, others = of_kind(laid, kind, columns, whole, has_accounts, add)
    proposal = _proposed(study, parts, kind)
    return replace(proposal, columns=_columns(proposal, columns), with_accounts=with_accounts), parts, others


def _file_list(study: Study, files: Given) -> list[str | Path]:
    file_list: list[str | Path] = [files] if isinstance(files, str | Path) else list(files)
    for one in file_list:
        if not room.is_address(str(one)):
            _refuse_own(study, Path(one).expanduser())
    return file_list


def _refuse_own(study: Study, path: Path) -> None:
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name the file that was exported from the CRM.")


def _proposed(study: Study, parts: Sequence[Part], kind: str) -> MappingProposal:
    """The mapping for files together: from all the columns that occur in those that fit the kind."""
    headers = {part.name: part.layout.header for part in parts if part.layout}
    fitting = [header for header in headers.values() if _fits(room.guess_mapping(kind, header), header)]
    header = tuple(dict.fromkeys(name for one in fitting or headers.values() for name in one))
    guessed = room.guess_mapping(kind, header)
    saved = accounts.sources(study).get(kind)
    # An earlier version knew fewer fields.
    describing = room.DESCRIBING.get(kind, ()) if saved and saved.amounts is None else ()
    fits_saved = saved and set(guessed.columns) - set(describing) <= set(saved.mapping)
    as_before = bool(saved and fits_saved and _fits(replace(guessed, columns=saved.mapping), header))
    columns = dict(saved.mapping) if saved and as_before else dict(guessed.columns)
    if saved and as_before:
        used = set(columns.values())
        new = {name: guessed.columns[name] for name in describing if name in guessed.columns}
        columns |= {name: column for name, column in new.items() if name not in columns and column not in used}
    current_source = f"{saved.row_count:,} {room.rows_of_kind(kind)} from {saved.file_name}" if saved else ""
    return MappingProposal(
        kind, header, columns, as_before, room.label(list(headers)), len(headers), held=current_source
    )


def _mapping(
    proposal: MappingProposal,
    columns: dict[str, str],
    dates: MappingOf[str, str] | None,
    own: OwnGiven | None,
    before: SourceRow | None,
    add: bool = False,
    check: bool = True,
) -> room.Mapping:
    mapping = replace(room.guess_mapping(proposal.kind, proposal.header), columns=columns)
    if check:
        room.check_mapping(mapping, proposal.header, proposal.file)
    chosen_own = chosen_columns(mapping, proposal.header, dates or {}, own or OwnGiven(), before, add=add)
    of_fields = field_dates(dates or {}, mapping, chosen_own)
    return replace(mapping, dates=room.chosen_date_formats(of_fields, mapping), own=chosen_own)


def _columns(proposal: MappingProposal, chosen: MappingOf[str, str] | None) -> dict[str, str]:
    """The column of each field: as a person says, else as proposed; a field said to be empty is not read."""
    return {name: column for name, column in (proposal.columns | dict(chosen or {})).items() if column}


def _fits(mapping: room.Mapping, header: Sequence[str]) -> bool:
    try:
        room.check_mapping(mapping, header, "")
    except TableError:
        return False
    return True


def import_source(
    study: Study,
    files: Given,
    kind: str | None = None,
    columns: MappingOf[str, str] | None = None,
    progress: Progress = silent,
    *,
    dates: MappingOf[str, str] | None = None,
    table: str = "",
    query: str = "",
    add: bool = False,
    amounts: MappingOf[str, str] | None = None,
    own: OwnGiven | None = None,
    has_header: bool | None = None,
) -> SourceReport:
    """Read files of accounts, events or subscriptions into Parquet beside the study, and use them from now on.

    They stand in place of the source of their kind; with ``add`` they come to what it holds, and a file that is there
    already changes nothing. ``dates`` says how columns of dates are written, ``table`` or ``query`` what to read of a database,
    ``amounts`` what is chosen of ``amounts.CHOICES``, ``own`` of further columns; else the choices of the earlier import hold.
    ``has_header`` is as for ``propose_mapping``.
    """
    private_stack(study)
    named = _file_list(study, files)
    with room.gathered(named, study.stack, table, is_own_file=study.owns, query=query) as gathered:
        laid, refused = room.laid_out(gathered.parts, has_header=has_header)
        proposal, parts, others = _of_files(study, laid, kind, columns, add=add)
        chosen, before = proposal.columns, accounts.sources(study).get(proposal.kind)
        as_chosen = _amounts(before, amounts, proposal.kind)
        mapping = replace(_mapping(proposal, chosen, dates, own, before, add), amounts=of_cells(as_chosen))
        base = before if add else None
        new, known = _new_parts(parts, base, mapping)
        unchanged, refused = (*gathered.twice, *known), (*gathered.refused, *refused, *others)
        if base and not new:
            return _unchanged_report(proposal, chosen, base, refused, unchanged)
        earlier = file_to_add_to(study, base, mapping) if base else None
        done = ingest(
            proposal.kind, new, mapping, study.stack, load(study.path).timezone,
            saved_dates=_saved_dates(before, chosen), earlier=earlier, earlier_own=stored_columns(base), progress=progress,
        )  # fmt: skip
        also = read_accounts_of(study, new, chosen["account_id"], add, progress) if proposal.with_accounts else None
    dates_now = {c.field: c.format for c in done.dates if c.chosen or c.format != "iso"}
    new_sources = [NewSource(done, mapping, dates_now, base, as_chosen, before), *([also] if also else [])]
    if all(each.is_unchanged for each in new_sources):
        unchanged = (*unchanged, *(name for name, _ in done.parts))
    else:
        store_sources(study, new_sources)
    progress(f"reading {done.file}", 1, 1)
    report = _report_on(study, new_sources)
    return replace(report, refused=(*refused, *done.refused), unchanged=unchanged, dates=dates_now)


def _new_parts(
    parts: Sequence[Part], base: SourceRow | None, mapping: room.Mapping
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return the files that a source does not have yet, and the names of the others.

    A file of further columns counts again unless it came last, since a later one may have taken its values' place.
    """
    files = base.files if base else ()
    imported = {sha for _, sha in (files[-1:] if is_enriching(mapping) else files)}
    new = tuple(part for part in parts if part.sha256 not in imported)
    return new, tuple(part.name for part in parts if part.sha256 in imported)


def _amounts(
    before: SourceRow | None, given: MappingOf[str, str] | None, kind: str, only_cells: bool = False
) -> dict[str, str]:
    """Return the choices about amounts and tenure: those of the earlier import, and over them what was given now."""
    chosen = (before.amounts if before and before.amounts else {}) | checked_amounts(given, kind)
    return of_cells(chosen) if only_cells else chosen


def _report_on(study: Study, new_sources: Sequence[NewSource]) -> SourceReport:
    """Return the report on what was read, and in it that on accounts made of the same rows."""
    report, *more = [_report(study, each) for each in new_sources]
    return replace(report, also=next(iter(more), None))


def _report(study: Study, new: NewSource) -> SourceReport:
    done = new.done
    asks, overlap, about_amounts = open_choices(study, done.kind, done.parquet)
    warnings = (*_import_warnings(study, done, new.replaced), *about_amounts)
    return SourceReport(
        done.kind, done.file, done.rows, done.rejected, done.duplicates, done.dropped, new.mapping.columns, warnings,
        done.read, done.held, len(done.parts), rejects_file=str(room.rejects_file(study.stack, done.kind)), asks=asks,
        overlap=overlap, terms=new.amounts.get("terms", ADD), own=done.own, emptied=done.emptied,
    )  # fmt: skip


def _unchanged_report(
    proposal: MappingProposal,
    columns: dict[str, str],
    base: SourceRow,
    refused: tuple[tuple[str, str], ...],
    unchanged: tuple[str, ...],
) -> SourceReport:
    """Return the report of files that are all in the source already."""
    return SourceReport(
        proposal.kind, proposal.file, 0, (), 0, 0, columns, held=base.row_count, files=0, refused=refused,
        unchanged=unchanged, dates=base.dates,
    )  # fmt: skip


def _import_warnings(study: Study, done: room.Ingested, replaced: SourceRow | None) -> list[str | Advice]:
    """Return what a person should know of an import; ``replaced`` is the source that it stands in place of, if any."""
    other_content = replaced if replaced is not None and replaced.file_sha256 != done.sha256 else None
    return [
        *replaced_notes(other_content),
        *done.warnings,
        *notes_on_files(study, accounts.sources(study), done.kind),
        *unknown_account_notes(unknown_accounts(study)),
        *early_usage_notes(study, done.kind, stack_files(study) if "accounts" in accounts.sources(study) else None),
    ]


def _saved_dates(before: SourceRow | None, columns: MappingOf[str, str]) -> dict[str, str]:
    """The answers given for an earlier file, where the field is still read from the same column."""
    if before is None:
        return {}
    return {name: form for name, form in before.dates.items() if before.mapping.get(name) == columns.get(name)}


def rejects(study: Study, kind: str) -> list[Reject]:
    """The rows that the last import of a kind refused, each with its file, number, column, cell and reason."""
    if kind not in room.KINDS:
        raise UsageError(f"There is no kind of source '{kind}'.", f"The kinds are {', '.join(room.KINDS)}.")
    return room.read_rejects(room.rejects_file(study.stack, kind))


def stack_files(study: Study) -> room.StackFiles:
    """The Parquet files in use; raises NeedssegError when there are no accounts, or a file is gone."""
    sources = accounts.sources(study)
    paths = {kind: study.stack / source.parquet for kind, source in sources.items()}
    if "accounts" not in paths:
        raise NeedssegError("There are no accounts yet.", Advice("Import them: ", Fix.IMPORT_ACCOUNTS))
    for kind, path in paths.items():
        if not path.exists():
            raise NeedssegError(f"The {kind} file {path.name} is gone from {path.parent}.", "Import the source again.")
    return room.StackFiles(
        paths["accounts"], events_file(study, sources), subscriptions_file(study, sources),
        stored_columns(sources["accounts"]), paths.get("users"),
        *(joined_file(study, sources, kind) for kind in ("churn", "tickets", "nps")),
    )  # fmt: skip


def unknown_accounts(study: Study) -> dict[str, dict[str, int]]:
    """Count the rows of each other kind by account id that is not among the accounts; empty without accounts."""
    if "accounts" not in accounts.sources(study):
        return {}
    files = stack_files(study)
    rows_by_account = {
        kind: count_rows_of_unknown_accounts(path, files.accounts)
        for kind in room.KINDS[1:]
        if (path := getattr(files, kind)) is not None
    }
    return {kind: unknown for kind, unknown in rows_by_account.items() if unknown}


def without_password(source: str) -> tuple[str, str]:
    """A server's address as it may be shown, and the password that stood in it; any other text as it stands."""
    if not room.is_address(source):
        return source, ""
    where = room.address(source)
    query = source.partition("?")[2]
    return where.shown + (f"?{query}" if query else ""), where.password
