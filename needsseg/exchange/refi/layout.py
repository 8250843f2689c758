"""Read turns of a text of the form ``Speaker: words`` with blank lines between, without changing a character."""

from __future__ import annotations

from collections.abc import Mapping

from needsseg.records import Role, Turn


def labelled_turns(text: str, roles: Mapping[str, Role]) -> tuple[Turn, ...] | None:
    """Return the turns of a text with known speaker labels, or None where a paragraph begins with none of them.

    A label "" stands for paragraphs without one. Turns are the words behind the label; offsets are code points.
    """
    labels = sorted((label for label in roles if label), key=len, reverse=True)
    turns: list[Turn] = []
    offset = 0
    for block in text.split("\n\n"):
        label = next((label for label in labels if block.startswith(f"{label}: ")), "")
        lead = len(label) + 2 if label else 0
        if label not in roles or not block[lead:].strip():
            return None
        turns.append(Turn(label, roles[label], offset + lead, offset + len(block)))
        offset += len(block) + 2
    return tuple(turns)
