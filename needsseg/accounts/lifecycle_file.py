"""Read the lifecycle's rules from a file."""

from __future__ import annotations

from pathlib import Path

from needsseg.accounts.tiers.lifecycle import FIVE, LifecycleRules
from needsseg.errors import UsageError
from needsseg.settings import read_toml, toml_place

# Table and key in the file → field of LifecycleRules, its minimum and maximum.
_NUMBERS = {
    ("churned", "grace_days"): ("grace_days", 0, 365),
    ("at_risk", "drop_percent"): ("drop_percent", 1, 99),
    ("at_risk", "fewest_events"): ("fewest_events", 1, 10**9),
    ("at_risk", "silent_after_events"): ("silent_after_events", 1, 10**9),
    ("expanded", "days"): ("expanded_days", 1, 3650),
    ("engaged", "weeks"): ("engaged_weeks", 1, 8),
    ("new", "days"): ("new_days", 0, 3650),
}
_TABLES = tuple(dict.fromkeys(table for table, _ in _NUMBERS))


def load_lifecycle_rules(path: Path) -> LifecycleRules:
    """Load the rules of a TOML file; UsageError with file, line and key where one is invalid.

    What the file leaves out is as in the shipped one.
    """
    content = read_toml(path)
    numbers: dict[str, int] = {}
    for name, table in content.items():
        if name == "order":
            continue
        if name not in _TABLES or not isinstance(table, dict):
            raise UsageError(
                f"{toml_place(path, name)}: '{name}' is not a part of the lifecycle's rules.",
                f"Its parts: order, {', '.join(f'[{each}]' for each in _TABLES)}.",
            )
        for key, value in table.items():
            if (name, key) not in _NUMBERS:
                keys = ", ".join(each for section, each in _NUMBERS if section == name)
                raise UsageError(f"{toml_place(path, name, key)}: [{name}] has no '{key}'.", f"It has: {keys}.")
            field, least, most = _NUMBERS[name, key]
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise UsageError(
                    f"{toml_place(path, name, key)}: [{name}] {key} = {value!r} is not a whole number from {least} to {most:,}."
                )
            numbers[field] = value
    return LifecycleRules(_order(path, content.get("order", list(FIVE))), **numbers)


def _order(path: Path, order: object) -> tuple[str, ...]:
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(FIVE):
        raise UsageError(
            f"{toml_place(path, '', 'order')}: order does not name each of the five stages once.",
            f"Write all of them in your order: {', '.join(FIVE)}.",
        )
    return tuple(order)
