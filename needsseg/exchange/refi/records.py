"""The contents of a REFI-QDA project that a study can hold; ids are GUIDs when written, any text when read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A coder."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code; ``parent`` is the id of the code it lies under, ``colour`` is #rrggbb or empty."""

    guid: str
    name: str
    parent: str = ""
    colour: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """A code put on a selection, by whom and when."""

    guid: str
    code: str
    user: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A span of a source's text in code points, half open.

    ``unsure`` says that the file may count this one another way than the others, until it has its place.
    """

    guid: str
    start: int
    end: int
    user: str = ""
    at: str = ""
    description: str = ""
    codings: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a variable, by its id, in one case or source."""

    variable: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its selections; LF line ends, no byte order mark.

    ``also`` are further ids that refer to it: those of the recording or the PDF whose text it is. ``times`` are moments of
    the recording, as (position in the text, milliseconds). ``rich`` says that the text was taken from a formatted document.
    """

    guid: str
    name: str
    text: str
    selections: tuple[Selection, ...] = ()
    description: str = ""
    notes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    user: str = ""
    at: str = ""
    also: tuple[str, ...] = ()
    times: tuple[tuple[int, int], ...] = ()
    rich: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """An attribute of cases or sources; all are written as text."""

    guid: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A person or an organisation, the sources in which it speaks, and its attributes."""

    guid: str
    name: str
    values: tuple[Value, ...] = ()
    sources: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A memo; its subject refers to it."""

    guid: str
    name: str
    text: str
    user: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class SourceSet:
    """A named set of sources."""

    guid: str
    name: str
    description: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project; ``annotations`` have a place in a text that the file does not identify."""

    name: str
    origin: str = ""
    users: tuple[User, ...] = ()
    codes: tuple[Code, ...] = ()
    variables: tuple[Variable, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    sets: tuple[SourceSet, ...] = ()
    description: str = ""
    annotations: tuple[Selection, ...] = ()
