"""The text that people write for the readout: read, replaced and printed to edit; each change is one undoable action."""

from __future__ import annotations

from dataclasses import fields

from needsseg.actions.coding.blind import is_blind
from needsseg.errors import Advice, Fix, UsageError
from needsseg.exchange.report.readout_text import PARTS, ReadoutText, read, written
from needsseg.study import readout
from needsseg.study.connection import Study
from needsseg.study.segments import segments


def load(study: Study) -> ReadoutText:
    """Return what people wrote; needs whose segment is gone or set aside are left out.

    Refuses a coder who works blind: a readout says what everybody found.
    """
    if is_blind(study):
        raise UsageError(
            "You work blind, and the readout says what everybody found.", Advice("Stop working blind: ", Fix.BLIND_OFF)
        )
    stored = readout.load(study)
    names = {str(row.id): row.name for row in segments.listing(study) if row.status != "set_aside"}
    order = tuple(names[each] for each in stored.get("needs", "").splitlines() if each in names)
    lists = {part: tuple(stored.get(part, "").splitlines()) for part in ("recommendations", "limits")}
    words = {part: stored.get(part, "") for part in ("headline", "question", "summary")}
    return ReadoutText(**words, **lists, needs=order)  # type: ignore[arg-type]


def to_edit(study: Study) -> str:
    """Return the text as Markdown, with comments that say what belongs where."""
    return written(load(study), _names(study))


def replace(study: Study, markdown: str) -> tuple[str, ...]:
    """Replace the whole text by that of a Markdown text; return the parts that changed, none if it is the same.

    UsageError, which names the line or the need, for a text that cannot be read.
    """
    before, text = load(study), read(markdown)
    ids = {row.name.casefold(): row.id for row in segments.listing(study) if row.status != "set_aside"}
    unknown = [name for name in text.needs if name.casefold() not in ids]
    if unknown:
        raise UsageError(
            f"There is no segment “{unknown[0]}”.", f"There are: {', '.join(_names(study)) or 'none yet'}."
        )
    order = list(dict.fromkeys(ids[name.casefold()] for name in text.needs))
    changed = tuple(each.name for each in fields(text) if getattr(text, each.name) != getattr(before, each.name))
    parts = {part: value if isinstance(value := getattr(text, part), str) else "\n".join(value) for part in PARTS}
    parts["needs"] = "\n".join(map(str, order))
    if changed:
        with study.action("readout", f"wrote the readout: {', '.join(changed)}"):
            readout.store(study, parts)
    return changed


def unwritten(text: ReadoutText) -> tuple[str, ...]:
    """Return the parts that nobody wrote."""
    return tuple(part for part in PARTS if not getattr(text, part))


def _names(study: Study) -> list[str]:
    rows = segments.listing(study)
    named = [row.name for row in rows if row.status in ("named", "confirmed")]
    return named or [row.name for row in rows if row.status == "candidate"]
