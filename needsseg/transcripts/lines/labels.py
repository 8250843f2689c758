"""Decide which words before a colon name a speaker, and which are prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

LONGEST_NAME = 63
_LONG_WORD = 7
_OFTEN = 4
_LONGEST_LABEL = 8


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set, which keeps long word lists readable."""
    return frozenset(text.split())


METADATA = words(
    "date time duration length location place venue recorded recording record transcript transcription transcribed "
    "transcriber project study title file filename language subject topic company organisation organization industry "
    "id session version url link source source_url status participants attendees attendance agenda present speakers "
    "keywords tags author created updated"
) | {
    "transcript id",
    "interview id",
    "participant id",
    "session id",
    "interview date",
    "session date",
    "date of interview",
    "start time",
    "end time",
    "job title",
    "transcribed by",
    "recorded by",
    "recorded on",
    "jump to",
    "summary keywords",
    "日期", "时间", "時間", "地点", "地點", "时长", "時長", "关键词", "關鍵詞", "主题", "日時", "場所",
    "日付", "キーワード", "날짜", "장소",
    "التاريخ",
    "المكان", "المدة", "дата", "место", "длительность", "datum", "dauer", "ort", "fecha", "lugar", "duración", "durée", "lieu",
    "data", "luogo", "durata", "duração", "local", "plaats", "duur", "miejsce", "czas trwania", "transkribiert von",
    "transcrito por", "transcrit par", "trascritto da",
    "about this session",
}  # fmt: skip

FIELDS_ABOVE = METADATA | words(
    "host hosts guest guests episode participant speaker "
    "interviewee interviewees interviewer interviewers moderators respondent respondents "
    "series season producer editor reviewer version role organisation age gender occupation profession pseudonym "
    "audio video recorder equipment setting context background datum ort dauer teilnehmer befragte transkript sprecher "
    "fecha lugar duración entrevistado durée lieu format system type platform meeting call client customer account"
)
"""Labels of fields if they occur once, above the dialogue; within the dialogue some of them are people."""
NOTES = words(
    "note notes legend legende symbols symbole key abbreviations conventions comment comments remark remarks todo to-do "
    "action actions highlight bookmark anmerkung anmerkungen kommentar notiz nota remarque disclaimer description"
) | {
    "action item",
    "action items",
    "next step",
    "next steps",
    "follow-up",
    "follow up",
    "screen sharing",
    "transcriber note",
    "transcriber's note",
    "transcriber’s note",
    "transcriber notes",
    "transcription note",
    "transcription notes",
    "transcription conventions",
    "transcript notes",
    "editor's note",
    "editor’s note",
    "field note",
    "field notes",
    "observer note",
    "note to self",
    "key takeaway",
    "key takeaways",
    "stage direction",
    "memo",
    "researcher's memo",
    "researcher’s memo",
    "researcher memo",
    "researcher notes",
    "researcher's notes",
    "interviewer notes",
    "interviewer's notes",
    "interviewer’s notes",
    "interviewer note",
    "moderator notes",
    "observer notes",
    "observations",
    "post-interview notes",
    "debrief",
}

_PROSE = words(
    "note notes nb example examples problem problems summary goal goals result results pros cons first firstly second "
    "secondly third thirdly finally conclusion reason edit update ps tip caveat monday tuesday wednesday thursday "
    "friday saturday sunday today yesterday tomorrow plus minus option step part phase day week month point scenario "
    "chapter section item number idea case fact quote meaning e.g i.e important warning fyi btw http https "
    "remember right honestly basically look listen namely anyway actually rule lesson takeaway bonus spoiler "
    "translation seriously literally truth footnote disclaimer"
)
_PROSE_STARTS = words(
    "a an and as at because but by for from he her here how if in is it its it's let like maybe my no of okay ok on "
    "one or our she so some that that's the their then there these they this those to was we well what when where "
    "which who why with yeah yes you your two three another also i'm i'd i've here's what's"
)
_PARTICLES = words(
    "van von der den de del della di da do dos du la le el al bin ibn ben y e und and of the from at zu zur ten ter "
    "af av"
)
_BAD = re.compile(r"[?!;\"“”„<>{}=…\\^~]|://|\.\.|\s-\s.*\s-\s")
_LISTED = re.compile(r"^\d+[.)]$")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\|.*$")
_PHONE = re.compile(r"^\+?\d[\d\s*().-]{5,}$")
_ADDRESS = re.compile(r"^[\w.+-]+@[\w.-]+$")
_NUMBER_SIGN = re.compile(r"^#\d{1,4}$")


def is_metadata(label: str) -> bool:
    """Return whether a label names a field about the file (``Date``, ``Transcript ID``), never a person."""
    return label.casefold().strip(" *_") in METADATA


def is_note(label: str) -> bool:
    """Return whether a label opens a transcriber's note (``Note``, ``ACTION ITEM``), never a turn."""
    return label.casefold().strip(" *_[]()") in NOTES


def is_field_above(label: str) -> bool:
    """Return whether a label that occurs once above the dialogue names a field (``Guests``, ``Episode 5``)."""
    folded = re.sub(r"[\s\d#.]+$", "", label.casefold().strip(" *_"))
    return folded in FIELDS_ABOVE


def like_a_name(label: str) -> bool:
    """Return whether a label has the form of a person's name or a role: ``Dana Sample``, ``P3``, ``Karim T. (matkt)``.

    At most 63 characters; capitalised words, initials, name particles, numbers; anything in brackets or after ``|``.
    """
    if _PHONE.match(label) or _ADDRESS.match(label):
        return len(label) <= LONGEST_NAME
    tokens = _tokens(label)
    if not tokens or sum(not _is_small_part(token) for token in tokens) > 6:
        return False
    if len(tokens) > 1 and tokens[0].casefold() in _PROSE_STARTS and len(tokens[0]) > 1:
        return False
    if tokens[0].casefold().strip(".") in _PROSE or (
        len(tokens) == 1 and tokens[0].casefold() in _PROSE_STARTS - {"a"}
    ):
        return False
    return not tokens[0].islower() and all(_capitalised(token) for token in tokens)


def _is_small_part(token: str) -> bool:
    """Return whether a token is a particle, a title or an initial (``de``, ``Dr.``, ``T.``), which may be many in a name."""
    return token.casefold() in _PARTICLES or token.endswith(".")


def perhaps_a_name(label: str) -> bool:
    """Return whether a label could be a name in lower case (``spencer``), to be trusted only where it recurs."""
    tokens = _tokens(label)
    if not tokens or len(tokens) > 3:
        return False
    first = tokens[0].casefold()
    return first not in _PROSE_STARTS and first not in _PROSE


def accepted_labels(counts: Mapping[str, int]) -> frozenset[str]:
    """Return the labels that name speakers, by how often each occurs where a speaker's name may be."""
    accepted = {
        label
        for label, count in counts.items()
        if not is_metadata(label)
        and (like_a_name(label) or (count > 1 and (perhaps_a_name(label) or _NUMBER_SIGN.match(label))))
    }
    # Words that occur this often before a colon are a label, whatever their form.
    accepted |= {
        label for label, count in counts.items() if count >= _OFTEN and not is_metadata(label) and _short_words(label)
    }
    # Members of a group may be numbered; numbers that do not recur count lines or questions.
    numbers = [label for label in counts if label.isdecimal() and len(label) < 3]
    if len(numbers) > 1 and sum(counts[label] for label in numbers) > len(numbers):
        accepted |= set(numbers)
    # "dana sample" once, where Dana Sample speaks elsewhere, is a typo, not prose.
    folded = {label.casefold() for label in accepted}
    return frozenset(accepted | {label for label in counts if label.casefold() in folded})


def _short_words(label: str) -> bool:
    """Return whether a label has at most eight words and none of the signs of a sentence."""
    return (
        len(label.split()) <= _LONGEST_LABEL
        and label[:1] not in "[({<"
        and any(map(str.isalpha, label))
        and not re.search(r"[.?!;\"“”]\s|://", label)
    )


def same_person(labels: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return groups of labels that may be one person's: they differ in case, spaces, word order or a ``(Guest)``."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        folded = re.sub(r"[\W_]+", " ", re.sub(r"\([^()]*\)", " ", label).casefold())
        key = " ".join(sorted(folded.split()))
        groups.setdefault(next((group_key for group_key in groups if is_slip(group_key, key)), key), []).append(label)
    return [tuple(group) for key, group in groups.items() if key and len(group) > 1]


def is_slip(first: str, second: str) -> bool:
    """Return whether two lower-case names differ by one typo in a long word: a letter omitted, added, changed or swapped."""
    words, other_words = first.split(), second.split()
    differing = [
        (first_word, second_word)
        for first_word, second_word in zip(words, other_words, strict=False)
        if first_word != second_word
    ]
    if len(words) != len(other_words) or len(differing) != 1:
        return False
    first_word, second_word = differing[0]
    if (
        min(len(first_word), len(second_word)) < _LONG_WORD
        or abs(len(first_word) - len(second_word)) > 1
        or not (first_word + second_word).isalpha()
    ):
        return False
    start = next(
        (position for position, (a, b) in enumerate(zip(first_word, second_word, strict=False)) if a != b),
        len(first_word),
    )
    if start >= min(len(first_word), len(second_word)) - 1:
        return False  # Interviewer and Interviewee
    rests = (
        (first_word[start + 1 :], second_word[start + 1 :]),
        (first_word[start:], second_word[start + 1 :]),
        (first_word[start + 1 :], second_word[start:]),
    )
    swapped = (
        first_word[start : start + 2] == second_word[start : start + 2][::-1]
        and first_word[start + 2 :] == second_word[start + 2 :]
    )
    return swapped or any(rest == rest_of_other for rest, rest_of_other in rests)


def counted(labels: list[str]) -> Counter[str]:
    """Return how often each label occurs."""
    return Counter(labels)


def _tokens(label: str) -> list[str]:
    if not 0 < len(label) <= LONGEST_NAME or not any(char.isalpha() for char in label):
        return []
    label_text = _ASIDE.sub(" ", label).strip()
    if _BAD.search(label_text) or label_text.count(",") > 1:
        return []
    tokens = label_text.replace(",", " ").split()
    if tokens and _LISTED.match(tokens[0]):
        return []
    return [] if any(_ends_a_sentence(token) for token in tokens) else tokens


def _ends_a_sentence(token: str) -> bool:
    """Return whether a token ends a sentence: a full stop, but not after an initial or short title (``T.``, ``Prof.``)."""
    return token.endswith(".") and (len(token) > 5 or token[:-1].casefold() in _PROSE_STARTS)


def _capitalised(token: str) -> bool:
    if token.casefold() in _PARTICLES or token in {"&", "/", "-", "–", "+"}:
        return True
    first = next((char for char in token if char.isalnum()), "")
    return bool(first) and not first.islower()
