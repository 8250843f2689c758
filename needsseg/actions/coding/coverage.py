"""How far the coding is: what of participants' speech was read, coded and skipped, and how much of the marked is decided."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from needsseg.actions.coding import blind
from needsseg.records import Passage, Transcript
from needsseg.study.coding import blinding, passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, read_turns

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Covered:
    """Words of participants' speech in one interview or in all (key ``""``).

    ``read`` are those in turns that were read or in accepted passages, ``coded`` those in accepted passages, ``skipped``
    those read and in none. ``decided`` of ``marked`` passages, each place counted once, are accepted or rejected.
    """

    key: str
    title: str
    words: int
    read: int
    coded: int
    decided: int
    marked: int
    gap: int = 0
    """The longest run of words that are in no turn read and in no passage decided."""
    accepted: int = 0
    with_code: int = 0
    """How many passages are accepted, and how many of them carry a code."""

    @property
    def is_coded_throughout(self) -> bool:
        """Whether all that is marked is decided, half (ours) of what is accepted carries a code, and no third (ours) of the
        words was left out in one piece.
        """
        is_decided = self.words > 0 and self.decided == self.marked and 3 * self.gap <= self.words
        return is_decided and 2 * self.with_code >= self.accepted

    @property
    def skipped(self) -> int:
        """Words that were read and lie in no accepted passage."""
        return self.read - self.coded

    def share(self, words: int) -> float:
        """Words as a share of all that participants said, 0 where they said nothing."""
        return words / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every interview in the order of its import, all together, and whose work was counted (empty: everybody's)."""

    coder: str
    interviews: tuple[Covered, ...]
    total: Covered


def mark_read(study: Study, interview: str, seqs: Iterable[int]) -> int:
    """Notes that turns of an interview, by their number from 0, were before the coder; how many were not noted yet."""
    return read_turns.mark_read(study, interview, seqs)


def coverage(study: Study, coder: str | None = None) -> Coverage:
    """How far everybody is together, or one coder; a blind coder is told of their own work alone.

    A coder has accepted what they accepted themselves and what their codes are on.
    """
    if blind.is_blind(study):
        coder = study.actor
    held = passages.listing(study, anchored=True)
    if coder == study.actor:
        held = blinding.own_view(study, held)
    elif coder is not None:
        worked = blinding.worked_on(study, coder)
        held = [passage for passage in held if passage.id in worked]
    by_interview: dict[str, list[Passage]] = {}
    for passage in held:
        by_interview.setdefault(passage.interview, []).append(passage)
    seen = read_turns.turns_read(study, coder)
    order = sorted(interviews.imported_at(study).items(), key=lambda item: (item[1], item[0]))
    rows = tuple(
        _covered(
            key,
            interviews.title(study, key),
            interviews.transcript(study, key),
            by_interview.get(key, []),
            seen.get(key, ()),
        )
        for key, _ in order
    )
    added = ("words", "read", "coded", "decided", "marked", "accepted", "with_code")
    sums = {name: sum(getattr(row, name) for row in rows) for name in added}
    total = Covered("", "", gap=max((row.gap for row in rows), default=0), **sums)
    return Coverage(coder or "", rows, total)


def _covered(
    key: str, title: str, transcript: Transcript, held: Sequence[Passage], turns_read: Collection[int]
) -> Covered:
    spans = sorted((passage.start, passage.end) for passage in held if passage.status == "accepted")
    settled = [(passage.start, passage.end) for passage in held if passage.status != "suggested"]
    words = read = coded = gap = run = 0
    for seq, turn in enumerate(transcript.turns):
        if turn.role != "participant":
            continue
        inside = [span for span in spans if span[0] < turn.end and turn.start < span[1]]
        ends = [match.span() for match in _WORD.finditer(transcript.text, turn.start, turn.end)]
        # A word counts once, however many passages it lies in; one that an edge cuts counts as coded.
        marked = sum(any(low < end and start < high for low, high in inside) for start, end in ends)
        words, coded = words + len(ends), coded + marked
        read += len(ends) if seq in turns_read else marked
        for start, end in ends:
            known = seq in turns_read or any(low < end and start < high for low, high in settled)
            run = 0 if known else run + 1
            gap = max(gap, run)
    decided: dict[tuple[int, int], bool] = {}
    for passage in held:
        place = (passage.start, passage.end)
        decided[place] = decided.get(place, False) or passage.status != "suggested"
    accepted = [passage for passage in held if passage.status == "accepted"]
    with_code = sum(bool(passage.codes) for passage in accepted)
    return Covered(key, title, words, read, coded, sum(decided.values()), len(decided), gap, len(accepted), with_code)


__all__ = ["Coverage", "Covered", "coverage", "mark_read"]
