"""Word lists that distinguish names from other words: given names, short forms, places, ordinary words, non-names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from needsseg.coding.pseudonyms import folded
from needsseg.errors import UsageError
from needsseg.settings import Settings, prompt_file

_FILES = (
    "given_names.txt", "names_that_are_words.txt", "places.txt", "ordinary_words.txt", "no_names.toml", "short_forms.txt",
)  # fmt: skip

# Words with these endings are as ordinary as their stems: "planning" as "plan".
_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "ly")
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True, eq=False)
class NameLists:
    """Lists of folded words. ``names_that_are_words`` are given names that are also English words; ``no_names`` and
    ``places`` may have entries of several words; ``short_forms`` maps given names to their short forms."""

    given_names: frozenset[str]
    names_that_are_words: frozenset[str]
    places: frozenset[str]
    ordinary_words: frozenset[str]
    no_names: frozenset[str]
    short_forms: dict[str, frozenset[str]]

    def is_ordinary(self, word: str) -> bool:
        """Return whether a folded word is an ordinary English word."""
        return word in self.ordinary_words or any(stem in self.ordinary_words for stem in _stems(word))

    def is_no_name(self, words: str) -> bool:
        """Return whether folded words are listed as not being a name."""
        return words in self.no_names

    def forms_of(self, given_name: str) -> frozenset[str]:
        """Return the short forms of a folded given name, and the names that it may be short for."""
        longer = {full_name for full_name, forms in self.short_forms.items() if given_name in forms}
        return (self.short_forms.get(given_name, frozenset()) | longer) - {given_name}


def load_name_lists(settings: Settings | None = None) -> NameLists:
    """Load the lists, each from the user's folder if it is there, else as shipped; UsageError names an invalid file."""
    return _load(tuple(prompt_file(f"names/{name}", settings) for name in _FILES))


@lru_cache(maxsize=2)
def _load(files: tuple[Path, ...]) -> NameLists:
    given_names, names_that_are_words, places, ordinary_words, no_names, short_forms = files
    forms: dict[str, frozenset[str]] = {}
    for line in _lines(short_forms):
        name, colon, shorter = line.partition(":")
        if not colon:
            raise UsageError(f"{short_forms}: “{line}” has no colon.", "Write “name: forms”.")
        forms[name.strip()] = frozenset(shorter.split())
    return NameLists(
        frozenset(_lines(given_names)),
        frozenset(_lines(names_that_are_words)),
        frozenset(_lines(places)),
        frozenset(_lines(ordinary_words)),
        frozenset(_entries(no_names)),
        forms,
    )


def _lines(file: Path) -> Iterator[str]:
    for line in folded(_text(file)).splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _entries(file: Path) -> Iterator[str]:
    try:
        groups = tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}.", "Correct the file, or delete it to use the shipped one.") from error
    for name, group in groups.items():
        if not isinstance(group, str):
            raise UsageError(f"{file}: “{name}” is not a text.", 'Write entries with commas between: name = "a, b".')
        yield from (" ".join(folded(entry).split()) for entry in group.split(",") if entry.strip())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.", "Restore the file, or name another folder.") from error


def _stems(word: str) -> Iterator[str]:
    word = re.sub("'s$", "", word)
    yield word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word.removesuffix(ending)
            yield from (stem, stem + "e")
            if stem[-1] == "i":
                yield stem[:-1] + "y"
            elif stem[-1] == stem[-2]:
                yield stem[:-1]
