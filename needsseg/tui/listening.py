"""Listen to a quote: the one place that starts a player, for every screen and sheet with quotes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from needsseg.actions.transcripts import listening
from needsseg.errors import NeedssegError
from needsseg.tui.fixes import worded

if TYPE_CHECKING:
    from textual.app import App

    from needsseg.actions.study import Study
    from needsseg.records import Passage
    from needsseg.tui.study_app import StudyApp

LOOK_AFTER_SECONDS = 1.0
"""After how long it is looked whether the player has ended with an error; no key waits for it."""


class Listener(Protocol):
    """A screen or a sheet from which one listens."""

    @property
    def study(self) -> Study:
        """The study that is open."""

    @property
    def study_app(self) -> StudyApp:
        """The app, which goes on looking after the player when the screen is closed."""

    @property
    def app(self) -> App[Any]:
        """The app as Textual knows it."""

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state and a message."""


def listen_to(screen: Listener, passage: Passage | None) -> None:
    """Play a passage's recording, or say why not."""
    if passage is None:
        screen.tell("there is no quote here to listen to")
        return
    _play(screen, passage.interview, passage.start, passage)


def listen(screen: Listener, interview: str, start: int) -> None:
    """Play an interview's recording from the words at a code point, or say why not."""
    _play(screen, interview, start, None)


def _play(screen: Listener, interview: str, start: int, passage: Passage | None) -> None:
    study = screen.study
    try:
        cued = listening.cue(study, interview, start) if passage is None else listening.cue_of(study, passage)
        player = listening.play(cued)
    except NeedssegError as error:
        screen.tell(worded(error, screen.app), wrong=True)
        return
    screen.tell(f"{cued.command.player} {cued.words}")

    async def look() -> None:
        await asyncio.sleep(LOOK_AFTER_SECONDS)
        if message := listening.failure(cued, player):
            screen.tell(message, wrong=True)

    screen.study_app.run_worker(look(), group="player")
