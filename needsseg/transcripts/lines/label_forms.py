"""Normalise the labels of a file where tags, turn numbers, signs or other spellings obscure the speaker's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from needsseg.transcripts.lines.labelled import Labelled
from needsseg.transcripts.lines.labels import counted, is_slip, like_a_name
from needsseg.transcripts.roles import role_from_label

_TAGGED = re.compile(r"^(?P<name>[^:：\[\]]{1,50}?)\s*(?:：|:(?=\s|$))\s*(?P<words>.*)$")
_NUMBERED = re.compile(r"^(?P<name>\S.*?)[ .#]+(?P<number>\d{1,4})$")
_SIGN = re.compile(r"^[#@*•·–-]+\s*(?=[^\W\d_])")
_DASH = re.compile(r"^[-–—]\s*(?=\S)")
_MOSTLY = 0.8
_FEWEST = 4
_RARE = 0.25
_FEWEST_NUMBERS = 6
_TURNS_EACH = 3


def normalised_labels(line_labels: Sequence[Labelled | None]) -> tuple[list[Labelled | None], dict[str, str]]:
    """Return the normalised labels, one per line as before, and the spellings replaced (``JOEL`` by ``Joel``).

    Where two labels may or may not be the same person's (a typo), both are kept.
    """
    items = _without_turn_numbers(_with_tags(line_labels))
    items, read_as = _in_one_spelling(_without_signs(items))
    return items, read_as


def _with_tags(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Read ``[GUEST] Joel: words`` as the label ``[GUEST] Joel``, where a name recurs with the same tag."""
    tagged = {
        index: (f"[{item.label}] {match['name'].strip()}", match["words"])
        for index, item in enumerate(line_labels)
        if item and item.kind == "bracket" and (match := _TAGGED.match(item.words)) and like_a_name(match["name"])
    }
    counts = counted([label for label, _ in tagged.values()])
    return [
        replace(item, label=tagged[index][0], words=tagged[index][1], kind="colon")
        if item and index in tagged and counts[tagged[index][0]] > 1
        else item
        for index, item in enumerate(line_labels)
    ]


def _without_turn_numbers(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Remove the numbers of ``Joel 2``, ``Ana 3``, ``Joel 4``, where they count the turns of the file."""
    numbers = [
        (index, match) for index, item in enumerate(line_labels) if item and (match := _NUMBERED.match(item.label))
    ]
    if len(numbers) < _FEWEST_NUMBERS:
        return list(line_labels)
    values = [int(match["number"]) for _, match in numbers]
    names = [match["name"] for _, match in numbers]
    ascend = all(before < after for before, after in pairwise(values))
    follow = sum(after - before == 1 for before, after in pairwise(values))
    # "Participant 1, Participant 2, …" are people, each of whom may speak once; numbered turns alternate between names.
    change = sum(before != after for before, after in pairwise(names))
    enough = min(follow, change) >= _MOSTLY * (len(values) - 1)
    if not ascend or not enough or min(Counter(names).values()) < _TURNS_EACH:
        return list(line_labels)
    name_by_line = {index: match["name"] for index, match in numbers}
    return [
        replace(item, label=name_by_line[index]) if item and index in name_by_line else item
        for index, item in enumerate(line_labels)
    ]


def _without_signs(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Read ``#I`` and ``#P`` as ``I`` and ``P``, where (nearly) every label has such a sign."""
    labels = [item.label for item in line_labels if item]
    signed = sum(bool(_SIGN.match(label)) for label in labels)
    if signed < _FEWEST or signed < _MOSTLY * len(labels):
        return list(line_labels)
    return [replace(item, label=_SIGN.sub("", item.label)) if item else None for item in line_labels]


def _in_one_spelling(line_labels: Sequence[Labelled | None]) -> tuple[list[Labelled | None], dict[str, str]]:
    """Replace labels that differ from a frequent one only in capitals or in a leading sign by the frequent one."""
    counts: Counter[str] = counted([item.label for item in line_labels if item])
    groups: dict[str, list[str]] = {}
    for label in counts:
        groups.setdefault(_SIGN.sub("", label).casefold(), []).append(label)
    read_as: dict[str, str] = {}
    for labels in groups.values():
        most = max(labels, key=lambda label: counts[label])
        other_labels = [label for label in labels if label != most]
        if counts[most] >= _FEWEST and like_a_name(most):
            read_as |= {label: most for label in other_labels if counts[label] <= max(1, _RARE * counts[most])}
    read_as |= _slips_in_roles(counts)
    return [replace(item, label=read_as.get(item.label, item.label)) if item else None for item in line_labels], read_as


def _slips_in_roles(counts: Counter[str]) -> dict[str, str]:
    """Return rare labels that are a misspelt role (``Interveiwer``), each with the label that is meant.

    Two people may have similar names, but a misspelt role is unlikely to be a name.
    """
    roles = [label for label, count in counts.items() if count > 1 and role_from_label(label)]
    read_as: dict[str, str] = {}
    for label, count in counts.items():
        if role_from_label(label) is None and any(map(str.isalpha, label)):
            intended = [
                role
                for role in roles
                if is_slip(role.casefold(), label.casefold()) and count <= max(1, _RARE * counts[role])
            ]
            if len(intended) == 1:
                read_as[label] = intended[0]
    return read_as


def without_dash(line_labels: Sequence[Labelled | None]) -> list[Labelled | None]:
    """Remove the dash after the colon (``I:- How``), where (nearly) all labels have it."""
    texts = [item.words for item in line_labels if item and item.words]
    dashed = sum(bool(_DASH.match(words)) for words in texts)
    if dashed < _FEWEST or dashed < _MOSTLY * len(texts):
        return list(line_labels)
    return [replace(item, words=_DASH.sub("", item.words)) if item else None for item in line_labels]
