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
EMPTY_NAME = "name is empty"
TOO_LONG = "too long"

# 1 Transcripts: files, formats, warnings
NO_INTERVIEWS = "There are no interviews yet"
CHANGED_SINCE_IMPORT = "changed since it was imported"
IMPORTED_BEFORE = "were there already"
INTERVIEWER_NOT_PARTICIPANT = "is interviewer"
ONE_PARTICIPANT_NOW = "one participant"
NOTHING_TO_MERGE = "There is nothing to merge"
UNNAMED = "unnamed"
NOT_ENGLISH = "seem to be English"
NOT_TOLD_APART = "questions and answers cannot be told apart"
NO_SPEAKERS_NAMED = "No speakers are named"
ONLY_ONE_SPEAKER = "Only one speaker"
OVERLAPPING = "before the speaker before has finished"
NOT_READ_AS_SPEECH = "not read as speech"
NUMBERED_QUESTIONS = "numbered questions were read as the interviewer's"
WORDS_OF_SPEAKER_BEFORE = "words of the speaker before"
ABOVE_THE_TALK = "above the talk"
DAMAGED_ODT = "damaged or not an OpenDocument"
DAMAGED_WORD = "damaged or not a Word document"
NO_TEXT_DOCUMENT = "no text document"
NO_SPEECH = "no speech"
DOCUMENT_TYPE = "document type"
PASSWORD = "protected with a password"
CANNOT_BE_READ_AS = "which cannot be read as"
BINARY_FILE = "binary file"
NO_CUES = "no cues"
NO_WORDS_IN_CUES = "no words in its cues"
A_FOLDER = "this is a folder"
NO_PERMISSION = "no permission to read it"
ONE_PERSON_LABELS = "look like one person"
BROKEN_BYTES = "broken bytes"
LEFT_OUT = "left out"
NO_WORDS_IN_COLUMN = "no words in column"
NOTHING_IN_COLUMN = "nothing in column"
NO_JSON_OBJECT = "is no JSON object"
CLOSING_QUOTE = "closing quotation mark"
OPENING_QUOTE = "a quotation mark opens"
NO_SPOKEN_COLUMN = "no column holds what was said"
NO_ROW_WITH_WORDS = "no row holds words"
BROKEN_JSON = "broken JSON"
NO_TURNS = "holds no turns"
AI_NOTES_ONLY = "an AI's notes and no transcript"

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
ALL_WORDS_NOT_TOGETHER = "No participant says all these words together"
NO_TURN = "No turn holds all these words"
MORE_HITS = "There are more"
NOTHING_TO_SEARCH = "There is nothing to search for"
NOTHING_SPEAKS_OF_THIS = "Nothing speaks of this"
NO_REQUEST = "This is no request"
NOTHING_UNDECIDED = "Nothing is undecided"
QUEUE_HOLDS_NOTHING = "The queue holds nothing"
LEARNED_FROM = "Learned from"
LEARNS_FROM = "learns from"
TWO_CODERS = "two coders"
NEEDS_SENTENCES = "needs the sentences"
OUTSIDE = "lies outside"
LIKE_ACCEPTED = "which you accepted"
LIKE_REJECTED = "which you rejected"
SEVERAL_CODES = "Several codes are called"
UNDER_ITSELF = "under itself"
NO_CODE_COLOUR = "is no colour for a code"
BLIND_IS_ON = "Blind mode is on"
ACCEPTED_TWICE = "were accepted twice"
WITHIN_A_TURN = "within one speaker's turn"
NO_WORDS_TO_DECIDE = "no words to decide about"
WHO_IS_HERE_AS = "who is here as"
SECONDED = "decisions seconded"

# 3 Discovery: runs, candidates, evidence
ONE_PERSON = "one participant"
NO_RUNS = "There are no runs yet"
NO_PASSAGES = "There are no passages yet"

# 4 Segments: cards, questions, assigning
NO_CONFIRMED_SEGMENT = "There is no confirmed segment"
PROMISED = "Promised on the study's own passages"
ASSIGNED_BEFORE = "was assigned so before"
AS_NOW = "as now"
CHANGED_SINCE = "changed since"
FILE_CHANGED = "the file's content changed"
NO_TEXT = "no text"
FEW_PARTICIPANTS = "rests on"
NO_SEGMENT_CALLED = "No segment is called"
CONFIRMED = "is confirmed"
NOT_IN_IT = "not in it"
NOTHING_LEFT = "Nothing would be left"
PAIR_OF_ITSELF = "cannot be paired with itself"
NOT_PROPOSED = "is proposed to no segment"
NO_PAIR = "are no pair"
NO_PAIRS = "no pairs yet"
NOTHING_LEFT_OVER = "Nothing is left over"
OFF_TOPIC = "Off-topic:"
SPLIT_OFF = "split off"
WENT_TO = "went to"
WHICH_IS_KEPT = "which is kept"
KEPT_TOGETHER = "kept together"
KEPT_APART = "kept apart"
OVER_OTHERS = "over others"
EVIDENCE_OF = "is evidence of"

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
NO_DATE_FORMAT = "is no way to write dates"
NO_DATE_COLUMN = "is no column of dates"
NO_DATABASE = "is no database"
LOOKS_LIKE = "looks like"
NO_COLUMN_GIVES = "no column gives"
ITS_COLUMNS_ARE_OF = "its columns are those of"
CHANGES_NOTHING = "it changes nothing"
STAND_IN_PLACE = "stand in place"
NOT_KNOWN = "Nothing is known of"
NO_EVENTS = "There are no usage events yet"
NOT_ARR = "not called ARR"
BY_ITSELF = "by itself says nothing"
USE_BY_WEEK = "Use, by week"
HIGH_API_SHARE = "high API share"
ALL_ACTIVE = "all active"

# 6 Decisions: survey, validation, triggers, interventions, RICE
CANNOT_TELL = "Cannot tell whether needs segments add anything"
NO_SIGN = "No sign that behavioral segments add anything"
AT_LEAST = "it takes at least"
MORE_THAT_LEFT = "more accounts that left"
TRIED = "segmentations tried"
INTERVIEW_DATES_OF = "interview dates of"
NOT_CONFIRMED = "not confirmed by anybody"
NO_INTERVIEW_DATE = "no interview date for"
BEFORE_INTERVIEW = "from before their interview"
ALIKE_IN_SIZE = "alike in size"
MADE_OF_USAGE = "made of usage"
OVERLAP_OUTCOME = "overlap those of the outcome"
NO_SOURCE_TO_CHOOSE = "no source to choose"
NO_DAY_TO_SEE_LEAVING = "no day on which leaving could be seen"
LOOKED_AT_ONCE = "looked at once"
WHO_LEFT_UNKNOWN = "nobody knows who left"
NO_NEEDS_YET = "No account has a needs segment yet"
NO_NAMED_SEGMENT = "No segment has a name yet"
NO_SURVEY = "There is no survey yet"
NO_SUCH_OPTION = "has no such option"
NOTHING_CHANGED_IN_SURVEY = "Nothing changed"
HAD_ALREADY = "the study had them already"
BELONGS_TO_STUDY = "belongs to the study itself"
NO_ARR_KNOWN = "no ARR is known in"
NO_WEIGHTED_SCORE = "no weighted score"
ARR_IS_KNOWN = "ARR is known of"
ENDED_LEFT_OUT = "whose subscription has ended are left out"
LABELS_COVER = "Labels cover"
MONTH_OR_YEAR = "of a month or a year"
FEW_ACCOUNTS = "Weights of so few accounts say little"
MAY_ONLY_MEAN = "may only mean"
FIRED = "triggers fired"
WATCHED_IN_VAIN = "is watched in vain"
NOTHING_COULD_FIRE = "There is nothing that could fire"
NO_EVENT_BEFORE = "No event is before"
NO_USAGE = "No usage was imported"
NEVER_USED = "no account ever used"
NEVER_IS = "is never"
WRONG_ACTION = "its action cannot be read"
UNFILLED_ACTION = "its action cannot be filled in"
NO_FIELD = "is no field"
NO_BOUNDS = "has no bounds"
NO_VALUE = "has no value"
NO_ID = "lacks an id"
NO_PART = "is no part"
NO_NUMBER = "is no number"
TRUE_OR_FALSE = "true or false"
SLIP = "is a slip"
NOT_A_NUMBER = "not a number"
NOT_NEGATIVE = "is not negative"
NO_NAME = "has no name"
REACHES_WHOM = "nothing says whom a feature reaches"
NEITHER_REACH = "neither segments nor numbers of reach"
BOTH_REACHES = "both segments and numbers"
NO_RESPONSE = "holds no response"
NO_QUESTION_COLUMN = "no column is a question of the survey"
NO_ACCOUNT_COLUMN = "no column says which account"
NO_SUCH_QUESTION = "has no such question"
NO_ACCOUNT = "no account"
OTHER_VERSION = "another version of the survey"
NOT_ASKED = "is not asked"
DOES_NOT_EXIST = "does not exist"
ONLY_PRIOR = "so only the prior speaks"
NO_TRIGGER_TABLE = "is no table of triggers"
WHOLE_NUMBER = "is no whole number"
RELEASE_AND_PLANS = "something else than release and plans"
NO_RELEASE_DATE = "its release is no date"
NO_PLAN_LIST = "its plans are no list of texts"
NEVER_USED_YET = "never used"
NEVER_USED_HERE = "no account used it, and no release date is given"
NO_SUCH_PLAN = "no subscription has the plan"
RESPONSE_NOT_OBJECT = "not an object"

# 7 Exchange: tables, destinations, REFI-QDA, the report
WROTE = "Wrote"
NOT_OURS = "exists and is not from here"
COHORT_OF_ONE = "A cohort is one segment's accounts"
COHORT_WHOLE = "A cohort is uploaded whole"
ONLY_COHORTS = "Only a cohort is of one segment"
NOTHING_TO_SEND = "There is nothing to send"
KEY_REFUSED = "refused the key"
UNDER_PSEUDONYMS = "under pseudonyms"
AS_IN_STUDY = "as in the study"
REPORT_CARRY_NEED = "carry a needs segment"
UNDECIDED = "are undecided"
NO_MAP = "There is no map"
NO_DISCOVERY_RUN = "No run of discovery was made"
NO_SEGMENT_YET = "No segment is named or proposed yet"
NO_ACCOUNT_DATA = "No account data is imported"
NO_PARTICIPANT_NAMED = "No interview names a participant yet"
HOLDS_NO_REPORT = "holds no report"
HOLDS_NO_CURVES = "holds no curves"
HOLDS_NO_ROLLUP = "holds no roll-up"

# The study: the file, history, memos, colleagues
THERE_ALREADY = "is there already"
STUDY_ITSELF = "is this study itself"
OWN_FILE = "belongs to the study itself"
UNDONE = "Undone"
NOTHING_TO_UNDO = "Nothing to undo"
EXISTS = "exists already"
NO_STUDY_AT = "There is no study at"
NOT_A_STUDY = "is not a study"
NOT_NEEDSSEGS = "not a needsseg study"
NEWER = "newer needsseg"
LOCKED = "locked by another program"
NOT_THE_TEXT = "is not the text at its place"
NOT_SOUND = "is not sound"
SOUND = "is sound"
HOLDS_WORK_OF = "holds work of"
ALONE = "alone"
NOTHING_TO_REDO = "Nothing to redo"
TEXT_FIXED = "is fixed"
IS_NO_FILE = "is no file"
DISK_FULL = "is full"
NETWORK_DRIVE = "network drive"

# The doors: the command line and the app
INTERNAL_ERROR = "needsseg itself is at fault"
INTERRUPTED = "Interrupted"
NO_TERMINAL = "needs a terminal"
NAMES_NO_FILE = "names no file"
