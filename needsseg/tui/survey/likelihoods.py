"""The sheet of an option's likelihoods: how likely the users of each segment pick it, a line a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from needsseg.errors import NeedssegError
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, with_keys
from needsseg.tui.survey.editing import likelihood, with_likelihoods
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.survey import Survey

KEYS = (
    "enter takes them · tab {likelihoods.next} next · shift+tab {likelihoods.before} before · "
    "{likelihoods.leave} cancels"
)


class LikelihoodSheet(ModalScreen["Survey | None"]):
    """Closes with the survey with other likelihoods of one option, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", id="likelihoods.leave", priority=True),
        Binding("down", "app.focus_next", "next segment", id="likelihoods.next"),
        Binding("up", "app.focus_previous", "previous segment", id="likelihoods.before"),
    ]
    DEFAULT_CSS = """
    LikelihoodSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 90; max-width: 98%; height: auto; max-height: 98%; background: $surface; border: round $accent;
        padding: 0 1; overflow-y: auto; }
      & .asked { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
      & #asks { height: auto; max-height: 6; margin-bottom: 1; }
      & Input, & Input:focus { border: none; height: 1; padding: 0; background: $boost; }
      & .line { height: auto; color: $text-muted; }
      & #likelihoods-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, survey: Survey, question: str, option: str) -> None:
        super().__init__()
        self._survey, self._option = survey, option
        self._question = survey.question(question)
        self._at = next(place for place, each in enumerate(self._question.options) if each.key == option)
        self._first = {name: f"{self._question.likelihoods[name][self._at]:.4g}" for name in survey.segments}
        self._warned = False

    def compose(self) -> ComposeResult:
        """Yield the option, a line a segment, the last message, and the keys."""
        with Vertical() as box:
            box.border_title = "How likely is this option?"
            words = self._question.options[self._at].words
            about = (
                "Above 0 and below 1, or in %. The other options share the rest in proportion, so that all add up to 1."
            )
            yield Static(
                lines([plain(self._question.words, "bold"), plain(f"“{words}”"), plain(about, "dim")]), id="asks"
            )
            for place, (name, value) in enumerate(self._first.items()):
                yield Static(plain(f"by users of {one_line(name, 70)}", "bold"), classes="asked", markup=False)
                yield Input(value, id=f"segment-{place}", compact=True)
            yield Static(id="likelihoods-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the first segment."""
        self.query(Input).first().focus()

    def _typed(self) -> dict[str, str]:
        """Return the changed values by segment."""
        values = [line.value for line in self.query(Input)]
        pairs = zip(self._first.items(), values, strict=True)
        return {name: now for (name, before), now in pairs if now.strip() != before}

    def _tell(self, happened: str) -> None:
        self.query_one("#likelihoods-state", Static).update(plain(happened))

    @on(Input.Changed)
    def _edited(self) -> None:
        self._warned = False
        self._tell("changed: enter takes it" if self._typed() else "")

    @on(Input.Submitted)
    def _take(self) -> None:
        typed = self._typed()
        if not typed:
            self.dismiss(None)
            return
        try:
            survey = self._survey_with(typed)
        except NeedssegError as error:
            self._tell(f"! {worded(error, self.app)}")
            return
        self.dismiss(survey)

    def _survey_with(self, typed: dict[str, str]) -> Survey:
        """Return the survey with the typed values; a line that is not a likelihood gets the focus before the error is raised."""
        survey = self._survey
        for name, words in typed.items():
            try:
                survey = with_likelihoods(survey, self._question.key, self._option, {name: likelihood(words)})
            except NeedssegError:
                self.query_one(f"#segment-{list(self._first).index(name)}", Input).focus()
                raise
        return survey

    def action_leave(self) -> None:
        """Close without changes; after edits only when pressed twice."""
        if self._typed() and not self._warned:
            self._warned = True
            self._tell(with_keys("changed: enter takes it, {likelihoods.leave} again drops it"))
            return
        self.dismiss(None)
