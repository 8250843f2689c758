"""Studies that are dear to build: each is built once per version of the code, kept in pytest's cache, and copied per test."""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE_OF = ("needsseg", "prompts", "interviews", "tests/data/vectors.npz")
"""What a study depends on beside the function that builds it: the code, the words and rules, the sample, the vectors."""
PACKAGES = ("numpy", "scipy", "scikit-learn", "hdbscan", "duckdb", "sqlite-utils", "narwhals")
KEPT_SECONDS = 6 * 3600.0
"""How long a version that nobody asks for stays: another run may still be using it."""


class BuiltStudies:
    """A folder of built studies; two processes that ask for the same one build it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / code_version()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.touch()
        for other in folder.iterdir():
            if time.time() - other.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(other, ignore_errors=True)

    def get(self, name: str, build: Callable[[Path], object]) -> Path:
        """The folder that ``build`` filled, under ``name``; it is only to be copied, never written to."""
        source = Path(inspect.getsourcefile(build) or __file__)
        target = self.folder / f"{name}-{_sha256(source)[:8]}"
        with _alone(self.folder / f"{name}.lock"):
            if not target.is_dir():
                partial = target.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir()
                build(partial)
                partial.rename(target)
        return target

    def copy(self, name: str, build: Callable[[Path], object], target: Path) -> Path:
        """A copy of that folder at ``target``."""
        return Path(shutil.copytree(self.get(name, build), target, dirs_exist_ok=True))


@cache
def code_version() -> str:
    """A digest of everything that studies are made of: file names, contents, versions of packages."""
    digest = hashlib.sha256()
    for start in (ROOT / name for name in MADE_OF):
        for file in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)} {_sha256(file)}\n".encode())
    for package in PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()[:16]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
