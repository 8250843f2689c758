"""The group rules: which interventions follow from what, and whether an edited file of them is sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.playbook import Condition
    from needsseg.actions.playbook.rules import RulesReport


@click.group(invoke_without_command=True, no_args_is_help=False)
@json_option
@click.pass_context
def rules(ctx: click.Context, as_json: bool) -> None:
    """Show the rules that recommend actions, and their file."""
    if ctx.invoked_subcommand is not None:
        return
    from needsseg.actions.playbook import rules as actions

    session = ctx.ensure_object(Session)
    with opened(session) as study:
        report = actions.in_force(study)
    _tell(session, report, as_json)
    origin = "the program's own" if report.shipped else "yours"
    session.say(f"{format_count(len(report.rules.rules), 'rule')} are in force, from {report.file} ({origin}).")
    if report.shipped:
        session.say('To change them: copy that file to a folder, edit it, and set prompts = "FOLDER" in needsseg.toml.')


@rules.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def check(session: Session, file: Path, as_json: bool) -> None:
    """Check an edited file of rules. It does not take effect.

    Files called lifecycle.toml, triggers.toml, icp.toml and events.toml are read as such, any other as interventions.
    """
    from needsseg.actions.playbook import rules as actions

    if actions.check_other(file):
        if conditions := actions.conditions_in(file):
            with opened(session) as study:
                actions.check_columns(study, conditions)
        if as_json:
            print_object({"file": str(file), "shipped": False, "rules": [], "serves": {}, "warnings": []})
        session.say(f"{file} is sound.")
        return
    with opened(session) as study:
        report = actions.check(study, file)
    _tell(session, report, as_json)
    session.say(f"{file} is sound: {format_count(len(report.rules.rules), 'rule')}.")


@rules.command()
@json_option
@click.pass_obj
def definitions(session: Session, as_json: bool) -> None:
    """Show when each lifecycle stage, behavioural segment and trigger holds, with the numbers in force."""
    from needsseg.actions.playbook import rules as actions

    with opened(session) as study:
        rows = actions.definitions(study)
    if as_json:
        print_array(
            {
                "tier": row.tier,
                "name": row.name,
                "definition": row.definition,
                "file": str(row.file) if row.file else None,
            }
            for row in rows
        )
    else:
        print_table(
            ("tier", "name", "holds where"),
            [(row.tier, row.name, row.definition) for row in rows],
            wrap=("holds where",),
        )
    for file in dict.fromkeys(row.file for row in rows if row.file is not None):
        session.say(f"Numbers of {next(row.tier for row in rows if row.file == file)}: {file}")


def _tell(session: Session, report: RulesReport, as_json: bool) -> None:
    if as_json:
        print_object(_shape(report))
    else:
        print_table(
            ("rule", "when", "action"),
            [
                (
                    rule.id,
                    "; ".join([*map(_condition_in_words, rule.conditions), *(c.in_words for c in rule.columns)]),
                    rule.action,
                )
                for rule in report.rules.rules
            ],
            wrap=("when", "action"),
        )
        for segment, features in report.rules.serves.items():
            print_text(f"{segment} is served by {', '.join(features)}")
    for warning in report.warnings:
        session.warn(warning)


def _condition_in_words(condition: Condition) -> str:
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", condition.at_least), ("at most", condition.at_most))
        if bound is not None
    ]
    values = " or ".join("yes" if v is True else "no" if v is False else str(v) for v in condition.among)
    return f"{condition.field} is {values or ' and '.join(bounds)}"


def _shape(report: RulesReport) -> dict[str, Any]:
    return {
        "file": str(report.file),
        "shipped": report.shipped,
        "rules": [asdict(rule) for rule in report.rules.rules],
        "serves": report.rules.serves,
        "warnings": report.warnings,
    }
