"""Plain text: ``Name: words``, also ``[00:23] Sarah: words`` and ``[id1] words``; Rev's spacing of the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.layout import read_lines
from needsseg.transcripts.meet import from_meet, only_the_talk
from needsseg.transcripts.spoken import HEADED, Reading

RULE = re.compile(r"^\s*([-_*=~])(?:\s*\1){2,}\s*$")
REV_LINE = re.compile(r"^\S[^:]{0,62}?(?: \((?:\d{1,2}:)?\d{1,2}:\d{2}\):\s*|:(?:\s{4,}|\t+)\S.*)$")


def read_text(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Turns of a plain text file; lines drawn with dashes or stars are no words, nor are Meet's notes."""
    if from_meet(lines):
        lines = only_the_talk(lines)
    return read_lines(["" if RULE.match(line) or line.startswith(HEADED) else line for line in lines])
