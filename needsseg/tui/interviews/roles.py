"""Set the role of a speaker in an interview."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from needsseg.actions.transcripts import interviews
from needsseg.text import format_count
from needsseg.tui.screen_base import shows_errors

if TYPE_CHECKING:
    from needsseg.actions.transcripts import InterviewRow
    from needsseg.records import Role
    from needsseg.tui.interviews.context import InterviewsContext


class SpeakerRoles:
    """Asks for a speaker and their role, and sets it."""

    def __init__(self, context: InterviewsContext) -> None:
        self.context = context

    def ask(self, row: InterviewRow) -> None:
        """Ask for a speaker of an interview, then for the role."""
        from needsseg.tui.widgets.prompt import Choice, Prompt

        speakers = interviews.speakers(self.context.study, row.key)
        choices = [
            Choice(
                f"{number}",
                speaker.label or "unnamed speaker",
                f"{speaker.role}, {format_count(speaker.words, 'word')}",
            )
            for number, speaker in enumerate(speakers)
        ]

        def ask_role(number: str | None) -> None:
            if number is not None:
                self._ask_role(row.key, speakers[int(number)].label)

        self.context.push(Prompt(f"Whose role in “{row.title}”?", choices=choices, free=False), ask_role)

    def _ask_role(self, key: str, label: str) -> None:
        from needsseg.tui.widgets.prompt import Choice, Prompt

        roles = [Choice(role, role) for role in ("participant", "interviewer", "other")]
        about = "Only participants' words can be marked; undecided suggestions of others are removed."
        self.context.push(
            Prompt(f"What is {label or 'the unnamed speaker'}?", choices=roles, free=False, about=about),
            partial(self._set_role, key, label),
        )

    @shows_errors
    def _set_role(self, key: str, label: str, role: str | None) -> None:
        if role is not None:
            interviews.set_role(self.context.study, key, label, cast("Role", role))
            self.context.done(f"{label or 'the unnamed speaker'} is {role}")
