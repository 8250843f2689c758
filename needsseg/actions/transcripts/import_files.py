"""Collect the files of an import from paths and folders, and read them one by one."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.actions.transcripts.import_choices import FileChoices
from needsseg.errors import NO_ADVICE, Advice, NeedssegError, TranscriptError
from needsseg.files import file_sha256
from needsseg.records import Transcript
from needsseg.study.connection import Study

_LONGEST_MS = 10 * 365 * 24 * 3_600_000
"""Ten years; a later time is an error in the file."""


_LARGEST = 500_000_000
"""Bytes; no transcript is larger, and reading such a file would take long."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not imported, with the reason and what to do."""

    file: str
    reason: str
    advice: Advice = NO_ADVICE
    """The reason with the fixes in it, where it has some, for a door to word."""

    def row(self) -> dict[str, str]:
        """Return file and reason, as JSON has them."""
        return {"file": self.file, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of some paths: files to read, refused paths, and files in folders that are not read.

    ``passed_over`` are files that may contain a transcript; ``others`` are pictures, system files and the like.
    """

    files: tuple[Path, ...]
    refused: tuple[Refused, ...]
    passed_over: tuple[Refused, ...]
    others: tuple[str, ...]


def files_of(study: Study, paths: Sequence[Path], skipped: Collection[Path] = ()) -> ImportFiles:
    """Collect the files that ``paths`` name, and those in folders among them; each once, without ``skipped``."""
    from needsseg import transcripts

    files: list[Path] = []
    refused: list[Refused] = []
    passed_over: list[Refused] = []
    others: list[str] = []
    for path in paths:
        try:
            if path.is_dir():
                inside = transcripts.folder_contents(path)
                usable = [file for file in inside.files if not study.owns(file)]
                if not (usable or inside.passed_over or inside.others):
                    refused.append(Refused(str(path), f"contains no transcript ({' '.join(transcripts.SUFFIXES)})"))
                files += usable
                passed_over += [Refused(shown(one.path, path), one.reason) for one in inside.passed_over]
                others += [shown(one, path) for one in inside.others if not study.owns(one)]
            elif reason := _why_refused(study, path):
                refused.append(Refused(storable(str(path)), reason))
            else:
                files.append(path)
        except (OSError, ValueError, RuntimeError, NeedssegError) as error:
            refused.append(refusal(storable(str(path)), error))
    left_out = {path.absolute() for path in skipped}
    chosen = [file for file in dict.fromkeys(files) if file.absolute() not in left_out]
    return ImportFiles(tuple(chosen), tuple(refused), tuple(passed_over), tuple(others))


def _why_refused(study: Study, path: Path) -> str:
    from needsseg import transcripts

    if study.owns(path):
        return "belongs to the study itself"
    return transcripts.why_no_file(path) if path.exists() else "does not exist"


def content_of(file: Path) -> str:
    """The SHA-256 of a file, which identifies it; "" for one without a size, such as the system's special files.

    Raises TranscriptError for a file that is far too large.
    """
    size = file.stat().st_size
    if size > _LARGEST:
        raise TranscriptError(
            f"{file}: is larger than {_LARGEST // 1_000_000} MB, too large for a transcript.",
            "Name the transcript itself.",
        )
    return file_sha256(file) if size and file.is_file() else ""


def read_interviews(file: Path, chosen: FileChoices) -> list[tuple[str, Transcript]]:
    """Read the interviews in a file, as ``transcripts.read_all``; raises TranscriptError for impossible times."""
    from needsseg import transcripts

    read = transcripts.read_all(file, None, chosen.anyway, chosen.choices)
    for _, transcript in read:
        times = [time for turn in transcript.turns for time in (turn.start_ms, turn.end_ms) if time is not None]
        if odd := next((time for time in times if abs(time) > _LONGEST_MS), None):
            raise TranscriptError(
                f"{file}: somebody speaks after {abs(odd) // 3_600_000} hours, which no recording has.",
                "Correct the times in the file.",
            )
    return read


def refusal(name: str, error: Exception, file: Path | None = None) -> Refused:
    """Return the refusal of a file by its name, with the fixes that the error has."""
    advice = NO_ADVICE
    if isinstance(error, NeedssegError) and error.hint.fixes:
        advice = Advice(storable(error.message.removeprefix(f"{file}: ")), " ", error.hint)
    return Refused(name, reason_of(error, file), advice)


def reason_of(error: Exception, file: Path | None = None) -> str:
    """The reason that a file is refused, without its name; for an internal error, with its place in the program."""
    if isinstance(error, NeedssegError):
        return storable(str(error).removeprefix(f"{file}: "))
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"Internal error: {type(error).__name__}: {error}{place}. Please report it; leave this file out until then."


def shown(path: Path, folder: Path) -> str:
    """The path of a file relative to a folder, as messages show it."""
    return storable(str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path))


def storable(text: str) -> str:
    """A file's name or an id as a study can store it: bytes that are not UTF-8 are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
