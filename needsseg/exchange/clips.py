"""Cut clips out of recordings with ffmpeg, which is a program of its own: found on the path, and given a list of arguments."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.players import format_seconds
from needsseg.tables import table_text

MARGIN_MS = 500
"""How much is heard before a quote and after it."""
AUDIO_ENDING, VIDEO_ENDING = ".m4a", ".mp4"
_CONTAINERS = {AUDIO_ENDING: "ipod", VIDEO_ENDING: "mp4"}


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a recording to be written as ``name``; ``end_ms`` None is the recording's end."""

    name: str
    source: Path
    start_ms: int
    end_ms: int | None
    has_picture: bool


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clip in the index beside the clips; ``begins_with`` says what the start is the start of."""

    file: str
    passage: int
    interview: str
    speaker: str
    start: str
    end: str
    begins_with: str
    codes: str
    quote: str


COLUMNS = tuple(field.name for field in fields(ClipRow))


def with_margins(start_ms: int, end_ms: int | None) -> tuple[int, int | None]:
    """Return a stretch with half a second on both sides; it begins at 0 at the earliest."""
    return max(start_ms - MARGIN_MS, 0), None if end_ms is None else end_ms + MARGIN_MS


def find_ffmpeg(find: Callable[[str], str | None] = shutil.which) -> str:
    """Return the path of ffmpeg; NeedssegError that says how to install it."""
    if (path := find("ffmpeg")) is None:
        raise NeedssegError(
            "Clips are cut by ffmpeg, which is not installed.",
            "Install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg); to listen it is not needed.",
        )
    return path


def cut(ffmpeg: str, clip: Clip, target: Path) -> None:
    """Write a clip to ``target``; NeedssegError with ffmpeg's own words where that fails, and whenever nothing is heard in it.

    The clip is encoded anew, so that it begins where it should. It gets neither the recording's title nor its chapters, which
    often are names, and ffmpeg may read no file or address that the recording names. An interruption ends ffmpeg too.
    """
    result = subprocess.run(  # noqa: S603  # a list of arguments, never a line for a shell
        arguments_of(ffmpeg, clip, target), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if result.returncode:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NeedssegError(
            f"ffmpeg cannot cut {clip.source.name}: {lines[-1] if lines else f'code {result.returncode}'}."
        )
    if not target.is_file() or target.stat().st_size < 1000:
        raise NeedssegError(f"{clip.source.name} ends before {format_seconds(clip.start_ms)} seconds.")


def arguments_of(ffmpeg: str, clip: Clip, target: Path) -> list[str]:
    """Return the command that cuts a clip; both paths must be absolute, so that none can be read as an option."""
    start = ["-ss", format_seconds(clip.start_ms)]
    length = [] if clip.end_ms is None else ["-t", format_seconds(clip.end_ms - clip.start_ms)]
    streams = ["-map", "0:v:0?", "-map", "0:a:0?"] if clip.has_picture else ["-map", "0:a:0", "-vn"]
    container = _CONTAINERS[VIDEO_ENDING if clip.has_picture else AUDIO_ENDING]
    return [
        ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-protocol_whitelist", "file", *start,
        "-i", str(clip.source), *length, *streams, "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn",
        "-movflags", "+faststart", "-f", container, str(target),
    ]  # fmt: skip


def index_csv(rows: Iterable[ClipRow], earlier: str = "", present: Collection[str] = ()) -> str:
    """Return the index as CSV; cells that a spreadsheet would compute are neutralised.

    Rows of an ``earlier`` index stay where their file is still ``present`` and was not written anew.
    """
    cells = [[str(value) for value in astuple(row)] for row in rows]
    written = {row[0] for row in cells}
    before = list(csv.reader(io.StringIO(earlier, newline="")))[1:]
    kept = [row for row in before if len(row) == len(COLUMNS) and row[0] in present and row[0] not in written]
    return table_text(COLUMNS, [*kept, *cells], neutralise=True)
