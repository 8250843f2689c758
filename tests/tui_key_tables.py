"""What every key of the app does on the full study: what is pressed before, what is seen then, whether the study changes.

A key is named by the id of its binding. Tests fail for a binding that is not in these tables.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Does:
    """``shows``: words on the screen afterwards; where there are none, anything must look or stand otherwise than before.

    ``before``: keys pressed first, which are not what is tested. ``writes``: the study's tables change; else they must not.
    """

    shows: str = ""
    before: str = ""
    writes: bool = False


Table = dict[str, Does]

STUDY: Table = {
    "study.undo": Does("took back: keeps passages", writes=True),
    "study.redo": Does("did again: keeps passages", "u", writes=True),
    "study.history": Does("u takes back the newest that stands"),
    "study.keys": Does("Keys · esc closes"),
}
INTERVIEWS: Table = {
    "interviews.import": Does("Import which file or folder?"),
    "interviews.suggest": Does("Suggesting passages"),
    "interviews.open": Does("[F2 Code]"),
    "interviews.review": Does("Who speaks in what role"),
    "interviews.roles": Does("Whose role in “Ines Carvalho”?"),
    "interviews.reimport": Does("Which edited transcript takes the place of “Ines Carvalho”?"),
    "interviews.search": Does("Type words and press enter"),
    "interviews.participants": Does("participants, 1 with an account"),
    "interviews.pseudonyms": Does("Pseudonyms: what tells who participants are"),
    "interviews.coverage": Does("coded 8/11 · base 4 · run 2"),
    "interviews.agreement": Does("percent kappa alpha"),
    "interviews.merge": Does("Merge the work of which colleague's study?"),
    "interviews.filter": Does("Show interviews with these words"),
    "interviews.remove": Does("removed “Ines Carvalho” with its passages", writes=True),
    "interviews.down": Does("interview 2/3"),
    "interviews.up": Does("interview 2/3", "G"),
    "interviews.top": Does("interview 1/3", "G"),
    "interviews.bottom": Does("interview 3/3"),
    "interviews.unfilter": Does("Ines Carvalho", "slash S t r a n g e enter"),
}
CODE: Table = {
    "code.accept": Does("accepted “", "n", writes=True),
    "code.reject": Does("rejected “", "n", writes=True),
    "code.skip": Does("skipped"),
    "code.code": Does("Which code?"),
    "code.quick": Does("coded “late [draft]”", writes=True),
    "code.digit1": Does("coded “late [draft]”", writes=True),
    "code.digit2": Does("coded “at a glance”", writes=True),
    "code.digit3": Does("“hand-over” is on it already"),
    **{f"code.digit{n}": Does(f"no code lies under {n} yet") for n in range(4, 10)},
    "code.recent": Does("Which of the recent codes?"),
    "code.uncode": Does("took “hand-over” off", writes=True),
    "code.next": Does("passage 2/6"),
    "code.before": Does("passage 1/6", "j"),
    "code.undecided": Does("passage 5/6"),
    "code.undecided_before": Does("passage 6/6"),
    "code.select": Does("selecting by sentence"),
    "code.word": Does("selecting by word"),
    "code.sentence": Does("selecting by sentence"),
    "code.turn": Does("selecting by turn"),
    "code.word_more": Does("selecting by word", "w"),
    "code.word_less": Does("selecting by word", "w shift+right"),
    "code.sentence_more": Does("selecting by sentence", "s"),
    "code.sentence_less": Does("selecting by sentence", "s shift+down"),
    "code.mark": Does("marked a passage; c codes it", "t", writes=True),
    "code.reshape": Does("[ ] move its start, { } its end"),
    "code.in_vivo": Does("coded “Yes, yes.”", writes=True),
    "code.unmark": Does("unmarked “Yes, yes.”", writes=True),
    "code.start_earlier": Does("moved its start", "j right_square_bracket", writes=True),
    "code.start_later": Does("moved its start", "j", writes=True),
    "code.end_earlier": Does("moved its end", "right_curly_bracket", writes=True),
    "code.end_later": Does("moved its end", writes=True),
    "code.memo": Does("Ask about this again [sic]."),
    "code.memo_interview": Does("A calm talk."),
    "code.job": Does("Job statement of passage 6"),
    "code.codebook": Does("4 codes"),
    "code.search": Does("Type words and press enter"),
    "code.alike": Does("stretches by meaning, once"),
    "code.queue": Does("queue: score"),
    "code.blind": Does("blind: only your own work is shown"),
    "code.overlaps": Does("passage 2/6"),
    "code.find": Does("Find in this transcript"),
    "code.top": Does("passage 1/6", "G"),
    "code.bottom": Does("passage 6/6"),
    "code.next_interview": Does("[laughs] we were [/end] of it"),
    "code.interview_before": Does("One Hanna now"),
    "code.copy": Does("copied the quote"),
    "code.back": Does("[F1 Interviews]"),
}
FIND = "slash p u m p enter"
CODE_FURTHER: tuple[tuple[str, Does], ...] = (
    # The cursor's own keys have no line in the list of keys; the words under it tell of them.
    *((key, Does()) for key in ("right", "down", "end", "pagedown")),
    ("left", Does(before="right")),
    ("up", Does(before="down")),
    ("home", Does(before="end")),
    ("pageup", Does(before="pagedown pagedown")),
    ("enter", Does("nothing is selected: v begins a selection")),
    ("enter", Does("moved its edges", "e right_curly_bracket", writes=True)),
    ("j", Does("selecting by word", "w")),
    ("k", Does("selecting by word", "w j")),
    ("w", Does("selecting by word", "t")),
    ("s", Does("selecting by sentence", "w")),
    ("t", Does("selecting by turn", "w")),
    ("right", Does("selecting by word", "w")),
    ("right_curly_bracket", Does("selecting by word", "w")),
    ("left_square_bracket", Does("selecting by word", "w j j right_square_bracket")),
    ("2", Does("marked a passage and coded it “at a glance”", "t", writes=True)),
    ("q", Does("marked a passage and coded it “", "t", writes=True)),
    ("i", Does("marked a passage and coded it “Yes”", "w", writes=True)),
    ("c", Does("Which code?", "t")),
    ("n", Does("find “pump” 2/", FIND)),
    ("N", Does("find “pump” 1/", f"{FIND} n")),
    ("space", Does("find “pump”", FIND)),
    ("a", Does("accepted “Yes, yes.”")),
    ("escape", Does("dropped the selection", "v")),
    ("escape", Does("saved · coded 4/6 · passage 1/6", FIND)),
    ("escape", Does("closed the queue", "Q")),
    ("Q", Does("closed the queue", "Q")),
    ("space", Does("queue: score", "Q")),
    ("a", Does("accepted “", "Q", writes=True)),
    ("x", Does("rejected “", "Q", writes=True)),
    ("u", Does("took back: accepted", "Q a", writes=True)),
    ("B", Does("everybody's work is shown", "B")),
)

# What was done before a sheet was opened is taken back only when asked twice.
LISTED: Table = {
    "sheet.close": Does(),
    "sheet.down": Does(before="g"),
    "sheet.up": Does(before="G"),
    "sheet.top": Does(before="G"),
    "sheet.bottom": Does(before="g"),
    "sheet.undo": Does("took back: keeps passages", "u", writes=True),
    "sheet.redo": Does("did again: keeps passages", "u u", writes=True),
}
SHEETS: dict[str, Table] = {
    "KeysScreen": {"keys.close": Does(), "keys.down": Does(), "keys.up": Does(before="j")},
    "ReportScreen": {"report.close": Does(), "report.down": Does(), "report.up": Does(before="j")},
    "HistoryScreen": {
        "history.close": Does(),
        "history.undo": Does("taken back", writes=True),
        "history.redo": Does("keeps passages", "u", writes=True),
        "history.down": Does(),
        "history.up": Does(before="j"),
    },
    "Prompt": {
        "prompt.leave": Does(),
        "prompt.complete": Does(),
        "prompt.down": Does(),
        "prompt.up": Does(before="down down"),
    },
    "ProgressScreen": {"progress.cancel": Does()},
    "AgreementSheet": {
        **LISTED,
        "agreement.units": Does("by sentence"),
        "agreement.limit": Does("of ines-carvalho"),
    },
    "BatchSheet": {
        **LISTED,
        "batch.interviewer": Does("Ines Carvalho is interviewer here", writes=True),
        "batch.participant": Does("Ines Carvalho is participant here already"),
        "batch.other": Does("Ines Carvalho is other here", writes=True),
        "batch.interviewer-all": Does("Ines Carvalho is interviewer in 1 interview", writes=True),
        "batch.participant-all": Does("Ines Carvalho is participant in 1 interview already"),
        "batch.other-all": Does("Ines Carvalho is other in 1 interview", writes=True),
        "batch.merge": Does("Into whom is Ines Carvalho merged?"),
        "batch.merge-all": Does("Into whom is Ines Carvalho merged, in all interviews here?"),
        "batch.rename": Does("What is Ines Carvalho called?"),
        "batch.remove": Does("removed “Ines Carvalho”", writes=True),
        "batch.open": Does("[F2 Code]"),
    },
    "CodebookSheet": {
        **LISTED,
        "codebook.new": Does("The name of the new code?"),
        "codebook.below": Does("It comes under “at a glance”."),
        "codebook.rename": Does("What is “at a glance” to be called?"),
        "codebook.colour": Does("Which colour for “at a glance”?"),
        "codebook.describe": Does("What does “at a glance” mean?"),
        "codebook.memo": Does("Memo on the code “at a glance”"),
        "codebook.move": Does("Move “at a glance” under which code?"),
        "codebook.merge": Does("Merge “at a glance” into which code?"),
        "codebook.delete": Does("Delete “at a glance”?"),
        **{f"codebook.pin{n}": Does(f"“at a glance” lies under {n}", "0", writes=True) for n in range(1, 10)},
        "codebook.unpin": Does("unpinned “at a glance”", writes=True),
        "codebook.filter": Does("Which codes?"),
    },
    "CoverageSheet": {
        **LISTED,
        "coverage.base": Does("base 5"),
        "coverage.run": Does("run 3"),
        "coverage.threshold": Does("threshold 0%"),
    },
    "ParticipantsSheet": {
        **LISTED,
        "participants.edit": Does("Edit what of Ines Carvalho?"),
        "participants.link": Does("Which account is Ines Carvalho's?"),
        "participants.import": Does("Which CSV of participants?"),
    },
    "PseudonymsSheet": {
        **LISTED,
        "pseudonyms.confirm": Does("” is replaced", writes=True),
        "pseudonyms.keep": Does("” is kept", writes=True),
        "pseudonyms.by": Does("Replace “"),
        "pseudonyms.add": Does("Which words are replaced too?"),
        "pseudonyms.forget": Does("” is undecided again", "x k", writes=True),
        "pseudonyms.toggle": Does("only undecided are shown"),
    },
    "SearchSheet": {
        **LISTED,
        "search.toggle": Does("stretches by meaning, once"),
        "search.narrow": Does("Search only …"),
        "search.words": Does(),
        "search.list": Does(),
        "search.code": Does("Which code for this?"),
        "search.code_all": Does("Which code for all of these?"),
        "search.like": Does("stretches by meaning, once"),
    },
    "ReimportedSheet": {**LISTED, "reimported.open": Does("[F2 Code]")},
    "MemoSheet": {"memo.leave": Does(), "memo.drop": Does("ctrl+x again drops the changes", "x")},
    "JobSheet": {"job.leave": Does(), "job.next": Does(), "job.before": Does(before="down")},
    "MatchesScreen": {
        "matches.close": Does(),
        "matches.choose": Does("Any account id will do."),
        "matches.accept": Does("Lindenhof [Care] (a1)", "j j", writes=True),
        "matches.reject": Does("no account", writes=True),
        "matches.unlink": Does("2 accounts share the name", "x d j j", writes=True),
        "matches.down": Does(),
        "matches.up": Does(before="j"),
    },
    "MappingScreen": {"mapping.cancel": Does()},
    "PairsScreen": {**LISTED, "pairs.close": Does(), "pairs.unpair": Does("took the pair back", writes=True)},
    "PeopleScreen": {**LISTED, "people.close": Does()},
    "QuestionScreen": {
        **{f"question.digit{n}": Does("1 answered", writes=True) for n in range(10)},
        "question.skip": Does("1 skipped"),
        "question.undo": Does("nothing was answered here"),
        "question.down": Does(),
        "question.up": Does(before="j"),
        "question.read_on": Does(),
        "question.read_back": Does(before="pagedown"),
        "question.leave": Does(),
    },
    "HalvingScreen": {
        "halving.take": Does(),
        "halving.leave": Does(),
        "halving.down": Does(),
        "halving.up": Does(before="j"),
    },
    "MergingScreen": {
        "merging.take": Does(),
        "merging.swap": Does("become “Coordinator”"),
        "merging.leave": Does(),
        "merging.down": Does(),
        "merging.up": Does(before="j"),
    },
}
# What the other two screens do has tests of its own; here something must be seen or told after every key.
BEFORE = {
    "segments.up": "j",
    "segments.top": "G",
    "segments.back": "tab",
    "accounts.up": "j",
    "accounts.top": "G",
    "accounts.read_back": "J",
    "accounts.unfilter": "slash P u l s enter",
    "study.redo": "u",
}
# At 120x40 all of it is in sight, so that there is nothing to scroll.
IN_SIGHT = (
    "accounts.read_on",
    "accounts.read_back",
    "keys.down",
    "keys.up",
    "halving.down",
    "halving.up",
    "merging.down",
    "merging.up",
)
