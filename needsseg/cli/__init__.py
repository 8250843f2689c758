"""The command line: parse, call an action, print. stdout is data, stderr is narration."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes a while in which Ctrl+C would be ignored
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """The console entry: runs one command and leaves with its exit code."""
    import gc
    import os
    import signal
    import sys

    def leave(_number: int, _frame: object) -> None:
        # Nothing has begun yet. An exception could come out as another one, as from within the making of a class.
        os.write(2, b"error: Interrupted.\n")
        os._exit(130)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)
    # Read when numpy is first loaded. Several threads wait for each other on a busy machine: laying out a map of 238
    # passages took 1.8 s where one thread needs 15 ms. The sentence model has threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A command is short, and its millions of rows are no garbage: looking through them often takes a third of the time.
    gc.set_threshold(1_000_000, 50, 100)
    from needsseg.cli.program import run

    code = run(sys.argv[1:])
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # All is done: while Python ends, Ctrl+C would kill it, and another exit code would say that it failed.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if code == 130:
        # Where the interruption once passed through code that was compiled from a text, as dataclasses are, Python ends by
        # killing itself with the signal, whatever exit code is asked for (its flag unhandled_keyboard_interrupt).
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):  # its reader has gone, or it was closed
                continue
        os._exit(code)
    sys.exit(code)
