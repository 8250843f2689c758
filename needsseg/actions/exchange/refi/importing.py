"""Import projects and codebooks of other programs: interviews, codes, passages, memos and participants' attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.exchange.refi.blocks import Block, split_blocks
from needsseg.actions.exchange.refi.drafts import Draft, draft_of, moment, on_one_line, unused
from needsseg.actions.exchange.refi.import_state import ImportState, Written
from needsseg.actions.exchange.refi.known_interviews import InterviewMatch, InterviewMatcher
from needsseg.actions.exchange.refi.names import COLOURS, KEY, NO_COLOUR, SEGMENT_NOTE
from needsseg.actions.exchange.refi.passages import take_selections
from needsseg.actions.exchange.refi.people import take_cases, take_source_values
from needsseg.actions.exchange.refi.pseudonymised_study import CoveredStudy
from needsseg.actions.transcripts.importing import unused_key
from needsseg.errors import UsageError
from needsseg.files import sha256
from needsseg.study.coding import codebook, exchange
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.exchange import refi

_NAMED = {**{value: name for name, value in COLOURS.items()}, NO_COLOUR: ""}
_SUFFIX = re.compile(r"\.(txt|docx?|rtf|odt|md|pdf|m4a|mp[34]|wav|mov|vtt|srt)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RefiImport:
    """The result of an import: interviews added, interviews ``joined`` by their equal text, counts, and what was dropped.

    ``refused`` interviews have another text in the file than in the study and were left unchanged. ``words_by_kind``
    counts the words of each new interview, by its key. ``convention`` is how the file counts positions, ``fit`` the share
    of the ``edges`` of its selections that agree with it.
    """

    file: str
    origin: str
    added: tuple[str, ...]
    joined: tuple[str, ...]
    refused: tuple[str, ...]
    codes: int
    passages: int
    marks: int
    memos: int
    people: int
    convention: str
    fit: float
    edges: int
    dropped: tuple[refi.Dropped, ...]
    words_by_kind: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def import_qdc(study: Study, path: Path) -> RefiImport:
    """Import the codes of a .qdc file as one action; an existing code of the same name is completed."""
    return _import(study, path, codes_only=True)


def import_code_table(study: Study, path: Path) -> RefiImport:
    """Import codes from a table (CSV, TSV or xlsx: code, parent, description) as one action, as ``import_qdc``."""
    from needsseg.exchange import refi

    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name a table of codes.")
    return _import_read(study, path, refi.read_code_table(path))


def is_code_table(path: Path) -> bool:
    """Whether a file is a table of codes and not one of talk."""
    from needsseg.exchange import refi

    return path.is_file() and refi.is_code_table(path)


def import_qdpx(study: Study, path: Path) -> RefiImport:
    """Import a REFI-QDA project as one action.

    Its texts become interviews, character by character; interviews already in the study are extended. Selections become
    passages accepted by their creator. Everything that a study cannot hold is listed as dropped.
    """
    return _import(study, path, codes_only=False)


def _import(study: Study, path: Path, *, codes_only: bool) -> RefiImport:
    from needsseg.exchange import refi

    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name a .qdpx or .qdc file.")
    read = refi.read_codebook(path) if codes_only else refi.read_project(path)
    return _import_read(study, path, read)


def _import_read(study: Study, path: Path, read: refi.Read) -> RefiImport:
    """Store what was read as one action."""
    sources, lost = _with_annotations(read)
    drafts = [draft_of(source, read.project) for source in sources]
    _ = study.db  # loaded before the study is locked
    with study.action("import") as action:
        state = ImportState(study, path.name, read)
        state.dropped += lost
        # Before anything is stored, since pseudonyms are those of the study as it was.
        places = _matches(state, drafts)
        _take_codes(state)
        for draft, match in zip(drafts, places, strict=True):
            _take_source(state, draft, match)
        take_cases(state)
        _list_leftovers(state)
        counted = state.counted
        action.summary = (
            f"imported {path.name}: {format_count(len(state.added), 'interview')}, {counted['passages']} passages"
        )
    convention = read.convention
    return RefiImport(
        path.name, read.project.origin, tuple(state.added), tuple(state.joined), tuple(state.refused), counted["codes"],
        counted["passages"], counted["marks"], counted["memos"], counted["people"],
        convention.in_words, convention.score, convention.edges, tuple(state.dropped), state.words_by_kind,
    )  # fmt: skip


def _with_annotations(read: refi.Read) -> tuple[tuple[refi.Source, ...], list[refi.Dropped]]:
    """Add annotations to the sources that they name themselves; return the sources and the other annotations as dropped."""
    from needsseg.exchange import refi

    names = {variable.guid: variable.name for variable in read.project.variables}
    sources = list(read.project.sources)
    keys = {
        value.text: at for at, each in enumerate(sources) for value in each.values if names.get(value.variable) == KEY
    }
    dropped: list[refi.Dropped] = []
    for annotation in read.project.annotations:
        words, blocks = split_blocks(annotation.description)
        at = next((keys[block.place] for block in blocks if block.place in keys), None)
        if at is None:
            label = words.strip() or f"{annotation.start}–{annotation.end}"
            dropped.append(refi.Dropped("annotation", label[:60], "the file does not say which text it is on"))
            continue
        placed, _ = refi.placed(replace(sources[at], selections=(annotation,)), read.convention, False, dropped)
        sources[at] = replace(sources[at], selections=(*sources[at].selections, *placed.selections))
    return tuple(sources), dropped


def _matches(state: ImportState, drafts: Sequence[Draft]) -> list[InterviewMatch | None]:
    """Match each source to an interview of the study; note if the file holds the study under pseudonyms."""
    matcher = InterviewMatcher(state.study, KEY)
    matches: list[InterviewMatch | None] = []
    covered = False
    for draft in drafts:
        values = state.values(draft.source.values)
        match = matcher.look(draft.source, values)
        matches.append(match)
        covered |= match is not None and (match.likeness == "covered" or matcher.named(draft.source, values)[1])
    if covered:
        state.covered = CoveredStudy(state.study, matcher.cover)
    return matches


def _take_codes(state: ImportState) -> None:
    """Store codes by name; the second of two with one name in the file is named with its parent code."""
    used_names: dict[str, str] = {}
    for code in state.project.codes:
        name = on_one_line(code.name) or "unnamed code"
        if state.covered is not None:
            name = state.covered.code(name)
        above = state.names.get(code.parent)
        if code.guid in state.names:
            continue
        if codebook.same(name) in used_names:
            name = unused(f"{name} ({above})" if above else name, used_names)
            state.drop("name of a code", code.name, f"another code has this name; renamed to “{name}”")
        used_names[codebook.same(name)] = code.guid
        description, blocks = split_blocks(code.description)
        color = _NAMED.get(code.colour, code.colour)
        if state.covered is not None and state.covered.is_description(name, description):
            description = ""
        code_name, new, differs = exchange.put_code(state.study, name, above, description, color)
        state.names[code.guid] = code_name
        state.counted["codes"] += new
        if differs:
            state.drop("code", code_name, "has another description or parent in the file; the study's was kept")
        memos, _ = state.written(code.notes, "code")
        state.add_memos("code", code_name, [*memos, *_memos_in(blocks)])


def _memos_in(blocks: Sequence[Block]) -> list[Written]:
    return [Written(each.by, moment(each.at), each.words) for each in blocks if each.kind == "Memo"]


def _take_source(state: ImportState, draft: Draft, match: InterviewMatch | None) -> None:
    """Store one source with its passages, memos and variables."""
    changed = match is not None and match.likeness == "changed"
    key, source = _interview(state, draft, match)
    for guid in (source.guid, *source.also):
        state.keys.setdefault(guid, key)
    if key in state.added:
        _list_doubts(state, draft)
    values = state.values(source.values)
    if changed:
        _refuse_selections(state, source, key)
    else:
        take_selections(state, source, key, exact=KEY in values)
    memos, _ = state.written(source.notes, "interview")
    words, blocks = split_blocks(source.description)
    if words.strip():
        memos.append(Written(state.user_name(source.user), moment(source.at), words))
    state.add_memos("interview", key, [*memos, *_memos_in(blocks)])
    take_source_values(state, source.name, key, values)


def _list_doubts(state: ImportState, draft: Draft) -> None:
    """List what is doubtful about how a new interview was read."""
    name = draft.source.name
    if draft.doubt:
        state.drop("turns", name, draft.doubt)
    if draft.times_lost:
        state.drop("times", name, "the times of its turns are those of another text; not kept")
    for part in draft.transcript.left_out:
        if part.kind == "unread":
            summary = f"{format_count(part.words, 'word is', 'words are')} in no turn: {'; '.join(part.first_lines)}"
            state.drop("words", name, summary)


def _refuse_selections(state: ImportState, source: refi.Source, key: str) -> None:
    """List a source whose selections do not fit the study's text, since it is another version of an interview."""
    notes = {note for each in source.selections for note in each.notes}
    state.used |= notes
    lost = format_count(len(source.selections), "selection") + (
        f" and {format_count(len(notes), 'note')}" if notes else ""
    )
    state.drop(
        "interview",
        source.name,
        f"is {key}, whose text was changed since one of the two was written; {lost} would stand in the wrong places "
        f"and were left out. Undo the changes of {key}, import, and make them again; or import the file into a study "
        "of its own.",
    )


def _interview(state: ImportState, draft: Draft, match: InterviewMatch | None) -> tuple[str, refi.Source]:
    """Return the key of a source's interview, which is added if there is none, and the source with its positions there.

    A text that differs only in white space or by this study's pseudonyms is the same; its positions are adjusted.
    """
    if match is not None and match.likeness == "changed":
        state.refused.append(match.key)
        return match.key, match.source
    if match is not None and match.likeness != "alike":
        state.joined.append(match.key)
        if match.white_space_differs:
            state.drop("turns", draft.source.name, f"the study has this text as {match.key}, with other white space")
        return match.key, match.source
    text = draft.source.text
    stem = state.values(draft.source.values).get(KEY) or _SUFFIX.sub("", draft.source.name)
    name = on_one_line(draft.source.name) or "source"
    key = unused_key(stem, set(interviews.keys(state.study)))
    content = sha256(f"{sha256(text)}\0{draft.source.guid}\0{state.file}")
    interviews.add(state.study, key, name, f"{state.file}#{name}", content, draft.transcript)
    state.added.append(key)
    state.words_by_kind[key] = dict(draft.transcript.words_by_kind)
    if match is not None:
        state.drop("double", name, f"has most of the sentences of {match.key}; added as {key}: remove one of the two")
    return key, draft.source


def _list_leftovers(state: ImportState) -> None:
    """List notes on nothing that was imported, sets, and descriptions that are not kept."""
    names = {note.name for note in state.project.notes}
    for note in state.project.notes:
        if note.guid in state.segments:
            state.drop("segment", note.name.removeprefix(SEGMENT_NOTE), "segments are not imported")
        elif note.guid not in state.used | state.times and note.text.strip() and note.text.strip() not in state.words:
            state.drop(
                "note", note.name or note.guid, "is not about anything that can have memos (a journal?); not kept"
            )
    for each in state.project.sets:
        if f"{SEGMENT_NOTE}{each.name}" not in names:
            state.drop("set", each.name, "sets are not kept")
    if state.project.description.strip():
        state.drop("description", state.project.name, "the memo on the whole project is not kept")
    for variable in state.project.variables:
        if variable.description:
            state.drop("description of a variable", variable.name, "is not kept")
