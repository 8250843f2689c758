"""The codebook: codes, their tree, and which passages carry them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.study.coding.passages import decide, required
from needsseg.study.connection import now, plain_text
from needsseg.text import is_one_line

if TYPE_CHECKING:
    from needsseg.study.connection import Study

# Its first parameter is the coder whose marks are counted, or None for everybody's.
_SELECT = (
    "SELECT c.name, c.description, parent.name AS parent, count(DISTINCT pc.passage_id) AS passages, c.color, c.pin "
    "FROM codes c LEFT JOIN codes parent ON parent.id = c.parent_id "
    "LEFT JOIN passage_codes pc ON pc.code_id = c.id AND (?1 IS NULL OR pc.coded_by = ?1) "
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code of the codebook: how many passages carry it, its colour's name, and the digit it is pinned to."""

    name: str
    description: str
    parent: str | None
    passages: int
    color: str = ""
    pin: int | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One code in its tree: the names above it, the topmost first."""

    code: CodeRow
    above: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """The number of codes above it."""
        return len(self.above)


def tree(rows: Sequence[CodeRow]) -> list[Branch]:
    """Codes with each one's children right below it, siblings by name; every row once, also where parents form a circle."""
    names = {row.name for row in rows}
    children: dict[str | None, list[CodeRow]] = {}
    for row in sorted(rows, key=lambda row: (same(row.name), row.name), reverse=True):
        children.setdefault(row.parent if row.parent in names else None, []).append(row)
    branches: dict[str, Branch] = {}
    # A study never holds a circle of parents; rows of another source may, and then begin at the first of them.
    for start in [*reversed(children.get(None, [])), *rows]:
        waiting = [Branch(start)]
        while waiting:
            branch = waiting.pop()
            if branch.code.name not in branches:
                branches[branch.code.name] = branch
                above = (*branch.above, branch.code.name)
                waiting += [Branch(child, above) for child in children.get(branch.code.name, [])]
    return list(branches.values())


def same(name: str) -> str:
    """A name as compared with others: in any case, however its accents are encoded."""
    return normalize("NFC", name).casefold()


def clean_name(name: str) -> str:
    """The name of a code, trimmed; raises UsageError where it is empty or more than one line of text."""
    if not is_one_line(name.replace("\0", "").strip()):
        raise UsageError(
            "The name of a code is one line, without tabs, control characters and overrides of the direction of writing.",
            "Type it anew.",
        )
    name = plain_text(name)
    if not name:
        raise UsageError("A code needs a name.")
    return name


def id_of(study: Study, name: str) -> int:
    """The id of the code called so, else of the only one called so in another case; raises NotFoundError."""
    rows = study.rows("SELECT id, name FROM codes")
    matches = [row[0] for row in rows if row[1] == name] or [
        row[0] for row in rows if same(row[1]) == same(name.strip())
    ]
    if len(matches) == 1:
        return int(matches[0])
    if matches:
        raise UsageError(
            f"Several codes are called “{name}”, in upper and lower case.",
            Advice("Write it as it stands there, or make them one: ", Fix.MERGE_CODES),
        )
    raise NotFoundError(f"There is no code “{name}”.", Advice("The codebook lists them: ", Fix.CODEBOOK))


def stored_name(study: Study, name: str) -> str:
    """The name under which the codebook has a code, else the name as it would be stored.

    Names that differ in case alone are one code's; where a study holds two such codes, each is called as it stands there.
    """
    names = [str(row[0]) for row in study.rows("SELECT name FROM codes ORDER BY id")]
    if name in names:
        return name
    name = clean_name(name)
    matches = [other for other in names if same(other) == same(name)]
    if name in matches or not matches:
        return name
    if len(matches) > 1:
        return one(study, name).name  # which refuses it, naming what to do
    return matches[0]


def doubles(study: Study) -> list[tuple[str, ...]]:
    """Names of codes that differ in case alone, as studies of other programs and earlier versions hold them."""
    groups: dict[str, list[str]] = {}
    for row in study.rows("SELECT name FROM codes ORDER BY id"):
        groups.setdefault(same(row[0]), []).append(row[0])
    return [tuple(names) for names in groups.values() if len(names) > 1]


def one(study: Study, name: str, coder: str | None = None) -> CodeRow:
    """One code, named as in ``id_of``, with the passages of everybody or of one coder counted."""
    code = id_of(study, name)
    return CodeRow(*study.rows(_SELECT + "WHERE c.id = ?2 GROUP BY c.id", [coder, code])[0])


def add_code(study: Study, ids: Sequence[int], name: str) -> int:
    """Put a code on passages (inside an action), making it where it is new and accepting suggestions; return how many got it.

    “Slow” and “slow” are one code: the name that the codebook has is taken.
    """
    name = stored_name(study, name)
    code = study.row("SELECT id FROM codes WHERE name = ?", [name])
    code_id = int(code[0]) if code else study.insert("codes", {"name": name})
    coded = 0
    undecided = [passage.id for passage in required(study, ids) if passage.status != "accepted"]
    if undecided:
        decide(study, undecided, "accepted")
    for passage in ids:
        coded += study.execute(
            "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (passage_id, code_id, coded_by) DO NOTHING",
            [passage, code_id, study.actor, now()],
        ).rowcount
    return coded


def take_off(study: Study, ids: Sequence[int], name: str) -> int:
    """Take a code off passages (inside an action); return how many marks went.

    A coder takes off their own mark; one of others goes where they have none of their own. Names are as in ``put``.
    """
    name = stored_name(study, name)
    return study.execute(
        "DELETE FROM passage_codes AS pc WHERE code_id = (SELECT id FROM codes WHERE name = ?) "
        "AND passage_id IN (SELECT value FROM json_each(?)) AND (coded_by = ? OR NOT EXISTS "
        "(SELECT 1 FROM passage_codes own WHERE own.passage_id = pc.passage_id AND own.code_id = pc.code_id "
        "AND own.coded_by = ?))",
        [name, json.dumps(list(ids)), study.actor, study.actor],
    ).rowcount


def listing(study: Study, coder: str | None = None) -> list[CodeRow]:
    """All codes, the most used first, by everybody or by one coder."""
    return [CodeRow(*row) for row in study.rows(_SELECT + "GROUP BY c.id ORDER BY passages DESC, c.name", [coder])]


def ids_by_name(study: Study) -> dict[str, int]:
    """The id of each code by its name."""
    return {row[0]: row[1] for row in study.rows("SELECT name, id FROM codes")}


@dataclass(frozen=True, slots=True)
class Coding:
    """One code on one passage that has its place, and who put it there."""

    interview: str
    start: int
    end: int
    code: str
    coder: str


def codings(study: Study) -> list[Coding]:
    """All codes on passages that have their place, by interview and place."""
    return [
        Coding(*row)
        for row in study.rows(
            'SELECT i.key, p.start, p."end", c.name, pc.coded_by FROM passage_codes pc JOIN passages p ON p.id = pc.passage_id '
            "JOIN interviews i ON i.id = p.interview_id JOIN codes c ON c.id = pc.code_id WHERE p.anchored = 1 "
            'ORDER BY i.key, p.start, p."end", c.name, pc.coded_by'
        )
    ]


def recent(study: Study, coder: str | None = None, limit: int = 9) -> list[str]:
    """Names of the codes used last, newest first, by everybody or by one coder."""
    rows = study.rows(
        "SELECT c.name FROM passage_codes pc JOIN codes c ON c.id = pc.code_id WHERE ?1 IS NULL OR pc.coded_by = ?1 "
        "GROUP BY c.id ORDER BY max(pc.id) DESC LIMIT ?2",
        [coder, limit],
    )
    return [row[0] for row in rows]
