"""The survey being edited: the saved version, the edits since, and how they are kept when the app closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.actions.study import history, studies
from needsseg.actions.survey import as_toml, from_toml
from needsseg.actions.survey import survey as surveys
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.tui.keys.hints import key_of, with_keys
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
        """What has changed in the study since the survey was saved, a sentence each."""
        self._kept_edits_read = False
        self._saved_by: dict[int, Survey] = {}
        """The survey saved by each entry of the history, to become edits again when that entry is undone."""

    def required_survey(self) -> Survey | None:
        """Return the survey; None with a message on what to do if there is none."""
        if self.edits.shown is None:
            self.context.tell(
                with_keys("there is no survey yet: {survey.draft} drafts one")
                if self.context.confirmed > 1
                else with_keys("{go.segments} goes to the segments: {segments.confirm} confirms")
            )
        return self.edits.shown

    def read_saved(self) -> NeedssegError | None:
        """Read the newest version, its drift, and the kept edits; return the error if those cannot be read."""
        wrong = None
        if not self._kept_edits_read:
            self._kept_edits_read = True
            try:
                self.edits.take_up(self._load_kept_edits())
            except NeedssegError as error:
                wrong = error
        try:
            self.edits.over(surveys.current(self.context.study))
        except NotFoundError:
            self.edits.over(None)
        self.drifted = [] if self.edits.shown is None else surveys.drift(self.context.study, self.edits.shown)
        return wrong

    def _load_kept_edits(self) -> Survey | None:
        """Return the kept edits, None without any."""
        text = str(studies.place(self.context.study, EDITS).get("toml", ""))
        return surveys.worded_by_people(self.context.study, from_toml(text, "the kept edits"), text) if text else None

    def keep(self) -> None:
        """Store the edits in the study's file, outside its history."""
        text = as_toml(self.edits.now) if self.edits.now is not None else ""
        studies.remember_place(self.context.study, EDITS, {"toml": text} if text else {})

    def edited(self, survey: Survey, happened: str) -> None:
        """Apply an edit, store it, and show a message."""
        self.edits.make(survey)
        self.refreshed(
            f"{happened}, not saved yet · {key_of('study.undo')} undoes"
            if self.edits.unsaved
            else f"{happened}: as saved"
        )

    def refreshed(self, happened: str) -> None:
        """Show the survey after an edit, and store it; the message says so if that failed."""
        try:
            self.keep()
        except NeedssegError as error:
            happened = f"{happened} · ! kept only while the app is open: {error.message}"
        self.context.show()
        self.context.tell(happened)

    def undo_edit(self) -> bool:
        """Undo the last edit; return whether there was one."""
        if not self.edits.back():
            return False
        self.refreshed(with_keys("Undid the edit. {study.redo} redoes it"))
        return True

    def redo_edit(self) -> bool:
        """Redo the undone edit; return whether there was one."""
        if not self.edits.again():
            return False
        self.refreshed(with_keys("Redid the edit. {study.undo} undoes it"))
        return True

    def restore_saved_by(self, entry: int) -> None:
        """Turn what an undone action saved into unsaved edits again."""
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
