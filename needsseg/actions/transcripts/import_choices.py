"""What a person chose for reading files: for one call, for files of one shape, and as the study remembers it."""

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
"""What a table's column may be chosen to hold."""
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """How the files of one import are to be read.

    ``general`` holds for every file; ``by_shape``, from the preview, stands in place of what the study remembers for files
    of a shape. ``anyway`` reads files that are not understood for more than a tenth of their words, and
    ``anyway_shapes`` those of some shapes; neither is remembered. Without ``use_remembered``, what the study remembers is
    ignored. ``skipped`` are files to leave out.
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
    """How one file is read: the choices that hold for it, whether it is read anyway, and whether they were remembered."""

    choices: ReadingChoices = NO_CHOICES
    anyway: bool = False
    shape: FileShape | None = None
    remembered: bool = False


class ChoiceResolver:
    """Tells how each file of an import is to be read; the shape of a file is looked at only where something depends on it."""

    def __init__(self, study: Study, chosen: ImportChoices) -> None:
        self._chosen = chosen
        kept = readings.choices_by_shape(study) if chosen.use_remembered else {}
        self._remembered = {shape: choices_from(values) for shape, values in kept.items()}

    @property
    def remembered(self) -> dict[str, ReadingChoices]:
        """What the study remembers for files of each shape."""
        return dict(self._remembered)

    def resolve(self, file: Path, *, with_shape: bool = False) -> FileChoices:
        """How a file is read. Raises TranscriptError where its shape is needed and it cannot be opened."""
        chosen = self._chosen
        asked = chosen.by_shape or self._remembered or chosen.anyway_shapes or chosen.general != NO_CHOICES
        if not (asked or with_shape):
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
    """Choices of their parts; raises UsageError for those that make no sense."""
    choices = ReadingChoices(layout, label_pattern, dict(columns), frozenset(not_speakers), unlabelled, dict(roles))
    check(choices)
    return choices


def layouts() -> tuple[str, ...]:
    """The layouts that can be chosen."""
    from needsseg.transcripts import FORMATS

    return FORMATS


def combined(base: ReadingChoices, over: ReadingChoices) -> ReadingChoices:
    """``base`` with what is chosen in ``over`` in its place; columns, roles and labels of both."""
    return ReadingChoices(
        over.layout or base.layout,
        over.label_pattern or base.label_pattern,
        {**base.columns, **over.columns},
        base.not_speakers | over.not_speakers,
        over.unlabelled or base.unlabelled,
        {**base.roles, **over.roles},
    )


def remember(study: Study, shape: str, choices: ReadingChoices) -> None:
    """Remembers choices for files of one shape (inside an action)."""
    readings.store_choices(study, shape, choices_json(choices))


def choices_json(choices: ReadingChoices) -> dict[str, Any]:
    """Choices as they are stored and printed; what is left to the program is left out."""
    values = asdict(choices) | {"not_speakers": sorted(choices.not_speakers)}
    return {name: value for name, value in values.items() if value}


def choices_from(values: object) -> ReadingChoices:
    """The choices that ``choices_json`` wrote; raises UsageError for anything else."""
    if not isinstance(values, dict) or set(values) - {each.name for each in fields(ReadingChoices)}:
        raise UsageError(
            "Choices for reading files are an object with the keys layout, label_pattern, columns, not_speakers, "
            "unlabelled and roles.",
            Advice("The preview writes them: ", Fix.PREVIEW_IMPORT),
        )
    texts = {name: values.get(name, "") for name in ("layout", "label_pattern", "unlabelled")}
    maps = {name: values.get(name, {}) for name in ("columns", "roles")}
    labels = values.get("not_speakers", [])
    sound = all(isinstance(text, str) for text in texts.values())
    sound = sound and all(isinstance(each, dict) for each in maps.values()) and isinstance(labels, list)
    if not sound or not all(isinstance(each, str) for part in (labels, *maps.values()) for each in part):
        raise UsageError("Choices for reading files hold something else than texts.", "Choose anew.")
    choices = ReadingChoices(not_speakers=frozenset(labels), **texts, **maps)
    check(choices)
    return choices


def check(choices: ReadingChoices) -> None:
    """Raises UsageError for an unknown layout, role or kind of column, and for a label pattern that is none."""
    from needsseg.transcripts import FORMATS
    from needsseg.transcripts.lines.chosen_pattern import compiled

    if choices.layout and choices.layout not in FORMATS:
        raise UsageError(f"Unknown transcript format {choices.layout!r}.", f"Known formats: {', '.join(FORMATS)}.")
    if choices.label_pattern:
        compiled(choices.label_pattern)
    if unknown := [kind for kind in choices.columns if kind not in COLUMN_KINDS]:
        raise UsageError(f"A column cannot hold '{unknown[0]}'.", f"It holds one of: {', '.join(COLUMN_KINDS)}.")
    if unknown := [role for role in choices.roles.values() if role not in ROLES]:
        raise UsageError(f"'{unknown[0]}' is not a role.", f"Roles are: {', '.join(ROLES)}.")


def import_choices_json(chosen: ImportChoices) -> str:
    """What the preview hands over to the import, as one line."""
    shapes = {shape: choices_json(choices) for shape, choices in chosen.by_shape.items()}
    return json.dumps({"by_shape": shapes, "anyway_shapes": sorted(chosen.anyway_shapes)}, ensure_ascii=False)


def with_json(chosen: ImportChoices, text: str) -> ImportChoices:
    """``chosen`` with what ``import_choices_json`` wrote; raises UsageError for anything else."""
    try:
        given = json.loads(text)
        shapes = {str(shape): choices_from(values) for shape, values in given["by_shape"].items()}
        anyway = frozenset(str(shape) for shape in given.get("anyway_shapes", []))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("The choices are not those of a preview.", "Open the preview again.") from error
    return replace(chosen, by_shape=shapes, anyway_shapes=anyway)


def choice_words(choices: ReadingChoices) -> str:
    """Choices in words, for a line on the screen; empty where nothing is chosen."""
    parts = [f"layout {choices.layout}"] if choices.layout else []
    parts += [f"labels like {choices.label_pattern}"] if choices.label_pattern else []
    parts += [f"column “{column}” holds {kind}" for kind, column in choices.columns.items()]
    parts += [f"“{label}” is not a speaker" for label in sorted(choices.not_speakers)]
    parts += [f"lines without a label belong to “{choices.unlabelled}”"] if choices.unlabelled else []
    parts += [f"“{label}” is {role}" for label, role in choices.roles.items()]
    return plain_text("; ".join(parts))
