"""The group needs: list, add, edit, drop, move, take, tree, learned."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from needsseg.actions.discovery import CodeNode, CodeTree, code_tree, learned, needs
from needsseg.actions.discovery.learned import Learned
from needsseg.actions.discovery.needs import NeedRow, Source
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count

need_argument = click.argument("name_or_id", metavar="NEED")
SOURCES = ("archetypes", "codes", "segments")


@click.group("needs", invoke_without_command=True, no_args_is_help=False)
@json_option
@click.pass_context
def needs_(ctx: click.Context, as_json: bool) -> None:
    """List or edit the needs in view: what the team believes people need. Discovery starts from them."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    with opened(session) as study:
        rows = needs.listing(study)
        advice = needs.advice(study)
    if as_json:
        print_array(map(_shape, rows))
        return
    print_table(
        ("need", "description", "passages", "answers"),
        [(row.name, row.description, row.passages if row.segment else None, row.answers) for row in rows],
        wrap=("description",),
    )
    if advice:
        session.warn(advice)
    if not rows:
        session.say("No needs are in view: needsseg needs add NAME DESCRIPTION, or needsseg needs take archetypes")


def _shape(row: NeedRow) -> dict[str, Any]:
    return asdict(row) | {"segment": row.segment, "status": row.status or None}


@needs_.command()
@click.argument("name")
@click.argument("description", default="")
@json_option
@click.pass_obj
def add(session: Session, name: str, description: str, as_json: bool) -> None:
    """Add a need: a name, and a sentence or two in plain words."""
    with opened(session) as study:
        need = needs.add(study, name, description)
        _tell(session, [row for row in needs.listing(study) if row.id == need], needs.advice(study), as_json)


@needs_.command()
@need_argument
@click.option("--name", metavar="NAME", help="Its new name.")
@click.option("--description", metavar="TEXT", help="What people need, in a sentence or two.")
@json_option
@click.pass_obj
def edit(session: Session, name_or_id: str, name: str | None, description: str | None, as_json: bool) -> None:
    """Reword a need. Its answers stay."""
    if name is None and description is None:
        raise UsageError("There is nothing to change.", "Give --name, --description or both.")
    with opened(session) as study:
        need = needs.find(study, name_or_id)
        needs.edit(study, need, name, description)
        _tell(session, [row for row in needs.listing(study) if row.id == need], "", as_json)


@needs_.command()
@need_argument
@json_option
@click.pass_obj
def drop(session: Session, name_or_id: str, as_json: bool) -> None:
    """Remove a need from view. Its candidate and its answers stay."""
    with opened(session) as study:
        needs.drop(study, needs.find(study, name_or_id))
    if as_json:
        print_object({"dropped": name_or_id})
    session.say(f"“{name_or_id}” is out of view. Next: needsseg discover")


@needs_.command()
@need_argument
@click.argument("place", type=int)
@json_option
@click.pass_obj
def move(session: Session, name_or_id: str, place: int, as_json: bool) -> None:
    """Move a need to a position in the list; 1 is the first."""
    with opened(session) as study:
        needs.move(study, needs.find(study, name_or_id), place)
        rows = needs.listing(study)
    if as_json:
        print_array(map(_shape, rows))
    session.say("The needs in view, in their order: " + ", ".join(row.name for row in rows))


def _offer_shape(offer: needs.Offer) -> dict[str, object]:
    """An offer as printed; whether it is in view already is under the key ``taken``."""
    values = asdict(offer)
    in_view = values.pop("in_view")
    return values | {"taken": in_view}


@needs_.command()
@click.argument("source", type=click.Choice(SOURCES))
@click.argument("names", nargs=-1)
@click.option("--as", "called", default="", metavar="NAME", help="Combine the codes named into one need of this name.")
@click.option("--list", "only_list", is_flag=True, help="List what can be added, and add nothing.")
@json_option
@click.pass_obj
def take(session: Session, source: Source, names: tuple[str, ...], called: str, only_list: bool, as_json: bool) -> None:
    """Add needs from the archetypes, from codes with descriptions, or from named segments; by default all of them."""
    with opened(session) as study:
        if only_list:
            offered = needs.offers(study, source)
            if as_json:
                print_array(map(_offer_shape, offered))
                return
            print_table(
                ("name", "description", "in view"),
                [(offer.name, offer.description, "yes" if offer.in_view else None) for offer in offered],
                wrap=("description",),
            )
            return
        new_needs = needs.take(study, source, names, called)
        _tell(session, [row for row in needs.listing(study) if row.id in new_needs], needs.advice(study), as_json)


def _tell(session: Session, rows: list[NeedRow], advice: str, as_json: bool) -> None:
    if as_json:
        print_array(map(_shape, rows))
    if advice:
        session.warn(advice)
    session.say("In view: " + ", ".join(f"“{row.name}”" for row in rows) + ". Next: needsseg discover")


@needs_.command()
@json_option
@click.pass_obj
def tree(session: Session, as_json: bool) -> None:
    """Group the codes into candidate needs, as a tree, with the participants of each code."""
    with opened(session) as study, session.progressing() as progress:
        code_tree_now = code_tree.tree(study, progress)
    print_tree(session, code_tree_now, as_json)


def print_tree(session: Session, shown_tree: CodeTree, as_json: bool) -> None:
    """A tree of codes with its matrix, for programs or for people."""
    if as_json:
        print_object(asdict(shown_tree))
        return
    branches = {branch.codes for branch in shown_tree.branches}
    _print_node(shown_tree.root, branches, 0)
    print_text("")
    print_table(
        ("participant", *shown_tree.codes),
        [
            (who, *(count or None for count in row))
            for who, row in zip(shown_tree.participants, shown_tree.counts, strict=True)
        ],
    )
    first = " ".join(f"“{code}”" for code in shown_tree.branches[0].codes)
    session.say(
        f"● are {len(shown_tree.branches)} candidate needs; join codes as you see fit. "
        f"Next: needsseg needs take codes {first} --as NAME"
    )


def _print_node(node: CodeNode, branches: set[tuple[str, ...]], depth: int) -> None:
    mark = "● " if node.codes in branches else "  "
    name = (
        node.codes[0] if not node.children else f"{format_count(len(node.codes), 'code')}, nearness {node.nearness:.2f}"
    )
    print_text(
        f"{mark}{'   ' * depth}{name}: {format_count(node.passages, 'passage')} of "
        f"{format_count(node.participants, 'participant')}"
    )
    for child in node.children:
        _print_node(child, branches, depth + 1)


@needs_.command("learned")
@json_option
@click.pass_obj
def learned_(session: Session, as_json: bool) -> None:
    """Show what the answers taught: how well they predict others, what the latest moved, and whether they still help."""
    with opened(session) as study:
        report = learned.learned(study)
    if as_json:
        print_object(_learned(report))
        return
    for sentence in report.sentences:
        print_text(sentence)
    if report.moved:
        print_table(("from", "to", "passages"), [(move.before, move.after, move.passages) for move in report.moved])


def _learned(learned_report: Learned) -> dict[str, Any]:
    lesson = learned_report.lesson
    figures = (
        dict.fromkeys(("asked", "right", "guessing", "low", "high"))
        if lesson is None
        else {name: getattr(lesson, name) for name in ("asked", "right", "guessing", "low", "high")}
    )
    return {"answers": learned_report.answers} | figures | {
        "newest": learned_report.newest,
        "moved": [asdict(move) for move in learned_report.moved],
        "earlier": [{"answers": count, **asdict(report)} for count, report in learned_report.earlier],
        "stopped": learned_report.stopped,
        "sentences": learned_report.sentences,
    }  # fmt: skip
