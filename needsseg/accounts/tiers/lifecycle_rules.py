"""The thresholds of the lifecycle's stages and their order, from a file that an analyst edits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.settings import read_toml, toml_place

FIVE = ("churned", "at_risk", "expanded", "engaged", "activated")
"""The five stages, in the order in which they are looked for unless the file says otherwise."""
OTHERS = ("new", "no_data", "not_activated", "insufficient_history")
"""What lies outside the five, looked for after them."""

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


@dataclass(frozen=True, slots=True)
class LifecycleRules:
    """When an account is at which stage; ``order`` has the five stages, the first that holds is the account's.

    Days are complete days before the date. ``drop_percent`` is whole percent of the events of the 30 days before the last 30.
    The defaults are those of the shipped file.
    """

    order: tuple[str, ...] = FIVE
    grace_days: int = 7
    drop_percent: int = 30
    fewest_events: int = 10
    silent_after_events: int = 3
    expanded_days: int = 90
    engaged_weeks: int = 4
    new_days: int = 60

    @property
    def stages(self) -> tuple[str, ...]:
        """Return every stage in the order in which they are looked for."""
        return (*self.order, *OTHERS)

    @property
    def definitions(self) -> dict[str, str]:
        """Return each stage and when it holds, in plain words with these numbers."""
        definitions = {
            "churned": f"the last subscription ended, and none began within {self.grace_days} days",
            "at_risk": f"more than {self.drop_percent}% fewer events in the last 30 days than in the 30 days before, of which "
            f"there were at least {self.fewest_events}; or none in the last 30 days, after at least "
            f"{self.silent_after_events} ever before",
            "expanded": f"seats added, a higher plan or a second product in the last {self.expanded_days} days, and still so; "
            "a trial that turned paid does not count",
            "engaged": f"a core action in each of the last {self.engaged_weeks} weeks",
            "activated": "setup and the first meaningful action are done",
            "new": f"signed up at most {self.new_days} days before",
            "no_data": "no usage and no subscription is known",
            "not_activated": "setup or the first meaningful action is not done yet",
            "insufficient_history": f"fewer than {self.fewest_events} events in the 30 days before the last 30, and not silent",
        }
        return {stage: definitions[stage] for stage in self.stages}


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
