"""Tie interviews to their recordings: a path in the study, never a copy; each change is one undoable action."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError, UsageError
from needsseg.players import format_seconds
from needsseg.study.transcripts import interviews, recordings
from needsseg.study.transcripts.recordings import RecordingRow
from needsseg.text import is_one_line

if TYPE_CHECKING:
    from needsseg.actions.coding.pseudonyms import Cover
    from needsseg.records import Passage
    from needsseg.study.connection import Study
    from needsseg.transcripts.turn_times import SpokenTime

AUDIO = frozenset((
    ".aac", ".aif", ".aiff", ".amr", ".caf", ".ds2", ".dss", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".oga",
    ".ogg", ".opus", ".ra", ".wav", ".wave", ".weba", ".wma",
))  # fmt: skip
VIDEO = frozenset((
    ".3g2", ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".ogv", ".qt", ".ts", ".vob", ".webm", ".wmv",
))  # fmt: skip
LARGEST_OFFSET_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Recording:
    """An interview and its recording: ``path`` as it is stored (empty: none), ``file`` where that is now.

    ``turns`` and ``timed`` count the turns of the transcript, and those with a time, by which quotes can be found.
    """

    interview: str
    path: str
    file: Path | None
    offset_ms: int
    is_missing: bool
    turns: int
    timed: int


@dataclass(frozen=True, slots=True)
class FolderTies:
    """What came of tying the files of a folder; ``several`` and ``shared`` are tied to nothing, since a person must choose.

    ``tied`` is by interview, ``several`` the files that fit one interview, ``shared`` the interviews that fit one file;
    ``unfound`` interviews without a file, ``unmatched`` files without an interview, ``kept`` interviews that had a tie.
    """

    tied: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, tuple[str, ...]]
    kept: tuple[str, ...]
    unfound: tuple[str, ...]
    unmatched: tuple[str, ...]


def listing(study: Study) -> list[Recording]:
    """Return every interview with its recording, by key."""
    ties = recordings.load(study)
    rows: list[Recording] = []
    for row in recordings.timed_turns(study):
        tie = ties.get(row.interview)
        file = None if tie is None else file_of(study, tie)
        is_missing = file is not None and not file.is_file()
        path, offset_ms = ("", 0) if tie is None else (tie.path, tie.offset_ms)
        rows.append(Recording(row.interview, path, file, offset_ms, is_missing, row.turns, row.timed))
    return rows


def tie(study: Study, key: str, file: Path, offset_ms: int = 0) -> RecordingRow:
    """Tie an interview to a recording in place of an earlier one; return what is stored.

    ``offset_ms`` is what the recording's clock shows at the transcript's zero. UsageError for a file that is no recording.
    """
    interviews.title(study, key)
    if abs(offset_ms) > LARGEST_OFFSET_MS:
        raise UsageError(
            f"An offset of {format_seconds(offset_ms)} seconds is longer than a week.",
            "Give it in seconds, such as 12.5.",
        )
    row = RecordingRow(key, _stored_path(study, _checked(file)), offset_ms)
    if recordings.load(study).get(key) != row:
        with study.action("recording", f"tied {key} to the recording {PurePosixPath(row.path).name}"):
            recordings.store(study, row)
    return row


def times_warning(study: Study, key: str) -> str:
    """Say that an interview's quotes cannot be found in its recording, where no turn has a time; else an empty text."""
    if any(row.interview == key and row.timed for row in recordings.timed_turns(study)):
        return ""
    return f"the transcript of {key} has no times, by which its quotes could be played"


def untie(study: Study, key: str) -> None:
    """Remove the tie of an interview; the file stays as it is. UsageError where it has none."""
    interviews.title(study, key)
    if key not in recordings.load(study):
        raise UsageError(f"{key} is tied to no recording.", Advice("List the ties: ", Fix.RECORDINGS))
    with study.action("recording", f"untied {key} from its recording"):
        recordings.remove(study, key)


def tie_folder(study: Study, folder: Path) -> FolderTies:
    """Tie the recordings in a folder, and in those below it, to the interviews whose key or file has the same stem.

    Capitals and the form of accents do not matter. Interviews that are tied keep their tie. One action for all.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder.", "Name the folder of the recordings.")
    files = _recordings_below(folder)
    if not files:
        raise UsageError(f"{folder} holds no recordings.", f"Known endings: {_endings()}.")
    present = recordings.load(study)
    rows = recordings.timed_turns(study)
    fits: dict[str, list[Path]] = {}
    fits_of_file: dict[Path, list[str]] = {file: [] for file in files}
    for row in rows:
        stems = {_plain(row.interview), _plain(PurePosixPath(row.file_name).stem)}
        fits[row.interview] = [file for file in files if _plain(file.stem) in stems and not _path_fault(file)]
        for file in fits[row.interview]:
            fits_of_file[file].append(row.interview)
    shared = {file: keys for file, keys in fits_of_file.items() if len(keys) > 1}
    free = {key: own for key, own in fits.items() if key not in present}
    chosen = {key: own[0] for key, own in free.items() if len(own) == 1 and own[0] not in shared}
    if chosen:
        with study.action("recording", f"tied {len(chosen)} of {len(rows)} interviews to recordings"):
            for key, file in chosen.items():
                recordings.store(study, RecordingRow(key, _stored_path(study, file), 0))
    return FolderTies(
        {key: _shown(file, folder) for key, file in chosen.items()},
        {key: tuple(_shown(file, folder) for file in own) for key, own in free.items() if len(own) > 1},
        {_shown(file, folder): tuple(keys) for file, keys in shared.items()},
        tuple(key for key in fits if key in present),
        tuple(key for key, own in free.items() if not own),
        tuple(_shown(file, folder) for file, keys in fits_of_file.items() if not keys),
    )


def file_of(study: Study, row: RecordingRow) -> Path:
    """Return where a recording is now; the file need not exist."""
    path = study.path.absolute().parent / row.path
    return path.parent.resolve() / path.name


def required_file(study: Study, key: str) -> tuple[Path, int]:
    """Return the file of an interview's recording, and its offset; an error that says what to do where it is missing."""
    row = recordings.load(study).get(key)
    if row is None:
        raise NotFoundError(f"{key} is tied to no recording.", Advice("Tie it to one: ", Fix.TIE_RECORDING.of(key=key)))
    file = file_of(study, row)
    if not file.is_file():
        raise NeedssegError(
            f"The recording of {key} is not there: {file}.",
            Advice("Put it back, or tie the interview to it where it is now: ", Fix.TIE_RECORDING.of(key=key)),
        )
    return file, row.offset_ms


def shifted(time: SpokenTime | None, offset_ms: int) -> SpokenTime | None:
    """Return a time by the recording's clock, which begins at 0; None where the words ended before it began."""
    if time is None or (time.end_ms is not None and time.end_ms + offset_ms <= 0):
        return None
    end_ms = None if time.end_ms is None else time.end_ms + offset_ms
    return replace(time, start_ms=max(time.start_ms + offset_ms, 0), end_ms=end_ms)


def recording_links(
    study: Study, over: Cover, passages: Sequence[Passage], beside: Path | None = None
) -> dict[int, str]:
    """Return for each passage that can be heard a link to its time in the recording, by the passage's id.

    None under pseudonyms, since a voice names a person, and none to a file that lies far from the study, whose path would
    tell of this computer. ``beside`` is the folder of the page with the links, by default the study's own.
    """
    if not over.original:
        return {}
    # Imported here: it loads the readers of all formats, which the first screen does without.
    from needsseg.transcripts.turn_times import spoken_time

    folder = study.path.absolute().parent
    ties = {key: row for key, row in recordings.load(study).items() if not _is_absolute(row.path)}
    turns = {key: interviews.transcript(study, key).turns for key in {p.interview for p in passages} & ties.keys()}
    links: dict[int, str] = {}
    for passage in passages:
        row = ties.get(passage.interview)
        if row is None or not passage.anchored:
            continue
        time = shifted(spoken_time(turns[passage.interview], passage.start), row.offset_ms)
        path = row.path if beside is None else _relative(file_of(study, row), beside.absolute(), folder)
        if time is not None and path:
            links[passage.id] = f"{quote(path)}#t={format_seconds(time.start_ms)}"
    return links


def recording_link(study: Study, over: Cover, passage: Passage, beside: Path | None = None) -> str:
    """Return the link of one passage, as ``recording_links``; empty where it has none."""
    return recording_links(study, over, [passage], beside).get(passage.id, "")


def is_video(file: Path) -> bool:
    """Whether a recording has pictures, by its ending."""
    return file.suffix.casefold() in VIDEO


def _checked(file: Path) -> Path:
    if not file.exists():
        raise UsageError(f"{file}: there is no such file.", "Check the path.")
    if not file.is_file():
        raise UsageError(f"{file} is not a file.", "Name one recording; to tie a folder, name it as the folder.")
    if file.suffix.casefold() not in AUDIO | VIDEO:
        raise UsageError(f"{file} does not end as a recording does.", f"Known endings: {_endings()}.")
    if fault := _path_fault(file):
        raise UsageError(fault, "Rename the file.")
    return file


def _path_fault(file: Path) -> str:
    """Return why a path cannot be stored in a study, or an empty text."""
    if not is_one_line(str(file)):
        return "The path of the recording has control characters or line breaks."
    try:
        str(file).encode()
    except UnicodeEncodeError:
        return "The path of the recording is not valid Unicode."
    return ""


def _recordings_below(folder: Path) -> list[Path]:
    """Return the recordings in a folder and below it, hidden files and folders left out, by their paths."""
    files: list[Path] = []
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(above) / name for name in sorted(names) if not name.startswith("."))
        files += [path for path in paths if path.suffix.casefold() in AUDIO | VIDEO and path.is_file()]
    return files


def _stored_path(study: Study, file: Path) -> str:
    """Return the path from the study's folder where the file lies below it or below the folder above it, else the whole path."""
    resolved = file.absolute().parent.resolve() / file.name
    folder = study.path.absolute().parent.resolve()
    return _relative(resolved, folder, folder) or str(resolved)


def _relative(file: Path, folder: Path, study_folder: Path) -> str:
    """Return a path from a folder with slashes; empty for a file that lies neither in nor beside the study's folder."""
    near = study_folder.parent if study_folder.parent != study_folder.parent.parent else study_folder
    if not file.is_relative_to(near):
        return ""
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive
        return ""


def _is_absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


def _plain(stem: str) -> str:
    return unicodedata.normalize("NFC", stem).casefold()


def _shown(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _endings() -> str:
    return ", ".join(sorted(ending.removeprefix(".") for ending in AUDIO | VIDEO))


def open_questions(ties: FolderTies) -> list[str]:
    """Say in lines what was not tied, and why."""
    return [
        *(f"{key}: several files fit: {', '.join(files)}" for key, files in ties.several.items()),
        *(f"{file}: fits several interviews: {', '.join(keys)}" for file, keys in ties.shared.items()),
        *(f"{key}: no file is called as it is or as its transcript" for key in ties.unfound),
        *(f"{file}: no interview is called so" for file in ties.unmatched),
    ]
