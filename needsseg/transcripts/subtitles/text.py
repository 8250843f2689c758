"""The text of one cue line: its tags, its voices, its stamps, and descriptions of sounds."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from needsseg.transcripts.lines.labels import words as word_set
from needsseg.transcripts.spoken import one_line

VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</?(?:p|div)(?:\s[^<>]*)?>|\\[Nnh]", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:c|i|b|u|s|v|em|strong|span|lang|ruby|rt|rp|font)(?:[.\s][^<>]*)?/?>|<\d+:[\d:.,]+>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{0,31});")
_CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,:]\d{1,3})?"
_STAMP_BEFORE = re.compile(rf"^\s*[\[(<#]\s?{_CLOCK}(?:\s?[-–—>]{{1,3}}\s?{_CLOCK})?\s?[\])>#]\s*[-–—|:]?\s*")
_BARE_STAMP_BEFORE = re.compile(rf"^\s*{_CLOCK}\s+(?:[-–—|]\s+)?(?=\S)")
_STAMP_AFTER = re.compile(rf"\s?[-–—,|@]?\s?[\[(]?\s?{_CLOCK}\s?[\])]?\s*$")
_UNREMOVED_MARKUP = re.compile(
    r"\d{1,2}:\d{2}:\d{2}[.,]\d{3}|-->|<(?:/[a-z]{1,12}|[a-z]{1,12}\s[^<>=]*=[^<>]*)>|\{\\\w+|&(?:amp|nbsp|lt|gt|quot|#\d+);"
)
_GROUPS = re.compile(r"^\s*(?:-\s*)?(?:(?:\[[^\[\]]*\]|\([^()]*\)|（[^（）]*）|【[^【】]*】|\*[^*]+\*)[\s.,!]*)+$")
_GROUP = re.compile(r"[\[(（【*]([^\[\]()（）【】*]*)[\])）】*]")
_MUSIC = re.compile(r"^\s*[-–]?\s*[♪♫♬♩]")
_MUSIC_AT_END = re.compile(r"[♪♫♬♩]\s*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LONGEST_ASIDE = 8

_SOUNDS = word_set(
    "music musical applause applauding clapping laughter silence pause pauses noise noises beep beeps beeping ringing rings "
    "ringtone buzzing buzzes buzz click clicks clicking clatter clattering door doors closes opens slams footsteps knock "
    "knocks knocking dog dogs barks barking bell bells chimes siren sirens thunder wind blowing traffic typing static "
    "feedback background cheering cheers whistling whistles playing plays phone vibrates vibrating rustling rustle "
    "shuffling engine blank_audio audio sound sounds chatter chattering indistinct upbeat gentle dramatic outro intro "
    "jingle theme sfx musik applaus gelächter stille klopfen klingelt geräusch geräusche musique applaudissements rires "
    "silencio silêncio música aplausos risas risos musica applausi risate muziek gelach applåder skratt latter музыка "
    "аплодисменты смех пауза тишина 音楽 拍手 笑い声 音乐 掌声 笑声 음악 박수"
)
_VOICE_SOUNDS = word_set(
    "laughs laugh laughing laughed chuckle chuckles chuckling giggles giggling sigh sighs sighing cough coughs coughing "
    "sneezes sniffs sniffles gasps gasping groans moans cries crying sobbing sobs clears throat humming hums singing sings "
    "breathing inhales exhales breath screaming screams shouting nods smiles lacht lachen lachend seufzt hustet husten "
    "räuspert räuspern weint rire rit soupire tousse ríe suspira tose ri suspira ride sospira tossisce lacht zucht hoest "
    "skrattar смеется смеётся вздыхает 笑 笑い 웃음"
)
"""What a speaker does while speaking; it remains among the words, by transcribers' convention."""
_SPEECH_PLACEHOLDERS = word_set(
    "inaudible unintelligible indiscernible unclear crosstalk redacted pii anonymised anonymized removed deleted bleep "
    "unverständlich inaudibile ininteligible inintelligible onverstaanbaar неразборчиво foreign speaking speaks"
)
_PREPOSITIONS = word_set("in on over off to from at with through via auf im en au sur al über")
_SPEAKER_SOUNDS = _VOICE_SOUNDS | _SPEECH_PLACEHOLDERS - {"speaking", "speaks", "foreign"}


@dataclass(frozen=True, slots=True)
class Segment:
    """Text of one source line (``line`` from 0) below one voice tag, without markup; ``voice`` is None without a tag."""

    line: int
    voice: str | None
    text: str


def plain(text: str) -> str:
    """Return cue text without tags and with character entities resolved."""
    if "<" in text or "{" in text or "\\" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def segments_of(line: int, raw: str) -> list[Segment]:
    """Split a raw line at its voice tags; the text before the first has the voice None."""
    out: list[Segment] = []
    offset: int = 0
    voice: str | None = None
    for match in VOICE.finditer(raw):
        if before := plain(raw[offset : match.start()]).strip():
            out.append(Segment(line, voice, before))
        offset, voice = match.end(), one_line(plain(match.group(1) or ""))
    out.append(Segment(line, voice, plain(raw[offset:])))
    return out


def names_somebody(label: str) -> bool:
    """Return whether a label contains a letter or a digit, unlike ``-`` and ``?``."""
    return any(char.isalnum() for char in label)


def without_stamp(text: str, *, bare: bool = False) -> str:
    """Return the text after a stamp in brackets (``[00:03] words``), if ``bare`` also after a bare one (``00:03 words``)."""
    if match := _STAMP_BEFORE.match(text):
        text = text[match.end() :]
    if bare and (match := _BARE_STAMP_BEFORE.match(text)):
        text = text[match.end() :]
    return text


def has_bare_stamp(text: str) -> bool:
    """Return whether a text begins with a clock time without brackets, which may be a stamp or speech."""
    return bool(_BARE_STAMP_BEFORE.match(text))


def label_without_stamp(label: str) -> str:
    """Return a label without the time after it: ``Oda [00:00:03]``, ``SPEAKER_00 00:03``."""
    return _STAMP_AFTER.sub("", label).strip()


def unremoved_markup(words: str) -> str:
    """Return the first time or markup that remains within speech, or ""."""
    match = _UNREMOVED_MARKUP.search(words)
    return match.group() if match else ""


def is_sound(text: str) -> bool:
    """Return whether words in brackets are not a name: sounds, ``inaudible``, the manner of speech (``in Spanish``)."""
    words = [word.casefold() for word in _WORD.findall(text.replace("_", " "))]
    return bool(words and words[0] in _PREPOSITIONS) or any(
        word in _SOUNDS or word in _VOICE_SOUNDS or word in _SPEECH_PLACEHOLDERS for word in words
    )


def is_note(text: str, *, whole_cue: bool) -> bool:
    """Return whether a text contains no speech: descriptions of sounds in brackets, or a line of music.

    Brackets within a cue of several lines need a word for a sound; where they are the whole cue, a few words suffice.
    ``[inaudible]`` replaces speech and ``[laughs]`` is a speaker's sound: they are not notes. Whether music signs alone
    are a note depends on the other lines (``is_only_signs``).
    """
    if _MUSIC.match(text):
        return not is_only_signs(text) and (not whole_cue or bool(_MUSIC_AT_END.search(text)))
    if not _GROUPS.match(text):
        return False
    groups = [one_line(group) for group in _GROUP.findall(text)]
    if any(_words(group) & _SPEAKER_SOUNDS and not _words(group) & _SOUNDS for group in groups):
        return False
    return all(
        bool(_words(group) & _SOUNDS)
        or (whole_cue and (len(group.split()) <= _LONGEST_ASIDE if "[" in text or group.isupper() else _short(group)))
        for group in groups
    )


def is_only_signs(text: str) -> bool:
    """Return whether a line holds only music signs, a note in captions that describe sounds elsewhere too."""
    return bool(_MUSIC.match(text)) and not names_somebody(text)


def _short(group: str) -> bool:
    return len(group.split()) <= 3 and not group.endswith((".", "?"))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text.replace("_", " "))}
