"""Print what a command printed the last time, where nothing has changed that it rests on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TextIO, cast

from needsseg.cli.narration import Session

if TYPE_CHECKING:
    from needsseg.actions.accounts.kept_output import Keeping
    from needsseg.actions.study import Study

AT_ONCE = 100_000
"""Characters; as many as a processor's own memory holds with their copies."""


def print_once(session: Session, study: Study, words: Sequence[object], produce: Callable[[], None]) -> None:
    """Print what ``produce`` prints and narrates, or what it did before with the same words on the same study.

    ``words`` are the command's name and all of its options that what it prints depends on.
    """
    from needsseg.actions.accounts.kept_output import keeping_output, kept_output, output_key

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    key = output_key(study, (*words, width))
    if key is None:
        produce()
        return
    with kept_output(study, key) as kept:
        if kept is not None:
            stream, notes = kept
            while part := stream.read(AT_ONCE):
                sys.stdout.write(part)
            session.narrate(notes)
            return
    notes = []
    with keeping_output(study, key, notes) as keeping, session.recording(notes):
        _produce(keeping, produce)


def _produce(keeping: Keeping | None, produce: Callable[[], None]) -> None:
    if keeping is None:
        produce()
        return
    before = sys.stdout
    sys.stdout = cast(TextIO, _Both(before, keeping))
    try:
        produce()
    finally:
        sys.stdout = before


class _Both:
    """A stream whose text is also kept; all else is the stream's own."""

    def __init__(self, stream: TextIO, keeping: Keeping) -> None:
        self._stream, self._keeping = stream, keeping

    def write(self, text: str) -> int:
        self._keeping.write(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
