"""The questions of an import's preview: layout, labels, columns, roles, and the speaker of unlabelled lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from needsseg.actions.transcripts import ReadingChoices, import_choices
from needsseg.text import format_count
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.transcripts.import_preview import PreviewFile

AS_DETECTED = "\0"
"""The value of the answer that keeps what the program detected."""
_COLUMNS = {
    "words": "what was said",
    "speaker": "who said it",
    "start": "when it began",
    "end": "when it ended",
    "interview": "which interview it belongs to",
}


class PreviewContext(Protocol):
    """What the questions need of the preview."""

    def changeable(self) -> PreviewFile | None:
        """Return the file under the cursor if its reading can be changed; else say why not and return None."""

    def choose(self, happened: str, change: Callable[[ReadingChoices], ReadingChoices]) -> None:
        """Change the choices for all files of the shape of the one under the cursor."""

    def push(self, question: Prompt, answered: Callable[[str | None], None]) -> None:
        """Show a question over the preview."""

    def tell(self, happened: str) -> None:
        """Show what happened."""


class PreviewQuestions:
    """The questions of the preview, each by the name of its key's action."""

    def __init__(self, context: PreviewContext) -> None:
        self._context = context
        self.by_name: Mapping[str, Callable[[], None]] = {
            "layout": self._layout,
            "labels": self._label_pattern,
            "columns": self._columns,
            "role": self._role,
            "not_speaker": self._not_speaker,
            "unlabelled": self._unlabelled,
            "reset": self._reset,
        }

    def _ask(
        self,
        question: str,
        choices: Sequence[Choice],
        take: Callable[[str], None],
        about: str = "",
        *,
        free: bool = False,
    ) -> None:
        def answered(value: str | None) -> None:
            if value is not None:
                # Tab completes to a choice's label, which means the choice.
                take(next((choice.value for choice in choices if value in (choice.value, choice.label)), value))

        self._context.push(Prompt(question, choices=choices, free=free, about=about), answered)

    def _layout(self) -> None:
        """Ask in which layout files of this shape are read."""
        if (file := self._context.changeable()) is None:
            return

        def take(layout: str) -> None:
            layout = "" if layout == AS_DETECTED else layout
            self._context.choose(f"layout: {layout or 'as detected'}", lambda choices: replace(choices, layout=layout))

        choices = [Choice(AS_DETECTED, "as detected", file.layout)]
        self._ask("Which layout?", [*choices, *(Choice(name, name) for name in import_choices.layouts())], take)

    def _label_pattern(self) -> None:
        """Ask how lines name their speakers: a pattern detected in the file, or a regular expression."""
        if (file := self._context.changeable()) is None:
            return

        def take(pattern: str) -> None:
            pattern = "" if pattern == AS_DETECTED else pattern
            looks = next(
                (detected["looks"] for detected in file.label_patterns if detected["pattern"] == pattern), pattern
            )
            message = f"labels: {one_line(looks, 60) or 'as detected'}"
            self._context.choose(message, lambda choices: replace(choices, label_pattern=pattern))

        choices = [Choice(AS_DETECTED, "as detected")] + [
            Choice(
                each["pattern"],
                each["looks"],
                f"{format_count(each['lines'], 'line')}: {', '.join(each['speakers'])}",
            )
            for each in file.label_patterns
        ]
        about = r"Or type a regular expression, for example: (?P<speaker>[A-Z]\w+) - (?P<words>.*)"
        self._ask("How do lines name their speaker?", choices, take, about, free=True)

    def _columns(self) -> None:
        """Ask which column of the table holds what."""
        if (file := self._context.changeable()) is None:
            return
        if not file.columns:
            self._context.tell("only tables have columns")
            return

        def take(column: str, kind: str) -> None:
            def change(choices: ReadingChoices) -> ReadingChoices:
                rest = {other: name for other, name in choices.columns.items() if other != kind}
                return replace(choices, columns=rest if column == AS_DETECTED else {**rest, kind: column})

            self._context.choose(f"{kind}: {'as detected' if column == AS_DETECTED else column}", change)

        def ask_column(kind: str) -> None:
            columns = [Choice(AS_DETECTED, "as detected"), *(Choice(name, name) for name in file.columns)]
            self._ask(f"Which column holds {_COLUMNS[kind]}?", columns, lambda column: take(column, kind))

        self._ask(
            "Choose a column for what?", [Choice(kind, kind, about) for kind, about in _COLUMNS.items()], ask_column
        )

    def _labels(self, file: PreviewFile) -> list[Choice]:
        words: dict[str, tuple[str, int]] = {}
        for interview in file.interviews:
            for speaker in interview.speakers:
                words[speaker.label] = speaker.role, words.get(speaker.label, ("", 0))[1] + speaker.words
        return [
            Choice(label, label or "unnamed", f"{role}, {format_count(count, 'word')}")
            for label, (role, count) in words.items()
        ]

    def _role(self) -> None:
        """Ask for a speaker's role, in all files of this shape."""
        if (file := self._context.changeable()) is None:
            return

        def ask_role(label: str) -> None:
            roles = [Choice(role, role) for role in import_choices.ROLES]
            self._ask(f"What is {label or 'the unnamed speaker'}?", roles, lambda role: take(label, role))

        def take(label: str, role: str) -> None:
            known_role = next(each for each in import_choices.ROLES if each == role)
            message = f"{label or 'the unnamed speaker'} is {role}"
            self._context.choose(message, lambda choices: replace(choices, roles={**choices.roles, label: known_role}))

        self._ask("Whose role?", self._labels(file), ask_role)

    def _not_speaker(self) -> None:
        """Ask for a label that names nobody."""
        if (file := self._context.changeable()) is None:
            return

        def take(label: str) -> None:
            self._context.choose(
                f"“{label}” is not a speaker",
                lambda choices: replace(choices, not_speakers=choices.not_speakers | {label}),
            )

        about = "Its lines are left out as notes or added to the previous speaker; the preview shows which."
        named = [choice for choice in self._labels(file) if choice.value]
        self._ask("Which label is not a speaker?", named, take, about, free=True)

    def _unlabelled(self) -> None:
        """Ask who speaks the lines without a label."""
        if (file := self._context.changeable()) is None:
            return

        def take(label: str) -> None:
            label = "" if label == AS_DETECTED else label
            message = f"lines without a label: {label or 'as detected'}"
            self._context.choose(message, lambda choices: replace(choices, unlabelled=label))

        named = [choice for choice in self._labels(file) if choice.value]
        choices = [Choice(AS_DETECTED, "as detected"), *named]
        self._ask("Who is the speaker of lines without a label?", choices, take, "Or type a name.", free=True)

    def _reset(self) -> None:
        """Read files of this shape as detected again."""
        if self._context.changeable() is not None:
            self._context.choose("as detected", lambda _: import_choices.reading_choices())
