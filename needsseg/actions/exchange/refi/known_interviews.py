"""Match sources of a project to interviews of a study, also under pseudonyms and after either text was changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange.refi.pseudonymised import covered_text
from needsseg.actions.exchange.refi.turns import moved_to
from needsseg.files import sha256
from needsseg.study.coding import exchange
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.exchange import refi

SPACE = uuid.UUID("6e9d3c0e-5f0f-5b7e-9a53-0c7b1f8a2d41")
_PIECE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_LABEL = re.compile(r"[^:\n]{1,60}: ")
_FEWEST_SIGNS = 12
_SAME_TALK = 1 / 3
"""Least share of common sentences at which a source with an interview's id counts as a version of it."""
_DOUBLE = 2 / 3
"""The same for a source that has no id of an interview."""

Likeness = Literal["same", "covered", "changed", "alike"]


@dataclass(frozen=True, slots=True)
class InterviewMatch:
    """The interview that a source matches, and the source with its positions in the interview's text.

    ``same``: same words; ``covered``: same words under pseudonyms; ``changed``: exported from the interview, and one of
    the two was changed since; ``alike``: most sentences in common, without a sign that it came from the interview.
    """

    key: str
    likeness: Likeness
    source: refi.Source
    white_space_differs: bool = False


def guid_of(space: uuid.UUID, kind: str, row: object) -> str:
    """The GUID of a row in the projects that a study writes."""
    return str(uuid.uuid5(space, f"{kind} {row}"))


def space_of(study: Study) -> uuid.UUID:
    """The namespace of the GUIDs of a study and its copies."""
    return uuid.uuid5(SPACE, exchange.seed(study))


class InterviewMatcher:
    """Matches sources of a project to the interviews that the study has when the matcher is created."""

    def __init__(self, study: Study, own_key: str) -> None:
        self._study, self._own_key = study, own_key
        self._by_text = {digest: key for key, digest in interviews.text_sha256(study).items()}
        space = space_of(study)
        self._by_guid = {guid_of(space, "interview", row): key for key, row in exchange.interview_ids(study).items()}
        self._keys = list(interviews.keys(study))
        self._cover: Cover | None = None
        self._sentences: dict[str, frozenset[str]] = {}
        # Computed once per interview, and only when a source needs it.
        self._words = cache(lambda key: _without_space(interviews.transcript(study, key).text))
        self._covered = cache(lambda key: covered_text(self.cover, key, interviews.transcript(study, key)))
        self._covered_words = cache(lambda key: _without_space(self._covered(key).text))

    @property
    def cover(self) -> Cover:
        """The pseudonyms under which the study would be exported now."""
        if self._cover is None:
            self._cover = pseudonyms.cover(self._study)
        return self._cover

    def named(self, source: refi.Source, values: Mapping[str, str]) -> tuple[str, bool]:
        """The interview that a source names by its id or key, else ""; and whether it names it by a pseudonym."""
        written = values.get(self._own_key, "")
        by_guid = next((self._by_guid[guid] for guid in (source.guid, *source.also) if guid in self._by_guid), "")
        if by_guid:
            return by_guid, bool(written) and written != by_guid and written == self.cover.interview(by_guid)
        if not written or written in self._keys:
            return written, False
        return next(((key, True) for key in self._keys if self.cover.interview(key) == written), ("", False))

    def look(self, source: refi.Source, values: Mapping[str, str]) -> InterviewMatch | None:
        """Match a source to an interview; None if the study has none like it.

        ``values`` are the source's variables by name; those that this program wrote name the interview.
        """
        key, _ = self.named(source, values)
        match = self._same(source, key) or self._as_covered(source, key, own=bool(values.get(self._own_key)))
        if match is not None:
            return match
        pieces = sentences(source.text)
        if key and max(_shared(pieces, self._pieces(key)), _shared(pieces, self._covered_pieces(key))) >= _SAME_TALK:
            return InterviewMatch(key, "changed", source)
        alike = next((each for each in self._keys if _shared(pieces, self._pieces(each)) >= _DOUBLE), None)
        return None if alike is None else InterviewMatch(alike, "alike", source)

    def _same(self, source: refi.Source, named: str) -> InterviewMatch | None:
        digest = sha256(source.text)
        if named and interviews.text_sha256(self._study)[named] == digest:
            return InterviewMatch(named, "same", source)
        if digest in self._by_text:
            return InterviewMatch(self._by_text[digest], "same", source)
        words = _without_space(source.text)
        key = next((key for key in _first(named, self._keys) if self._words(key) == words), None)
        if key is None:
            return None
        text = interviews.transcript(self._study, key).text
        return InterviewMatch(key, "same", replace(source, text=text, selections=moved_to(source, text)), True)

    def _as_covered(self, source: refi.Source, named: str, own: bool) -> InterviewMatch | None:
        """Match a source to an interview by the pseudonymised text; only projects that this program wrote have one."""
        if not (named or own):
            return None
        words = _without_space(source.text)
        key = next((key for key in _first(named, self._keys) if self._covered_words(key) == words), None)
        if key is None:
            return None
        over = self._covered(key)
        selections = source.selections if over.text == source.text else moved_to(source, over.text)
        marked_spans = {
            over.span(mark.start, mark.end): (mark.start, mark.end)
            for mark in exchange.marks(self._study)
            if mark.interview == key
        }
        places = [
            marked_spans.get((each.start, each.end)) or over.original(each.start, each.end) for each in selections
        ]
        moved = tuple(
            replace(each, start=place[0], end=place[1]) for each, place in zip(selections, places, strict=True)
        )
        text = interviews.transcript(self._study, key).text
        return InterviewMatch(key, "covered", replace(source, text=text, selections=moved))

    def _pieces(self, key: str) -> frozenset[str]:
        if key not in self._sentences:
            self._sentences[key] = sentences(interviews.transcript(self._study, key).text)
        return self._sentences[key]

    def _covered_pieces(self, key: str) -> frozenset[str]:
        return sentences(self._covered(key).text)


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text as they are compared: without labels, case-folded, without short ones."""
    pieces = (" ".join(_LABEL.sub("", piece, count=1).split()).casefold() for piece in _PIECE.split(text))
    return frozenset(piece for piece in pieces if len(piece) >= _FEWEST_SIGNS)


def _shared(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of the sentences of the shorter text that both have."""
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def _first(named: str, keys: list[str]) -> list[str]:
    return [named, *(key for key in keys if key != named)] if named else keys


def _without_space(text: str) -> str:
    return sha256("".join(text.split()))
