"""Prefill a passage's job statement from its own sentences, by linguistic cues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from needsseg.coding.linguistic_cues import CueGroup, speech_of, straight
from needsseg.coding.sentences import Span, sentence_spans
from needsseg.languages.speech import Speech, load_speech
from needsseg.records import JobParts

_PART_OF = {
    "situation": "situation",
    "motivation": "motivation",
    "outcome": "outcome",
    "struggle": "pain",
    "workaround": "workaround",
}
_MOST_TRIED = 4
_FEWEST_WORDS = 3
# In English, a "so" at the beginning of a sentence continues the narrative, and does not introduce a purpose.
_GOES_ON = re.compile(r"(?:(?:and|but|well|yeah|okay)\b,?\s+)*so\b", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,;:.…–—-]+$")


def prefill(quote: str, cues: Sequence[CueGroup]) -> JobParts:
    """Return for each part the sentence of ``quote`` with the most cues of its kind, verbatim.

    Two parts share a sentence only where no other sentence has their cues, and then each gets a separate clause with its
    cues. A part stays empty where no sentence, or no remaining clause, has its cues.
    """
    plain, groups = straight(quote), {_PART_OF[group.kind]: group for group in cues if group.kind in _PART_OF}
    beside = next((group for group in cues if group.kind == "beside"), None)
    spans = [
        span
        for span in sentence_spans(quote, speech=speech_of(cues))
        if beside is None or not beside.pattern.search(plain[slice(*span)])
    ]
    span_by_part = _best_sentences(plain, spans, groups)
    text_by_part: dict[str, str] = {}
    for span in dict.fromkeys(span_by_part.values()):
        sharing = [part for part, part_span in span_by_part.items() if part_span == span]
        shares = (
            {sharing[0]: span} if len(sharing) == 1 else _clause_per_part(plain, span, {p: groups[p] for p in sharing})
        )
        text_by_part |= {part: quote[start:end] for part, (start, end) in shares.items()}
    return JobParts(**text_by_part)


def _best_sentences(plain: str, spans: Sequence[Span], groups: dict[str, CueGroup]) -> dict[str, Span]:
    """Choose a sentence for each part: as many different ones as possible, then those with most cues, then early ones."""
    hits_by_part: dict[str, list[tuple[int, int]]] = {}
    for part, group in groups.items():
        hits = [(_hits(plain[slice(*span)], group), -number) for number, span in enumerate(spans)]
        best_hits = sorted((hit_and_number for hit_and_number in hits if hit_and_number[0]), reverse=True)[:_MOST_TRIED]
        if best_hits:
            hits_by_part[part] = best_hits
    best_of_all = max(
        product(*hits_by_part.values()),
        key=lambda choice: (
            len({number for _, number in choice}),
            sum(count for count, _ in choice),
            tuple(number for _, number in choice),
        ),
    )
    return {part: spans[-number] for part, (_, number) in zip(hits_by_part, best_of_all, strict=True)}


def _hits(words: str, group: CueGroup) -> int:
    is_english = group.speech is None or group.speech.language == "en"
    opening = _GOES_ON.match(words) if is_english else None
    return sum(1 for hit in group.pattern.finditer(words) if opening is None or hit.start() >= opening.end())


def _clause_per_part(plain: str, span: Span, groups: dict[str, CueGroup]) -> dict[str, Span]:
    """Assign a separate clause of the sentence to each part, those with most cues first; parts without one are left out."""
    clauses = clause_spans(plain, span, speech_of(list(groups.values())))
    offers = sorted(
        (-_hits(plain[slice(*clause)], group) * group.weight, number, part)
        for part, group in groups.items()
        for number, clause in enumerate(clauses)
    )
    span_by_part: dict[str, Span] = {}
    for worth, number, part in offers:
        if worth < 0 and part not in span_by_part and clauses[number] not in span_by_part.values():
            span_by_part[part] = clauses[number]
    return span_by_part


def clause_spans(plain: str, span: Span, speech: Speech | None = None) -> list[Span]:
    """Return the clauses of a sentence without conjunctions; a clause of too few words is joined with the next."""
    speech = speech or load_speech()
    start, end = span
    clauses: list[Span] = []
    begin = start
    for mark in [*speech.clause_break.finditer(plain, start, end), None]:
        until = end if mark is None else mark.start()
        joined = speech.joins.match(plain, begin, until)
        first = joined.end() if joined else begin
        last = first + len(_TRAILING.sub("", plain[first:until]))
        if len(plain[first:last].split()) >= _FEWEST_WORDS:
            clauses.append((first, last))
            begin = until if mark is None else mark.end()
    return clauses or [span]
