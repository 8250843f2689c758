"""The command line: parse, call an action, print. stdout is data, stderr is narration."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """The console entry: runs one command and leaves with its exit code."""
    import sys

    try:
        from needsseg.cli.program import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command began to listen for it
        code = 130
    sys.exit(code)
