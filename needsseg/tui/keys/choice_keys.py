"""The keys of the question queue's choices: each choice keeps its key as long as the program runs."""

from __future__ import annotations

from needsseg.actions.discovery.questions import KEYS as CHOICE_KEYS
from needsseg.actions.discovery.questions import NONE_KEY, Choice, Question

Target = tuple[str, int]
"""The choice that a key stands for: its kind (need in view or segment) and its id."""


def assign_keys(keys: dict[Target, str], question: Question) -> None:
    """Give every choice without a key its own; a choice keeps its key, which no other choice ever gets.

    A segment that becomes a need in view keeps its key, and so does the segment of a need that is removed from view; if
    both are offered, the first one has the key.
    """
    used: set[str] = set()
    for choice in question.choices:
        target = _target(choice)
        if target is None:
            continue
        segment = choice.segment or 0
        previous_key = keys.get(target) or keys.get(
            ("segment of a need" if choice.need is None else "segment", segment), ""
        )
        free_keys = [key for key in CHOICE_KEYS if key not in keys.values() and key not in used]
        new_key = choice.key if choice.key in free_keys else "".join(free_keys[:1])
        keys[target] = previous_key if previous_key and previous_key not in used else new_key
        used.add(keys[target])
        if choice.need is not None and segment:
            keys["segment of a need", segment] = keys[target]


def choice_key(keys: dict[Target, str], choice: Choice) -> str:
    """Return the key of a choice; empty for choices beyond the available keys, which enter takes."""
    target = _target(choice)
    return NONE_KEY if target is None else keys.get(target, "")


def _target(choice: Choice) -> Target | None:
    if choice.need is not None:
        return "need", choice.need
    return None if choice.segment is None else ("segment", choice.segment)
