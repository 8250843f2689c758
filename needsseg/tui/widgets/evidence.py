"""What speaks for a segment, as a list: a summary first, then its quotes, each of which opens in its context."""

from __future__ import annotations

from collections.abc import Collection

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from needsseg.actions.segments import Evidence
from needsseg.records import Passage
from needsseg.tui.words import GLYPHS, SEGMENT_GLYPHS, SEGMENT_WORDS, counted, lines, plain, shown, state

MOST_VOICES = 8


class EvidenceList(OptionList):
    """Option 0 is the summary; the quotes follow, exemplars first."""

    DEFAULT_CSS = """
    EvidenceList { height: 1fr; border: none; padding: 0 1; background: $background;
      &:focus { border: none; }
      & > .option-list--option-disabled { color: $foreground; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.quotes: list[Passage] = []

    def show(self, evidence: Evidence | None, marked: Collection[int]) -> None:
        """Shows the evidence of a segment, the cursor staying on its quote."""
        kept = self.quote.id if self.quote else None
        self.clear_options()
        self.quotes = [passage for passage, _ in evidence.passages] if evidence else []
        if evidence is None:
            return
        self.add_option(Option(summary(evidence), disabled=True))
        exemplars = {passage.id for passage in evidence.summary.exemplars}
        self.add_options(
            Option(quoted(passage, strength, exemplar=passage.id in exemplars, marked=passage.id in marked))
            for passage, strength in evidence.passages
        )
        at = next((number for number, passage in enumerate(self.quotes, start=1) if passage.id == kept), None)
        self.highlighted = at if at is not None else 1 if self.quotes else None

    @property
    def quote(self) -> Passage | None:
        """The quote under the cursor."""
        at = (self.highlighted or 0) - 1
        return self.quotes[at] if 0 <= at < len(self.quotes) else None


def heading(evidence: Evidence) -> str:
    """A segment's name, a candidate with the name that fits it best."""
    of = evidence.summary
    maybe = f" · maybe {of.suggested_names[0].name}" if of.status == "candidate" and of.suggested_names else ""
    return f"{of.name}{maybe}"


def summary(evidence: Evidence) -> Content:
    """All that is known of a segment but its quotes."""
    of = evidence.summary
    status = SEGMENT_WORDS[of.status]
    if of.confirmed_by:
        status += f" by {of.confirmed_by}, {(of.confirmed_at or '')[:10]}"
    stability = f" · stability {of.stability:.3f}" if of.stability is not None else ""
    size = f"{counted(of.size, 'passage')} of {counted(of.participants, 'participant')}"
    parts = [
        Content.assemble(plain(f"{SEGMENT_GLYPHS[of.status]} {heading(evidence)}", "bold"), plain(f"  {status}")),
        plain(f"{size}{stability}"),
    ]
    if of.description:
        parts.append(plain(of.description, "italic"))
    if of.keywords:
        parts.append(Content.assemble(plain("keywords  ", "dim"), plain(", ".join(of.keywords))))
    if of.suggested_names:
        names = ", ".join(f"{name.name} {name.score:.2f}" for name in of.suggested_names)
        parts.append(Content.assemble(plain("names that fit  ", "dim"), plain(names)))
    parts += [plain(f"! {warning}", "$text-warning") for warning in of.warnings]
    if evidence.voices:
        parts.append(Content.assemble(plain("voices  ", "dim"), plain(_voices(evidence))))
    return lines([*parts, plain("")])


def _voices(evidence: Evidence) -> str:
    total = sum(count for _, count in evidence.voices) or 1
    shares = [f"{name} {count} ({count / total:.0%})" for name, count in evidence.voices[:MOST_VOICES]]
    rest = len(evidence.voices) - MOST_VOICES
    return ", ".join(shares) + (f", and {rest} more" if rest > 0 else "")


def quoted(passage: Passage, strength: float, *, exemplar: bool, marked: bool) -> Content:
    """A quote with who said it."""
    sign = "■ " if marked else "★ " if exemplar else "  "
    about = f"{GLYPHS[state(passage)]} {passage.speaker or 'unnamed speaker'} · {passage.interview} · strength {strength:.2f}"
    codes = "".join(f" #{code}" for code in passage.codes)
    return Content.assemble(
        plain(sign, "bold"),
        plain(about + codes, "dim"),
        "\n",
        plain(shown(passage.quote), "reverse" if marked else ""),
        "\n",
    )
