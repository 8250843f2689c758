"""How the app words a fix: its key, or its command in the palette, and the screen where it is available."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.app import App

from needsseg.cli.fixes import command_line
from needsseg.errors import Advice, Fix, NeedssegError, Option, Remedy
from needsseg.tui.keys.hints import key_of


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys to press one after another, by the ids of their bindings; the first determines the screen."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """A command of the palette, by its name in ``STUDY_COMMANDS``."""

    name: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A fix that the app does not offer, only the command line."""


STUDY_COMMANDS: dict[str, str] = {
    "back up": "back up the study",
    "backups": "list the study's backups, restore one",
    "check": "check the study's file",
    "overview": "overview of the study",
}
"""Commands on the study as a whole, which have no key: their words in the palette, by name."""


def _keys(*ids: str) -> Keys:
    return Keys(ids)


FIX_PLACES: dict[Fix, Keys | Palette | CommandLine] = {
    Fix.INIT: CommandLine(),
    Fix.OPEN_STUDY: CommandLine(),
    Fix.BACK_UP: Palette("back up"),
    Fix.BACKUPS: Palette("backups"),
    Fix.RESTORE: Palette("backups"),
    Fix.RESCUE: CommandLine(),
    Fix.CHECK: Palette("check"),
    Fix.HISTORY: _keys("study.history"),
    Fix.UNDO: _keys("study.undo"),
    Fix.UNDO_ENTRY: _keys("study.history", "history.undo"),
    Fix.UNDO_ANYONES: _keys("study.history", "history.undo"),
    Fix.REDO_ANYONES: CommandLine(),
    Fix.DRAFTS: CommandLine(),
    Fix.IMPORT: _keys("interviews.import"),
    Fix.PREVIEW_IMPORT: _keys("interviews.import"),
    Fix.INTERVIEWS: _keys("go.interviews"),
    Fix.SHOW_INTERVIEW: _keys("go.code"),
    Fix.SET_ROLE: _keys("interviews.roles"),
    Fix.SAME_SPEAKER: _keys("interviews.review", "batch.merge"),
    Fix.SUGGEST: _keys("interviews.suggest"),
    Fix.PASSAGES: _keys("go.code"),
    Fix.QUEUE: _keys("code.queue"),
    Fix.MARK: _keys("code.select"),
    Fix.DECIDE: _keys("segments.keep"),
    Fix.CODE: _keys("code.code"),
    Fix.CODEBOOK: _keys("code.codebook"),
    Fix.CREATE_CODE: _keys("code.codebook", "codebook.new"),
    Fix.MERGE_CODES: _keys("code.codebook", "codebook.merge"),
    Fix.COVERAGE: _keys("interviews.coverage"),
    Fix.BLIND_OFF: _keys("code.blind"),
    Fix.PSEUDONYMS: _keys("interviews.pseudonyms"),
    Fix.UNDECIDED_NAMES: _keys("interviews.pseudonyms"),
    Fix.PARTICIPANTS: _keys("interviews.participants"),
    Fix.SET_PARTICIPANT: _keys("interviews.participants"),
    Fix.RECORDINGS: CommandLine(),
    Fix.TIE_RECORDING: _keys("interviews.recording"),
    Fix.DISCOVER: _keys("segments.discover"),
    Fix.ADD_NEED: _keys("segments.needs"),
    Fix.TAKE_CODES: _keys("segments.needs", "needs.take"),
    Fix.NEEDS: _keys("segments.needs"),
    Fix.QUESTION: _keys("segments.questions"),
    Fix.RUNS: _keys("segments.compare"),
    Fix.SENSITIVITY: _keys("segments.sensitivity"),
    Fix.SEGMENTS: _keys("go.segments"),
    Fix.RENAME_SEGMENT: _keys("segments.rename"),
    Fix.CONFIRM_SEGMENT: _keys("segments.confirm"),
    Fix.REOPEN_SEGMENT: _keys("segments.reopen"),
    Fix.MOVE_PASSAGE: _keys("segments.move"),
    Fix.WRITE_STATEMENT: _keys("segments.card", "card.statement"),
    Fix.PIN_QUOTE: _keys("segments.card", "card.pin"),
    Fix.PAIRS: _keys("segments.pairs"),
    Fix.REMOVE_PAIR: _keys("segments.pairs", "pairs.unpair"),
    Fix.IMPORT_ACCOUNTS: _keys("accounts.import"),
    Fix.SET_AMOUNTS: _keys("accounts.amounts"),
    Fix.MATCHES: _keys("accounts.matches"),
    Fix.PROFILES: _keys("go.accounts"),
    Fix.ASSIGN: _keys("accounts.assign"),
    Fix.ASSIGN_AFRESH: _keys("accounts.assign"),
    Fix.EXPORT: _keys("accounts.export"),
    Fix.DRAFT_SURVEY: _keys("survey.draft"),
    Fix.PRINT_SURVEY: _keys("survey.draft"),
    Fix.WRITE_SURVEY: _keys("survey.reword"),
    Fix.WORD_SURVEY: _keys("survey.reword"),
    Fix.SAVE_SURVEY: _keys("survey.save"),
    Fix.ROUTE_RESPONSES: _keys("survey.route"),
}
"""Where in the app each fix is available."""


def worded(words: str | Advice | NeedssegError, app: App[Any]) -> str:
    """Return words, or an error with its hint, with every fix as its keys in the app."""
    if isinstance(words, str):
        return words
    return (words.advice if isinstance(words, NeedssegError) else words).worded(
        lambda remedy: describe_remedy(remedy, app)
    )


def describe_remedy(remedy: Remedy, app: App[Any]) -> str:
    """Return how to apply a remedy in the app, by its currently bound keys; empty for an option of a form."""
    if isinstance(remedy.fix, Option):
        return ""
    place = FIX_PLACES[remedy.fix]
    if isinstance(place, Palette):
        return f"“{STUDY_COMMANDS[place.name]}” ({key_of('app.palette', app)})"
    if isinstance(place, CommandLine):
        return f"on the command line: {command_line(remedy)}"
    screen_name, _, verb = place.ids[0].partition(".")
    keys = ", ".join(key_of(each, app) for each in place.ids)
    if screen_name == "go":
        return f"{verb.capitalize()} ({keys})"
    screen_id = f"go.{screen_name}"
    if screen_name == "study" or getattr(app.screen, "MODE", "") == screen_name:
        return keys
    return f"{keys} on {screen_name.capitalize()} ({key_of(screen_id, app)})"
