"""Text copied from the pane beside a video: times joined to the words, or repeated in words for screen readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from needsseg.transcripts.lines.headers import clock_ms
from needsseg.transcripts.spoken import Mark, marked

_GLUED = re.compile(r"^\s*(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?P<words>(?:\d+ \w+(?:, \d+ \w+){0,2})?[^\W\d_\s(].*)$")
_GLUED_AGAIN = re.compile(
    r"^(?P<again>\d+ (?:hours?|minutes?|seconds?)(?:, \d+ (?:minutes?|seconds?)){0,2})(?=[^\W\d_])"
)
_STAMP = re.compile(r"^\s*(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*$")
_AGAIN = re.compile(r"^\s*\d+ ?[^\W\d_]+\.?(?:,? (?:(?:and|und|et|y|e|en|i|og|och) )?\d+ ?[^\W\d_]+\.?){0,2}\s*$")
_PANE_HEADS = frozenset(
    {
        "transcript", "search in video", "search transcript", "show transcript", "follow along using the transcript.",
        "transkript", "im video suchen", "transcription", "rechercher dans la vidéo", "transcripción", "buscar en el vídeo",
        "buscar en el video", "transcrição", "pesquisar no vídeo",
    }
)  # fmt: skip
_FEWEST = 4
_MOSTLY = 0.6


def without_pane(lines: Sequence[str]) -> tuple[list[str], list[Mark]]:
    """Return as many lines as before, with joined times in brackets and times in words emptied, and marks of the latter."""
    new_lines = list(lines)
    marks: list[Mark] = []
    if _separate_times(new_lines) or _drop_spoken_times(new_lines, marks) or _alternates(new_lines):
        _drop_pane_headings(new_lines, marks)
    return new_lines, marks


def _separate_times(pane_lines: list[str]) -> bool:
    """Write ``0:02Thanks so much`` as ``[0:02] Thanks so much``, where most lines are such and their times ascend."""
    glued = {index: match for index, line in enumerate(pane_lines) if (match := _GLUED.match(line))}
    filled_count = sum(bool(line.strip()) for line in pane_lines)
    times = [clock_ms(match["time"]) or 0 for match in glued.values()]
    if len(glued) < _FEWEST or len(glued) < _MOSTLY * filled_count or any(b < a for a, b in pairwise(times)):
        return False
    for index, match in glued.items():
        words = match["words"]
        again = _GLUED_AGAIN.match(words)
        if again and _same_time(match["time"], again["again"]):
            words = words[again.end() :]
        pane_lines[index] = f"[{match['time']}] {words}"
    return True


def _drop_spoken_times(pane_lines: list[str], marks: list[Mark]) -> bool:
    """Empty lines such as ``2 seconds`` below ``0:02`` and mark them as times, where most times have one."""
    stamps = [(index, match["time"]) for index, line in enumerate(pane_lines) if (match := _STAMP.match(line))]
    again = [
        (index + 1, time)
        for index, time in stamps
        if index + 1 < len(pane_lines)
        and _AGAIN.match(pane_lines[index + 1])
        and _same_time(time, pane_lines[index + 1])
    ]
    if len(again) < _FEWEST or len(again) < _MOSTLY * len(stamps):
        return False
    for index, time in again:
        marks.append(Mark(index, "time", max(0, len(pane_lines[index].split()) - 1)))
        pane_lines[index] = time
    return True


def _same_time(clock: str, spoken: str) -> bool:
    """Return whether a clock time and a time in words are the same: ``1:04``, ``1 minute, 4 seconds``."""
    clock_numbers = [int(part) for part in clock.split(":") if int(part)]
    return clock_numbers == [int(part) for part in re.findall(r"\d+", spoken) if int(part)]


def _alternates(pane_lines: Sequence[str]) -> bool:
    """Return whether times and words alternate, as in the pane itself."""
    non_blank = [line for line in pane_lines if line.strip()]
    stamps = sum(bool(_STAMP.match(line)) for line in non_blank)
    return stamps >= _FEWEST and 2 * stamps >= _MOSTLY * len(non_blank)


def _drop_pane_headings(pane_lines: list[str], marks: list[Mark]) -> None:
    for index, line in enumerate(pane_lines):
        if _STAMP.match(line) or line.startswith("["):
            return
        if line.strip().casefold() in _PANE_HEADS:
            marks.append(marked(index, "heading", line))
            pane_lines[index] = ""
