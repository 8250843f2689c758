"""Export a study to other programs for qualitative analysis, as a REFI-QDA project or codebook."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import blind, pseudonyms
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange.refi.blocks import Block, BlockKind, with_blocks
from needsseg.actions.exchange.refi.drafts import turns_of
from needsseg.actions.exchange.refi.known_interviews import guid_of, space_of
from needsseg.actions.exchange.refi.names import COLOURS, KEY, NAMELESS, NO_COLOUR, ROLES, SEGMENT_NOTE, STATEMENT
from needsseg.actions.exchange.refi.pseudonymised import LABEL, covered_text, statement_words
from needsseg.actions.exchange.refi.times import NAME as TIMES
from needsseg.actions.exchange.refi.times import times_note
from needsseg.errors import Advice, Fix, NeedssegError, Option, UsageError
from needsseg.records import Role, Transcript
from needsseg.study.coding import codebook, exchange, memos, passages, statements
from needsseg.study.coding.memos import Memo
from needsseg.study.connection import Study
from needsseg.study.file import leftovers
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews
from needsseg.text import format_count
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.exchange import refi

FORMATS = ("qdpx", "qdc")


@dataclass(frozen=True, slots=True)
class RefiReport:
    """The counts of what was written, what the standard cannot hold, and what other programs are known to drop."""

    path: Path
    interviews: int
    passages: int
    codes: int
    notes: int
    cases: int
    pseudonyms: bool
    left_out: tuple[str, ...]
    dropped_by_others: tuple[str, ...] = ()
    names_left: int = 0


def export_qdpx(study: Study, path: Path, *, original: bool = False, overwrite: bool = False) -> RefiReport:
    """Write the study as a REFI-QDA project, whole or not at all.

    Texts, names and notes are pseudonymised unless ``original`` is set, and the passages' offsets adjusted. Equal studies
    give equal files. Raises UsageError if ``path`` belongs to the study or the coder works blind, NeedssegError if it
    exists and ``overwrite`` is not set.
    """
    from needsseg.exchange import refi

    if blind.is_blind(study):
        raise UsageError(
            "You work blind, and a project shows what everybody marked.", Advice("Stop working blind: ", Fix.BLIND_OFF)
        )
    _check_target(study, path, overwrite)
    project, left_out = project_of(study, pseudonyms.cover(study, original=original))
    names_left = 0 if original else pseudonyms.count_left(study)[0]
    with leftovers.writing_to(study, path):
        refi.write_project(project, path)
    return RefiReport(
        path, len(project.sources), len(exchange.marks(study)), len(project.codes),
        len(_written(project)), len(project.cases), not original, left_out, _dropped_by_others(project),
        names_left,
    )  # fmt: skip


def _written(project: refi.Project) -> list[refi.Note]:
    """The notes that hold what people wrote."""
    return [note for note in project.notes if not note.name.startswith(TIMES)]


def _dropped_by_others(project: refi.Project) -> tuple[str, ...]:
    """List what the programs that were tried lose of a project, with counts."""
    uncoded = sum(not each.codings for source in project.sources for each in source.selections)
    counted = {
        "sets (segments) are dropped": len(project.sets),
        "notes become separate journal entries; memos and job statements are in descriptions too": len(
            _written(project)
        ),
        "passages not coded by who accepted them, and memos of people who did not code, become annotations": uncoded,
        "cases lose the sources they speak in; variables restore them": len(project.cases),
    }
    return tuple(f"QualCoder: {loss} ({count})" for loss, count in counted.items() if count)


def export_qdc(study: Study, path: Path, *, original: bool = False, overwrite: bool = False) -> RefiReport:
    """Write the codebook as a REFI-QDA codebook: names, tree, colours, descriptions. Raises as ``export_qdpx``."""
    from needsseg.exchange import refi

    _check_target(study, path, overwrite)
    codes = _ProjectBuilder(study, pseudonyms.cover(study, original=original)).codes(with_memos=False)
    with leftovers.writing_to(study, path):
        refi.write_codebook(codes, f"needsseg {__version__}", path)
    memo_count = len(memos.listing(study, "code"))
    left_out = (f"{format_count(memo_count, 'memo')} on codes: a codebook holds none",) if memo_count else ()
    return RefiReport(path, 0, 0, len(codes), 0, 0, not original, left_out)


def _check_target(study: Study, path: Path, overwrite: bool) -> None:
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    if path.exists() and not overwrite:
        raise NeedssegError(
            f"{path} exists already.", Advice("Name another file, or replace this one", Option.OVERWRITE, ".")
        )


def project_of(study: Study, over: Cover) -> tuple[refi.Project, tuple[str, ...]]:
    """Convert the study to a pseudonymised project; return it and what the standard cannot hold."""
    from needsseg.actions.exchange.refi.cases import cases_of, sets_of
    from needsseg.exchange import refi

    builder = _ProjectBuilder(study, over)
    codes = builder.codes()
    sources = tuple(builder.source(key) for key in interviews.keys(study))
    cases = cases_of(study, over, builder.guid, builder.variable)
    sets = sets_of(study, over, builder.guid)
    project = refi.Project(
        study.path.stem if over.original else "Study",
        f"needsseg {__version__}",
        tuple(refi.User(guid, name) for name, guid in sorted(builder.users.items())),
        codes,
        tuple(refi.Variable(guid, name) for name, guid in sorted(builder.variables.items())),
        cases,
        sources,
        tuple(builder.notes),
        sets,
    )
    return project, (*builder.left_out, *_left_out(study))


def _left_out(study: Study) -> list[str]:
    """List what a project cannot hold, with counts."""
    listed, marked = passages.listing(study), {mark.id for mark in exchange.marks(study)}
    counted = {
        "suggestions that nobody decided on": sum(
            each.status == "suggested" and each.id not in marked for each in listed
        ),
        "rejected passages": sum(each.status == "rejected" for each in listed),
        "passages without a place": sum(each.status == "accepted" and not each.anchored for each in listed),
        "names of coders who also decided on a passage": sum(len(each.also_decided_by) for each in listed),
        "digits that codes are pinned to": sum(row.pin is not None for row in codebook.listing(study)),
    }
    return [f"{count} {kind}" for kind, count in counted.items() if count]


class _ProjectBuilder:
    """Builds a project; collects its GUIDs, users, variables and notes on the way."""

    def __init__(self, study: Study, over: Cover) -> None:
        self.study, self.over = study, over
        self.space = space_of(study)
        self.users: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.notes: list[refi.Note] = []
        self.left_out: list[str] = []
        self.ids = exchange.interview_ids(study)
        # A note without a date stops the import of programs that keep notes as a journal.
        self.began = min(interviews.imported_at(study).values(), default="1970-01-01T00:00:00Z")
        self.note_names: set[str] = set()
        self.marks: dict[str, list[exchange.Mark]] = defaultdict(list)
        for mark in exchange.marks(study):
            self.marks[mark.interview].append(mark)
        self.places = Counter((each.interview, each.start, each.end) for marks in self.marks.values() for each in marks)
        self.codings: dict[int, list[exchange.CodeMark]] = defaultdict(list)
        for coding in exchange.code_marks(study):
            self.codings[coding.passage].append(coding)
        self.memos: dict[tuple[str, int | str], list[Memo]] = defaultdict(list)
        for memo in memos.listing(study):
            self.memos[memo.kind, memo.of].append(memo)
        self.statements: dict[int, list[statements.PassageStatement]] = defaultdict(list)
        for statement in statements.listing(study):
            self.statements[statement.passage].append(statement)
        self.segments: dict[int, list[str]] = defaultdict(list)
        self._segments()

    def _segments(self) -> None:
        """A note for each segment that a person named or confirmed."""
        from needsseg.exchange import refi

        members = segments.members(self.study)
        for row in segments.listing(self.study):
            if row.status in ("named", "confirmed"):
                guid = self.guid("segment note", row.id)
                words = self.over.text(row.statement or row.description or row.name)
                by, at = self.user(row.confirmed_by or ""), row.confirmed_at or self.began
                self.notes.append(refi.Note(guid, self._unused(f"{SEGMENT_NOTE}{row.name}"), words, by, at))
                for member in members.get(row.id, []):
                    self.segments[member.passage].append(guid)

    def guid(self, kind: str, row: object) -> str:
        """The GUID of a row: the same for this study and its copies, and without information about its content."""
        return guid_of(self.space, kind, row)

    def user(self, name: str) -> str:
        return self.users.setdefault(name, self.guid("user", name)) if name else ""

    def variable(self, name: str) -> str:
        return self.variables.setdefault(name, self.guid("variable", name))

    def codes(self, with_memos: bool = True) -> tuple[refi.Code, ...]:
        """Build the codebook; each code has its memos as notes and in its description."""
        from needsseg.exchange import refi

        codes = []
        for code in exchange.codes(self.study):
            name = self.over.text(code.name)
            written = self.memos["code", code.name] if with_memos else []
            codes.append(
                refi.Code(
                    self.guid("code", code.id), name, "" if code.parent is None else self.guid("code", code.parent),
                    COLOURS.get(code.color, code.color) or NO_COLOUR,
                    self._described(self.over.text(code.description), written),
                    tuple(self._note(memo, f"Memo on {name}") for memo in written),
                )
            )  # fmt: skip
        return tuple(codes)

    def _described(self, description: str, written: Sequence[Memo], interview: str | None = None) -> str:
        """Append memos to a description, for programs that lose notes on things."""
        if not written:
            return description
        blocks = [
            Block("Memo", each.written_by, each.written_at, self.over.text(each.words, interview)) for each in written
        ]
        return with_blocks(description, blocks)

    def source(self, key: str) -> refi.Source:
        """Build the source of one interview with its passages."""
        from needsseg.exchange import refi

        transcript = interviews.transcript(self.study, key)
        text = covered_text(self.over, key, transcript)
        named = self.over.interview(key)
        title = named if not self.over.original else interviews.title(self.study, key)
        notes = [self._note(memo, f"Memo on {named}", key) for memo in self.memos["interview", key]]
        spans = [(*text.span(turn.start, turn.end), turn.start_ms, turn.end_ms) for turn in transcript.turns]
        if times := times_note(text.text, spans):
            guid = self.guid("times", self.ids[key])
            self.notes.append(refi.Note(guid, self._unused(f"{TIMES}{named}"), times, "", self.began))
            notes.append(guid)
        return refi.Source(
            self.guid("interview", self.ids[key]), title, text.text,
            tuple(each for mark in self.marks[key] for each in self._selections_of(mark, key, text)),
            self._described("", self.memos["interview", key], key),
            tuple(notes), tuple(self._values(named, transcript, text)), "", interviews.imported_at(self.study)[key],
        )  # fmt: skip

    def _values(self, named: str, transcript: Transcript, text: refi.Shifted) -> list[refi.Value]:
        """The variables that name the speakers by role, from which an import can find the turns again."""
        from needsseg.exchange import refi

        printed: dict[str, Role] = {}
        spans = [text.span(turn.start, turn.end) for turn in transcript.turns]
        after = 0
        for turn, (start, end) in zip(transcript.turns, spans, strict=True):
            gap = LABEL.fullmatch(text.text[after:start])
            printed[gap["label"] if gap else ""] = turn.role
            after = end
        read_turns = turns_of(text.text, printed, "").turns
        same = read_turns is not None and [(turn.start, turn.end, turn.role) for turn in read_turns] == [
            (start, end, turn.role) for turn, (start, end) in zip(transcript.turns, spans, strict=True)
        ]
        values = [refi.Value(self.variable(KEY), named)]
        if not same:
            self.left_out.append(f"where turns of {named} begin and end")
        for role, name in ROLES:
            labels = [label or NAMELESS for label, label_role in printed.items() if label_role == role]
            if labels:
                values.append(refi.Value(self.variable(name), "\n".join(labels)))
        return values

    def _selections_of(self, mark: exchange.Mark, key: str, text: refi.Shifted) -> list[refi.Selection]:
        """One selection per person who accepted, coded or annotated a passage: other programs keep one user for each."""
        from needsseg.exchange import refi

        start, end = text.span(mark.start, mark.end)
        memos = {memo.written_by: memo for memo in self.memos["passage", mark.id]}
        statements = {each.written_by: each for each in self.statements[mark.id]}
        codings = self.codings[mark.id]
        people = list(dict.fromkeys([mark.by, *(each.by for each in codings), *memos, *statements]))
        if not mark.by and len(people) > 1:
            people.remove("")
        shared = self.places[mark.interview, mark.start, mark.end] > 1
        selections: list[refi.Selection] = []
        for person in people:
            own = [each for each in codings if each.by == person]
            # Programs turn a selection without a code into an annotation, which may lose its text.
            decided = shared or not own or (not selections and (not mark.by or len(people) > 1))
            kind: BlockKind = "Accepted" if mark.status == "accepted" else "Undecided"
            blocks = [Block(kind, mark.by, mark.at, place=self.over.interview(key))] if decided else []
            notes: list[str] = []
            words = ""
            if memo := memos.get(person):
                words = self.over.text(memo.words, key)
                notes.append(self._note(memo, f"Memo on passage {mark.id}", key))
            if statement := statements.get(person):
                statement_text = statement_words(statement.parts, self.over, key)
                blocks.append(Block("Job statement", person, statement.written_at, statement_text))
                notes.append(self._statement(statement, statement_text))
            selections.append(
                refi.Selection(
                    self.guid("passage", f"{mark.id} {person}" if selections else mark.id), start, end,
                    self.user(person), mark.at if person == mark.by else "" if not own else own[0].at,
                    with_blocks(words, blocks),
                    tuple(
                        refi.Coding(self.guid("coding", each.id), self.guid("code", each.code), self.user(each.by), each.at)
                        for each in own
                    ),
                    (*notes, *([] if selections else self.segments[mark.id])),
                )
            )  # fmt: skip
        return selections

    def _note(self, memo: Memo, name: str, interview: str | None = None) -> str:
        from needsseg.exchange import refi

        guid = self.guid("memo", memo.id)
        words = self.over.text(memo.words, interview)
        name = self._unused(f"{name} by {memo.written_by}")
        self.notes.append(refi.Note(guid, name, words, self.user(memo.written_by), memo.written_at or self.began))
        return guid

    def _statement(self, statement: statements.PassageStatement, words: str) -> str:
        from needsseg.exchange import refi

        guid = self.guid("statement", f"{statement.passage} {statement.written_by}")
        name = self._unused(f"{STATEMENT} on passage {statement.passage} by {statement.written_by}")
        at = statement.written_at or self.began
        self.notes.append(refi.Note(guid, name, words, self.user(statement.written_by), at))
        return guid

    def _unused(self, name: str) -> str:
        """The name, numbered if another note has it: programs that keep notes as a journal require unique names."""
        number, unused = 2, name
        while unused in self.note_names:
            unused, number = f"{name} ({number})", number + 1
        self.note_names.add(unused)
        return unused
