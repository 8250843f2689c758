"""The keys of the coding screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """In the margin: ? suggested   ✓ accepted   # accepted and coded   · rejected   ▶ ┃ current   │ continues
              ┘ ends   + more passages than there is room for
In the text: underlined suggested, bold and underlined accepted, struck out rejected, italic where passages overlap.

The cursor: ← → by word, ↑ ↓ by line, Home End, PgUp PgDn. The passage under it is current, and keys act on it;
outside passages {code.code} codes the sentence at the cursor.
While a selection is open ({code.select} {code.word} {code.sentence} {code.turn}, shift with ← → ↑ ↓, or the \
mouse: drag, or click two, three or four times for a word,
a sentence, a turn): {code.next} {code.before} or the cursor move its end, {code.start_earlier} \
{code.start_later} {code.end_earlier} {code.end_later} its edges, {code.word} {code.sentence} {code.turn} \
choose the unit; {code.mark} marks it,
{code.code} {code.quick} {code.in_vivo} {code.digit1..9} mark and code it at once, {code.back} drops it; other keys \
for passages wait until it is marked or dropped.
While a search is open ({code.find}): {code.undecided} {code.undecided_before} go through the matches, \
{code.back} ends it.
Who said what: {code.split_turn} splits the turn before the word at the cursor, {code.join_turn} joins it with \
the next, {code.give} gives the selection or the turn
to another speaker, {code.delete_words} removes it as not speech (needsseg turn deleted lists it). {code.range} \
starts a range of turns: {code.give} and {code.delete_words} then act
on all turns up to the cursor. Passages follow their words; those that cannot are listed. The imported file stays."""

_DIGITS: list[BindingType] = [
    Binding(str(number), f"digit({number})", f"code {number} of the recent ones", id=f"code.digit{number}", show=False)
    for number in range(1, 10)
]

CODE_KEYS: list[BindingType] = [
    Binding("a", "decide('accepted')", "accept", id="code.accept", tooltip="accept, and go on to the next undecided"),
    Binding("x", "decide('rejected')", "reject", id="code.reject", tooltip="reject, and go on to the next undecided"),
    Binding("space", "skip", "skip", id="code.skip", tooltip="skip to the next undecided"),
    Binding("c", "code", "code", id="code.code", tooltip="apply a code to the passage"),
    Binding("q", "quick_code", "last code", id="code.quick", show=False, tooltip="apply the last code to the passage"),
    *_DIGITS,
    Binding("r", "recent", "recent codes", id="code.recent", show=False),
    Binding("C", "uncode", "remove a code", id="code.uncode", show=False),
    Binding("j", "step(1)", "next", id="code.next", show=False, tooltip="next passage"),
    Binding("k", "step(-1)", "before", id="code.before", show=False, tooltip="previous passage"),
    Binding("n", "next(1)", "undecided", id="code.undecided", tooltip="next undecided passage, or next match"),
    Binding(
        "N",
        "next(-1)",
        "previous undecided",
        id="code.undecided_before",
        show=False,
        tooltip="previous undecided passage, or previous match",
    ),
    Binding("v", "select", "mark", id="code.select", tooltip="begin a selection with the sentence at the cursor"),
    Binding("w", "unit('word')", "select words", id="code.word", show=False),
    Binding("s", "unit('sentence')", "select sentences", id="code.sentence", show=False),
    Binding("t", "unit('turn')", "select the turn", id="code.turn", show=False),
    Binding("shift+right", "select_more('word', 1)", "extend the selection by a word", id="code.word_more", show=False),
    Binding(
        "shift+left", "select_more('word', -1)", "shorten the selection by a word", id="code.word_less", show=False
    ),
    Binding(
        "shift+down",
        "select_more('sentence', 1)",
        "extend the selection by a sentence",
        id="code.sentence_more",
        show=False,
    ),
    Binding(
        "shift+up",
        "select_more('sentence', -1)",
        "shorten the selection by a sentence",
        id="code.sentence_less",
        show=False,
    ),
    Binding("enter", "mark", "mark the selection", id="code.mark", show=False),
    Binding(
        "e", "reshape", "move the passage's edges", id="code.reshape", show=False, tooltip="move its edges by words"
    ),
    Binding("i", "in_vivo", "code in vivo, with the passage's own words", id="code.in_vivo", show=False),
    Binding("d", "unmark", "unmark", id="code.unmark", show=False, tooltip="unmark, or reset the decision"),
    Binding(
        "left_square_bracket", "edge('start', -1)", "start a sentence earlier", id="code.start_earlier", show=False
    ),
    Binding("right_square_bracket", "edge('start', 1)", "start a sentence later", id="code.start_later", show=False),
    Binding("left_curly_bracket", "edge('end', -1)", "end a sentence earlier", id="code.end_earlier", show=False),
    Binding("right_curly_bracket", "edge('end', 1)", "end a sentence later", id="code.end_later", show=False),
    Binding("m", "memo", "memo", id="code.memo", show=False, tooltip="write a memo on the passage"),
    Binding("M", "memo_interview", "memo on the interview", id="code.memo_interview", show=False),
    Binding("J", "job", "job statement", id="code.job", show=False, tooltip="write the passage's job statement"),
    Binding("b", "codebook", "codebook", id="code.codebook", show=False, tooltip="the codebook: arrange, pin, merge"),
    Binding("X", "matrix", "matrix", id="code.matrix", show=False, tooltip="cross codes with codes, people, segments"),
    Binding("f", "search", "search the study", id="code.search", show=False),
    Binding("F", "alike", "find similar passages", id="code.alike", show=False),
    Binding("L", "listen", "listen", id="code.listen", show=False, tooltip="play the recording from the quote"),
    Binding(
        "Q", "queue", "queue", id="code.queue", tooltip="queue: decide suggestions of the whole study one at a time"
    ),
    Binding("O", "queue_order", "queue in reading order", id="code.queue_order", show=False),
    Binding("B", "blind", "blind", id="code.blind", show=False, tooltip="hide or show what other coders did"),
    Binding("o", "overlaps", "cycle through overlapping passages", id="code.overlaps", show=False),
    Binding("slash", "find", "find", id="code.find", tooltip="find words in this transcript"),
    Binding("g", "edge_of_text(False)", "top", id="code.top", show=False),
    Binding("G", "edge_of_text(True)", "bottom", id="code.bottom", show=False),
    Binding("greater_than_sign", "interview(1)", "next interview", id="code.next_interview", show=False),
    Binding("less_than_sign", "interview(-1)", "previous interview", id="code.interview_before", show=False),
    Binding(
        "S", "split_turn", "split the turn", id="code.split_turn", show=False, tooltip="split the turn at the cursor"
    ),
    Binding(
        "plus", "join_turn", "join turns", id="code.join_turn", show=False, tooltip="join the turn and the next one"
    ),
    Binding(
        "T", "give_words", "give to a speaker", id="code.give", show=False, tooltip="give the words to another speaker"
    ),
    Binding(
        "R",
        "range",
        "range of turns",
        id="code.range",
        show=False,
        tooltip="start a range of turns for {code.give} and {code.delete_words}",
    ),
    Binding(
        "D", "delete_words", "not speech", id="code.delete_words", show=False, tooltip="remove the words as not speech"
    ),
    Binding("y", "copy", "copy the quote", id="code.copy", show=False),
    Binding("escape", "back", "back", id="code.back"),
]
