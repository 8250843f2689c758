"""The layouts of transcripts in plain lines: the form of a header line, with the places of time, name and words.

A template is a line with placeholders ``{name}``, ``{time}``, ``{end}`` and ``{words}``: one space matches any white
space, two match a wide gap (a tab or several spaces), ``~`` matches an optional space; a line feed separates the lines of
a header. Emphasis (``**``) around the parts is ignored. A new layout is one entry here with its example, which the tests
read and docs/reference/transcripts.md shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,:;]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_DATE = r"(?:\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?|[Tt]oday at|[Yy]esterday at)"
SPOKEN = (
    r"(?:\d+ (?:hours?|Stunden?|heures?|horas?|ore) )?(?:\d+ (?:minutes?|Minuten?|minutos?|minuti) )?"
    r"\d+ (?:seconds?|Sekunden?|secondes?|segundos?|secondi)"
)
_EMPHASIS = r"[*_]{0,3}"
_PARTS = {
    # A tag may precede a name ([GUEST] Ada), a sign a nickname or number (@ada, #4); stars hide digits (+44****78).
    "name": (
        r"(?P<name>\+?\d{1,4}\*{2,}\d{1,4}|(?:\[[A-Z][\w ./-]{0,20}\]\s+)?"
        r"(?:[#@]\w|[^\s\[\](){}<>|:：#*_@,])[^\[\]{}<>:：*]{0,62}?)"
    ),
    "code": r"(?P<name>(?:speaker|spk|spkr|SPEAKER|Speaker|S|Sprecher|Locuteur|Hablante)[ _-]?\d{1,2})",
    "letter": r"(?P<name>[QA])",
    "initials": r"(?P<name>[A-Z]{1,3}\d{0,2})",
    "short": r"(?P<name>[A-Z]{2,3}\d{0,2}|[B-Z]\d{1,2})",
    "role": (
        r"(?P<name>(?:Interviewer|Interviewee|Participant|Respondent|Moderator|Researcher|Facilitator|Informant|Interviewerin|"
        r"Moderatorin|Befragter?|Entrevistadora?|Entrevistad[oa]|Intervieweuse|Intervieweur|Enquêt[eé]e?)(?: \d{1,2})?)"
    ),
    "time": rf"(?P<time>{CLOCK})",
    "secs": r"(?P<time>\d+(?:[.,]\d+)?\s?s(?:ec)?)",
    "moment": rf"{_DATE},?\s+(?P<time>{CLOCK})",
    "spoken": rf"(?P<time>{SPOKEN})(?:\s*{CLOCK})?",
    "from": rf"(?P<time>{CLOCK}|\d+[.,]\d+s?)",
    "end": rf"(?P<end>{CLOCK}|\d+[.,]\d+s?)",
    "words": r"(?P<words>\S.*)",
    "everyone": r"[^:]{1,63}?",
    "open": r"\{",
    "close": r"\}",
}
_BARE = frozenset({"words", "everyone", "open", "close"})
"""Parts around which no emphasis is expected."""
_RANGE = re.compile(r"\{time\}(.*?)\{end\}")


@dataclass(frozen=True, slots=True)
class LineLayout:
    """One layout of plain lines: its name as a format, its description, its templates, and an example.

    ``above`` means that the header is above the words; ``strict`` that most paragraphs must begin with a header and every
    name must recur, since the header alone is ambiguous.
    """

    name: str
    title: str
    templates: tuple[str, ...]
    example: str
    above: bool = False
    strict: bool = False


LINE_LAYOUTS: tuple[LineLayout, ...] = (
    LineLayout(
        "range-over-name",
        "A range of times, the name below it, then the words (Premiere, DaVinci Resolve)",
        ("{time}~-~{end}\n{name}", "[{time}~-~{end}]\n{name}", "{time}~-->~{end}\n{name}", "{time} {end}\n{name}"),
        "00:00:03:20 - 00:00:07:04\nOda\nHow do the orders come?\n\n00:00:07:10 - 00:00:12:00\nTeo\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "name-over-time",
        "The name, the time below it, then the words (copied from Teams' pane, Grain)",
        ("{name}\n{spoken}", "{name}\n{time}", "{name}\n[{time}]", "{name}\n({time})", "{name}\n{time}~-~{end}"),
        "Oda Brinkholt\n0 minutes 3 seconds\nHow do the orders come?\nTeo Marsand\n0 minutes 7 seconds\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "time-over-name",
        "A time, the name below it, then the words",
        ("{time}\n{name}", "[{time}]\n{name}", "({time})\n{name}", "{spoken}\n{name}"),
        "00:03\nOda Brinkholt\nHow do the orders come?\n\n00:07\nTeo Marsand\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "range-label",
        "A range of times and `Name:` before the words",
        (
            "[{time}~-~{end}] {name}: {words}", "[{time}~-->~{end}] {name}: {words}", "({time}~-~{end}) {name}: {words}",
            "{time}~-~{end} {name}: {words}", "{time}~-->~{end} {name}: {words}", "[{time}~-->~{end}] [{name}]: {words}",
            "[{time}~-->~{end}] [{name}] {words}", "[{time}~-~{end}] [{name}]: {words}", "[{time}~-~{end}] [{name}] {words}",
        ),
        "[00:00:03 - 00:00:06] Oda: How do the orders come?\n[00:00:07 - 00:00:11] Teo: By phone, before six.",
    ),
    LineLayout(
        "label-range",
        "A name and a range of times before the words (WhisperX, Reduct)",
        (
            "[{name}] [{time}~-->~{end}]: {words}", "[{name}] [{time}~-->~{end}] {words}", "[{name}] [{time}~-~{end}]: {words}",
            "[{name}] [{time}~-~{end}] {words}", "[{name}] ({time}~-~{end})~: {words}", "[{name}] ({time}~-~{end}) {words}",
            "{name} [{time}~-->~{end}]~: {words}", "{name} [{time}~-~{end}]~: {words}", "{name} ({time}~-~{end})~: {words}",
            "{name} {time}~-->~{end}~: {words}", "{name} {time}~-~{end}~: {words}", "{name}: [{time}~-~{end}] {words}",
            "{name}: [{time}~-->~{end}] {words}", "{name}: ({time}~-~{end}) {words}", "{code} [{time}~-~{end}] {words}",
            "{code} [{time}~-->~{end}] {words}", "{code} ({time}~-~{end}) {words}",
        ),
        "[SPEAKER_00] [00:00:03.000 --> 00:00:06.000]: How do the orders come?\n"
        "[SPEAKER_01] [00:00:07.000 --> 00:00:11.000]: By phone, before six.",
    ),
    LineLayout(
        "bracket-time",
        "Name and time in one pair of brackets before the words",
        (
            "[{name}, {time}]~: {words}", "[{name}, {time}] {words}", "({name}, {time}) {words}", "[{name} {time}]~: {words}",
            "[{name} {time}] {words}", "[{time}, {name}] {words}", "[{time} {name}]~: {words}", "[{time} {name}] {words}",
            "[{name} | {time}] {words}", "[{name} - {time}] {words}", "[{time} - {name}] {words}",
        ),
        "[SPEAKER_00, 00:00:03] How do the orders come?\n[SPEAKER_01, 00:00:07] By phone, before six.",
    ),
    LineLayout(
        "label-time",
        "`Name:`, the time, then the words on one line",
        (
            "{name}: [{time}]~-~{words}", "{name}: [{time}] {words}", "{name}: ({time}) {words}", "{name}:  {time}  {words}",
            "{name}: {time} {words}", "[{name}] [{time}]~: {words}", "[{name}] [{time}] {words}", "[{name}] ({time})~: {words}",
            "[{name}] ({time}) {words}", "{name} [{secs}]~: {words}", "{name} ({secs})~: {words}", "[{secs}] {name}: {words}",
            "[{time}] [{name}]~: {words}",
        ),
        "Oda Brinkholt: [00:00:03] How do the orders come?\nTeo Marsand: [00:00:07] By phone, before six.",
    ),
    LineLayout(
        "zoom-chat",
        "A chat saved by Zoom: time, `From Name`, words",
        (
            "{time} From {name} to {everyone}~: {words}", "{time} From {name}~: {words}", "{time} {name} to {everyone}~: {words}",
        ),
        "10:00:03\t From  Oda : How do the orders come?\n10:00:07\t From  Teo : By phone, before six.",
    ),
    LineLayout(
        "message",
        "Date, time and `Name:` before the words (WhatsApp and other messages)",
        ("[{moment}] {name}: {words}", "{moment} - {name}: {words}", "{moment} {name}: {words}", "{name}, [{moment}]: {words}"),
        "[12/02/2026, 10:00:03] Oda: How do the orders come?\n[12/02/2026, 10:00:07] Teo: By phone, before six.",
    ),
    LineLayout(
        "zoom-chat-lines",
        "A chat saved by Zoom, the words below",
        ("{time} From {name} to {everyone}:", "{time} From {name}:", "{time} {name} to {everyone}:"),
        "10:00:03\t From  Oda  to  Everyone:\n\tHow do the orders come?\n"
        "10:00:07\t From  Teo  to  Everyone:\n\tBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "time-columns",
        "Name, time and words in columns (Rev.ai)",
        ("{name}  {time}  {words}", "{time}  {name}  {words}", "{name}  [{time}]  {words}", "{name} | {time} | {words}",
         "{time} | {name} | {words}", "{time}~-~{end}  {name}  {words}", "{name}  {time}~-~{end}  {words}"),
        "Speaker 0    00:00:03    How do the orders come?\nSpeaker 1    00:00:07    By phone, before six.",
    ),
    LineLayout(
        "range-name",
        "A range of times and the name above the words",
        (
            "[{time}~-~{end}] {name}", "[{time}~-->~{end}] {name}", "({time}~-~{end}) {name}", "{time}~-->~{end} {name}",
            "{time}~-~{end} {name}", "{time}~-~{end} | {name}", "[{time}~-~{end}] - {name}",
        ),
        "00:00:03 - 00:00:06 Oda Brinkholt\nHow do the orders come?\n\n00:00:07 - 00:00:11 Teo Marsand\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "name-range",
        "The name and a range of times above the words (older Teams)",
        (
            "[{name}] ({time}~-~{end})", "[{name}] [{time}~-~{end}]", "[{name}] {time}~-~{end}",
            "{name} [{time}~-~{end}]", "{name} [{time}~-->~{end}]", "{name} ({time}~-~{end})", "{name} ({time}~-->~{end})",
            "{name} {time}~-->~{end}", "{name} | {time}~-~{end}", "{name} {time}~-~{end}",
        ),
        "Oda Brinkholt 00:00:03.120 --> 00:00:06.040\nHow do the orders come?\n\n"
        "Teo Marsand 00:00:07.000 --> 00:00:11.040\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "name-time",
        "The name, and the time set off by brackets or a sign, above the words (Riverside, tl;dv, Read.ai)",
        (
            "{name} - {moment}", "{name} {moment}", "{name} ({time})", "{name} [{time}]", "[{name}] ({time})", "[{name}] {time}",
            "{name} <{time}>", "{name} | {time}",
            "{name} - {time}", "{name} @ {time}",
            "{name} · {time}", "{name} • {time}", "{name} at {time}", "{name}: {time}", "{name}, {time}", "{name} ({spoken})",
            "{name} [{secs}]", "{name} ({secs})",
            "{name} {spoken}",
        ),
        "Oda Brinkholt (00:03)\nHow do the orders come?\n\nTeo Marsand (00:07)\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "time-name",
        "The time, then the name, above the words (Fathom, Word's Transcribe)",
        (
            "[{moment}] {name}", "[{time}]~-~{name}", "({time})~-~{name}", "{time} - {name}",
            "@{time} - {name}", "{time} | {name}", "{time} · {name}",
            "{time} • {name}", "{time}: {name}", "[{time}] {name}", "({time}) {name}", "{time} {name}", "{spoken} {name}",
        ),
        "0:03 - Oda Brinkholt (bakery.example)\n  How do the orders come?\n\n0:07 - Teo Marsand\n  By phone, before six.",
        above=True,
    ),
    LineLayout(
        "otter",
        "The name and the time above the words (Otter, Teams' Word files)",
        ("{name}  {time}", "{name} {time}"),
        "Oda Brinkholt  0:03\nHow do the orders come?\n\nTeo Marsand  0:07\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "speaker-field",
        "`SPEAKER:` and the name above the words (Speechmatics)",
        ("SPEAKER: {name}", "Speaker: {name}"),
        "SPEAKER: S1\nHow do the orders come?\nSPEAKER: S2\nBy phone, before six.",
        above=True,
    ),
    LineLayout(
        "coded-speaker",
        "A speaker's number before the words, with no colon (WhisperX, whisper.cpp)",
        ("({code}) {words}", "{code} {words}", "<{code}> {words}", "{short} {words}"),
        "(speaker 0) How do the orders come?\n(speaker 1) By phone, before six.\n"
        "(speaker 0) And on Sundays?\n(speaker 1) Not at all.",
        strict=True,
    ),
    LineLayout(
        "curly",
        "The name in curly, angle or round brackets before the words",
        ("{open}{name}{close}~: {words}", "{open}{name}{close} {words}", "<{name}> {words}", "<{name}>: {words}",
            "({name}) {words}", "[{time}] <{name}> {words}", "({time}) <{name}> {words}", "{time} <{name}> {words}"),
        "{Oda Brinkholt} How do the orders come?\n{Teo Marsand} By phone, before six.\n"
        "{Oda Brinkholt} And on Sundays?\n{Teo Marsand} Not at all.",
        strict=True,
    ),
    LineLayout(
        "question-answer",
        "`Q.` and `A.` before the words (depositions)",
        ("{letter}. {words}", "{letter}  {words}", "{letter}) {words}", "{letter} - {words}"),
        "Q. How do the orders come?\nA. By phone, before six.\nQ. And on Sundays?\nA. Not at all.",
        strict=True,
    ),
    LineLayout(
        "dash-label",
        "The name and a dash or another sign before the words",
        ("{name} – {words}", "{name} — {words}", "{name} - {words}", "{name}> {words}", "{name}.- {words}",
         "{name}) {words}", "({name}): {words}", "{name} / {words}", "{name} = {words}", "{name} | {words}",
         "{name} -- {words}", "{initials}. {words}", "{initials}; {words}", "{name}/ {words}",
         "{name}... {words}", "{name}… {words}", "{role}. {words}"),
        "Oda – How do the orders come?\nTeo – By phone, before six.\nOda – And on Sundays?\nTeo – Not at all.",
        strict=True,
    ),
    LineLayout(
        "name-column",
        "The name, a tab or a wide gap, then the words",
        ("{name}  {words}",),
        "Oda\tHow do the orders come?\nTeo\tBy phone, before six.\nOda\tAnd on Sundays?\nTeo\tNot at all.",
        strict=True,
    ),
    LineLayout(
        "name-above",
        "The name on a line of its own (or as a heading) above the words",
        ("{name}",),
        "Oda Brinkholt\nHow do the orders come?\n\nTeo Marsand\nBy phone, before six.\n\n"
        "Oda Brinkholt\nAnd on Sundays?\n\nTeo Marsand\nNot at all.",
        above=True,
        strict=True,
    ),
)  # fmt: skip


@cache
def patterns(template: str, above: bool) -> tuple[re.Pattern[str], ...]:
    """Return a template's regular expressions, one per line of the header."""
    lines = _RANGE.sub(r"{from}\1{end}", template).split("\n")
    return tuple(re.compile(_pattern(line, above)) for line in lines)


def _pattern(template: str, above: bool) -> str:
    out = [rf"^\s*{_EMPHASIS}\s*"]
    offset = 0
    for match in re.finditer(r"\{(\w+)\}", template):
        part = match[1]
        emphasis = "" if part in _BARE else _EMPHASIS
        out += [_literal(template[offset : match.start()]), emphasis, _PARTS[part], emphasis]
        offset = match.end()
    out.append(_literal(template[offset:]))
    return "".join(out) + (rf"\s*{_EMPHASIS}\s*[:：]?{_EMPHASIS}\s*$" if above else "$")


def _literal(text: str) -> str:
    parts: list[str] = []
    for piece in re.split(r"( {2,}| |~)", text):
        if piece.startswith("  "):
            parts.append(r"(?:[ \t]*\t[ \t]*|[ \t]{2,})")
        elif piece == " ":
            parts.append(r"\s+")
        elif piece == "~":
            parts.append(r"\s*")
        elif piece == "-":
            parts.append("[-–—]")
        elif piece:
            parts.append(re.escape(piece) + (_EMPHASIS if piece.endswith((":", "]", ")")) else ""))
    return "".join(parts)
