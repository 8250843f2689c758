"""The keys of the segments screen, its help, its hints, and its text while there are no candidates."""

from __future__ import annotations

from textual.binding import Binding, BindingType

EMPTY = """No candidates yet.

  {segments.needs:4} adds needs in view: what you believe people need; discovery starts from them
  {segments.discover:4} discovers candidates: in the accepted passages, or in suggestions if none is accepted
  {go.code:4} goes to coding: {code.accept} accepts, {code.reject} rejects
  {go.interviews:4} goes to the interviews: {interviews.import} imports, {interviews.suggest} suggests passages
"""
HINTS = {
    "candidate": "{segments.card} its card · read the quotes ({segments.next}) · {segments.rename} names · "
    "{segments.questions} asks you · {segments.needs} needs in view · {study.keys} all keys",
    "named": "read the quotes ({segments.next}) · {segments.confirm} confirms · {segments.questions} asks you · "
    "{study.keys} all keys",
    "confirmed": "all confirmed · {segments.participants} people · {segments.sensitivity} stability · {go.accounts} "
    "accounts",
}
UNSEPARATE_HINT = (
    "{segments.questions} asks which passages belong together · {segments.card} its card · read the quotes "
    "({segments.next}) · {study.keys} all keys"
)
"""The hint while candidates are not separate groups: read the passages before naming."""
MAP_HINT = "{segments.next} {segments.before} go through its passages · {segments.map} shows the quotes again"
HELP = """● confirmed   ◐ named   ○ candidate   – set aside   · left over
! warnings   +2 new: passages that came after it was named   ?3: a run proposes three passages for it
★ exemplar   ~ on the edge to its nearest rival   + new   ? proposed   × off-topic   ■ marked
Before the participant, as in Code ({go.code}): ? suggested   ✓ accepted   # coded; keeping a passage here does not code it
Its card: ● pinned by a person   ○ proposed; {segments.card} opens it · {segments.details} explains the figures
On the map: filled the current segment, hollow the others, ╋ the passage under the cursor, · left over.
Merging, splitting, moving passages and answers ({segments.questions}, {segments.keep}) do not name a candidate; \
later runs keep passages where you put them.
Only a person confirms; no run changes what a person touched."""


def _quiet(key: str, action: str, words: str, id: str, tooltip: str = "") -> Binding:
    """Return a key that is in the help and the palette, but not in the line of keys."""
    return Binding(key, action, words, id=f"segments.{id}", show=False, tooltip=tooltip or words)


SEGMENT_KEYS: list[BindingType] = [
    Binding("n", "next(1)", "next", id="segments.next", tooltip="next quote"),
    _quiet("N", "next(-1)", "before", "before", "previous quote"),
    _quiet("enter", "open", "open quote", "open", "open the quote in its context"),
    Binding(
        "a",
        "keep",
        "keep",
        id="segments.keep",
        tooltip="accept the passage: admit a proposed one, keep a member by hand, assign a left-over one to its "
        "nearest segment",
    ),
    Binding(
        "x",
        "take_out",
        "out",
        id="segments.take_out",
        tooltip="reject the passage: decline a proposed one, take a member out as off-topic",
    ),
    Binding("e", "rename", "name", id="segments.rename", tooltip="name the segment"),
    _quiet("w", "statement", "job", "statement", "write its job statement"),
    _quiet("t", "describe", "describe", "describe", "describe what its participants want"),
    Binding(
        "C", "card", "card", id="segments.card", tooltip="open its card: need, trigger, pain, workaround, wish, outcome"
    ),
    Binding("m", "merge", "merge", id="segments.merge", tooltip="merge it with another, after seeing both sides"),
    _quiet("s", "split", "split", "split", "split the marked quotes off, or propose two halves"),
    Binding("c", "confirm", "confirm", id="segments.confirm"),
    Binding(
        "Q", "questions", "ask", id="segments.questions", tooltip="answer questions on the most informative passages"
    ),
    _quiet("V", "needs", "needs in view", "needs", "needs in view: add, edit, order, remove"),
    Binding("M", "map", "map", id="segments.map", tooltip="map of the passages, or the quotes again"),
    _quiet("space", "mark", "mark", "mark", "mark the quote, to split, move or pair it"),
    _quiet("v", "move", "move", "move", "move the marked quotes to another segment, or to none"),
    _quiet("plus", "pair", "pair", "pair", "pair two marked quotes: one need or two"),
    _quiet("P", "pairs", "pairs", "pairs", "passages kept together or apart; {pairs.unpair} removes a pair"),
    _quiet("z", "set_aside", "set aside", "set_aside"),
    _quiet("o", "reopen", "reopen", "reopen", "reopen a confirmed segment, or one set aside"),
    _quiet("i", "details", "all evidence", "details", "all evidence: participants, accounts, edge, names"),
    _quiet("p", "participants", "people", "participants", "participants and their segments"),
    _quiet("L", "listen", "listen", "listen", "play the recording from the quote"),
    _quiet("H", "lineage", "lineage", "lineage", "history of the segment"),
    _quiet("R", "compare", "compare runs", "compare"),
    _quiet(
        "S",
        "sensitivity",
        "sensitivity",
        "sensitivity",
        "test how stable segments are, leaving participants out in turn",
    ),
    _quiet("D", "discover", "discover", "discover", "discover candidates again"),
    _quiet("slash", "filter", "filter", "filter", "filter quotes by words"),
    _quiet("tab", "other_pane", "other pane", "pane"),
    _quiet("j", "step(1)", "down", "down"),
    _quiet("k", "step(-1)", "up", "up"),
    _quiet("g", "edge(False)", "top", "top"),
    _quiet("G", "edge(True)", "bottom", "bottom"),
    _quiet("escape", "back", "back", "back", "clear the filter or the marks, or go back to the list"),
]
