"""import: transcripts and folders in, with a preview, and with what a person chooses where a file is read otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from needsseg.actions.study.languages import language_warning
from needsseg.actions.transcripts import import_choices, importing
from needsseg.actions.transcripts.import_choices import COLUMN_KINDS, ROLES, ImportChoices
from needsseg.cli.exchange import refi
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.transcripts.import_preview import ImportPreview, PreviewFile, PreviewInterview
    from needsseg.records import Role


def _pairs(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``LEFT=RIGHT`` of each value; the last ``=`` parts them for roles, the first for columns."""
    value_by_key: dict[str, str] = {}
    for value in values:
        left_side, sign, right = value.rpartition("=") if option.name == "roles" else value.partition("=")
        if not sign or not right.strip():
            raise click.BadParameter(f"'{value}' is not written {option.metavar}.", ctx, option)
        key = left_side if option.name == "roles" else left_side.strip()
        if option.name == "roles" and right not in ROLES:
            raise click.BadParameter(f"'{right}' is not a role; roles are: {', '.join(ROLES)}.", ctx, option)
        if option.name == "columns" and key not in COLUMN_KINDS:
            raise click.BadParameter(
                f"a column cannot hold '{key}'; it holds one of: {', '.join(COLUMN_KINDS)}.", ctx, option
            )
        value_by_key[key] = right
    return value_by_key


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option("--preview", is_flag=True, help="Show what would be imported, and what is doubtful; import nothing.")
@click.option("--layout", "--format", "layout", metavar="NAME", default="", help="Read every file as this layout.")
@click.option(
    "--label-pattern",
    metavar="REGEX",
    default="",
    help="How lines name their speaker: a regular expression with the named groups speaker, time and words.",
)
@click.option(
    "--column",
    "columns",
    metavar="WHAT=NAME",
    multiple=True,
    callback=_pairs,
    help="Which column of a table holds words, speaker, start, end or interview.",
)
@click.option(
    "--role",
    "roles",
    metavar="LABEL=ROLE",
    multiple=True,
    callback=_pairs,
    help="Set a speaker's role, for example --role A1=interviewer.",
)
@click.option("--not-speaker", "not_speakers", metavar="LABEL", multiple=True, help="A label that is not a speaker.")
@click.option("--unlabelled", metavar="LABEL", default="", help="The speaker of lines without a label.")
@click.option(
    "--anyway", is_flag=True, help="Also import files of which more than a tenth of the words is not understood."
)
@click.option(
    "--skip", "skipped", metavar="FILE", multiple=True, type=click.Path(path_type=Path), help="Leave a file out."
)
@click.option("--ignore-remembered", is_flag=True, help="Ignore the choices remembered for such files.")
@click.option("--choices", metavar="JSON", default="", hidden=True)
@json_option
@click.pass_obj
def import_(
    session: Session,
    paths: tuple[Path, ...],
    preview: bool,
    layout: str,
    label_pattern: str,
    columns: dict[str, str],
    roles: dict[str, Role],
    not_speakers: Sequence[str],
    unlabelled: str,
    anyway: bool,
    skipped: Sequence[Path],
    ignore_remembered: bool,
    choices: str,
    as_json: bool,
) -> None:
    """Import transcripts: files, and folders with all their files. Prints the keys of the new interviews.

    A file that cannot be read, or that changed since it was imported, is refused by name; the rest is imported. Options
    apply to every file named, and are remembered for files of the same shape. Projects (.qdpx) and codebooks (.qdc) of
    other programs for qualitative analysis are imported whole, each as one step to undo.
    """
    general = import_choices.reading_choices(layout, label_pattern, columns, not_speakers, unlabelled, roles)
    chosen = ImportChoices(general, {}, anyway, frozenset(), not ignore_remembered, frozenset(skipped))
    if choices:
        chosen = import_choices.with_json(chosen, choices)
    if refi.is_refi(paths):
        if preview:
            raise UsageError(
                "Projects and codebooks have no preview.", "Import them without --preview; undo is one step."
            )
        refi.import_files(session, paths, as_json)
        return
    if preview:
        _preview(session, paths, chosen, as_json)
        return
    with opened(session) as study, session.progressing() as progress:
        report = importing.import_transcripts(study, paths, None, progress, chosen)
        if note := language_warning(study):
            session.warn(note)
    if as_json:
        refused_files = {
            "refused": [one.row() for one in report.refused],
            "passed_over": [one.row() for one in report.passed_over],
        }
        print_object(asdict(report) | refused_files)
    else:
        for key in report.added:
            print_text(key)
    _tell(session, report)


def _tell(session: Session, report: importing.ImportReport) -> None:
    """Narrate what an import did."""
    for file, choice in report.remembered:
        session.say(f"{file}: read as chosen before for such files ({choice}); --ignore-remembered reads it afresh.")
    for file, warning in report.warnings:
        session.warn(f"{file}: {warning}")
    for file in report.changed:
        session.refuse(file, "changed since it was imported. Bring the new text in with: needsseg reimport KEY FILE")
    for refused in (*report.refused, *report.passed_over):
        session.refuse(refused.file, refused.advice or refused.reason)
    _tell_others(session, report.others)
    unchanged_note = f", {len(report.unchanged)} were there already" if report.unchanged else ""
    session.say(f"Imported {format_count(len(report.added), 'interview')}{unchanged_note}.")


def _tell_others(session: Session, others: Sequence[str]) -> None:
    if others:
        shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        session.say(f"Left alone {format_count(len(others), 'file that holds', 'files that hold')} no talk: {shown}")


def _preview(session: Session, paths: Sequence[Path], chosen: ImportChoices, as_json: bool) -> None:
    from needsseg.actions.transcripts import import_preview

    with opened(session) as study, session.progressing() as progress:
        previewed = import_preview.preview(study, paths, None, progress, chosen)
    if as_json:
        print_object(import_preview.preview_json(previewed))
    else:
        for file in previewed.files:
            _print_file(file)
    _tell_preview(session, previewed)


def _tell_preview(session: Session, previewed: ImportPreview) -> None:
    states = [file.state for file in previewed.files]
    refused = [(file.file, file.refused) for file in previewed.files if file.refused]
    for name, reason in (*refused, *((one.file, one.reason) for one in (*previewed.refused, *previewed.passed_over))):
        session.refuse(name, reason)
    _tell_others(session, previewed.others)
    new = sum(not one.known for file in previewed.files for one in file.interviews)
    doubtful = states.count("doubtful")
    session.say(
        f"Would import {format_count(new, 'interview')}; {format_count(doubtful, 'file is', 'files are')} doubtful, "
        f"{format_count(len(refused) + len(previewed.refused), 'file')} would be refused, "
        f"{format_count(len(previewed.passed_over), 'file')} passed over. Nothing was written."
    )


def _print_file(file: PreviewFile) -> None:
    """Print the preview of one file, in a few lines."""
    if file.refused:
        return
    mark = {"doubtful": "!", "known": "="}.get(file.state, "✓")
    layouts = ", ".join(dict.fromkeys(one.format for one in file.interviews))
    known_note = ", imported before" if file.known else ""
    print_text(f"{mark} {file.file}  ({layouts}; {format_count(len(file.interviews), 'interview')}{known_note})")
    if file.remembered:
        print_text(f"    as chosen before: {import_choices.choice_words(import_choices.choices_from(file.choices))}")
    for one in file.interviews:
        _print_interview(one, alone=len(file.interviews) == 1)


def _print_interview(one: PreviewInterview, *, alone: bool) -> None:
    print_text(f"    {one.title}" + ("" if alone or not one.part else f" ({one.part})"))
    for speaker in one.speakers:
        print_text(
            f"      {speaker.label or 'unnamed'} ({speaker.role}), {format_count(speaker.words, 'word')} in "
            f"{format_count(speaker.turns, 'turn')}: “{speaker.first_words}”"
        )
    counted = [f"{kind} {words:,}" for kind, words in one.words_by_kind.items() if words]
    if counted:
        print_text(f"      words: {', '.join(counted)}")
    for omitted in one.left_out:
        print_text(
            f"      left out as {omitted['kind']}: {omitted['words']:,} words; {'; '.join(omitted['first_lines'])}"
        )
    for doubt in (*one.suspicions, *one.warnings):
        print_text(f"      ! {doubt}")
