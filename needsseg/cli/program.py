"""The root command: global options, the lazy table of commands, and the app when no command is given."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from needsseg.cli.gate import gated
from needsseg.cli.lazy import LazyGroup, shared_options
from needsseg.cli.narration import Session, asked_for_json, narrated
from needsseg.cli.table import COMMANDS

NAME = "needsseg"
_COMPLETE = "_NEEDSSEG_COMPLETE"


def _version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        from needsseg.version import __version__

        print(f"{NAME} {__version__}")
        ctx.exit()


@click.pass_context
def _start(ctx: click.Context) -> None:
    """Turn interview transcripts into needs-based customer segments.

    Without a command, the app opens. The options below may also follow a command; every list accepts --json.
    """
    if ctx.invoked_subcommand is not None:
        return
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(ctx.get_help())
        return
    from needsseg.cli.study.study import open_app

    open_app(ctx.ensure_object(Session))


program = LazyGroup(
    NAME,
    entries=COMMANDS,
    callback=_start,
    help=_start.__doc__,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 130 interrupted.",
    params=[
        *shared_options(),
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
        ),
    ],
)


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; never exit, and never raise for a user's mistake."""
    session = Session()
    if asked_for_json(args):
        session.progress = "json"
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Data is UTF-8 whatever the locale says; a broken file name must not stop an error message.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    def command() -> None:
        with program.make_context(NAME, list(args), obj=session) as ctx:
            program.invoke(ctx)

    with gated():
        if instruction := os.environ.get(_COMPLETE):
            from click.shell_completion import shell_complete

            return shell_complete(program, {}, NAME, _COMPLETE, instruction)
        return narrated(session, command)
