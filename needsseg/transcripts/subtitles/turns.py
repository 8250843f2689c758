"""Convert cues to turns: speakers, changes of speaker, notes, and marks of every word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Mark, Reading, Spoken, flowing, marked, merged, one_line
from needsseg.transcripts.subtitles.cues import Cue, CueFile, overlap_warning
from needsseg.transcripts.subtitles.json_cues import CueObject, looks_broken, objects_in
from needsseg.transcripts.subtitles.labels import Naming, changes_in, counts_cues, dashes_in, find_naming
from needsseg.transcripts.subtitles.rolling import Repeats, find_repeats
from needsseg.transcripts.subtitles.text import (
    Segment,
    is_note,
    is_only_signs,
    names_somebody,
    segments_of,
    unremoved_markup,
    without_stamp,
)

_PART = re.compile(r"^(.{1,80}/\d{1,12})-(\d{1,12})$")
_SENTENCE_END = re.compile(r"[.?!…。？！][\"'”’»)\]]*$")
_TURN_SIGNS = ("[SPEAKER_TURN]", "[SPEAKER TURN]")
_CREDIT = re.compile(
    r"^(?:(?:automatically )?(?:transcribed|transcript|subtitles?|subtitled|captions?|captioned|translated)\b.{0,40}"
    r"(?:https?://|www\.|\.(?:ai|com|org)\b).{0,60}|(?:subtitles|captions) by .{1,60})$",
    re.IGNORECASE,
)
_SHOWN = 40
_FEW_WITHOUT = 0.2


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one line of a cue; ``change`` means that the speaker has changed, even without a name."""

    spoken: Spoken
    change: bool = False


@dataclass(slots=True)
class _CueParts:
    """One cue with its lines split at voices, and its JSON objects where its lines are JSON."""

    cue: Cue
    segments: list[Segment]
    objects: list[CueObject] | None

    @property
    def voices(self) -> tuple[str, str]:
        voices = [segment.voice for segment in self.segments if segment.text.strip()]
        return (voices[0] or "", voices[-1] or "") if voices else ("", "")

    @property
    def words(self) -> list[list[str]]:
        return [] if self.objects is not None else [segment.text.split() for segment in self.segments]


def read_cues(
    lines: Sequence[str],
    file: CueFile,
    choices: ReadingChoices = NO_CHOICES,
    *,
    named: bool = True,
) -> Reading:
    """Read the turns of cues and marks of a file's words; where not ``named``, no label is read as a speaker.

    Parts ``-0``, ``-1`` of one utterance (Teams) are joined before utterances are sorted by their start, so that an
    interjected "OK." does not split a sentence. Raises UsageError where a chosen pattern is invalid.
    """
    parts = [_parts_of(cue, named) for cue in _ordered(file.cues)]
    parts, _ = _without_broken_objects(parts)
    repeats = find_repeats([part.words for part in parts], [part.voices for part in parts])
    marks = list(file.marks)
    for part, count in zip(parts, repeats.words, strict=True):
        part.segments = _without_repeats(part, count, marks)
    texts = [
        [segment.text for segment in part.segments if segment.text.strip()] for part in parts if part.objects is None
    ]
    naming = find_naming(texts, [part.cue.ident for part in parts if part.objects is None], choices, named=named)
    speech = _Speech(
        naming, choices, marks, _voices_on_change(parts), _describe_sounds(texts), _labels_every_cue(texts, naming)
    )
    for index, part in enumerate(parts):
        speech.add(part, at_edge=index in (0, len(parts) - 1))
    turns = _turns(speech.pieces)
    return Reading(
        turns,
        file.warnings + (overlap_warning(turns) if named else ()),
        tuple(marks),
        tuple(lines),
        title=file.title,
        suspicions=(*_doubts_of_repeats(parts, repeats), *_doubts_of_markup(speech.pieces)),
    )


def _parts_of(cue: Cue, named: bool) -> _CueParts:
    objects = objects_in(cue.lines)
    segments = [part for number, raw in zip(cue.numbers, cue.lines, strict=True) for part in segments_of(number, raw)]
    if not named:
        segments = [replace(segment, voice=None) for segment in segments]
    return _CueParts(cue, segments, objects)


def _without_broken_objects(parts: list[_CueParts]) -> tuple[list[_CueParts], list[tuple[int, str]]]:
    """Return the cues without those whose object cannot be parsed, and the lines (number, text) of the latter."""
    if not any(part.objects for part in parts):
        return parts, []
    broken = [part.objects is None and looks_broken(part.cue.lines) for part in parts]
    lines = [
        (number + 1, text)
        for part, bad in zip(parts, broken, strict=True)
        if bad
        for number, text in zip(part.cue.numbers, part.cue.lines, strict=True)
    ]
    return [part for part, bad in zip(parts, broken, strict=True) if not bad], lines


def _ordered(cues: Sequence[Cue]) -> list[Cue]:
    groups: dict[str, list[tuple[int, Cue]]] = {}
    for index, cue in enumerate(cues):
        match = _PART.match(cue.ident)
        key, part = (f"{cue.section} {match.group(1)}", int(match.group(2))) if match else (f"\n{index}", 0)
        groups.setdefault(key, []).append((part, cue))
    utterances = [[cue for _, cue in sorted(group, key=lambda item: item[0])] for group in groups.values()]
    utterances.sort(key=lambda group: (group[0].section, min(cue.start_ms for cue in group)))
    return [cue for group in utterances for cue in group]


def _without_repeats(part: _CueParts, count: int, marks: list[Mark]) -> list[Segment]:
    """Return the segments of a cue without its first ``count`` words."""
    if not count:
        return part.segments
    out: list[Segment] = []
    for segment in part.segments:
        words = segment.text.split()
        dropped = min(count, len(words))
        count -= dropped
        marks.append(Mark(segment.line, "repeated", dropped))
        out.append(replace(segment, text=" ".join(words[dropped:])) if dropped else segment)
    return out


def _voices_on_change(parts: Iterable[_CueParts]) -> bool:
    """Return whether voices mark only changes of speaker, so that a cue without one continues the turn.

    True where voices are nameless (``<v ->``), or where no voice follows itself.
    """
    first_voices = [
        segments[0].voice
        for part in parts
        if (segments := [segment for segment in part.segments if segment.text.strip()])
    ]
    named_voices = [voice for voice in first_voices if voice is not None]
    if not named_voices or len(named_voices) == len(first_voices):
        return False
    nameless = sum(not names_somebody(voice) for voice in named_voices)
    return nameless * 2 >= len(named_voices) or (
        len(set(named_voices)) > 1 and all(a != b for a, b in pairwise(named_voices))
    )


def _labels_every_cue(cues: Iterable[Sequence[str]], naming: Naming) -> bool:
    """Return whether (nearly) every cue has a label, even for the same speaker, so that one without has no speaker."""
    labels = [naming.match(lines[0], ends_cue=len(lines) < 2) for lines in cues if lines]
    label_speakers = [label.speaker for label in labels if label]
    without = len(labels) - len(label_speakers)
    goes_on = sum(before == after for before, after in pairwise(label_speakers))
    return 0 < without <= _FEW_WITHOUT * len(labels) and goes_on >= max(2, without)


def _describe_sounds(cues: Iterable[Sequence[str]]) -> bool:
    """Return whether captions describe sounds, at least twice, as one sign alone is weak evidence."""
    return sum(is_only_signs(text) or is_note(text, whole_cue=False) for lines in cues for text in lines) > 1


@dataclass(slots=True)
class _Speech:
    """Processes cues in order; ``speaker`` is the last speaker, ``changed`` whether another speaker follows."""

    naming: Naming
    choices: ReadingChoices
    marks: list[Mark]
    carry_voice: bool
    sounds: bool
    every_cue: bool = False
    pieces: list[_Piece] = field(default_factory=list)
    speaker: str = ""
    changed: bool = False
    labelled: bool = False
    dashed: bool = False

    def add(self, part: _CueParts, *, at_edge: bool) -> None:
        """Add the pieces of one cue, and mark the rest of its lines."""
        cue = part.cue
        self.labelled = self.dashed = False
        self._ident(cue)
        if part.objects is not None:
            self._objects(part.objects, cue)
        else:
            lines = [segment for segment in part.segments if segment.text.strip()]
            cue_text = one_line(" ".join(segment.text for segment in lines))
            kind = (
                "metadata" if at_edge and _CREDIT.match(cue_text) else "note" if self._is_note(lines, cue_text) else ""
            )
            for index, segment in enumerate(lines):
                if kind:
                    self.marks.append(marked(segment.line, kind, segment.text))
                else:
                    self._segment(segment, cue, index, len(lines))
        for number, raw in zip(cue.numbers, cue.lines, strict=True):
            self._markup(number, raw, part)

    def _is_note(self, lines: Sequence[Segment], cue_text: str) -> bool:
        first = self.naming.match(lines[0].text, ends_cue=len(lines) < 2) if lines else None
        return not first and (is_note(cue_text, whole_cue=True) or (self.sounds and is_only_signs(cue_text)))

    def _ident(self, cue: Cue) -> None:
        if cue.ident_at < 0:
            return
        speaker = self.naming.by_ident.get(cue.ident)
        # A running number belongs to the timing line below it, and is not metadata.
        kind = "label" if speaker else "time" if counts_cues(cue.ident) else "metadata"
        self.marks.append(marked(cue.ident_at, kind, cue.ident))
        if self.naming.by_ident:
            self.speaker, self.labelled = speaker or "", True

    def _objects(self, objects: Sequence[CueObject], cue: Cue) -> None:
        for cue_object in objects:
            self.changed = self.changed or cue_object.speaker != self.speaker
            self.labelled = True
            self._add_words(cue_object.speaker, cue_object.words, cue, cue.numbers[cue_object.words_line])
            self.marks.append(marked(cue.numbers[cue_object.name_line], "label", cue_object.speaker))
        for number, raw in zip(cue.numbers, cue.lines, strict=True):
            self.marks.append(marked(number, "metadata", raw))

    def _segment(self, segment: Segment, cue: Cue, index: int, count: int) -> None:
        text = segment.text
        if segment.voice is not None:
            self._change_to(segment.voice if names_somebody(segment.voice) else "")
            self.changed = self.changed or not names_somebody(segment.voice)
            # Some programs write the name in the tag and again before the words.
            again = re.match(rf"\s*{re.escape(segment.voice)}\s*:\s+", text) if segment.voice else None
            if again:
                self.marks.append(marked(segment.line, "label", again.group()))
                text = text[again.end() :]
        elif index == 0 and not self.labelled and not self.carry_voice and self._has_voices:
            self._change_to("")
        for change, part in changes_in(text):
            if change:
                self.marks.append(Mark(segment.line, "label", 1))
                self.changed, self.speaker = True, ""
            self._line(part, segment, cue, ends_cue=index + 1 == count)

    @property
    def _has_voices(self) -> bool:
        return bool(self.pieces) and not self.naming.names and not self.naming.pattern and bool(self.speaker)

    def _line(self, text: str, segment: Segment, cue: Cue, *, ends_cue: bool) -> None:
        text = text.strip()
        ends_turn = text.endswith(_TURN_SIGNS)
        if ends_turn:
            sign = text[text.rindex("[") :]
            self.marks.append(marked(segment.line, "markup", sign))
            text = text[: -len(sign)]
        if match := self.naming.match(text, ends_cue=ends_cue):
            self._change_to(match.speaker)
            self.changed = self.changed or not match.speaker
            self.marks.append(marked(segment.line, "label", match.label))
            self._add_words(self.speaker, match.words, cue, segment.line)
        elif not self._is_label_line(text) and (
            is_note(text, whole_cue=False) or (self.sounds and is_only_signs(text))
        ):
            self.marks.append(marked(segment.line, "note", text))
        else:
            for dashed, words in dashes_in(text) if self.naming.dashes else [(False, text)]:
                if dashed:
                    self.marks.append(Mark(segment.line, "label", 1))
                    self._dashed(words, segment, cue)
                else:
                    self._plain(words, segment, cue)
        if ends_turn:
            self.changed, self.speaker = True, ""

    def _is_label_line(self, text: str) -> bool:
        return self.naming.match(text, ends_cue=False) is not None

    def _dashed(self, words: str, segment: Segment, cue: Cue) -> None:
        match = self.naming.match(words)
        if match:
            self._change_to(match.speaker)
            self.marks.append(marked(segment.line, "label", match.label))
            words = match.words
        elif self.dashed or not self.labelled:
            self.changed, self.speaker = True, ""
        self.dashed = True
        self._add_words(self.speaker, words, cue, segment.line)

    def _plain(self, text: str, segment: Segment, cue: Cue) -> None:
        """Add words without a label: of the same speaker, of nobody, or of the speaker chosen for unlabelled words."""
        words = without_stamp(text, bare=self.naming.bare_stamps)
        self.marks.append(marked(segment.line, "time", text[: len(text) - len(words)]))
        if self.choices.unlabelled and not self.labelled and segment.voice is None:
            self._change_to(one_line(self.choices.unlabelled))
        elif self.every_cue and not self.labelled and segment.voice is None and self._is_open():
            self._change_to("")
        new_cue = bool(self.pieces) and self.pieces[-1].spoken.start_ms != cue.start_ms
        if self.naming.dashes and not self.speaker and new_cue:
            # Where dashes separate two speakers, a cue without one may be either's, unless it continues a sentence.
            self.changed = self.changed or bool(_SENTENCE_END.search(self.pieces[-1].spoken.words.rstrip()))
        self._add_words(self.speaker, words, cue, segment.line)

    def _is_open(self) -> bool:
        """Return whether the last words end a sentence, so that the next may be another speaker's."""
        return not self.pieces or bool(_SENTENCE_END.search(self.pieces[-1].spoken.words.rstrip()))

    def _change_to(self, speaker: str) -> None:
        self.changed = self.changed or speaker != self.speaker
        self.speaker, self.labelled = speaker, True

    def _add_words(self, speaker: str, words: str, cue: Cue, line: int) -> None:
        self.speaker = speaker
        words = one_line(words)
        if not words:
            return
        self.marks.append(marked(line, "speech", words))
        self.pieces.append(_Piece(Spoken(speaker, words, cue.start_ms, cue.end_ms, line + 1), self.changed))
        self.changed = False

    def _markup(self, number: int, raw: str, part: _CueParts) -> None:
        """Mark the words of a line that are tags, and the names within voice tags."""
        if part.objects is not None or not any(sign in raw for sign in "<{&\\"):
            return
        texts = segments_of(number, raw)
        words = sum(len(segment.text.split()) for segment in texts)
        names = sum(len(segment.voice.split()) for segment in texts if segment.voice)
        markup_words = max(len(raw.split()) - words, 0)
        self.marks.append(Mark(number, "label", min(names, markup_words)))
        self.marks.append(Mark(number, "markup", markup_words - min(names, markup_words)))


def _turns(pieces: Sequence[_Piece]) -> tuple[Spoken, ...]:
    """Join pieces into turns: by speaker, or by sentence without a speaker, never across a change of speaker."""
    runs: list[list[Spoken]] = []
    for piece in pieces:
        if not runs or piece.change or piece.spoken.speaker != runs[-1][-1].speaker:
            runs.append([])
        runs[-1].append(piece.spoken)
    out: list[Spoken] = []
    for run in runs:
        out += [_whole(run)] if run[0].speaker else flowing(run)
    return merged(out)


def _whole(run: Sequence[Spoken]) -> Spoken:
    ends = [piece.end_ms for piece in run if piece.end_ms is not None]
    return replace(run[0], words=" ".join(piece.words for piece in run), end_ms=max(ends, default=None))


def _doubts_of_repeats(parts: Sequence[_CueParts], repeats: Repeats) -> tuple[str, ...]:
    if not repeats.doubted:
        return ()
    cue = parts[repeats.doubted[0]].cue
    count = format_count(len(repeats.doubted), "cue repeats", "cues repeat")
    return (f"{count} words of the cue before, first in line {cue.at + 1}; rolling captions show lines again.",)


def _doubts_of_markup(pieces: Sequence[_Piece]) -> tuple[str, ...]:
    marked_pieces = [
        (piece.spoken.line, markup_left) for piece in pieces if (markup_left := unremoved_markup(piece.spoken.words))
    ]
    if not marked_pieces:
        return ()
    lines = list(groupby(marked_pieces, key=lambda item: item[0]))
    count = format_count(len(lines), "line holds", "lines hold")
    line, markup_left = marked_pieces[0]
    return (f"{count} a time or markup within speech, first line {line}: {markup_left[:_SHOWN]}",)
