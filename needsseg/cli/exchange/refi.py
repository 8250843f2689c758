"""export qdpx, export qdc, and what import does with such files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.lazy import with_shared_options
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NeedssegError, UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.exchange.refi.importing import RefiImport

FORMATS = ("qdpx", "qdc")
_LOST = (
    "interview", "source", "picture", "PDF", "audio", "video", "selection", "selections", "coding", "code on a whole source",
    "memo", "job statement", "annotation", "note", "description", "description of a variable", "case", "memo of a case",
    "codes of a case", "variables", "row",
)  # fmt: skip
"""Kinds of what was dropped that leave an import partly done."""
_ALSO = (
    "For other programs for qualitative analysis: needsseg export qdpx PATH (the whole study as a REFI-QDA project) and "
    "needsseg export qdc PATH (its codebook); both take --original and --force, and no day."
)


class _ByFormat(click.Command):
    """The export command: of accounts, or of the formats of this module, which hold no accounts and take no day."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the command that writes the requested format."""
        from needsseg.cli.exchange.export import export as of_accounts

        # Set here, so that the help of the one names the other.
        of_accounts.epilog = _ALSO
        command = with_shared_options(of_accounts)
        if _first(args, command.params) in FORMATS:
            command = with_shared_options(_export_refi)
        return command.make_context(info_name, args, parent, **extra)


def _first(args: Sequence[str], params: Sequence[click.Parameter]) -> str:
    """The first argument that is no option and no option's value."""
    valued = {name for each in params if isinstance(each, click.Option) and not each.is_flag for name in each.opts}
    for before, arg in zip(("", *args), args, strict=False):
        if not arg.startswith("-") and before not in valued:
            return arg
    return ""


@click.command("export")
@click.argument("format_", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--original", is_flag=True, help="Use real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@json_option
@click.pass_obj
def _export_refi(session: Session, format_: str, path: Path, original: bool, force: bool, as_json: bool) -> None:
    """Write the study (qdpx) or its codebook (qdc) for other programs for qualitative analysis: REFI-QDA.

    People and companies stand under pseudonyms, in the texts too, unless --original is given.
    """
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange.refi import export as refi

    with opened(session) as study:
        write = refi.export_qdpx if format_ == "qdpx" else refi.export_qdc
        report = write(study, path, original=original, overwrite=force)
        warning = left_warning(study) if report.names_left else None
    if as_json:
        print_object({**asdict(report), "path": str(report.path)})
    for omitted in report.left_out:
        session.warn(f"left out: {omitted}")
    for omitted in report.dropped_by_others:
        session.warn(f"known to be lost elsewhere: {omitted}")
    contents = (
        f"{format_count(report.interviews, 'interview')}, {format_count(report.passages, 'passage')}, "
        if format_ == "qdpx"
        else ""
    )
    naming = "under pseudonyms" if report.pseudonyms else "with real names"
    session.say(f"Wrote {contents}{format_count(report.codes, 'code')} to {report.path}, {naming}.")
    if warning:
        session.warn(warning)


export = _ByFormat("export", help="Export labelled accounts, or the whole study for another QDA program.")


def is_refi(paths: Sequence[Path]) -> bool:
    """Whether all paths are files of this exchange or tables of codes; UsageError where some are and some are not."""
    refi_paths = [path for path in paths if _kind(path)]
    if refi_paths and len(refi_paths) < len(paths):
        raise UsageError(
            f"{refi_paths[0]} is a project or a codebook, others are not.", "Import the two kinds one after the other."
        )
    return bool(refi_paths)


def _kind(path: Path) -> str:
    """qdpx, qdc or table; empty for any other file."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix in FORMATS:
        return suffix
    if suffix not in ("csv", "tsv", "xlsx"):
        return ""
    from needsseg.actions.exchange.refi import importing

    return "table" if importing.is_code_table(path) else ""


def import_files(session: Session, paths: Sequence[Path], as_json: bool) -> None:
    """Import projects and codebooks, one action each; a file that cannot be read is refused by name."""
    from needsseg.actions.exchange.refi import importing

    done: list[RefiImport] = []
    with opened(session) as study:
        for path in paths:
            try:
                of = {
                    "qdc": importing.import_qdc, "table": importing.import_code_table,
                }.get(_kind(path), importing.import_qdpx)  # fmt: skip
                done.append(of(study, path))
            except NeedssegError as error:
                if len(paths) == 1:
                    raise
                session.refuse(path.name, error.advice)
    if as_json:
        print_array([asdict(report) for report in done])
    for report in done:
        _tell(session, report, as_json)


def _tell(session: Session, report: RefiImport, as_json: bool) -> None:
    if not as_json:
        for key in report.added:
            print_text(key)
    for each in report.dropped:
        line = f"{each.kind} “{each.name}”: {each.why}"
        if each.kind in _LOST:
            session.refuse(report.file, line)
        else:
            session.warn(f"{report.file}: {line}")
    if report.edges:
        share = f"{report.fit:.0%} of {report.edges} edges of selections lie between words"
        session.say(f"{report.file} counts positions like this: {report.convention} ({share}).")
    if report.joined:
        codes = ", ".join(dict.fromkeys(report.joined))
        session.say(f"Already here, so only what is marked and written in them was added: {codes}.")
    joined_note = f", {len(report.joined)} were there already" if report.joined else ""
    joined_note += f", {len(report.refused)} were refused" if report.refused else ""
    session.say(
        f"Imported {format_count(len(report.added), 'interview')}{joined_note}, "
        f"{format_count(report.passages, 'passage')}, {format_count(report.marks, 'coding')}, "
        f"{format_count(report.codes, 'new code')} and {format_count(report.memos, 'memo')} from {report.file}."
    )
