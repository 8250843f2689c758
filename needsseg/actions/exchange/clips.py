"""Cut the quotes that a person chose out of their recordings, with an index beside them; the study is not changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import passages as passage_actions
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.quotes import ACCEPTED, refuse_empty
from needsseg.actions.transcripts import listening, recordings
from needsseg.errors import Advice, NeedssegError, Option, UsageError
from needsseg.exchange.clips import (
    AUDIO_ENDING,
    COLUMNS,
    VIDEO_ENDING,
    Clip,
    ClipRow,
    cut,
    find_ffmpeg,
    index_csv,
    with_margins,
)
from needsseg.files import check_folder, whole_file, write_errors
from needsseg.progress import Progress, silent
from needsseg.records import Passage
from needsseg.study.file import leftovers
from needsseg.text import format_clock

if TYPE_CHECKING:
    from needsseg.study.connection import Study

INDEX = "clips.csv"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Clips:
    """The clips that were written, and for each passage without one the reason."""

    index: Path
    rows: tuple[ClipRow, ...]
    refused: dict[int, str | Advice]


@dataclass(frozen=True, slots=True)
class _Planned:
    clip: Clip
    row: ClipRow


def choose(study: Study, ids: Sequence[int] = (), wanted: PassageFilter = ACCEPTED) -> list[Passage]:
    """Return the passages with these ids, else those that meet a filter; NeedssegError where there are none."""
    if ids:
        return [passage_actions.one(study, number) for number in dict.fromkeys(ids)]
    rows = select(study, wanted)
    if not rows:
        raise refuse_empty(study, wanted)
    return rows


def write(
    study: Study,
    rows: Sequence[Passage],
    folder: Path,
    *,
    original: bool = False,
    audio_only: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Clips:
    """Cut a clip of each passage into ``folder``, private, named by interview and passage, and write their index.

    A passage that cannot be cut is refused by name, and the others go on. After an interruption the clips that are whole are
    there, with their index. Clips of an earlier index are replaced, other files only with ``overwrite``.
    """
    ffmpeg = find_ffmpeg()
    index = folder / INDEX
    check_folder(folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", "Name a folder, which is made if it is not there.")
    planned, refused = _plan(study, rows, original=original, audio_only=audio_only)
    earlier = _earlier_index(study, folder, planned, overwrite=overwrite) if folder.is_dir() else ""
    with write_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    done: list[ClipRow] = []
    try:
        with leftovers.writing_to(study, index):
            for number, each in enumerate(planned):
                progress("Cutting clips", number, len(planned))
                try:
                    with (
                        write_errors(folder),
                        whole_file((folder / each.clip.name).absolute(), private=True) as partial,
                    ):
                        cut(ffmpeg, each.clip, partial)
                except NeedssegError as error:
                    refused[each.row.passage] = error.advice
                else:
                    done.append(each.row)
    finally:
        if done:
            present = {path.name for path in folder.iterdir()}
            output_files.write(study, index, index_csv(done, earlier, present), private=True)
    progress("Cutting clips", len(planned), len(planned))
    return Clips(index, tuple(done), refused)


def _earlier_index(study: Study, folder: Path, planned: Sequence[_Planned], *, overwrite: bool) -> str:
    """Return the text of the index in a folder, empty without one; raise an error where a file that is no clip is in the way."""
    index, header = folder / INDEX, ",".join(COLUMNS)
    output_files.check(study, index, header, "index of clips", overwrite=overwrite)
    if index.exists():
        text = index.read_text(encoding="utf-8", errors="replace")
        return text if text.startswith(header) else ""
    for each in planned:
        if (folder / each.clip.name).exists() and not overwrite:
            raise NeedssegError(
                f"{folder / each.clip.name} exists.",
                Advice("Name another folder, or replace it", Option.OVERWRITE, "."),
            )
    return ""


def _plan(
    study: Study, rows: Sequence[Passage], *, original: bool, audio_only: bool
) -> tuple[list[_Planned], dict[int, str | Advice]]:
    """Return the clips to cut, and why others cannot be."""
    over = pseudonyms.cover(study, original=original)
    planned: list[_Planned] = []
    refused: dict[int, str | Advice] = {}
    with study.reading_once():
        for passage in rows:
            try:
                planned.append(_planned(study, over, passage, audio_only=audio_only))
            except NeedssegError as error:
                refused[passage.id] = error.advice
    return planned, refused


def _planned(study: Study, over: Cover, passage: Passage, *, audio_only: bool) -> _Planned:
    file, time = listening.placed(study, passage)
    start_ms, end_ms = with_margins(time.start_ms, time.end_ms)
    has_picture = recordings.is_video(file) and not audio_only
    shown = over.passage(passage)
    name = re.sub(r"[^\w.-]+", "-", shown.interview.casefold()).strip("-.")[:_LONGEST_NAME] or "interview"
    name = f"{name}-passage-{passage.id}{VIDEO_ENDING if has_picture else AUDIO_ENDING}"
    row = ClipRow(
        name,
        passage.id,
        shown.interview,
        shown.speaker,
        format_clock(start_ms, full=True),
        format_clock(end_ms, full=True),
        time.basis,
        ", ".join(over.text(code) for code in passage.codes),
        shown.quote,
    )
    return _Planned(Clip(name, file.absolute(), start_ms, end_ms, has_picture), row)
