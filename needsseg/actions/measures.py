"""What the coding comes to: how far coders agree, and whether further interviews still bring new codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.actions import blind
from needsseg.coding import sentence_spans
from needsseg.coding.agreement import Agreement, Disagreement, Mark, Units, disagreements
from needsseg.coding.agreement import agreement as agreement_of
from needsseg.coding.saturation import Saturation, new_codes
from needsseg.coding.saturation import saturation as saturation_of
from needsseg.errors import UsageError
from needsseg.records import Transcript
from needsseg.study import codebook, interviews
from needsseg.study.connection import Study

__all__ = ["Agreed", "Saturated", "Units", "agreement", "saturation"]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far coders agree over some interviews, and where they do not, with the words."""

    interviews: tuple[str, ...]
    agreement: Agreement
    disagreements: tuple[tuple[Disagreement, str], ...]


@dataclass(frozen=True, slots=True)
class Saturated:
    """Saturation over the interviews in the order of their import, and the new codes of each."""

    interviews: tuple[str, ...]
    new: tuple[int, ...]
    saturation: Saturation

    @property
    def sentence(self) -> str:
        """Whether it is reached and where, in a sentence."""
        of = self.saturation
        if of.reported:
            return (
                f"Reached at {of.reported}: runs of {of.run} then bring at most {of.threshold:.0%} "
                f"of the base's {of.base_codes} codes."
            )
        if len(self.interviews) < of.base + of.run:
            return (
                f"Not reached: it takes {of.base} + {of.run} interviews to tell, and there are {len(self.interviews)}."
            )
        if not of.base_codes:
            return f"Not reached: the first {of.base} interviews have no codes."
        last = of.steps[-1]
        return (
            f"Not reached: interviews {last.first}–{last.last} still bring {last.new} new codes, {last.ratio or 0:.0%} "
            f"of the base's {of.base_codes}; {of.threshold:.0%} would be no news."
        )


def agreement(study: Study, units: Units = "character", keys: Sequence[str] = (), all_text: bool = False) -> Agreed:
    """Agreement of those who put codes on passages, uncoded text included, over some interviews or all.

    Only participants' words count, unless ``all_text``: an interviewer's, which nobody codes, would make it look better.
    Raises UsageError where fewer than two people coded, and while the one who asks works blind: it tells what others marked.
    """
    if blind.is_blind(study):
        raise UsageError(
            f"Blind mode is on for {study.actor}: where coders differ shows what the others marked.",
            "Go on coding, or end it: needsseg blind off",
        )
    chosen = list(keys) or interviews.keys(study)
    texts = {key: interviews.transcript(study, key) for key in chosen}
    marks: dict[str, list[Mark]] = {}
    for row in codebook.codings(study):
        if row.interview in texts:
            marks.setdefault(row.coder, []).append(Mark(row.interview, row.start, row.end, row.code))
    if len(marks) < 2:
        who = f"only {next(iter(marks))}" if marks else "nobody"
        raise UsageError(
            f"Agreement needs two coders; {who} put codes on passages here.", "Code with another name (NEEDSSEG_CODER)."
        )
    marks = dict(sorted(marks.items()))
    bounds = None if units == "passage" else _bounds(texts, units, all_text)
    lengths = {key: len(transcript.text) for key, transcript in texts.items()}
    apart = disagreements(marks, lengths, units, bounds)
    said = tuple((one, texts[one.interview].text[one.start : one.end]) for one in apart)
    return Agreed(tuple(chosen), agreement_of(marks, lengths, units, bounds), said)


def _bounds(texts: dict[str, Transcript], units: Units, all_text: bool) -> dict[str, list[tuple[int, int]]]:
    """What counts of each interview: participants' turns or all of the text, whole or by sentence."""
    counted = {
        key: [(turn.start, turn.end) for turn in transcript.turns if all_text or turn.role == "participant"]
        for key, transcript in texts.items()
    }
    if units == "sentence":
        return {
            key: [
                (start + first, start + last)
                for start, end in counted[key]
                for first, last in sentence_spans(transcript.text[start:end])
            ]
            for key, transcript in texts.items()
        }
    return {key: [(0, len(transcript.text))] for key, transcript in texts.items()} if all_text else counted


def saturation(study: Study, base: int = 4, run: int = 2, threshold: float = 0.05) -> Saturated:
    """Thematic saturation of the codes over the interviews in the order of their import; of a blind coder's own alone."""
    order = sorted(interviews.imported_at(study).items(), key=lambda item: (item[1], item[0]))
    keys = [key for key, _ in order]
    codes: dict[str, set[str]] = {key: set() for key in keys}
    own = study.actor if blind.is_blind(study) else None
    for row in codebook.codings(study):
        if own in (None, row.coder):
            codes[row.interview].add(row.code)
    heard = [sorted(codes[key]) for key in keys]
    return Saturated(tuple(keys), tuple(new_codes(heard)), saturation_of(heard, base, run, threshold))
