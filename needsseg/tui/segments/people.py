"""The sheet of primary needs: each participant's segment and share, or why it is undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.accounts import accounts
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.transcripts import interviews
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.evidence_words import bar
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.progress import Progress
    from needsseg.records import Participant, PrimaryNeed


class PeopleScreen(Sheet[str]):
    """Several lines a participant; enter opens the interview in which they speak."""

    TITLE = "Primary needs"
    KEYS = "among named and confirmed segments · enter opens the interview · {sheet.close} closes"
    EMPTY = "No participants yet."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("p,q", "leave", "close", id="people.close")]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._interviews: list[str] = []

    def reload(self) -> None:
        """Read the participants' primary needs, beside the screen."""
        self.gather(_read, self._show)

    def _show(self, read: tuple[list[Content], list[str]]) -> None:
        rows, self._interviews = read
        self.fill(rows)

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._interviews[event.option_index] or None)


def _read(study: Study, _progress: Progress) -> tuple[list[Content], list[str]]:
    """Return a row for each participant, and the interview in which they speak, empty where none is known."""
    names = {person.key: person for person in accounts.participants(study)}
    interview_by_participant = {
        participant: interview for interview, _, participant in interviews.voices(study) if participant
    }
    needs = participant_needs(study, as_seen=True)
    rows = [_need(need, names.get(need.participant)) for need in needs]
    return rows, [interview_by_participant.get(need.participant, "") for need in needs]


def _need(need: PrimaryNeed, person: Participant | None) -> Content:
    total = sum(need.counts.values())
    shares = [
        plain(f"    {bar(count / total)} {count / total:>4.0%}  {name} ({count})")
        for name, count in sorted(need.counts.items(), key=lambda item: -item[1])
    ]
    share = f" {need.share:.0%}" if need.segment else ""
    company = f" ({person.company})" if person and person.company else ""
    key = f" · {need.participant}" if person and person.name != need.participant else ""
    heading = Content.assemble(plain(person.name if person else need.participant, "bold"), plain(company + key))
    primary = plain(f"{need.segment or 'undecided'}{share}", "bold" if need.segment else "italic")
    reason = plain(f"    {need.why}", "dim")
    return lines([Content.assemble(heading, plain("  →  "), primary), *shares, reason])
