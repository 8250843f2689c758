"""What a command printed, kept beside the study while nothing changes that it rests on: private, and free to be thrown away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any, TextIO

from needsseg.actions.accounts.account_sources import stack_files
from needsseg.actions.accounts.result_cache import file_state, program_state
from needsseg.errors import NeedssegError
from needsseg.files import sha256, whole_file
from needsseg.settings import load, prompt_file, shipped
from needsseg.study.connection import Study
from needsseg.study.fingerprint import fingerprint

LARGE_FILE = 60_000
"""Bytes of an accounts file, a few thousand accounts: below, computing again takes no time worth keeping anything for."""
MOST_BYTES = 400_000_000
"""Older outputs are deleted beyond so many bytes, and a larger one is not kept."""


def output_key(study: Study, words: Sequence[object]) -> str | None:
    """Return the name of what a command prints, from all that it rests on; None where it is not worth keeping.

    ``words`` are the command's own. All else is the program, the settings, the files of rules and rates, the files of the
    accounts, and what the study holds.
    """
    try:
        files = stack_files(study)
    except NeedssegError:
        return None
    if files.accounts.stat().st_size < LARGE_FILE:
        return None
    settings = load(study.path)
    rules = [prompt_file(path.name, settings) for path in sorted(shipped("prompts").glob("*.toml"))]
    rates = [Path(settings.rates).expanduser()] if settings.rates else []
    contents = [(path.name, sha256(path.read_bytes())) for path in (*rules, *rates) if path.is_file()]
    data = [file_state(path) for path in sorted(study.stack.glob("*.parquet"))]
    used = [path.name for path in (files.accounts, files.events, files.subscriptions) if path is not None]
    return sha256(
        repr((program_state(), words, study.actor, astuple(settings), contents, data, used, fingerprint(study)))
    )[:32]


@contextmanager
def kept_output(study: Study, key: str) -> Iterator[tuple[TextIO, list[Any]] | None]:
    """Give the output kept under a key, opened, and the notes kept with it; None where there is none."""
    text, notes = _paths(study, key)
    try:
        kept = json.loads(notes.read_text(encoding="utf-8"))
        is_whole = isinstance(kept, dict) and isinstance(kept["notes"], list) and text.stat().st_size == kept["bytes"]
        stream = text.open(encoding="utf-8", errors="surrogatepass", newline="") if is_whole else None
    except (OSError, ValueError, KeyError):
        stream = None
    if stream is None:
        yield None
        return
    with stream:
        yield stream, kept["notes"]
    for path in (text, notes):
        with suppress(OSError):
            path.touch()


class Keeping:
    """Writes an output to the file that keeps it, and gives up quietly where it cannot or where that is too large."""

    def __init__(self, stream: TextIO) -> None:
        self.stream: TextIO | None = stream
        self.characters = 0

    def write(self, text: str) -> None:
        """Write a part."""
        self.characters += len(text)
        if self.stream is None:
            return
        try:
            if self.characters > MOST_BYTES:
                raise OSError("too large to keep")
            self.stream.write(text)
        except OSError:
            self.stream = None


@contextmanager
def keeping_output(study: Study, key: str, notes: list[Any]) -> Iterator[Keeping | None]:
    """Give what keeps an output under a key while the block prints it; with ``notes``, as they are at the end of the block.

    Nothing is kept of a block that fails; None where the folder cannot be written to.
    """
    text, beside = _paths(study, key)
    try:
        text.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = whole_file(text, private=True)
        path = partial.__enter__()
        stream = path.open("w", encoding="utf-8", errors="surrogatepass", newline="")
    except OSError:
        yield None
        return
    keeping = Keeping(stream)
    try:
        with stream:
            yield keeping
        if keeping.stream is None:
            raise _NotKeptError
    except BaseException as error:
        # The partial file goes; what the block raised goes on.
        with suppress(_NotKeptError):
            partial.__exit__(type(error), error, error.__traceback__)
        if not isinstance(error, _NotKeptError):
            raise
        return
    with suppress(OSError):
        partial.__exit__(None, None, None)
        with whole_file(beside, private=True) as notes_file:
            kept = {"notes": notes, "bytes": text.stat().st_size}
            notes_file.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        _delete_oldest(text.parent)


class _NotKeptError(Exception):
    """An output was not kept."""


def _paths(study: Study, key: str) -> tuple[Path, Path]:
    folder = study.results
    return folder / f"{key}.output", folder / f"{key}.notes"


def _delete_oldest(folder: Path) -> None:
    total = 0
    for path in sorted(folder.glob("*.output"), key=lambda file: file.stat().st_mtime_ns, reverse=True):
        total += path.stat().st_size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
            path.with_suffix(".notes").unlink(missing_ok=True)
