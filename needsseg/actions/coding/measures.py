"""Measure the coding: agreement of coders, and saturation of codes over interviews."""

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
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech
from needsseg.records import Transcript
from needsseg.study.coding import blinding, codebook, passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, read_turns
from needsseg.text import format_count, plural


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """The agreement of coders over some interviews, and their disagreements, each with its words.

    ``shared`` says that only turns count that each of them has coded or read.
    """

    interviews: tuple[str, ...]
    agreement: Agreement
    disagreements: tuple[tuple[Disagreement, str], ...]
    shared: bool = False

    @property
    def compared(self) -> str:
        """A sentence on what was compared."""
        coders = " and ".join(self.agreement.coders)
        if self.shared:
            return f"{coders}, over what each of them has coded or read."
        return f"{coders}, over all participants' words, including what one of them has not read."


@dataclass(frozen=True, slots=True)
class SaturationReport:
    """Saturation over the interviews in the order of import, and the number of new codes of each.

    ``incomplete`` lists interviews not coded throughout, where missing codes would look like saturation.
    """

    interviews: tuple[str, ...]
    new: tuple[int, ...]
    saturation: Saturation
    incomplete: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["reached", "not reached", "cannot tell"]:
        """Whether saturation is reached; "cannot tell" if interviews are coded in part, or too few."""
        if self.incomplete or len(self.interviews) < self.saturation.base + self.saturation.run:
            return "cannot tell"
        return "reached" if self.saturation.reported else "not reached"

    @property
    def sentence(self) -> str | Advice:
        """A sentence on whether saturation is reached, and where."""
        result = self.saturation
        if self.incomplete and len(self.interviews) >= result.base + result.run:
            examples = ", ".join(self.incomplete[:3]) + (" …" if len(self.incomplete) > 3 else "")
            return Advice(
                f"Cannot tell: {len(self.incomplete)} of {format_count(len(self.interviews), 'interview')} "
                f"{plural(len(self.incomplete), 'was', 'were')} not coded throughout ({examples}), so new codes "
                "may be missing. Progress of each: ",
                Fix.COVERAGE,
            )
        if result.reported:
            return (
                f"Reached at {result.reported}: runs of {result.run} then bring at most {result.threshold:.0%} "
                f"of the base's {format_count(result.base_codes, 'code')}."
            )
        if len(self.interviews) < result.base + result.run:
            return (
                f"Not reached: it takes {result.base} + {format_count(result.run, 'interview')} to tell, and there are "
                f"{len(self.interviews)}."
            )
        if not result.base_codes:
            return f"Not reached: the first {format_count(result.base, 'interview')} have no codes."
        last = result.steps[-1]
        return (
            f"Not reached: interviews {last.first}–{last.last} still bring {format_count(last.new, 'new code')}, "
            f"{last.ratio or 0:.0%} "
            f"of the base's {result.base_codes}; the limit is {result.threshold:.0%}."
        )


def agreement(
    study: Study, units: Units = "character", keys: Sequence[str] = (), all_text: bool = False, shared: bool = False
) -> AgreementReport:
    """Measure the agreement of coders over some interviews or all, uncoded text included.

    Only participants' words count unless ``all_text``, since an interviewer's words, which nobody codes, would raise the
    agreement. With ``shared`` only turns count that each coder has coded, decided on or read. Raises UsageError if fewer
    than two people coded, if they share no turn, and for a blind coder, since it shows what others marked.
    """
    if blind.is_blind(study):
        raise UsageError(
            f"Blind mode is on for {study.actor}: where coders differ shows what the others marked.",
            Advice("Continue coding, or end blind mode: ", Fix.BLIND_OFF),
        )
    chosen = list(keys) or interviews.keys(study)
    texts = {key: interviews.transcript(study, key) for key in chosen}
    marks: dict[str, list[Mark]] = {}
    for row in codebook.codings(study):
        if row.interview in texts:
            marks.setdefault(row.coder, []).append(Mark(row.interview, row.start, row.end, row.code))
    if len(marks) < 2:
        coder = f"only {next(iter(marks))}" if marks else "nobody"
        raise UsageError(
            f"Agreement needs two coders; {coder} put codes on passages here.",
            "Code with another name (NEEDSSEG_CODER).",
        )
    marks = dict(sorted(marks.items()))
    if shared:
        texts = _shared(study, texts, marks)
        marks = {coder: [mark for mark in own if _lies_in(mark, texts)] for coder, own in marks.items()}
    bounds = None if units == "passage" else _bounds(texts, units, all_text, shared)
    lengths = {key: len(transcript.text) for key, transcript in texts.items()}
    differences = disagreements(marks, lengths, units, bounds)
    quoted = tuple((one, texts[one.interview].text[one.start : one.end]) for one in differences)
    return AgreementReport(tuple(chosen), agreement_of(marks, lengths, units, bounds), quoted, shared)


def _shared(study: Study, texts: dict[str, Transcript], marks: Mapping[str, Sequence[Mark]]) -> dict[str, Transcript]:
    """The interviews with only those turns that each coder has coded, decided on or read."""
    turns_by_coder: dict[str, list[set[int]]] = {key: [] for key in texts}
    for coder in marks:
        read, worked = read_turns.turns_read(study, coder), blinding.worked_on(study, coder)
        spans: dict[str, list[tuple[int, int]]] = {}
        for row in passages.listing(study, ids=sorted(worked), anchored=True):
            spans.setdefault(row.interview, []).append((row.start, row.end))
        for key, text in texts.items():
            turns = enumerate(text.turns)
            own = spans.get(key, [])
            worked_on = {n for n, turn in turns if any(low < turn.end and turn.start < high for low, high in own)}
            turns_by_coder[key].append(worked_on | set(read.get(key, ())))
    shared = {key: set.intersection(*sets) for key, sets in turns_by_coder.items()}
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
    """The spans of each interview that count: turns of participants or all text (all turns if shared), or sentences."""
    counted = {
        key: [(turn.start, turn.end) for turn in transcript.turns if all_text or turn.role == "participant"]
        for key, transcript in texts.items()
    }
    if units == "sentence":
        speech = {key: load_speech(interview_language(transcript.text)) for key, transcript in texts.items()}
        return {
            key: [
                (start + first, start + last)
                for start, end in counted[key]
                for first, last in sentence_spans(transcript.text[start:end], speech=speech[key])
            ]
            for key, transcript in texts.items()
        }
    if all_text and not shared:
        return {key: [(0, len(transcript.text))] for key, transcript in texts.items()}
    return counted


def saturation(study: Study, base: int = 4, run: int = 2, threshold: float = 0.05) -> SaturationReport:
    """Measure thematic saturation over the interviews in the order of import; for a blind coder, of their own codes.

    The verdict is "cannot tell" if interviews are not coded throughout.
    """
    keys = list(interviews.imported_at(study))
    codes: dict[str, set[str]] = {key: set() for key in keys}
    own = study.actor if blind.is_blind(study) else None
    for row in codebook.codings(study):
        if own in (None, row.coder):
            codes[row.interview].add(row.code)
    codes_by_interview = [sorted(codes[key]) for key in keys]
    result = saturation_of(codes_by_interview, base, run, threshold)
    incomplete = tuple(row.key for row in coverage(study).interviews if not row.is_coded_throughout)
    return SaturationReport(tuple(keys), tuple(new_codes(codes_by_interview)), result, incomplete)
