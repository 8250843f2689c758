"""The parameters of triggers, from a file that an analyst edits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from needsseg.accounts.own.columns import OwnValue
from needsseg.accounts.own.conditions import OwnCondition, read_conditions
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import UsageError
from needsseg.settings import read_toml, toml_place

MOST = 10**6
# Table and key in the file → field of TriggerRules, its minimum and maximum.
NUMBERS = {
    ("unused_feature", "days"): ("unused_days", 1, MOST),
    ("unused_feature", "used_by_percent"): ("used_by_percent", 1, 100),
    ("unused_feature", "least_accounts"): ("least_accounts", 1, MOST),
    ("below_weekly", "weeks_before"): ("weeks_before", 1, MOST),
    ("below_weekly", "silent_days"): ("silent_days", 1, MOST),
    ("team_growth", "percent"): ("growth_percent", 1, MOST),
    ("team_growth", "days"): ("growth_days", 1, MOST),
    ("team_growth", "smallest_base"): ("smallest_base", 1, MOST),
    ("team_growth", "again_after_days"): ("again_after", 0, MOST),
}
# Files of earlier versions say one account in how many.
_EARLIER = ("unused_feature", "used_by_one_in")
KIND = "column_rule"
TABLES = ("unused_feature", "below_weekly", "team_growth", "features", KIND)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, the epoch day of its release if known, and the plans that include it; none means all."""

    name: str
    release: int | None = None
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """A rule of the team's own, all of whose conditions on own columns have to hold."""

    name: str
    conditions: tuple[OwnCondition, ...]

    @property
    def is_dated(self) -> bool:
        """Return whether a date says since when it holds; else nothing does, and it fires once for an account."""
        return any(each.within_days is not None or each.within_past_days is not None for each in self.conditions)

    @property
    def undated(self) -> tuple[OwnCondition, ...]:
        """Return the conditions of which no date says since when they hold."""
        return tuple(each for each in self.conditions if each.within_days is None and each.within_past_days is None)

    @property
    def in_words(self) -> str:
        """Return the rule in words."""
        return f"{self.name}: {' and '.join(each.in_words for each in self.conditions)}"


@dataclass(frozen=True, slots=True)
class TriggerRules:
    """When triggers fire; days are complete days, percents are whole, ``features`` may be none.

    A feature that no rule names is asked for where ``used_by_percent`` of an account's peers, of at least ``least_accounts``,
    have used it. ``columns`` are conditions by kind on the team's own columns: it fires only for accounts that fit.
    ``column_rules`` are rules of the team's own that fire on these columns alone.
    """

    unused_days: int = 14
    used_by_percent: int = 50
    least_accounts: int = 5
    weeks_before: int = 4
    silent_days: int = 7
    growth_percent: int = 30
    growth_days: int = 30
    smallest_base: int = 3
    again_after: int = 30
    features: tuple[Feature, ...] = ()
    columns: tuple[tuple[str, tuple[OwnCondition, ...]], ...] = ()
    column_rules: tuple[ColumnRule, ...] = ()

    @property
    def conditions(self) -> tuple[OwnCondition, ...]:
        """The conditions of all kinds of triggers on the team's own columns."""
        every = (*(conditions for _, conditions in self.columns), *(rule.conditions for rule in self.column_rules))
        return tuple(condition for conditions in every for condition in conditions)

    def holds_for(self, kind: str, own: Mapping[str, OwnValue], day: date) -> bool:
        """Return whether a trigger of a kind may fire on a day for an account with these values of own columns."""
        return all(each.holds(own.get(each.name), day) for name, conditions in self.columns if name == kind
                   for each in conditions)  # fmt: skip

    @property
    def definitions(self) -> dict[str, str]:
        """Return each kind of trigger and when it fires, in plain words with these numbers."""
        watched = ", ".join(feature.name for feature in self.features)
        unused = (
            f"of the features {watched}"
            if watched
            else f"that at least {self.used_by_percent}% of the account's segment, or else "
            f"plan, had used (of at least {self.least_accounts} accounts)"
        )
        return {
            "unused_feature": f"a feature {unused} is not used in the {self.unused_days} days after it became available",
            "below_weekly": f"a login in each of {self.weeks_before} weeks, then none in {self.silent_days} days",
            "team_growth": f"seats, or else active users, grew by {self.growth_percent}% in {self.growth_days} days from at "
            f"least {self.smallest_base}",
            **({KIND: "; or ".join(rule.in_words for rule in self.column_rules)} if self.column_rules else {}),
        }


def load_trigger_rules(path: Path) -> TriggerRules:
    """Load the rules of a TOML file; UsageError with file, line and key where one is invalid."""
    tables_by_name = read_toml(path)
    numbers: dict[str, int] = {}
    columns: list[tuple[str, tuple[OwnCondition, ...]]] = []
    column_rules: tuple[ColumnRule, ...] = ()
    for table, content in tables_by_name.items():
        if table not in TABLES or not isinstance(content, dict):
            raise UsageError(
                f"{toml_place(path, table)}: '{table}' is not a table of triggers.", f"Tables: {', '.join(TABLES)}."
            )
        if table == KIND:
            column_rules = tuple(_column_rule(path, str(name), entry) for name, entry in content.items())
        elif table != "features":
            if "column" in content:
                columns.append((table, read_conditions(path, content.pop("column"), about=f"[{table}]")))
            numbers |= _numbers(path, table, content)
    features_table = tables_by_name.get("features", {})
    return TriggerRules(
        **numbers,
        features=tuple(_feature(path, name, entry) for name, entry in features_table.items()),
        columns=tuple(columns),
        column_rules=column_rules,
    )


def _column_rule(path: Path, name: str, entry: object) -> ColumnRule:
    first, last = _lines_of(path, name)
    place = f"{path}{f', line {first + 1}' if first else ''}: [{KIND}] {name}"
    if not isinstance(entry, Mapping) or set(entry) != {"column"} or not name.strip():
        raise UsageError(
            f"{place} has something else than conditions on columns.",
            f'Write [{KIND}."Renewal near"] and below it column."Contract end" = {{ within_days = 60 }}.',
        )
    conditions = read_conditions(path, entry["column"], first=first, last=last, about=f"[{KIND}] {name}")
    return ColumnRule(name.strip(), conditions)


def _lines_of(path: Path, name: str) -> tuple[int, int | None]:
    """Return the index of the line with a column rule's heading, and that of the next heading; (0, None) where it is inline."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    headings = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    own = (f'{KIND}."{name}"', f"{KIND}.'{name}'", f"{KIND}.{name}")
    for at, number in enumerate(headings):
        if lines[number].strip().partition("]")[0].lstrip("[").strip().startswith(own):
            return number, headings[at + 1] if at + 1 < len(headings) else None
    return 0, None


def _numbers(path: Path, table: str, content: Mapping[str, object]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for key, value in content.items():
        place = toml_place(path, table, key)
        if (table, key) != _EARLIER and (table, key) not in NUMBERS:
            keys = ", ".join(name for section, name in NUMBERS if section == table)
            raise UsageError(f"{place}: [{table}] has no '{key}'.", f"It has: {keys}, column.")
        field, least, most = NUMBERS.get((table, key), ("used_by_percent", 1, 100))
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            bounds = f"at least {least}" if most == MOST else f"from {least} to {most}"
            if isinstance(value, int) and value > most == MOST:
                bounds = f"at most {most:,}"
            raise UsageError(f"{place}: [{table}] {key} = {value!r} is not a whole number {bounds}.")
        if (table, key) == _EARLIER:
            value = math.ceil(100 / value)
        numbers[field] = value
    return numbers


def _feature(path: Path, name: str, entry: object) -> Feature:
    place, hint = (
        f"{toml_place(path, 'features', name)}: [features] {name}",
        'Write { release = 2026-03-01, plans = ["Business"] }, or {}.',
    )
    if not isinstance(entry, Mapping) or set(entry) - {"release", "plans"}:
        raise UsageError(f"{place} has something else than release and plans.", hint)
    release, plans = entry.get("release"), entry.get("plans", [])
    if isinstance(release, datetime) or not isinstance(release, date | None):
        raise UsageError(f"{place}: its release is not a date.", hint)
    if not isinstance(plans, list) or not all(isinstance(plan, str) and plan.strip() for plan in plans):
        raise UsageError(f"{place}: its plans are not a list of texts.", hint)
    return Feature(name, None if release is None else epoch_day(release), tuple(plan.strip() for plan in plans))
