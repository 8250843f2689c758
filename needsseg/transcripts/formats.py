"""The layouts this room reads, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.documents import read_meet_word, read_odt, read_teams_word, read_word
from needsseg.transcripts.headed import read_otter
from needsseg.transcripts.markdown import read_markdown
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.srt import read_srt
from needsseg.transcripts.text import read_text
from needsseg.transcripts.timed import read_lrc, read_timed, read_tsv
from needsseg.transcripts.vtt import read_teams, read_unlabelled, read_zoom

LinesReader = Callable[[Sequence[str], ReadingChoices], Reading]

TEXT_FORMATS: Mapping[str, LinesReader] = {
    "zoom-vtt": read_zoom,
    "teams-vtt": read_teams,
    "vtt": read_unlabelled,
    "srt": read_srt,
    "timed-text": read_timed,
    "lrc": read_lrc,
    "tsv": read_tsv,
    "otter": read_otter,
    "rev": read_text,
    "text": read_text,
    "markdown": read_markdown,
}
WORD_FORMATS: Mapping[str, LinesReader] = {
    "docx": read_word,
    "teams-docx": read_teams_word,
    "meet-docx": read_meet_word,
    "odt": read_odt,
}
TABLE_FORMATS: tuple[str, ...] = ("csv", "jsonl", "json", "xlsx")
FORMATS: tuple[str, ...] = (*TEXT_FORMATS, *WORD_FORMATS, *TABLE_FORMATS)
CUE_FORMATS = frozenset({"zoom-vtt", "teams-vtt", "vtt", "srt", "timed-text", "lrc", "tsv"})
