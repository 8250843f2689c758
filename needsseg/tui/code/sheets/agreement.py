"""The agreement sheet: how far coders agree, in all interviews or one, and the places where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import Units, measures
from needsseg.actions.transcripts import interviews
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.coding.measures import AgreementReport
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


class AgreementSheet(Sheet[Bookmark]):
    """Figures for all codes and for each, then the disagreements; closes with the place of the one chosen."""

    TITLE = "Agreement"
    KEYS = (
        "enter opens it · {agreement.units} what is compared · {agreement.limit} one interview or all · "
        "{sheet.close} closes"
    )
    EMPTY = "No figures yet: at least two people must code passages."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "units", "character, sentence, passage", id="agreement.units"),
        Binding("i", "limit", "this interview, or all", id="agreement.limit"),
    ]

    def __init__(self, study: Study, interview: str = "") -> None:
        super().__init__(study)
        self._opened_over = interview
        self._units: Units = UNITS[0]
        self._only = ""
        self._result: AgreementReport | None = None
        self._codes: list[str] = []

    def reload(self) -> None:
        """Compute the figures again, and list the disagreements."""
        self._result, self._codes = None, []
        self.fill([])
        result = measures.agreement(self.study, self._units, [self._only] if self._only else ())
        self._result = result
        overall = result.agreement
        self._codes = ["", *(code.code for code in overall.codes)]
        width = max(len("all codes"), *(len(one_line(code, 24)) for code in self._codes)) if overall.codes else 9
        kappa = "" if len(overall.coders) == 2 else " · kappa is for two"
        basis = f"{', '.join(overall.coders)} · {COUNTED[overall.units]}{kappa}"
        head = plain(f"{'':{width}}  percent  kappa  alpha", "dim")
        figures = [
            lines(
                [
                    plain(BASIS, "dim"),
                    plain(basis, "dim"),
                    head,
                    _figures("all codes", width, overall.percent, overall.kappa, overall.alpha),
                ]
            )
        ]
        figures += [
            _figures(one_line(code.code, 24), width, code.percent, code.kappa, code.alpha) for code in overall.codes
        ]
        self.fill([*figures, *self._differences(result)])

    def _differences(self, result: AgreementReport) -> list[Content]:
        shown = []
        for number, (disagreement, words) in enumerate(result.disagreements[:MOST]):
            heading = Content.assemble(
                plain(f"  {disagreement.code}", "bold"),
                plain(f"  {', '.join(disagreement.by)}, not {', '.join(disagreement.not_by)}"),
                plain(f"  {disagreement.interview} {disagreement.start}–{disagreement.end}", "dim"),
            )
            rest = len(result.disagreements) - MOST
            head = (
                []
                if number
                else [plain(f"\nWhere they differ: {format_count(len(result.disagreements), 'place')}", "bold")]
            )
            last = (
                [plain(f"  {rest:,} more: {key_of('agreement.limit')} shows one interview", "dim")]
                if rest > 0 and number == MOST - 1
                else []
            )
            shown.append(lines([*head, heading, plain(f"    “{one_line(words, 160)}”"), *last]))
        return shown

    def state(self) -> str:
        """Return the unit of comparison, and how much was compared."""
        if self._result is None:
            return f"by {self._units}{f', in {self._only}' if self._only else ''}"
        count = self._result.agreement.n
        scope = self._only or format_count(len(self._result.interviews), "interview")
        return f"by {self._units} · {format_count(count, self._units)} of {scope}"

    def action_units(self) -> None:
        """Compare by the next unit."""
        self._units = UNITS[(UNITS.index(self._units) + 1) % len(UNITS)]
        self._show_again("")

    def action_limit(self) -> None:
        """Show only the interview at the cursor, else the one the sheet was opened over; or all again."""
        if self._only:
            self._only = ""
            self._show_again("all interviews")
            return
        place = self._place()
        self._only = place.interview if place else self._opened_over
        if not self._only:
            self.tell(with_keys("move to a disagreement first; {agreement.limit} then shows only its interview"))
            return
        self._show_again(f"only “{interviews.title(self.study, self._only)}”; {key_of('agreement.limit')} shows all")

    def _show_again(self, happened: str) -> None:
        self._happened, self._wrong = happened, False
        self.listed.highlighted = None
        self.refresh_sheet()

    def _place(self) -> Bookmark | None:
        """Return the place of the disagreement under the cursor; on a code's figures, its first one."""
        at = self.at
        if self._result is None or at is None:
            return None
        if at < len(self._codes):
            code = self._codes[at]
            disagreement = next(
                (disagreement for disagreement, _ in self._result.disagreements if code and disagreement.code == code),
                None,
            )
        else:
            disagreement = self._result.disagreements[at - len(self._codes)][0]
        return (
            None
            if disagreement is None
            else Bookmark(disagreement.interview, None, (disagreement.start, disagreement.end))
        )

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = self._place()
        if place is not None:
            self.dismiss(place)
        elif self._result is not None:
            self.tell("coders do not differ here" if event.option_index else "move to a code or a disagreement first")


def _figures(name: str, width: int, percent: float | None, kappa: float | None, alpha: float | None) -> Content:
    shown = f"{_number_words(percent, 1):>6}%" if percent is not None else f"{'–':>7}"
    figures = f"{name:{width}}  {shown}  {_number_words(kappa, 2):>5}  {_number_words(alpha, 2):>5}"
    return Content.assemble(plain(figures, "bold" if name == "all codes" else ""), plain(f"  {meaning(alpha)}", "dim"))


def _number_words(value: float | None, digits: int) -> str:
    # adding 0.0 turns the negative zero that rounding may leave into a plain zero
    return "–" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"


def meaning(alpha: float | None) -> str:
    """Return what an alpha means in words; the bounds are Krippendorff's (2019)."""
    if alpha is None:
        return "only one value: not defined"
    if alpha >= RELIABLE:
        return "reliable"
    if alpha >= TENTATIVE:
        return "enough for tentative conclusions"
    return "too little to rely on" if alpha > 0 else "no better than chance"
