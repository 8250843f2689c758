"""Putting an edited transcript in place of an interview's text, its passages following their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import TranscriptError
from needsseg.files import file_sha256
from needsseg.records import Passage, Transcript
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, reimporting, turns
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.coding.anchoring import Anchor


@dataclass(frozen=True, slots=True)
class Edited:
    """A passage whose words were edited in the new text, before and after."""

    passage: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReimportReport:
    """What a new text did to an interview's passages: how many kept their very words, which were edited, which lost."""

    key: str
    kept: int
    edited: tuple[Edited, ...]
    lost: tuple[Passage, ...]
    warnings: tuple[str, ...]


def reimport(study: Study, key: str, file: Path, format: str | None = None) -> ReimportReport:
    """Puts an edited transcript in place of an interview's text, its passages following their words; one action.

    A passage whose words cannot be placed with certainty is kept as it was, without a place, and listed; an earlier lost one
    comes back where its words stand exactly once. Raises TranscriptError for a file that cannot be read.
    """
    if study.owns(file):
        raise TranscriptError(f"{file}: belongs to the study itself.", "Name a transcript.")
    from needsseg import transcripts
    from needsseg.actions.transcripts.speakers import carried_over

    read = transcripts.read(file, format)
    with study.action("reimport") as action:
        old = interviews.transcript(study, key)
        transcript = carried_over(old, read)
        held, mended = passages.listing(study, key), turns.mended(study, key)
        found = _places(study, key, old, transcript, held)
        digest = file_sha256(file)
        reimporting.replace_text(
            study, key, file.name, digest, transcript, {passage: (at.start, at.end) for passage, at in found.items()}
        )
        after = {passage.id: passage for passage in passages.listing(study, key)}
        edited = tuple(
            Edited(passage.id, passage.quote, after[passage.id].quote)
            for passage in held
            if passage.id in found and not found[passage.id].exact
        )
        lost = tuple(passage for passage in after.values() if not passage.anchored)
        action.summary = f"read {key} again: {len(found)} of {format_count(len(held), 'passage')} placed"
    warnings = transcript.warnings
    if mended:
        times = f"mended by hand {format_count(mended, 'time')}"
        warnings += (f"the turns of {key} had been {times}; they are those of the file now (undo restores them)",)
    return ReimportReport(key, len(found) - len(edited), edited, lost, warnings)


def _places(study: Study, key: str, old: Transcript, new: Transcript, held: Sequence[Passage]) -> dict[int, Anchor]:
    """Where passages stand in a new text, each within one turn of a participant."""
    # Here, since the app's first screen imports this module and rarely reads a text again.
    from needsseg.coding.anchoring import Anchor, anchor

    standing = [passage for passage in held if passage.anchored]
    found = dict(zip(standing, anchor(old.text, new.text, [(p.start, p.end) for p in standing]), strict=True))
    for passage in held:
        if not passage.anchored and new.text.count(passage.quote) == 1:
            at = new.text.index(passage.quote)
            found[passage] = Anchor(at, at + len(passage.quote), True)
    roles = reimporting.known_roles(study, key, new)
    own = [turn for turn in new.turns if roles[turn.speaker] == "participant"]
    return {
        passage.id: at
        for passage, at in found.items()
        if at is not None and any(turn.start <= at.start and at.end <= turn.end for turn in own)
    }
