"""Correct turns: split, join, reassign or cut them, and map every word to its new place."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from needsseg.coding.anchoring import KEPT, Anchor
from needsseg.coding.sentences import Span
from needsseg.errors import Advice, Fix, UsageError
from needsseg.records import Transcript, Turn

_LABEL = re.compile(r"[^\n]*:\s*\Z")


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """A planned turn: its words are ``spans`` of the old text, in order, from the turns ``sources``.

    ``relabelled`` means that the name before the words in the text changes.
    """

    speaker: str
    spans: tuple[Span, ...]
    sources: tuple[int, ...]
    start_ms: int | None
    end_ms: int | None
    relabelled: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of one turn of the old text that is removed from the speech."""

    turn: int
    span: Span


@dataclass(frozen=True, slots=True)
class EditPlan:
    """All planned turns, the numbers of those that differ from the old ones, and the cuts."""

    turns: tuple[TurnPlan, ...]
    changed: frozenset[int]
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the old text, its offset in the new text, and the number of its new turn."""

    old: Span
    at: int
    turn: int


@dataclass(frozen=True, slots=True)
class EditedText:
    """The text after an edit and the span of each turn of the plan in it."""

    text: str
    spans: tuple[Span, ...]
    pieces: tuple[_Piece, ...]

    def place(self, old: str, start: int, end: int) -> Anchor | None:
        """Return the place of a passage of the old text within one turn; None if less than KEPT of its words remain there."""
        first = max(0, bisect_right(self.pieces, start, key=lambda piece: piece.old[0]) - 1)
        spans_by_turn: dict[int, list[Span]] = {}
        for piece in self.pieces[first:]:
            if piece.old[0] >= end:
                break
            low, high = max(start, piece.old[0]), min(end, piece.old[1])
            if old[low:high].strip():
                offset = piece.at - piece.old[0]
                spans_by_turn.setdefault(piece.turn, []).append((low + offset, high + offset))
        words = old[start:end].split()
        best_spans = max(
            spans_by_turn.values(),
            key=lambda spans: sum(len(self.text[low:high].split()) for low, high in spans),
            default=None,
        )
        if best_spans is None:
            return None
        low, high = best_spans[0][0], best_spans[-1][1]
        quote = self.text[low:high].split()
        if quote == words:
            return Anchor(low, high, True)
        return Anchor(low, high, False) if len(quote) >= KEPT * len(words) else None


def split_turn(transcript: Transcript, offset: int) -> EditPlan:
    """Split the turn at an offset into two turns of its speaker; raises UsageError where a half has no words.

    The second half's start and the first half's end have no time, as it is unknown.
    """
    number = _turn_at(transcript, offset)
    turn = transcript.turns[number]
    halves = _trimmed(transcript.text, turn.start, offset), _trimmed(transcript.text, offset, turn.end)
    if halves[0] is None or halves[1] is None:
        raise UsageError(
            f"The turn [{turn.start} {turn.end}] has no words on one side of {offset}.",
            "Split it between two words, at the one that the second part begins with.",
        )
    first_half = TurnPlan(turn.speaker, (halves[0],), (number,), turn.start_ms, None)
    second_half = TurnPlan(turn.speaker, (halves[1],), (number,), None, turn.end_ms, relabelled=True)
    return _replaced(transcript, number, number + 1, [first_half, second_half])


def join_turns(transcript: Transcript, offset: int) -> EditPlan:
    """Join the turn at an offset and the next one to a turn of the first speaker; UsageError where none follows."""
    number = _turn_at(transcript, offset)
    if number + 1 == len(transcript.turns):
        raise UsageError("No turn follows the last one.", "Give an offset in the first of the two turns.")
    first_turn, second_turn = transcript.turns[number], transcript.turns[number + 1]
    spans = (first_turn.start, first_turn.end), (second_turn.start, second_turn.end)
    joined_turn = TurnPlan(first_turn.speaker, spans, (number, number + 1), first_turn.start_ms, second_turn.end_ms)
    return _replaced(transcript, number, number + 2, [joined_turn])


def give_words(transcript: Transcript, start: int, end: int, speaker: str) -> EditPlan:
    """Assign the words from ``start`` to ``end``, of one or more turns, to ``speaker``; all others stay as they were.

    Raises UsageError where there are no words, or where they are already that speaker's.
    """
    first, last = _touched(transcript, start, end)
    new_turns: list[TurnPlan] = []
    for number in range(first, last):
        new_turns += _give_turn_words(transcript, number, (start, end), speaker)
    if all(transcript.turns[number].speaker == speaker for number in range(first, last)):
        raise UsageError(
            f"The words from {start} to {end} are already those of {speaker or 'the unnamed speaker'}.",
            "Name another speaker.",
        )
    return _replaced(transcript, first, last, new_turns)


def _give_turn_words(transcript: Transcript, number: int, span: Span, speaker: str) -> list[TurnPlan]:
    """Return a turn with the words in a span reassigned: up to three turns, or the same if it is already the speaker's."""
    turn = transcript.turns[number]
    if turn.speaker == speaker:
        return [_plan(turn, number)]
    cuts = turn.start, min(max(span[0], turn.start), turn.end), max(min(span[1], turn.end), turn.start), turn.end
    parts = [_trimmed(transcript.text, low, high) for low, high in itertools.pairwise(cuts)]
    speakers = (turn.speaker, speaker, turn.speaker)
    speaker_spans = [(new_speaker, part) for new_speaker, part in zip(speakers, parts, strict=True) if part is not None]
    return [
        TurnPlan(
            new_speaker,
            (part,),
            (number,),
            turn.start_ms if position == 0 else None,
            turn.end_ms if position == len(speaker_spans) - 1 else None,
            relabelled=position > 0 or new_speaker != turn.speaker,
        )
        for position, (new_speaker, part) in enumerate(speaker_spans)
    ]


def cut_words(transcript: Transcript, start: int, end: int) -> EditPlan:
    """Remove the words from ``start`` to ``end``; raises UsageError where there are none, or no others."""
    first, last = _touched(transcript, start, end)
    new_turns: list[TurnPlan] = []
    cuts: list[Cut] = []
    for number in range(first, last):
        turn = transcript.turns[number]
        low, high = max(start, turn.start), min(end, turn.end)
        remainders = _trimmed(transcript.text, turn.start, low), _trimmed(transcript.text, high, turn.end)
        remaining_spans = tuple(part for part in remainders if part is not None)
        cut_span = _trimmed(transcript.text, low, high)
        if cut_span is not None:
            cuts.append(Cut(number, cut_span))
        if remaining_spans:
            new_turns.append(replace(_plan(turn, number), spans=remaining_spans))
    if first == 0 and last == len(transcript.turns) and not new_turns:
        raise UsageError("That would leave no words in the interview.", "Remove the interview instead.")
    return _replaced(transcript, first, last, new_turns, cuts)


def edited_text(transcript: Transcript, plan: EditPlan) -> EditedText:
    """Return the text of a plan's turns; the text before a turn's words is kept, with the name replaced if it changed."""
    old, parts, spans, pieces, offset = transcript.text, list[str](), list[Span](), list[_Piece](), 0
    turns_done = 0
    for number, turn in enumerate(plan.turns):
        lead = _lead(transcript, turn, turns_done, first=not number)
        turns_done = turn.sources[-1] + 1
        parts.append(lead)
        offset += len(lead)
        start = offset
        for span_before, (low, high) in zip((None, *turn.spans), turn.spans, strict=False):
            separator = (
                "" if span_before is None else _between(old, span_before, (low, high), one_turn=len(turn.sources) == 1)
            )
            pieces.append(_Piece((low, high), offset + len(separator), number))
            parts += [separator, old[low:high]]
            offset += len(separator) + high - low
        spans.append((start, offset))
    parts.append(old[transcript.turns[-1].end :])
    return EditedText("".join(parts), tuple(spans), tuple(pieces))


def _lead(transcript: Transcript, turn: TurnPlan, turns_done: int, *, first: bool) -> str:
    """Return the text between the previous turn and a turn's words; ``turns_done`` old turns precede it, or were cut.

    It is unchanged, or has the turn's new name. Text other than a name before turns that were cut or joined is kept, such
    as a heading.
    """
    source = turn.sources[0]
    lead = _before(transcript, source) if source >= turns_done else "\n\n"
    if turn.relabelled:
        lead = (_LABEL.sub("", lead) or ("" if first else "\n\n")) + (f"{turn.speaker}: " if turn.speaker else "")
        lead = lead if first or lead.startswith("\n") else f"\n\n{lead}"
    skipped_turns = [*range(turns_done, source), *turn.sources[1:]]
    skipped_leads = (_LABEL.sub("", _before(transcript, number)).rstrip() for number in skipped_turns)
    lead = "".join(words for words in skipped_leads if words) + lead
    return lead.lstrip("\n") if first else lead


def _before(transcript: Transcript, number: int) -> str:
    """Return the text between the previous turn's words and a turn's words."""
    turns = transcript.turns
    return transcript.text[turns[number - 1].end if number else 0 : turns[number].start]


def _between(text: str, left: Span, right: Span, *, one_turn: bool) -> str:
    """Return the separator of two stretches that become adjacent: their white space, at most one blank or line feed.

    Joined turns continue on the same line, as mostly one sentence was split.
    """
    if not one_turn:
        return " "
    after = re.match(r"\s*", text[left[1] : right[0]])
    before = re.search(r"\s*\Z", text[left[1] : right[0]])
    white = [space_match.group() for space_match in (after, before) if space_match]
    if any("\n" in space for space in white):
        return "\n"
    closes = text[right[0]] in ",.;:!?…)]"
    return " " if any(white) and not (closes and not white[-1]) else ""


def _replaced(
    transcript: Transcript, first: int, last: int, new_turns: Sequence[TurnPlan], cuts: Iterable[Cut] = ()
) -> EditPlan:
    turn_plans = [_plan(turn, number) for number, turn in enumerate(transcript.turns)]
    return EditPlan(
        (*turn_plans[:first], *new_turns, *turn_plans[last:]),
        frozenset(range(first, first + len(new_turns))),
        tuple(cuts),
    )


def _plan(turn: Turn, number: int) -> TurnPlan:
    return TurnPlan(turn.speaker, ((turn.start, turn.end),), (number,), turn.start_ms, turn.end_ms)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Return a stretch without surrounding white space; None where it has no words."""
    words = text[start:end]
    if not words.strip():
        return None
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def _turn_at(transcript: Transcript, offset: int) -> int:
    number = bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1
    if number < 0 or offset >= transcript.turns[number].end:
        raise UsageError(
            f"No turn contains the offset {offset}.",
            Advice("Offsets are code points. List those of each turn: ", Fix.SHOW_INTERVIEW),
        )
    return number


def _touched(transcript: Transcript, start: int, end: int) -> tuple[int, int]:
    """Return the half-open range of the turns with words in a stretch; raises UsageError where there are none."""
    numbers = [
        number
        for number, turn in enumerate(transcript.turns)
        if turn.start < end
        and start < turn.end
        and transcript.text[max(start, turn.start) : min(end, turn.end)].strip()
    ]
    if not numbers:
        raise UsageError(
            f"There is no speech from {start} to {end}.",
            Advice("Offsets are code points. List those of each turn: ", Fix.SHOW_INTERVIEW),
        )
    return numbers[0], numbers[-1] + 1
