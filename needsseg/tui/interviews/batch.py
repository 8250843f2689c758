"""What was imported, looked over: formats, warnings, and every speaker's role, over all interviews of the batch at once."""

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
    """What a row is about: an interview, one of its speakers, or neither where it only says something."""

    interview: BatchInterview | None = None
    speaker: BatchSpeaker | None = None


@dataclass(frozen=True, slots=True)
class _Option:
    """One speaker to merge into: the label, what it would mean, and what does it."""

    label: str
    about: str
    run: Callable[[], object]


class BatchSheet(Sheet[Bookmark]):
    """An interview a block, a speaker a row; gives the interview to open.

    ``keys`` are the interviews that came together; None means all there are. ``happened`` and ``notes`` say what an import
    did, file by file: what was refused and why, what was there already; warnings that an interview has are shown there.
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
        held = actions.batch(study, keys) if notes else []
        told = {f"Note  {one.file}: {warning}" for one in held for warning in one.warnings}
        self._notes = tuple(note for note in notes if note not in told)
        self._batch: list[BatchInterview] = []
        self._rows: list[Row] = []

    def on_mount(self) -> None:
        """The cursor begins at the first speaker."""
        super().on_mount()
        self._step_to_speaker(-1)

    def on_resize(self, _: Resize) -> None:
        """Columns fit the width."""
        self.refresh_sheet()

    def reload(self) -> None:
        """Reads the interviews and their speakers."""
        self._batch = actions.batch(self.study, self._keys)
        self._rows = [Row() for _ in self._notes]
        shown = [plain(f"! {note}", "$text-warning") for note in self._notes]
        spoken = Counter(speaker.participant for held in self._batch for speaker in held.speakers)
        for held in self._batch:
            self._rows.append(Row(held))
            shown.append(_heading(held))
            for speaker in held.speakers:
                self._rows.append(Row(held, speaker))
                shown.append(self._line(held, speaker, spoken[speaker.participant]))
        self.fill(shown)

    def state(self) -> str:
        """How many there are, and what comes next."""
        people = sum(len(held.speakers) for held in self._batch)
        return f"{format_count(len(self._batch), 'interview')}, {format_count(people, 'speaker')} · {with_keys(NEXT)}"

    def _line(self, held: BatchInterview, speaker: BatchSpeaker, times: int) -> Content:
        wide = min(WIDEST, (self.size.width or WIDEST) * 98 // 100) - FRAME
        spare = wide - sum(FIXED) - 2 * (len(FIXED) + 1)
        share = f"{speaker.words / held.words:.0%}" if held.words else ""
        name = (f"in {times} · " if times > 1 else "") + speaker.name if speaker.participant else "–"
        columns = (speaker.label or "unnamed", speaker.role, f"{speaker.words:>7,}", f"{share:>4}", name)
        label = max(12, spare * 11 // 20)
        return plain("  " + row(columns, (label, *FIXED, max(8, spare - label))).plain.rstrip())

    @property
    def here(self) -> Row:
        """What is under the cursor."""
        return Row() if self.at is None else self._rows[self.at]

    def _step_to_speaker(self, at: int) -> None:
        """The cursor goes to the next row with a speaker after row ``at``, and stays where there is none."""
        after = (number for number in range(at + 1, len(self._rows)) if self._rows[number].speaker)
        if (found := next(after, None)) is not None:
            self.listed.highlighted = found

    def _speaker(self) -> tuple[BatchInterview, BatchSpeaker] | None:
        """The speaker under the cursor; on another row it says where these keys work."""
        here = self.here
        if here.interview is None or here.speaker is None:
            self.tell(with_keys("move to a row with a speaker first ({sheet.down})"))
            return None
        return here.interview, here.speaker

    def _holding(self, label: str) -> list[BatchInterview]:
        return [held for held in self._batch if label in held.labels]

    def action_role(self, role: Role, everywhere: bool = False) -> None:
        """Says what a speaker is, here or in every interview of the batch; the cursor stays on the row."""
        if (found := self._speaker()) is None or self.at is None:
            return
        held, speaker = found
        keys = [one.key for one in self._holding(speaker.label)] if everywhere else [held.key]
        who, where = (
            actions.called(speaker.label),
            f"in {format_count(len(keys), 'interview')}" if everywhere else "here",
        )
        wrong = [one for one in self._batch if one.key in keys and _role(one, speaker.label) != role]
        change: Callable[[], object] = partial(interviews.set_role, self.study, held.key, speaker.label, role)
        if everywhere:
            change = partial(actions.set_role_everywhere, self.study, speaker.label, role, keys)
        told = f"{who} is {role} {where}" if wrong else f"{who} is {role} {where} already"
        self.decide(told, change, undo=bool(wrong))

    def action_merge(self) -> None:
        """Asks into whom the speaker is merged: somebody in this interview, there or in all, or a person of another one."""
        if (found := self._speaker()) is None:
            return
        held, speaker = found
        others = [one for one in held.speakers if one.label != speaker.label]
        options = [
            _Option(
                one.label,
                f"here · {one.role}, {format_count(one.words, 'word')}",
                self._merging(found, one.label, [held]),
            )
            for one in others
        ]
        for one in others:
            both = [it for it in self._holding(speaker.label) if one.label in it.labels]
            if len(both) > 1:
                about = f"same in whole batch · {format_count(len(both), 'interview')} have both"
                options.append(_Option(one.label, about, self._merging(found, one.label, both)))
        if speaker.role == "participant":
            for other, one in self._people_elsewhere(held, speaker):
                who = [(other.key, one.label), (held.key, speaker.label)]
                told = (
                    f"{actions.called(speaker.label)} and {actions.called(one.label)} of “{other.title}” are one person"
                )
                tie = partial(self.attempt, told, partial(actions.same_person, self.study, who))
                options.append(_Option(one.label, f"the same person, in “{other.title}”", tie))
        self._ask(f"Merge {actions.called(speaker.label)} into whom?", options)

    def _people_elsewhere(
        self, held: BatchInterview, speaker: BatchSpeaker
    ) -> list[tuple[BatchInterview, BatchSpeaker]]:
        """Participants of other interviews who may be this one; those of the same label first."""
        found = [
            (other, one)
            for other in self._batch
            for one in other.speakers
            if other.key != held.key and one.role == "participant" and one.participant != speaker.participant
        ]
        return sorted(found, key=lambda pair: pair[1].label != speaker.label)

    def action_merge_all(self) -> None:
        """Asks into whom the speaker is merged in the whole batch."""
        if (found := self._speaker()) is None:
            return
        label = found[1].label
        times = Counter(one for held in self._batch for one in held.labels)
        options = []
        if times[label] > 1 and not actions.names_nobody(label):
            about = f"the same person in all {times[label]} interviews"
            options.append(_Option(label, about, self._merging(found, label, self._batch)))
        for one in times:
            both = sum(one in held.labels for held in self._holding(label))
            about = f"in {format_count(times[one], 'interview')}, {both} {plural(both, 'has', 'have')} both"
            if one != label:
                options.append(_Option(one, about, self._merging(found, one, self._batch)))
        about = (
            "Where an interview has both, turns are merged; people of those names become one person in all interviews."
        )
        self._ask(f"Merge {actions.called(label)} into whom, in all interviews here?", options, about)

    def _merging(
        self, found: tuple[BatchInterview, BatchSpeaker], into: str, where: Sequence[BatchInterview]
    ) -> Callable[[], object]:
        """What merges the speaker under the cursor into a label, in some interviews, and tells what that came to."""
        label = found[1].label

        def merge() -> None:
            done: list[Merged] = []
            keys = [held.key for held in where]
            if self.attempt("", lambda: done.append(actions.merge_speakers(self.study, label, into, keys))):
                turned = f"merged into {actions.called(into)} in {format_count(len(done[0].merged), 'interview')}"
                tied = f"one person in {format_count(len(done[0].tied), 'interview')}"
                told = [turned] * bool(done[0].merged) + [tied] * bool(done[0].tied)
                self.done(f"{actions.called(label)}: {', '.join(told)}")

        return merge

    def _ask(self, question: str, options: Sequence[_Option], about: str = "") -> None:
        if not options:
            self.tell("there is no other speaker here to merge with")
            return
        choices = [Choice(str(at), one.label or "unnamed", one.about) for at, one in enumerate(options)]
        about = about or "Turns and passages stay where they are; the role is that of the one chosen."

        def take(number: str | None) -> None:
            if number is not None:
                options[int(number)].run()

        self.app.push_screen(Prompt(question, choices=choices, free=False, about=about), take)

    def action_rename(self) -> None:
        """Asks for another name, and where it holds if others are called so too."""
        if (found := self._speaker()) is None:
            return
        held, speaker = found
        keys = [one.key for one in self._holding(speaker.label)]

        def where(name: str | None) -> None:
            if name is None:
                return
            if len(keys) == 1:
                self._rename(speaker.label, name, keys)
                return
            choices = [
                Choice("here", "only here", held.title),
                Choice("all", "in all", f"{format_count(len(keys), 'interview')} have a speaker of this name"),
            ]
            question = f"Rename {actions.called(speaker.label)} to {one_line(name, 60)} in which interviews?"
            self.app.push_screen(Prompt(question, choices=choices, free=False), partial(renamed, name))

        def renamed(name: str, said: str | None) -> None:
            if said is not None:
                self._rename(speaker.label, name, keys if said == "all" else [held.key])

        about = "The text stays as imported; only the label over the turns changes."
        asked = Prompt(f"New name for {actions.called(speaker.label)}?", value=speaker.label, about=about)
        self.app.push_screen(asked, where)

    def _rename(self, label: str, name: str, keys: Sequence[str]) -> None:
        where = "" if len(keys) == 1 else f" in {format_count(len(keys), 'interview')}"
        told = f"{actions.called(label)} is called {one_line(name, 60)}{where}"
        self.attempt(told, partial(actions.rename_speaker, self.study, label, name, keys))

    def action_remove(self) -> None:
        """Removes the interview under the cursor with its passages."""
        held = self.here.interview
        if held is None:
            self.tell("move to a row of an interview first")
            return
        self.decide(f"removed “{held.title}”", partial(importing.remove_interview, self.study, held.key))

    def action_open(self) -> None:
        """Gives the interview under the cursor to be opened."""
        if self.here.interview is not None:
            self.dismiss(Bookmark(self.here.interview.key))


def _role(held: BatchInterview, label: str) -> str:
    return next(speaker.role for speaker in held.speakers if speaker.label == label)


def _heading(held: BatchInterview) -> Content:
    """An interview's title, format and words; its warnings below it."""
    warned = f" · {format_count(len(held.warnings), 'warning')}" if held.warnings else ""
    about = f"  {held.format} · {format_count(held.words, 'word')}{warned}"
    told = [plain(f"  ! {warning}", "$text-warning") for warning in held.warnings]
    return lines([Content.assemble(plain(one_line(held.title, 60), "bold"), plain(about)), *told])
