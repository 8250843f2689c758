"""Speakers over a batch of interviews: reviewed together, their roles set, merged, tied to one person, renamed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.records import Role, Transcript
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews, speakers
from needsseg.study.transcripts.speakers import BatchInterview
from needsseg.text import format_count

# Words by which recorders and people name a voice without saying whose it is, in the languages of the formats read.
_NOBODY = re.compile(
    r"(?:unknown |unnamed )?(?:speaker|voice|person|caller|user|interviewer|interviewee|moderator|host|guest|respondent|"
    r"participant|customer|client|subject|sprecher|sprecherin|teilnehmer|teilnehmerin|befragte|befragter|locuteur|"
    r"intervenant|hablante|orador|entrevistado|entrevistada|entrevistador|entrevistadora|participante)"
    r"[\s_#.()-]*(?:\d+|[a-z])?[)\s]*|(?:spk|pt|[a-z])?[\s_#.-]*\d*|unknown|unnamed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: interviews in which turns changed their speaker, and those whose speakers are one person now."""

    merged: tuple[str, ...]
    tied: tuple[str, ...]


def batch(study: Study, keys: Sequence[str] | None = None) -> list[BatchInterview]:
    """Interviews with format, warnings and speakers, by key: those of ``keys`` that are there, or all."""
    return speakers.batch(study, keys)


def set_role_everywhere(study: Study, label: str, role: Role, keys: Sequence[str] | None = None) -> tuple[str, ...]:
    """Says what a speaker is in every interview of the batch in which the label occurs; their keys.

    Raises NotFoundError where it occurs in none.
    """
    found = _holding(study, label, keys)
    with study.action("role", f"{called(label)} is {role} in {_counted(found)}"):
        for key in found:
            interviews.set_role(study, key, label, role)
    return found


def merge_speakers(study: Study, label: str, into: str, keys: Sequence[str] | None = None) -> Merged:
    """Makes of two labels one speaker, over all interviews of the batch, as one action.

    In an interview that has both, the turns of the first become the second's. Participants with either label in different
    interviews become one person; the same label twice says that only of itself. Labels that name nobody (Speaker 1, P2, none)
    are merged within interviews alone, since they may be another person in each. Raises NotFoundError for a label that
    occurs nowhere, UsageError where there is nothing to merge.
    """
    for one in (label, into):
        _holding(study, one, keys)
    held = batch(study, keys)
    both = tuple(row.key for row in held if label != into and label in row.labels and into in row.labels)
    nobody = names_nobody(label) or names_nobody(into)
    with study.action("merge speakers") as action:
        for key in both:
            speakers.merge(study, key, label, into)
        tied = () if nobody else _tie_labels(study, label, into, keys)
        if not both and not tied:
            raise UsageError(f"There is nothing to merge of {called(label)} and {called(into)}.", _why(nobody))
        where = f"in {_counted(both)}" if both else f"as one person of {_counted(tied)}"
        action.summary = f"merged {called(label)} into {called(into)} {where}"
    return Merged(both, tied)


def same_person(study: Study, who: Sequence[tuple[str, str]]) -> None:
    """Says that speakers (an interview's key and a label each) are one participant: the first one; labels stay."""
    if len({key for key, _ in who}) < len(who):
        raise UsageError(f"{_places(who)} speak in one interview.", "Merge them there, if they are one person.")
    with study.action("same person", f"{_places(who)} are one person"):
        if speakers.tie(study, who) == 0:
            raise UsageError(f"{_places(who)} are one person already.", "Name others.")


def rename_speaker(study: Study, label: str, new: str, keys: Sequence[str] | None = None) -> tuple[str, ...]:
    """Gives a speaker another label in every interview of the batch in which the old one occurs; their keys.

    The texts stay as imported. Raises NotFoundError where it occurs nowhere, UsageError where an interview has the new label.
    """
    found = _holding(study, label, keys)
    wanted = speakers.clean_label(new)
    if wanted == label:
        raise UsageError(f"{called(label)} is the name already.", "Give another name.")
    with study.action("rename speaker", f"{called(label)} is called {wanted} in {_counted(found)}"):
        for key in found:
            speakers.rename(study, key, label, wanted)
    return found


def require(study: Study, key: str, label: str) -> None:
    """Raises NotFoundError for an unknown interview, or a label that nobody has in it."""
    speakers.require(study, key, label)


def names_nobody(label: str) -> bool:
    """Whether a label only numbers or types a voice, as recorders do, so that it may be another person elsewhere."""
    return _NOBODY.fullmatch(" ".join(label.split())) is not None


def called(label: str) -> str:
    """A speaker in a sentence."""
    return label or "the unnamed speaker"


def carried_over(old: Transcript, new: Transcript) -> Transcript:
    """An edited transcript with the labels that its speakers have in the study, where they were renamed or merged there.

    The text of ``old`` holds the labels as imported, before each turn; ``old.turns`` have them as they are now.
    """
    now: dict[str, str] = {}
    at = 0
    for turn in old.turns:
        lead = old.text[at : turn.start].lstrip("\n")
        now.setdefault(lead.removesuffix(": ") if lead else "", turn.speaker)
        at = turn.end
    turns = tuple(replace(turn, speaker=now.get(turn.speaker, turn.speaker)) for turn in new.turns)
    roles = {turn.speaker: turn.role for turn in reversed(turns)}
    return replace(new, turns=tuple(replace(turn, role=roles[turn.speaker]) for turn in turns))


def _holding(study: Study, label: str, keys: Sequence[str] | None) -> tuple[str, ...]:
    held = batch(study, keys)
    missing = [key for key in keys or () if key not in {row.key for row in held}]
    for key in missing:
        interviews.required_id(study, key)
    found = tuple(row.key for row in held if label in row.labels)
    if not found:
        known = list(dict.fromkeys(f"'{one}'" for row in held for one in row.labels))
        more = f" and {len(known) - 8} more" if len(known) > 8 else ""
        raise NotFoundError(
            f"No interview here has a speaker '{label}'.", f"Speakers here: {', '.join(known[:8]) or 'none'}{more}."
        )
    return found


def _tie_labels(study: Study, label: str, into: str, keys: Sequence[str] | None) -> tuple[str, ...]:
    """Makes all participants of two labels one, the second's first; the interviews they speak in where that changed anything."""
    found = [
        (speaker.label != into, row.key, speaker.label)
        for row in batch(study, keys)
        for speaker in row.speakers
        if speaker.label in (label, into) and speaker.role == "participant"
    ]
    who = [(key, one) for _, key, one in sorted(found)]
    if len(who) < 2 or speakers.tie(study, who) == 0:
        return ()
    return tuple(dict.fromkeys(key for key, _ in who))


def _why(nobody: bool) -> str | Advice:
    if nobody:
        return Advice(
            "No interview has both, and such a label may be another person in each: rename it, or name two speakers who are "
            "one: ",
            Fix.SAME_SPEAKER,
        )
    return "No interview has both, and they are not participants of several interviews who could be one person."


def _counted(keys: Sequence[str]) -> str:
    return format_count(len(keys), "interview") if len(keys) != 1 else str(keys[0])


def _places(who: Sequence[tuple[str, str]]) -> str:
    return " and ".join(f"{called(label)} ({key})" for key, label in who)
