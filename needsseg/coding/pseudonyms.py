"""Identifying details in a transcript: detect them, and replace them by pseudonyms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from needsseg.coding.contacts import contacts

KnownKind = Literal["person", "company"]
FoundKind = Literal["person", "company", "email", "phone", "url", "other"]

GENERIC: Mapping[FoundKind, str] = {
    "person": "[person]",
    "company": "[company]",
    "email": "[e-mail]",
    "phone": "[phone]",
    "url": "[link]",
    "other": "[removed]",
}
"""Replacements for details of an unknown or ambiguous bearer, or of a kind without pseudonyms."""

# First names that are English words: found only with a capital.
_NAMES_THAT_ARE_WORDS = """
amber angel april art ash august autumn basil bay bill blue brook buck bud carol chance charity chase chip clay cliff colt
crystal daisy dale dawn dean destiny don drew earl eve faith fern flora frank gale gene ginger glen grace grant guy harmony
harry hazel heath heather herb hope hunter iris ivy jack jade jasmine jay joy june justice king lance lane laurel lily mark
mason max may melody mercy miles nick norm olive page pat patience pearl peg penny pierce prince queen rain ray reed rich
rob robin rod rose ruby rusty sage sandy saga scout sky sterling stone storm sue summer sunny tiger trip van violet wade
ward will willow win winter young
"""
_WORDS_TOO = frozenset(_NAMES_THAT_ARE_WORDS.split())
_PARTICLES = re.compile("and|[ae]l|bin|ibn|da|das|de|del|della|den|der|di|dos|du|la|le|los|mc|st|ten?|ter|van|von|zu")
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|se|sa|s\.a|sas|sarl|srl|spa"
    r"|bv|b\.v|nv|n\.v|ab|as|a/s|aps|oy|oyj|pty|pte|group|holding|holdings)\.?$",
    re.IGNORECASE,
)
_ODD_CASES = frozenset(
    "\u0130\u0131\u017f\u212a"
)  # letters that case-insensitive patterns treat differently from folding
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A person or company with a name known to the study, and aliases (found only as written).

    ``known_as`` is the name that matches stand for, where it is another. ``exact`` names are found only as written and,
    if a single word, not at the start of a sentence, where "Target" may be the noun.
    """

    kind: KnownKind
    name: str
    aliases: tuple[str, ...] = ()
    known_as: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Words to replace: code points, half-open; ``stands_for`` is a known name, an extra word, or "" if ambiguous."""

    start: int
    end: int
    kind: FoundKind
    words: str
    stands_for: str


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling of a name."""

    words: str
    as_written: bool
    kind: FoundKind
    stands_for: str
    exact: bool = False


def detect(text: str, known: Sequence[Known], extra: Sequence[str] = ()) -> list[Found]:
    """Return names of ``known`` people and companies, ``extra`` words, addresses and phone numbers in a text, in order.

    Only whole words; of two that overlap the longer is taken. People are found by their full name (also with the last
    part first), its parts and their aliases; companies also without their legal form. Full names, first names and extra
    words are found in any case; surnames, aliases, and first names that are also English words only as written (or all in
    capitals); single words of companies as written or with a capital. A part of a name that several people share has
    ``stands_for`` "". The 's of a possessive is left in the text.
    """
    return detector(known, extra)(text)


def detector(known: Sequence[Known], extra: Sequence[str] = ()) -> Callable[[str], list[Found]]:
    """Return ``detect`` for many texts, with the names compiled once."""
    forms = [form for name in known for form in _forms(name)]
    forms += [_Form(word.strip(), False, "other", word) for word in extra if word.strip()]
    bearers: dict[str, set[tuple[str, str]]] = {}
    for form in forms:
        bearers.setdefault(folded(form.words), set()).add((form.kind, form.stands_for))
    ready = [
        (
            folded(form.words.split()[0]),
            form,
            form.stands_for if len(bearers[folded(form.words)]) == 1 else "",
            _pattern(form),
        )
        for form in dict.fromkeys(forms)
    ]

    def detect_in(text: str) -> list[Found]:
        findings = [Found(start, end, kind, text[start:end], "") for start, end, kind in contacts(text)]
        folded_text, has_odd_cases = folded(text), not _ODD_CASES.isdisjoint(text)
        for first_word, form, stands_for, pattern in ready:
            # Most names are not in most texts, and a substring search is far cheaper than a pattern.
            if first_word in folded_text or has_odd_cases:
                findings += [
                    Found(match.start(), match.end(), form.kind, match.group(), stands_for)
                    for match in pattern.finditer(text)
                    if _is_whole(text, match.start(), match.end())
                    and not (form.exact and _begins_sentence(text, match.start()))
                    and (not _in_capitals(form) or match.group()[0].isupper() or match.group() == form.words)
                ]
        return _without_overlap(findings)

    return detect_in


def bearers(known: Iterable[Known]) -> dict[str, set[str]]:
    """Return, for each folded spelling that is searched for, the names that it may stand for."""
    names_by_form: dict[str, set[str]] = {}
    for name in known:
        for form in _forms(name):
            names_by_form.setdefault(folded(form.words), set()).add(form.stands_for)
    return names_by_form


def pseudonyms(known: Sequence[Known], numbers: Mapping[str, int] | None = None) -> dict[str, str]:
    """Return a pseudonym for every known name: "Participant 1", "Company A" and so on, in the given order.

    With ``numbers`` each name has the pseudonym of its number, and names without a number have none, so that pseudonyms
    are stable when names are added or removed. They are distinct, and differ from all known names.
    """
    used_names = {folded(form) for known_name in known for form in (known_name.name, *known_name.aliases)}
    people = (name for name in (f"Participant {n}" for n in count(1)) if folded(name) not in used_names)
    companies = (name for name in (f"Company {_letters(n)}" for n in count(1)) if folded(name) not in used_names)
    names: dict[str, str] = {}
    for known_name in known:
        name = known_name.known_as or known_name.name
        if name in names or (numbers is not None and name not in numbers):
            continue
        if numbers is None:
            names[name] = next(people if known_name.kind == "person" else companies)
        else:
            pseudonym = (
                f"Participant {numbers[name]}" if known_name.kind == "person" else f"Company {_letters(numbers[name])}"
            )
            names[name] = pseudonym if folded(pseudonym) not in used_names else f"{pseudonym} *"
    return names


def replaced(text: str, details: Iterable[Found], names: Mapping[str, str]) -> str:
    """Replace the details found in ``text`` by the pseudonym in ``names``, or the generic word of their kind."""
    parts, offset = [], 0
    for detail in sorted(details, key=lambda detail: detail.start):
        if detail.start < offset or text[detail.start : detail.end] != detail.words:
            raise ValueError(
                f"“{detail.words}” is not at [{detail.start}, {detail.end}) of this text, or overlaps another."
            )
        parts += [text[offset : detail.start], names.get(detail.stands_for) or GENERIC[detail.kind]]
        offset = detail.end
    return "".join(parts) + text[offset:]


def short_name(company: str) -> str:
    """Return a company's name without its legal form."""
    short_form = " ".join(company.split())
    while (shorter := _LEGAL_FORM.sub("", short_form)) != short_form and shorter:
        short_form = shorter
    return short_form


def _forms(known: Known) -> list[_Form]:
    name, stands_for = " ".join(known.name.split()), known.known_as or known.name
    forms = [_Form(alias.strip(), True, known.kind, stands_for) for alias in known.aliases if alias.strip()]
    if known.kind == "company":
        without_legal_form = short_name(name)
        return forms + [
            _Form(
                variant, " " not in variant or known.exact, known.kind, stands_for, known.exact and " " not in variant
            )
            for variant in {name: 0, without_legal_form: 0}
            if variant
        ]
    parts = [part.strip('.,()"“”') for part in name.split()]
    if name:
        forms.append(_Form(name, len(parts) == 1 and name.lower() in _WORDS_TOO, known.kind, stands_for))
    if len(parts) > 1:
        distinctive_words = [
            part
            for part in parts
            if not _PARTICLES.fullmatch(part.lower()) and (len(part) > 1 or _UNSPACED.match(part))
        ]
        # Will, Cook or Stokes differ only by their capital from ordinary words.
        forms.append(_Form(f"{parts[-1]}, {' '.join(parts[:-1])}", False, known.kind, stands_for))
        forms += [
            _Form(part, folded(part) in _WORDS_TOO or n > 0, known.kind, stands_for)
            for n, part in enumerate(distinctive_words)
        ]
    return forms


def folded(words: str) -> str:
    """Return words normalised for comparison: case-folded, composed, with one kind of apostrophe."""
    return unicodedata.normalize("NFC", words).casefold().replace("’", "'")


def _pattern(form: _Form) -> re.Pattern[str]:
    """Compile a pattern that allows any white space between words, either apostrophe, and composed or decomposed accents."""
    spellings = {unicodedata.normalize("NFC", form.words), unicodedata.normalize("NFD", form.words)}
    if _in_capitals(form):
        return re.compile(_alternatives(spellings), re.IGNORECASE)
    if form.as_written and not form.exact:
        spellings |= {spelling.upper() for spelling in spellings if len(spelling) > 2}
    return re.compile(_alternatives(spellings), re.NOFLAG if form.as_written else re.IGNORECASE)


def _alternatives(spellings: Iterable[str]) -> str:
    return "|".join(
        re.sub("['’]", "['’]", r"\s+".join(re.escape(word) for word in spelling.split()))
        for spelling in sorted(spellings)
    )


def _in_capitals(form: _Form) -> bool:
    """Return whether a form is found in any case with an initial capital: NetherMind and GETH for Nethermind and Geth."""
    return form.kind == "company" and form.as_written and not form.exact


def _is_whole(text: str, start: int, end: int) -> bool:
    """Return whether the words are not part of longer ones; scripts without spaces have no word boundaries."""
    before, after = text[start - 1 : start], text[end : end + 1]
    begins = not _is_letter(before) or _UNSPACED.match(text[start]) or _UNSPACED.match(before)
    ends = not _is_letter(after) or _UNSPACED.match(text[end - 1]) or _UNSPACED.match(after)
    return bool(begins and ends)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\u00a0\"'“”‘’«»([")
    return not before or before[-1] in ".!?…:\n。！？"


def _is_letter(char: str) -> bool:
    return bool(char) and (char.isalnum() or unicodedata.category(char).startswith("M"))


def _without_overlap(details: Iterable[Found]) -> list[Found]:
    """Remove overlapping details: keep the longest, of equally long ones the unambiguous one, then the first."""
    chosen: list[Found] = []
    covered: set[int] = set()
    for detail in sorted(
        details, key=lambda detail: (detail.start - detail.end, not detail.stands_for, detail.start, detail.kind)
    ):
        places = range(detail.start, detail.end)
        if covered.isdisjoint(places):
            covered.update(places)
            chosen.append(detail)
    return sorted(chosen, key=lambda detail: detail.start)


def _letters(number: int) -> str:
    """Return a number as letters: 1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
