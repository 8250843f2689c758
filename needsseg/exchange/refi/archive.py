"""Read the zip archive of a project defensively and only in memory, and write files atomically."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.files import check_folder, write_errors, write_file

LARGEST_MEMBER = 100_000_000
LARGEST_TOTAL = 400_000_000
MOST_MEMBERS = 100_000
_SUSPICIOUS_RATIO = 200
_SUSPICIOUS_FROM = 5_000_000
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError, ValueError, RuntimeError,
)  # fmt: skip
_ASK_AGAIN = "Export the project again from the program that it comes from."


class DamagedMemberError(NeedssegError):
    """A file in an archive that cannot be unpacked."""


class Archive:
    """An open .qdpx: its project and its texts, which are never unpacked to the disk."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile) -> None:
        self.path = path
        self.doubled: list[str] = []
        self._zipped = zipped
        self._read = 0
        self._members: dict[str, zipfile.ZipInfo] = {}
        if len(zipped.infolist()) > MOST_MEMBERS:
            raise NeedssegError(f"{path}: holds {len(zipped.infolist())} files, more than a project can.", _ASK_AGAIN)
        for member in zipped.infolist():
            self._check(member)
            key = member.filename.casefold()
            if key in self._members:
                self.doubled.append(member.filename)
            elif not member.is_dir():
                self._members[key] = member

    def _check(self, member: zipfile.ZipInfo) -> None:
        name = member.filename
        parts = re.split(r"[/\\]", name)
        if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
            raise NeedssegError(f"{self.path}: a file in it is called “{name}”, outside the project.", _ASK_AGAIN)
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > _SUSPICIOUS_FROM and ratio > _SUSPICIOUS_RATIO:
            raise NeedssegError(
                f"{self.path}: “{name}” unpacks to {member.file_size} bytes, {ratio:.0f} times its size: a zip bomb.",
                _ASK_AGAIN,
            )

    def project(self) -> bytes:
        """Return the only ``project.qde``; NeedssegError where there is none or more than one."""
        exact_names = [key for key in self._members if key == "project.qde"]
        project_names = exact_names or [key for key in self._members if key.endswith(".qde")]
        if len(project_names) != 1:
            contents = "no project.qde" if not project_names else f"{len(project_names)} .qde files"
            raise NeedssegError(f"{self.path}: holds {contents}, so it is not a REFI-QDA project.", _ASK_AGAIN)
        return self._content(self._members[project_names[0]])

    def content(self, reference: str) -> bytes | None:
        """Return the file that a source refers to (``internal://GUID.txt``), ignoring case; None where it is missing.

        Raises DamagedMemberError where it cannot be unpacked or has a password.
        """
        name = re.sub(r"^\w+:/*", "", reference).replace("\\", "/").rsplit("/", 1)[-1].casefold()
        for key in (f"sources/{name}", name):
            if name and key in self._members:
                return self._content(self._members[key])
        return None

    def _content(self, member: zipfile.ZipInfo) -> bytes:
        if member.flag_bits & 1:
            raise DamagedMemberError(f"{self.path}: “{member.filename}” is protected with a password.", _ASK_AGAIN)
        # The size in the archive's directory may be false: read no more than the limit.
        try:
            with self._zipped.open(member) as part:
                data = part.read(LARGEST_MEMBER + 1)
        except _DAMAGED as error:
            raise DamagedMemberError(f"{self.path}: “{member.filename}” is damaged: {error}.", _ASK_AGAIN) from error
        self._read += len(data)
        if len(data) > LARGEST_MEMBER or self._read > LARGEST_TOTAL:
            raise NeedssegError(
                f"{self.path}: its texts unpack to more than {min(LARGEST_MEMBER, LARGEST_TOTAL) // 1_000_000} MB.",
                "Split the project, and import the parts.",
            )
        return data


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """Open a .qdpx; NeedssegError where it is not an archive, or a dangerous one."""
    try:
        with zipfile.ZipFile(path) as zipped:
            yield Archive(path, zipped)
    except FileNotFoundError as error:
        raise NeedssegError(f"{path}: there is no such file.", "Check the path.") from error
    except _DAMAGED as error:
        raise NeedssegError(f"{path}: cannot be opened as a REFI-QDA project: {error}.", _ASK_AGAIN) from error


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file atomically, ``private`` for its owner only; NeedssegError where it cannot be written."""
    check_folder(path)
    with write_errors(path):
        write_file(path, content, private=private, sync=True)
