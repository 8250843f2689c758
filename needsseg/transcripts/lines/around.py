"""Lines of a text outside the dialogue: front matter, headings, fields, notes, rules; each recognised by its own rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.transcripts.lines.labelled import Labelled, labelled
from needsseg.transcripts.lines.labels import METADATA, NOTES, is_field_above, is_metadata, is_note
from needsseg.transcripts.lines.own_lines import kind_of_own_line
from needsseg.transcripts.spoken import HEADED, Mark, marked, one_line

RULE = re.compile(r"^\s*([-_*=~#·—])(?:\s*\1){2,}\s*$")
HEADING = re.compile(r"^\s{0,3}#{1,6}(\s|$)")
OTTER_FOOTER = re.compile(r"^\s*Transcribed by (?:<?https?://)?otter\.ai/?>?\s*$", re.IGNORECASE)
TEAMS_NOTICE = re.compile(r"^\s*(?:.{1,80}?\s+)?(?:started|stopped) (?:the )?transcription\.?\s*$", re.IGNORECASE)
_PROGRAM_NOTE = re.compile(
    r"^\W*(?:ACTION ITEM|SCREEN SHARING|VIEW RECORDING|HIGHLIGHT|BOOKMARK)\b.*(?:https?://\S+|:.*)$|"
    r"^\W*VIEW RECORDING - \d.*$|"
    r"^[\d\W]*(?:[ap]m\W+)?(?:nachrichten und anrufe sind ende-zu-ende|messages and calls are end-to-end|"
    r"les messages et les appels sont chiffrés|los mensajes y las llamadas están cifrados|"
    r"i messaggi e le chiamate sono crittografati).*$|"
    r"^\W*(?:This (?:editable )?transcript (?:was|is) (?:computer|automatically|auto-?)[ -]?generated|"
    r"Transcribed (?:by|with|using) |Generated (?:by|with) |Subtitles by |Recorded (?:by|with) ).*$",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"^\W*(?:(?:the )?end of (?:the )?(?:interview|transcript|transcription|recording|tape|session|audio|call|meeting)|"
    r"(?:interview|recording|transcript) ends?(?:ed)?|ende de[rs] (?:aufnahme|interviews?|transkripts?)|fin de (?:la |l['’])?"
    r"(?:entrevista|grabación|grabacion|gravação|transcrição|entretien|enregistrement)|fim d[ao] (?:entrevista|gravação)|"
    r"fine (?:dell['’]|della |del )?(?:intervista|registrazione|trascrizione)|"
    r"einde (?:van (?:het |de )?)?(?:interview|opname|gesprek|transcript)|koniec (?:wywiadu|nagrania|transkrypcji)|"
    r"slut på (?:intervjun?|inspelningen)|конец (?:интервью|записи)|"
    r"(?:采访|访谈|录音|会议)结束|(?:インタビュー|録音)(?:終了|終わり)|نهاية (?:المقابلة|التسجيل)|"
    r"(?:meeting|call|recording) (?:ended|stopped) (?:after|at) .{1,40}|(?:meeting|call) recorded (?:with|by|using) .{1,60}|"
    r"this transcript was (?:exported|generated|created|produced) .*|"
    r"(?:transcript|transcribed|transcription|captions?|subtitles?) (?:by|with|from|provided by) \S.{0,80}|"
    r"(?:sonix is the world|this (?:file|transcript|document) was .{0,60}(?:sonix|trint|otter|rev|descript|happy ?scribe)).*|"
    r"page \d{1,4}(?: (?:of|/) \d{1,4})?|(?:©|\(c\)|copyright) .{0,80}|(?:https?://)?(?:www\.)?otter\.ai\S*)\W*$",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"^\s{0,3}={2,}\s*$")
_LINK_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])?\s*!?\[[^\]]*\]\([^)]*\)\s*$")
_LICENCE = re.compile(r"SPDX-|\bcopyright\b|©|\blicen[cs]ed?\b|\bCC[ -]BY\b|all rights reserved", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.\w{2,}")
_FILE = re.compile(
    r"^\S(?:.{0,100}\S)?\.(?:mp[34]|m4a|wav|ogg|flac|aac|wma|mov|webm|docx?|txt|vtt|srt|pdf|odt|rtf)$", re.IGNORECASE
)
_DATE_WORD = re.compile(
    r"^(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*|"
    r"januar|februar|märz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|janvier|février|"
    r"avril|juin|juillet|août|\d{1,2}(?:st|nd|rd|th)|\d+(?:[-./:,]\d+)*(?:[ap]\.?m\.?|t\d.*|z|h|min|分钟|分鐘|分|小时|时间|秒|분|시간)?|\d{4}年\d{1,2}月\d{1,2}日|[ap]\.?m\.?|utc|gmt|ces?t|"
    r"[ecmp][sd]t|at|on|to|um|uhr|am|le|el|de|recorded|published|created|updated|date|mins?|minutes?|hours?|h|hrs?|secs?|s|seconds?)$",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"^\W*(?:\d+\s*(?:h|hours?|hrs?)\W*)?(?:\d+\s*(?:m|mins?|minutes?)\W*)?(?:\d+\s*(?:s|secs?|seconds?))?\W*$|^\d+:\d{2}(?::\d{2})?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？:][\"'”’)*_]*$")
_WHOLE_ASIDE = re.compile(r"^[*_]*[\[(].*[\])][*_]*\.?$")
_NO_TALK_SECTIONS = NOTES | METADATA | {
    "summary", "overview", "chapters", "chapter", "highlights", "takeaways", "details", "show notes", "resources", "links",
    "contents", "table of contents", "summary keywords", "about", "about the interview", "about the participant", "tl;dr",
    "background",
    "key points", "outline", "minutes", "key topics", "topics", "decisions", "meeting notes", "ai summary", "ai notes",
    "participants", "attendees", "speakers", "metadata", "interview details", "zusammenfassung", "resumen", "résumé",
    "timestamps", "time stamps", "speaker key", "transcription key", "关键词", "關鍵詞", "キーワード", "schlüsselwörter",
    "schlagwörter", "palabras clave", "mots-clés", "mots clés", "parole chiave", "palavras-chave", "trefwoorden",
    "słowa kluczowe", "ключевые слова", "teilnehmer", "teilnehmende", "participantes", "partecipanti", "deelnemers",
    "uczestnicy", "участники", "参会人", "参加者", "会议纪要", "要約", "摘要", "podsumowanie", "samenvatting", "riassunto",
    "resumo",
    "suggested next steps", "meeting summary", "executive summary", "key insights", "insights", "quick recap", "recap",
}  # fmt: skip
_TALK_SECTIONS = frozenset(
    {
        "transcript", "transcription", "interview", "full transcript", "conversation", "recording", "record", "transkript",
        "transkription", "transcripción", "transcrição", "trascrizione", "transcriptie", "transkrypcja", "расшифровка",
        "文字记录", "文字紀錄", "逐字稿", "转写结果", "文字起こし", "トランスクリプト", "녹취록", "النص",
        "entrevista", "entretien", "gespräch",
    }
)  # fmt: skip
_OPENS_LIST = {"action items", "next steps", "key takeaways", "field notes", "legend", "legende", "symbols",
               "symbole", "key", "abbreviations", "conventions", "transcription conventions",
               "transcription notes", "transcript notes", "notes", "note"}  # fmt: skip
_TITLE_WORDS = 14
_BULLETED = re.compile(r"^\s*(?:[-*+•◦▪]|\d{1,2}[.)])\s+\S")
_EQUATION = re.compile(r"^\W?[^=]{1,30}\s=\s\S")
_WITH_DATE = re.compile(
    r"\b\d{4}[-./]\d{1,2}[-./]\d{1,2}\b|\b\d{1,2}[-./]\d{1,2}[-./]\d{2,4}\b|\d{4}年\d{1,2}月\d{1,2}日"
)
_ABOUT_RECORDING = re.compile(
    r"^(?:recorded|created|exported|transcribed|uploaded|interviewed|conducted|aufgenommen|erstellt|transkribiert|grabado|"
    r"enregistré|registrato|gravado|opgenomen|nagrano) (?:on|at|by|with|in|via|am|von|el|le|il|em|op)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NonSpeech:
    """Kinds of the lines that are not speech, by index, and the title from a heading."""

    kinds: Mapping[int, str] = field(default_factory=dict)
    title: str = ""


def non_speech_lines(
    lines: Sequence[str],
    headers: frozenset[int] = frozenset(),
    spoken_lines: frozenset[int] = frozenset(),
    *,
    markdown: bool = True,
) -> NonSpeech:
    """Return the lines outside the dialogue that are recognised by their form alone.

    The lines in ``headers``, which begin turns, and those in ``spoken_lines``, directly below such a header, are excluded.
    """
    kinds: dict[int, str] = dict.fromkeys(range(front_matter(lines)), "metadata")
    title = _front_title(lines, len(kinds))
    section = False
    comment = False
    for index in range(len(kinds), len(lines)):
        line = lines[index]
        stripped = line.strip()
        if not stripped or index in kinds:
            continue
        if index in headers or index in spoken_lines:
            section = False
        elif comment or stripped.startswith("<!--"):
            comment = "-->" not in stripped
            kinds[index] = "note"
        elif line.startswith(HEADED) or (markdown and HEADING.match(line)):
            text = one_line(line.lstrip("#" + HEADED + " ").strip(" #*_"))
            if _LICENCE.search(text) or (index + 1 < len(lines) and _is_comment_field(text)):
                kinds[index] = "metadata"
                continue
            kinds[index] = "heading"
            section = text.casefold().strip(" :") in _NO_TALK_SECTIONS - _TALK_SECTIONS
            title = title or ("" if section or text.casefold() in _TALK_SECTIONS else text)
        elif RULE.match(line) or (markdown and _UNDERLINE.match(line)):
            kinds[index] = "markup"
        elif section:
            kinds[index] = "note"
        elif _opens_list(lines, index):
            kinds[index] = "heading"
            next_index = index + 1
            while next_index < len(lines) and lines[next_index].strip() and next_index not in headers:
                kinds[next_index] = "note"
                next_index += 1
        elif kind := _kind_by_form(line, markdown):
            kinds[index] = kind
    return NonSpeech(kinds, title)


def _kind_by_form(line: str, markdown: bool) -> str:
    """Return ``note`` for closing lines and programs' notices, ``metadata`` for links and licences, else ""."""
    stripped = line.strip()
    if _ENDING.match(stripped) or OTTER_FOOTER.match(line) or TEAMS_NOTICE.match(line) or _PROGRAM_NOTE.match(line):
        return "note"
    if markdown and _LINK_ITEM.match(line):
        return "metadata"
    return "metadata" if re.match(r"^(?:#|//|;|%)+\s*\S", stripped) and _LICENCE.search(stripped) else ""


def _opens_list(lines: Sequence[str], index: int) -> bool:
    """Return whether a separate line (``Legend:``) opens a list of signs or notes that ends at the next blank line."""
    folded = one_line(lines[index]).casefold().strip(" *_:#")
    begins = index == 0 or not lines[index - 1].strip()
    return begins and folded in _OPENS_LIST and index + 1 < len(lines) and bool(lines[index + 1].strip())


def front_matter(lines: Sequence[str]) -> int:
    """Return the number of lines of the front matter, fields between two ``---`` at the top; 0 without."""
    if not lines or lines[0].strip() != "---":
        return 0
    for index in range(1, min(len(lines), 200)):
        if lines[index].strip() in {"---", "..."}:
            fields = [line for line in lines[1:index] if line.strip()]
            is_plain = all(re.match(r"^(\s+|- |#|[\w-]+\s*:)", line) for line in fields)
            return index + 1 if is_plain else 0
    return 0


def lines_above_dialogue(
    lines: Sequence[str],
    line_labels: Sequence[Labelled | None],
    end: int,
    kinds: Mapping[int, str],
    speakers: frozenset[str],
) -> tuple[list[Mark], list[int], str]:
    """Classify the lines above the first turn: return their marks, the indices of unrecognised lines, and the title."""
    kind_by_line: dict[int, str] = {}
    title = ""
    list_kind = ""
    sections = (
        index for index in range(end - 1, -1, -1) if one_line(lines[index]).casefold().strip(" :*_#") in _TALK_SECTIONS
    )
    last_section = next(sections, -1)
    for block in _blocks(lines, end, kinds):
        first = one_line(lines[block[0]]).casefold().strip(" *_:#")
        if first in _OPENS_LIST or first in _NO_TALK_SECTIONS - _TALK_SECTIONS:
            list_kind = "note" if first in NOTES else "metadata"
            kind_by_line |= {block[0]: "heading", **dict.fromkeys(block[1:], list_kind)}
            list_kind = list_kind if len(block) == 1 else ""
            continue
        block_kinds = {
            index: kind for index in block if (kind := _kind_of_item_above(lines[index], line_labels[index], speakers))
        }
        if list_kind and not block_kinds:
            block_kinds = dict.fromkeys(block, list_kind)
        if not block_kinds and last_section > block[0] and all(_BULLETED.match(lines[index]) for index in block):
            block_kinds = dict.fromkeys(block, "note")
        list_kind = ""
        for index in block:
            text = one_line(lines[index])
            short = len(text.split()) <= _TITLE_WORDS
            if index not in block_kinds and text.casefold().strip(" :*_#") in _TALK_SECTIONS:
                block_kinds[index] = "heading"
            if (
                index not in block_kinds
                and short
                and "metadata" in block_kinds.values()
                and (title or kind_by_line or index != block[0])
            ):
                block_kinds[index] = "metadata"
            if index not in block_kinds and short and not title and not _SENTENCE_END.search(text):
                block_kinds[index], title = "heading", text.strip("*_# ")
        kind_by_line |= block_kinds
    unread_lines = [
        index for index in range(end) if lines[index].strip() and index not in kinds and index not in kind_by_line
    ]
    return [marked(index, kind, lines[index]) for index, kind in kind_by_line.items()], unread_lines, title


def is_field_block(block: Sequence[str], items: Sequence[Labelled | None], speakers: frozenset[str]) -> bool:
    """Return whether lines within a dialogue are the head of another one: short fields, one of them surely metadata."""
    metadata_count = sum(item is not None and is_metadata(item.label) for item in items)
    short = all(len(line.split()) <= _TITLE_WORDS and not re.search(r"[.!?…]$", line) for line in block)
    fields = sum(item is not None and (is_field_above(item.label) or item.words in speakers) for item in items)
    return bool(metadata_count) and len(block) >= 2 and short and fields >= 2 and fields * 2 >= len(block)


def kind_of_line_above(text: str, speakers: frozenset[str]) -> str:
    """Return the kind of a line above the dialogue, ``section`` if it opens a list of non-speech, "" if unrecognised."""
    folded = one_line(text).casefold().strip(" *_:#")
    if folded in _TALK_SECTIONS:
        return "heading"
    if folded in _NO_TALK_SECTIONS or folded in _OPENS_LIST:
        return "section"
    return _kind_of_item_above(text, labelled(text), speakers)


def _kind_of_item_above(line: str, item: Labelled | None, speakers: frozenset[str]) -> str:
    text = one_line(line).strip("*_")
    if item and is_note(item.label) and item.words:
        return "note"
    if item and item.words and (is_field_above(item.label) or _only_names(item.words, speakers)):
        return "metadata"
    if item and item.words and not _SENTENCE_END.search(item.words) and len(item.words.split()) <= _TITLE_WORDS:
        return "metadata"
    if item and not item.words and is_field_above(item.label):
        return "metadata"
    if _only_names(text, speakers) or _is_date(text) or _DURATION.match(text) or _FILE.match(text):
        return "metadata"
    if _LICENCE.search(text) or _ADDRESS.search(text):
        return "metadata"
    if _WHOLE_ASIDE.match(text):
        return "note"
    if kind_of_own_line(text, True) == "heading":
        return "heading"
    if _EQUATION.match(text) or (_ABOUT_RECORDING.match(text) and len(text.split()) <= _TITLE_WORDS):
        return "metadata"
    if len(text.split()) <= _TITLE_WORDS and _begins_with_name(text, speakers):
        return "metadata"
    if _WITH_DATE.search(text) and len(text.split()) <= _TITLE_WORDS and not _SENTENCE_END.search(text):
        return "metadata"
    return "metadata" if re.match(r"^[#*|;%>-]+\s*[\w -]{2,30}:\s", text) else ""


def _is_date(text: str) -> bool:
    """Return whether a line holds only a date, a time or a duration: ``Thu, Feb 12, 2026 10:00AM • 24:11``."""
    words = [word for raw in re.split(r"[\s|]+", text) if (word := raw.strip(" ,;.•·|()[]-–—"))]
    return any(char.isdigit() for char in text) and bool(words) and all(_DATE_WORD.match(word) for word in words)


def _begins_with_name(text: str, speakers: frozenset[str]) -> bool:
    """Return whether a line introduces a speaker: ``Joel Okafor, front desk``, ``Marta (she/her) – Northbay``."""
    return any(len(name) > 2 and re.match(rf"{re.escape(name)}\s*[,(–—|-]\s*\S", text) for name in speakers if name)


def _only_names(text: str, speakers: frozenset[str]) -> bool:
    """Return whether a text only lists speakers, ignoring anything in brackets after their names."""
    speaker_names = {re.sub(r"\([^()]*\)", "", name).casefold().strip() for name in speakers}
    parts = [
        re.sub(r"\([^()]*\)", "", part).casefold().strip(" -*•") for part in re.split(r"[,;/&]|\band\b|\bund\b", text)
    ]
    names = [part for part in parts if part]
    return bool(names) and all(part in speaker_names for part in names)


def _blocks(lines: Sequence[str], end: int, kinds: Mapping[int, str]) -> list[list[int]]:
    blocks: list[list[int]] = [[]]
    for index in range(end):
        if not lines[index].strip() or index in kinds:
            blocks.append([])
        else:
            blocks[-1].append(index)
    return [block for block in blocks if block]


def _is_comment_field(text: str) -> bool:
    """Return whether the text after a ``#`` is a field (``Source: orders.vtt``): a comment, not a heading."""
    label, colon, value = text.partition(":")
    return bool(colon) and bool(value.strip()) and (is_metadata(label) or is_field_above(label))


def _front_title(lines: Sequence[str], end: int) -> str:
    for line in lines[:end]:
        if match := re.match(r"^title\s*:\s*(.+)$", line, re.IGNORECASE):
            return one_line(match[1]).strip("\"'")
    return ""
