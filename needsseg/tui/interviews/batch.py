"""The sheet that reviews a batch of interviews: formats, warnings, and every speaker's role, in all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize

from needsseg.actions.transcripts import importing, interviews
from needsseg.actions.transcripts import speakers as actions
from needsseg.text import format_count, plural
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain, row

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.actions.transcripts import BatchInterview, BatchSpeaker
    from needsseg.actions.transcripts.speakers import Merged
    from needsseg.records import Role

NEXT = "press {sheet.close} when the roles are right, then {interviews.suggest} to suggest passages"
WIDEST, FRAME = 104, 9
FIXED = (11, 7, 4)


@dataclass(frozen=True, slots=True)
class Row:
    """The subject of a row: an interview, one of its speakers, or neither for a note."""

    interview: BatchInterview | None = None
    speaker: BatchSpeaker | None = None


@dataclass(frozen=True, slots=True)
class _Option:
    """One speaker to merge into: the label, what merging means, and the change itself."""

    label: str
    about: str
    run: Callable[[], object]


class BatchSheet(Sheet[Bookmark]):
    """An interview a block, a speaker a row; gives the interview to open.

    ``keys`` are the interviews imported together; None means all of the study. ``happened`` and ``notes`` report an import,
    file by file: what was refused and why, what was there already. An interview's own warnings are shown at its row.
    """

    TITLE = "Who speaks in what role"
    KEYS = (
        "here  {batch.interviewer} interviewer  {batch.participant} participant  {batch.other} other  "
        "{batch.merge} merge  {batch.rename} rename · all interviews  {batch.interviewer_all} "
        "{batch.participant_all} {batch.other_all}  {batch.merge_all} · "
        "{batch.open} opens · {batch.remove} removes · {sheet.undo} undoes · {sheet.close} closes"
    )
    EMPTY = "No interviews here. Press {sheet.close}, then {interviews.import} to import some."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "role('interviewer')", "interviewer here", id="batch.interviewer"),
        Binding("p", "role('participant')", "participant here", id="batch.participant"),
        Binding("o", "role('other')", "other here", id="batch.other"),
        Binding("I", "role('interviewer', True)", "interviewer in all", id="batch.interviewer_all"),
        Binding("P", "role('participant', True)", "participant in all", id="batch.participant_all"),
        Binding("O", "role('other', True)", "other in all", id="batch.other_all"),
        Binding("m", "merge", "merge here", id="batch.merge"),
        Binding("M", "merge_all", "merge in all", id="batch.merge_all"),
        Binding("r", "rename", "rename", id="batch.rename"),
        Binding("x", "remove", "remove the interview", id="batch.remove"),
        Binding("enter", "open", "open the interview", id="batch.open", priority=True),
    ]

    def __init__(
        self, study: Study, keys: Sequence[str] | None = None, happened: str = "", notes: Sequence[str] = ()
    ) -> None:
        super().__init__(study)
        self._keys, self._happened = keys, happened
        batch = actions.batch(study, keys) if notes else []
        shown_warnings = {f"Note  {interview.file}: {warning}" for interview in batch for warning in interview.warnings}
        self._notes = tuple(note for note in notes if note not in shown_warnings)
        self._batch: list[BatchInterview] = []
        self._rows: list[Row] = []

    def on_mount(self) -> None:
        """Put the cursor on the first speaker."""
        super().on_mount()
        self._step_to_speaker(-1)

    def on_resize(self, _: Resize) -> None:
        """Fit the columns to the width."""
        self.refresh_sheet()

    def reload(self) -> None:
        """Read the interviews and their speakers."""
        self._batch = actions.batch(self.study, self._keys)
        self._rows = [Row() for _ in self._notes]
        rows = [plain(f"! {note}", "$text-warning") for note in self._notes]
        interview_counts = Counter(speaker.participant for interview in self._batch for speaker in interview.speakers)
        for interview in self._batch:
            self._rows.append(Row(interview))
            rows.append(_heading(interview))
            for speaker in interview.speakers:
                self._rows.append(Row(interview, speaker))
                rows.append(self._line(interview, speaker, interview_counts[speaker.participant]))
        self.fill(rows)

    def state(self) -> str:
        """Return how many interviews and speakers there are, and the next step."""
        people = sum(len(interview.speakers) for interview in self._batch)
        return f"{format_count(len(self._batch), 'interview')}, {format_count(people, 'speaker')} · {with_keys(NEXT)}"

    def _line(self, interview: BatchInterview, speaker: BatchSpeaker, times: int) -> Content:
        width = min(WIDEST, (self.size.width or WIDEST) * 98 // 100) - FRAME
        spare = width - sum(FIXED) - 2 * (len(FIXED) + 1)
        share = f"{speaker.words / interview.words:.0%}" if interview.words else ""
        name = (f"in {times} · " if times > 1 else "") + speaker.name if speaker.participant else "–"
        columns = (speaker.label or "unnamed", speaker.role, f"{speaker.words:>7,}", f"{share:>4}", name)
        label = max(12, spare * 11 // 20)
        return plain("  " + row(columns, (label, *FIXED, max(8, spare - label))).plain.rstrip())

    @property
    def current_row(self) -> Row:
        """The row under the cursor."""
        return Row() if self.at is None else self._rows[self.at]

    def _step_to_speaker(self, at: int) -> None:
        """Move the cursor to the next row with a speaker after row ``at``; without one it stays."""
        later_rows = (number for number in range(at + 1, len(self._rows)) if self._rows[number].speaker)
        if (row := next(later_rows, None)) is not None:
            self.listed.highlighted = row

    def _speaker(self) -> tuple[BatchInterview, BatchSpeaker] | None:
        """Return the interview and the speaker under the cursor; on any other row say where the keys work."""
        current_row = self.current_row
        if current_row.interview is None or current_row.speaker is None:
            self.tell(with_keys("move to a row with a speaker first ({sheet.down})"))
            return None
        return current_row.interview, current_row.speaker

    def _with_label(self, label: str) -> list[BatchInterview]:
        return [interview for interview in self._batch if label in interview.labels]

    def action_role(self, role: Role, everywhere: bool = False) -> None:
        """Set a speaker's role, here or in every interview of the batch; the cursor stays on the row."""
        if (current := self._speaker()) is None or self.at is None:
            return
        interview, speaker = current
        keys = [other.key for other in self._with_label(speaker.label)] if everywhere else [interview.key]
        name, scope = (
            actions.display_label(speaker.label),
            f"in {format_count(len(keys), 'interview')}" if everywhere else "here",
        )
        changed = [other for other in self._batch if other.key in keys and _role(other, speaker.label) != role]
        change: Callable[[], object] = partial(interviews.set_role, self.study, interview.key, speaker.label, role)
        if everywhere:
            change = partial(actions.set_role_everywhere, self.study, speaker.label, role, keys)
        message = f"{name} is {role} {scope}" if changed else f"{name} is {role} {scope} already"
        self.decide(message, change, undo=bool(changed))

    def action_merge(self) -> None:
        """Ask which speaker to merge into: one of this interview, here or everywhere, or a participant of another one."""
        if (current := self._speaker()) is None:
            return
        interview, speaker = current
        others = [one for one in interview.speakers if one.label != speaker.label]
        options = [
            _Option(
                one.label,
                f"here · {one.role}, {format_count(one.words, 'word')}",
                self._merge_change(current, one.label, [interview]),
            )
            for one in others
        ]
        for one in others:
            both = [each for each in self._with_label(speaker.label) if one.label in each.labels]
            if len(both) > 1:
                about = f"same in whole batch · {format_count(len(both), 'interview')} have both"
                options.append(_Option(one.label, about, self._merge_change(current, one.label, both)))
        if speaker.role == "participant":
            for other, one in self._people_elsewhere(interview, speaker):
                speakers = [(other.key, one.label), (interview.key, speaker.label)]
                message = (
                    f"{actions.display_label(speaker.label)} and {actions.display_label(one.label)} "
                    f"of “{other.title}” are one person"
                )
                change = partial(self.attempt, message, partial(actions.same_person, self.study, speakers))
                options.append(_Option(one.label, f"the same person, in “{other.title}”", change))
        self._ask(f"Merge {actions.display_label(speaker.label)} into whom?", options)

    def _people_elsewhere(
        self, interview: BatchInterview, speaker: BatchSpeaker
    ) -> list[tuple[BatchInterview, BatchSpeaker]]:
        """Return the participants of other interviews who may be this speaker; those with the same label first."""
        people = [
            (other, one)
            for other in self._batch
            for one in other.speakers
            if other.key != interview.key and one.role == "participant" and one.participant != speaker.participant
        ]
        return sorted(people, key=lambda pair: pair[1].label != speaker.label)

    def action_merge_all(self) -> None:
        """Ask which speaker to merge into in the whole batch."""
        if (current := self._speaker()) is None:
            return
        label = current[1].label
        times = Counter(other for interview in self._batch for other in interview.labels)
        options = []
        if times[label] > 1 and not actions.names_nobody(label):
            about = f"the same person in all {times[label]} interviews"
            options.append(_Option(label, about, self._merge_change(current, label, self._batch)))
        for other in times:
            both = sum(other in interview.labels for interview in self._with_label(label))
            about = f"in {format_count(times[other], 'interview')}, {both} {plural(both, 'has', 'have')} both"
            if other != label:
                options.append(_Option(other, about, self._merge_change(current, other, self._batch)))
        about = (
            "Where an interview has both, turns are merged; people of those names become one person in all interviews."
        )
        self._ask(f"Merge {actions.display_label(label)} into whom, in all interviews here?", options, about)

    def _merge_change(
        self, speaker: tuple[BatchInterview, BatchSpeaker], target: str, targets: Sequence[BatchInterview]
    ) -> Callable[[], object]:
        """Return the change that merges ``speaker`` into a label in ``targets`` and reports the result."""
        label = speaker[1].label

        def merge() -> None:
            done: list[Merged] = []
            keys = [interview.key for interview in targets]
            if self.attempt("", lambda: done.append(actions.merge_speakers(self.study, label, target, keys))):
                merged = (
                    f"merged into {actions.display_label(target)} in {format_count(len(done[0].merged), 'interview')}"
                )
                joined = f"one person in {format_count(len(done[0].tied), 'interview')}"
                results = [merged] * bool(done[0].merged) + [joined] * bool(done[0].tied)
                self.done(f"{actions.display_label(label)}: {', '.join(results)}")

        return merge

    def _ask(self, question: str, options: Sequence[_Option], about: str = "") -> None:
        if not options:
            self.tell("there is no other speaker here to merge with")
            return
        choices = [Choice(str(at), option.label or "unnamed", option.about) for at, option in enumerate(options)]
        about = about or "Turns and passages stay where they are; the role is that of the one chosen."

        def run_option(number: str | None) -> None:
            if number is not None:
                options[int(number)].run()

        self.app.push_screen(Prompt(question, choices=choices, free=False, about=about), run_option)

    def action_rename(self) -> None:
        """Ask for another name, and in which interviews it applies if several have the label."""
        if (current := self._speaker()) is None:
            return
        interview, speaker = current
        keys = [one.key for one in self._with_label(speaker.label)]

        def ask_scope(name: str | None) -> None:
            if name is None:
                return
            if len(keys) == 1:
                self._rename(speaker.label, name, keys)
                return
            choices = [
                Choice("here", "only here", interview.title),
                Choice("all", "in all", f"{format_count(len(keys), 'interview')} have a speaker of this name"),
            ]
            question = f"Rename {actions.display_label(speaker.label)} to {one_line(name, 60)} in which interviews?"
            self.app.push_screen(Prompt(question, choices=choices, free=False), partial(rename, name))

        def rename(name: str, answer: str | None) -> None:
            if answer is not None:
                self._rename(speaker.label, name, keys if answer == "all" else [interview.key])

        about = "The text stays as imported; only the label over the turns changes."
        prompt = Prompt(f"New name for {actions.display_label(speaker.label)}?", value=speaker.label, about=about)
        self.app.push_screen(prompt, ask_scope)

    def _rename(self, label: str, name: str, keys: Sequence[str]) -> None:
        scope = "" if len(keys) == 1 else f" in {format_count(len(keys), 'interview')}"
        message = f"{actions.display_label(label)} is called {one_line(name, 60)}{scope}"
        self.attempt(message, partial(actions.rename_speaker, self.study, label, name, keys))

    def action_remove(self) -> None:
        """Remove the interview under the cursor with its passages."""
        interview = self.current_row.interview
        if interview is None:
            self.tell("move to a row of an interview first")
            return
        self.decide(f"removed “{interview.title}”", partial(importing.remove_interview, self.study, interview.key))

    def action_open(self) -> None:
        """Close the sheet with the interview under the cursor, to be opened."""
        if self.current_row.interview is not None:
            self.dismiss(Bookmark(self.current_row.interview.key))


def _role(interview: BatchInterview, label: str) -> str:
    return next(speaker.role for speaker in interview.speakers if speaker.label == label)


def _heading(interview: BatchInterview) -> Content:
    """Return an interview's title, format and words, with its warnings below."""
    warning_count = f" · {format_count(len(interview.warnings), 'warning')}" if interview.warnings else ""
    about = f"  {interview.format} · {format_count(interview.words, 'word')}{warning_count}"
    warnings = [plain(f"  ! {warning}", "$text-warning") for warning in interview.warnings]
    return lines([Content.assemble(plain(one_line(interview.title, 60), "bold"), plain(about)), *warnings])
