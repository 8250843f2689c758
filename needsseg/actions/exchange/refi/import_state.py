"""The state of a project's import while it runs, and how it stores memos."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.exchange.refi.blocks import Block
from needsseg.actions.exchange.refi.drafts import moment, on_one_line, parts_of, statement_in
from needsseg.actions.exchange.refi.names import SEGMENT_NOTE
from needsseg.actions.exchange.refi.pseudonymised_study import CoveredStudy
from needsseg.actions.exchange.refi.times import is_times_note
from needsseg.study.coding import exchanged_memos
from needsseg.study.coding.memos import MemoKind
from needsseg.study.connection import Study

if TYPE_CHECKING:
    from needsseg.exchange import refi


@dataclass(frozen=True, slots=True)
class Written:
    """What one person wrote about something, and when."""

    by: str
    at: str
    words: str


class ImportState:
    """An import while it runs, inside its action."""

    def __init__(self, study: Study, file: str, read: refi.Read) -> None:
        self.study, self.file, self.project = study, file, read.project
        self.dropped = list(read.dropped)
        self.counted: Counter[str] = Counter()
        self.added: list[str] = []
        self.joined: list[str] = []
        self.keys: dict[str, str] = {}
        """The interview of each source, by all ids that refer to it."""
        self.words_by_kind: dict[str, dict[str, int]] = {}
        self.refused: list[str] = []
        """The interviews that the file has with another text."""
        self.covered: CoveredStudy | None = None
        """This study under its pseudonyms, if the file holds it so."""
        self.names: dict[str, str] = {}
        """The name of each code in the study, by its id in the file."""
        self.users = {user.guid: on_one_line(user.name) for user in read.project.users}
        self.notes = {note.guid: note for note in read.project.notes}
        self.used: set[str] = set()
        self.words: set[str] = set()
        """The words stored as memos or statements, so that a copy in a note is not listed as dropped."""
        self.segments = {note.guid for note in read.project.notes if note.name.startswith(SEGMENT_NOTE)}
        self.times = {note.guid for note in read.project.notes if is_times_note(note)}
        self.variables = {variable.guid: variable.name for variable in read.project.variables}

    def drop(self, kind: str, name: str, reason: str) -> None:
        """List something that was not imported."""
        from needsseg.exchange import refi

        self.dropped.append(refi.Dropped(kind, name, reason))

    def user_name(self, user: str) -> str:
        """The name of a user; the importing person if the file names nobody."""
        return self.users.get(user) or self.study.actor

    def values(self, values: Iterable[refi.Value]) -> dict[str, str]:
        """The values of a case or source by the name of their variable."""
        return {name: value.text for value in values if (name := self.variables.get(value.variable, ""))}

    def written(self, notes: Iterable[str], kind: MemoKind) -> tuple[list[Written], list[Block]]:
        """Convert notes to memos and, on a passage, to job statements; return both."""
        notes_on_it = [
            self.notes[guid] for guid in notes if guid in self.notes and guid not in self.segments | self.times
        ]
        self.used.update(note.guid for note in notes_on_it)
        memos: list[Written] = []
        statements: list[Block] = []
        for note in notes_on_it:
            by, at = self.user_name(note.user), moment(note.at)
            if kind == "passage" and statement_in(note) is not None:
                statements.append(Block("Job statement", by, at, note.text))
            else:
                memos.append(Written(by, at, note.text))
        return memos, statements

    def add_memos(self, kind: MemoKind, of: int | str, written: Iterable[Written]) -> None:
        """Store memos, one per writer; words that a writer has twice are stored once."""
        by_writer: dict[str, dict[str, Written]] = defaultdict(dict)
        for each in written:
            self.words.add(each.words.strip())
            if each.words.strip():
                by_writer[each.by].setdefault(each.words.strip(), each)
        for writer, memos_by_words in by_writer.items():
            words = "\n\n".join(each.words for each in memos_by_words.values())
            if self.covered is not None and self.covered.is_memo(kind, of, writer, words):
                continue
            at = max(each.at for each in memos_by_words.values())
            self.count_stored(
                exchanged_memos.put_memo(self.study, kind, of, words, writer, at), "memo", writer, f"{kind} {of}"
            )

    def add_statements(self, passage: int, blocks: Iterable[Block]) -> None:
        """Store job statements; words that are not one are stored as a memo."""
        for block in dict.fromkeys(blocks):
            self.words.add(block.words.strip())
            if self.covered is not None and self.covered.is_statement(passage, block.by, block.words):
                continue
            parts = parts_of(block.words)
            if parts is None:
                self.add_memos("passage", passage, [Written(block.by, moment(block.at), block.words)])
                continue
            done = exchanged_memos.put_statement(self.study, passage, parts, block.by, moment(block.at))
            self.count_stored(done, "job statement", block.by, f"passage {passage}")

    def count_stored(self, done: bool | None, kind: str, writer: str, of: str) -> None:
        """Count a new memo or statement (``done``), and list one that differs from a stored one (None)."""
        self.counted["memos"] += bool(done)
        if done is None:
            self.drop(kind, f"of {writer} on {of}", "differs from the one in the study, which was kept")
