"""Errors that a person reads: what is wrong, where, and what to do."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTLY = 3
EXIT_INTERRUPTED = 130


class NeedssegError(Exception):
    """Something a person can act on: ``message`` says what and where, ``hint`` what to do."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, hint: str = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class TranscriptError(NeedssegError):
    """A transcript file that cannot be read as one."""


class TableError(NeedssegError):
    """A CSV, Parquet or JSON-lines file whose columns or rows do not fit; names file, row and column."""


class StudyError(NeedssegError):
    """A study file that cannot be opened or written."""


class DiscoveryError(NeedssegError):
    """Passages or vectors that discovery cannot work with."""


class NotFoundError(NeedssegError):
    """A key, id or name that the study does not hold."""


class UsageError(NeedssegError):
    """A request that makes no sense as asked."""

    exit_code = EXIT_USAGE
