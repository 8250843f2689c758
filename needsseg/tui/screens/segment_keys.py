"""The keys of the segments screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """● confirmed   ◐ named   ○ candidate   – set aside      ★ exemplar   ■ marked
A changed candidate becomes a named segment. Only a person confirms; no run changes what a person touched."""

SEGMENT_KEYS: list[BindingType] = [
    Binding("D", "discover", "discover", id="segments.discover", tooltip="discover candidates anew"),
    Binding("e", "rename", "name", id="segments.rename", tooltip="name the segment"),
    Binding("t", "describe", "describe", id="segments.describe", show=False, tooltip="describe what its people want"),
    Binding("m", "merge", "merge", id="segments.merge", tooltip="merge the segment into another"),
    Binding("space", "mark", "mark", id="segments.mark", tooltip="mark the quote, for split and move"),
    Binding("s", "split", "split", id="segments.split", tooltip="split the marked quotes off"),
    Binding("v", "move", "move", id="segments.move", tooltip="move the marked quotes to another segment, or to none"),
    Binding("z", "set_aside", "set aside", id="segments.set_aside", show=False),
    Binding("c", "confirm", "confirm", id="segments.confirm"),
    Binding(
        "o",
        "reopen",
        "reopen",
        id="segments.reopen",
        show=False,
        tooltip="reopen a confirmed segment, or one set aside",
    ),
    Binding("p", "participants", "people", id="segments.participants", tooltip="participants' primary needs"),
    Binding("slash", "filter", "filter", id="segments.filter", show=False, tooltip="show only quotes with some words"),
    Binding("enter", "open", "open quote", id="segments.open", show=False, tooltip="open the quote in its context"),
    Binding("tab", "other_pane", "other pane", id="segments.pane", show=False),
    Binding("j", "step(1)", "down", id="segments.down", show=False),
    Binding("k", "step(-1)", "up", id="segments.up", show=False),
    Binding("g", "edge(False)", "top", id="segments.top", show=False),
    Binding("G", "edge(True)", "bottom", id="segments.bottom", show=False),
    Binding(
        "escape",
        "back",
        "back",
        id="segments.back",
        show=False,
        tooltip="end the filter, forget the marks, back to the list",
    ),
]
