"""The wording of messages as tests know it: one place to follow when a message is reworded.

Tests match what matters in a message: the exception's type or exit code, and the names, numbers, files and commands
in it. Where only the sentence tells one message from another, its phrase stands below under a name.

Test modules import from here before pytest can rewrite the asserts below: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


def _squeezed(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def _stands_in(text: str, what: object) -> bool:
    """Tell whether ``what`` stands in the text as whole words; a number also with its thousands separated."""
    wanted = [f"{what}", f"{what:,}"] if isinstance(what, int) and not isinstance(what, bool) else [str(what)]
    for each in map(_squeezed, wanted):
        before = r"(?<!\w)(?<!\d[.,])" if each[:1].isdigit() else r"(?<!\w)" if re.match(r"\w", each) else ""
        after = r"(?!\w)(?![.,]\d)" if each[-1:].isdigit() else r"(?!\w)" if re.search(r"\w$", each) else ""
        if each and re.search(before + re.escape(each) + after, text):
            return True
    return False


def mentions(text: object, *what: object) -> bool:
    """Tell whether every one of ``what`` (names, numbers, commands) stands in the text, however it is put."""
    squeezed = _squeezed(text)
    return all(_stands_in(squeezed, each) for each in what)


def says(text: object, *what: object) -> bool:
    """Assert that every one of ``what`` stands in the text: as whole words, in any case, on any lines; return True."""
    if not what:
        raise ValueError("Name what the text has to say.")
    missing = [each for each in what if not mentions(text, each)]
    assert not missing, f"{missing!r} not in: {text}"
    return True


@contextmanager
def refuses(
    kind: type[BaseException], *what: object, hint: bool = True
) -> Iterator[pytest.ExceptionInfo[BaseException]]:
    """Like ``pytest.raises``: expect an error of this kind whose message and hint say every one of ``what``.

    Errors that carry a hint need one that is not empty; ``hint=False`` is for the few that say it all in the message.
    """
    with pytest.raises(kind) as caught:
        yield caught
    error = caught.value
    text = str(error)
    if hasattr(error, "hint"):
        text = f"{getattr(error, 'message', error)} {error.hint}"
        assert not hint or error.hint.strip(), f"an error without a hint: {error}"
    if what:
        says(text, *what)


# Anywhere
NO_SUCH = "There is no"
NO_SUCH_FILE = "no such file"
NO_SUCH_FOLDER = "no such folder"
EMPTY_FILE = "the file is empty"
NOT_WRITTEN = "is not written"
UNWRITABLE = "cannot be written"
UNREADABLE = "cannot be read"
NEEDS_NAME = "needs a name"
NOTHING_CHANGED = "Nothing was changed"
INTO_ITSELF = "into itself"
CUT_OFF = "is cut off"
CANNOT_WRITE = "cannot write there"

# 1 Transcripts: files, formats, warnings
NO_INTERVIEWS = "There are no interviews yet"
CHANGED_SINCE_IMPORT = "changed since it was imported"

# 2 Coding: passages, codes, agreement, pseudonyms
CODE_PLACE = "Say where it goes"
ONE_LINE = "is one line"
TAKEN_NAME = "already"
WITHOUT_COLOUR = "without a colour"
NOT_PINNED = "not pinned"
MEMO_OR_REMOVE = "A memo is written or removed"
STATEMENT_OR_REMOVE = "A statement is written or removed"
MEMO_REMOVED = "Removed your memo"
NO_MEMO_OF_YOURS = "You have no memo"
STATEMENT_REMOVED = "Removed your statement"
NO_STATEMENT_OF_YOURS = "You wrote no statement"
NOBODY_WROTE_A_STATEMENT = "Nobody wrote its job statement"
NO_STATEMENTS = "no job statements"
NO_SPAN = "does not lie within one speaker's turn"
WHICH_PASSAGES = "Name passages by id"
OPEN_ALREADY = "is open already"
ACCEPTED = "Accepted:"
LEFT_OPEN = "Left open:"
SAME_TEXT = "same text"
PSEUDONYM_SET = "is replaced by"
NOT_DECIDED = "Nothing was decided about"
NO_LETTER = "no letter and no digit"
BLIND = "works blind"
EVERYBODYS_MARKS = "everybody's marks"

# 3 Discovery: runs, candidates, evidence
ONE_PERSON = "one participant"

# 4 Segments: cards, questions, assigning
NO_CONFIRMED_SEGMENT = "There is no confirmed segment"
PROMISED = "Promised on the study's own passages"
ASSIGNED_BEFORE = "was assigned so before"
AS_NOW = "as now"
CHANGED_SINCE = "changed since"
FILE_CHANGED = "the file's content changed"
NO_TEXT = "no text"

# 5 Accounts: sources, tiers, matching, stack
NO_ACCOUNTS = "There are no accounts yet"
NO_TEXT_FILE = "is no text file"
NO_VALID_ROW = "no valid row"
NAMES_NOBODY = "names nobody in the study"
NO_EMAIL = "is no e-mail address"
# The reasons for which a row is refused.
NO_ACCOUNT_ID = "no account id"
NO_TIME = "no time"
NO_WORD = "no word in it"
NOT_A_DATE = "not a date"
NOT_AN_OBJECT = "not a JSON object"
FEWER_CELLS = "the row has fewer cells than the header"
MORE_CELLS = "the row has more cells than the header"
OPEN_QUOTE = "a quote is opened in this line and never closed"
SECOND_ROW_OF_ACCOUNT = "already has this account id"
OTHER_VALUES_BEFORE = "an earlier import has this account id with other values"
LOST_DIGITS = "an account id that went through a float and has lost digits"
SEATS_BELOW_ZERO = "seats below zero"
ENDS_BEFORE_START = "the subscription ends before it starts"
# Files as sources.
NO_FILE_FITS = "no file fits this pattern"
SWELLS = "swells to more than it can honestly hold"
COLUMN_TWICE = "twice"
NOTHING_BELOW_HEADER = "nothing below the header"
ARRAY_OF_JSON = "one JSON array"
MAY_BE_CUT_OFF = "may be cut off"
GONE_FROM_CRM = "deleted or merged in the CRM"
OVERLAPPING_TERMS = "begin while another runs"
BEFORE_FIRST_TERM = "before their first subscription started"
# How a column writes its dates.
DAY_OR_MONTH_FIRST = "can be read with the day or the month first"
MIXED_DATES = "mixes dates written"
YEAR_FIRST = "with the year first"
DAY_FIRST = "with the day first"
MONTH_FIRST = "with the month first"
SECONDS = "seconds since 1970"
MILLISECONDS = "milliseconds since 1970"
AS_LAST_TIME = "as last time"
# Matching, profiles, roll-ups, patterns.
MERGED_SINCE = "since merged into it"
NOT_AMONG_ACCOUNTS = "not in the accounts file"
ARTICLE_SENTENCE = (
    "Mid-market technology company (tier 1), hiring the product for cross-functional coordination (tier 2), "
    "high feature breadth but falling login frequency (tier 3), at risk (tier 4)"
)
SIZE_UNKNOWN = "unknown size (tier 1)"
NEED_UNKNOWN = "need not known (tier 2)"
NO_USE = "no use in the last 30"
USE_UNKNOWN = "use not known (tier 3)"
STAGE_UNKNOWN = "lifecycle not known (tier 4)"
UNCONFIRMED = "unconfirmed (tier 2)"
ROLLUP_BY_ITSELF = "by itself says nothing"
NO_PATTERNS = "No patterns stand apart"
LIKE_MOST = "like most accounts"
# Engines.
NO_PARQUET = "no such Parquet file"
NOT_COMPUTED = "account data cannot be computed"
SHARED_STORAGE = "storage that every executor mounts"
SPARK_SILENT = "does not answer"
SPARK_STOPPED = "Spark stopped"

# 6 Decisions: survey, validation, triggers, interventions, RICE

# 7 Exchange: tables, destinations, REFI-QDA, the report
WROTE = "Wrote"
NOT_OURS = "exists and is not from here"
COHORT_OF_ONE = "A cohort is one segment's accounts"
COHORT_WHOLE = "A cohort is uploaded whole"
ONLY_COHORTS = "Only a cohort is of one segment"
NOTHING_TO_SEND = "There is nothing to send"
KEY_REFUSED = "refused the key"

# The study: the file, history, memos, colleagues
THERE_ALREADY = "is there already"
STUDY_ITSELF = "is this study itself"
OWN_FILE = "belongs to the study itself"

# The doors: the command line and the app
