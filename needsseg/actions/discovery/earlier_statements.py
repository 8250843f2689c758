"""Remove job statements that an earlier version joined from clauses of several people."""

from __future__ import annotations

import re

from needsseg.errors import Advice, Fix
from needsseg.study.connection import Study
from needsseg.study.segments import needs, segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

ACTION = "joined statements"
"""The action's name in the history; if it is there, also undone, a person has seen it, and it is not repeated."""
FEWEST_WORDS = 3
"""Least number of words in a clause that a draft took from somebody."""
_BETWEEN = re.compile(r",? (?:I want(?: to)?|so(?: I can)?) ", re.IGNORECASE)


def release(study: Study) -> Advice:
    """Remove job statements whose clauses come from several people; return a notice for the user, or "".

    An earlier version drafted them so. Statements that a person worded are kept. One action, which can be undone.
    """
    written = [row for row in segments.listing(study) if row.statement]
    if not written or ACTION in needs.actions_done(study):
        return Advice()
    spoken = _texts_by_person(study)
    joined = [row for row in written if is_joined(row.statement, spoken)]
    if not joined:
        return Advice()
    names = ", ".join(f"“{row.name}”" for row in joined)
    with study.action(ACTION, f"removed the joined job statement of {names}"):
        for row in joined:
            segments.write_statement(study, row.id, "")
    return Advice(
        f"Removed {format_count(len(joined), 'job statement')} ({names}) that joined clauses of several people, as drafts "
        "of an earlier version did. Write your own, or use the draft from one person's words: ",
        Fix.WRITE_STATEMENT,
        ". To reverse that: ",
        Fix.UNDO,
    )


def is_joined(statement: str, spoken: list[str]) -> bool:
    """Whether every clause of a statement is somebody's exact words, and nobody said them all.

    ``spoken`` holds the words of each person, normalised by ``plain``.
    """
    parts = [_clause(part) for part in _BETWEEN.split(statement)]
    parts = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    speakers = [{index for index, text in enumerate(spoken) if part in text} for part in parts]
    return len(parts) > 1 and all(speakers) and not set.intersection(*speakers)


def plain(words: str) -> str:
    """Normalise words for comparison: on one line, case-folded, with straight apostrophes."""
    return " ".join(words.replace("’", "'").split()).casefold()


def _clause(part: str) -> str:
    return plain(part).removeprefix("when ").strip(" .,;…")


def _texts_by_person(study: Study) -> list[str]:
    """The words of each person over all interviews, as spoken and once more pseudonymised."""
    from needsseg.actions.coding.pseudonyms import cover

    pseudonyms = cover(study)
    texts_by_person: dict[object, list[str]] = {}
    people = {(key, label): participant for key, label, participant in interviews.voices(study)}
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        for turn in transcript.turns:
            person = people.get((key, turn.speaker)) or (key, turn.speaker)
            words = transcript.text[turn.start : turn.end]
            texts_by_person.setdefault(person, []).append(words)
            texts_by_person.setdefault(("covered", person), []).append(pseudonyms.text(words, key))
    return [plain("\n".join(texts)) for texts in texts_by_person.values()]
