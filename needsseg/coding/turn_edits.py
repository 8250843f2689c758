"""Mending who said what: turns split, joined, given to another speaker or cut, and where every word stands afterwards."""

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
    """A turn as it shall be: its words are ``spans`` of the old text, in order, and come from the turns ``sources``.

    ``relabelled`` where the name before the words in the text is not the old one any more.
    """

    speaker: str
    spans: tuple[Span, ...]
    sources: tuple[int, ...]
    start_ms: int | None
    end_ms: int | None
    relabelled: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of the old text, of one turn, that is speech no more."""

    turn: int
    span: Span


@dataclass(frozen=True, slots=True)
class EditPlan:
    """All turns as they shall be, those that differ from the old ones by their number, and what is cut."""

    turns: tuple[TurnPlan, ...]
    changed: frozenset[int]
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the old text and where it stands in the new one, with the number of its new turn."""

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
        """Where a passage of the old text stands, within one turn; None where less than KEPT of its words do."""
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
    """The turn at a place cut in two there, both halves its speaker's; raises UsageError where a half has no words.

    When the second half began is not known, so that its start, and the first half's end, have no time.
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
    """The turn at a place and the one after it as one turn of the first one's speaker; UsageError where none follows."""
    number = _turn_at(transcript, offset)
    if number + 1 == len(transcript.turns):
        raise UsageError("The last turn has none after it.", "Name a place in the first of the two turns.")
    first_turn, second_turn = transcript.turns[number], transcript.turns[number + 1]
    spans = (first_turn.start, first_turn.end), (second_turn.start, second_turn.end)
    joined_turn = TurnPlan(first_turn.speaker, spans, (number, number + 1), first_turn.start_ms, second_turn.end_ms)
    return _replaced(transcript, number, number + 2, [joined_turn])


def give_words(transcript: Transcript, start: int, end: int, speaker: str) -> EditPlan:
    """The words from ``start`` to ``end``, of one turn or several, as turns of ``speaker``; what is left stays as it was.

    Raises UsageError where there are no words, or where they are that speaker's already.
    """
    first, last = _touched(transcript, start, end)
    new_turns: list[TurnPlan] = []
    for number in range(first, last):
        new_turns += _give_turn_words(transcript, number, (start, end), speaker)
    if all(transcript.turns[number].speaker == speaker for number in range(first, last)):
        raise UsageError(
            f"The words from {start} to {end} are those of {speaker or 'the unnamed speaker'} already.",
            "Name another speaker.",
        )
    return _replaced(transcript, first, last, new_turns)


def _give_turn_words(transcript: Transcript, number: int, span: Span, speaker: str) -> list[TurnPlan]:
    """One turn with the words in a span given away: up to three turns, or the one itself where it is the speaker's."""
    turn = transcript.turns[number]
    if turn.speaker == speaker:
        return [_plan(turn, number)]
    cuts = turn.start, min(max(span[0], turn.start), turn.end), max(min(span[1], turn.end), turn.start), turn.end
    parts = [_trimmed(transcript.text, low, high) for low, high in itertools.pairwise(cuts)]
    whose = (turn.speaker, speaker, turn.speaker)
    speaker_spans = [(new_speaker, part) for new_speaker, part in zip(whose, parts, strict=True) if part is not None]
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
    """The turns without the words from ``start`` to ``end``; raises UsageError where there are none, or no others."""
    first, last = _touched(transcript, start, end)
    new_turns: list[TurnPlan] = []
    cuts: list[Cut] = []
    for number in range(first, last):
        turn = transcript.turns[number]
        low, high = max(start, turn.start), min(end, turn.end)
        remainders = _trimmed(transcript.text, turn.start, low), _trimmed(transcript.text, high, turn.end)
        kept_spans = tuple(part for part in remainders if part is not None)
        cut_span = _trimmed(transcript.text, low, high)
        if cut_span is not None:
            cuts.append(Cut(number, cut_span))
        if kept_spans:
            new_turns.append(replace(_plan(turn, number), spans=kept_spans))
    if first == 0 and last == len(transcript.turns) and not new_turns:
        raise UsageError("That would leave no words in the interview.", "Remove the interview instead.")
    return _replaced(transcript, first, last, new_turns, cuts)


def edited_text(transcript: Transcript, plan: EditPlan) -> EditedText:
    """The text of a plan's turns. What stands before a turn's words stays, its name set anew where that is another one."""
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
    """What stands between the turn before and a turn's words; ``turns_done`` old turns stand before it, or were cut.

    It is as it was, or has the turn's own name. What is no name before turns that were cut or joined stays too, such as a
    heading.
    """
    source = turn.sources[0]
    lead = _before(transcript, source) if source >= turns_done else "\n\n"
    if turn.relabelled:
        lead = (_LABEL.sub("", lead) or ("" if first else "\n\n")) + (f"{turn.speaker}: " if turn.speaker else "")
        lead = lead if first or lead.startswith("\n") else f"\n\n{lead}"
    skipped_turns = [*range(turns_done, source), *turn.sources[1:]]
    kept_leads = (_LABEL.sub("", _before(transcript, number)).rstrip() for number in skipped_turns)
    lead = "".join(words for words in kept_leads if words) + lead
    return lead.lstrip("\n") if first else lead


def _before(transcript: Transcript, number: int) -> str:
    """What stands in the text before the words of a turn, after those of the turn before."""
    turns = transcript.turns
    return transcript.text[turns[number - 1].end if number else 0 : turns[number].start]


def _between(text: str, left: Span, right: Span, *, one_turn: bool) -> str:
    """What parts two stretches that come together: the white space that one of them was parted by, at most one blank or line.

    Turns that are joined go on in the same line: mostly one sentence was cut in two.
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
    """A stretch without the white space around it; None where nothing else is there."""
    words = text[start:end]
    if not words.strip():
        return None
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def _turn_at(transcript: Transcript, offset: int) -> int:
    number = bisect_right(transcript.turns, offset, key=lambda turn: turn.start) - 1
    if number < 0 or offset >= transcript.turns[number].end:
        raise UsageError(
            f"No turn holds the place {offset}.",
            Advice("Offsets are code points. Each turn's own are listed by: ", Fix.SHOW_INTERVIEW),
        )
    return number


def _touched(transcript: Transcript, start: int, end: int) -> tuple[int, int]:
    """The numbers of the turns that have words in a stretch, from the first up to, not including, the last."""
    numbers = [
        number
        for number, turn in enumerate(transcript.turns)
        if turn.start < end
        and start < turn.end
        and transcript.text[max(start, turn.start) : min(end, turn.end)].strip()
    ]
    if not numbers:
        raise UsageError(
            f"Nothing is said from {start} to {end}.",
            Advice("Offsets are code points. Each turn's own are listed by: ", Fix.SHOW_INTERVIEW),
        )
    return numbers[0], numbers[-1] + 1
