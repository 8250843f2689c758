"""What a person chose for a file where the program reads it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from needsseg.records import Role


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """Choices for one file or for all of its shape; what is empty is left to the program.

    ``layout`` is one of FORMATS. ``label_pattern`` is a regular expression with a group ``speaker`` and, where there are
    such, ``time`` and ``words``, matched against each line. ``columns`` names a table's columns by what they hold:
    ``words``, ``speaker``, ``start``, ``end``, ``interview``. ``not_speakers`` are labels that name nobody; lines without a
    label belong to ``unlabelled``; ``roles`` are roles by label.
    """

    layout: str = ""
    label_pattern: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    not_speakers: frozenset[str] = frozenset()
    unlabelled: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)


NO_CHOICES = ReadingChoices()
