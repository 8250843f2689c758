"""What is done to a study while something breaks: every kind of change that the doors offer, each on the same small study."""

from __future__ import annotations

from collections.abc import Callable

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.coding import codebook, memos, passages, pseudonym_decisions, searching, statements
from needsseg.actions.discovery import evidence, needs, review
from needsseg.actions.segments import cards, segments
from needsseg.actions.study import history, merging
from needsseg.actions.transcripts import importing, interviews, participants, reimporting, speakers, transcript_edits
from needsseg.records import JobParts
from needsseg.study.connection import Study

Operation = Callable[[Study], object]


def _first(study: Study) -> int:
    return passages.listing(study)[0].id


def _some(study: Study) -> list[int]:
    return [passage.id for passage in passages.listing(study)][:3]


def _segment(study: Study) -> int:
    return evidence.listing(study)[0].id


def _confirmed(study: Study) -> None:
    segments.confirm(study, _segment(study), undecided=True)


def _pinned(study: Study) -> None:
    held = evidence.evidence(study, _segment(study)).passages[0][0]
    cards.pin(study, _segment(study), "pain", held.id, held.quote)


def _half(study: Study) -> None:
    held = [passage.id for passage, _ in evidence.evidence(study, _segment(study)).passages]
    segments.split(study, _segment(study), held[:1], "Half")


def _hits(study: Study) -> None:
    searching.code_hits(study, searching.search(study, "who has what"), "seen")


def _more_accounts(study: Study) -> None:
    account_sources.import_source(study, study.path.with_name("more-accounts.csv"))


OPERATIONS: dict[str, Operation] = {
    "accept": lambda study: passages.decide(study, _some(study), "accepted"),
    "reject": lambda study: passages.decide(study, _some(study)[:1], "rejected"),
    "mark": lambda study: passages.mark(study, "anna", 52, 75),
    "adjust": lambda study: passages.adjust(study, _first(study), 50, 70),
    "unmark": lambda study: passages.unmark(study, passages.listing(study, "ben")[0].id),
    "code": lambda study: passages.code(study, _some(study), "new code"),
    "uncode": lambda study: passages.uncode(study, _some(study), "late"),
    "code hits": _hits,
    "make code": lambda study: codebook.create(study, "made", "late"),
    "rename code": lambda study: codebook.rename(study, "late", "later"),
    "merge codes": lambda study: codebook.merge(study, "late", "unsure"),
    "delete code": lambda study: codebook.delete(study, "late"),
    "memo": lambda study: memos.write(study, "passage", _first(study), "a memo"),
    "job statement": lambda study: statements.write(study, _first(study), JobParts(situation="when it is late")),
    "pseudonym": lambda study: pseudonym_decisions.replace_words(study, "the whiteboard", "the board"),
    "import pseudonyms": lambda study: pseudonym_decisions.import_list(study, study.path.with_name("words.csv")),
    "role": lambda study: interviews.set_role(study, "anna", "Anna", "other"),
    "rename speaker": lambda study: speakers.rename_speaker(study, "Anna", "Anna K.", None),
    "merge speakers": lambda study: speakers.merge_speakers(study, "Anna", "Ben", None),
    "same person": lambda study: speakers.same_person(study, [("anna", "Anna"), ("ben", "Ben")]),
    "import participants": lambda study: participants.import_participants(study, study.path.with_name("people.csv")),
    "link": lambda study: accounts.link(study, accounts.participants(study)[0].key, "a1"),
    "import": lambda study: importing.import_transcripts(study, [study.path.with_name("longer.txt")]),
    "reimport": lambda study: reimporting.reimport(study, "anna", study.path.with_name("corrected.txt")),
    "remove": lambda study: importing.remove_interview(study, "ben"),
    "forget": lambda study: importing.forget_interview(study, "ben"),
    "split a turn": lambda study: transcript_edits.split_turn(study, "anna", 60),
    "delete words": lambda study: transcript_edits.delete_words(study, "anna", 50, 70),
    "import accounts": _more_accounts,
    "make segment": lambda study: segments.make(study, "Made", _some(study)),
    "rename segment": lambda study: segments.rename(study, _segment(study), "Renamed"),
    "describe segment": lambda study: segments.describe(study, _segment(study), "what they want"),
    "split segment": _half,
    "confirm segment": _confirmed,
    "set segment aside": lambda study: segments.set_aside(study, _segment(study)),
    "move passages": lambda study: segments.move(study, _some(study), None),
    "card's sentence": lambda study: cards.write_need(study, _segment(study), "They need to know who has what."),
    "pin a quote": _pinned,
    "state a need": lambda study: needs.add(study, "Coordinator", "Knows who has what."),
    "answer": lambda study: review.answer(study, _first(study), _segment(study)),
    "off-topic": lambda study: review.off_topic(study, _some(study)[:1]),
    "keep together": lambda study: review.together(study, *_some(study)[:2]),
    "merge a study": lambda study: merging.merge(study, study.path.with_name("theirs.db")),
    "undo": history.undo,
}
"""By name. Each leaves the study of ``tests.fixtures.studies.random_actions.walked_study`` changed."""
