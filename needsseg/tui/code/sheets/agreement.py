"""How far coders agree, over all interviews or one, and where they do not: enter opens the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import Units, measures
from needsseg.actions.transcripts import interviews
from needsseg.text import format_count
from needsseg.tui.bookmark import Place
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.coding.measures import Agreed
    from needsseg.actions.study import Study

MOST = 500
UNITS: tuple[Units, ...] = get_args(Units)
RELIABLE, TENTATIVE = 0.8, 0.667
COUNTED = {
    "character": "all participants' words count",
    "sentence": "all participants' words count",
    "passage": "only what somebody marked counts",
}
BASIS = "over all participants' words, including what one of them has not read"


class AgreementSheet(Sheet[Place]):
    """Figures for all codes and for each, then the disagreements; gives the place of the one chosen."""

    TITLE = "Agreement"
    KEYS = "enter opens it · s what is compared · i one interview or all · esc closes"
    EMPTY = "No figures yet: at least two people must code passages."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "units", "character, sentence, passage", id="agreement.units"),
        Binding("i", "limit", "this interview, or all", id="agreement.limit"),
    ]

    def __init__(self, study: Study, interview: str = "") -> None:
        super().__init__(study)
        self._here = interview
        self._units: Units = UNITS[0]
        self._only = ""
        self._found: Agreed | None = None
        self._codes: list[str] = []

    def reload(self) -> None:
        """Reckon the figures anew; where there are none, say why."""
        self._found, self._codes = None, []
        self.fill([])
        found = measures.agreement(self.study, self._units, [self._only] if self._only else ())
        self._found = found
        whole = found.agreement
        self._codes = ["", *(code.code for code in whole.codes)]
        wide = max(len("all codes"), *(len(one_line(code, 24)) for code in self._codes)) if whole.codes else 9
        kappa = "" if len(whole.coders) == 2 else " · kappa is for two"
        said = f"{', '.join(whole.coders)} · {COUNTED[whole.units]}{kappa}"
        head = plain(f"{'':{wide}}  percent  kappa  alpha", "dim")
        figures = [
            lines(
                [
                    plain(BASIS, "dim"),
                    plain(said, "dim"),
                    head,
                    _figures("all codes", wide, whole.percent, whole.kappa, whole.alpha),
                ]
            )
        ]
        figures += [
            _figures(one_line(code.code, 24), wide, code.percent, code.kappa, code.alpha) for code in whole.codes
        ]
        self.fill([*figures, *self._differences(found)])

    def _differences(self, found: Agreed) -> list[Content]:
        shown = []
        for number, (one, words) in enumerate(found.disagreements[:MOST]):
            who = Content.assemble(
                plain(f"  {one.code}", "bold"),
                plain(f"  {', '.join(one.by)}, not {', '.join(one.not_by)}"),
                plain(f"  {one.interview} {one.start}–{one.end}", "dim"),
            )
            rest = len(found.disagreements) - MOST
            head = (
                []
                if number
                else [plain(f"\nWhere they differ: {format_count(len(found.disagreements), 'place')}", "bold")]
            )
            last = [plain(f"  {rest:,} more: i shows one interview", "dim")] if rest > 0 and number == MOST - 1 else []
            shown.append(lines([*head, who, plain(f"    “{one_line(words, 160)}”"), *last]))
        return shown

    def state(self) -> str:
        """What is compared, over how much."""
        if self._found is None:
            return f"by {self._units}{f', in {self._only}' if self._only else ''}"
        n = self._found.agreement.n
        where = self._only or format_count(len(self._found.interviews), "interview")
        return f"by {self._units} · {format_count(n, self._units)} of {where}"

    def action_units(self) -> None:
        """Compare by the next unit."""
        self._units = UNITS[(UNITS.index(self._units) + 1) % len(UNITS)]
        self._again("")

    def action_limit(self) -> None:
        """Only the interview at the cursor, else the one the sheet was opened over; or all again."""
        if self._only:
            self._only = ""
            self._again("all interviews")
            return
        place = self._place()
        self._only = place.interview if place else self._here
        if not self._only:
            self.tell("first move to a place where they differ; i then shows only its interview")
            return
        self._again(f"only “{interviews.title(self.study, self._only)}”; i shows all")

    def _again(self, happened: str) -> None:
        self._happened, self._wrong = happened, False
        self.listed.highlighted = None
        self.refresh_sheet()

    def _place(self) -> Place | None:
        """The place of the disagreement under the cursor; of a code's figures, its first one."""
        at = self.at
        if self._found is None or at is None:
            return None
        if at < len(self._codes):
            of = self._codes[at]
            one = next((one for one, _ in self._found.disagreements if of and one.code == of), None)
        else:
            one = self._found.disagreements[at - len(self._codes)][0]
        return None if one is None else Place(one.interview, None, (one.start, one.end))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = self._place()
        if place is not None:
            self.dismiss(place)
        elif self._found is not None:
            self.tell(
                "there is no difference here" if event.option_index else "move to a code, or a place where they differ"
            )


def _figures(name: str, wide: int, percent: float | None, kappa: float | None, alpha: float | None) -> Content:
    shown = f"{_shown(percent, 1):>6}%" if percent is not None else f"{'–':>7}"
    figures = f"{name:{wide}}  {shown}  {_shown(kappa, 2):>5}  {_shown(alpha, 2):>5}"
    return Content.assemble(plain(figures, "bold" if name == "all codes" else ""), plain(f"  {meaning(alpha)}", "dim"))


def _shown(value: float | None, digits: int) -> str:
    # adding nothing makes of the zero below zero, which rounding leaves, a plain one
    return "–" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"


def meaning(alpha: float | None) -> str:
    """What an alpha means in a word; the bounds are Krippendorff's (2019)."""
    if alpha is None:
        return "only one value: not defined"
    if alpha >= RELIABLE:
        return "reliable"
    if alpha >= TENTATIVE:
        return "enough for tentative conclusions"
    return "too little to rely on" if alpha > 0 else "no better than chance"
