"""The group codebook: the tree, and create, rename, recolour, move, merge, describe, delete, pin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.coding import Branch
from needsseg.actions.coding import codebook as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count

code_argument = click.argument("name", metavar="CODE")
NONE = "none"


@click.group(invoke_without_command=True, no_args_is_help=False)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write it with examples to this .md, .docx, .xlsx or .csv file."
)
@click.option(
    "--examples",
    type=click.IntRange(0, 50),
    metavar="N",
    help="With --out: at most this many quotes a code. Default: 3.",
)
@click.option("--original", is_flag=True, help="With --out: use real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="With --out: replace a file that holds no codebook.")
@json_option
@click.pass_context
def codebook(
    ctx: click.Context, out: Path | None, examples: int | None, original: bool, force: bool, as_json: bool
) -> None:
    """List the codebook as a tree, write it to a file for others, or edit one of its codes."""
    chosen = {"--out": out is not None, "--examples": examples is not None, "--original": original, "--force": force}
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise UsageError(f"--json goes with the list, not with {ctx.invoked_subcommand}.", "Put it at the end.")
        if any(chosen.values()):
            name = next(name for name, given in chosen.items() if given)
            raise UsageError(f"{name} goes with the list, not with {ctx.invoked_subcommand}.", "Leave one of them out.")
        return
    session = ctx.ensure_object(Session)
    if out is not None:
        _write(session, out, examples, original=original, force=force, as_json=as_json)
        return
    if any(chosen.values()):
        name = next(name for name, given in chosen.items() if given)
        raise UsageError(f"{name} goes with --out.", "Name a file: needsseg codebook --out codebook.docx")
    with opened(session) as study:
        branches, doubles = actions.tree(study), actions.doubles(study)
    for words in doubles:
        session.warn(words)
    if as_json:
        print_array(asdict(branch.code) | {"depth": branch.depth, "above": branch.above} for branch in branches)
        return
    print_tree(branches)
    if not branches:
        session.say("There are no codes yet: needsseg codebook create NAME, or needsseg code NAME ID")


def _write(session: Session, path: Path, examples: int | None, *, original: bool, force: bool, as_json: bool) -> None:
    """Write the codebook to a file."""
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange import codebooks

    with opened(session) as study:
        codebooks.check(study, path, overwrite=force)
        most = codebooks.EXAMPLES if examples is None else examples
        rows = codebooks.entries(study, examples=most, original=original)
        codebooks.write(study, rows, path, overwrite=force)
        warning = None if original else left_warning(study, rows)
    if as_json:
        print_object({"path": str(path), "codes": len(rows), "original": original})
    names = "with names as in the study" if original else "under pseudonyms"
    session.say(f"Wrote {format_count(len(rows), 'code')} to {path}, {names}.")
    if warning:
        session.warn(warning)


def print_tree(branches: Sequence[Branch]) -> None:
    """The codes for people, those below another after a dash for each level."""
    print_table(
        ("code", "passages", "pin", "colour", "description"),
        [
            (
                "- " * branch.depth + branch.code.name,
                branch.code.passages,
                branch.code.pin,
                branch.code.color or None,
                branch.code.description,
            )
            for branch in branches
        ],
        wrap=("description",),
    )


@codebook.command()
@click.argument("name", metavar="NAME")
@click.option("--under", "parent", metavar="CODE", help="The parent code. Default: none, a top-level code.")
@click.pass_obj
def create(session: Session, name: str, parent: str | None) -> None:
    """Create a code before it is used."""
    with opened(session) as study:
        code = actions.create(study, name, parent)
    session.say(f"Made the code “{code}”.")


@codebook.command()
@code_argument
@click.argument("new", metavar="NEW-NAME")
@click.pass_obj
def rename(session: Session, name: str, new: str) -> None:
    """Rename a code. Passages keep it under its new name."""
    with opened(session) as study:
        new_name = actions.rename(study, name, new)
    session.say(f"The code is called “{new_name}”.")


@codebook.command()
@code_argument
@click.argument("colour", metavar="COLOUR|none")
@click.pass_obj
def recolour(session: Session, name: str, colour: str) -> None:
    """Give a code a colour: red, orange, yellow, green, teal, blue, violet, pink, grey, #rrggbb, or none."""
    with opened(session) as study:
        new_colour = actions.recolour(study, name, "" if colour == NONE else colour)
    session.say(f"“{name}” is {new_colour or 'without a colour'}.")


@codebook.command()
@code_argument
@click.option("--under", "parent", metavar="CODE", help="The new parent code.")
@click.option("--top", is_flag=True, help="To the top level.")
@click.pass_obj
def move(session: Session, name: str, parent: str | None, top: bool) -> None:
    """Move a code, with all codes below it, under another code or to the top level."""
    if top == (parent is not None):
        raise UsageError("Give --under CODE, or --top.", "needsseg codebook lists the codes.")
    with opened(session) as study:
        actions.move(study, name, parent)
    session.say(f"Moved “{name}” " + ("to the top." if parent is None else f"under “{parent}”."))


@codebook.command()
@code_argument
@click.argument("target", metavar="INTO")
@click.pass_obj
def merge(session: Session, name: str, target: str) -> None:
    """Merge a code into another one, with each coder's codings, memos and the codes below it."""
    with opened(session) as study:
        actions.merge(study, name, target)
    session.say(f"Merged “{name}” into “{target}”.")


@codebook.command()
@code_argument
@click.argument("text")
@click.pass_obj
def describe(session: Session, name: str, text: str) -> None:
    """Describe what a code means. An empty text removes the description."""
    with opened(session) as study:
        actions.describe(study, name, text)
    session.say(f"Described “{name}”." if text.strip() else f"“{name}” has no description now.")


@codebook.command()
@code_argument
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; change nothing.")
@json_option
@click.pass_obj
def delete(session: Session, name: str, dry_run: bool, as_json: bool) -> None:
    """Delete a code with its codings and memos. Passages stay as decided, codes below it move up; undo restores all."""
    with opened(session) as study:
        code = actions.one(study, name).name
        touched = actions.touched(study, code) if dry_run else actions.delete(study, code)
    if as_json:
        print_object({"code": code, **asdict(touched), "deleted": not dry_run})
    session.say(f"{'Deleting' if dry_run else 'Deleted'} “{code}”: {actions.loss_in_words(touched)}.")
    session.say("Nothing was changed." if dry_run else "Undo with: needsseg undo")


@codebook.command()
@code_argument
@click.argument("digit", metavar="1-9|none")
@click.pass_obj
def pin(session: Session, name: str, digit: str) -> None:
    """Pin a code to a digit key, which applies it in the app; none unpins it."""
    if digit != NONE and digit not in tuple("123456789"):
        raise UsageError(f"A code cannot be pinned to '{digit}'.", "Use a digit from 1 to 9, or none.")
    with opened(session) as study:
        actions.pin(study, name, None if digit == NONE else int(digit))
    session.say(f"“{name}” is pinned to {digit}." if digit != NONE else f"“{name}” is not pinned.")
