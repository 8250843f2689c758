"""The label pattern that a person chose: a regular expression, with a limit on how long it may search."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from needsseg.errors import UsageError
from needsseg.transcripts.choices import ReadingChoices

LIMIT_SECONDS = 5.0
"""The time that a pattern may search in one file: some expressions backtrack endlessly on a near match."""
_GROUPS = {"speaker", "time", "words"}
_EXAMPLE = r"For example: (?P<speaker>\w+): (?P<words>.*)"


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """A match of a pattern in a line: the parts by the names of its groups, and the end of the match."""

    parts: Mapping[str, str]
    end: int


@dataclass(slots=True)
class ChosenPattern:
    """A compiled pattern with a group ``speaker``."""

    expression: Any
    _seconds_left: float = field(default_factory=lambda: LIMIT_SECONDS)

    def match(self, line: str) -> PatternMatch | None:
        """Match the beginning of a line; raises UsageError where searching the file takes too long."""
        began = time.monotonic()
        try:
            regex_match = self.expression.match(line, timeout=max(self._seconds_left, 0.01))
        except TimeoutError as error:
            raise UsageError(
                f"The label pattern searches for more than {LIMIT_SECONDS:.0f} seconds.",
                "Write it without repeats within repeats, such as (a+)+.",
            ) from error
        self._seconds_left -= time.monotonic() - began
        if regex_match is None:
            return None
        return PatternMatch({name: part or "" for name, part in regex_match.groupdict().items()}, regex_match.end())


def chosen_pattern(choices: ReadingChoices) -> ChosenPattern | None:
    """Return the chosen pattern, compiled, or None; raises UsageError as ``compiled`` does."""
    return ChosenPattern(compiled(choices.label_pattern)) if choices.label_pattern else None


def compiled(pattern: str) -> Any:
    """Compile a pattern; raises UsageError unless it is a regular expression with ``speaker`` and only known groups."""
    # Unlike re, regex has a timeout.
    import regex

    try:
        expression = regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise UsageError(f"“{pattern}” is not a valid regular expression: {error}.", _EXAMPLE) from error
    if "speaker" not in expression.groupindex or set(expression.groupindex) - _GROUPS:
        raise UsageError(
            f"“{pattern}” needs the named group “speaker”, and may have “time” and “words” beside it.", _EXAMPLE
        )
    return expression
