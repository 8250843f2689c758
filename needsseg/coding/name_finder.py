"""Find possible names of people, companies and places by capitals, word lists and, where installed, a model.

Unlike the results of ``pseudonyms.detect``, these are guesses, which are proposed and decided one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from needsseg.coding.name_lists import NameLists
from needsseg.coding.pseudonyms import Found, folded

GuessedKind = Literal["person", "company", "other"]
Entity = tuple[int, int, GuessedKind]
"""Code points, half-open, and the kind."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.](?=[^\W_])[^\W_]+)*")
_TITLE_WORDS = "mr mrs ms miss dr prof professor herr frau sir señor señora monsieur madame"
_PARTICLE_WORDS = "de da del della den der di dos du la le van von zu ter ten bin ibn al el"
_ENDS_OF_COMPANIES = """
ltd limited inc incorporated llc llp plc gmbh ag corp corporation company bv nv oy ab holding holdings group partners
brothers sons bank trust insurance logistics pictures games studios brewing foods consulting solutions technologies
industries airlines pharma pharmaceuticals hotels motors energy federation foundation commission agency authority
association council ministry institute union society
"""
_ENDS_OF_PLACES = """
street road avenue lane square river lake bridge county valley island islands sea bay harbour harbor park station airport
hospital school elementary university college church castle museum depot beach hill mountain coast
"""
_TITLES = frozenset(_TITLE_WORDS.split())
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_COMPANY_ENDS = frozenset(_ENDS_OF_COMPANIES.split())
_PLACE_ENDS = frozenset(_ENDS_OF_PLACES.split())
_BEFORE_PLACES = frozenset({"in", "near", "outside", "around", "across"})
_BEFORE_COMPANIES = re.compile(
    r"\b(?:work|works|worked|working|job|jobs|employed|client|customer|supplier) (?:at|for|with|of|from) $"
)
_BEFORE_PEOPLE = re.compile(
    r"\b(?:named|called|colleague|coworker|co-worker|boss|manager|assistant|friend|wife|husband|partner|brother|sister|son"
    r"|daughter|cousin|aunt|uncle|nephew|niece|foreman|intern|neighbour|neighbor|surgeon|nurse|deputy|predecessor|successor"
    r"|mentor|ask|asked|tell|told|met|emailed|phoned|rang|texted|thanks),? $"
)
_AFTER_PEOPLE = re.compile(
    r" (?:says|said|told|tells|asks|asked|thinks|thought|wants|wanted|knows|knew|calls|called|does|did|did it|keeps|kept"
    r"|sends|sent|writes|wrote|came|went|left|runs|ran|retired|phoned|rang|emailed|who|whose|herself|himself|and I|and me)\b"
)
_CONTRACTED = re.compile("['’](?:s|m|d|ll|ve|re)$", re.IGNORECASE)
_SHORTEST = 2
_LONGEST_ACRONYM = 3
_FEWEST_ABOUT_PRODUCT = 3
_LONGEST_PRODUCT = 3  # "Microsoft Teams Rooms" is software, the "Canadian Radio and Television Commission" is not


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str
    key: str
    begins: bool

    @property
    def has_capital(self) -> bool:
        return self.word[0].isupper()


def name_finder(
    lists: NameLists,
    texts: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]] = (),
    people: Iterable[str] = (),
    entities: Callable[[str], Sequence[Entity]] | None = None,
) -> Callable[[str], list[Found]]:
    """Return a function that finds possible names in a text of the study.

    ``texts`` are the texts to search, as (interview, text), ``others`` the other speech of these interviews. ``people``
    are names known to the study, whose short forms are also found. ``entities`` is a model that marks names. A word that
    also occurs in lower case is ordinary, and a name that occurs within a sentence is also found at the beginning of
    others. A capitalised word that is in no list and in most interviews is the product that they are about.
    """
    return _Finder(lists, texts, others, people, entities).find


class _Finder:
    def __init__(
        self,
        lists: NameLists,
        texts: Sequence[tuple[str, str]],
        others: Sequence[tuple[str, str]],
        people: Iterable[str],
        entities: Callable[[str], Sequence[Entity]] | None,
    ) -> None:
        self.lists = lists
        self.entities = entities
        self.short_forms = {
            form for name in people for form in lists.forms_of(folded(name.split()[0] if name.split() else ""))
        }
        self.names_by_key: dict[str, GuessedKind] = {}
        self.tokens = cache(_tokens)
        self.small: set[str] = set()
        self.products = self._products([*texts, *others])
        self.guesses = cache(self._guesses)
        for _, text in texts:
            for start, end, kind in self.guesses(text):
                self._remember(text, start, end, kind)

    def _remember(self, text: str, start: int, end: int, kind: GuessedKind) -> None:
        """Store a name, and each part of a person's name, to be found where it occurs alone."""
        self.names_by_key.setdefault(folded(text[start:end]), kind)
        if kind == "person":
            for token in self.tokens(text):
                if (
                    start <= token.start
                    and token.end <= end
                    and not self._is_listed(token)
                    and not self._is_no_name(token)
                ):
                    self.names_by_key.setdefault(token.key, kind)

    def _products(self, named_texts: Sequence[tuple[str, str]]) -> frozenset[str]:
        """Return unlisted capitalised words of at least half of the interviews; also collect the lower-case words."""
        capitals: dict[str, set[str]] = {}
        for interview, text in named_texts:
            for token in self.tokens(text):
                if token.word.islower():
                    self.small.add(token.key)
                elif token.has_capital:
                    capitals.setdefault(token.key, set()).add(interview)
        fewest = max(_FEWEST_ABOUT_PRODUCT, len({interview for interview, _ in named_texts}) / 2)
        listed = self.lists.given_names | self.lists.names_that_are_words | self.lists.places
        return frozenset(
            key for key, interview_keys in capitals.items() if len(interview_keys) >= fewest and key not in listed
        )

    def find(self, text: str) -> list[Found]:
        """Return possible names in order, without overlaps and without the possessive 's."""
        spans = [*self._names_from_elsewhere(text), *self.guesses(text)]
        chosen: list[Found] = []
        for start, end, kind in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
            if all(end <= other.start or other.end <= start for other in chosen):
                chosen.append(Found(start, end, kind, text[start:end], ""))
        return sorted(chosen, key=lambda entity: entity.start)

    def _names_from_elsewhere(self, text: str) -> Iterator[Entity]:
        for token in self.tokens(text):
            kind = self.names_by_key.get(token.key)
            if kind is not None and token.has_capital and not (token.begins and token.key in self.small):
                yield token.start, token.end, kind

    def _guesses(self, text: str) -> list[Entity]:
        guesses = [
            span for entity in (self.entities(text) if self.entities else ()) for span in self._checked(text, entity)
        ]
        runs = list(_runs(text, self.tokens(text)))
        listed = [span for run in runs for span in self._in_run(text, run)]
        listed += self._joined(text, runs)
        return [*listed, *guesses]

    def _is_word(self, token: _Token) -> bool:
        """Return whether a word is ordinary by the lists, by its form, or as the study also writes it in lower case."""
        return self._is_no_name(token) or token.key in self.small or self.lists.is_ordinary(token.key)

    def _is_no_name(self, token: _Token) -> bool:
        word = token.word
        return (
            self.lists.is_no_name(token.key)
            or token.key in self.products
            or len(word) < _SHORTEST
            or any(char.isdigit() for char in word)
            or (word.isupper() and len(word) <= _LONGEST_ACRONYM)
            or (word[-1] == "s" and word[:-1].isupper())
        )

    def _is_listed(self, token: _Token) -> bool:
        return self.lists.is_no_name(token.key) or token.key in self.small

    def _is_given_name(self, text: str, token: _Token) -> bool:
        if self._is_no_name(token):
            return False
        if token.key in self.lists.given_names or token.key in self.short_forms:
            return True
        if token.key not in self.lists.names_that_are_words:
            return False
        return not token.begins or bool(_AFTER_PEOPLE.match(text, token.end))

    def _in_run(self, text: str, run: Sequence[_Token]) -> Iterator[Entity]:
        """Yield the names in a run of capitalised words; the first word of a sentence usually is not part of one."""
        if len(run) > 1 and run[0].begins and self._is_word(run[0]) and not _is_title(run[:1]):
            run = run[1:]
        if self.lists.is_no_name(" ".join(token.key for token in run)):
            return
        if (position := next((n for n, token in enumerate(run[:-1]) if _is_title([token])), None)) is not None:
            yield run[position + 1].start, run[-1].end, "person"
            return
        place = self._place_in(text, run)
        if place is not None:
            yield place
            return
        last = run[-1].key.rstrip(".")
        if len(run) > 1 and last in _COMPANY_ENDS and not run[0].begins:
            yield run[0].start, run[-1].end, "company"
            return
        if len(run) > 1 and last in _PLACE_ENDS and not run[0].begins and not self._is_no_name(run[0]):
            yield run[0].start, run[-1].end, "other"
            return
        position = 0
        while position < len(run):
            if self._is_given_name(text, run[position]):
                end = position + 1
                while end < len(run) and not self._is_no_name(run[end]):
                    end += 1
                yield run[position].start, run[end - 1].end, "person"
                position = end
                continue
            if not self._is_word(run[position]) and not run[position].begins:
                kind = self._kind(text, run[position])
                if kind is not None:
                    yield run[position].start, run[position].end, kind
            position += 1

    def _joined(self, text: str, runs: Sequence[Sequence[_Token]]) -> Iterator[Entity]:
        """Yield companies with an "and": "Ampersand and Sons"."""
        for first_run, second_run in pairwise(runs):
            if (
                re.fullmatch(r"\s+(?:and|&)\s+", text[first_run[-1].end : second_run[0].start])
                and second_run[-1].key in _COMPANY_ENDS
                and first_run[-1].key not in _COMPANY_ENDS
                and not first_run[0].begins
                and not all(token.key in self.small or self.lists.is_no_name(token.key) for token in first_run)
            ):
                yield first_run[0].start, second_run[-1].end, "company"

    def _kind(self, text: str, token: _Token) -> GuessedKind | None:
        """Return the kind of an unlisted capitalised word by the words around it."""
        word, before = token.word, text[max(0, token.start - 40) : token.start]
        if word.isupper() and word.isalpha():
            return "company"
        if not word[1:].islower() and not re.match(r"(?:Mc|Mac|O['’]|[^\W\d_]+-)[A-Z]", word):
            return "company" if word.isalpha() and word[-1].islower() else None
        if _BEFORE_COMPANIES.search(before):
            return "company"
        last = before.split()[-1:]
        if last and folded(last[0]) in _BEFORE_PLACES:
            return "other"
        if _BEFORE_PEOPLE.search(before) or _AFTER_PEOPLE.match(text, token.end):
            return "person"
        return "other"

    def _place_in(self, text: str, run: Sequence[_Token]) -> Entity | None:
        for length in range(len(run), 0, -1):
            for position in range(len(run) - length + 1):
                words = run[position : position + length]
                if " ".join(token.key for token in words) in self.lists.places and not (
                    length == 1 and self._is_given_name(text, words[0]) and len(run) > 1
                ):
                    return words[0].start, words[-1].end, "other"
        return None

    def _checked(self, text: str, entity: Entity) -> Iterator[Entity]:
        """Yield an entity of the model without articles and the possessive, unless its words are not names."""
        start, end, kind = entity
        tokens = [token for token in self.tokens(text) if start <= token.start and token.end <= end]
        while tokens and (not tokens[0].has_capital or tokens[0].key in ("the", "a", "an")):
            tokens = tokens[1:]
        if not tokens or self.lists.is_no_name(" ".join(token.key for token in tokens)):
            return
        if (
            kind == "company"
            and len(tokens) == 1
            and _is_company_acronym(text, tokens[0])
            and not self._is_listed(tokens[0])
        ):
            yield start, end, kind
            return
        if all(self._is_no_name(token) or token.key in self.small for token in tokens):
            return
        if self._is_no_name(tokens[0]) and (kind == "person" or len(tokens) <= _LONGEST_PRODUCT):
            return
        if all(token.begins or token.key in self.small for token in tokens) and self._is_word(tokens[0]):
            return
        if len(tokens) == 1 and tokens[0].begins and kind == "person":
            return
        yield tokens[0].start, tokens[-1].end, kind


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _WORD.finditer(text):
        start, end, word = match.start(), match.end(), match.group()
        contraction = _CONTRACTED.search(word)
        if contraction:
            word, end = word[: contraction.start()], start + contraction.start()
        before = text[:start].rstrip(" \t\u00a0\"'“”‘’«»([")
        begins_sentence = not before or (before[-1] in ".!?…:\n。！？-–—*" and not _is_title(tokens))
        tokens.append(_Token(start, end, word, folded(word), begins_sentence))
    return tokens


def _is_title(tokens: Sequence[_Token]) -> bool:
    return bool(tokens) and tokens[-1].key in _TITLES and tokens[-1].word != "MS"


def _is_company_acronym(text: str, token: _Token) -> bool:
    """Return whether capitals are a company's acronym by the word before them: "from GEF"."""
    return token.word.isupper() and bool(re.search(r"\b(?:from|at) (?:the )?$", text[: token.start]))


def _runs(text: str, tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Yield runs of capitalised words, separated only by white space, a title's or initial's full stop, "&" or a particle."""
    run: list[_Token] = []
    for n, token in enumerate(tokens):
        if run and not _follows(text, run, token):
            yield run if run[-1].has_capital else run[:-1]
            run = []
        joins = run and token.key in _PARTICLES and n + 1 < len(tokens) and tokens[n + 1].has_capital
        if token.has_capital or joins:
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _follows(text: str, run: Sequence[_Token], token: _Token) -> bool:
    between = text[run[-1].end : token.start]
    if "." in between and not (_is_title(run) or len(run[-1].word) == 1):
        return False
    return bool(re.fullmatch(r"\.? ?(?:& ?)?|\s+", between))
