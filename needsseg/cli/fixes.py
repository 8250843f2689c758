"""The command line's words for what helps: a command for every fix, an option for every choice."""

from __future__ import annotations

import re
import shlex

from needsseg.errors import Advice, Fix, Option, Remedy

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
    Fix.RECORDINGS: "recording",
    Fix.TIE_RECORDING: "recording tie {key} {file}",
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
    Fix.SET_AMOUNTS: "accounts amounts --terms {terms}",
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

OPTIONS: dict[Option, str] = {
    Option.STUDY: "--study PATH",
    Option.FOLDER: "--dir DIR",
    Option.OVERWRITE: "--force",
    Option.ENGINE: "--engine {engine}",
    Option.AS_OF: "--as-of DATE",
    Option.SINCE: "--since {date}",
    Option.SOURCE: "--source {source}",
    Option.GROUPED_BY: "--by {by}",
    Option.OUTCOME: "--outcome {outcome}",
    Option.SEGMENT: "--segment NAME",
    Option.CHANGED_ONLY: "--changed-only",
    Option.KEY: "--key NAME",
    Option.UNDECIDED_TOO: "--undecided-too",
    Option.BOTH: "--both",
    Option.KIND: "--kind KIND",
    Option.MAP: "--map {field}=COLUMN",
    Option.DATES: "--dates {column}=FORMAT",
    Option.INTERVAL: "--interval month",
    Option.AMOUNTS: "--amounts {how}",
    Option.TABLE: "--table NAME",
    Option.QUERY: "--query SQL",
    Option.TENURE: "--tenure-as-of DATE --tenure-unit months",
    Option.HEADER: "--header or --no-header",
    Option.ADD: "--add",
    Option.TEXT_COLUMN: "--text COLUMN",
    Option.ACCOUNT_COLUMN: "--account COLUMN",
    Option.ANYWAY: "--anyway",
    Option.SURVEY_VERSION: "--version {version}",
}
"""The option of each choice. ``{name}`` is its value, in capitals where it is not known."""

_ARGUMENT = re.compile(r" \{(\w+)(\??)\}")
_VALUE = re.compile(r"\{(\w+)\}")


def command_line(remedy: Remedy) -> str:
    """Return a remedy as a command line that a shell takes as it stands; ``study`` among its arguments names the study."""
    values = dict(remedy.arguments)

    def argument(match: re.Match[str]) -> str:
        name, is_optional = match.groups()
        word = shlex.quote(values[name]) if name in values else "" if is_optional else name.upper()
        return f" {word}" if word else ""

    study = f"--study {shlex.quote(values['study'])} " if "study" in values else ""
    if not isinstance(remedy.fix, Fix):
        raise TypeError(f"{remedy.fix} is an option, not a command.")
    command = _ARGUMENT.sub(argument, COMMANDS[remedy.fix])
    return f"needsseg {study}{command}".strip()


def option(remedy: Remedy) -> str:
    """Return the option that a remedy names, as it stands on a command line."""
    if not isinstance(remedy.fix, Option):
        raise TypeError(f"{remedy.fix} is a fix, which takes a whole command.")
    values = dict(remedy.arguments)
    return _VALUE.sub(
        lambda match: shlex.quote(values[match[1]]) if match[1] in values else match[1].upper(), OPTIONS[remedy.fix]
    )


def worded(words: str | Advice) -> str:
    """Return words with every fix as a command line, and every option in brackets."""
    if isinstance(words, str):
        return words
    return words.worded(lambda each: f" ({option(each)})" if isinstance(each.fix, Option) else command_line(each))
