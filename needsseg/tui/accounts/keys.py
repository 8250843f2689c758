"""The keys of the accounts screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """● the need is confirmed by a person   ◐ not confirmed

A profile counts events before its as-of date, which is always shown and never taken from the clock."""

ACCOUNT_KEYS: list[BindingType] = [
    Binding(
        "enter,o",
        "open",
        "open",
        key_display="enter",
        id="accounts.open",
        tooltip="open the account",
    ),
    Binding(
        "i",
        "import_file",
        "import",
        id="accounts.import",
        tooltip="import accounts, usage, subscriptions, participants",
    ),
    Binding(
        "a",
        "assign",
        "assign",
        id="accounts.assign",
        tooltip="assign texts from a file (tickets, reviews, answers) to segments",
    ),
    Binding("t", "as_of", "date", id="accounts.as_of", tooltip="change the as-of date"),
    Binding("slash", "filter", "filter", id="accounts.filter", tooltip="filter accounts by words"),
    Binding(
        "f",
        "tier",
        "tier",
        id="accounts.tier",
        tooltip="filter accounts by a tier or a column of theirs; press again to add another",
    ),
    Binding("s", "sort", "sort", id="accounts.sort", tooltip="sort; the same column again reverses the order"),
    Binding(
        "m",
        "matches",
        "matches",
        id="accounts.matches",
        tooltip="match participants to accounts",
    ),
    Binding(
        "dollar_sign",
        "amounts",
        "amounts",
        key_display="$",
        id="accounts.amounts",
        tooltip="choose how amounts of subscriptions are taken: overlapping terms, interval, currency",
        show=False,
    ),
    Binding("x", "export", "export", id="accounts.export", tooltip="export the labelled accounts"),
    Binding("n", "quotes", "quotes", id="accounts.quotes", tooltip="show the quotes behind the label", show=False),
    Binding("j", "step(1)", "down", id="accounts.down", show=False),
    Binding("k", "step(-1)", "up", id="accounts.up", show=False),
    Binding("J", "read(3)", "scroll the profile down", id="accounts.read_on", show=False),
    Binding("K", "read(-3)", "scroll the profile up", id="accounts.read_back", show=False),
    Binding("g", "edge(False)", "top", id="accounts.top", show=False),
    Binding("G", "edge(True)", "bottom", id="accounts.bottom", show=False),
    Binding("escape", "unfilter", "show all", id="accounts.unfilter", show=False),
]
