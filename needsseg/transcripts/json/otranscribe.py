"""oTranscribe's files: JSON with the text as HTML and a span for each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from needsseg.errors import TranscriptError
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.json.parsing import whole_document
from needsseg.transcripts.lines.labels import LONGEST_NAME, accepted_labels, counted
from needsseg.transcripts.spoken import Mark, Reading, Spoken, marked, merged, one_line, tidy
from needsseg.transcripts.subtitles.cues import milliseconds

_LABEL = re.compile(rf"^\s*([^:：]{{1,{LONGEST_NAME}}}?)\s*[:：]\s*(.*)$", re.DOTALL)
_CLOCK = re.compile(r"^\s*(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,6}))?\s*$")
_PARAGRAPHS = frozenset({"p", "div", "br", "li", "blockquote", "h1", "h2", "h3", "h4"})
_SPAN = "timestamp"


def read_otranscribe(lines: Sequence[str], choices: ReadingChoices) -> Reading | None:
    """Return the turns of an oTranscribe file, or None where the lines are other JSON.

    A paragraph is a piece; its first time is its start, and ``Name:`` after or before the time is its speaker. A paragraph
    without a name continues with the previous speaker.
    """
    head = "\n".join(lines[:50])
    if "timestamp" not in head or not re.search(r"<(?:p|span|br|div)\b", head):
        return None
    document = whole_document(lines, "oTranscribe").value
    text = document.get("text") if isinstance(document, dict) else None
    if not isinstance(text, str) or "<" not in text:
        return None
    parser = _Paragraphs()
    try:
        parser.feed(text)
        parser.close()
    except (AssertionError, ValueError) as error:
        raise TranscriptError(f"The HTML in this oTranscribe file is broken: {error}.", "Export it again.") from error
    paragraphs = [paragraph for paragraph in parser.paragraphs if paragraph.text.strip() or paragraph.times]
    other_texts = [
        value for key, value in document.items() if key != "text" and isinstance(value, str) and value.strip()
    ]
    return _reading(paragraphs, other_texts, choices)


class _Paragraph:
    """One paragraph of HTML: its text without times, the times' own text, and its start."""

    def __init__(self) -> None:
        self.text = ""
        self.times: list[str] = []
        self.start_ms: int | None = None


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs = [_Paragraph()]
        self._in_time = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self._next()
        values = dict(attrs)
        if self._in_time:
            self._in_time += tag == "span"
        elif tag == "span" and (_SPAN in (values.get("class") or "") or "data-timestamp" in values):
            self._in_time = 1
            self._begin(_seconds(values.get("data-timestamp")))

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._next()
        elif tag == "span" and self._in_time:
            self._in_time -= 1

    def handle_data(self, data: str) -> None:
        paragraph = self.paragraphs[-1]
        if not self._in_time:
            paragraph.text += data.replace("\n", " ")
        elif match := _CLOCK.match(data):
            paragraph.times.append(data)
            self._begin(milliseconds(*match.group(1, 2, 3, 4)))
        else:
            # Words that were typed directly after a time are in its span.
            paragraph.text += data.replace("\n", " ")

    def _begin(self, start_ms: int | None) -> None:
        paragraph = self.paragraphs[-1]
        if paragraph.start_ms is None:
            paragraph.start_ms = start_ms

    def _next(self) -> None:
        self._in_time = 0
        if self.paragraphs[-1].text or self.paragraphs[-1].times:
            self.paragraphs.append(_Paragraph())


def _seconds(value: str | None) -> int | None:
    return round(float(value) * 1000) if value and re.fullmatch(r"\d{1,7}(?:\.\d{1,18})?", value.strip()) else None


def _reading(paragraphs: Sequence[_Paragraph], other_texts: Sequence[str], choices: ReadingChoices) -> Reading:
    matches = [_LABEL.match(paragraph.text) for paragraph in paragraphs]
    accepted = accepted_labels(counted([one_line(match[1]) for match in matches if match]))
    refused = {label.casefold() for label in choices.not_speakers}
    accepted = frozenset(label for label in accepted if label.casefold() not in refused)
    pieces: list[Spoken] = []
    marks: list[Mark] = []
    speaker = ""
    start_ms: int | None = None
    for index, (paragraph, match) in enumerate(zip(paragraphs, matches, strict=True)):
        words = paragraph.text
        if match and one_line(match[1]) in accepted:
            speaker, words = one_line(match[1]), match[2]
            marks.append(marked(index, "label", match[1]))
        start_ms = paragraph.start_ms if paragraph.start_ms is not None else start_ms
        # A time in a paragraph of its own belongs to the next paragraph.
        if tidy(words):
            pieces.append(Spoken(speaker or choices.unlabelled, words, start_ms, line=index + 1))
            start_ms = None
        marks += [marked(index, "time", time) for time in paragraph.times]
        marks.append(marked(index, "speech", tidy(words)))
    source = [" ".join([*paragraph.times, paragraph.text]) for paragraph in paragraphs]
    marks += [marked(len(source) + index, "metadata", value) for index, value in enumerate(other_texts)]
    return Reading(
        merged(pieces, by_paragraph=True), marks=tuple(marks), source=(*source, *other_texts), unit="paragraph"
    )
