"""The codebooks of a merge: which of their codes is which of ours, also where one of the two was renamed."""

from __future__ import annotations

import re
from sqlite3 import Row
from typing import TYPE_CHECKING

from needsseg.study.coding.codebook import same
from needsseg.study.merge.merge import Joined

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_LITERAL = re.compile(r"'(?:[^']|'')*'|[^,\s]+")


def join_codebook(study: Study, other: Study, joined: Joined) -> None:
    """Join codes; a description, a colour, a parent or a pin that ours lacks is taken from theirs, and so is a new name.

    Codes are one where both studies have them from the same action, as copies of a study do, else where their names are one
    in any case, else where one had the other's name before. A pin comes where its digit is free here.
    """
    theirs = other.rows("SELECT * FROM codes ORDER BY id")
    ours = {row["id"]: row for row in study.rows("SELECT * FROM codes ORDER BY id")}
    books = _Books(study, other, {number: row["name"] for number, row in ours.items()}, joined)
    our_creators, their_creators = _creating_actions(study), _creating_actions(other)
    for row in theirs:
        if (
            row["id"] in their_creators
            and row["id"] in ours
            and their_creators[row["id"]] == our_creators.get(row["id"])
        ):
            books.join(row, row["id"])
    current = {same(row["name"]) for row in theirs}
    for row in theirs:
        if row["id"] in joined.codes:
            continue
        match = books.called_alike(row, current)
        if match is not None:
            books.join(row, match)
        else:
            books.add(row)
    for row in theirs:
        if joined.codes[row["id"]] in ours:
            _fill(study, row, ours[joined.codes[row["id"]]], joined)
    _join_pins(study, {joined.codes[row["id"]]: row["pin"] for row in theirs if row["pin"] is not None}, joined)
    _join_parents(study, {row["id"]: row["parent_id"] for row in theirs if row["parent_id"] is not None}, joined)


class _Books:
    """Two codebooks while they are joined; ``names`` are the current names of our codes."""

    def __init__(self, study: Study, other: Study, names: dict[int, str], joined: Joined) -> None:
        self.study, self.names, self.joined = study, names, joined
        self.before_here, self.before_there = _former_names(study), _former_names(other)

    def called_alike(self, row: Row, current: set[str]) -> int | None:
        """Our code that one of theirs is by its name, or by a name that either had before; ``current`` are all of theirs."""
        joined_ids = set(self.joined.codes.values())
        exact = [number for number, name in self.names.items() if name == row["name"]]
        alike = [number for number, name in self.names.items() if same(name) == same(row["name"])]
        if exact or alike:
            return (exact or alike)[0]
        unjoined = [number for number in self.names if number not in joined_ids]
        earlier_names = self.before_there.get(row["id"], set())
        renamed = [n for n in unjoined if same(self.names[n]) in earlier_names and same(self.names[n]) not in current]
        renamed += [n for n in unjoined if same(row["name"]) in self.before_here.get(n, set())]
        return renamed[0] if renamed else None

    def add(self, row: Row) -> None:
        """Bring a code in."""
        new_id = self.study.insert("codes", {name: row[name] for name in ("name", "description", "color")})
        self.names[new_id] = row["name"]
        self.joined.codes[row["id"]] = new_id
        self.joined.counted["codes"] += 1

    def join(self, row: Row, ours: int) -> None:
        """Note that two codes are one; a name changed in their study alone is taken over."""
        self.joined.codes[row["id"]] = ours
        our_name, their_name = self.names[ours], row["name"]
        if our_name == their_name or same(their_name) in self.before_here.get(ours, set()):
            return
        if same(our_name) not in self.before_there.get(row["id"], set()):
            if same(our_name) != same(their_name):
                self.joined.conflicts.append(f"The code “{our_name}” is called “{their_name}” there.")
            return
        if any(same(name) == same(their_name) for number, name in self.names.items() if number != ours):
            self.joined.conflicts.append(
                f"The code “{our_name}” is called “{their_name}” there, as another code is here."
            )
            return
        self.study.execute("UPDATE codes SET name = ? WHERE id = ?", [their_name, ours])
        self.names[ours] = their_name
        self.joined.counted["renamed"] += 1


def _creating_actions(study: Study) -> dict[int, tuple[str, ...]]:
    """The action that made each code, as far as the history goes: when, by whom, and what was written."""
    rows = study.rows(
        "SELECT r.row_id, h.at, h.actor, r.after FROM history_rows r JOIN history h ON h.id = r.history_id "
        "WHERE r.table_name = 'codes' AND r.before IS NULL AND h.state = 'done' ORDER BY r.id"
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _former_names(study: Study) -> dict[int, set[str]]:
    """Names that codes had before, as far as the history goes, as they are compared."""
    rows = study.rows(
        "SELECT r.row_id, r.columns, r.before FROM history_rows r JOIN history h ON h.id = r.history_id "
        "WHERE r.table_name = 'codes' AND r.before IS NOT NULL AND r.after IS NOT NULL AND h.state = 'done'"
    )
    names_by_code: dict[int, set[str]] = {}
    for code, columns, before in rows:
        # Read as text and never run: the history of another study is a stranger's.
        values = dict(zip(columns.split(", "), _LITERAL.findall(before), strict=False))
        name = values.get('"name"', "")
        if name.startswith("'"):
            names_by_code.setdefault(code, set()).add(same(name[1:-1].replace("''", "'")))
    return names_by_code


def _fill(study: Study, row: Row, ours: Row, joined: Joined) -> None:
    """Take over what ours lacks."""
    for column in ("description", "color"):
        if row[column] and not ours[column]:
            study.execute(f"UPDATE codes SET {column} = ? WHERE id = ?", [row[column], ours["id"]])
    if row["description"] and ours["description"] not in ("", row["description"]):
        joined.conflicts.append(f"The code “{row['name']}” is described differently there: “{row['description']}”.")


def _join_pins(study: Study, theirs: dict[int, int], joined: Joined) -> None:
    code_by_pin = {row[0]: row[1] for row in study.rows("SELECT pin, id FROM codes WHERE pin IS NOT NULL")}
    for code, digit in theirs.items():
        if digit not in code_by_pin and code not in code_by_pin.values():
            study.execute("UPDATE codes SET pin = ? WHERE id = ?", [digit, code])
            code_by_pin[digit] = code
            joined.counted["pins"] += 1


def _join_parents(study: Study, theirs: dict[int, int], joined: Joined) -> None:
    rows = study.rows("SELECT id, name, parent_id FROM codes")
    names, parents = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    for child, parent in ((joined.codes[code], joined.codes[above]) for code, above in theirs.items()):
        if parents[child] == parent:
            continue
        above: int | None = parent
        while above is not None and above != child:
            above = parents[above]
        if parents[child] is None and above is None:
            study.execute("UPDATE codes SET parent_id = ? WHERE id = ?", [parent, child])
            parents[child] = parent
        else:
            joined.conflicts.append(f"The code “{names[child]}” is under “{names[parent]}” there.")
