"""What is written into the lines of a talk and is no part of them: line numbers, time marks of transcription programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from needsseg.transcripts.headers import clock_ms
from needsseg.transcripts.spoken import Mark

# f4, MAXQDA, noScribe: #00:00:06-6#, or #00:00:06#, [00:00:06-6]
_F4 = re.compile(r"\s*#(\d{1,2}:\d{2}:\d{2})(?:[-.,](\d{1,3}))?#\s*")
_NUMBERED = re.compile(r"^\s*0*(\d{1,6})(?:[ \t]+(?=\S)|\s*$)")
_MANY = 0.8
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Dress:
    """What was taken off: marks, and the ends of turns in milliseconds by the line where they stand."""

    marks: tuple[Mark, ...] = ()
    ends: dict[int, int] = field(default_factory=dict)


def undressed(lines: Sequence[str]) -> tuple[list[str], Dress]:
    """Lines without what programs write into them, as many as before."""
    plain = [_INVISIBLE.sub("", line) for line in lines]
    marks: list[Mark] = []
    ends: dict[int, int] = {}
    if any("#" in line and _F4.search(line) for line in plain):
        for index, line in enumerate(plain):
            if "#" in line and (found := list(_F4.finditer(line))):
                plain[index] = (
                    _F4.sub(" ", line).strip()
                    if len(found) > 1 or found[0].end() < len(line)
                    else line[: found[0].start()]
                )
                time = clock_ms(f"{found[-1][1]}.{found[-1][2] or 0}")
                if time is not None and found[-1].end() >= len(line.rstrip()):
                    ends[index] = time
                elif time is not None and not line[: found[0].start()].strip():
                    plain[index] = f"[{found[0][1]}] {plain[index].strip()}"
                    continue
                marks.append(Mark(index, "time", len(line.split()) - len(plain[index].split())))
    if _numbered(plain):
        for index, line in enumerate(plain):
            if match := _NUMBERED.match(line):
                plain[index] = line[match.end() :]
                marks.append(Mark(index, "markup", 1))
    return plain, Dress(tuple(marks), ends)


def _numbered(lines: Sequence[str]) -> bool:
    """Whether nearly every line begins with a number that counts lines."""
    filled = [line for line in lines if line.strip()]
    # Legends and titles above may stand without numbers.
    first = next((index for index, line in enumerate(filled) if _NUMBERED.match(line)), None)
    if first is None:
        return False
    counted = [int(match[1]) if (match := _NUMBERED.match(line)) else None for line in filled[first:]]
    if len(counted) < 4:
        return False
    follow = sum(a is not None and b is not None and b - a == 1 for a, b in pairwise(counted))
    return follow >= _MANY * (len(counted) - 1)
