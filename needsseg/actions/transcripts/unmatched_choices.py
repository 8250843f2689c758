"""Detect choices for reading files that match nothing in them: labels, columns and label patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from needsseg.actions.transcripts.import_choices import FileChoices, ImportChoices
from needsseg.errors import TranscriptError, UsageError
from needsseg.records import Transcript
from needsseg.text import format_count
from needsseg.transcripts.choices import ReadingChoices

_MOST_NAMED = 12
_END_OF_LABEL = r"(?!\w)"


@dataclass(slots=True)
class _Choice:
    """One chosen label, column or pattern, whether a file has it, and what the files have instead."""

    kind: str
    name: str
    matched: bool = False
    instead: dict[str, None] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """The message for a choice that matches nothing."""
        return {
            "role": f"Nobody is labelled “{self.name}”, so no role can be given",
            "not_speaker": f"There is no label “{self.name}”",
            "column": f"There is no column “{self.name}”",
            "pattern": f"The label pattern “{self.name}” matches no line",
        }[self.kind]

    @property
    def remedy(self) -> str:
        """A sentence on what can be chosen instead."""
        shown = ", ".join(list(self.instead)[:_MOST_NAMED]) + (", …" if len(self.instead) > _MOST_NAMED else "")
        if self.kind == "column":
            return f"Columns are: {shown}." if shown else "No table is among the files; a column is chosen for a table."
        if self.kind == "pattern":
            return f"Lines look like: {shown}." if shown else "No way of naming speakers was found; check the files."
        return f"Labels are: {shown}." if shown else "No labels were found; check the files."


class ChoiceMatches:
    """Looks for a person's choices in each file of an import, and reports those that no file has."""

    def __init__(self, chosen: ImportChoices, remembered: dict[str, ReadingChoices], *, by_shape: bool) -> None:
        self._general = list(_choices(chosen.general))
        self._by_shape: dict[str, list[_Choice]] = {}
        for shape, choices in chosen.by_shape.items() if by_shape else ():
            # Remembered choices are for all files of a shape, and need not match each of them.
            remembered_parts = {(each.kind, each.name) for each in _choices(remembered.get(shape, ReadingChoices()))}
            self._by_shape[shape] = [
                each for each in _choices(choices) if (each.kind, each.name) not in remembered_parts
            ]
        self._looked = 0

    def check_pattern(self, file: Path, chosen: FileChoices) -> None:
        """Check that a chosen pattern matches a line; raises TranscriptError if not, since no speaker would be named."""
        patterns = [each for each in self._of(chosen) if each.kind == "pattern"]
        if not patterns or chosen.shape is None or chosen.shape.columns:
            return
        from needsseg import transcripts

        self._looked += 1
        looks = [each.looks for each in chosen.shape.label_patterns]
        matched = transcripts.matching_lines(file, chosen.choices.label_pattern) > 0
        for each in patterns:
            each.matched |= matched
            each.instead |= dict.fromkeys(looks)
        if not matched:
            each = patterns[0]
            raise TranscriptError(f"{file}: {each.problem[0].lower()}{each.problem[1:]} of this file.", each.remedy)

    def look(self, file: Path, chosen: FileChoices, read: Sequence[tuple[str, Transcript]]) -> None:
        """Check whether a file has the labels and columns chosen for it; ``read`` are the interviews read from it."""
        open_choices = [each for each in self._of(chosen) if not each.matched]
        if not open_choices:
            return
        self._looked += 1
        labels = _labels(read)
        columns = chosen.shape.columns if chosen.shape else ()
        for each in open_choices:
            if each.kind == "column":
                # A reader refuses a table without it, so a table that was read has it.
                each.matched = bool(columns) or bool(chosen.shape and chosen.shape.layout in _TABLES)
                each.instead |= dict.fromkeys(columns)
            elif each.kind == "role":
                each.matched = _same(each.name) in map(_same, labels)
                each.instead |= labels
        self._look_for_labels(file, chosen, [each for each in open_choices if each.kind == "not_speaker"], labels)

    def _look_for_labels(
        self, file: Path, chosen: FileChoices, chosen_labels: Sequence[_Choice], labels: dict[str, None]
    ) -> None:
        """Look for labels chosen as not speakers, which the reader removes: as starts of lines, or by reading without them."""
        if not chosen_labels:
            return
        from needsseg import transcripts

        without: dict[str, None] | None = None
        for each in chosen_labels:
            begins = re.compile(rf"[\W_]*{re.escape(each.name)}{_END_OF_LABEL}", re.IGNORECASE)
            each.matched = transcripts.lines_beginning(file, begins) > 0
            if not each.matched:
                if without is None:
                    plain = replace(chosen.choices, not_speakers=frozenset())
                    without = _labels(transcripts.read_all(file, None, True, plain))
                each.matched = _same(each.name) in map(_same, without)
            each.instead |= labels | (without or {})

    def unmatched(self) -> str:
        """A message on the first choice that no checked file has, and a line on the alternatives; "" if all match."""
        parts = [*self._general, *(each for choices in self._by_shape.values() for each in choices)]
        first_unmatched = next((each for each in parts if not each.matched), None)
        if first_unmatched is None or not self._looked:
            return ""
        scope = f" in any of {format_count(self._looked, 'file')}" if self._looked > 1 else ""
        return f"{first_unmatched.problem}{scope}.\n{first_unmatched.remedy}"

    def raise_unmatched(self) -> None:
        """Raise UsageError for a choice that matches nothing in any file."""
        if message := self.unmatched():
            problem, remedy = message.split("\n")
            raise UsageError(problem, remedy)

    def _of(self, chosen: FileChoices) -> list[_Choice]:
        shape = chosen.shape.key if chosen.shape else ""
        return [*self._general, *self._by_shape.get(shape, ())]


_TABLES = frozenset({"csv", "jsonl", "json", "xlsx"})


def _choices(choices: ReadingChoices) -> Iterator[_Choice]:
    yield from (_Choice("role", label) for label in choices.roles if label)
    yield from (_Choice("not_speaker", label) for label in sorted(choices.not_speakers))
    yield from (_Choice("column", column) for column in choices.columns.values() if column)
    if choices.label_pattern:
        yield _Choice("pattern", choices.label_pattern)


def _labels(read: Iterable[tuple[str, Transcript]]) -> dict[str, None]:
    return dict.fromkeys(turn.speaker for _, transcript in read for turn in transcript.turns if turn.speaker)


def _same(label: str) -> str:
    return " ".join(label.split()).casefold()
