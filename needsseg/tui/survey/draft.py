"""The survey as it is being edited: the saved version, the edits since, and how they outlive the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.study import history, studies
from needsseg.actions.survey import as_toml, from_toml
from needsseg.actions.survey import survey as surveys
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.survey.editing import Edits

if TYPE_CHECKING:
    from needsseg.actions.survey import Survey
    from needsseg.tui.survey.context import SurveyContext

EDITS = "survey-edits"


class SurveyDraft:
    """The saved survey and the edits since."""

    def __init__(self, context: SurveyContext) -> None:
        self.context = context
        self.edits = Edits()
        self.drifted: list[str] = []
        """What has changed in the study since the survey was saved, in sentences."""
        self._taken_up = False
        self._saved_by: dict[int, Survey] = {}
        """What was saved by which entry of the history, to be there again as edits once that is taken back."""

    def required_survey(self) -> Survey | None:
        """The survey; says what to do where there is none."""
        if self.edits.shown is None:
            self.context.tell(
                "there is no survey yet: D drafts one"
                if self.context.confirmed > 1
                else "F3 goes to the segments: c confirms"
            )
        return self.edits.shown

    def read_saved(self) -> NeedssegError | None:
        """Read the newest version, what drifted since, and the edits that were kept; why those cannot be read."""
        wrong = None
        if not self._taken_up:
            self._taken_up = True
            try:
                self.edits.take_up(self._kept())
            except NeedssegError as error:
                wrong = error
        try:
            self.edits.over(surveys.current(self.context.study))
        except NotFoundError:
            self.edits.over(None)
        self.drifted = [] if self.edits.shown is None else surveys.drift(self.context.study, self.edits.shown)
        return wrong

    def _kept(self) -> Survey | None:
        """The edits that were kept."""
        text = str(studies.place(self.context.study, EDITS).get("toml", ""))
        return surveys.worded_by_people(self.context.study, from_toml(text, "the kept edits"), text) if text else None

    def keep(self) -> None:
        """Keep the edits in the study's file, outside its history."""
        text = as_toml(self.edits.now) if self.edits.now is not None else ""
        studies.remember_place(self.context.study, EDITS, {"toml": text} if text else {})

    def edited(self, made: Survey, happened: str) -> None:
        """Take an edit, keep it, and tell of it."""
        self.edits.make(made)
        self.refreshed(f"{happened}, not saved yet · u undoes" if self.edits.unsaved else f"{happened}: as saved")

    def refreshed(self, happened: str) -> None:
        """Show the survey after an edit, and keep it; where it cannot be kept that is told."""
        try:
            self.keep()
        except NeedssegError as error:
            happened = f"{happened} · ! kept only while the app is open: {error.message}"
        self.context.show()
        self.context.tell(happened)

    def undo_edit(self) -> bool:
        """Take the last edit back; whether there was one."""
        if not self.edits.back():
            return False
        self.refreshed("Undid the edit. ctrl+r redoes it")
        return True

    def redo_edit(self) -> bool:
        """Make an edit again that was taken back; whether there was one."""
        if not self.edits.again():
            return False
        self.refreshed("Redid the edit. u undoes it")
        return True

    def restore_saved_by(self, entry: int) -> None:
        """What was saved by the action taken back is there again, not saved."""
        if not self.edits.unsaved and entry in self._saved_by:
            self.edits.take_up(self._saved_by[entry])
            self.keep()

    @shows_errors
    def save(self) -> None:
        """Save the survey as the next version."""
        shown = self.required_survey()
        if shown is None:
            return
        if not self.edits.unsaved:
            self.context.tell(f"nothing to save: this is {shown.version} as it was saved")
            return
        saved = surveys.save(self.context.study, shown)
        newest = history.newest_own(self.context.study)
        if newest is not None:
            self._saved_by[newest.id] = shown
        self.edits = Edits(saved)
        self.keep()
        self.context.done(f"saved {saved.version}")
