"""What the parts of the survey screen know of each other: the edits, and how they outlive the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.study import history, studies
from needsseg.actions.survey import as_toml, from_toml
from needsseg.actions.survey import survey as surveys
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.tui.screen_base import StudyScreen, shows_errors
from needsseg.tui.survey.editing import Edits

if TYPE_CHECKING:
    from needsseg.actions.survey import Option, Question, Survey

EDITS = "survey-edits"


class SurveyDesk(StudyScreen):
    """The saved survey and the edits since."""

    def __init__(self) -> None:
        super().__init__()
        self.edits = Edits()
        self.confirmed = 0
        self.drifted: list[str] = []
        self._taken_up = False
        self._saved_by: dict[int, Survey] = {}
        """What was saved by which entry of the history, to be there again as edits once that is taken back."""

    if TYPE_CHECKING:  # the screen's own

        @property
        def question(self) -> Question | None:
            """The question under the cursor."""

        @property
        def option(self) -> Option | None:
            """The option under the cursor."""

        @property
        def on_questions(self) -> bool:
            """Whether keys go to the questions."""

        def show(self) -> None:
            """Shows the survey as it is now."""

    def needed(self) -> Survey | None:
        """The survey; says what to do where there is none."""
        if self.edits.shown is None:
            self.tell(
                "there is no survey yet: D drafts one" if self.confirmed > 1 else "F3 goes to the segments: c confirms"
            )
        return self.edits.shown

    def read_saved(self) -> NeedssegError | None:
        """Reads the newest version, what drifted since, and the edits that were kept; why those cannot be read."""
        wrong = None
        if not self._taken_up:
            self._taken_up = True
            try:
                self.edits.take_up(self._kept())
            except NeedssegError as error:
                wrong = error
        try:
            self.edits.over(surveys.current(self.study))
        except NotFoundError:
            self.edits.over(None)
        self.drifted = [] if self.edits.shown is None else surveys.drift(self.study, self.edits.shown)
        return wrong

    def _kept(self) -> Survey | None:
        """The edits that were kept."""
        text = str(studies.place(self.study, EDITS).get("toml", ""))
        return surveys.worded_by_people(self.study, from_toml(text, "the kept edits"), text) if text else None

    def keep(self) -> None:
        """Keeps the edits in the study's file, outside its history."""
        text = as_toml(self.edits.now) if self.edits.now is not None else ""
        studies.remember_place(self.study, EDITS, {"toml": text} if text else {})

    def edited(self, made: Survey, happened: str) -> None:
        """Takes an edit, keeps it, and tells of it."""
        self.edits.make(made)
        self.refreshed(
            f"{happened}, not saved yet · u takes it back" if self.edits.unsaved else f"{happened}: as saved"
        )

    def refreshed(self, happened: str) -> None:
        """Shows the survey after an edit, and keeps it; where it cannot be kept that is told."""
        try:
            self.keep()
        except NeedssegError as error:
            happened = f"{happened} · ! kept only while the app is open: {error.message}"
        self.show()
        self.tell(happened)

    def action_undo(self) -> None:
        """Takes the last edit back; where there is none, the last action."""
        if self.edits.back():
            self.refreshed("took the edit back · ctrl+r makes it again")
        else:
            super().action_undo()

    @shows_errors
    def action_redo(self) -> None:
        """Makes an edit again that was taken back; where there is none, does an action again."""
        if self.edits.again():
            self.refreshed("made the edit again · u takes it back")
        else:
            super().action_redo()

    def went_back(self, entry: int) -> None:
        """What was saved by the action taken back is there again, not saved."""
        if not self.edits.unsaved and entry in self._saved_by:
            self.edits.take_up(self._saved_by[entry])
            self.keep()

    @shows_errors
    def action_save(self) -> None:
        """Saves the survey as the next version."""
        shown = self.needed()
        if shown is None:
            return
        if not self.edits.unsaved:
            self.tell(f"nothing to save: this is {shown.version} as it was saved")
            return
        saved = surveys.save(self.study, shown)
        newest = history.newest_own(self.study)
        if newest is not None:
            self._saved_by[newest.id] = shown
        self.edits = Edits(saved)
        self.keep()
        self.done(f"saved {saved.version}")
