"""The panel of the current passage: status, score, question, codes, notes and reasons; and the codes under the digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from needsseg.records import Passage
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.widgets.bars import renew
from needsseg.tui.words import GLYPHS, lines, one_line, plain, state

NO_PASSAGES = """No passages here yet.

  {go.interviews} {interviews.suggest:2} suggests passages in all interviews
  {code.select:5} begins one by hand at a sentence
  drag  with the mouse selects words; {code.mark} marks them"""
MOST_OF_QUESTION = 110
"""How many characters of the question are shown."""
WORDS = {
    "suggested": "suggested, undecided",
    "accepted": "accepted",
    "rejected": "rejected",
    "coded": "accepted and coded",
}


def ending(words: str, limit: int) -> str:
    """Return the end of a text on one line, from the start of a word."""
    line = " ".join(words.split())
    return line if len(line) <= limit else "… " + line[-limit:].split(" ", 1)[-1]


@dataclass(frozen=True, slots=True)
class PassageDetails:
    """What the panel shows of a passage: its participant, the question before it, notes, and why it is suggested.

    ``overlaps`` counts the other passages that share words with it. ``chance`` is the queue's, empty while it is closed.
    """

    passage: Passage
    speaker_name: str
    overlaps: int
    question: str
    notes: Sequence[str]
    reasons: Sequence[str]
    chance: str = ""


class PassagePanel(VerticalScroll, can_focus=False):
    """The panel beside or below the transcript."""

    DEFAULT_CLASSES = "pane"
    BORDER_TITLE = "Passage"
    DEFAULT_CSS = """
    PassagePanel { background: $surface; padding: 0 1;
      & Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """Yield one text."""
        yield Static(id="about", markup=False)

    def show(
        self,
        details: PassageDetails | None,
        digits: Mapping[int, str],
        marks: Mapping[str, Content],
        *,
        any_passages: bool,
    ) -> None:
        """Show the current passage, or how to find one; below it the codes under the ``digits``.

        ``marks`` are the symbols of codes by name.
        """
        if details is not None:
            rows = _passage_rows(details, marks)
        else:
            hint = "No passage is current: {code.next} goes to the next." if any_passages else NO_PASSAGES
            rows = [plain(with_keys(hint))]
        if digits:
            rows.append(_digit_row(digits, marks))
        # Beside the transcript the text fills the panel's height, so that another one needs no new layout.
        height = self.content_size.height if self.screen.has_class("-wide") else 1
        renew(self.query_one("#about", Static), lines(rows), height)


def _passage_rows(details: PassageDetails, marks: Mapping[str, Content]) -> list[Content]:
    """Return a passage's status, question, quote, overlaps, codes, notes and reasons, a row each if there are any."""
    passage, kind = details.passage, state(details.passage)
    score = f"score {passage.score:.2f}" if passage.score is not None else "marked by hand"
    head = f" · {details.speaker_name or passage.speaker} · {details.chance or score}"
    rows = [Content.assemble(plain(f"{GLYPHS[kind]} {WORDS[kind]}", "bold"), plain(head))]
    if details.question:
        # The question is at the end of a long turn.
        rows.append(Content.assemble(plain("asked ", "dim"), plain(ending(details.question, MOST_OF_QUESTION))))
    rows.append(plain(f"“{one_line(passage.quote, 70)}”", "italic"))
    if details.overlaps:
        rows.append(plain(f"overlaps {details.overlaps} more: {key_of('code.overlaps')} goes through them"))
    if passage.codes:
        codes = [_marked(f"#{code}", marks.get(code), "bold") for code in passage.codes]
        rows.append(Content.assemble(plain("codes ", "dim"), Content("  ").join(codes)))
    rows += [plain(note) for note in details.notes]
    if details.reasons:
        rows.append(Content.assemble(plain("why ", "dim"), plain(" · ".join(details.reasons))))
    return rows


def _digit_row(digits: Mapping[int, str], marks: Mapping[str, Content]) -> Content:
    """Return the codes under the digits in one row."""
    return Content("  ").join(
        [
            Content.assemble(marks.get(code, ""), plain(f"{number} ", "bold $footer-key-foreground"), plain(code))
            for number, code in digits.items()
        ]
    )


def _marked(name: str, mark: Content | None, style: str = "") -> Content:
    """Return a code's name after its symbol, if it has one."""
    return Content.assemble(mark, plain(name, style)) if mark is not None else plain(name, style)
