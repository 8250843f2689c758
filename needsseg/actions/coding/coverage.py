"""Measure the progress of coding: words of participants read, coded and skipped, and passages decided."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from needsseg.actions.coding import blind
from needsseg.progress import Progress, silent
from needsseg.records import Passage, Transcript
from needsseg.study.coding import blinding, passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, read_turns

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class InterviewCoverage:
    """Words of participants' speech in one interview or in all (key ``""``).

    ``read`` counts words in turns that were read or in accepted passages, ``coded`` those in accepted passages,
    ``skipped`` those read but not coded. ``decided`` of ``marked`` passages are accepted or rejected, each span counted
    once.
    """

    key: str
    title: str
    words: int
    read: int
    coded: int
    decided: int
    marked: int
    gap: int = 0
    """The longest run of words outside turns that were read and passages that were decided."""
    accepted: int = 0
    with_code: int = 0
    """The numbers of accepted passages, and of those with a code."""

    @property
    def is_coded_throughout(self) -> bool:
        """Whether all marked passages are decided, half (ours) of the accepted ones carry a code, and no third (ours) of
        the words was skipped in one piece.
        """
        is_decided = self.words > 0 and self.decided == self.marked and 3 * self.gap <= self.words
        return is_decided and 2 * self.with_code >= self.accepted

    @property
    def skipped(self) -> int:
        """The number of words that were read but not coded."""
        return self.read - self.coded

    def share(self, words: int) -> float:
        """Words as a share of all words of participants; 0 if there are none."""
        return words / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of every interview in the order of import, and in total, by one coder (empty: by everybody)."""

    coder: str
    interviews: tuple[InterviewCoverage, ...]
    total: InterviewCoverage


def mark_read(study: Study, interview: str, seqs: Iterable[int]) -> int:
    """Mark turns of an interview (numbers from 0) as read by the coder; return how many are new."""
    return read_turns.mark_read(study, interview, seqs)


def coverage(study: Study, coder: str | None = None, progress: Progress = silent) -> Coverage:
    """Measure the coverage by everybody together, or by one coder; for a blind coder, by themselves.

    A coder has accepted what they accepted themselves and what carries their codes.
    """
    if blind.is_blind(study):
        coder = study.actor
    listed = passages.listing(study, anchored=True)
    if coder == study.actor:
        listed = blinding.own_view(study, listed)
    elif coder is not None:
        worked = blinding.worked_on(study, coder)
        listed = [passage for passage in listed if passage.id in worked]
    by_interview: dict[str, list[Passage]] = {}
    for passage in listed:
        by_interview.setdefault(passage.interview, []).append(passage)
    turns_read = read_turns.turns_read(study, coder)
    rows = list[InterviewCoverage]()
    keys = interviews.imported_at(study)
    for number, key in enumerate(keys):
        progress("reading the interviews", number, len(keys))
        own, read = by_interview.get(key, []), turns_read.get(key, ())
        title, transcript = interviews.title(study, key), interviews.transcript(study, key)
        rows.append(_interview_coverage(key, title, transcript, own, read))
    summed = ("words", "read", "coded", "decided", "marked", "accepted", "with_code")
    sums = {name: sum(getattr(row, name) for row in rows) for name in summed}
    total = InterviewCoverage("", "", gap=max((row.gap for row in rows), default=0), **sums)
    return Coverage(coder or "", tuple(rows), total)


class _Stretches:
    """Stretches of a text, joined where they overlap, to be asked quickly what they meet."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def meet(self, start: int, end: int) -> bool:
        """Return whether any of them has a character between two offsets."""
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end


def _interview_coverage(
    key: str, title: str, transcript: Transcript, listed: Sequence[Passage], turns_read: Collection[int]
) -> InterviewCoverage:
    accepted_words = _Stretches((passage.start, passage.end) for passage in listed if passage.status == "accepted")
    decided_words = _Stretches((passage.start, passage.end) for passage in listed if passage.status != "suggested")
    words = read = coded = gap = run = 0
    for seq, turn in enumerate(transcript.turns):
        if turn.role != "participant":
            continue
        is_read = seq in turns_read
        if not accepted_words.meet(turn.start, turn.end) and (is_read or not decided_words.meet(turn.start, turn.end)):
            # Most turns of a long study: their words need no look at each.
            count = len(_WORD.findall(transcript.text, turn.start, turn.end))
            words += count
            read += count if is_read else 0
            run = run + count if not is_read else 0 if count else run
            gap = max(gap, run)
            continue
        ends = [match.span() for match in _WORD.finditer(transcript.text, turn.start, turn.end)]
        # A word counts once, however many passages contain it; a word cut by a passage's edge counts as coded.
        marked = sum(accepted_words.meet(start, end) for start, end in ends)
        words, coded = words + len(ends), coded + marked
        read += len(ends) if is_read else marked
        for start, end in ends:
            run = 0 if is_read or decided_words.meet(start, end) else run + 1
            gap = max(gap, run)
    decided: dict[tuple[int, int], bool] = {}
    for passage in listed:
        place = (passage.start, passage.end)
        decided[place] = decided.get(place, False) or passage.status != "suggested"
    accepted = [passage for passage in listed if passage.status == "accepted"]
    with_code = sum(bool(passage.codes) for passage in accepted)
    return InterviewCoverage(
        key, title, words, read, coded, sum(decided.values()), len(decided), gap, len(accepted), with_code
    )


__all__ = ["Coverage", "InterviewCoverage", "coverage", "mark_read"]
