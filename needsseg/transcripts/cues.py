"""Cues: timed lines as WebVTT, SRT and Whisper's text output write them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from needsseg.text import format_count
from needsseg.transcripts.labels import LONGEST_NAME, accepted_labels, counted
from needsseg.transcripts.spoken import Spoken, flowing, merged, one_line

_STAMP = r"(?:(\d+):)?(\d+):(\d+)(?:[.,](\d+))?"
TIMING = re.compile(rf"^\s*(\[)?\s*{_STAMP}\s*-{{1,2}}>\s*{_STAMP}\s*(?:\])?(.*)$")
_NOT_SPEECH = re.compile(r"^(NOTE|STYLE|REGION)(\s|$)")
_TAG = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<\d+:[\d:.]+>|\{\\[^{}]*\}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
_LABEL = re.compile(rf"^\s*(?:[-–>]\s*|>>\s*)?([^:：]{{1,{LONGEST_NAME}}}?)\s*(?:：|:(?=\s|$))\s*(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed block: its id, times in milliseconds and raw lines."""

    ident: str
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    """A time stamp's parts as milliseconds; the fraction may have any number of digits."""
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(((fraction or "0") + "00")[:3])


def cues_in(lines: Sequence[str]) -> tuple[list[Cue], list[tuple[int, str]]]:
    """Cues in file order, and the lines (number, text) before the first cue that are no part of one.

    NOTE, STYLE and REGION blocks and the WEBVTT header are passed over. A blank line inside a cue does not end it:
    what follows belongs to the cue unless a timing line follows at once (then it is the next cue's id).
    """
    cues: list[Cue] = []
    payloads: list[list[str]] = []
    unread: list[tuple[int, str]] = []
    matches = [TIMING.match(line) if "->" in line else None for line in lines]
    ident, after_blank, skipping = "", True, False
    for index, line in enumerate(lines):
        match = matches[index]
        if match:
            start, end = milliseconds(*match.group(2, 3, 4, 5)), milliseconds(*match.group(6, 7, 8, 9))
            payloads.append([match.group(10)] if match.group(1) else [])
            cues.append(Cue(ident, start, max(start, end), ()))
            ident, after_blank, skipping = "", False, False
        elif not line.strip():
            after_blank, skipping = True, False
        elif skipping or (after_blank and _NOT_SPEECH.match(line)):
            skipping = True
        elif (following := index + 1) < len(lines) and matches[following] and (after_blank or line.strip().isdigit()):
            ident = line.strip()
        elif cues:
            payloads[-1].append(line)
            after_blank = False
        elif index == 0 and line.lstrip("\ufeff").startswith("WEBVTT"):
            skipping = True
        else:
            unread.append((index + 1, line))
            after_blank = False
    filled = [replace(cue, lines=tuple(payload)) for cue, payload in zip(cues, payloads, strict=True)]
    return filled, unread


def plain(text: str) -> str:
    """Cue text without tags and with character entities resolved."""
    if "<" in text or "{" in text:
        text = _TAG.sub("", text)
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def labels_in(cues: Sequence[Cue]) -> frozenset[str]:
    """Labels before a colon that name speakers; none where fewer than one cue in twenty carries one."""
    found = [one_line(plain(match.group(1))) for cue in cues for line in cue.lines if (match := _LABEL.match(line))]
    counts = counted(found)
    accepted = accepted_labels(counts)
    labelled = sum(counts[label] for label in accepted)
    return accepted if labelled * 20 >= len(cues) else frozenset()


def by_label(cues: Sequence[Cue], accepted: frozenset[str]) -> tuple[Spoken, ...]:
    """Turns from cues in which ``Name: words`` marks a change of speaker; a cue without a label goes on."""
    pieces: list[Spoken] = []
    speaker = ""
    for cue in cues:
        held: list[str] = []
        for line in cue.lines:
            text = plain(line)
            match = _LABEL.match(text)
            if match and one_line(match.group(1)) in accepted:
                if held:
                    pieces.append(Spoken(speaker, " ".join(held), cue.start_ms, cue.end_ms))
                speaker, held = one_line(match.group(1)), [match.group(2)]
            else:
                held.append(text)
        pieces.append(Spoken(speaker, " ".join(held), cue.start_ms, cue.end_ms))
    return merged(pieces)


def without_speakers(cues: Sequence[Cue]) -> tuple[Spoken, ...]:
    """Turns from cues that name nobody: joined to whole sentences, cut at pauses."""
    pieces = [Spoken("", one_line(plain(" ".join(cue.lines))), cue.start_ms, cue.end_ms) for cue in cues]
    return flowing([piece for piece in pieces if piece.words])


def in_time(cues: Sequence[Cue]) -> list[Cue]:
    """Cues by start; cues with the same start keep their order in the file."""
    return sorted(cues, key=lambda cue: cue.start_ms)


def overlap_warning(pieces: Sequence[Spoken]) -> tuple[str, ...]:
    """A warning that counts pieces which begin before another speaker's piece has ended."""
    count = 0
    latest: Spoken | None = None
    for piece in pieces:
        if piece.start_ms is None or piece.end_ms is None:
            continue
        if latest and latest.end_ms is not None and piece.start_ms < latest.end_ms and piece.speaker != latest.speaker:
            # Two speakers in one cue share its times; that is no overlap.
            count += (piece.start_ms, piece.end_ms) != (latest.start_ms, latest.end_ms)
        if latest is None or latest.end_ms is None or piece.end_ms >= latest.end_ms:
            latest = piece
    if not count:
        return ()
    turns = format_count(count, "turn begins", "turns begin")
    return (f"{turns} before the speaker before has finished; turns stand in the order they began.",)
