"""Words of a study that may be names: what lists of words propose and, with the extra ``names``, a model."""

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

# What the model marked in the texts of the study that was looked at last: it takes seconds, and every decision asks again.
_marked: dict[str, tuple[Entity, ...]] = {}


@dataclass(frozen=True, slots=True)
class Proposals:
    """``finder`` is what proposes: "word lists", or a model and those; ``find`` finds words that may be names in a text."""

    finder: str
    find: Callable[[str], list[Found]]


def proposals(study: Study, known: Names, texts: Sequence[tuple[str, str]], *, with_model: bool = True) -> Proposals:
    """Return what proposes names in ``texts``, the study's, each behind its interview.

    The model is taken where the extra ``names`` is installed, unless ``with_model`` or the setting ``name_model`` says
    no; it marks each text once.
    """
    here = set(texts)
    others = [
        (key, words) for key in interviews.keys(study) for words in _turns(study, key) if (key, words) not in here
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
    """Has the model mark texts it has not marked; those of other studies are forgotten."""
    global _marked
    model = load_name_model()
    if model is None:
        return
    kept = {text: _marked[text] for text in texts if text in _marked}
    new = [text for text in dict.fromkeys(texts) if text not in kept]
    marked = {text: tuple(entities) for text, entities in zip(new, model.entities(new), strict=True)} if new else {}
    _marked = kept | marked
