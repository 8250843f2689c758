"""The layouts that can be read, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.documents.layouts import read_document, read_meet_word, read_pdf, read_teams_word, read_word
from needsseg.transcripts.lines.chat import read_chat
from needsseg.transcripts.lines.layouts import LINE_LAYOUTS
from needsseg.transcripts.lines.text import read_markdown, read_text, reader_of
from needsseg.transcripts.lines.timed import read_lrc, read_timed, read_tsv
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.subtitles.srt import read_srt
from needsseg.transcripts.subtitles.vtt import read_teams, read_unlabelled, read_zoom

LinesReader = Callable[[Sequence[str], ReadingChoices], Reading]

TEXT_FORMATS: Mapping[str, LinesReader] = {
    "zoom-vtt": read_zoom,
    "teams-vtt": read_teams,
    "vtt": read_unlabelled,
    "srt": read_srt,
    "timed-text": read_timed,
    "lrc": read_lrc,
    "tsv": read_tsv,
    **{layout.name: reader_of(layout.name) for layout in LINE_LAYOUTS},
    "chat": read_chat,
    "rev": read_text,
    "text": read_text,
    "markdown": read_markdown,
}
WORD_FORMATS: Mapping[str, LinesReader] = {
    "docx": read_word,
    "teams-docx": read_teams_word,
    "meet-docx": read_meet_word,
    "odt": read_document,
    "rtf": read_document,
    "pdf": read_pdf,
    "html": read_document,
}
TABLE_FORMATS: tuple[str, ...] = ("csv", "jsonl", "json", "xlsx")
FORMATS: tuple[str, ...] = (*TEXT_FORMATS, *WORD_FORMATS, *TABLE_FORMATS)
CUE_FORMATS = frozenset({"zoom-vtt", "teams-vtt", "vtt", "srt", "timed-text", "lrc", "tsv"})
