"""Where an engine writes what does not fit in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.files import private_folder


@contextmanager
def spill_folder(beside: Path | None) -> Iterator[Path]:
    """Give a private folder for what does not fit in memory, which is gone afterwards.

    It lies in ``beside``, or in the system's own temporary folder where ``beside`` is None or cannot be written.
    NeedssegError where neither can be.
    """
    parent = beside.absolute() if beside is not None and os.access(beside, os.W_OK | os.X_OK) else None
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(private_folder(parent, "spill"))
        except OSError as error:
            raise NeedssegError(
                f"{error.filename or 'temporary folder'}: {error.strerror}.",
                "What does not fit in memory is written there; the variable TMPDIR names another place.",
            ) from error
        yield folder
