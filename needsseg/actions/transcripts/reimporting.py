"""Replace an interview's text by an edited transcript, moving its passages with their words."""

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
    """The effect of a new text on passages: the number unchanged, those edited, and those lost."""

    key: str
    kept: int
    edited: tuple[Edited, ...]
    lost: tuple[Passage, ...]
    warnings: tuple[str, ...]


def reimport(study: Study, key: str, file: Path, format: str | None = None) -> ReimportReport:
    """Replace an interview's text by an edited transcript, as one action; passages move with their words.

    A passage whose words cannot be placed with certainty is kept without a position, and listed; one lost earlier is
    restored if its words occur exactly once. Raises TranscriptError for a file that cannot be read.
    """
    if study.owns(file):
        raise TranscriptError(f"{file}: belongs to the study itself.", "Name a transcript.")
    from needsseg import transcripts
    from needsseg.actions.transcripts.speakers import carried_over

    read = transcripts.read(file, format)
    with study.action("reimport") as action:
        old = interviews.transcript(study, key)
        transcript = carried_over(old, read)
        before, edit_count = passages.listing(study, key), turns.mended(study, key)
        anchors = _places(study, key, old, transcript, before)
        digest = file_sha256(file)
        reimporting.replace_text(
            study, key, file.name, digest, transcript, {passage: (at.start, at.end) for passage, at in anchors.items()}
        )
        after = {passage.id: passage for passage in passages.listing(study, key)}
        edited = tuple(
            Edited(passage.id, passage.quote, after[passage.id].quote)
            for passage in before
            if passage.id in anchors and not anchors[passage.id].exact
        )
        lost = tuple(passage for passage in after.values() if not passage.anchored)
        action.summary = f"read {key} again: {len(anchors)} of {format_count(len(before), 'passage')} placed"
    warnings = transcript.warnings
    if edit_count:
        times = f"edited by hand {format_count(edit_count, 'time')}"
        warnings += (f"the turns of {key} had been {times}; those of the file replaced them (undo restores them)",)
    return ReimportReport(key, len(anchors) - len(edited), edited, lost, warnings)


def _places(study: Study, key: str, old: Transcript, new: Transcript, listed: Sequence[Passage]) -> dict[int, Anchor]:
    """Locate passages in a new text, each within one turn of a participant."""
    # Imported here, since the app's first screen loads this module but rarely needs it.
    from needsseg.coding.anchoring import Anchor, anchor

    anchored = [passage for passage in listed if passage.anchored]
    anchors = dict(zip(anchored, anchor(old.text, new.text, [(p.start, p.end) for p in anchored]), strict=True))
    for passage in listed:
        if not passage.anchored and new.text.count(passage.quote) == 1:
            at = new.text.index(passage.quote)
            anchors[passage] = Anchor(at, at + len(passage.quote), True)
    roles = reimporting.known_roles(study, key, new)
    own = [turn for turn in new.turns if roles[turn.speaker] == "participant"]
    return {
        passage.id: at
        for passage, at in anchors.items()
        if at is not None and any(turn.start <= at.start and at.end <= turn.end for turn in own)
    }
