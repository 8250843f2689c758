"""The page of layouts (docs/reference/transcripts.md), generated from the tables that the readers use.

``python -m needsseg.transcripts.layouts_page > docs/reference/transcripts.md`` regenerates it; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable

from needsseg.transcripts.documents.teams import HEADERS
from needsseg.transcripts.json.layouts import JSON_LAYOUTS
from needsseg.transcripts.lines.layouts import LINE_LAYOUTS

_Q, _A = "How do the orders come?", "By phone, before six."
_Q2, _A2 = "And on Sundays?", "Not at all."
LABELLED: tuple[tuple[str, str, str], ...] = (
    ("text", "`Name:` before the words", f"Oda: {_Q}\nTeo: {_A}\nOda: {_Q2}\nTeo: {_A2}"),
    ("text", "A time, then `Name:`", f"[00:03] Oda: {_Q}\n[00:07] Teo: {_A}"),
    ("text", "Codes in brackets", f"[id1] {_Q}\n[id2] {_A}\n[id1] {_Q2}\n[id2] {_A2}"),
    ("text", "Time marks of f4 and MAXQDA", f"I: {_Q} #00:00:06-6#\nB: {_A} #00:00:11-0#"),
    ("text", "Numbered lines", f"1 I: {_Q}\n2 B: {_A}\n3 I: {_Q2}\n4 B: {_A2}"),
    ("text", "Only the moderator is labelled", f"M: {_Q}\n\n{_A}\n\nM: {_Q2}\n\n{_A2}"),
    ("text", "A guide's numbered questions", f"1. {_Q}\n{_A}\n\n2. {_Q2}\n{_A2}"),
    ("rev", "`Speaker 1:` and a wide gap (Rev)", f"Speaker 1:      {_Q}\n\nSpeaker 2:      {_A}"),
    ("markdown", "Labels in bold, in quotes or in lists", f"# Interview\n\n**Oda:** {_Q}\n\n**Teo:** {_A}"),
    ("chat", "CHAT (TalkBank)", f"@Begin\n*INT:\t{_Q}\n*PAR:\t{_A}\n@End"),
)  # fmt: skip
"""Format, title and example of texts with labels on the line of the words."""
CUES: tuple[tuple[str, str, str], ...] = (
    ("zoom-vtt", "WebVTT with `Name:` in the cue (Zoom)", f"WEBVTT\n\n1\n00:00:03.000 --> 00:00:06.000\nOda: {_Q}"),
    ("teams-vtt", "WebVTT with voices (Teams)", f"WEBVTT\n\n00:00:03.000 --> 00:00:06.000\n<v Oda>{_Q}</v>"),
    ("vtt", "WebVTT without names (Whisper, YouTube)", f"WEBVTT\n\n00:03.000 --> 00:06.000\n{_Q}"),
    ("srt", "SubRip", f"1\n00:00:03,000 --> 00:00:06,000\n[SPEAKER_00]: {_Q}"),
    ("timed-text", "Times in brackets before the words (Whisper)", f"[00:03.000 --> 00:06.000]  {_Q}"),
    ("lrc", "LRC", f"[00:03.00]{_Q}\n[00:07.00]{_A}"),
    ("tsv", "Whisper's table", f"start\tend\ttext\n3000\t6000\t{_Q}"),
)  # fmt: skip
"""Format, title and example of files of cues."""
_TOP = """\
# Transcripts

The layouts that can be imported. This page is generated from the tables that the readers use. `needsseg import --preview` shows
which layout a file is read in; `--layout NAME` overrides it.

The content of a file decides its layout before its ending does. If none fits, give a label pattern: a regular expression with a
group `speaker` and, if present, `time` and `words`.

## How words are counted

Every word of a file is counted by kind: `speech`, `label`, `time`, `heading`, `note`, `metadata`, `markup`,
`repeated`, or `unread` if no rule covers it. More than 2% unread are shown with their lines; if it is more than 10%, the file
is refused, unless you say `--anyway`. Other kinds are shown if they exceed 5%.

## Text with labels on the line of the words
"""
_LINES = """\
## Text with names and times in a layout

A layout is one entry in `needsseg/transcripts/lines/layouts.py`. `{name}`, `{time}`, `{end}` and `{words}` stand for these
parts.
"""
_CUES = """\
## Subtitles

A name may stand before the words in any of the ways that texts have, on a line of its own, in brackets, behind `>>`, in a
voice, or in the cue's id. Lines that roll (YouTube) are read once.
"""
_DOCUMENTS = """\
## Documents

`docx` (also Strict and Word Online), `odt`, `rtf`, `pdf` and `html`. Paragraphs are read in any of the layouts above; tables
of two and more columns as tables; headings may name speakers. Deleted text, comments, footnotes, headers and footers are no
speech. `meet-docx` is Google Meet's document: an AI's notes around the talk are notes. A PDF without text (pictures of pages)
and a `.doc` are refused. `teams-docx` is a document with one of these headers:
"""
_TABLES = """\
## Tables

`csv`, `jsonl` and `xlsx`, with one row a turn or one row an answer, one interview or many in a file. Columns are told by their
names and by what they hold; `--column words=Comment` says otherwise.

```
interview,speaker,start,text
k1,Oda,00:03,How do the orders come?
k1,Teo,00:07,"By phone, before six."
```

In a survey each respondent is an interview: open questions are asked by the interviewer, closed ones become attributes.
"""
_JSON = """\
## JSON

Layouts of services (format `json`), by where they keep their turns. JSON of another shape is read where it holds a list of
objects with words.
"""


def layouts_page() -> str:
    """Return the page as Markdown."""
    services: dict[str, list[str]] = {}
    for layout in JSON_LAYOUTS:
        services.setdefault(layout.service, []).append(f"`{layout.turns}`")
    parts = [
        _TOP,
        *(_example(*entry) for entry in LABELLED),
        _LINES,
        *(
            _example(entry.name, entry.title, entry.example) + "\n" + _templates(entry.templates)
            for entry in LINE_LAYOUTS
        ),
        _CUES,
        *(_example(*entry) for entry in CUES),
        _DOCUMENTS,
        "\n".join(f"- `{header.about}`" for header in HEADERS) + "\n",
        _TABLES,
        _JSON,
        "| service | turns |\n|---|---|\n"
        + "\n".join(f"| {service} | {', '.join(paths)} |" for service, paths in services.items())
        + "\n",
    ]
    return "\n".join(parts)


def _example(name: str, title: str, example: str) -> str:
    return f"### {title}\n\nFormat `{name}`.\n\n```\n{example}\n```\n"


def _templates(templates: Iterable[str]) -> str:
    quoted_templates = (
        template.replace("~", " ").replace("\n", " ⏎ ").replace("{open}", "{").replace("{close}", "}")
        for template in templates
    )
    return "Forms: " + "; ".join(f"`{form}`" for form in quoted_templates) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(layouts_page())
