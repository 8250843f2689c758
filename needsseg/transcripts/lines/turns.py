"""Build turns from headers and the lines between them, with marks of every word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from needsseg.transcripts.lines.around import NonSpeech, is_field_block, lines_above_dialogue
from needsseg.transcripts.lines.headers import Header, clock_ms
from needsseg.transcripts.lines.interjections import inline_label_warnings, parts_of
from needsseg.transcripts.lines.labelled import Labelled, stamp
from needsseg.transcripts.lines.labels import is_metadata, is_note, like_a_name
from needsseg.transcripts.lines.layouts import CLOCK, SPOKEN
from needsseg.transcripts.lines.own_lines import kind_of_own_line
from needsseg.transcripts.spoken import Mark, Spoken, marked

BRACKETED_TIME = re.compile(rf"^[\[(]\s*(?P<time>{CLOCK})\s*[\])]\s*")
_TIME_WORD = re.compile(r"\d:\d\d|^[\[(]?\d+(?:[.,]\d+)?s?[\])]:?$|^\d+[.,]\d+s?$|^-+>$")
_BRACKETED_NOTE = re.compile(r"^(?:\[(?!\d)[^\[\]]{12,}\]|\(\([^()]{4,}\)\)|\[\d[\d:.,]*\s*[-–—]\s*[^\[\]]+\])\.?$")
_INTERVIEW_NUMBER = re.compile(
    r"^[\W_]*(?:interview|session|transcript|entrevista|entretien|focus group)\s+#?\d{1,3}\b[^.?!:]{0,60}$", re.I
)
_LONGEST_FIELD = 8
_INLINE_TIME = re.compile(r"\s*\[\d{1,2}:\d{2}(?::\d{2})?\](?=\s|$)")


class TurnBuilder:
    """Builds turns from headers and the lines between them, and marks every word."""

    def __init__(
        self,
        stripped_lines: list[str],
        headers: Mapping[int, Header],
        line_labels: Sequence[Labelled | None],
        around: NonSpeech,
        unlabelled: str,
    ) -> None:
        self.stripped_lines, self.headers, self.line_labels, self.around, self.unlabelled = (
            stripped_lines,
            headers,
            line_labels,
            around,
            unlabelled,
        )
        self.pieces: list[Spoken] = []
        self.marks: list[Mark] = []
        self.unread: list[int] = []
        self.quoted: dict[str, int] = {}
        self.warnings: list[str] = []
        self.suspicions: list[str] = []
        self.title = ""
        self.floor = ""
        self.inline: list[tuple[int, str]] = []
        self.start: int | None = None
        self.speakers = frozenset(header.label for header in headers.values())
        self.timed = bool(headers) and all(header.time for header in headers.values())
        self.no_blanks = without_blanks(stripped_lines)

    def make(self) -> list[Spoken]:
        """Return the turns, one for each header and each paragraph without a speaker."""
        first = next(iter(self.headers), len(self.stripped_lines))
        lines_above = self._above(first)
        apart = True
        index = lines_above
        while index < len(self.stripped_lines):
            line = self.stripped_lines[index]
            if not line:
                apart = True
                index += 1
                continue
            line_count = (
                self._header(index)
                or self._name_before(index)
                or self._stamp(index)
                or self._field_block(index, apart)
                or self._note(index)
                or self._own_line(index, apart)
                or self._field_below_dialogue(index)
            )
            if not line_count:
                self._speech(index, apart)
                line_count = 1
            apart = False
            index += line_count
        if self.unlabelled and any(piece.speaker == self.unlabelled for piece in self.pieces):
            labels = ", ".join(sorted(self.speakers - {self.unlabelled})[:3])
            self.warnings.append(f"Only {labels} is labelled: lines without a label were read as {self.unlabelled}'s.")
        self.warnings += inline_label_warnings(self.inline)
        return self.pieces

    def _above(self, first: int) -> int:
        # A time directly above the first header belongs to it.
        end = first
        while end and (not self.stripped_lines[end - 1] or stamp(self.stripped_lines[end - 1]) is not None):
            end -= 1
        marks, self.unread, self.title = lines_above_dialogue(
            self.stripped_lines, self.line_labels, end, self.around.kinds, self.speakers
        )
        self.marks += marks
        return end

    def _header(self, index: int) -> int:
        header = self.headers.get(index)
        if header is None:
            return 0
        words = _without_times(header.words.removesuffix("\\").strip())
        start = header.start_ms if header.start_ms is not None else self.start
        self.floor = header.label
        self.pieces.append(Spoken(header.label, "", start, header.end_ms, index + 1))
        word_count = self._add(words, index)
        self.start = None
        before = self.stripped_lines[index].split()[: max(0, len(self.stripped_lines[index].split()) - word_count)]
        time = sum(bool(_TIME_WORD.search(word)) for word in before)
        if " " in header.time and header.lines == 1 and not time:
            time = len(header.time.split())
        self.marks += [Mark(index, "speech", word_count), Mark(index, "time", time)]
        self.marks.append(Mark(index, "label", max(0, len(before) - time)))
        for header_line in range(index + 1, index + header.lines):
            timed = re.search(r"\d", self.stripped_lines[header_line]) is not None
            self.marks.append(
                marked(header_line, "time" if timed and header.time else "label", self.stripped_lines[header_line])
            )
        return header.lines

    def _name_before(self, index: int) -> int:
        """Read a line with only the name of the header directly below it, copied from a page with a picture there."""
        header = self.headers.get(index + 1)
        if header is None or self.stripped_lines[index] not in {header.label, _initials(header.label)}:
            return 0
        self.marks.append(marked(index, "label", self.stripped_lines[index]))
        return 1

    def _stamp(self, index: int) -> int:
        line = self.stripped_lines[index]
        time = stamp(line)
        if time is None:
            match = re.fullmatch(
                rf"[\[(]?(?P<time>{CLOCK}|{SPOKEN})[\])]?(?:\s*(?:-->|[-–—,])\s*[\[(]?{CLOCK}[\])]?)?", line
            )
            if not match and self._names_again(line):
                self.marks.append(marked(index, "label", line))
                return 1
            if not match:
                return 0
            time = clock_ms(match["time"])
        if self.timed and self.pieces and time != self.pieces[-1].start_ms:
            return 0  # headers have their own times, so this one is speech
        if self.pieces and not self.pieces[-1].words and self.pieces[-1].start_ms is None:
            self.pieces[-1] = replace(self.pieces[-1], start_ms=time)
        else:
            self.start = time
        self.marks.append(marked(index, "time", line))
        return 1

    def _names_again(self, line: str) -> bool:
        """Return whether a line directly below a header repeats its name and time, for screen readers."""
        last = self.pieces[-1] if self.pieces else None
        if last is None or last.words:
            return False
        return re.fullmatch(rf"{re.escape(last.speaker)}(?:\s+(?:{SPOKEN}|{CLOCK}))?", line) is not None

    def _field_block(self, index: int, apart: bool) -> int:
        if not apart or not self.pieces:
            return 0
        if _INTERVIEW_NUMBER.match(self.stripped_lines[index]):
            self.marks.append(marked(index, "heading", self.stripped_lines[index]))
            self.suspicions.append(
                f"Line {index + 1}: “{self.stripped_lines[index]}”: a second interview may begin here."
            )
            return 1 + self._fields_below(index + 1)
        return self._fields_below(index)

    def _fields_below(self, index: int) -> int:
        """Mark lines that are the head of another transcript, and return their number."""
        end = index
        while end < len(self.stripped_lines) and self.stripped_lines[end] and end not in self.headers:
            end += 1
        if not is_field_block(self.stripped_lines[index:end], self.line_labels[index:end], self.speakers):
            return 0
        self.marks += [marked(line, "metadata", self.stripped_lines[line]) for line in range(index, end)]
        self.suspicions.append(
            f"Line {index + 1}: fields as at the head of a transcript; a second transcript may begin here."
        )
        return end - index

    def _note(self, index: int) -> int:
        item = self.line_labels[index]
        if self.pieces and _BRACKETED_NOTE.match(self.stripped_lines[index]) and self.pieces[-1].words:
            self.marks.append(marked(index, "note", self.stripped_lines[index]))
            return 1
        if not (self.pieces and item and is_note(item.label)):
            return 0
        end = index + 1
        while (
            not item.words and end < len(self.stripped_lines) and self.stripped_lines[end] and end not in self.headers
        ):
            end += 1  # the note is below its label
        self.marks += [marked(line, "note", self.stripped_lines[line]) for line in range(index, end)]
        return end - index

    def _own_line(self, index: int, apart: bool) -> int:
        """Read a line that is not speech by its form: a description in brackets, a comment, the heading of a part."""
        if not self.pieces or not self.pieces[-1].words:
            return 0
        ends = index + 1 >= len(self.stripped_lines) or not self.stripped_lines[index + 1] or index + 1 in self.headers
        kind = kind_of_own_line(self.stripped_lines[index], ends and (apart or self.no_blanks))
        if kind and not self._names_speaker(index):
            self.marks.append(marked(index, kind, self.stripped_lines[index]))
            return 1
        item = self.line_labels[index]
        if item and item.kind == "alone" and item.label not in self.speakers:
            self.unread.append(index)
            return 1
        return 0

    def _names_speaker(self, index: int) -> bool:
        """Return whether the text in brackets is an interjection of another speaker (``[Interviewer: mhm]``)."""
        parts = parts_of(self.stripped_lines[index], self.floor, self.speakers)
        return any(part.speaker != self.floor for part in parts)

    def _field_below_dialogue(self, index: int) -> int:
        """Read fields such as ``Duration: 31:20`` in the last lines of a file, separate from the turns above."""
        item = self.line_labels[index]
        if not item or not is_metadata(item.label) or not item.words or len(item.words.split()) > _LONGEST_FIELD:
            return 0
        if index < max(self.headers, default=0) or self.stripped_lines[index - 1]:
            return 0
        end = index
        while (
            end < len(self.stripped_lines) and (field := self.line_labels[end]) is not None and is_metadata(field.label)
        ):
            end += 1
        if any(self.stripped_lines[end:]):
            return 0
        self.marks += [marked(line, "metadata", self.stripped_lines[line]) for line in range(index, end)]
        return end - index

    def _speech(self, index: int, apart: bool) -> None:
        line, item = self.stripped_lines[index], self.line_labels[index]
        new_paragraph = apart or item is not None
        match = BRACKETED_TIME.match(line)
        words = _without_times((line[match.end() :] if match else line).removesuffix("\\").strip())
        time = clock_ms(match["time"]) if match else self.start
        if not self.pieces and not self.unlabelled:
            self.unread.append(index)
            return
        if item and like_a_name(item.label) and item.kind == "colon":
            self.quoted.setdefault(item.label, index + 1)
        if self.unlabelled and (not self.pieces or self._begins_own(apart)):
            self.floor = self.unlabelled
            self.pieces.append(Spoken(self.unlabelled, "", time, None, index + 1))
        count = len(words.split())
        word_count = self._add(words, index, "\n" if new_paragraph else " ")
        self.marks += [Mark(index, "speech", word_count), Mark(index, "label", count - word_count)]
        self.marks.append(Mark(index, "time", len(line.split()) - count))

    def _add(self, words: str, index: int, glue: str = " ") -> int:
        """Add words to the current speaker's turn, and interjections as turns of their speakers; return the word count."""
        word_count = 0
        for part in parts_of(words, self.floor, self.speakers):
            last = self.pieces[-1]
            if part.speaker != last.speaker:
                self.pieces.append(Spoken(part.speaker, part.words.strip(), None, None, index + 1))
            else:
                longer = f"{last.words}{glue}{part.words.strip()}" if last.words else part.words.strip()
                self.pieces[-1] = replace(last, words=longer)
            if part.inline:
                self.inline.append((index + 1, part.speaker))
                self.floor = part.speaker
            word_count += len(part.words.split())
            glue = " "
        return word_count

    def _begins_own(self, apart: bool) -> bool:
        return bool(self.pieces[-1].words) and (apart or self.no_blanks) and self.pieces[-1].speaker != self.unlabelled


def _without_times(words: str) -> str:
    """Remove the times in brackets that some programs write between words."""
    return _INLINE_TIME.sub("", words).strip() if "[" in words else words


def _initials(name: str) -> str:
    """Return ``OB`` for Oda Brinkholt, as pages show where there is no picture."""
    words = [word for word in re.sub(r"\([^()]*\)", "", name).split() if word[:1].isalpha()]
    return (words[0][:2] if len(words) == 1 else words[0][:1] + words[-1][:1]).upper() if words else name


def without_blanks(stripped_lines: Sequence[str]) -> bool:
    """Return whether no blank lines separate the text, so that each line is a paragraph."""
    filled_lines = [index for index, line in enumerate(stripped_lines) if line]
    return bool(filled_lines) and filled_lines[-1] - filled_lines[0] + 1 == len(filled_lines)
