"""The parameters of triggers, from a file that an analyst edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import UsageError
from needsseg.settings import read_toml

# Table and key in the file → field of TriggerRules and its minimum.
NUMBERS = {
    ("unused_feature", "days"): ("unused_days", 1),
    ("unused_feature", "used_by_one_in"): ("used_by_one_in", 1),
    ("below_weekly", "weeks_before"): ("weeks_before", 1),
    ("below_weekly", "silent_days"): ("silent_days", 1),
    ("team_growth", "percent"): ("growth_percent", 1),
    ("team_growth", "days"): ("growth_days", 1),
    ("team_growth", "smallest_base"): ("smallest_base", 1),
    ("team_growth", "again_after_days"): ("again_after", 0),
}
TABLES = ("unused_feature", "below_weekly", "team_growth", "features")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, the epoch day of its release if known, and the plans that include it; none means all."""

    name: str
    release: int | None = None
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerRules:
    """When triggers fire; days are complete days, ``growth_percent`` is whole percent, ``features`` may be none."""

    unused_days: int = 14
    used_by_one_in: int = 3
    weeks_before: int = 4
    silent_days: int = 7
    growth_percent: int = 30
    growth_days: int = 30
    smallest_base: int = 3
    again_after: int = 30
    features: tuple[Feature, ...] = ()


def load_trigger_rules(path: Path) -> TriggerRules:
    """Load the rules of a TOML file; UsageError with file and key where one is invalid."""
    tables_by_name = read_toml(path)
    numbers: dict[str, int] = {}
    for table, content in tables_by_name.items():
        if table not in TABLES or not isinstance(content, dict):
            raise UsageError(f"{path}: '{table}' is not a table of triggers.", f"Tables: {', '.join(TABLES)}.")
        if table == "features":
            continue
        for key, value in content.items():
            if (table, key) not in NUMBERS:
                keys = ", ".join(name for section, name in NUMBERS if section == table)
                raise UsageError(f"{path}: [{table}] has no '{key}'.", f"It has: {keys}.")
            field, least = NUMBERS[table, key]
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise UsageError(f"{path}: [{table}] {key} = {value!r} is not a whole number of at least {least}.")
            numbers[field] = value
    features_table = tables_by_name.get("features", {})
    return TriggerRules(
        **numbers, features=tuple(_feature(path, name, entry) for name, entry in features_table.items())
    )


def _feature(path: Path, name: str, entry: object) -> Feature:
    place, hint = f"{path}: [features] {name}", 'Write { release = 2026-03-01, plans = ["Business"] }, or {}.'
    if not isinstance(entry, Mapping) or set(entry) - {"release", "plans"}:
        raise UsageError(f"{place} has something else than release and plans.", hint)
    release, plans = entry.get("release"), entry.get("plans", [])
    if isinstance(release, datetime) or not isinstance(release, date | None):
        raise UsageError(f"{place}: its release is not a date.", hint)
    if not isinstance(plans, list) or not all(isinstance(plan, str) and plan.strip() for plan in plans):
        raise UsageError(f"{place}: its plans are not a list of texts.", hint)
    return Feature(name, None if release is None else epoch_day(release), tuple(plan.strip() for plan in plans))
