"""Projects and codebooks of other programs in: new interviews, codes, passages, memos, and what is known of people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.importing import _key
from needsseg.actions.refi import COLOURS, ROLES, SEGMENT_NOTE
from needsseg.actions.refi_cases import ACCOUNT, FIELDS, KIND, LINKED, PARTICIPANT, SEGMENT, SPEAKS_AS
from needsseg.actions.refi_drafts import Draft, moment, on_one_line, statement_in, transcript_of, unused
from needsseg.errors import UsageError
from needsseg.files import sha256
from needsseg.study import accounts, codebook, exchanging, exchanging_memos, interviews, speakers
from needsseg.study.connection import Study, plain_text
from needsseg.study.memos import MemoKind

if TYPE_CHECKING:
    from needsseg.exchange import refi

_NAMED = {value: name for name, value in COLOURS.items()}
_OWN = {"key", *(name for _, name in ROLES)}


@dataclass(frozen=True, slots=True)
class RefiImport:
    """What an import did: interviews that are new or had the same text already, what was added, and what was dropped.

    ``convention`` says how the file counts positions, ``fit`` for which share of ``edges`` of its selections that holds.
    """

    file: str
    origin: str
    added: tuple[str, ...]
    joined: tuple[str, ...]
    codes: int
    passages: int
    marks: int
    memos: int
    people: int
    convention: str
    fit: float
    edges: int
    dropped: tuple[refi.Dropped, ...]


def import_qdc(study: Study, path: Path) -> RefiImport:
    """Takes the codes of a .qdc over; one action. A code that is called so already gets what it lacks."""
    return _import(study, path, codes_only=True)


def import_qdpx(study: Study, path: Path) -> RefiImport:
    """Takes a REFI-QDA project over; one action.

    Its texts become interviews character by character, except those that are in the study already, which are added to.
    Selections become accepted passages of who made them. Everything that has no place here is listed as dropped.
    """
    return _import(study, path, codes_only=False)


def _import(study: Study, path: Path, *, codes_only: bool) -> RefiImport:
    from needsseg.exchange import refi

    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name a .qdpx or .qdc file.")
    read = refi.read_codebook(path) if codes_only else refi.read_project(path)
    drafts = [Draft(source, *transcript_of(source, read.project)) for source in read.project.sources]
    _ = study.db  # loaded before the study is locked
    with study.action("import") as action:
        taking = _Taking(study, path.name, read)
        taking.codes()
        for draft in drafts:
            taking.source(draft)
        taking.memos_on("code", {code.guid: taking.names[code.guid] for code in read.project.codes})
        taking.cases()
        taking.leftovers()
        counted = taking.counted
        action.summary = f"imported {path.name}: {len(taking.added)} interviews, {counted['passages']} passages"
    how = read.convention
    return RefiImport(
        path.name, read.project.origin, tuple(taking.added), tuple(taking.joined), counted["codes"],
        counted["passages"], counted["marks"], counted["memos"], counted["people"],
        how.in_words, how.score, how.edges, tuple(taking.dropped),
    )  # fmt: skip


class _Taking:
    """An import while it runs, inside its action."""

    def __init__(self, study: Study, file: str, read: refi.Read) -> None:
        self.study, self.file, self.project = study, file, read.project
        self.dropped = list(read.dropped)
        self.counted: Counter[str] = Counter()
        self.added: list[str] = []
        self.joined: list[str] = []
        self.keys: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.users = {user.guid: on_one_line(user.name) for user in read.project.users}
        self.notes = {note.guid: note for note in read.project.notes}
        self.used: set[str] = set()
        # Segments come as notes that their passages refer to; they rest on runs and decisions that no project holds.
        sets = {f"{SEGMENT_NOTE}{each.name}" for each in read.project.sets}
        self.segments = {note.guid for note in read.project.notes if note.name in sets}
        self.variables = {variable.guid: variable.name for variable in read.project.variables}

    def drop(self, kind: str, name: str, why: str) -> None:
        from needsseg.exchange import refi

        self.dropped.append(refi.Dropped(kind, name, why))

    def who(self, user: str) -> str:
        return self.users.get(user) or self.study.actor

    def codes(self) -> None:
        """Codes by name; a name that occurs twice in the file is told apart by the code above."""
        taken: dict[str, str] = {}
        for code in self.project.codes:
            name = on_one_line(code.name) or "unnamed code"
            above = self.names.get(code.parent)
            if code.guid in self.names:
                continue
            if codebook.same(name) in taken:
                name = unused(f"{name} ({above})" if above else name, taken)
                self.drop("name of a code", code.name, f"another code is called so; this one is “{name}” here")
            taken[codebook.same(name)] = code.guid
            color = _NAMED.get(code.colour, code.colour)
            held, new, differs = exchanging.put_code(self.study, name, above, code.description, color)
            self.names[code.guid] = held
            self.counted["codes"] += new
            if differs:
                self.drop("code", held, "is described or placed differently there; it stays as it is here")

    def source(self, draft: Draft) -> None:
        """One source with its passages, memos and variables."""
        source = draft.source
        key = self._interview(draft)
        self.keys.setdefault(source.guid, key)
        if draft.doubt:
            self.drop("turns", source.name, draft.doubt)
        for selection in source.selections:
            self._selection(selection, source, key)
        self.memo("interview", key, source.description, source.notes, source.user, source.at)
        self._source_values(source, key)

    def _interview(self, draft: Draft) -> str:
        """The key of the interview that has this very text, which is added where there is none."""
        digest = sha256(draft.source.text)
        for key, held in interviews.text_sha256(self.study).items():
            if held == digest and key not in self.added:
                self.joined.append(key)
                return key
        said = {self.variables.get(value.variable, ""): value.text for value in draft.source.values}
        stem = said.get("key") or re.sub(r"\.(txt|docx?|rtf|odt|md|pdf)$", "", draft.source.name, flags=re.IGNORECASE)
        name = on_one_line(draft.source.name) or "source"
        key = _key(stem, set(interviews.keys(self.study)))
        content = sha256(f"{digest}\0{draft.source.guid}\0{self.file}")
        interviews.add(self.study, key, name, f"{self.file}#{name}", content, draft.transcript)
        self.added.append(key)
        return key

    def _selection(self, selection: refi.Selection, source: refi.Source, key: str) -> None:
        by, at = self.who(selection.user), moment(selection.at)
        passage, new = exchanging.put_mark(self.study, key, selection.start, selection.end, by, at)
        if passage is None:
            shown = source.text[selection.start : selection.end]
            self.drop("selection", f"“{shown[:60]}”", f"is not in one participant's turn of {key}, or was rejected")
            return
        self.counted["passages"] += new
        for coding in selection.codings:
            name = self.names.get(coding.code)
            if name is None:
                self.drop("coding", coding.code, "its code is not in the file")
                continue
            who, when = self.who(coding.user or selection.user), moment(coding.at or selection.at)
            self.counted["marks"] += exchanging.put_code_mark(self.study, passage, name, who, when)
        self.memo("passage", passage, selection.description, selection.notes, selection.user, selection.at)

    def memos_on(self, kind: MemoKind, names: Mapping[str, str]) -> None:
        """The memos on codes."""
        for code in self.project.codes:
            self.memo(kind, names[code.guid], "", code.notes, "", "")

    def memo(self, kind: MemoKind, of: int | str, description: str, notes: Sequence[str], user: str, at: str) -> None:
        """Notes and a description as memos, one a writer; a description that repeats the notes is read once."""
        found = [self.notes[guid] for guid in notes if guid in self.notes and guid not in self.segments]
        self.used.update(note.guid for note in found)
        statements = {note.guid: parts for note in found if (parts := statement_in(note)) and kind == "passage"}
        for guid, parts in statements.items():
            note = self.notes[guid]
            done = exchanging_memos.put_statement(self.study, int(of), parts, self.who(note.user), moment(note.at))
            self._told(done, "job statement", str(of))
        written: dict[str, list[tuple[str, str]]] = defaultdict(list)
        others = [note for note in found if note.guid not in statements]
        repeated = {"\n\n".join(note.text for note in others).strip(), *(note.text.strip() for note in others)}
        if description.strip() and description.strip() not in repeated:
            written[self.who(user)].append((description, moment(at)))
        for note in others:
            written[self.who(note.user)].append((note.text, moment(note.at)))
        for writer, said in written.items():
            words = "\n\n".join(text for text, _ in said if text.strip())
            done = exchanging_memos.put_memo(self.study, kind, of, words, writer, max(moment for _, moment in said))
            self._told(done, "memo", f"of {writer} on {kind} {of}")

    def _told(self, done: bool | None, kind: str, name: str) -> None:
        self.counted["memos"] += bool(done)
        if done is None:
            self.drop(kind, name, "is there already with other words, which stay")

    def _source_values(self, source: refi.Source, key: str) -> None:
        said = {self.variables.get(value.variable, ""): value.text for value in source.values}
        told = {name: text for name, text in said.items() if name and name not in _OWN}
        people = [row.participant for row in interviews.speakers(self.study, key) if row.participant]
        if told and len(set(people)) == 1:
            self._person(people[0], "", told)
        elif told:
            self.drop("variables", source.name, f"belong to no one participant: {', '.join(sorted(told))}")

    def cases(self) -> None:
        """Cases as participants: those who speak under the case's name, or alone, in the sources that it refers to."""
        at = {each.guid: source.guid for source in self.project.sources for each in source.selections}
        for case in self.project.cases:
            said = {self.variables.get(value.variable, ""): value.text for value in case.values}
            if said.get(KIND) == ACCOUNT:
                self.drop("case", case.name, "is an account; accounts come with: needsseg accounts import FILE")
                continue
            labels = {case.name, *said.get(SPEAKS_AS, "").split("\n")}
            guids = dict.fromkeys([*case.sources, *(at[guid] for guid in case.selections if guid in at)])
            who: list[tuple[str, str]] = []
            for key in dict.fromkeys(self.keys[guid] for guid in guids if guid in self.keys):
                speaking = [row.label for row in interviews.speakers(self.study, key) if row.participant]
                named = [label for label in speaking if label in labels]
                # Two labels of one person in one interview stay two speakers; nobody said that they are one.
                who += [(key, label) for label in named or (speaking if len(speaking) == 1 else [])]
            if not who:
                self.drop("case", case.name, "is nobody who speaks in an imported text")
                continue
            if len(who) > 1:
                speakers.tie(self.study, who)
            key, label = who[0]
            person = next(row.participant for row in interviews.speakers(self.study, key) if row.label == label)
            if person is not None:
                # Only this program's own cases say by it that a person confirmed the account.
                own = said.get(KIND) == PARTICIPANT
                hidden = {KIND, SPEAKS_AS, SEGMENT, LINKED, ""} if own else {""}
                if own and LINKED in said and person not in accounts.links(self.study):
                    accounts.link(self.study, person, said[LINKED])
                self._person(person, case.name, {name: text for name, text in said.items() if name not in hidden})

    def _person(self, key: str, name: str, said: Mapping[str, str]) -> None:
        """Fills what is empty of what is known of a participant; what differs stays, and is listed."""
        person = next(each for each in accounts.participants(self.study) if each.key == key)
        columns = {field: str(getattr(person, field)) for field in FIELDS}
        held = {**person.attributes, **{field: text for field, text in columns.items() if text}}
        for field, text in said.items():
            if held.setdefault(field, text) != text:
                self.drop("variable", f"{field} of {key}", "differs from what is here, which stays")
        found = replace(
            person,
            name=plain_text(name) if name and self.added and self._new(key) else person.name,
            attributes={field: text for field, text in held.items() if field not in FIELDS},
            **{field: held.get(field, "") for field in FIELDS},
        )
        if found != person:
            accounts.update_participant(self.study, found)
            self.counted["people"] += 1

    def _new(self, participant: str) -> bool:
        """Whether a participant came with this import."""
        where = {row.interview for row in exchanging.voices(self.study) if row.participant == participant}
        return where <= set(self.added)

    def leftovers(self) -> None:
        """Notes that are about nothing that was taken over, and sets."""
        for note in self.project.notes:
            if note.guid in self.segments:
                self.drop("segment", note.name.removeprefix(SEGMENT_NOTE), "segments are not taken over")
            elif note.guid not in self.used:
                self.drop("note", note.name or note.guid, "is about nothing that has memos here")
        for each in self.project.sets:
            if f"{SEGMENT_NOTE}{each.name}" not in {note.name for note in self.project.notes}:
                self.drop("set", each.name, "sets are not kept")
        if self.project.description.strip():
            self.drop("description", self.project.name, "a study has no description")
