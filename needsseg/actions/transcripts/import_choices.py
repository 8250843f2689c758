"""A person's choices for reading files: for one import, for files of one shape, and as remembered by the study."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from needsseg.errors import Advice, Fix, UsageError
from needsseg.records import Role
from needsseg.study.connection import Study, plain_text
from needsseg.study.transcripts import reading_choices as readings
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices

if TYPE_CHECKING:
    from needsseg.transcripts import FileShape


COLUMN_KINDS = ("words", "speaker", "start", "end", "interview")
"""The contents that can be chosen for a table's column."""
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """The choices for reading the files of one import.

    ``general`` applies to every file; ``by_shape``, from the preview, replaces what the study remembers for files of a
    shape. ``anyway`` reads files of which more than a tenth of the words is not understood, ``anyway_shapes`` those of
    some shapes; neither is remembered. Without ``use_remembered``, remembered choices are ignored. ``skipped`` files are
    left out.
    """

    general: ReadingChoices = NO_CHOICES
    by_shape: Mapping[str, ReadingChoices] = field(default_factory=dict)
    anyway: bool = False
    anyway_shapes: frozenset[str] = frozenset()
    use_remembered: bool = True
    skipped: frozenset[Path] = frozenset()


NOTHING_CHOSEN = ImportChoices()


@dataclass(frozen=True, slots=True)
class FileChoices:
    """The choices for reading one file, whether it is read anyway, and whether the choices were remembered."""

    choices: ReadingChoices = NO_CHOICES
    anyway: bool = False
    shape: FileShape | None = None
    remembered: bool = False


class ChoiceResolver:
    """Determines how each file of an import is read; detects a file's shape only if choices depend on it."""

    def __init__(self, study: Study, chosen: ImportChoices) -> None:
        self._chosen = chosen
        stored = readings.choices_by_shape(study) if chosen.use_remembered else {}
        self._remembered = {shape: choices_from(values) for shape, values in stored.items()}

    @property
    def remembered(self) -> dict[str, ReadingChoices]:
        """The choices that the study remembers, by shape."""
        return dict(self._remembered)

    def resolve(self, file: Path, *, with_shape: bool = False) -> FileChoices:
        """Determine how a file is read; raises TranscriptError if its shape is needed and it cannot be opened."""
        chosen = self._chosen
        needs_shape = chosen.by_shape or self._remembered or chosen.anyway_shapes or chosen.general != NO_CHOICES
        if not (needs_shape or with_shape):
            return FileChoices(anyway=chosen.anyway)
        from needsseg.transcripts import shape_of

        shape = shape_of(file)
        base, remembered = chosen.by_shape.get(shape.key), False
        if base is None:
            base = self._remembered.get(shape.key, NO_CHOICES)
            remembered = base != NO_CHOICES
        anyway = chosen.anyway or shape.key in chosen.anyway_shapes
        return FileChoices(combined(base, chosen.general), anyway, shape, remembered)


def reading_choices(
    layout: str = "",
    label_pattern: str = "",
    columns: Mapping[str, str] = MappingProxyType({}),
    not_speakers: Iterable[str] = (),
    unlabelled: str = "",
    roles: Mapping[str, Role] = MappingProxyType({}),
) -> ReadingChoices:
    """Build choices from their parts; raises UsageError for invalid ones."""
    choices = ReadingChoices(layout, label_pattern, dict(columns), frozenset(not_speakers), unlabelled, dict(roles))
    check(choices)
    return choices


def layouts() -> tuple[str, ...]:
    """The layouts that can be chosen."""
    from needsseg.transcripts import FORMATS

    return FORMATS


def combined(base: ReadingChoices, over: ReadingChoices) -> ReadingChoices:
    """Override ``base`` by the choices in ``over``; columns, roles and labels are merged."""
    return ReadingChoices(
        over.layout or base.layout,
        over.label_pattern or base.label_pattern,
        {**base.columns, **over.columns},
        base.not_speakers | over.not_speakers,
        over.unlabelled or base.unlabelled,
        {**base.roles, **over.roles},
    )


def remember(study: Study, shape: str, choices: ReadingChoices) -> None:
    """Store choices for files of one shape (inside an action)."""
    readings.store_choices(study, shape, choices_json(choices))


def choices_json(choices: ReadingChoices) -> dict[str, Any]:
    """Convert choices to JSON values, without those left to the program."""
    values = asdict(choices) | {"not_speakers": sorted(choices.not_speakers)}
    return {name: value for name, value in values.items() if value}


def choices_from(values: object) -> ReadingChoices:
    """Parse the values written by ``choices_json``; raises UsageError for anything else."""
    if not isinstance(values, dict) or set(values) - {each.name for each in fields(ReadingChoices)}:
        raise UsageError(
            "Choices for reading files are an object with the keys layout, label_pattern, columns, not_speakers, "
            "unlabelled and roles.",
            Advice("The preview writes them: ", Fix.PREVIEW_IMPORT),
        )
    texts = {name: values.get(name, "") for name in ("layout", "label_pattern", "unlabelled")}
    maps = {name: values.get(name, {}) for name in ("columns", "roles")}
    labels = values.get("not_speakers", [])
    is_valid = all(isinstance(text, str) for text in texts.values())
    is_valid = is_valid and all(isinstance(each, dict) for each in maps.values()) and isinstance(labels, list)
    if not is_valid or not all(isinstance(each, str) for part in (labels, *maps.values()) for each in part):
        raise UsageError("Choices for reading files contain something other than texts.", "Choose again.")
    choices = ReadingChoices(not_speakers=frozenset(labels), **texts, **maps)
    check(choices)
    return choices


def check(choices: ReadingChoices) -> None:
    """Raise UsageError for an unknown layout, role or column content, or an invalid label pattern."""
    from needsseg.transcripts import FORMATS
    from needsseg.transcripts.lines.chosen_pattern import compiled

    if choices.layout and choices.layout not in FORMATS:
        raise UsageError(f"Unknown transcript format {choices.layout!r}.", f"Known formats: {', '.join(FORMATS)}.")
    if choices.label_pattern:
        compiled(choices.label_pattern)
    if unknown := [kind for kind in choices.columns if kind not in COLUMN_KINDS]:
        raise UsageError(f"A column cannot hold '{unknown[0]}'.", f"Choose one of: {', '.join(COLUMN_KINDS)}.")
    if unknown := [role for role in choices.roles.values() if role not in ROLES]:
        raise UsageError(f"'{unknown[0]}' is not a role.", f"Roles are: {', '.join(ROLES)}.")


def import_choices_json(chosen: ImportChoices) -> str:
    """Convert a preview's choices for the import to one line of JSON."""
    shapes = {shape: choices_json(choices) for shape, choices in chosen.by_shape.items()}
    return json.dumps({"by_shape": shapes, "anyway_shapes": sorted(chosen.anyway_shapes)}, ensure_ascii=False)


def with_json(chosen: ImportChoices, text: str) -> ImportChoices:
    """Add the choices written by ``import_choices_json`` to ``chosen``; raises UsageError for anything else."""
    try:
        content = json.loads(text)
        shapes = {str(shape): choices_from(values) for shape, values in content["by_shape"].items()}
        anyway = frozenset(str(shape) for shape in content.get("anyway_shapes", []))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("The choices are not from a preview.", "Open the preview again.") from error
    return replace(chosen, by_shape=shapes, anyway_shapes=anyway)


def choice_words(choices: ReadingChoices) -> str:
    """Describe choices in words, for a line on the screen; empty if nothing is chosen."""
    parts = [f"layout {choices.layout}"] if choices.layout else []
    parts += [f"labels like {choices.label_pattern}"] if choices.label_pattern else []
    parts += [f"column “{column}” holds {kind}" for kind, column in choices.columns.items()]
    parts += [f"“{label}” is not a speaker" for label in sorted(choices.not_speakers)]
    parts += [f"lines without a label belong to “{choices.unlabelled}”"] if choices.unlabelled else []
    parts += [f"“{label}” is {role}" for label, role in choices.roles.items()]
    return plain_text("; ".join(parts))
