"""The report screen: the content of the exported report as text, a line a table row."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from needsseg.tui.keys.hints import with_keys
from needsseg.tui.words import lines, plain

_NOT_SHOWN = re.compile(r'^(<a id="[\w-]+"></a>|<!--.*-->|>|\|( --- \|)+)$')
_LINK = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\(#[\w-]+\)")
_ESCAPE = re.compile(r"\\([^\w\s])")
_CELLS = re.compile(r"(?<!\\) \| ")


ReportChoice = Literal["write", "readout"]


class WholeReport(ModalScreen[ReportChoice | None]):
    """A report in Markdown; closes with a choice, to write it to a file or to write the text of its readout."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "close", id="stack_report.leave"),
        Binding("e", "dismiss('write')", "write the report to a file", id="stack_report.write"),
        Binding("w", "dismiss('readout')", "write the readout's text", id="stack_report.readout"),
        Binding("j", "scroll(2)", "down", id="stack_report.line_down"),
        Binding("k", "scroll(-2)", "up", id="stack_report.line_up"),
        Binding("space", "page(1)", "a screen down", id="stack_report.page_down"),
        Binding("n", "part(1)", "next part", id="stack_report.next"),
        Binding("N", "part(-1)", "previous part", id="stack_report.previous"),
        Binding("g", "edge(False)", "top", id="stack_report.top"),
        Binding("G", "edge(True)", "bottom", id="stack_report.bottom"),
    ]
    DEFAULT_CSS = """
    WholeReport { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 100%; height: 100%; background: $surface; border: round $accent; padding: 0 1; }
      & Static { height: auto; }
    }
    """

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self._parts = parts(markdown)

    def compose(self) -> ComposeResult:
        """Yield a text for each part, so that keys go from part to part."""
        with Vertical() as box:
            box.border_title = "The report"
            box.border_subtitle = plain(
                with_keys(
                    "{stack_report.line_down} {stack_report.line_up} scroll · {stack_report.next} "
                    "{stack_report.previous} next part, before · {stack_report.readout} writes the readout "
                    "· {stack_report.write} to a file · {stack_report.leave} closes"
                )
            )
            with VerticalScroll():
                for part in self._parts:
                    yield Static(part, markup=False, classes="part")

    def on_mount(self) -> None:
        """Focus the text, so that it scrolls."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll a screen."""
        shown = self.query_one(VerticalScroll)
        shown.scroll_relative(y=by * max(1, shown.size.height - 2), animate=False)

    def action_part(self, by: int) -> None:
        """Scroll the next or previous part's heading to the top."""
        shown = self.query_one(VerticalScroll)
        tops = [each.virtual_region.y for each in shown.query(".part")]
        offset = shown.scroll_offset.y
        ahead = [top for top in tops if top > offset] if by > 0 else [top for top in tops if top < offset][::-1]
        if ahead:
            shown.scroll_to(y=ahead[0], animate=False)

    def action_edge(self, last: bool) -> None:
        """Scroll to the top or bottom."""
        shown = self.query_one(VerticalScroll)
        shown.scroll_end(animate=False) if last else shown.scroll_home(animate=False)


def parts(markdown: str) -> list[Content]:
    """Return the report's parts, each with its heading, as text for the screen."""
    parts: list[list[Content]] = [[]]
    blank = True
    for line in markdown.splitlines():
        if _NOT_SHOWN.match(line):
            continue
        if line.startswith("## "):
            parts.append([])
        if line or not blank:
            parts[-1].append(_line(line))
        blank = not line
    return [lines(each) for each in parts if each]


def _line(line: str) -> Content:
    if heading := re.match(r"#+ ", line):
        return plain(_words(line[heading.end() :]), "bold underline" if len(heading[0]) < 4 else "bold")
    if line.startswith("| "):
        return plain(" · ".join(map(_words, _CELLS.split(line[2:-2]))))
    if line.startswith("> "):
        return plain(f"  {_words(line[2:])}", "italic" if not line.startswith("> —") else "dim")
    if line.startswith("**") and line.endswith("**"):
        return plain(_words(line[2:-2]), "bold")
    return plain(_words(re.sub(r"(?<!\\)\*+", "", line)))


def _words(written: str) -> str:
    """Return text as Markdown shows it: links as their words, without escapes."""
    return _ESCAPE.sub(r"\1", _LINK.sub(r"\1", re.sub(r"(?<!\\)\*\*", "", written)))
