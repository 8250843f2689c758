"""What of needsseg is installed on this machine: packages and their sizes, extras, the model, threads and free space."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from needsseg.embedding import BUNDLED, MULTILINGUAL, backend_of, locate
from needsseg.embedding.catalogue import check_bundled
from needsseg.errors import NeedssegError
from needsseg.files import free_bytes
from needsseg.operating_system import processor_count
from needsseg.progress import Progress, silent
from needsseg.settings import Settings
from needsseg.version import __version__

GRAPHICS = ("nvidia-", "cuda-", "triton")
"""How packages are called that PyTorch's build for graphics cards brings along; needsseg uses none of them by itself."""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package and the bytes of its files."""

    name: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra: which of its packages are installed and which are missing, and the size of those that are there."""

    name: str
    installed: tuple[str, ...]
    missing: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Installation:
    """``needed`` are what a plain install brings, ``others`` what else the environment has; the largest first.

    ``graphics`` of both are for graphics cards. ``model_fault`` says what is wrong with the model, or is empty; only the
    bundled one's files are compared with the published ones.
    """

    version: str
    python: str
    system: str
    needed: tuple[Package, ...]
    others: tuple[Package, ...]
    graphics: tuple[Package, ...]
    extras: tuple[Extra, ...]
    model: str
    model_size: int
    model_fault: str
    backend: str
    threads: int
    folder: str
    free: int

    @property
    def is_bundled(self) -> bool:
        """Whether the model is the one that comes with needsseg, or the one of the extra ``multilingual``."""
        return self.model in (BUNDLED, MULTILINGUAL)


def installation(settings: Settings, folder: Path, progress: Progress = silent) -> Installation:
    """Look at the running environment, and at the free space in ``folder``; takes a second or two and changes nothing.

    NeedssegError where the program is run from its source without being installed.
    """
    installed = _installed(progress)
    if "needsseg" not in installed:
        raise NeedssegError(
            "This program is not installed: its source is run as it lies.",
            "Install it with pip in the folder of its source.",
        )
    needed = _closure(_requirements(installed["needsseg"], None), installed)
    packages = {
        name: Package(name, each.version, _size(each)) for name, each in installed.items() if name != "needsseg"
    }
    others = _largest_first(packages[name] for name in packages.keys() - needed)
    size, fault, backend = _model(settings)
    return Installation(
        __version__,
        platform.python_version(),
        f"{platform.system()} {platform.machine()}",
        _largest_first(packages[name] for name in needed),
        others,
        tuple(package for package in others + tuple(packages[name] for name in needed) if package.name.startswith(GRAPHICS)),
        _extras(installed, packages),
        settings.model or BUNDLED,
        size,
        fault,
        backend,
        processor_count(),
        str(folder),
        free_bytes(folder),
    )  # fmt: skip


def _installed(progress: Progress) -> dict[str, Distribution]:
    """The environment's packages by their normal name; of several by one name the first is what Python imports."""
    found: dict[str, Distribution] = {}
    everything = [
        each for each in distributions() if each.metadata["Name"]
    ]  # an install that was cut short has no name
    for number, each in enumerate(everything, 1):
        found.setdefault(_normal(each.name), each)
        progress("reading packages", number, len(everything))
    return found


def _normal(name: str) -> str:
    """A package's name as the index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _size(package: Distribution) -> int:
    paths = (Path(str(file.locate())) for file in package.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def _requirements(package: Distribution, extra: str | None) -> list[tuple[str, frozenset[str]]]:
    """The packages that one asks for on this machine, with their extras: those of ``extra`` alone, or without any."""
    from packaging.requirements import InvalidRequirement, Requirement

    asked = []
    for line in package.requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:  # of an old package, which pip does not understand either
            continue
        marker = requirement.marker
        plain = marker is None or marker.evaluate({"extra": ""})
        chosen = plain if extra is None else not plain and marker is not None and marker.evaluate({"extra": extra})
        if chosen:
            asked.append((_normal(requirement.name), frozenset(requirement.extras)))
    return asked


def _closure(asked: Iterable[tuple[str, frozenset[str]]], installed: Mapping[str, Distribution]) -> set[str]:
    """The installed packages that are asked for, and all that those ask for."""
    waiting, seen = list(asked), set[tuple[str, str | None]]()
    while waiting:
        name, extras = waiting.pop()
        for extra in (None, *extras):
            if name in installed and (name, extra) not in seen:
                seen.add((name, extra))
                waiting += _requirements(installed[name], extra)
    return {name for name, _ in seen}


def _extras(installed: Mapping[str, Distribution], packages: Mapping[str, Package]) -> tuple[Extra, ...]:
    extras = []
    for name in sorted(installed["needsseg"].metadata.get_all("Provides-Extra") or ()):
        asked = sorted({package for package, _ in _requirements(installed["needsseg"], name)})
        there = tuple(package for package in asked if package in packages)
        missing = tuple(package for package in asked if package not in packages)
        extras.append(Extra(name, there, missing, sum(packages[package].size for package in there)))
    return tuple(extras)


def _model(settings: Settings) -> tuple[int, str, str]:
    """The bytes of the model's files, what is wrong with it, and the back end that it runs in."""
    try:
        model = locate(settings.model or BUNDLED)
        if model.name == BUNDLED:
            check_bundled(model)
        elif model.name == MULTILINGUAL:
            from needsseg.embedding.multilingual import check_multilingual

            check_multilingual(model)
    except NeedssegError as error:
        return 0, str(error), settings.backend
    size = sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())
    return size, "", backend_of(model, settings.backend)


def _largest_first(packages: Iterable[Package]) -> tuple[Package, ...]:
    return tuple(sorted(packages, key=lambda package: (-package.size, package.name)))
