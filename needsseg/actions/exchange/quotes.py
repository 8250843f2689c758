"""Gather quotes for people outside the study, under pseudonyms, and write them to a file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import memos, pseudonyms
from needsseg.actions.coding.blind import seen_members
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.refi.cases import company_of
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.errors import Advice, Fix, NeedssegError, UsageError
from needsseg.exchange.documents.document import MADE_BY
from needsseg.exchange.quotes import ENDINGS, MARK, Board, Grouping, Note, Quote, quotes_content, stickies_csv
from needsseg.records import Passage, Transcript
from needsseg.study.accounts import accounts
from needsseg.study.coding import codebook
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count, plural

if TYPE_CHECKING:
    from needsseg.study.connection import Study

ACCEPTED = PassageFilter(status="accepted")


def quotes(study: Study, wanted: PassageFilter = ACCEPTED, *, original: bool = False) -> list[Quote]:
    """Return the passages that meet a filter as quotes, by interview and place, under pseudonyms unless ``original``.

    E-mail addresses and CRM ids of people are left out in any case; their companies and attributes go through the cover.
    """
    rows = select(study, wanted)
    return quotes_of(study, rows, pseudonyms.cover(study, original=original))


def quotes_of(study: Study, rows: Sequence[Passage], over: Cover) -> list[Quote]:
    """Return passages as quotes under a cover."""
    gathered = _Gathered.of(study, over)
    transcripts = {key: interviews.transcript(study, key) for key in {row.interview for row in rows}}
    return [_quote(gathered, transcripts[row.interview], row) for row in rows]


def person_name(over: Cover, names: ParticipantNames, passage: Passage) -> str:
    """The name under which a passage's speaker leaves the study: the pseudonym, else the name shown everywhere."""
    shown = over.speaker(passage.interview, passage.speaker)
    return names.of(passage) if shown == passage.speaker else shown or "unnamed speaker"


def code_paths(study: Study, over: Cover) -> dict[str, str]:
    """The path of each code from the top, such as ``Work > Handover``, by the code's name."""
    branches = codebook.tree(codebook.listing(study))
    return {
        branch.code.name: " > ".join(over.text(name) for name in (*branch.above, branch.code.name))
        for branch in branches
    }


def check(study: Study, path: Path, *, board: Board | None = None, overwrite: bool = False) -> str:
    """Return the ending by which quotes are written to ``path``, or raise an error that names what is wrong with it."""
    ending = output_files.ending(path, ENDINGS, "quotes")
    if board is not None and ending != ".csv":
        raise UsageError(f"{path}: sticky notes are written as .csv alone.", "Name a file that ends in .csv.")
    output_files.check(study, path, MARK if ending == ".csv" else MADE_BY, "quotes", overwrite=overwrite)
    return ending


def write(
    study: Study,
    rows: Sequence[Quote],
    path: Path,
    *,
    grouping: Grouping = "code",
    board: Board | None = None,
    overwrite: bool = False,
) -> None:
    """Write quotes to ``path`` in the format of its ending, or as sticky notes for a board; whole or not at all.

    Replaces an earlier file of quotes, any other file only with ``overwrite``.
    """
    ending = check(study, path, board=board, overwrite=overwrite)
    content = quotes_content(rows, ending, "Quotes", grouping) if board is None else stickies_csv(rows, board)
    output_files.write(study, path, content, private=True)


def refuse_empty(study: Study, wanted: PassageFilter) -> NeedssegError:
    """Return the error for a file without a quote: what is missing, and what to do."""
    everything = select(study, PassageFilter())
    if not interviews.keys(study):
        return NeedssegError("There are no interviews yet.", Advice("Import some: ", Fix.IMPORT))
    if not everything:
        return NeedssegError("There are no passages yet.", Advice("Have some suggested: ", Fix.SUGGEST))
    undecided = sum(row.status == "suggested" for row in everything)
    if wanted == ACCEPTED:
        return NeedssegError(
            f"No passage is accepted yet; {format_count(undecided, 'suggestion')} {plural(undecided, 'is', 'are')} undecided.",
            Advice("Accept some: ", Fix.DECIDE),
        )
    return NeedssegError("No passage meets all these conditions.", Advice("See all of them: ", Fix.PASSAGES))


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What is read of the study once, for all quotes."""

    over: Cover
    names: ParticipantNames
    facts: Mapping[tuple[str, str], Mapping[str, str]]
    paths: Mapping[str, str]
    segment_of: Mapping[int, tuple[str, str]]
    memos: Mapping[int, tuple[Note, ...]]

    @classmethod
    def of(cls, study: Study, over: Cover) -> _Gathered:
        people = {person.key: person for person in accounts.participants(study)}
        facts_of = {
            key: {"company": company_of(over, person.company)} if person.company else {}
            for key, person in people.items()
        }
        for key, person in people.items():
            facts_of[key] |= {name: over.text(value) for name, value in sorted(person.attributes.items()) if value}
        facts = {(interview, label): facts_of.get(key or "", {}) for interview, label, key in interviews.voices(study)}
        notes: dict[int, list[Note]] = {}
        for memo in memos.listing(study, "passage"):
            notes.setdefault(int(memo.of), []).append(Note(memo.words, memo.written_by, memo.written_at))
        return cls(
            over,
            participant_names(study),
            facts,
            code_paths(study, over),
            segment_of_passages(study, over),
            {passage: tuple(own) for passage, own in notes.items()},
        )


def segment_of_passages(study: Study, over: Cover) -> dict[int, tuple[str, str]]:
    """The name and status of each passage's segment or candidate, the confirmed before others; names as in the report."""
    members = seen_members(study)
    segment_of: dict[int, tuple[str, str]] = {}
    for row in segments.listing(study):
        if row.status == "set_aside":
            continue
        name = row.name if row.status in ("named", "confirmed") else over.text(row.name)
        for member in members.get(row.id, []):
            segment_of.setdefault(member.passage, (name, row.status))
    return segment_of


def _quote(gathered: _Gathered, transcript: Transcript, row: Passage) -> Quote:
    over, key = gathered.over, row.interview
    turn = turn_of(transcript, row)
    segment, status = gathered.segment_of.get(row.id, ("", ""))
    return Quote(
        row.id,
        over.text(row.quote, key),
        person_name(over, gathered.names, row),
        over.interview(key),
        row.start,
        row.end,
        gathered.facts.get((key, row.speaker), {}),
        None if turn is None else turn + 1,
        None if turn is None else transcript.turns[turn].start_ms,
        tuple(sorted(gathered.paths[code] for code in row.codes)),
        segment,
        status,
        tuple(
            Note(over.text(note.words, key), note.written_by, note.written_at)
            for note in gathered.memos.get(row.id, ())
        ),
        row.coder,
        row.status,
        row.anchored,
    )


def turn_of(transcript: Transcript, row: Passage) -> int | None:
    """The index of the turn in which a passage lies; None where an edited transcript no longer has its words."""
    if not row.anchored:
        return None
    at = bisect_right(transcript.turns, row.start, key=lambda turn: turn.start) - 1
    return at if at >= 0 and row.start < transcript.turns[at].end else None
