"""How the command line words what helps: a command for every fix."""

from __future__ import annotations

import re
import shlex

from needsseg.errors import Advice, Fix, Remedy

COMMANDS: dict[Fix, str] = {
    Fix.INIT: "init",
    Fix.OPEN_STUDY: "",
    Fix.BACK_UP: "backup {path}",
    Fix.BACKUPS: "backups",
    Fix.RESTORE: "restore {backup}",
    Fix.RESCUE: "rescue {new}",
    Fix.CHECK: "check",
    Fix.HISTORY: "history",
    Fix.UNDO: "undo",
    Fix.UNDO_ENTRY: "undo {entry}",
    Fix.UNDO_ANYONES: "undo {entry?} --anyones",
    Fix.REDO_ANYONES: "redo {entry?} --anyones",
    Fix.DRAFTS: "drafts",
    Fix.IMPORT: "import {folder}",
    Fix.PREVIEW_IMPORT: "import {file} --preview --json",
    Fix.INTERVIEWS: "interviews",
    Fix.SHOW_INTERVIEW: "show {key}",
    Fix.SET_ROLE: "role",
    Fix.SAME_SPEAKER: "speaker same",
    Fix.SUGGEST: "suggest",
    Fix.PASSAGES: "passages",
    Fix.QUEUE: "queue",
    Fix.MARK: "mark",
    Fix.DECIDE: "decide",
    Fix.CODE: "code",
    Fix.CODEBOOK: "codebook",
    Fix.CREATE_CODE: "codebook create {name}",
    Fix.MERGE_CODES: "codebook merge {code?} {into?}",
    Fix.COVERAGE: "coverage",
    Fix.BLIND_OFF: "blind off",
    Fix.PSEUDONYMS: "pseudonyms",
    Fix.UNDECIDED_NAMES: "pseudonyms --undecided",
    Fix.PARTICIPANTS: "participants",
    Fix.SET_PARTICIPANT: "participant set {participant} {value}",
    Fix.DISCOVER: "discover",
    Fix.ADD_NEED: "needs add {name?}",
    Fix.TAKE_CODES: "needs take codes {codes} --as {name}",
    Fix.NEEDS: "needs",
    Fix.QUESTION: "question",
    Fix.RUNS: "runs",
    Fix.SENSITIVITY: "sensitivity",
    Fix.SEGMENTS: "segments",
    Fix.RENAME_SEGMENT: "segment rename",
    Fix.CONFIRM_SEGMENT: "segment confirm {id?}",
    Fix.REOPEN_SEGMENT: "segment reopen {id}",
    Fix.MOVE_PASSAGE: "segment move {id?} {passage?}",
    Fix.WRITE_STATEMENT: "segment statement {id?} {text?}",
    Fix.PIN_QUOTE: "segment pin",
    Fix.PAIRS: "pairs",
    Fix.REMOVE_PAIR: "pair remove {first} {second}",
    Fix.IMPORT_ACCOUNTS: "accounts import {file}",
    Fix.MATCHES: "accounts matches",
    Fix.PROFILES: "profile --as-of {date}",
    Fix.ASSIGN: "assign {file}",
    Fix.ASSIGN_AFRESH: "assign {file} --fresh",
    Fix.EXPORT: "export",
    Fix.DRAFT_SURVEY: "survey build --save",
    Fix.PRINT_SURVEY: "survey build",
    Fix.WRITE_SURVEY: "survey show --out {file}",
    Fix.WORD_SURVEY: "survey show",
    Fix.SAVE_SURVEY: "survey edit {file}",
    Fix.ROUTE_RESPONSES: "survey route {file} --version {version}",
}
"""The command of each fix. ``{name}`` is an argument, in capitals where it is not known; ``{name?}`` is left out then."""

_ARGUMENT = re.compile(r" \{(\w+)(\??)\}")


def command_line(remedy: Remedy) -> str:
    """Return a remedy as a command line that a shell takes as it stands; ``study`` among its arguments names the study."""
    given = dict(remedy.arguments)

    def argument(match: re.Match[str]) -> str:
        name, is_optional = match.groups()
        word = shlex.quote(given[name]) if name in given else "" if is_optional else name.upper()
        return f" {word}" if word else ""

    study = f"--study {shlex.quote(given['study'])} " if "study" in given else ""
    command = _ARGUMENT.sub(argument, COMMANDS[remedy.fix])
    return f"needsseg {study}{command}".strip()


def worded(words: str | Advice) -> str:
    """Return words with every fix as a command line."""
    return words if isinstance(words, str) else words.worded(command_line)
