"""What interviews are called: by their files, by as much of their paths as tells them apart, and by their title lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.actions.transcripts.import_files import storable
from needsseg.study.connection import plain_text

_NAMELESS = frozenset({"index", "readme", "untitled", "page", "default"})
"""Stems that never name an interview: the folder does."""
_GENERAL = _NAMELESS | frozenset(
    {
        "transcript", "transcripts", "transcription", "audio transcript", "captions", "closed caption",
        "subtitles", "interview", "meeting", "recording", "notes", "output", "text", "transkript", "verbatim", "final",
        "gmt", "en", "speech", "result", "results",
    }
)  # fmt: skip
"""Stems that name an interview only where no other file of the import is called so."""
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class FileName:
    """How a file is told from others: ``name`` with its ending, and ``stem`` without what tells nothing."""

    name: str
    stem: str


def file_names(files: Sequence[Path]) -> dict[Path, FileName]:
    """A name for each file of an import: that of the file, or with the folders above it that tell it from the others.

    ``index.md`` always takes its folder's name, and ``anna/transcript.vtt`` that of ``anna`` where another file is called
    ``transcript.vtt`` too.
    """
    named: dict[Path, FileName] = {}
    parts = {file: _tail(file) for file in files}
    depth = {file: 2 if _plain(file.stem) in _NAMELESS and len(parts[file]) > 1 else 1 for file in files}
    while True:
        names = {file: "/".join(parts[file][-depth[file] :]) for file in files}
        count = Counter(name.casefold() for name in names.values())
        alike = [file for file in files if count[names[file].casefold()] > 1 and depth[file] < len(parts[file])]
        if not alike:
            break
        for file in alike:
            depth[file] += 1
    for file in files:
        above = parts[file][-depth[file] : -1]
        telling = [part for part in above if _plain(part) not in _GENERAL] or list(above)
        stem = Path(parts[file][-1]).stem
        if depth[file] == 1 or _plain(stem) not in _GENERAL:
            telling.append(stem)
        named[file] = FileName(storable(names[file]), storable(" ".join(telling)))
    return named


def titles_of(found: Sequence[tuple[str, str]], used: Mapping[str, int]) -> list[str]:
    """A title for each interview, given its name in words and its own title line: the latter where no other has the same.

    ``used`` are the titles of other interviews, in lower case, with how many have them.
    """
    own = [" ".join(plain_text(title).split())[:_LONGEST_TITLE].strip() for _, title in found]
    count = Counter(title.casefold() for title in own)
    return [
        title if title and count[title.casefold()] == 1 and not used.get(title.casefold()) else title_of(stem)
        for title, (stem, _) in zip(own, found, strict=True)
    ]


def title_of(stem: str) -> str:
    """A file's name in words, with capitals where it has none."""
    words = re.sub(r"[-_\s]+", " ", stem).strip() or stem
    return words.title() if words == words.lower() else words


def _tail(file: Path) -> tuple[str, ...]:
    """The parts of a file's absolute path, without the root."""
    absolute = file.absolute()
    return tuple(part for part in absolute.parts if part != absolute.anchor and part != "..")


def _plain(stem: str) -> str:
    return re.sub(r"[-_\s]+", " ", stem).strip().casefold()
