"""What to read of a database: a table or view by name, or the rows of an SQL query."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from needsseg.errors import Advice, Option, TableError, UsageError

LONGEST_NAME = 60  # characters of a query that stand for it as a name


@dataclass(frozen=True, slots=True)
class Selection:
    """A table or a query of a database; neither means its only table.

    ``quote`` encloses names in its SQL; without ``has_schemas`` a dot belongs to a table's name.
    """

    table: str = ""
    query: str = ""
    quote: str = '"'
    has_schemas: bool = True

    def __post_init__(self) -> None:
        """Refuse a table together with a query, and a query that is none."""
        if self.table and self.query:
            raise UsageError("A table and a query are both given.", "Give one of them.")
        if self.query and not re.match(r"\(*\s*(select|with|values|table|from)\b", _without_comments(self.query), re.I):
            raise UsageError("The query selects nothing.", "Write one statement that begins with SELECT or WITH.")

    def of_tables(self, database: str, table_names: Callable[[], Sequence[str]]) -> Selection:
        """Return the selection with a table's full name; ``table_names`` are those of ``database``.

        UsageError where a table must be chosen, TableError where there is none of that name.
        """
        return self if self.query else replace(self, table=find_table(database, self.table, table_names()))

    @property
    def name(self) -> str:
        """The table, or the beginning of the query in one line."""
        if not self.query:
            return self.table
        line = " ".join(_without_comments(self.query).split())
        return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"

    def relation(self) -> str:
        """Return SQL for what follows FROM.

        A query stands in brackets, where databases accept nothing that changes data; on lines of its own, since it may end
        in a comment.
        """
        if self.query:
            return f"(\n{self.query.strip().rstrip(';')}\n) AS selected"
        names = parts_of(self.table) if self.has_schemas else [self.table]
        return ".".join(_quoted(name, self.quote) for name in names)


def find_table(database: str, table: str, table_names: Sequence[str]) -> str:
    """Return the full name of ``table``, or of the only one; UsageError where one must be named, TableError without it."""
    listed = ", ".join(table_names[:20]) + (" …" if len(table_names) > 20 else "") or "none"
    if table:
        matching = [name for name in table_names if name == table] or [
            n for n in table_names if n.casefold() == table.casefold()
        ]
        matching = matching or [name for name in table_names if table in (f"public.{name}", f"main.{name}")]
        if not matching:
            raise TableError(f"{database}: has no table '{table}'.", f"Its tables are: {listed}.")
        return matching[0]
    if len(table_names) == 1:
        return table_names[0]
    raise UsageError(f"{database}: has several tables.", Advice("Name one", Option.TABLE, f": {listed}."))


def dotted(schema: str, name: str, usual: str) -> str:
    """Return ``schema.name``, or the name alone in the ``usual`` schema; names with a dot stand in double quotes."""
    schema, name = (f'"{part}"' if "." in part else part for part in (schema, name))
    return name if schema in (usual, "") else f"{schema}.{name}"


def parts_of(table: str) -> list[str]:
    """Split ``schema.table`` into names; names with a dot are in double quotes."""
    return [quoted or unquoted for quoted, unquoted in re.findall(r'"([^"]+)"|([^."]+)', table)]


def _quoted(name: str, quote: str) -> str:
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"


def _without_comments(query: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", query, flags=re.S).strip()
