"""The accounts of the row under the cursor, shown below the bars if the terminal is tall enough."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.loading import result_or_error, without_gc
from needsseg.tui.widgets import account_lines
from needsseg.tui.widgets.chart import EIGHTHS
from needsseg.tui.widgets.long_list import LongList
from needsseg.tui.widgets.symbols import colour_of, coloured
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile
    from needsseg.symbols import Sign
    from needsseg.tui.accounts.filters import Filters
    from needsseg.tui.accounts.profiles import Computed

COLUMNS = ("Account", "Need", "Lifecycle", "Pays", "Action")


class RowAccounts(Vertical):
    """Lists accounts as F4 does, without focus; filtering runs in the background."""

    DEFAULT_CLASSES = "pane"
    BORDER_TITLE = "Accounts"

    def __init__(self) -> None:
        super().__init__()
        self._list = LongList(cursor_shown=False)
        self._list.can_focus = False
        self.border_subtitle = plain(with_keys("{stack.open} opens them"))
        self._shown: tuple[Computed | None, Filters] | None = None

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self._list

    def show(self, computed: Computed | None, filters: Filters, signs: Mapping[str, Sign]) -> None:
        """Show the accounts that fit ``filters``; ``signs`` are the symbols of segments by name."""
        if self.display and self._shown != (computed, filters):
            self._shown = computed, filters
            self.run_worker(self._find(computed, filters, signs), group="accounts", exclusive=True)

    async def _find(self, computed: Computed | None, filters: Filters, signs: Mapping[str, Sign]) -> None:
        if computed is None:
            return
        work = partial(filters.rows, computed.index)
        profiles = await result_or_error(asyncio.to_thread(without_gc, work))
        if isinstance(profiles, NeedssegError):
            self.border_title = plain(str(profiles))
            return
        self._list_accounts(profiles, computed, signs)

    def _list_accounts(self, profiles: Sequence[AccountProfile], computed: Computed, signs: Mapping[str, Sign]) -> None:
        amounts = computed.amounts

        def line(at: int) -> str:
            return account_lines.line(profiles[at], amounts.sums(amounts.of(profiles[at].account_id)), COLUMNS, signs)

        self.border_title = format_count(len(profiles), "account")
        self._list.show(account_lines.header(COLUMNS, by_year=amounts.yearly is not None), len(profiles), line)


def bar_line(line: str) -> Content:
    """Return a line of bars with the bar in the accent, or in the colour of the segment that the line begins with."""
    start = next((at for at, sign in enumerate(line) if sign in EIGHTHS), len(line))
    colour = colour_of(line[:1]) if not line[:1].isalpha() else ""
    bar = Content.styled(line[start:], f"${colour}" if colour else "$primary")
    return Content.assemble(coloured(line[:start]), bar) if start < len(line) else coloured(line)
