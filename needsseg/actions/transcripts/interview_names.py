"""Name interviews by their files, by as much of their paths as makes them unique, and by their title lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.actions.transcripts.import_files import storable
from needsseg.study.connection import plain_text

_NAMELESS = frozenset({"index", "readme", "untitled", "page", "default"})
"""Stems that never name an interview; the folder's name is used instead."""
_GENERAL = _NAMELESS | frozenset(
    {
        "transcript", "transcripts", "transcription", "audio transcript", "captions", "closed caption",
        "subtitles", "interview", "meeting", "recording", "notes", "output", "text", "transkript", "verbatim", "final",
        "gmt", "en", "speech", "result", "results",
    }
)  # fmt: skip
"""Stems that name an interview only if no other file of the import has the same name."""
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class FileName:
    """The unique name of a file, with its suffix, and its ``stem`` without meaningless parts."""

    name: str
    stem: str


def file_names(files: Sequence[Path]) -> dict[Path, FileName]:
    """Name each file of an import by its file name, with as many folders above it as make it unique.

    ``index.md`` always gets its folder's name, and ``anna/transcript.vtt`` that of ``anna`` if another file is called
    ``transcript.vtt`` too.
    """
    named: dict[Path, FileName] = {}
    parts = {file: _path_parts(file) for file in files}
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
        distinctive = [part for part in above if _plain(part) not in _GENERAL] or list(above)
        stem = Path(parts[file][-1]).stem
        if depth[file] == 1 or _plain(stem) not in _GENERAL:
            distinctive.append(stem)
        named[file] = FileName(storable(names[file]), storable(" ".join(distinctive)))
    return named


def titles_of(names: Sequence[tuple[str, str]], used: Mapping[str, int]) -> list[str]:
    """Title each interview, given as (stem, own title line): by the title line if it is unique, else by the stem.

    ``used`` counts the titles of other interviews, case-folded.
    """
    own = [" ".join(plain_text(title).split())[:_LONGEST_TITLE].strip() for _, title in names]
    count = Counter(title.casefold() for title in own)
    return [
        title if title and count[title.casefold()] == 1 and not used.get(title.casefold()) else title_of(stem)
        for title, (stem, _) in zip(own, names, strict=True)
    ]


def title_of(stem: str) -> str:
    """Convert a file's stem to words, with capitals if it has none."""
    words = re.sub(r"[-_\s]+", " ", stem).strip() or stem
    return words.title() if words == words.lower() else words


def _path_parts(file: Path) -> tuple[str, ...]:
    """The parts of a file's absolute path, without the root."""
    absolute = file.absolute()
    return tuple(part for part in absolute.parts if part != absolute.anchor and part != "..")


def _plain(stem: str) -> str:
    return re.sub(r"[-_\s]+", " ", stem).strip().casefold()
