"""Propose words that may be names, by word lists and, with the extra ``names``, a model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from needsseg.actions.coding.known_names import SPEAKER, Names
from needsseg.coding.name_finder import Entity, name_finder
from needsseg.coding.name_lists import NameLists, load_name_lists
from needsseg.coding.name_model import InstalledModel, installed_model, load_name_model
from needsseg.coding.pseudonyms import Found
from needsseg.embedding import text_sha256
from needsseg.settings import load
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, name_marks

__all__ = ["WORD_LISTS", "Proposals", "proposals"]

WORD_LISTS = "word lists"

# The model's marks in the texts that were read last, since every decision needs them again.
_marked: dict[str, tuple[Entity, ...]] = {}


@dataclass(frozen=True, slots=True)
class Proposals:
    """``finder`` names the method ("word lists", or a model and those); ``find`` finds possible names in a text."""

    finder: str
    find: Callable[[str], list[Found]]


def proposals(
    study: Study,
    known: Names,
    texts: Sequence[tuple[str, str]],
    *,
    with_model: bool = True,
    read: Collection[str] | None = None,
) -> Proposals:
    """Return the finder of possible names in ``texts``, the study's, as (interview, text).

    Uses the model if the extra ``names`` is installed, unless ``with_model`` or the setting ``name_model`` is False. It
    reads only the texts in ``read``, where given, and each text once: what it marks is kept in the study.
    """
    own_texts = set(texts)
    others = [
        (key, words) for key in interviews.keys(study) for words in _turns(study, key) if (key, words) not in own_texts
    ]
    people = tuple(dict.fromkeys(each.name.removesuffix(SPEAKER) for each in known.known if each.kind == "person"))
    settings = load(study.path)
    model = installed_model() if with_model and settings.name_model else None
    to_read = frozenset(text for _, text in texts if read is None or text in read) if model is not None else None
    if model is not None and to_read is not None:
        _mark(study, model, to_read)
    lists = load_name_lists(settings)
    finder = WORD_LISTS if model is None else f"{model.name} and {WORD_LISTS}"
    return Proposals(finder, _finder(lists, tuple(texts), tuple(others), people, to_read).find)


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
    read: frozenset[str] | None,
) -> _Ready:
    """Return the finder; the model's marks in the texts that are ``read`` count, None stands for no model."""
    marked = _marked

    def entities(text: str) -> tuple[Entity, ...]:
        return marked.get(text, ())

    return _Ready(name_finder(lists, texts, others, people, None if read is None else entities))


def _mark(study: Study, model: InstalledModel, texts: frozenset[str]) -> None:
    """Mark texts with the model, except those whose marks are known; forget the marks of all others."""
    global _marked
    marked = {text: _marked[text] for text in texts if text in _marked}
    hashes = {text: text_sha256(text) for text in texts if text not in marked}
    kept = name_marks.load(study, model.versions, hashes.values())
    marked |= {text: cast("tuple[Entity, ...]", kept[key]) for text, key in hashes.items() if key in kept}
    new = sorted(text for text in texts if text not in marked)
    if new:
        loaded = load_name_model()
        entities = loaded.entities(new) if loaded is not None else []
        marked |= {text: tuple(each) for text, each in zip(new, entities, strict=True)}
        name_marks.store(study, model.versions, {hashes[text]: marked[text] for text in new})
    _marked = marked
