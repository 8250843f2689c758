"""A person's choices for a file, which override what the program would detect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from needsseg.records import Role


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """Choices for one file, or for all files of the same shape; the program decides whatever is empty.

    ``layout`` is one of FORMATS. ``label_pattern`` is a regular expression with a group ``speaker`` and, optionally,
    ``time`` and ``words``, matched against each line. ``columns`` maps ``words``, ``speaker``, ``start``, ``end`` and
    ``interview`` to the names of a table's columns. ``not_speakers`` are labels that name nobody; lines without a label
    belong to the speaker ``unlabelled``; ``roles`` are roles by label.
    """

    layout: str = ""
    label_pattern: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    not_speakers: frozenset[str] = frozenset()
    unlabelled: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)


NO_CHOICES = ReadingChoices()
