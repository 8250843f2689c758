"""Interjections of another speaker within a turn: ``[Interviewer: mhm]``, or a label in the middle of a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from needsseg.transcripts.lines.labels import is_metadata, is_note, like_a_name

_LABEL = r"(?P<label>[^:：\[\](){}/|\n]{1,40}?)"
_ASIDE = re.compile(
    rf"\[\s*{_LABEL}\s*[:：]\s*(?P<words>[^\[\]]*[^\[\]\s])\s*\]"
    rf"|\(\s*{_LABEL.replace('label', 'label_b')}\s*[:：]\s*(?P<words_b>[^()]*[^()\s])\s*\)"
    rf"|//\s*{_LABEL.replace('label', 'label_c')}\s*[:：]\s*(?P<words_c>[^/]*[^/\s])\s*//"
)
_INLINE = re.compile(r"(?:^|(?<=[.?!…。！？\"”’)\]])\s+)(?P<label>[^\W\d_][^:：.?!,;\n]{0,30}?)\s?(?:：|:(?=\s))")
_LONGEST_INITIAL = 4
_FEWEST_INLINE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Words of one speaker within a line; ``inline`` where a label in the middle of the line begins them."""

    speaker: str
    words: str
    inline: bool = False


def parts_of(words: str, floor: str, speakers: Collection[str]) -> list[Part]:
    """Split the words of a line by speaker: ``floor`` has the turn, other ``speakers`` of the file may interject.

    An aside in brackets counts where its label is a speaker's, or the beginning of one speaker's label alone (``I`` for
    Interviewer). A label within the line counts after the end of a sentence, in the same form as at the start of a line.
    """
    if ":" not in words and "：" not in words:
        return [Part(floor, words)]
    parts: list[Part] = []
    offset = 0
    for match in _ASIDE.finditer(words):
        label = next(match[name] for name in ("label", "label_b", "label_c") if match[name])
        speaker = _speaker_of(label.strip(), speakers)
        if not speaker or speaker == floor:
            continue
        interjection = next(match[name] for name in ("words", "words_b", "words_c") if match[name])
        parts += [Part(floor, words[offset : match.start()]), Part(speaker, interjection)]
        offset = match.end()
    parts.append(Part(floor, words[offset:]))
    split = [piece for part in parts for piece in (_by_label(part, speakers) if part.speaker == floor else [part])]
    return [part for part in split if part.words.strip()] or [Part(floor, words)]


def _by_label(part: Part, speakers: Collection[str]) -> list[Part]:
    """Split words where the label of another speaker follows the end of a sentence."""
    labels = "|".join(re.escape(label) for label in sorted(speakers, key=len, reverse=True) if label)
    if not labels:
        return [part]
    parts: list[Part] = []
    speaker, offset, inline = part.speaker, 0, part.inline
    for match in re.finditer(rf"(?<=[.?!…。！？\"”’)\]])\s+(?P<label>{labels})\s?(?:：|:(?=\s))\s*(?=\S)", part.words):
        if match["label"] == speaker and not inline:
            continue
        parts.append(Part(speaker, part.words[offset : match.start()], inline))
        speaker, offset, inline = match["label"], match.end(), True
    return [*parts, Part(speaker, part.words[offset:], inline)]


def inline_labels(lines: Sequence[str]) -> frozenset[str]:
    """Return the labels of a dialogue written in one or few lines: each follows a sentence's end at least twice."""
    counts = Counter(
        " ".join(match["label"].split())
        for line in lines
        if line.count(":") + line.count("：") >= _FEWEST_INLINE
        for match in _INLINE.finditer(line)
    )
    labels = {
        label
        for label, count in counts.items()
        if count > 1 and like_a_name(label) and not is_metadata(label) and not is_note(label)
    }
    return frozenset(labels if sum(counts[label] for label in labels) >= _FEWEST_INLINE else ())


def _speaker_of(label: str, speakers: Collection[str]) -> str:
    """Return the speaker whose label equals or begins with this one; "" where there is none or more than one."""
    if label in speakers:
        return label
    folded = label.casefold().rstrip(".")
    matching = [speaker for speaker in speakers if speaker.casefold() == folded]
    if not matching and folded and len(folded) <= _LONGEST_INITIAL:
        matching = [speaker for speaker in speakers if speaker.casefold().startswith(folded)]
    return matching[0] if len(matching) == 1 else ""


def inline_label_warnings(inline: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """Return warnings for labels in the middle of lines, which were read as turns; ``inline`` is (line number, label)."""
    quoted_labels = tuple(
        f"Line {line}: “{label}:” in the middle of the line was read as a new turn." for line, label in inline[:3]
    )
    more = len(inline) - len(quoted_labels)
    return (
        (*quoted_labels, f"{more} more labels in the middle of lines were read as new turns.")
        if more > 0
        else quoted_labels
    )
