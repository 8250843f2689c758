"""Propose words that may be names, by word lists and, with the extra ``names``, a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from needsseg.actions.coding.known_names import SPEAKER, Names
from needsseg.coding.name_finder import Entity, name_finder
from needsseg.coding.name_lists import NameLists, load_name_lists
from needsseg.coding.name_model import load_name_model
from needsseg.coding.pseudonyms import Found
from needsseg.settings import load
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews

__all__ = ["WORD_LISTS", "Proposals", "proposals"]

WORD_LISTS = "word lists"

# The model's marks in the texts of the last study, since marking takes seconds and every decision needs it again.
_marked: dict[str, tuple[Entity, ...]] = {}


@dataclass(frozen=True, slots=True)
class Proposals:
    """``finder`` names the method ("word lists", or a model and those); ``find`` finds possible names in a text."""

    finder: str
    find: Callable[[str], list[Found]]


def proposals(study: Study, known: Names, texts: Sequence[tuple[str, str]], *, with_model: bool = True) -> Proposals:
    """Return the finder of possible names in ``texts``, the study's, as (interview, text).

    Uses the model if the extra ``names`` is installed, unless ``with_model`` or the setting ``name_model`` is False; it
    marks each text once.
    """
    own_texts = set(texts)
    others = [
        (key, words) for key in interviews.keys(study) for words in _turns(study, key) if (key, words) not in own_texts
    ]
    people = tuple(dict.fromkeys(each.name.removesuffix(SPEAKER) for each in known.known if each.kind == "person"))
    settings = load(study.path)
    model = load_name_model() if with_model and settings.name_model else None
    if model is not None:
        _mark([text for _, text in texts])
    lists = load_name_lists(settings)
    finder = WORD_LISTS if model is None else f"{model.name} and {WORD_LISTS}"
    return Proposals(finder, _finder(lists, tuple(texts), tuple(others), people, model is not None).find)


def _turns(study: Study, key: str) -> list[str]:
    transcript = interviews.transcript(study, key)
    return [transcript.words(turn) for turn in transcript.turns]


@dataclass(frozen=True, slots=True)
class _Ready:
    find: Callable[[str], list[Found]]


@lru_cache(maxsize=1)
def _finder(
    lists: NameLists,
    texts: tuple[tuple[str, str], ...],
    others: tuple[tuple[str, str], ...],
    people: tuple[str, ...],
    with_model: bool,
) -> _Ready:
    return _Ready(name_finder(lists, texts, others, people, _entities if with_model else None))


def _entities(text: str) -> tuple[Entity, ...]:
    if text not in _marked:
        _mark([*_marked, text])
    return _marked[text]


def _mark(texts: Sequence[str]) -> None:
    """Mark new texts with the model; forget the marks of other studies' texts."""
    global _marked
    model = load_name_model()
    if model is None:
        return
    reused = {text: _marked[text] for text in texts if text in _marked}
    new = [text for text in dict.fromkeys(texts) if text not in reused]
    marked = {text: tuple(entities) for text, entities in zip(new, model.entities(new), strict=True)} if new else {}
    _marked = reused | marked
