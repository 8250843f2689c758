"""What an import would read, before anything is written: layouts, speakers, what was left out, doubts, and choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from needsseg.actions.transcripts.import_choices import (
    NOTHING_CHOSEN,
    ChoiceResolver,
    FileChoices,
    ImportChoices,
    check,
    choices_json,
    combined,
)
from needsseg.actions.transcripts.import_files import (
    Refused,
    content_of,
    files_of,
    read_interviews,
    reason_of,
    storable,
)
from needsseg.actions.transcripts.interview_names import FileName, file_names, titles_of
from needsseg.actions.transcripts.unmatched_choices import ChoiceMatches
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Role, Transcript
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.transcripts.choices import ReadingChoices

_FIRST_WORDS = 12
_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PreviewSpeaker:
    """One speaker as a file would give them, with their first words."""

    label: str
    role: Role
    turns: int
    words: int
    first_words: str


@dataclass(frozen=True, slots=True)
class PreviewInterview:
    """One interview that a file would give; ``part`` is its id in a table, ``known`` whether the study has it already."""

    part: str
    title: str
    format: str
    known: bool
    speakers: tuple[PreviewSpeaker, ...]
    words_by_kind: dict[str, int]
    left_out: tuple[dict[str, Any], ...]
    suspicions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """One file: the interviews it would give, or why it would be refused; its shape, and what there is to choose from.

    ``choices`` are those it was read by, ``remembered`` says that the study had them; ``known`` that all it holds was
    imported before. ``label_patterns`` have the keys looks, pattern, lines and speakers.
    """

    file: str
    path: str
    shape: str
    layout: str
    interviews: tuple[PreviewInterview, ...] = ()
    refused: str = ""
    known: bool = False
    anyway: bool = False
    remembered: bool = False
    choices: dict[str, Any] = field(default_factory=dict)
    label_patterns: tuple[dict[str, Any], ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """All that a person should look at, each once."""
        return tuple(dict.fromkeys(doubt for one in self.interviews for doubt in (*one.suspicions, *one.warnings)))

    @property
    def state(self) -> str:
        """``clean``, ``doubtful``, ``refused`` or ``known``."""
        if self.refused:
            return "refused"
        return "known" if self.known else "doubtful" if self.doubts else "clean"


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do: files read, and what is refused, passed over and left alone in folders."""

    files: tuple[PreviewFile, ...]
    refused: tuple[Refused, ...]
    passed_over: tuple[Refused, ...]
    others: tuple[str, ...]


def preview(
    study: Study,
    paths: Sequence[Path],
    format: str | None = None,
    progress: Progress = silent,
    chosen: ImportChoices = NOTHING_CHOSEN,
) -> ImportPreview:
    """Reads files as ``import_transcripts`` would, and says what it would make of them; writes nothing.

    Whatever goes wrong with one file is its refusal. Raises UsageError for choices that make no sense.
    """
    if format:
        chosen = replace(chosen, general=combined(chosen.general, ReadingChoices(layout=format)))
    check(chosen.general)
    gathered = files_of(study, paths, chosen.skipped)
    resolver, names, known = ChoiceResolver(study, chosen), file_names(gathered.files), interviews.by_content(study)
    matches = ChoiceMatches(chosen, resolver.remembered, by_shape=True)
    found: list[PreviewFile] = []
    for number, file in enumerate(gathered.files):
        progress("reading", number, len(gathered.files))
        found.append(_previewed(file, names[file], resolver, known, matches))
    progress("reading", len(gathered.files), len(gathered.files))
    matches.raise_unmatched()
    return ImportPreview(tuple(found), gathered.refused, gathered.passed_over, gathered.others)


def _previewed(
    file: Path, called: FileName, resolver: ChoiceResolver, known: dict[str, str], matches: ChoiceMatches
) -> PreviewFile:
    chosen, name, stem = FileChoices(), called.name, called.stem
    try:
        digest = content_of(file)
        chosen = resolver.resolve(file, with_shape=True)
        matches.check_pattern(file, chosen)
        read = read_interviews(file, chosen)
        matches.look(file, chosen, read)
        found = [
            (part, transcript, digest if not part else sha256(f"{digest}\0{storable(part)}"))
            for part, transcript in read
        ]
    except Exception as error:
        return replace(_unread(file, name, chosen), refused=reason_of(error, file))
    titles = titles_of([(f"{stem} {part}" if part else stem, each.title) for part, each, _ in found], {})
    every = tuple(
        _interview(part, title, transcript, digest in known or content in known)
        for (part, transcript, content), title in zip(found, titles, strict=True)
    )
    return replace(_unread(file, name, chosen), interviews=every, known=all(one.known for one in every))


def _unread(file: Path, name: str, chosen: FileChoices) -> PreviewFile:
    shape = chosen.shape
    return PreviewFile(
        name,
        storable(str(file)),
        shape.key if shape else "",
        shape.layout if shape else "",
        anyway=chosen.anyway,
        remembered=chosen.remembered,
        choices=choices_json(chosen.choices),
        label_patterns=tuple(
            {"looks": each.looks, "pattern": each.pattern, "lines": each.lines, "speakers": each.speakers}
            for each in (shape.label_patterns if shape else ())
        ),
        columns=shape.columns if shape else (),
    )


def _interview(part: str, title: str, transcript: Transcript, known: bool) -> PreviewInterview:
    said: dict[str, list[str]] = {}
    roles = {turn.speaker: turn.role for turn in transcript.turns}
    for turn in transcript.turns:
        said.setdefault(turn.speaker, []).append(transcript.words(turn))
    speakers = tuple(
        PreviewSpeaker(label, roles[label], len(turns), sum(len(turn.split()) for turn in turns), _first(turns[0]))
        for label, turns in said.items()
    )
    left_out = tuple(
        {"kind": one.kind, "words": one.words, "first_lines": one.first_lines} for one in transcript.left_out
    )
    warnings = tuple(warning for warning in transcript.warnings if warning not in transcript.suspicions)
    return PreviewInterview(
        storable(part), title, transcript.format, known, speakers, dict(transcript.words_by_kind), left_out,
        transcript.suspicions, warnings,
    )  # fmt: skip


def _first(words: str) -> str:
    parts = words.split()
    shown = " ".join(parts[:_FIRST_WORDS])
    if len(shown) > _LONGEST_SHOWN:
        # A language without spaces, or a file that is no talk at all, has words without end.
        return shown[: _LONGEST_SHOWN - 1].rstrip() + "…"
    return shown + (" …" if len(parts) > _FIRST_WORDS else "")


def preview_json(found: ImportPreview) -> dict[str, Any]:
    """A preview as JSON: ``files passed_over others refused``; a file has its state beside its fields."""
    from dataclasses import asdict

    return {
        "files": [asdict(file) | {"state": file.state} for file in found.files],
        "refused": [asdict(one) for one in found.refused],
        "passed_over": [asdict(one) for one in found.passed_over],
        "others": found.others,
    }


def preview_from(values: dict[str, Any]) -> ImportPreview:
    """The preview that ``preview_json`` wrote."""
    return ImportPreview(
        tuple(_file_from(file) for file in values["files"]),
        tuple(Refused(**one) for one in values["refused"]),
        tuple(Refused(**one) for one in values["passed_over"]),
        tuple(values["others"]),
    )


def _file_from(values: dict[str, Any]) -> PreviewFile:
    plain = {name: value for name, value in values.items() if name != "state"}
    plain |= {name: tuple(plain[name]) for name in ("label_patterns", "columns")}
    plain["interviews"] = tuple(
        PreviewInterview(
            **one
            | {"speakers": tuple(PreviewSpeaker(**speaker) for speaker in one["speakers"])}
            | {name: tuple(one[name]) for name in ("left_out", "suspicions", "warnings")}
        )
        for one in plain["interviews"]
    )
    return PreviewFile(**plain)
