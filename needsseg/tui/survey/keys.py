"""The keys of the survey screen, its help, and its text while there is no survey."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of

HELP = """1 2 3 … the questions that are asked, in their order   · drafted, not asked
Bits: how much an answer is expected to tell about the segment, after the questions above it.
Figures of an option: how likely a user of that segment picks it; they add up to 1 over all options. * the highest.

An option [to be worded] has no words yet: {survey.reword} writes one plain clause; the quotes \
below are hints. A survey can be exported
or routed only when all its options have words.

Edits are kept as they are made, also when you quit; they count only once {survey.save} saves them as a version."""


def _quiet(key: str, action: str, words: str, id: str, tooltip: str = "") -> Binding:
    """Return a key that is in the help and the palette, but not in the line of keys."""
    return Binding(key, action, words, id=f"survey.{id}", show=False, tooltip=tooltip or words)


SURVEY_KEYS: list[BindingType] = [
    Binding("D", "draft", "draft", id="survey.draft", tooltip="draft questions from the confirmed segments"),
    Binding("e", "reword", "words", id="survey.reword", tooltip="edit the words of the question or option"),
    Binding(
        "l", "likelihoods", "likely", id="survey.likelihoods", tooltip="edit how likely each segment picks the option"
    ),
    Binding("space", "choose", "ask", id="survey.choose", tooltip="include or exclude this question (five at most)"),
    _quiet("o", "reorder", "order", "reorder", "order the asked questions by information gain"),
    _quiet("O", "pick", "pick five", "pick", "pick the five questions that are most informative together"),
    Binding("W", "save", "save", id="survey.save", tooltip="save as the next version"),
    Binding("T", "try_out", "try", id="survey.try", tooltip="dry run: paste answers to see where each is routed"),
    Binding(
        "A",
        "accuracy",
        "accuracy",
        id="survey.accuracy",
        tooltip="measure how accurately it routes the interviewed people",
    ),
    _quiet("V", "versions", "versions", "versions", "return to an earlier version"),
    Binding(
        "x", "export", "export", id="survey.export", tooltip="write it for Formbricks, Typeform, people or programs"
    ),
    Binding("i", "route", "route", id="survey.route", tooltip="route a file of responses: labels with source survey"),
    _quiet("enter", "open", "open", "open", "go to the options, to the quotes, or open the quote in its context"),
    _quiet("tab", "other_pane", "other pane", "pane", "questions, options, quotes"),
    _quiet("j", "step(1)", "down", "down"),
    _quiet("k", "step(-1)", "up", "up"),
    _quiet("g", "edge(False)", "top", "top"),
    _quiet("G", "edge(True)", "bottom", "bottom"),
    _quiet("escape", "back", "back", "back", "back to the options, back to the questions"),
]


def empty(confirmed: int) -> str:
    """Return what to do while there is no survey, by the number of confirmed segments."""
    if confirmed < 2:
        have = "no segment is confirmed yet" if not confirmed else "only one segment is confirmed"
        return (
            f"No survey yet, and {have}. A survey needs at least two.\n\n"
            f"  {key_of('go.segments'):4} goes to the segments: {key_of('segments.rename')} names one, "
            f"{key_of('segments.confirm')} confirms it\n"
            f"  {key_of('study.keys'):4} shows all keys\n"
        )
    return (
        f"No survey yet. {key_of('survey.draft')} drafts one from the "
        f"{format_count(confirmed, 'confirmed segment')}.\n\n"
        f"  {key_of('survey.draft'):4} drafts questions from the segments' cards and quotes, and picks five\n"
        f"  {key_of('survey.versions'):4} returns to an earlier version\n"
        f"  {key_of('study.keys'):4} shows all keys\n"
    )
