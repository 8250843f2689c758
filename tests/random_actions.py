"""Random actions on a small study, every kind that the doors offer and history keeps, for walks that are then undone."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from needsseg.actions import (
    accounts,
    blind,
    codebook,
    coverage,
    importing,
    interviews,
    memos,
    merging,
    participants,
    passages,
    pseudonym_decisions,
    review,
    searching,
    segments,
    speakers,
    statements,
    studies,
    suggesting,
    transcript_edits,
)
from needsseg.records import JobParts, Suggestion
from needsseg.study import decisions, runs
from needsseg.study import passages as stored
from needsseg.study.connection import Study
from tests.conftest import SHORT_TALK

BEN = (
    "Interviewer: And you?\n\nBen: I copy the list by hand every Monday, which takes me the morning.\n\n"
    "Anna: We gave up the whiteboard. I just want to see at a glance who has what.\n\n"
    "Ben: So that nobody calls me at night [laughs] 👩‍👩‍👧.\n"
)
EDITED = {
    "corrected.txt": SHORT_TALK.replace("calls in sick", "called in sick").replace(
        "It takes me an hour [laughs] 🙂. ", ""
    ),
    "longer.txt": "Interviewer: Is it on?\n\nAnna: It is.\n\n" + SHORT_TALK,
    "shorter.txt": SHORT_TALK.split("Interviewer: And then?")[0],
    "renamed.txt": SHORT_TALK.replace("Anna:", "Anna K.:"),
}
CODES = ("late", "päivä", "[b]", "👩‍👩‍👧 עברית", "at a glance")
KEYS = ("anna", "ben")
LABELS = ("Anna", "Ben", "Interviewer", "Anna K.")
ROLES = ("participant", "interviewer", "other")
STATUSES = ("accepted", "rejected", "suggested")
CODERS = ("tester", "berta")
_MADE = TemporaryDirectory(prefix="needsseg-walk-")


def walked_study(folder: Path) -> Path:
    """A copy of a study of two interviews and two accounts, with a colleague's study and edited transcripts beside it."""
    shutil.copytree(_template(), folder, dirs_exist_ok=True)
    return folder / "study.db"


@cache
def _template() -> Path:
    folder = Path(_MADE.name)
    texts = {"anna.txt": SHORT_TALK, "ben.txt": BEN, **EDITED}
    texts["accounts.csv"] = "account_id,name,domain\na1,Lindenhof [Care],lindenhof.de\na2,Pulsara,pulsara.pl\n"
    texts["more-accounts.csv"] = texts["accounts.csv"] + "a3,Quay 4,quay4.nl\n"
    texts["people.csv"] = "participant,email,company\nAnna,anna@lindenhof.de,Lindenhof [Care]\nBen,,Pulsara\n"
    texts["words.csv"] = "words,replacement\nthe whiteboard,the board\nMonday,a day\n"
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [folder / "anna.txt", folder / "ben.txt"])
        accounts.import_source(study, folder / "accounts.csv")
        _begin(study)
        theirs = studies.backup(study, folder / "theirs.db")
    with studies.open_study(theirs) as study:
        study.actor = "carla"
        marked = [passages.mark(study, "anna", start, end) for start, end in ((47, 60), (61, 90), (91, 116))]
        passages.code(study, marked[:2], "late")
        passages.code(study, marked[1:], "theirs [x]")
        codebook.create(study, "below", "late")
        memos.write(study, "code", "late", "carla's words")
        memos.write(study, "passage", marked[0], "日本語")
        statements.write(study, marked[0], JobParts(situation="when it is late"))
        review.off_topic(study, marked[2:])
        review.apart(study, marked[0], marked[1])
    return folder


def _begin(study: Study) -> None:
    """Some work to go on from: suggestions, marks, a code, a segment."""
    _suggest(study, random.Random(1))
    words = interviews.show(study, "ben").text
    places = [(words.index(said), len(said)) for said in ("I copy the list", "every Monday", "nobody calls me")]
    held = [passages.mark(study, "ben", start, start + length) for start, length in places]
    passages.code(study, held[:1], "late")
    codebook.create(study, "unsure")
    one = segments.make(study, "One", held[:2])
    _propose(study, [one], [held[2]])


def anything(study: Study, pick: random.Random) -> None:
    """One random action that may well be refused; now and then another coder does it."""
    if pick.random() < 0.1:
        study.actor = pick.choice(CODERS)
    pick.choice([_by_hand, _by_hand, _codes, _words, _speech, _needs, _files])(study, pick)


def _one(pick: random.Random, choices: list[Callable[[], object]]) -> None:
    pick.choice(choices)()


def _held(study: Study, pick: random.Random) -> tuple[list[int], int]:
    """Some passages, and one."""
    held = [passage.id for passage in passages.listing(study)] or [1]
    return pick.sample(held, k=min(len(held), pick.randint(1, 3))), pick.choice(held)


def _span(pick: random.Random) -> tuple[str, int, int]:
    start = pick.randrange(30, 260)
    return pick.choice(KEYS), start, start + pick.randint(1, 60)


def _by_hand(study: Study, pick: random.Random) -> None:
    """Marking, deciding and coding."""
    some, one = _held(study, pick)
    key, start, end = _span(pick)
    code = pick.choice(CODES)
    _one(
        pick,
        [
            lambda: passages.mark(study, key, start, end),
            lambda: passages.mark(study, key, start, end),
            lambda: passages.mark_and_code(study, key, start, end, code),
            lambda: passages.mark_and_code(study, key, start, end, code),
            lambda: passages.decide(study, some, pick.choice(STATUSES)),
            lambda: passages.adjust(study, one, start, end),
            lambda: passages.unmark(study, one),
            lambda: passages.code(study, some, code),
            lambda: passages.code(study, some, code),
            lambda: passages.uncode(study, some, code),
            lambda: suggesting.decide_window(study, key, start, end, pick.choice(["accepted", "rejected"]), 0.1 + 0.2, ["[why]"]),
            lambda: _suggest(study, pick),
            lambda: blind.set_blind(study, not blind.is_blind(study)),
            lambda: coverage.mark_read(study, key, [0, 1]),
        ],
    )  # fmt: skip


def _suggest(study: Study, pick: random.Random) -> None:
    """What suggesting writes, without the model that it takes to find the places."""
    places = [(47, 60), (61, 90), (91, 116)]
    with study.action("suggest"):
        found = [Suggestion(*span, 0.7, ("why",)) for span in pick.sample(places, k=2)]
        stored.replace_suggestions(study, "anna", found)


def _codes(study: Study, pick: random.Random) -> None:
    """The codebook."""
    known = [row.name for row in passages.codebook(study)] or ["late"]
    code, other = pick.choice(known), pick.choice(known)
    _one(
        pick,
        [
            lambda: codebook.create(study, pick.choice(CODES), pick.choice([None, other])),
            lambda: codebook.create(study, pick.choice(CODES)),
            lambda: codebook.rename(study, code, pick.choice(CODES)),
            lambda: codebook.recolour(study, code, pick.choice(["red", "#00ff7f", ""])),
            lambda: codebook.move(study, code, pick.choice([None, other])),
            lambda: codebook.merge(study, code, other),
            lambda: codebook.describe(study, code, pick.choice(["", "what [it] means"])),
            lambda: codebook.delete(study, code),
            lambda: codebook.pin(study, code, pick.choice([None, 1, 2])),
            lambda: memos.write(study, "code", code, pick.choice(["", "a memo"])),
        ],
    )


def _words(study: Study, pick: random.Random) -> None:
    """What people write: memos, job statements, what is replaced by pseudonyms."""
    _, one = _held(study, pick)
    said = pick.choice(["", "words [x]", "日本語\nעברית"])
    name = pick.choice(["Anna", "anna", "the whiteboard", "Monday", "nobody"])
    _one(
        pick,
        [
            lambda: memos.write(study, "passage", one, said),
            lambda: memos.write(study, "interview", pick.choice(KEYS), said),
            lambda: statements.write(study, one, JobParts(motivation=said, pain=pick.choice(["", "it is late"]))),
            lambda: pseudonym_decisions.replace_words(study, name, pick.choice(["", "Mai"])),
            lambda: pseudonym_decisions.keep(study, name),
            lambda: pseudonym_decisions.forget(study, name),
            lambda: pseudonym_decisions.import_list(study, study.path.with_name("words.csv")),
        ],
    )


def _speech(study: Study, pick: random.Random) -> None:
    """Speakers, and who they are."""
    label, other, keys = pick.choice(LABELS), pick.choice(LABELS), pick.choice([None, ["anna"], ["ben"]])
    who = pick.choice([row.key for row in accounts.participants(study)] or ["none"])
    _one(
        pick,
        [
            lambda: interviews.set_role(study, pick.choice(KEYS), label, pick.choice(ROLES)),
            lambda: speakers.set_role_everywhere(study, label, pick.choice(ROLES), keys),
            lambda: speakers.set_role_everywhere(study, "Anna", "participant"),
            lambda: speakers.merge_speakers(study, label, other, keys),
            lambda: speakers.rename_speaker(study, label, other, keys),
            lambda: speakers.same_person(study, [("anna", label), ("ben", other)]),
            lambda: participants.change(study, who, {"plan": pick.choice(["Team [x]", ""]), "company": "Pulsara"}),
            lambda: participants.change(study, who, {"name": pick.choice(["Mai", ""]), "email": "mai@pulsara.pl"}),
            lambda: participants.import_participants(study, study.path.with_name("people.csv")),
            lambda: accounts.link(study, who, pick.choice(["a1", "a2", None])),
            lambda: accounts.unlink(study, who),
        ],
    )


def _propose(study: Study, known: list[int], some: list[int]) -> None:
    """What discovery writes, without the clustering."""
    stored.required(study, some)
    segments.find(study, str(known[0]))
    row = {"model": "m", "model_sha256": "x", "seed": 1, "parameters": {}, "versions": {}, "input_sha256": "y"}
    with study.action("discover"):
        run = runs.add(study, {**row, "input_status": "accepted"}, [(passage, -1, 0.1 + 0.2) for passage in some])
        decisions.replace_proposals(study, run, {known[0]: [(passage, 0.7) for passage in some]})


def _needs(study: Study, pick: random.Random) -> None:
    """Segments, and what is decided about passages in them."""
    some, one = _held(study, pick)
    known = [row.id for row in segments.listing(study)] or [1]
    segment, other = pick.choice(known), pick.choice(known)
    proposed = [row.passage for row in decisions.proposals(study)]
    _one(
        pick,
        [
            lambda: segments.make(study, pick.choice(["One", "Two"]), some),
            lambda: segments.move(study, some, pick.choice([*known, None])),
            lambda: segments.rename(study, segment, pick.choice(["One", "Three [x]"])),
            lambda: segments.describe(study, segment, "what they want"),
            lambda: segments.write_statement(study, segment, pick.choice(["", "When [x], I want to"])),
            lambda: segments.merge(study, segment, [other]),
            lambda: segments.split(study, segment, some),
            lambda: segments.confirm(study, segment, undecided=True),
            lambda: segments.reopen(study, segment),
            lambda: segments.set_aside(study, segment),
            lambda: review.off_topic(study, some),
            lambda: review.on_topic(study, some),
            lambda: review.together(study, one, some[0]),
            lambda: review.apart(study, one, some[0]),
            lambda: review.unpair(study, one, some[0]),
            lambda: review.answer(study, one, pick.choice([segment, None]), "berta"),
            lambda: _propose(study, known, some),
            lambda: review.admit(study, proposed),
            lambda: review.admit(study, proposed),
            lambda: review.decline(study, proposed),
            lambda: review.decline(study, some),
        ],
    )


def _files(study: Study, pick: random.Random) -> None:
    """What is found everywhere, and what other files bring."""
    beside = study.path.with_name
    _one(
        pick,
        [
            lambda: _code_hits(study, pick),
            lambda: _code_hits(study, pick),
            lambda: _code_hits(study, pick),
            lambda: importing.reimport(study, "anna", beside(pick.choice(list(EDITED)))),
            lambda: importing.reimport(study, "anna", beside(pick.choice(list(EDITED)))),
            lambda: edit_turns(study, pick),
            lambda: edit_turns(study, pick),
            lambda: merging.merge(study, beside("theirs.db")),
            lambda: _now_and_then(pick, lambda: importing.remove_interview(study, pick.choice(KEYS))),
            lambda: importing.import_transcripts(study, [beside("anna.txt"), beside("ben.txt")]),
        ],
    )


def edit_turns(study: Study, pick: random.Random) -> None:
    """One random mending of an interview's turns: at any place, also within words, over one turn or several."""
    key = pick.choice(KEYS)
    length = len(interviews.show(study, key).text)
    start = pick.randrange(0, length)
    end = start + pick.choice([1, 5, 20, 60, 200])
    label = pick.choice([*LABELS, "Zoë K.", "日本 [x]"])
    _one(
        pick,
        [
            lambda: transcript_edits.split_turn(study, key, start),
            lambda: transcript_edits.join_turns(study, key, start),
            lambda: transcript_edits.give_words(
                study, key, start, end, label, pick.choice([None, None, "interviewer"])
            ),
            lambda: transcript_edits.delete_words(study, key, start, end),
        ],
    )


def _now_and_then(pick: random.Random, what: Callable[[], object]) -> None:
    """Does what takes much along less often."""
    if pick.random() < 0.3:
        what()


def _code_hits(study: Study, pick: random.Random) -> None:
    hits = searching.search(study, pick.choice(["who has what", "whiteboard", "takes me", "laughs"]))
    searching.code_hits(study, hits, pick.choice(CODES))
