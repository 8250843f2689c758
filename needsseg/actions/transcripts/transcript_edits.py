"""Edit a transcript after its import: split and join turns, change their speaker, and remove words that are not speech.

Each edit is one action. Passages move with their words; one whose words are divided over two turns, or removed, keeps its
quote without a position, and is reported.
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
    """The result of an edit: the turns that changed, and the number of passages with unchanged words (``kept``).

    ``edited`` passages lost some words, ``lost`` have no position now, ``restored`` had none before. ``not_evidence`` are
    ids of passages among the words of a speaker who is not a participant. ``removed`` are the words that were removed, by
    stretch.
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
    """Split a turn at an offset, both halves with its speaker; raises UsageError if a half would have no words."""
    from needsseg.coding import turn_edits

    return _edit(study, key, "split turn", f"split a turn of {key}", lambda old: turn_edits.split_turn(old, offset))


def join_turns(study: Study, key: str, offset: int) -> EditReport:
    """Join the turn at an offset and the next, with the first one's speaker; raises UsageError if none follows."""
    from needsseg.coding import turn_edits

    return _edit(study, key, "join turns", f"joined two turns of {key}", lambda old: turn_edits.join_turns(old, offset))


def give_words(study: Study, key: str, start: int, end: int, speaker: str, role: Role | None = None) -> EditReport:
    """Give the words from ``start`` to ``end``, of one turn or several, to another or a new speaker of the interview.

    ``role`` is that of a new speaker, by default participant. Raises UsageError if there are no words, if they are that
    speaker's already, or for a role other than the speaker's.
    """
    from needsseg.coding import turn_edits

    label = speaker if turns.role(study, key, speaker) is not None else speakers.clean_label(speaker)
    current_role = turns.role(study, key, label)
    if current_role is not None and role is not None and current_role != role:
        raise UsageError(
            f"{_named(label)} is {current_role} in this interview, not {role}.",
            Advice("Leave the role out, or change it with: ", Fix.SET_ROLE),
        )
    return _edit(
        study,
        key,
        "give turn",
        f"gave words of {key} to {_named(label)}",
        lambda old: turn_edits.give_words(old, start, end, label),
        {} if current_role is not None else {label: role or "participant"},
    )


def delete_words(study: Study, key: str, start: int, end: int) -> EditReport:
    """Remove the words from ``start`` to ``end``, of one turn or several, as not speech; the study stores them apart.

    Raises UsageError if there are no words, or if none would be left.
    """
    from needsseg.coding import turn_edits

    summary = f"removed what is no speech from {key}"
    return _edit(study, key, "delete speech", summary, lambda old: turn_edits.cut_words(old, start, end))


def removed_speech(study: Study, keys: Sequence[str] = ()) -> list[RemovedSpeech]:
    """List the words removed as not speech, from some interviews or all; raises NotFoundError for an unknown one."""
    return turns.removed_speech(study, keys)


def _edit(
    study: Study,
    key: str,
    name: str,
    summary: str,
    planned: Callable[[Transcript], EditPlan],
    new_speakers: Mapping[str, Role] | None = None,
) -> EditReport:
    """Plan and apply an edit of the current transcript as one action; return its report."""
    from needsseg.coding.turn_edits import edited_text

    _ = study.db  # loaded before the study is locked
    with study.action(name) as action:
        old = interviews.transcript(study, key)
        plan = planned(old)
        edited = edited_text(old, plan)
        before = passages.listing(study, key)
        new_turns = [
            MendedTurn(turn.speaker, start, end, turn.start_ms, turn.end_ms, turn.sources)
            for turn, (start, end) in zip(plan.turns, edited.spans, strict=True)
        ]
        places = _places(old, edited, before)
        if not plan.cuts:
            places |= _restored(edited, plan, before)
        turns.replace_turns(study, key, edited.text, new_turns, places, new_speakers or {}, action.id)
        removed = [(cut.turn, old.turns[cut.turn], old.text[slice(*cut.span)]) for cut in plan.cuts]
        turns.keep_removed(study, key, [(seq, turn.speaker, turn.start_ms, words) for seq, turn, words in removed])
        report = _report(study, key, summary, plan, before, tuple(words for _, _, words in removed))
        lost = f"; {format_count(len(report.lost), 'passage')} without a place" if report.lost else ""
        action.summary = summary + lost
    return report


def _places(old: Transcript, edited: EditedText, before: Sequence[Passage]) -> dict[int, tuple[int, int]]:
    """The new spans of anchored passages, each within one turn."""
    places = {passage.id: edited.place(old.text, passage.start, passage.end) for passage in before if passage.anchored}
    return {passage: (at.start, at.end) for passage, at in places.items() if at is not None}


def _restored(edited: EditedText, plan: EditPlan, before: Sequence[Passage]) -> dict[int, tuple[int, int]]:
    """The spans of passages without a position whose words occur once, within a turn that the edit changed."""
    places: dict[int, tuple[int, int]] = {}
    for passage in before:
        if passage.anchored or edited.text.count(passage.quote) != 1:
            continue
        start = edited.text.index(passage.quote)
        end = start + len(passage.quote)
        if any(edited.spans[number][0] <= start and end <= edited.spans[number][1] for number in plan.changed):
            places[passage.id] = start, end
    return places


def _report(
    study: Study, key: str, summary: str, plan: EditPlan, before: Sequence[Passage], removed: tuple[str, ...]
) -> EditReport:
    new = interviews.transcript(study, key)
    old_passages = {passage.id: passage for passage in before}
    after = {passage.id: passage for passage in passages.listing(study, key)}
    anchored_before = [passage for passage in after.values() if old_passages[passage.id].anchored]
    edited = tuple(
        Edited(passage.id, old_passages[passage.id].quote, passage.quote)
        for passage in anchored_before
        if passage.anchored and passage.quote.split() != old_passages[passage.id].quote.split()
    )
    changed = [new.turns[number] for number in sorted(plan.changed)]
    silent = [turn for turn in changed if turn.role != "participant"]
    return EditReport(
        key,
        summary,
        tuple(ChangedTurn(turn.speaker, turn.role, turn.start, turn.end) for turn in changed),
        sum(passage.anchored for passage in anchored_before) - len(edited),
        edited,
        tuple(passage for passage in anchored_before if not passage.anchored),
        tuple(p.id for p in after.values() if p.anchored and not old_passages[p.id].anchored),
        tuple(
            p.id
            for p in after.values()
            if p.anchored and any(turn.start <= p.start and p.end <= turn.end for turn in silent)
        ),
        removed,
    )


def _named(label: str) -> str:
    return label or "the unnamed speaker"
