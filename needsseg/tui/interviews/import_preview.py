"""The preview of an import: files with their speakers, what is left out, doubts, and choices that change the reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import OptionList, Static

from needsseg.actions.transcripts import ReadingChoices, import_choices
from needsseg.actions.transcripts.import_choices import ImportChoices
from needsseg.actions.transcripts.import_files import Refused
from needsseg.actions.transcripts.import_preview import ImportPreview, PreviewFile, preview_from
from needsseg.errors import EXIT_DONE, EXIT_PARTLY, NeedssegError
from needsseg.text import format_count
from needsseg.tui.child import Outcome, Step, run_child
from needsseg.tui.fixes import worded
from needsseg.tui.interviews.import_preview_questions import PreviewQuestions
from needsseg.tui.interviews.import_preview_words import details, file_row, refused_row
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from textual.worker import Worker

    from needsseg.actions.study import Study

_MOST_PATHS = 500
_STILL_READING = "still reading"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The choices made so far, by file shape; ``anyway`` holds shapes to read although much is not understood."""

    by_shape: tuple[tuple[str, ReadingChoices], ...] = ()
    anyway: frozenset[str] = frozenset()

    def with_choices(self, shape: str, choices: ReadingChoices) -> _Chosen:
        return replace(self, by_shape=tuple((dict(self.by_shape) | {shape: choices}).items()))


class ImportPreviewSheet(Sheet[list[str]]):
    """Files above, details of the one under the cursor below; closes with the arguments of the import, or None.

    ``preview`` is one that was read already; without it ``paths`` are read in a child process, which esc ends. A change
    applies to all files of the same shape and reads them again; the import remembers it.
    """

    TITLE = "Preview of the import"
    KEYS = (
        "{preview.import} imports · {preview.skip} leaves out · {preview.anyway} import anyway\n"
        "{preview.layout} layout  {preview.labels} labels  {preview.columns} columns  {preview.role} role  "
        "{preview.not_speaker} no speaker  {preview.unlabelled} unlabelled\n"
        "{preview.reset} as detected · {sheet.undo} undoes a choice · {preview.down} {preview.up} scroll · "
        "{sheet.close} closes"
    )
    EMPTY = "No files read yet."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "import", id="preview.import", priority=True),
        Binding("space", "skip", "leave out or include", id="preview.skip"),
        Binding("l", "ask('layout')", "layout", id="preview.layout"),
        Binding("L", "ask('labels')", "choose how speakers are labelled", id="preview.labels"),
        Binding("c", "ask('columns')", "columns of a table", id="preview.columns"),
        Binding("r", "ask('role')", "a speaker's role", id="preview.role"),
        Binding("n", "ask('not_speaker')", "mark a label as not a speaker", id="preview.not_speaker"),
        Binding("b", "ask('unlabelled')", "set the speaker of lines without a label", id="preview.unlabelled"),
        Binding("A", "anyway", "import anyway", id="preview.anyway"),
        Binding("0", "ask('reset')", "as detected", id="preview.reset"),
        Binding("J", "scroll(1)", "details down", id="preview.down"),
        Binding("K", "scroll(-1)", "details up", id="preview.up"),
    ]
    DEFAULT_CSS = """
    ImportPreviewSheet {
      & OptionList, & OptionList:focus { height: 2fr; }
      & #details { height: 3fr; border-top: solid $panel; }
      & #details Static { height: auto; }
    }
    """

    def __init__(self, study: Study, paths: Sequence[str], preview: ImportPreview | None = None) -> None:
        super().__init__(study)
        self._paths, self._preview = list(paths), preview
        self._rows: list[PreviewFile | Refused] = []
        self._skipped: set[str] = set()
        self._chosen = _Chosen()
        self._questions = PreviewQuestions(self)
        self._before: list[_Chosen] = []
        self._after: list[_Chosen] = []
        self._looked_at = False
        self._reading: Worker[None] | None = None
        self._step = ""

    def compose(self) -> ComposeResult:
        """Yield the files, the details of one, the last message, and the keys."""
        with Vertical() as box:
            box.border_title = self.TITLE
            yield OptionList(id="rows", markup=False)
            with VerticalScroll(id="details", can_focus=False):
                yield Static(id="about", markup=False)
            yield Static(id="sheet-state", classes="line", markup=False)
            yield Static(key_hints(self.KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Read the files, unless a preview was given."""
        super().on_mount()
        if self._preview is None:
            self._read(self._paths)

    def reload(self) -> None:
        """Show what was read."""
        preview = self._preview
        if preview is None:
            self.fill([])
            return
        self._rows = [*preview.files, *preview.refused, *preview.passed_over]
        shown = [file_row(file, file.path in self._skipped) for file in preview.files]
        shown += [refused_row(refusal, False) for refusal in preview.refused]
        shown += [refused_row(refusal, True) for refusal in preview.passed_over]
        self.fill(shown)
        self._show_details()

    def state(self) -> str:
        """Return how many files will be imported, are doubtful, refused, or known."""
        if self._reading is not None:
            return f"reading {self._step}".strip() + with_keys(" · {sheet.close} cancels")
        if self._preview is None:
            return ""
        states = [file.state for file in self._preview.files]
        refused = states.count("refused") + len(self._preview.refused)
        counts = [format_count(len(self._files_to_import()), "file") + " to import"]
        counts += [f"{states.count('doubtful')} doubtful"] * ("doubtful" in states)
        counts += [f"{refused} refused"] * bool(refused)
        counts += [f"{len(self._preview.passed_over)} passed over"] * bool(self._preview.passed_over)
        counts += [f"{states.count('known')} imported before"] * ("known" in states)
        counts += [f"{format_count(len(self._preview.others), 'other file')} ignored"] * bool(self._preview.others)
        return " · ".join(counts)

    @property
    def file(self) -> PreviewFile | None:
        """The file under the cursor."""
        row = None if self.at is None or not self._rows else self._rows[self.at]
        return row if isinstance(row, PreviewFile) else None

    def _files_to_import(self) -> list[PreviewFile]:
        files = self._preview.files if self._preview else ()
        return [file for file in files if file.state in ("clean", "doubtful") and file.path not in self._skipped]

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._show_details()

    def _show_details(self) -> None:
        row = None if self.at is None or self.at >= len(self._rows) else self._rows[self.at]
        shown = lines(details(row)) if isinstance(row, PreviewFile) else plain(row.reason if row else "")
        self.query_one("#about", Static).update(shown)
        self.query_one("#details", VerticalScroll).scroll_home(animate=False)

    def _read(self, paths: Sequence[str]) -> None:
        """Read files in a child process, ending one that still reads."""
        self._step = ""
        chosen = import_choices.import_choices_json(self._import_choices())
        command = self.study_app.command("import", "--preview", "--json", "--choices", chosen, "--", *paths)
        self._reading = self.run_worker(self._run(command), name="child", group="preview", exclusive=True)
        self.tell()

    def _import_choices(self) -> ImportChoices:
        return ImportChoices(by_shape=dict(self._chosen.by_shape), anyway_shapes=self._chosen.anyway)

    async def _run(self, command: Sequence[str]) -> None:
        try:
            outcome = await run_child(command, self._progressed)
        except OSError as error:
            outcome = Outcome(1, None, f"It could not be started: {error.strerror}.", "", ())
        self._reading = None
        if self._happened == _STILL_READING:
            self._happened = ""
        if outcome.code not in (EXIT_DONE, EXIT_PARTLY) or not isinstance(outcome.result, dict):
            message = worded(failure(outcome), self.app)
            # A choice that applies to no file of the shape is dropped.
            undone = self._preview is not None and bool(self._before)
            if undone:
                self._chosen = self._before.pop()
            self.tell(f"{message} The choice was undone." if undone else message, wrong=True)
            return
        self._show_preview(preview_from(outcome.result))

    def _progressed(self, step: Step) -> None:
        self._step = f"{step.done:,} of {step.total:,}" if step.total > 1 else ""
        self.tell()

    def _show_preview(self, preview: ImportPreview) -> None:
        """Show a preview; files that were not read again stay as they are, and all keep their order and names."""
        if self._preview is not None:
            read_again = {file.path: file for file in preview.files}
            files = tuple(
                replace(read_again[file.path], file=file.file) if file.path in read_again else file
                for file in self._preview.files
            )
            preview = replace(self._preview, files=files)
        self._preview = preview
        self.refresh_sheet()

    def _change(self, happened: str, chosen: _Chosen) -> None:
        """Apply a choice, and read the files again to which it applies."""
        old, new = dict(self._chosen.by_shape), dict(chosen.by_shape)
        shapes = {shape for shape in {*old, *new} if old.get(shape) != new.get(shape)}
        shapes |= chosen.anyway ^ self._chosen.anyway
        self._chosen, self._looked_at = chosen, False
        paths = [file.path for file in self._preview.files if file.shape in shapes] if self._preview else []
        self.tell(f"{happened} · {format_count(len(paths), 'file')} of this shape · {key_of('sheet.undo')} undoes")
        if paths:
            self._read(paths if len(paths) <= _MOST_PATHS else self._paths)

    def choose(self, happened: str, change: Callable[[ReadingChoices], ReadingChoices]) -> None:
        """Change the choices for all files of the shape of the one under the cursor."""
        if (file := self.file) is None:
            return
        try:
            choices = change(self._choices_of(file))
            import_choices.check(choices)
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        self._before.append(self._chosen)
        self._after.clear()
        self._change(happened, self._chosen.with_choices(file.shape, choices))

    def _choices_of(self, file: PreviewFile) -> ReadingChoices:
        return dict(self._chosen.by_shape).get(file.shape) or import_choices.choices_from(file.choices)

    def changeable(self) -> PreviewFile | None:
        """Return the file under the cursor if its reading can be changed; else say why not and return None."""
        if self._reading is not None:
            self.tell(_STILL_READING)
            return None
        file = self.file
        if file is None or not file.shape:
            self.tell("this file cannot be opened, so there is nothing to change" if file else "move to a file first")
            return None
        return file

    def push(self, question: Prompt, answered: Callable[[str | None], None]) -> None:
        """Show a question over the preview."""
        self.app.push_screen(question, answered)

    def action_ask(self, name: str) -> None:
        """Ask one of the questions on how files of this shape are read."""
        self._questions.by_name[name]()

    def action_accept(self) -> None:
        """Close with the arguments of the import; if files are doubtful, show the first of them before."""
        if self._reading is not None:
            self.tell(_STILL_READING)
            return
        files = self._files_to_import()
        doubtful = [file for file in files if file.state == "doubtful"]
        if not files:
            self.tell("nothing here can be imported", wrong=True)
        elif doubtful and not self._looked_at:
            self._looked_at = True
            self.listed.highlighted = self._rows.index(doubtful[0])
            count = format_count(len(doubtful), "file is", "files are")
            self.tell(
                f"{count} doubtful (!): {key_of('preview.import')} again imports them too, "
                f"{key_of('preview.skip')} leaves one out"
            )
        else:
            chosen = import_choices.import_choices_json(self._import_choices())
            skipped = [word for path in sorted(self._skipped) for word in ("--skip", path)]
            self.dismiss(["import", "--json", "--choices", chosen, *skipped, "--", *self._paths])

    def action_skip(self) -> None:
        """Leave the file under the cursor out of the import, or include it again."""
        file = self.file
        if file is None or file.state not in ("clean", "doubtful"):
            self.tell("move to a file that can be imported first")
            return
        self._skipped ^= {file.path}
        self.done(f"{file.file} is {'left out' if file.path in self._skipped else 'included'}", undo=False)

    def action_anyway(self) -> None:
        """Read files of this shape although more than a tenth of their words is not understood, or refuse them again."""
        if (file := self.changeable()) is None:
            return
        self._before.append(self._chosen)
        self._after.clear()
        anyway = self._chosen.anyway ^ {file.shape}
        message = "is read anyway" if file.shape in anyway else "is refused if too much is not understood"
        self._change(message, replace(self._chosen, anyway=anyway))

    def action_undo(self) -> None:
        """Undo the last choice; nothing in the study was changed."""
        self._replay(forward=False)

    def action_redo(self) -> None:
        """Redo the choice that was undone."""
        self._replay(forward=True)

    def _replay(self, *, forward: bool) -> None:
        source, target = (self._after, self._before) if forward else (self._before, self._after)
        if not source:
            self.tell("no choice to redo" if forward else "no choice to undo", wrong=True)
            return
        target.append(self._chosen)
        self._change("redid the choice" if forward else "undid the choice", source.pop())

    def action_scroll(self, by: int) -> None:
        """Scroll the details."""
        self.query_one("#details", VerticalScroll).scroll_relative(y=by * 3, animate=False)

    def action_leave(self) -> None:
        """Cancel a running reading and undo its choice; close the sheet otherwise."""
        running = self._reading
        if running is None or self._preview is None:
            self.dismiss(None)
            return
        running.cancel()
        self._reading = None
        if self._before:
            self._chosen = self._before.pop()
        self.tell("cancelled; nothing was changed")
