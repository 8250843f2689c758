"""What the coding comes to: how far coders agree, and whether further interviews still bring new codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from needsseg.actions.coding import blind
from needsseg.actions.coding.coverage import coverage
from needsseg.coding import sentence_spans
from needsseg.coding.agreement import Agreement, Disagreement, Mark, Units, disagreements
from needsseg.coding.agreement import agreement as agreement_of
from needsseg.coding.saturation import Saturation, new_codes
from needsseg.coding.saturation import saturation as saturation_of
from needsseg.errors import Advice, Fix, Option, UsageError
from needsseg.records import Transcript
from needsseg.study.coding import blinding, codebook, passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, read_turns
from needsseg.text import format_count, plural


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far coders agree over some interviews, and where they do not, with the words.

    ``shared`` says that only turns count which each of them has coded or read.
    """

    interviews: tuple[str, ...]
    agreement: Agreement
    disagreements: tuple[tuple[Disagreement, str], ...]
    shared: bool = False

    @property
    def compared(self) -> str:
        """What was compared, in a sentence."""
        who = " and ".join(self.agreement.coders)
        if self.shared:
            return f"{who}, over what each of them has coded or read."
        return f"{who}, over all participants' words, including what one of them has not read."


@dataclass(frozen=True, slots=True)
class Saturated:
    """Saturation over the interviews in the order of their import, and the new codes of each.

    ``incomplete`` are the interviews that were not coded throughout: what is missing there looks like nothing new.
    """

    interviews: tuple[str, ...]
    new: tuple[int, ...]
    saturation: Saturation
    incomplete: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["reached", "not reached", "cannot tell"]:
        """Whether it is reached; nobody can tell where interviews were coded in part, or there are too few."""
        if self.incomplete or len(self.interviews) < self.saturation.base + self.saturation.run:
            return "cannot tell"
        return "reached" if self.saturation.reported else "not reached"

    @property
    def sentence(self) -> str | Advice:
        """Whether it is reached and where, in a sentence."""
        of = self.saturation
        if self.incomplete and len(self.interviews) >= of.base + of.run:
            some = ", ".join(self.incomplete[:3]) + (" …" if len(self.incomplete) > 3 else "")
            return Advice(
                f"Cannot tell: {len(self.incomplete)} of {format_count(len(self.interviews), 'interview')} "
                f"{plural(len(self.incomplete), 'was', 'were')} not coded throughout ({some}), and what nobody "
                "coded brings no new codes. How far each is: ",
                Fix.COVERAGE,
            )
        if of.reported:
            return (
                f"Reached at {of.reported}: runs of {of.run} then bring at most {of.threshold:.0%} "
                f"of the base's {format_count(of.base_codes, 'code')}."
            )
        if len(self.interviews) < of.base + of.run:
            return (
                f"Not reached: it takes {of.base} + {format_count(of.run, 'interview')} to tell, and there are "
                f"{len(self.interviews)}."
            )
        if not of.base_codes:
            return f"Not reached: the first {format_count(of.base, 'interview')} have no codes."
        last = of.steps[-1]
        return (
            f"Not reached: interviews {last.first}–{last.last} still bring {format_count(last.new, 'new code')}, "
            f"{last.ratio or 0:.0%} "
            f"of the base's {of.base_codes}; {of.threshold:.0%} would be no news."
        )


def agreement(
    study: Study, units: Units = "character", keys: Sequence[str] = (), all_text: bool = False, shared: bool = False
) -> Agreed:
    """Agreement of those who put codes on passages, uncoded text included, over some interviews or all.

    Only participants' words count, unless ``all_text``: an interviewer's, which nobody codes, would make it look better.
    With ``shared`` only turns count that each of them has coded, decided on or read. Raises UsageError where fewer than two
    people coded, where they have no turn in common, and while the one who asks works blind: it tells what others marked.
    """
    if blind.is_blind(study):
        raise UsageError(
            f"Blind mode is on for {study.actor}: where coders differ shows what the others marked.",
            Advice("Go on coding, or end it: ", Fix.BLIND_OFF),
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
    if shared:
        texts = _shared(study, texts, marks)
        marks = {who: [mark for mark in own if _lies_in(mark, texts)] for who, own in marks.items()}
    bounds = None if units == "passage" else _bounds(texts, units, all_text, shared)
    lengths = {key: len(transcript.text) for key, transcript in texts.items()}
    apart = disagreements(marks, lengths, units, bounds)
    said = tuple((one, texts[one.interview].text[one.start : one.end]) for one in apart)
    return Agreed(tuple(chosen), agreement_of(marks, lengths, units, bounds), said, shared)


def _shared(study: Study, texts: dict[str, Transcript], marks: Mapping[str, Sequence[Mark]]) -> dict[str, Transcript]:
    """The same interviews with those turns alone that each coder has coded, decided on or read."""
    known: dict[str, list[set[int]]] = {key: [] for key in texts}
    for who in marks:
        read, worked = read_turns.turns_read(study, who), blinding.worked_on(study, who)
        spans: dict[str, list[tuple[int, int]]] = {}
        for row in passages.listing(study, ids=sorted(worked), anchored=True):
            spans.setdefault(row.interview, []).append((row.start, row.end))
        for key, text in texts.items():
            turns = enumerate(text.turns)
            own = spans.get(key, [])
            worked_on = {n for n, turn in turns if any(low < turn.end and turn.start < high for low, high in own)}
            known[key].append(worked_on | set(read.get(key, ())))
    shared = {key: set.intersection(*sets) for key, sets in known.items()}
    if not any(shared.values()):
        raise UsageError(
            "No turn was coded or read by every coder.",
            Advice("Compare all that was said instead, without the restriction", Option.BOTH, "."),
        )
    return {
        key: replace(text, turns=tuple(turn for number, turn in enumerate(text.turns) if number in shared[key]))
        for key, text in texts.items()
    }


def _lies_in(mark: Mark, texts: Mapping[str, Transcript]) -> bool:
    return any(mark.start < turn.end and turn.start < mark.end for turn in texts[mark.interview].turns)


def _bounds(
    texts: dict[str, Transcript], units: Units, all_text: bool, shared: bool
) -> dict[str, list[tuple[int, int]]]:
    """What counts of each interview: participants' turns or all of the text (its turns where shared), whole or by sentence."""
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
    if all_text and not shared:
        return {key: [(0, len(transcript.text))] for key, transcript in texts.items()}
    return counted


def saturation(study: Study, base: int = 4, run: int = 2, threshold: float = 0.05) -> Saturated:
    """Thematic saturation of the codes over the interviews in the order of their import; of a blind coder's own alone.

    It cannot be told where interviews were not coded throughout.
    """
    order = sorted(interviews.imported_at(study).items(), key=lambda item: (item[1], item[0]))
    keys = [key for key, _ in order]
    codes: dict[str, set[str]] = {key: set() for key in keys}
    own = study.actor if blind.is_blind(study) else None
    for row in codebook.codings(study):
        if own in (None, row.coder):
            codes[row.interview].add(row.code)
    heard = [sorted(codes[key]) for key in keys]
    found = saturation_of(heard, base, run, threshold)
    incomplete = tuple(row.key for row in coverage(study).interviews if not row.is_coded_throughout)
    return Saturated(tuple(keys), tuple(new_codes(heard)), found, incomplete)
