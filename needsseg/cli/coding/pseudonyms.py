"""pseudonyms, and the group pseudonym: replace, keep, forget, list."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.coding import name_proposals
from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.coding import pseudonyms as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.text import format_count

kind_option = click.option(
    "--kind", type=click.Choice(decisions.KINDS), help="The kind of words. Default: as detected."
)


@click.command()
@click.option("--also", "extra", multiple=True, metavar="WORDS", help="Further words to replace. May be repeated.")
@click.option("--undecided", is_flag=True, help="Only undecided words.")
@json_option
@click.pass_obj
def pseudonyms(session: Session, extra: tuple[str, ...], undecided: bool, as_json: bool) -> None:
    """List identifying details in participants' words, their pseudonyms, and what was decided.

    Names are those of participants, speakers, participants' companies, accounts, and words you added. Undecided ones are
    replaced too. Other words that may be names are only proposed: they stay until somebody decides to replace them. The
    study keeps the original words, and its own listings show them.
    """
    with opened(session) as study:
        survey = actions.survey(study, extra, undecided=undecided)
    rows = survey.rows
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("kind", "words", "by", "count", "state", "first in", "context"),
        [(row.kind, row.words, row.by, row.count, _state(row), row.interview, row.context) for row in rows],
        wrap=("context",),
    )
    if not rows and undecided:
        session.say("Everything that was found was decided on.")
    _say_finder(session, survey)
    session.say("Not every name is found: read before you share.")


def _state(row: actions.Replacement) -> str:
    return "proposed" if row.is_left else row.state


def _say_finder(session: Session, survey: actions.Survey) -> None:
    undecided = sum(row.is_left for row in survey.rows)
    session.say(f"Names were proposed by {survey.finder}; {undecided} proposed and undecided stay as they are.")
    if survey.finder == name_proposals.WORD_LISTS:
        session.say("pip install 'needsseg[names]' adds a model that finds more names, of companies above all.")


@click.group(no_args_is_help=False)
def pseudonym() -> None:
    """Decide on identifying words: replace them, keep them, or leave them undecided again."""


@pseudonym.command()
@click.argument("words")
@click.option("--by", default="", metavar="NAME", help="The replacement. Default: a generated pseudonym.")
@kind_option
@click.pass_obj
def replace(session: Session, words: str, by: str, kind: str | None) -> None:
    """Replace WORDS in everything that leaves the study; words the program does not find are added."""
    with opened(session) as study:
        decisions.replace_words(study, words, by, kind)
        row = next(
            (
                row
                for row in actions.identifying_words(study)
                if actions.normalised(row.words) == actions.normalised(words)
            ),
            None,
        )
    if row is not None:
        session.say(f"“{row.words}” is replaced by “{row.by}”; participants say it {row.count} times.")


@pseudonym.command()
@click.argument("words")
@click.pass_obj
def keep(session: Session, words: str) -> None:
    """Keep WORDS as they are."""
    with opened(session) as study:
        decisions.keep(study, words)
    session.say(f"“{words}” is kept.")


@pseudonym.command()
@click.argument("words")
@click.pass_obj
def forget(session: Session, words: str) -> None:
    """Make WORDS undecided again."""
    with opened(session) as study:
        decisions.forget(study, words)
    session.say(f"“{words}” is undecided again.")


@pseudonym.command("list")
@click.argument("file", type=click.Path(path_type=Path))
@kind_option
@json_option
@click.pass_obj
def list_(session: Session, file: Path, kind: str | None, as_json: bool) -> None:
    """Replace the words of a list: one per line, or a CSV of words and replacements."""
    with opened(session) as study:
        report = decisions.import_list(study, file, kind)
    if as_json:
        refused = [{"row": number, "reason": reason} for number, reason in report.refused]
        print_object({"taken": [{"words": words, "by": by} for words, by in report.replaced], "refused": refused})
    else:
        print_table(("words", "by"), [(words, by or None) for words, by in report.replaced])
    for number, reason in report.refused:
        session.refuse(f"{file.name} row {number}", reason)
    session.say(f"{format_count(len(report.replaced), 'word')} of {file.name} are replaced.")
