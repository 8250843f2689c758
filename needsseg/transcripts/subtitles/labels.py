"""Speakers of cues: the forms in which a cue names its speaker, and which labels of a file are names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.lines.chosen_pattern import ChosenPattern, chosen_pattern
from needsseg.transcripts.lines.labels import LONGEST_NAME, accepted_labels, is_metadata, like_a_name, perhaps_a_name
from needsseg.transcripts.lines.labels import words as word_set
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import one_line
from needsseg.transcripts.subtitles.text import (
    has_bare_stamp,
    is_note,
    is_sound,
    label_without_stamp,
    names_somebody,
    without_stamp,
)

_NAME = rf"(?P<speaker>[^\s:：](?:[^:：]|:(?=\S)){{0,{LONGEST_NAME + 12}}}?)"
_INNER = r"(?P<speaker>[^\[\](){}<>【】（）]{1,75}(?:\([^()]{1,40}\)[^\[\](){}<>【】（）]{0,12})?)"
_CHANGE = re.compile(r"(?:^|(?<=\s))(?:>{2,3}|＞＞)\s*")
_DASH = re.compile(r"^\s*[-–—‐‑]{1,2}\s*(?=[^\s\d>-])")
_BULLET = re.compile(r"^\s*[•*·]\s+")
_DASH_WITHIN = re.compile(r"(?<=[.?!…\"”])\s+[-–—‐‑]\s*(?=[^\W\d_a-z]|[¿¡\"“])")
_URL = re.compile(r"//|\d:\d|^\w+:/")
_NOT_AFTER_BRACKET = re.compile(r"^[,.;!?)\]]")
_GENERIC = re.compile(
    r"^(?:speaker|spk|spkr|sprecher(?:[:*_]?in)?|locuteur|locutrice|intervenant|hablante|orador|falante|parlante|"
    r"interlocutore|spreker|talare|taler|puhuja|говорящий|спикер|диктор|发言人|说话人|話者|スピーカー|화자|"
    r"participant|person|voice|channel|unknown)[\s_#№.-]*(?:speaker)?[\s_#№.-]*(?:\d{1,3}|[A-Za-z]|\?)?$|^[A-Z]{1,3}\d{1,3}$",
    re.IGNORECASE,
)
_COUNTING = re.compile(r"^[\d\s.:-]+$|^[0-9a-fA-F]{8}-[0-9a-fA-F-]{13,}(?:/[\d-]+)?$|^[0-9a-fA-F]{16,}$")
_ID_NUMBER_BEFORE = re.compile(r"^\d+\s?[-–.:)#|/]?\s*")
_ID_NUMBER_BEHIND = re.compile(r"\s?[-–:#|/]?\s?\(?#?\d+\)?$")
_QUOTED = re.compile(r"^(?:\d+\s*[-–.:)]?\s*)?[\"“](?P<name>[^\"”]{1,63})[\"”](?:\s*\([^()]*\))?$")
_LONGEST_LINE_NAME = 5
_TECHNICAL = word_set(
    "cue segment seg line caption captions subtitle sub id chapter slide part block frame scene track chunk sentence "
    "paragraph utterance item row intro title section kapitel untertitel zeile"
)


@dataclass(frozen=True, slots=True)
class LabelForm:
    """One form of a label in a line: a pattern with the groups ``speaker`` and ``words``.

    Weak forms are usually prose, and are tried only where no other form gives any name.
    """

    name: str
    pattern: re.Pattern[str]
    example: str
    weak: bool = False


FORMS: tuple[LabelForm, ...] = (
    LabelForm(
        "tagged",
        re.compile(
            r"^(?P<speaker>\[[A-Z][\w ./-]{0,20}\]\s+[^:：\[\]]{1,50}?)\s?(?:：|:(?=\s|$))\s*(?P<words>.*)$", re.DOTALL
        ),
        "[GUEST] Ada: words",
    ),
    LabelForm(
        "bracket",
        re.compile(
            rf"^[\[({{<【（]\s{{0,3}}{_INNER}\s{{0,3}}[\])}}>】）]\s*(?:[:：]\s*|[-–—|]\s+)?(?P<words>.*)$", re.DOTALL
        ),
        "[SPEAKER_00]: words",
    ),
    LabelForm(
        "bold",
        re.compile(r"^(\*{1,3}|__?)(?P<speaker>[^*\s][^*]{0,74}?)(?::\1|\1\s{0,3}:)\s*(?P<words>.*)$", re.DOTALL),
        "**Ada:** words",
    ),
    LabelForm("colon", re.compile(rf"^{_NAME}\s?\s?(?:：|:(?=\s|$))\s*(?P<words>.*)$", re.DOTALL), "Ada: words"),
    LabelForm("tight", re.compile(r"^(?P<speaker>[^:：]{1,63}):(?P<words>[^\s/\d:].*)$", re.DOTALL), "Ada:words", True),
    LabelForm(
        "dash",
        re.compile(r"^(?P<speaker>[^\s-].{0,62}?)\s[-–—|]\s+(?P<words>\S.*)$", re.DOTALL),
        "Ada - words",
        True,
    ),
    LabelForm("line", re.compile(r"^(?P<speaker>\S.{0,62})\s*$(?P<words>)"), "Ada ⏎ words", True),
)


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A line that begins with a label: its speaker, the words after it, and the label as written."""

    speaker: str
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class Naming:
    """The way in which a file of cues names its speakers.

    ``accepted`` are the labels that are names, by form; ``by_ident`` are speakers by cue id; ``dashes`` means that a dash
    at a line's start is a change of speaker; ``bare_stamps`` that lines begin with times; ``pattern`` is a person's choice.
    """

    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_ident: Mapping[str, str] = field(default_factory=dict)
    dashes: bool = False
    bare_stamps: bool = False
    pattern: ChosenPattern | None = None

    @property
    def names(self) -> frozenset[str]:
        """All labels that name speakers."""
        return frozenset().union(*self.accepted.values(), self.by_ident.values())

    def match(self, text: str, *, ends_cue: bool = True) -> LabelMatch | None:
        """Return the label that a line begins with; ``ends_cue`` means that no line of the same cue follows."""
        if self.pattern:
            return _match_of_choice(self.pattern, text)
        inner = _inner_text(text, self.bare_stamps)
        for form in FORMS:
            labels = self.accepted.get(form.name)
            if not labels or (form.name == "line" and ends_cue):
                continue
            if (match := form.pattern.match(inner)) and (label := _clean(match.group("speaker"))) in labels:
                words = without_stamp(match.group("words"), bare=self.bare_stamps)
                return LabelMatch(
                    label if names_somebody(label) and "?" not in label else "",
                    words,
                    text[: -len(words)] if words else text,
                )
        return None


def find_naming(
    cues: Sequence[Sequence[str]], idents: Sequence[str], choices: ReadingChoices = NO_CHOICES, *, named: bool = True
) -> Naming:
    """Return how cues (their plain lines) name speakers; where not ``named``, only changes of speaker are detected."""
    filled_cues = [[line for line in lines if line.strip()] for lines in cues]
    filled_cues = [lines for lines in filled_cues if lines]
    firsts = [lines[0] for lines in filled_cues]
    dashes = _dashes_change(filled_cues)
    stamped = sum(has_bare_stamp(line) for line in firsts)
    bare_stamps = stamped * 2 >= len(firsts) > 0
    pattern = chosen_pattern(choices)
    if pattern or not named:
        return Naming(dashes=dashes, bare_stamps=bare_stamps, pattern=pattern)
    never = frozenset(one_line(label).casefold() for label in choices.not_speakers)
    accepted: dict[str, frozenset[str]] = {}
    parted = [[part for line in lines for _, part in changes_in(line) if part.strip()] for lines in filled_cues]
    for form in FORMS:
        if not form.weak:
            accepted[form.name], _ = _accepted(form, parted, bare_stamps, never)
    if not any(accepted.values()):
        weak = {form.name: _accepted(form, parted, bare_stamps, never) for form in FORMS if form.weak}
        name, (labels, _) = max(weak.items(), key=lambda item: item[1][1])
        accepted[name] = labels
    people = {} if any(accepted.values()) else speakers_by_ident(idents)
    by_ident = {ident: name for ident, name in people.items() if name.casefold() not in never}
    return Naming(accepted, by_ident, dashes, bare_stamps)


def changes_in(text: str) -> list[tuple[bool, str]]:
    """Split a line at ``>>``: (whether the part follows a change of speaker, its words)."""
    if ">>" not in text and "＞＞" not in text:
        return [(False, text)]
    cuts = list(_CHANGE.finditer(text))
    if not cuts:
        return [(False, text)]
    parts = [(False, text[: cuts[0].start()])] if text[: cuts[0].start()].strip() else []
    for match, following in zip(cuts, [*cuts[1:], None], strict=True):
        parts.append((True, text[match.end() : following.start() if following else len(text)]))
    return parts


def dashes_in(text: str) -> list[tuple[bool, str]]:
    """Split a line at dashes that begin a speaker's words, if there are any."""
    match = _DASH.match(text)
    if not match:
        return [(False, text)]
    return [(True, part) for part in _DASH_WITHIN.split(text[match.end() :])]


def speakers_by_ident(idents: Sequence[str]) -> dict[str, str]:
    """Return speakers by cue id, where ids name people (``Speaker 1``, ``7 "Ada Novak" (123)``); else empty.

    Names recur, while ids that number or describe cues do not.
    """
    non_empty_idents = [ident for ident in idents if ident]
    counting = sum(counts_cues(ident) for ident in non_empty_idents)
    if len(non_empty_idents) * 2 < len(idents) or counting * 2 >= len(non_empty_idents):
        return {}
    quoted = {ident: match.group("name").strip() for ident in non_empty_idents if (match := _QUOTED.match(ident))}
    if len(quoted) * 2 >= len(set(non_empty_idents)):
        return {ident: name for ident, name in quoted.items() if names_somebody(name)}
    for before, number_behind in ((False, False), (True, False), (False, True), (True, True)):
        names = {ident: _name_in_ident(ident, before, number_behind) for ident in non_empty_idents}
        counts = Counter(names[ident] for ident in non_empty_idents)
        if _are_people(counts):
            return names
    return {}


def counts_cues(ident: str) -> bool:
    """Return whether a cue's id is a running number or an internal code."""
    return bool(_COUNTING.match(ident))


def _name_in_ident(ident: str, before: bool, number_behind: bool) -> str:
    """Return an id without the running number before it, or after it."""
    ident = ident.rstrip(":： ")
    ident = _ID_NUMBER_BEFORE.sub("", ident) if before else ident
    return one_line(_ID_NUMBER_BEHIND.sub("", ident) if number_behind else ident)


def _are_people(counts: Counter[str]) -> bool:
    total = counts.total()
    if any(not name or name.split()[0].casefold().strip("-_#") in _TECHNICAL for name in counts):
        return False
    if all(_GENERIC.match(name) and not name[:1].isdigit() for name in counts):
        return len(counts) < max(total, 3) or total <= 3
    people = sum(
        count for name, count in counts.items() if like_a_name(_shape(name)) and not any(map(str.isdigit, name))
    )
    repeated = len(counts) * 2 <= total or (total <= 3 and all(" " in name for name in counts))
    return repeated and people * 5 >= total * 4


def _dashes_change(cues: Sequence[Sequence[str]]) -> bool:
    """Return whether dashes at line starts separate speakers: two in one cue, or one at the start of half of the cues."""
    pairs = sum(
        sum(bool(_DASH.match(line)) for line in lines) > 1 or any(len(dashes_in(line)) > 1 for line in lines)
        for lines in cues
    )
    first = sum(bool(_DASH.match(lines[0])) for lines in cues)
    return pairs > 0 or (first * 2 >= len(cues) and first > 1)


def _inner_text(text: str, bare_stamps: bool) -> str:
    """Return a line without signs before the label: ``>>``, a dash, a bullet, a stamp."""
    text = text.lstrip()
    if match := _CHANGE.match(text):
        text = text[match.end() :]
    if match := _DASH.match(text) or _BULLET.match(text):
        text = text[match.end() :]
    return without_stamp(text, bare=bare_stamps)


def _clean(label: str) -> str:
    return one_line(label_without_stamp(without_stamp(label, bare=True))).strip("*_ ")


def _shape(label: str) -> str:
    """Return a label without emoji and other signs, for checking its form as a name; ``#`` and ``№`` are kept."""
    characters = (
        " " if unicodedata.category(char) in {"So", "Sk", "Cf", "Cs"} and char != "№" else char for char in label
    )
    return one_line("".join(characters))


def _match_of_choice(pattern: ChosenPattern, text: str) -> LabelMatch | None:
    match = pattern.match(text)
    if not match or not match.parts["speaker"]:
        return None
    words = match.parts.get("words", text[match.end :])
    return LabelMatch(one_line(match.parts["speaker"]), words, text[: len(text) - len(words)])


def _accepted(
    form: LabelForm, cues: Sequence[Sequence[str]], bare_stamps: bool, never: frozenset[str]
) -> tuple[frozenset[str], int]:
    """Return the labels of one form that name speakers, by their frequency and position, and their total count."""
    counts: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for lines in cues:
        for line_index, line in enumerate(lines):
            if label := _candidate(form, line, line_index + 1 < len(lines), bare_stamps):
                if label.casefold() in never:
                    continue
                counts[label] += 1
                firsts[label] += line_index == 0
    counts_of_form = {
        "tagged": _accepted_tagged,
        "bracket": _accepted_brackets,
        "line": _accepted_lines,
        "tight": _accepted_tight,
        "dash": _accepted_tight,
    }
    accept = counts_of_form.get(form.name, _accepted_colons)
    labels = accept(counts, firsts, len(cues))
    total = sum(counts[label] for label in labels)
    return (labels, total) if total * 20 >= len(cues) else (frozenset(), 0)


def _candidate(form: LabelForm, line: str, followed: bool, bare_stamps: bool) -> str:
    """Return the label of a line in one form, "" where it has none or no words could follow."""
    if form.name == "line" and not followed:
        return ""
    match = form.pattern.match(_inner_text(line, bare_stamps))
    if not match:
        return ""
    label, words = _clean(match.group("speaker")), match.group("words").strip()
    if not label or len(label) > LONGEST_NAME or _URL.search(label):
        return ""
    if form.name == "tight" and followed and " " not in words:
        # "Interviewer:in" on a separate line is a complete name.
        return ""
    if form.name == "bracket" and (
        not (words or followed or _numbered(label)) or _NOT_AFTER_BRACKET.match(words) or is_note(line, whole_cue=False)
    ):
        return ""
    return label


def _numbered(label: str) -> bool:
    """Return whether a label is a program's numbered speaker: ``SPEAKER_00``, ``spk_1``, ``S2``."""
    return bool(_GENERIC.match(label)) and any(char.isdigit() for char in label)


def _accepted_tagged(counts: Counter[str], firsts: Counter[str], cues: int) -> frozenset[str]:
    """Return recurring names after a tag (``[GUEST] Ada``); a speaker's number in brackets is a label, not a tag."""
    return frozenset(
        label
        for label, count in counts.items()
        if count > 1 and like_a_name(_shape(label)) and not _GENERIC.match(label[1 : label.index("]")])
    )


def _accepted_brackets(counts: Counter[str], firsts: Counter[str], cues: int) -> frozenset[str]:
    """Return names in brackets, without descriptions of sounds."""
    people = Counter({label: count for label, count in counts.items() if not is_sound(label) or _GENERIC.match(label)})
    total = people.total()
    accepted = {label for label in people if _GENERIC.match(label)}
    for label, count in people.items():
        shaped = like_a_name(_shape(label)) or (len(label.split()) < 3 and role_from_label(label))
        if (shaped and (count > 1 or total * 2 >= cues)) or (count > 1 and total * 5 >= cues * 4):
            accepted.add(label)
    return frozenset(accepted)


def _accepted_colons(counts: Counter[str], firsts: Counter[str], cues: int) -> frozenset[str]:
    """Return labels before a colon: those like a name, and any where (nearly) every cue begins with a label."""
    shapes: dict[str, list[str]] = {}
    for label in counts:
        shapes.setdefault(_shape(label), []).append(label)
    sure = accepted_labels(
        Counter({shape: sum(counts[each] for each in labels) for shape, labels in shapes.items() if shape})
    )
    accepted = {label for shape in sure for label in shapes[shape]} | set(filter(_numbered, counts))
    covered = firsts.total()
    if covered * 10 >= cues * 9 and (cues > 3 or len(firsts) < covered):
        accepted |= {
            label
            for label, count in firsts.items()
            if count
            and names_somebody(label)
            and not is_metadata(label)
            and (count > 1 or perhaps_a_name(_shape(label)))
        }
    elif covered * 4 >= cues * 3:
        accepted |= {label for label, count in firsts.items() if count > 1 and names_somebody(label)}
    elif covered * 2 >= cues:
        accepted |= {label for label, count in firsts.items() if count > 2 and names_somebody(label)}
    return frozenset(accepted)


def _accepted_tight(counts: Counter[str], firsts: Counter[str], cues: int) -> frozenset[str]:
    """Return labels before a dash or a colon without a space: only where half of the cues begin with recurring ones."""
    accepted = {
        label for label, count in firsts.items() if count > 1 and (like_a_name(_shape(label)) or _GENERIC.match(label))
    }
    return frozenset(accepted if sum(firsts[label] for label in accepted) * 2 >= cues else ())


def _accepted_lines(counts: Counter[str], firsts: Counter[str], cues: int) -> frozenset[str]:
    """Return names on a separate line above the words: few and recurring ones.

    In capitals, or in a script without case, any line has the form of a name; elsewhere names may occur once where all
    cues begin with one.
    """
    shaped = {label for label in firsts if label[-1] not in ".?!,;…" and like_a_name(_shape(label))}
    mixed = {label for label in shaped if any(map(str.islower, label)) and len(label.split()) < _LONGEST_LINE_NAME}
    small = {label for label in firsts if label[-1] not in ".?!,;…" and perhaps_a_name(_shape(label))}
    repeated = {label for label in shaped | small if firsts[label] > 1}
    if sum(firsts[label] for label in mixed) * 10 >= cues * 9:
        return frozenset(mixed | repeated)
    total = sum(firsts[label] for label in repeated)
    if total * 4 < cues or len(repeated) * 2 > total:
        return frozenset()
    return frozenset(repeated | shaped if total * 5 >= cues * 4 else repeated)
