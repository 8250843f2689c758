"""The lines of an import's preview: a row a file, and the details of one."""

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
    """Return one file in a line: its sign, name, layout, interviews, speakers and words."""
    if file.refused:
        return plain(f"× {file.file}: {one_line(file.refused, _REASON)}", "$text-error")
    sign = "–" if skipped else _SIGNS[file.state]
    people = {speaker.label for interview in file.interviews for speaker in interview.speakers}
    words = sum(speaker.words for interview in file.interviews for speaker in interview.speakers)
    layouts = list(dict.fromkeys(interview.format for interview in file.interviews))
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


def refused_row(refusal: Refused, passed_over: bool) -> Content:
    """Return a path that is not read, in a line."""
    return plain(f"× {refusal.file}: {'passed over: ' * passed_over}{one_line(refusal.reason, _REASON)}", "$text-error")


def details(file: PreviewFile) -> list[Content]:
    """Return the details of a file, a line each."""
    rows = [plain(one_line(file.path, 300), "dim")]
    if file.refused:
        rows.append(plain(f"× {file.refused}", "$text-error"))
    if file.known:
        rows.append(plain("Imported before; it is not imported again.", "dim"))
    if chosen := import_choices.choice_words(import_choices.choices_from(file.choices)):
        rows.append(plain(f"{'As chosen before' if file.remembered else 'As chosen'}: {chosen}"))
    if file.anyway:
        rows.append(plain("Read anyway, however much is not understood."))
    for interview in file.interviews[:_MOST_INTERVIEWS]:
        rows += _interview(interview)
    if len(file.interviews) > _MOST_INTERVIEWS:
        rows.append(plain(f"… and {format_count(len(file.interviews) - _MOST_INTERVIEWS, 'more interview')}", "dim"))
    return rows


def _interview(interview: PreviewInterview) -> list[Content]:
    rows = [Content.assemble(plain(one_line(interview.title, 80), "bold"), plain(f"  {interview.format}", "dim"))]
    rows += [plain(f"! {doubt}", "$text-warning") for doubt in (*interview.suspicions, *interview.warnings)]
    counted = [f"{kind} {words:,}" for kind, words in interview.words_by_kind.items() if words]
    if counted:
        rows.append(plain(f"  words: {' · '.join(counted)}"))
    for part in interview.left_out:
        rows.append(plain(f"  left out as {part['kind']}, {part['words']:,} words:"))
        rows += [plain(f"    {one_line(line, 160)}", "dim") for line in part["first_lines"]]
    for speaker in interview.speakers:
        about = f"  {speaker.role} · {format_count(speaker.words, 'word')} in {format_count(speaker.turns, 'turn')}"
        first = plain(f"  “{one_line(speaker.first_words, 120)}”", "dim")
        rows.append(Content.assemble(plain(f"  {speaker.label or 'unnamed'}", "bold"), plain(about), first))
    return rows
