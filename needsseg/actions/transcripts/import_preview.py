"""Preview an import: layouts, speakers, words that are left out, doubts, and choices."""

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
    """One speaker of a file, with their first words."""

    label: str
    role: Role
    turns: int
    words: int
    first_words: str


@dataclass(frozen=True, slots=True)
class PreviewInterview:
    """One interview in a file; ``part`` is its id in a table, ``known`` says that the study has it already."""

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
    """One file: its interviews, or the reason that it would be refused; its shape, and the options to choose from.

    ``choices`` are those it was read with, ``remembered`` says that the study had stored them, ``known`` that all its
    interviews were imported before. ``label_patterns`` have the keys looks, pattern, lines and speakers.
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
        """All suspicions and warnings, each once."""
        return tuple(dict.fromkeys(doubt for one in self.interviews for doubt in (*one.suspicions, *one.warnings)))

    @property
    def state(self) -> str:
        """``clean``, ``doubtful``, ``refused`` or ``known``."""
        if self.refused:
            return "refused"
        return "known" if self.known else "doubtful" if self.doubts else "clean"


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The files an import would read, and those refused, passed over, or ignored in folders."""

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
    """Read files as ``import_transcripts`` would, and report the result; stores nothing.

    An error in one file only refuses that file. Raises UsageError for invalid choices.
    """
    if format:
        chosen = replace(chosen, general=combined(chosen.general, ReadingChoices(layout=format)))
    check(chosen.general)
    gathered = files_of(study, paths, chosen.skipped)
    resolver, names, imported = ChoiceResolver(study, chosen), file_names(gathered.files), interviews.by_content(study)
    matches = ChoiceMatches(chosen, resolver.remembered, by_shape=True)
    previews: list[PreviewFile] = []
    for number, file in enumerate(gathered.files):
        progress("reading", number, len(gathered.files))
        previews.append(_previewed(file, names[file], resolver, imported, matches))
    progress("reading", len(gathered.files), len(gathered.files))
    matches.raise_unmatched()
    return ImportPreview(tuple(previews), gathered.refused, gathered.passed_over, gathered.others)


def _previewed(
    file: Path, file_name: FileName, resolver: ChoiceResolver, imported: dict[str, str], matches: ChoiceMatches
) -> PreviewFile:
    chosen, name, stem = FileChoices(), file_name.name, file_name.stem
    try:
        digest = content_of(file)
        chosen = resolver.resolve(file, with_shape=True)
        matches.check_pattern(file, chosen)
        read = read_interviews(file, chosen)
        matches.look(file, chosen, read)
        parts = [
            (part, transcript, digest if not part else sha256(f"{digest}\0{storable(part)}"))
            for part, transcript in read
        ]
    except Exception as error:
        return replace(_unread(file, name, chosen), refused=reason_of(error, file))
    titles = titles_of([(f"{stem} {part}" if part else stem, each.title) for part, each, _ in parts], {})
    interviews = tuple(
        _interview(part, title, transcript, digest in imported or content in imported)
        for (part, transcript, content), title in zip(parts, titles, strict=True)
    )
    return replace(_unread(file, name, chosen), interviews=interviews, known=all(one.known for one in interviews))


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
    turns_by_speaker: dict[str, list[str]] = {}
    roles = {turn.speaker: turn.role for turn in transcript.turns}
    for turn in transcript.turns:
        turns_by_speaker.setdefault(turn.speaker, []).append(transcript.words(turn))
    speakers = tuple(
        PreviewSpeaker(label, roles[label], len(turns), sum(len(turn.split()) for turn in turns), _first(turns[0]))
        for label, turns in turns_by_speaker.items()
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
        # A language without spaces, or a file that is not a transcript, may have very long words.
        return shown[: _LONGEST_SHOWN - 1].rstrip() + "…"
    return shown + (" …" if len(parts) > _FIRST_WORDS else "")


def preview_json(result: ImportPreview) -> dict[str, Any]:
    """Convert a preview to JSON values: ``files passed_over others refused``; a file also has its ``state``."""
    from dataclasses import asdict

    return {
        "files": [asdict(file) | {"state": file.state} for file in result.files],
        "refused": [one.row() for one in result.refused],
        "passed_over": [one.row() for one in result.passed_over],
        "others": result.others,
    }


def preview_from(values: dict[str, Any]) -> ImportPreview:
    """Parse the values written by ``preview_json``."""
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
