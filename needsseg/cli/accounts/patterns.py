"""patterns."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.replay import print_once
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.accounts import Patterns


@click.command()
@as_of_option
@engine_option
@json_option
@click.pass_obj
def patterns(session: Session, as_of: date, engine: str | None, as_json: bool) -> None:
    """Cluster accounts by how they use the product.

    The patterns complement the rule-based behavioural segments and never replace them.
    """
    from needsseg.actions.accounts import patterns as actions

    with opened(session) as study:

        def produce() -> None:
            with session.progressing() as progress:
                result = actions.patterns(study, as_of, progress, engine)
            _show(session, result, as_of, as_json=as_json)

        print_once(session, study, ("patterns", as_of, engine, as_json), produce)


def _show(session: Session, result: Patterns, as_of: date, *, as_json: bool) -> None:
    if as_json:
        print_object(asdict(result) | {"as_of": as_of.isoformat(), "warnings": result.warnings})
    elif result.patterns:
        _print(result)
    for warning in result.warnings:
        session.warn(warning)
    where = (
        f"; {result.active - len(result.none)} of them in {len(result.patterns)} patterns, {len(result.none)} in no "
        "pattern."
        if result.patterns
        else "; they show no patterns that stand apart."
    )
    session.say(f"{format_count(result.active, 'account')} were active{where}")


def _print(result: Patterns) -> None:
    known = [name for name in result.medians if name not in result.unknown]
    print_table(
        ("pattern", "accounts", *(name.replace("_", " ") for name in known)),
        [
            *((p.name, len(p.accounts), *(_figure(p.medians[name]) for name in known)) for p in result.patterns),
            ("all active", result.active, *(_figure(result.medians[name]) for name in known)),
        ],
        wrap=("pattern",),
    )
    print_text("\nMedians of 30 days; trend is the ratio to the 30 days before.")
    for pattern in result.patterns:
        apart = ", ".join(f"{name.replace('_', ' ')} {by:+.1f}" for name, by in pattern.differences[:3])
        ruled = ", ".join(f"{name} {count}" for name, count in pattern.segments.items())
        print_text(f"\n{pattern.name}\n  from the others, in deviations: {apart}\n  by the rules: {ruled}")
        shown = ", ".join(pattern.accounts[:5])
        print_text(f"  accounts: {shown}{' …' if len(pattern.accounts) > 5 else ''}")


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}" if value == int(value) else f"{value:.2f}"
