"""The keys of the stack screen, its help, its text without accounts, and the names of its tiers and views."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """* fewer than five accounts: too few for a meaningful share
– no accounts   ? their amounts are unknown

Money is called ARR only if the amounts are known to be per month or per year."""

STACK_KEYS: list[BindingType] = [
    Binding(
        "enter,o",
        "open",
        "its accounts",
        key_display="enter",
        id="stack.open",
        tooltip="show the accounts of the row on {go.accounts}",
    ),
    Binding("r", "rows", "rows", id="stack.rows", tooltip="rows: need, behaviour, lifecycle"),
    Binding("b", "by", "by", id="stack.by", tooltip="columns: size, industry, plan, lifecycle, region, behaviour …"),
    Binding(
        "B",
        "by_column",
        "by a column",
        id="stack.by_column",
        show=False,
        tooltip="columns: a further column of the accounts",
    ),
    Binding("v", "view", "view", id="stack.view", tooltip="accounts, shares, money"),
    Binding("t", "as_of", "date", id="stack.as_of", tooltip="change the as-of date"),
    Binding(
        "c",
        "curves",
        "curves",
        id="stack.curves",
        tooltip="who stays: survival curves, and whether segments predict it",
    ),
    Binding(
        "R", "rice", "RICE", id="stack.rice", tooltip="score a backlog by RICE, plain and weighted (ARR, growth, ICP)"
    ),
    Binding("T", "triggers", "triggers", id="stack.triggers", tooltip="list triggered accounts"),
    Binding(
        "s",
        "scorecard",
        "scorecard",
        id="stack.scorecard",
        tooltip="scorecard: what segments say about customers, and how they use the product",
    ),
    Binding("P", "patterns", "patterns", id="stack.patterns", show=False, tooltip="patterns of use among accounts"),
    Binding(
        "d",
        "definitions",
        "definitions",
        id="stack.definitions",
        show=False,
        tooltip="when each lifecycle stage, behavioural segment and trigger holds",
    ),
    Binding("p", "report", "report", id="stack.report", show=False, tooltip="show the report, to read and forward"),
    Binding("x", "export", "export", id="stack.export", tooltip="write the roll-up to a CSV file"),
    Binding("j", "step(1)", "down", id="stack.down", show=False),
    Binding("k", "step(-1)", "up", id="stack.up", show=False),
    Binding("J", "read(3)", "scroll the charts down", id="stack.read_on", show=False),
    Binding("K", "read(-3)", "scroll the charts up", id="stack.read_back", show=False),
    Binding("g", "edge(False)", "first row", id="stack.top", show=False),
    Binding("G", "edge(True)", "last row", id="stack.bottom", show=False),
]

WORDS = {
    "needs_segment": "need", "behavioral_segment": "behaviour", "lifecycle_stage": "lifecycle", "size": "size",
    "industry": "industry", "plan": "plan", "region": "region", "revenue": "revenue",
}  # fmt: skip
VIEWS = ("accounts", "shares", "money")
EMPTY = """No accounts yet.

  {go.accounts:4} goes to the accounts: {accounts.import} imports a file of accounts, usage events or subscriptions
  {study.keys:4} shows all keys
"""
