"""The command palette: every command of the screen and of the study, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from needsseg.tui.fixes import STUDY_COMMANDS
from needsseg.tui.keys.help import bindings
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.study import commands
from needsseg.tui.words import plain


class StudyCommands(Provider):
    """The commands of the current screen with their keys, and the commands on the study as a whole."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        screen = self.screen
        if not isinstance(screen, StudyScreen):
            return
        app = screen.study_app
        for keys, binding in bindings(screen):
            source = screen.app if binding.id in {each.id for _, each in screen.app._bindings} else screen
            words = binding.tooltip or binding.description
            yield words, keys, partial(source.run_action, binding.action)
        yield "change the colours (theme)", "", screen.app.search_themes
        for name, run in commands.PALETTE.items():
            yield STUDY_COMMANDS[name], "", partial(run, app)

    async def discover(self) -> Hits:
        """Yield all commands."""
        for words, keys, run in self._commands():
            yield DiscoveryHit(plain(words), run, text=words, help=keys or None)

    async def search(self, query: str) -> Hits:
        """Yield the commands that match the typed text."""
        matcher = self.matcher(query)
        for words, keys, run in self._commands():
            if (score := matcher.match(words)) > 0:
                yield Hit(score, matcher.highlight(words), run, text=words, help=keys or None)
