"""What is known of the current passage: status, score, reasons, codes; and the codes that lie under the digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from needsseg.records import Passage
from needsseg.tui.widgets.bars import renew
from needsseg.tui.words import GLYPHS, lines, one_line, plain, state

NO_PASSAGES = """No passages here yet.

  F1 s  suggests passages in all interviews
  v     begins one by hand at a sentence
  drag  with the mouse selects words; enter marks them"""
ASKED = 110
"""Characters of the question that are shown."""
WORDS = {
    "suggested": "suggested, undecided",
    "accepted": "accepted",
    "rejected": "rejected",
    "coded": "accepted and coded",
}


def ending(words: str, limit: int) -> str:
    """The end of some words on one line, from the start of a word."""
    line = " ".join(words.split())
    return line if len(line) <= limit else "… " + line[-limit:].split(" ", 1)[-1]


class PassagePanel(VerticalScroll, can_focus=False):
    """Beside or below the transcript."""

    DEFAULT_CLASSES = "pane"
    BORDER_TITLE = "Passage"
    DEFAULT_CSS = """
    PassagePanel { background: $surface; padding: 0 1;
      & Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="about", markup=False)

    def show(
        self,
        passage: Passage | None,
        overlaps: int,
        digits: Mapping[int, str],
        marks: Mapping[str, Content],
        *,
        any_passages: bool,
        chance: str = "",
        reasons: Sequence[str] | None = None,
        notes: Sequence[str] = (),
        asked: str = "",
        who: str = "",
    ) -> None:
        """Show a passage and ``who`` said it, or that there is none, and what was ``asked`` before it.

        ``marks`` are the symbols of codes by name. ``chance`` and ``reasons`` are those of the queue where it is open.
        """
        parts: list[Content] = []
        if passage is None:
            parts.append(plain("No passage is current: j goes to the next." if any_passages else NO_PASSAGES))
        else:
            kind = state(passage)
            score = f" · score {passage.score:.2f}" if passage.score is not None else " · marked by hand"
            name = who or passage.speaker
            head = f" · {name} · {chance}" if chance else f" · {name}{score}"
            parts.append(Content.assemble(plain(f"{GLYPHS[kind]} {WORDS[kind]}", "bold"), plain(head)))
            if asked:
                # The end of a long turn is where the question stands.
                parts.append(Content.assemble(plain("asked ", "dim"), plain(ending(asked, ASKED))))
            parts.append(plain(f"“{one_line(passage.quote, 70)}”", "italic"))
            if overlaps:
                parts.append(plain(f"overlaps {overlaps} more: o goes through them"))
            if passage.codes:
                codes = [_marked(f"#{code}", marks.get(code), "bold") for code in passage.codes]
                parts.append(Content.assemble(plain("codes ", "dim"), Content("  ").join(codes)))
            parts += [plain(note) for note in notes]
            why = passage.reasons if reasons is None else reasons
            if why:
                parts.append(Content.assemble(plain("why ", "dim"), plain(" · ".join(why))))
        if digits:
            pinned = [
                Content.assemble(marks.get(code, ""), plain(f"{number} ", "bold $footer-key-foreground"), plain(code))
                for number, code in digits.items()
            ]
            parts.append(Content("  ").join(pinned))
        # Beside the transcript the text fills the panel's height, so that another one needs no new layout.
        renew(
            self.query_one("#about", Static),
            lines(parts),
            self.content_size.height if self.screen.has_class("-wide") else 1,
        )


def _marked(name: str, mark: Content | None, style: str = "") -> Content:
    """Return a code's name after its symbol, where it has one."""
    return Content.assemble(mark, plain(name, style)) if mark is not None else plain(name, style)
