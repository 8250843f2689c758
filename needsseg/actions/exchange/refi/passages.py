"""Store the selections of a source as passages, one for all selections of the same span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needsseg.actions.exchange.refi.blocks import Block, split_blocks
from needsseg.actions.exchange.refi.drafts import moment
from needsseg.actions.exchange.refi.import_state import ImportState, Written
from needsseg.study.coding import exchange
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.exchange import refi


@dataclass(slots=True)
class _Passage:
    """The selections of one span of a source, with the contents of their descriptions."""

    start: int
    end: int
    decided: Block | None = None
    selections: list[refi.Selection] = field(default_factory=list)
    memos: list[Written] = field(default_factory=list)
    statements: list[Block] = field(default_factory=list)


def take_selections(state: ImportState, source: refi.Source, key: str, exact: bool) -> None:
    """Store the selections of a source as passages of the interview with its text.

    Trims white space at the edges of a selection unless ``exact``. Passages across turns, outside turns, or of speakers
    who are not participants are stored too, and listed.
    """
    doubtful: Counter[tuple[str, str]] = Counter()
    used_ids: dict[tuple[int, int], set[int]] = {}
    for passage in _passages(state, source, exact):
        place = passage.start, passage.end
        passage_id = _passage_id(state, key, passage, used_ids.setdefault(place, set()), doubtful)
        if passage_id is None:
            shown = source.text[passage.start : passage.end]
            state.drop("selection", f"“{shown[:60]}”", f"was rejected in {key}")
            continue
        used_ids[place].add(passage_id)
        _take_codings(state, key, passage, passage_id)
        state.add_memos("passage", passage_id, passage.memos)
        state.add_statements(passage_id, passage.statements)
    for (position, label), count in doubtful.items():
        reason = {
            "across": f"span several turns; each is filed under its first speaker: {label}",
            "outside": f"are outside all turns; filed under the speaker before: {label}",
            "turn": f"are words of {label}, who is not a participant; kept, but not used as evidence",
        }[position]
        state.drop("passages", key, f"{format_count(count, 'passage')}: {reason}")


def _passages(state: ImportState, source: refi.Source, exact: bool) -> list[_Passage]:
    """Group the selections of a source by span, in order; two accepted passages of one span stay two."""
    by_decision: dict[tuple[int, int, Block | None], _Passage] = {}
    alone: dict[tuple[int, int], _Passage] = {}
    for selection in source.selections:
        start, end = (selection.start, selection.end) if exact else _trimmed(source.text, selection)
        words, blocks = split_blocks(selection.description)
        decided = next((block for block in blocks if block.kind in ("Accepted", "Undecided")), None)
        earlier = (
            (by_decision.get((start, end, decided)) or by_decision.get((start, end, None)))
            if decided
            else alone.get((start, end))
        )
        passage = earlier or _Passage(start, end, decided)
        if earlier is None or passage.decided is None:
            by_decision.pop((start, end, passage.decided), None)
            passage.decided = passage.decided or decided
            by_decision[start, end, passage.decided] = passage
        alone.setdefault((start, end), passage)
        passage.selections.append(selection)
        _add_notes(state, passage, selection, words, blocks)
    return list(by_decision.values())


def _add_notes(
    state: ImportState, passage: _Passage, selection: refi.Selection, words: str, blocks: Sequence[Block]
) -> None:
    memos, statements = state.written(selection.notes, "passage")
    # Earlier versions wrote all memos on a passage as one description; that is not a memo of its own.
    if words.strip() and words.strip() != "\n\n".join(memo.words for memo in memos).strip():
        memos.append(Written(state.user_name(selection.user), moment(selection.at), words))
    memos += [Written(each.by, moment(each.at), each.words) for each in blocks if each.kind == "Memo"]
    noted = {memo.words.strip() for memo in passage.memos}
    # The same words by the same writer with another time are the note's copy in the description.
    passage.memos += [memo for memo in memos if memo.words.strip() not in noted or memo not in passage.memos]
    passage.statements += statements or [each for each in blocks if each.kind == "Job statement"]


def _trimmed(text: str, selection: refi.Selection) -> tuple[int, int]:
    words = text[selection.start : selection.end]
    start = selection.start + len(words) - len(words.lstrip())
    return start, start + len(words.strip())


def _passage_id(
    state: ImportState, key: str, passage: _Passage, used_ids: set[int], doubtful: Counter[tuple[str, str]]
) -> int | None:
    """Return the id of the stored passage with this span, or of a new one; None if it was rejected in the study."""
    first = passage.selections[0]
    by, at = state.user_name(first.user), moment(first.at)
    accepted = passage.decided is None or passage.decided.kind == "Accepted"
    if passage.decided is not None and accepted:
        by, at = passage.decided.by, moment(passage.decided.at)
    candidates = [
        each for each in exchange.passages_at(state.study, key, passage.start, passage.end) if each.id not in used_ids
    ]
    same = next((each for each in candidates if each.by == by and each.status == "accepted"), None) or next(
        iter(candidates), None
    )
    if same is not None:
        if same.status == "suggested" and accepted:
            exchange.accept(state.study, same.id, by, at)
        return None if same.status == "rejected" else same.id
    new_mark = exchange.put_mark(state.study, key, passage.start, passage.end, by, at, accepted)
    if new_mark is None:
        return None
    state.counted["passages"] += 1
    if new_mark.where != "turn" or new_mark.role != "participant":
        doubtful[new_mark.where, new_mark.speaker or "somebody without a name"] += 1
    return new_mark.id


def _take_codings(state: ImportState, key: str, passage: _Passage, passage_id: int) -> None:
    beside: Mapping[int, str] = {
        each.id: each.by for each in exchange.passages_at(state.study, key, passage.start, passage.end)
    }
    for selection in passage.selections:
        for coding in selection.codings:
            name = state.names.get(coding.code)
            if name is None:
                state.drop("coding", coding.code, "its code is not in the file")
                continue
            coder, time = state.user_name(coding.user or selection.user), moment(coding.at or selection.at)
            others = [each for each in beside if each != passage_id]
            if others and passage.decided is None and exchange.coded_by(state.study, others, name, coder):
                continue
            state.counted["marks"] += exchange.put_code_mark(state.study, passage_id, name, coder, time)
