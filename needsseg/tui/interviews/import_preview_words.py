"""What the preview of an import says of each file."""

from __future__ import annotations

from textual.content import Content

from needsseg.actions.transcripts import import_choices
from needsseg.actions.transcripts.import_files import Refused
from needsseg.actions.transcripts.import_preview import PreviewFile, PreviewInterview
from needsseg.text import format_count
from needsseg.tui.words import one_line, plain, row

_SIGNS = {"clean": "✓", "doubtful": "!", "refused": "×", "known": "="}
_WIDTHS = (1, 28, 11, 13, 12)
_MOST_INTERVIEWS = 20
_REASON = 100


def file_row(file: PreviewFile, skipped: bool) -> Content:
    """One file in a line: its sign, name, layout, interviews, speakers and words."""
    if file.refused:
        return plain(f"× {file.file}: {one_line(file.refused, _REASON)}", "$text-error")
    sign = "–" if skipped else _SIGNS[file.state]
    people = {speaker.label for one in file.interviews for speaker in one.speakers}
    words = sum(speaker.words for one in file.interviews for speaker in one.speakers)
    layouts = list(dict.fromkeys(one.format for one in file.interviews))
    several = len(file.interviews) > 1
    cells = (
        sign,
        file.file,
        layouts[0] if len(layouts) == 1 else file.layout,
        format_count(len(file.interviews), "interview") if several else format_count(len(people), "speaker"),
        format_count(words, "word"),
    )
    style = "dim" if skipped or file.known else "$text-warning" if file.state == "doubtful" else ""
    return plain(row(cells, _WIDTHS).plain.rstrip(), style)


def refused_row(one: Refused, passed_over: bool) -> Content:
    """A path that is not read, in a line."""
    return plain(f"× {one.file}: {'passed over: ' * passed_over}{one_line(one.reason, _REASON)}", "$text-error")


def details(file: PreviewFile) -> list[Content]:
    """All there is to say of a file, a line each."""
    told = [plain(one_line(file.path, 300), "dim")]
    if file.refused:
        told.append(plain(f"× {file.refused}", "$text-error"))
    if file.known:
        told.append(plain("Imported before; it is not imported again.", "dim"))
    if chosen := import_choices.choice_words(import_choices.choices_from(file.choices)):
        told.append(plain(f"{'As chosen before' if file.remembered else 'As chosen'}: {chosen}"))
    if file.anyway:
        told.append(plain("Read anyway, however much is not understood."))
    for one in file.interviews[:_MOST_INTERVIEWS]:
        told += _interview(one)
    if len(file.interviews) > _MOST_INTERVIEWS:
        told.append(plain(f"… and {format_count(len(file.interviews) - _MOST_INTERVIEWS, 'more interview')}", "dim"))
    return told


def _interview(one: PreviewInterview) -> list[Content]:
    told = [Content.assemble(plain(one_line(one.title, 80), "bold"), plain(f"  {one.format}", "dim"))]
    told += [plain(f"! {doubt}", "$text-warning") for doubt in (*one.suspicions, *one.warnings)]
    counted = [f"{kind} {words:,}" for kind, words in one.words_by_kind.items() if words]
    if counted:
        told.append(plain(f"  words: {' · '.join(counted)}"))
    for left in one.left_out:
        told.append(plain(f"  left out as {left['kind']}, {left['words']:,} words:"))
        told += [plain(f"    {one_line(line, 160)}", "dim") for line in left["first_lines"]]
    for speaker in one.speakers:
        about = f"  {speaker.role} · {format_count(speaker.words, 'word')} in {format_count(speaker.turns, 'turn')}"
        first = plain(f"  “{one_line(speaker.first_words, 120)}”", "dim")
        told.append(Content.assemble(plain(f"  {speaker.label or 'unnamed'}", "bold"), plain(about), first))
    return told
