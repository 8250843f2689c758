"""A command group that loads a command's module only when that command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from needsseg.cli.narration import Session
from needsseg.cli.table import Entry
from needsseg.errors import UsageError


class LazyGroup(click.Group):
    """A group whose commands are named in a static table."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the table's order, which is the order of the work."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds a command."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(entry.module), entry.attribute)
        return with_shared_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does; the error for an unknown name lists similar ones."""
        name = args[0]
        if name not in self.entries and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.entries, n=3)
            suggestion = f"Did you mean {', '.join(near)}?" if near else "List them with: needsseg --help"
            raise UsageError(f"There is no command '{name}'.", suggestion)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under their headings, from the table alone."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.entries.items():
            sections.setdefault(entry.section, []).append((name, entry.help))
        width = max(len(name) for name in self.entries)
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows])


def with_shared_options(command: click.Command) -> click.Command:
    """Let ``--study``, ``--progress`` and ``--debug`` stand after a command too, as people type them."""
    if not any(option.name == "study" for option in command.params):
        command.params += shared_options(hidden=True)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_shared_options(inner)
    return command


def shared_options(*, hidden: bool = False) -> list[click.Parameter]:
    """The options that hold for every command; they write into the Session and reach no command."""
    return [
        click.Option(
            ["--study"],
            metavar="PATH",
            callback=_set_study,
            expose_value=False,
            hidden=hidden,
            # Given after a command, --study must win over the environment; so only the first place reads it.
            envvar=None if hidden else "NEEDSSEG_STUDY",
            help="The study's file. Default: NEEDSSEG_STUDY, else needsseg.db in this folder.",
        ),
        click.Option(
            ["--progress"],
            type=click.Choice(["auto", "json", "none"]),
            callback=_set_progress,
            expose_value=False,
            hidden=hidden,
            help="Progress on stderr: a bar in a terminal, one line of JSON per step, or none.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            callback=_set_debug,
            expose_value=False,
            hidden=hidden,
            help="Show the Python traceback of an error.",
        ),
    ]


def _set_study(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        if not value:
            raise UsageError("--study names no file.", "Give a path, or leave the option out.")
        ctx.ensure_object(Session).path = value


def _set_progress(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).progress = value


def _set_debug(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).debug = True
