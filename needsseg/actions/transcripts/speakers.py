"""Review speakers over several interviews: set roles, merge, rename, and identify as one person."""

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

# Words that label a voice without naming a person, in the languages of the formats that are read.
_NOBODY = re.compile(
    r"(?:unknown |unnamed )?(?:speaker|voice|person|caller|user|interviewer|interviewee|moderator|host|guest|respondent|"
    r"participant|customer|client|subject|sprecher|sprecherin|teilnehmer|teilnehmerin|befragte|befragter|locuteur|"
    r"intervenant|hablante|orador|entrevistado|entrevistada|entrevistador|entrevistadora|participante)"
    r"[\s_#.()-]*(?:\d+|[a-z])?[)\s]*|(?:spk|pt|[a-z])?[\s_#.-]*\d*|unknown|unnamed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge: interviews in which turns changed speaker, and those whose speakers became one person."""

    merged: tuple[str, ...]
    tied: tuple[str, ...]


def batch(study: Study, keys: Sequence[str] | None = None) -> list[BatchInterview]:
    """List interviews with format, warnings and speakers, by key: the existing ones of ``keys``, or all."""
    return speakers.batch(study, keys)


def set_role_everywhere(study: Study, label: str, role: Role, keys: Sequence[str] | None = None) -> tuple[str, ...]:
    """Set a speaker's role in every interview of the batch that has the label; return their keys.

    Raises NotFoundError if none has it.
    """
    keys_with_label = _keys_with_label(study, label, keys)
    with study.action("role", f"{display_label(label)} is {role} in {_counted(keys_with_label)}"):
        for key in keys_with_label:
            interviews.set_role(study, key, label, role)
    return keys_with_label


def merge_speakers(study: Study, label: str, into: str, keys: Sequence[str] | None = None) -> Merged:
    """Merge two labels into one speaker, over all interviews of the batch, as one action.

    In an interview that has both, the first label's turns become the second's. Participants with either label in different
    interviews become one person; with ``label == into``, only those with this label. Labels that name nobody (Speaker 1,
    P2, none) are merged only within interviews, since they may be another person in each. Raises NotFoundError for a label
    that occurs nowhere, UsageError if there is nothing to merge.
    """
    for one in (label, into):
        _keys_with_label(study, one, keys)
    interviews_listed = batch(study, keys)
    both = tuple(row.key for row in interviews_listed if label != into and label in row.labels and into in row.labels)
    nobody = names_nobody(label) or names_nobody(into)
    with study.action("merge speakers") as action:
        for key in both:
            speakers.merge(study, key, label, into)
        tied = () if nobody else _tie_labels(study, label, into, keys)
        if not both and not tied:
            raise UsageError(
                f"There is nothing to merge of {display_label(label)} and {display_label(into)}.", _merge_hint(nobody)
            )
        scope = f"in {_counted(both)}" if both else f"as one person of {_counted(tied)}"
        action.summary = f"merged {display_label(label)} into {display_label(into)} {scope}"
    return Merged(both, tied)


def same_person(study: Study, voices: Sequence[tuple[str, str]]) -> None:
    """Identify speakers, given as (interview key, label), as one participant, the first; labels are unchanged."""
    if len({key for key, _ in voices}) < len(voices):
        raise UsageError(f"{_places(voices)} speak in one interview.", "Merge them there, if they are one person.")
    with study.action("same person", f"{_places(voices)} are one person"):
        if speakers.tie(study, voices) == 0:
            raise UsageError(f"{_places(voices)} are one person already.", "Name others.")


def rename_speaker(study: Study, label: str, new: str, keys: Sequence[str] | None = None) -> tuple[str, ...]:
    """Rename a speaker in every interview of the batch that has the label; return their keys.

    Texts are unchanged. Raises NotFoundError if no interview has the label, UsageError if one has the new label.
    """
    keys_with_label = _keys_with_label(study, label, keys)
    new_label = speakers.clean_label(new)
    if new_label == label:
        raise UsageError(f"{display_label(label)} is already the name.", "Give another name.")
    with study.action("rename speaker", f"{display_label(label)} is called {new_label} in {_counted(keys_with_label)}"):
        for key in keys_with_label:
            speakers.rename(study, key, label, new_label)
    return keys_with_label


def require(study: Study, key: str, label: str) -> None:
    """Raise NotFoundError for an unknown interview, or a label that it does not have."""
    speakers.require(study, key, label)


def names_nobody(label: str) -> bool:
    """Whether a label only numbers or classifies a voice, as recorders do, and so may be another person elsewhere."""
    return _NOBODY.fullmatch(" ".join(label.split())) is not None


def display_label(label: str) -> str:
    """A speaker's label as it is shown in a sentence."""
    return label or "the unnamed speaker"


def carried_over(old: Transcript, new: Transcript) -> Transcript:
    """Apply the study's renames and merges of speakers to an edited transcript.

    The text of ``old`` contains the labels as imported before each turn; ``old.turns`` have the current ones.
    """
    current_labels: dict[str, str] = {}
    at = 0
    for turn in old.turns:
        lead = old.text[at : turn.start].lstrip("\n")
        current_labels.setdefault(lead.removesuffix(": ") if lead else "", turn.speaker)
        at = turn.end
    turns = tuple(replace(turn, speaker=current_labels.get(turn.speaker, turn.speaker)) for turn in new.turns)
    roles = {turn.speaker: turn.role for turn in reversed(turns)}
    return replace(new, turns=tuple(replace(turn, role=roles[turn.speaker]) for turn in turns))


def _keys_with_label(study: Study, label: str, keys: Sequence[str] | None) -> tuple[str, ...]:
    rows = batch(study, keys)
    missing = [key for key in keys or () if key not in {row.key for row in rows}]
    for key in missing:
        interviews.required_id(study, key)
    matching = tuple(row.key for row in rows if label in row.labels)
    if not matching:
        labels = list(dict.fromkeys(f"'{one}'" for row in rows for one in row.labels))
        more = f" and {len(labels) - 8} more" if len(labels) > 8 else ""
        raise NotFoundError(
            f"No interview here has a speaker '{label}'.", f"Speakers here: {', '.join(labels[:8]) or 'none'}{more}."
        )
    return matching


def _tie_labels(study: Study, label: str, into: str, keys: Sequence[str] | None) -> tuple[str, ...]:
    """Identify all participants with two labels as one person; return their interviews if that changed anything."""
    voices = [
        (speaker.label != into, row.key, speaker.label)
        for row in batch(study, keys)
        for speaker in row.speakers
        if speaker.label in (label, into) and speaker.role == "participant"
    ]
    tied = [(key, one) for _, key, one in sorted(voices)]
    if len(tied) < 2 or speakers.tie(study, tied) == 0:
        return ()
    return tuple(dict.fromkeys(key for key, _ in tied))


def _merge_hint(nobody: bool) -> str | Advice:
    if nobody:
        return Advice(
            "No interview has both, and such a label may be another person in each. Rename it, or name two speakers who are "
            "one person: ",
            Fix.SAME_SPEAKER,
        )
    return "No interview has both, and they are not participants of several interviews who could be one person."


def _counted(keys: Sequence[str]) -> str:
    return format_count(len(keys), "interview") if len(keys) != 1 else str(keys[0])


def _places(voices: Sequence[tuple[str, str]]) -> str:
    return " and ".join(f"{display_label(label)} ({key})" for key, label in voices)
