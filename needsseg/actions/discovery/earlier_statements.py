"""Job statements that were once joined from clauses of several people: they are drafts, and nobody's words."""

from __future__ import annotations

import re

from needsseg.actions.coding.pseudonyms import cover
from needsseg.errors import Advice, Fix
from needsseg.study.connection import Study
from needsseg.study.segments import needs, segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

ACTION = "joined statements"
"""What the history calls it; where it is there, also undone, a person has seen it, and it is not done again."""
FEWEST_WORDS = 3
"""A clause that a draft took from somebody had as many words at least."""
_BETWEEN = re.compile(r",? (?:I want(?: to)?|so(?: I can)?) ", re.IGNORECASE)


def release(study: Study) -> Advice:
    """Takes away job statements whose clauses stand with several people and with no one alone; what is to be told, or "".

    They were drafted so by an earlier version. What a person worded stays. One action, which undo takes back.
    """
    written = [row for row in segments.listing(study) if row.statement]
    if not written or ACTION in needs.actions_done(study):
        return Advice()
    spoken = _spoken(study)
    joined = [row for row in written if is_joined(row.statement, spoken)]
    if not joined:
        return Advice()
    names = ", ".join(f"“{row.name}”" for row in joined)
    with study.action(ACTION, f"took the joined job statement off {names}"):
        for row in joined:
            segments.write_statement(study, row.id, "")
    return Advice(
        f"{format_count(len(joined), 'job statement')} ({names}) joined clauses of several people, as drafts once did: "
        "taken off. Write what holds, or take the draft of one person's words: ",
        Fix.WRITE_STATEMENT,
        ". To reverse that: ",
        Fix.UNDO,
    )


def is_joined(statement: str, spoken: list[str]) -> bool:
    """Whether every clause of a statement is somebody's exact words, and nobody said them all.

    ``spoken``: what each person said, as ``plain`` makes it.
    """
    parts = [_clause(part) for part in _BETWEEN.split(statement)]
    parts = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    said_by = [{index for index, text in enumerate(spoken) if part in text} for part in parts]
    return len(parts) > 1 and all(said_by) and not set.intersection(*said_by)


def plain(words: str) -> str:
    """Words as they are compared: in one line, in small letters, with straight apostrophes."""
    return " ".join(words.replace("’", "'").split()).casefold()


def _clause(part: str) -> str:
    return plain(part).removeprefix("when ").strip(" .,;…")


def _spoken(study: Study) -> list[str]:
    """What each person said, over all interviews; once more as pseudonyms cover it."""
    over = cover(study)
    said: dict[object, list[str]] = {}
    people = {(key, label): participant for key, label, participant in interviews.voices(study)}
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        for turn in transcript.turns:
            person = people.get((key, turn.speaker)) or (key, turn.speaker)
            words = transcript.text[turn.start : turn.end]
            said.setdefault(person, []).append(words)
            said.setdefault(("covered", person), []).append(over.text(words, key))
    return [plain("\n".join(texts)) for texts in said.values()]
