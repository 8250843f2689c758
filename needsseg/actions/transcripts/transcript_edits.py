"""Mending a transcript after its import: turns split, joined, given to another speaker, and words that are no speech removed.

Each is one action. Passages follow their words; one whose words are divided over two turns, or removed, is kept with its
quote but without a place, and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.transcripts.reimporting import Edited
from needsseg.errors import Advice, Fix, UsageError
from needsseg.records import Passage, Role, Transcript
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, speakers, turns
from needsseg.study.transcripts.turns import MendedTurn, RemovedSpeech
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.coding.turn_edits import EditedText, EditPlan


@dataclass(frozen=True, slots=True)
class ChangedTurn:
    """A turn as an edit left it; offsets are code points into the interview's new text, half-open."""

    speaker: str
    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EditReport:
    """What an edit did: the turns that are others now, and how many passages kept their very words.

    ``edited`` passages lost some of theirs, ``lost`` have no place now, ``restored`` had none before. ``not_evidence`` are
    passages among the words of a speaker who is no participant, as the edit left them. ``removed`` are the words that are no
    speech any more, stretch by stretch.
    """

    key: str
    summary: str
    turns: tuple[ChangedTurn, ...]
    kept: int
    edited: tuple[Edited, ...]
    lost: tuple[Passage, ...]
    restored: tuple[int, ...]
    not_evidence: tuple[int, ...]
    removed: tuple[str, ...] = ()


def split_turn(study: Study, key: str, offset: int) -> EditReport:
    """Cuts a turn in two at an offset; both halves are its speaker's. Raises UsageError where a half would have no words."""
    from needsseg.coding import turn_edits

    return _edit(study, key, "split turn", f"split a turn of {key}", lambda old: turn_edits.split_turn(old, offset))


def join_turns(study: Study, key: str, offset: int) -> EditReport:
    """Makes the turn at an offset and the one after it one turn, of the first one's speaker; UsageError where none follows."""
    from needsseg.coding import turn_edits

    return _edit(study, key, "join turns", f"joined two turns of {key}", lambda old: turn_edits.join_turns(old, offset))


def give_words(study: Study, key: str, start: int, end: int, speaker: str, role: Role | None = None) -> EditReport:
    """Makes the words from ``start`` to ``end``, of one turn or several, another speaker's: one of the interview or a new one.

    ``role`` is that of a new speaker, a participant unless it says otherwise. Raises UsageError where nothing is said there,
    where it is that speaker's already, or for a role that the speaker has not.
    """
    from needsseg.coding import turn_edits

    label = speaker if turns.role(study, key, speaker) is not None else speakers.clean_label(speaker)
    known = turns.role(study, key, label)
    if known is not None and role is not None and known != role:
        raise UsageError(
            f"{_named(label)} is here as {known}, not as {role}.",
            Advice("Leave the role out, or change it with: ", Fix.SET_ROLE),
        )
    return _edit(
        study,
        key,
        "give turn",
        f"gave words of {key} to {_named(label)}",
        lambda old: turn_edits.give_words(old, start, end, label),
        {} if known is not None else {label: role or "participant"},
    )


def delete_words(study: Study, key: str, start: int, end: int) -> EditReport:
    """Removes the words from ``start`` to ``end``, of one turn or several, as no speech; the study keeps them apart.

    Raises UsageError where nothing is said there, or where nothing would be left.
    """
    from needsseg.coding import turn_edits

    summary = f"removed what is no speech from {key}"
    return _edit(study, key, "delete speech", summary, lambda old: turn_edits.cut_words(old, start, end))


def removed_speech(study: Study, keys: Sequence[str] = ()) -> list[RemovedSpeech]:
    """What was removed as no speech, of some interviews or of all; raises NotFoundError for an unknown interview."""
    return turns.removed_speech(study, keys)


def _edit(
    study: Study,
    key: str,
    name: str,
    summary: str,
    planned: Callable[[Transcript], EditPlan],
    new_speakers: Mapping[str, Role] | None = None,
) -> EditReport:
    """Carries a plan out as one action, by what the study holds when it begins, and reports it."""
    from needsseg.coding.turn_edits import edited_text

    _ = study.db  # loaded before the study is locked
    with study.action(name) as action:
        old = interviews.transcript(study, key)
        plan = planned(old)
        edited = edited_text(old, plan)
        before = passages.listing(study, key)
        mended = [
            MendedTurn(turn.speaker, start, end, turn.start_ms, turn.end_ms, turn.sources)
            for turn, (start, end) in zip(plan.turns, edited.spans, strict=True)
        ]
        places = _places(old, edited, before)
        if not plan.cuts:
            places |= _restored(edited, plan, before)
        turns.replace_turns(study, key, edited.text, mended, places, new_speakers or {}, action.id)
        removed = [(cut.turn, old.turns[cut.turn], old.text[slice(*cut.span)]) for cut in plan.cuts]
        turns.keep_removed(study, key, [(seq, turn.speaker, turn.start_ms, words) for seq, turn, words in removed])
        report = _report(study, key, summary, plan, before, tuple(words for _, _, words in removed))
        lost = f"; {format_count(len(report.lost), 'passage')} without a place" if report.lost else ""
        action.summary = summary + lost
    return report


def _places(old: Transcript, edited: EditedText, before: Sequence[Passage]) -> dict[int, tuple[int, int]]:
    """Where the passages stand that have a place, each within one turn."""
    found = {passage.id: edited.place(old.text, passage.start, passage.end) for passage in before if passage.anchored}
    return {passage: (at.start, at.end) for passage, at in found.items() if at is not None}


def _restored(edited: EditedText, plan: EditPlan, before: Sequence[Passage]) -> dict[int, tuple[int, int]]:
    """Where passages stand that had no place: within a turn that the edit changed, their words being nowhere else."""
    found: dict[int, tuple[int, int]] = {}
    for passage in before:
        if passage.anchored or edited.text.count(passage.quote) != 1:
            continue
        start = edited.text.index(passage.quote)
        end = start + len(passage.quote)
        if any(edited.spans[number][0] <= start and end <= edited.spans[number][1] for number in plan.changed):
            found[passage.id] = start, end
    return found


def _report(
    study: Study, key: str, summary: str, plan: EditPlan, before: Sequence[Passage], removed: tuple[str, ...]
) -> EditReport:
    new = interviews.transcript(study, key)
    held = {passage.id: passage for passage in before}
    after = {passage.id: passage for passage in passages.listing(study, key)}
    stood = [passage for passage in after.values() if held[passage.id].anchored]
    edited = tuple(
        Edited(passage.id, held[passage.id].quote, passage.quote)
        for passage in stood
        if passage.anchored and passage.quote.split() != held[passage.id].quote.split()
    )
    changed = [new.turns[number] for number in sorted(plan.changed)]
    silent = [turn for turn in changed if turn.role != "participant"]
    return EditReport(
        key,
        summary,
        tuple(ChangedTurn(turn.speaker, turn.role, turn.start, turn.end) for turn in changed),
        sum(passage.anchored for passage in stood) - len(edited),
        edited,
        tuple(passage for passage in stood if not passage.anchored),
        tuple(p.id for p in after.values() if p.anchored and not held[p.id].anchored),
        tuple(
            p.id
            for p in after.values()
            if p.anchored and any(turn.start <= p.start and p.end <= turn.end for turn in silent)
        ),
        removed,
    )


def _named(label: str) -> str:
    return label or "the unnamed speaker"
