"""Errors for users: what is wrong, where, and what to do, with fixes that the app and the command line word themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTLY = 3
EXIT_INTERRUPTED = 130


class Fix(Enum):
    """What a person can do about an error or a note: the value in words, which the doors show as a command or a key."""

    # The study
    INIT = "create a new study"
    OPEN_STUDY = "open the study"
    BACK_UP = "back up the study"
    BACKUPS = "list the backups"
    RESTORE = "restore the backup"
    RESCUE = "save the readable parts of the study"
    CHECK = "check the study's file"
    HISTORY = "list the history"
    UNDO = "undo"
    UNDO_ENTRY = "undo that entry of the history"
    UNDO_ANYONES = "undo what somebody else did"
    REDO_ANYONES = "redo what somebody else undid"
    DRAFTS = "list unsaved text"
    # Interviews and passages
    IMPORT = "import interviews"
    PREVIEW_IMPORT = "preview the import"
    INTERVIEWS = "list the interviews"
    SHOW_INTERVIEW = "show the interview's turns"
    SET_ROLE = "set the speaker's role"
    SAME_SPEAKER = "link two speakers as one person"
    SUGGEST = "suggest passages"
    PASSAGES = "list the passages"
    QUEUE = "list the queue"
    MARK = "mark a passage"
    DECIDE = "accept passages"
    CODE = "code passages"
    CODEBOOK = "list the codebook"
    CREATE_CODE = "create a code"
    MERGE_CODES = "merge the codes"
    COVERAGE = "show how much was read and coded"
    BLIND_OFF = "end blind mode"
    PSEUDONYMS = "list identifying details"
    UNDECIDED_NAMES = "list the undecided names"
    PARTICIPANTS = "list the participants"
    SET_PARTICIPANT = "set the participant's attributes"
    RECORDINGS = "list the recordings"
    TIE_RECORDING = "tie the interview to its recording"
    # Needs and segments
    DISCOVER = "discover candidates"
    ADD_NEED = "state a need"
    TAKE_CODES = "combine several codes into one need"
    NEEDS = "list the needs in view"
    QUESTION = "answer questions"
    RUNS = "list the runs"
    SENSITIVITY = "test how stable the results are"
    SEGMENTS = "list the segments"
    RENAME_SEGMENT = "name the segment"
    CONFIRM_SEGMENT = "confirm the segment"
    REOPEN_SEGMENT = "reopen the segment"
    MOVE_PASSAGE = "move the passage to a segment"
    WRITE_STATEMENT = "write the job statement"
    PIN_QUOTE = "pin a quote"
    PAIRS = "list the pairs"
    REMOVE_PAIR = "remove the pair"
    # Accounts
    IMPORT_ACCOUNTS = "import account data"
    SET_AMOUNTS = "choose how amounts are taken"
    MATCHES = "match participants to accounts"
    PROFILES = "list the accounts"
    ASSIGN = "assign the texts"
    ASSIGN_AFRESH = "assign the texts again from the start"
    EXPORT = "export the labelled accounts"
    # The survey
    DRAFT_SURVEY = "draft the survey"
    PRINT_SURVEY = "print an example of a survey"
    WRITE_SURVEY = "write the survey to a file"
    WORD_SURVEY = "word the survey's options"
    SAVE_SURVEY = "save the survey"
    ROUTE_RESPONSES = "route the responses"

    def of(self, **arguments: object) -> Remedy:
        """Return this fix with arguments, such as ``Fix.RESTORE.of(backup=path)``."""
        return Remedy(self, tuple((name, str(value)) for name, value in arguments.items()))


class Option(Enum):
    """A choice that comes with a command or a form: the value says what is chosen.

    Words in which one stands are whole without it: a door that has an option or a field for it names that behind them.
    """

    STUDY = "the study"
    FOLDER = "the folder"
    OVERWRITE = "whether a file is replaced"
    ENGINE = "the engine that computes"
    AS_OF = "the day to look from"
    SINCE = "the day from which accounts are followed"
    SOURCE = "where labels come from"
    GROUPED_BY = "by what accounts are grouped"
    OUTCOME = "what accounts are followed for"
    SEGMENT = "the segment"
    CHANGED_ONLY = "whether only changes are exported"
    KEY = "the field that identifies an account"
    UNDECIDED_TOO = "whether a segment without decided passages is confirmed"
    BOTH = "whether only turns that all coders read are compared"
    KIND = "what account data a file holds"
    MAP = "which column is read as which field"
    DATES = "how dates are written"
    INTERVAL = "the billing interval"
    AMOUNTS = "how amounts are written"
    TABLE = "the table of a database, or the sheet of a workbook"
    QUERY = "a query of a database"
    TENURE = "what a tenure means"
    HEADER = "whether a file names its columns"
    ADD = "whether files come to what is there"
    TEXT_COLUMN = "the column of texts"
    ACCOUNT_COLUMN = "the column of accounts"
    ANYWAY = "whether a file that was not understood is read"
    SURVEY_VERSION = "the version of the survey"

    def of(self, **arguments: object) -> Remedy:
        """Return this with its value, for instance ``Option.SOURCE.of(source="survey")``."""
        return Remedy(self, tuple((name, str(value)) for name, value in arguments.items()))


@dataclass(frozen=True, slots=True)
class Remedy:
    """A fix or an option with its arguments, by name."""

    fix: Fix | Option
    arguments: tuple[tuple[str, str], ...] = ()


class Advice:
    """Text with fixes in it, which each door (app or command line) replaces by its own wording."""

    parts: tuple[str | Remedy, ...]

    def __init__(self, *parts: str | Fix | Option | Remedy | Advice) -> None:
        flat: list[str | Remedy] = []
        for part in parts:
            if isinstance(part, Advice):
                flat += part.parts
            elif isinstance(part, Fix | Option):
                flat.append(Remedy(part))
            elif part:
                flat.append(part)
        self.parts = tuple(flat)

    @property
    def fixes(self) -> tuple[Fix | Option, ...]:
        """The fixes and options in it, in order."""
        return tuple(part.fix for part in self.parts if isinstance(part, Remedy))

    def worded(self, door: Callable[[Remedy], str]) -> str:
        """Return the text with every fix in a door's words."""
        return "".join(part if isinstance(part, str) else door(part) for part in self.parts).strip()

    def __str__(self) -> str:
        """Return the text without a door's wording, for programs that use the package."""
        return self.worded(lambda remedy: remedy.fix.value if isinstance(remedy.fix, Fix) else "")

    def __repr__(self) -> str:
        return f"Advice{self.parts!r}"

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Advice) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def as_json(self) -> list[str | dict[str, str]]:
        """Return the parts for JSON: texts, and objects with ``fix`` or ``option`` and the arguments."""
        return [part if isinstance(part, str) else _remedy_json(part) for part in self.parts]

    @classmethod
    def from_json(cls, parts: object) -> Advice:
        """Return what ``as_json`` wrote; ValueError for anything else."""
        if not isinstance(parts, list):
            raise ValueError("Advice is a list of texts and fixes.")
        return cls(*(part if isinstance(part, str) else _remedy(part) for part in parts))


NO_ADVICE = Advice()


def _remedy_json(remedy: Remedy) -> dict[str, str]:
    kind = "fix" if isinstance(remedy.fix, Fix) else "option"
    return {kind: remedy.fix.name, **dict(remedy.arguments)}


def _remedy(part: object) -> Remedy:
    for kind, members in (("fix", Fix), ("option", Option)):
        if isinstance(part, dict) and part.get(kind) in members.__members__:
            return members[part[kind]].of(**{name: value for name, value in part.items() if name != kind})
    raise ValueError(f"{part!r} is not a fix or an option.")


class NeedssegError(Exception):
    """Something a person can act on: ``message`` says what and where, ``hint`` what to do."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, hint: str | Advice = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = Advice(hint)
        if exit_code is not None:
            self.exit_code = exit_code

    @property
    def advice(self) -> Advice:
        """Message and hint, for a door to word as one."""
        return Advice(self.message, " ", self.hint) if self.hint else Advice(self.message)

    def __str__(self) -> str:
        return str(self.advice)


class TranscriptError(NeedssegError):
    """A transcript file that cannot be read as one."""


class TableError(NeedssegError):
    """A CSV, Parquet or JSON-lines file whose columns or rows do not fit; names file, row and column."""


class UnknownKindError(TableError):
    """A file whose columns are those of no kind of source; who imports it can name the kind."""


class NoHeaderError(TableError):
    """A file whose first row looks like data; who imports it can say whether it names the columns."""


class TenureUnclearError(TableError):
    """A file with tenures, of which a person must say the unit or the day until which they count."""


class StudyError(NeedssegError):
    """A study file that cannot be opened or written."""


class DiscoveryError(NeedssegError):
    """Passages or vectors that discovery cannot work with."""


class NotFoundError(NeedssegError):
    """A key, id or name that is not in the study."""


class UsageError(NeedssegError):
    """A request that is not valid."""

    exit_code = EXIT_USAGE
