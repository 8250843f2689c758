"""The command line: parse, call an action, print. stdout is data, stderr is narration."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """The console entry: runs one command and leaves with its exit code."""
    import os
    import signal
    import sys

    # Read when numpy is first loaded. Several threads wait for each other on a busy machine: laying out a map of 238
    # passages took 1.8 s where one thread needs 15 ms. The sentence model has threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from needsseg.cli.program import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command began to listen for it
        sys.stderr.write("error: Interrupted.\n")
        code = 130
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # All is done: while Python ends, Ctrl+C would kill it, and another exit code would say that it failed.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)
