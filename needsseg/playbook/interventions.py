"""Derive interventions from profiles by rules that an analyst edits, with the evidence of each."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.conditions import OwnCondition, read_conditions
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import SOURCE_ORDER
from needsseg.accounts.tiers.signals import SEGMENTS
from needsseg.errors import UsageError
from needsseg.settings import read_toml

Value = str | int | float | bool
Reader = Callable[[AccountProfile], "Value | tuple[str, ...] | None"]

COMPARISONS = ("at_least", "at_most")
TRENDS = ("falling", "steady", "rising", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one field: its value must be one of ``among``, and within the bounds that are not None."""

    field: str
    among: tuple[Value, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """An action and its conditions, all of which must hold; ``fields`` are all fields read, including placeholders.

    ``columns`` are conditions on the team's own columns.
    """

    id: str
    action: str
    conditions: tuple[Condition, ...]
    fields: tuple[str, ...]
    columns: tuple[OwnCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class InterventionRules:
    """Rules in listing order, and the features that serve each segment's core job."""

    rules: tuple[Rule, ...]
    serves: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[OwnCondition, ...]:
        """The conditions of all rules on the team's own columns."""
        return tuple(condition for rule in self.rules for condition in rule.columns)

    def reads(self, field_name: str) -> bool:
        """Return whether any rule reads a field."""
        return any(field_name in rule.fields for rule in self.rules)


def _usage(name: str) -> Reader:
    """Read a signal, None where the source of the events cannot give it."""
    return lambda profile: (
        None if profile.behaviour is None or name in profile.behaviour.unknown else getattr(profile.behaviour, name)
    )


# Field → its tier and its value in a profile. A rule does not apply where the tier of a field is missing.
FIELDS: dict[str, tuple[str, Reader]] = {
    "size": ("firmographic", lambda profile: profile.firmographic.size),
    "revenue": ("firmographic", lambda profile: profile.firmographic.revenue),
    "industry": ("firmographic", lambda profile: profile.firmographic.industry),
    "region": ("firmographic", lambda profile: profile.firmographic.region),
    "country": ("firmographic", lambda profile: profile.firmographic.country),
    "tech_stack": ("firmographic", lambda profile: profile.firmographic.tech_stack),
    "icp": ("firmographic", lambda profile: profile.firmographic.icp),
    "needs_segment": ("needs", lambda profile: profile.needs_segment),
    "needs_segment_source": ("needs", lambda profile: profile.needs_segment_source),
    "needs_segment_confidence": ("needs", lambda profile: profile.needs_segment_confidence),
    "confirmed": ("needs", lambda profile: bool(profile.needs_segment_confirmed_by)),
    "unused_feature": ("needs", lambda profile: None),
    "telling_feature": ("needs", lambda profile: None),
    "behavioral_segment": ("behavioral", lambda profile: profile.behavioral_segment),
    "behavioral_flags": ("behavioral", lambda profile: profile.behavioral_flags),
    "events": ("behavioral", _usage("events")),
    "active_days": ("behavioral", _usage("active_days")),
    "active_users": ("behavioral", _usage("active_users")),
    "daily_users": ("behavioral", _usage("daily_users")),
    "dau_mau": ("behavioral", _usage("dau_mau")),
    "seat_share": ("behavioral", _usage("seat_share")),
    "feature_breadth": ("behavioral", _usage("feature_breadth")),
    "high_breadth": ("behavioral", _usage("high_breadth")),
    "api_share": ("behavioral", _usage("api_share")),
    "mobile_only": ("behavioral", _usage("mobile_only")),
    "invitations": ("behavioral", _usage("invitations")),
    "logins": ("behavioral", _usage("logins")),
    "login_trend": ("behavioral", _usage("login_trend")),
    "usage_trend": ("behavioral", _usage("usage_trend")),
    "lifecycle_stage": ("lifecycle", lambda profile: profile.lifecycle_stage),
    "lifecycle_flags": ("lifecycle", lambda profile: profile.lifecycle_flags),
    "days_to_renewal": ("lifecycle", lambda profile: profile.lifecycle.days_to_renewal),
    "plan": ("lifecycle", lambda profile: profile.lifecycle.plan),
    "seats": ("lifecycle", lambda profile: profile.lifecycle.seats),
}
# The possible values of a field, where known: a rule with another value would never apply.
_NUMBERS = {
    "needs_segment_confidence", "events", "active_days", "active_users", "feature_breadth", "api_share", "invitations",
    "logins", "days_to_renewal", "seats", "daily_users", "dau_mau", "seat_share",
}  # fmt: skip
_YES_NO = {"icp", "confirmed", "high_breadth", "mobile_only"}
_WORDS: dict[str, tuple[str, ...]] = {
    "size": (*SIZES, UNKNOWN),
    "revenue": (*REVENUES, UNKNOWN),
    "region": (*REGIONS, UNKNOWN),
    "needs_segment_source": SOURCE_ORDER,
    "behavioral_segment": SEGMENTS,
    "behavioral_flags": SEGMENTS,
    "login_trend": TRENDS,
    "usage_trend": TRENDS,
    "lifecycle_stage": STAGES,
    "lifecycle_flags": STAGES,
}


def load_rules(path: Path) -> InterventionRules:
    """Load the rules of a TOML file; UsageError with file, line, rule and field where one is invalid."""
    table = read_toml(path)
    if unknown_keys := [key for key in table if key not in ("rule", "serves")]:
        raise UsageError(
            f"{path}: '{unknown_keys[0]}' is not a part of the intervention rules.",
            "An interventions.toml has [[rule]] and [serves].",
        )
    serves = table.get("serves", {})
    listed = isinstance(serves, dict) and all(
        isinstance(features, list) and all(isinstance(name, str) for name in features) for features in serves.values()
    )
    if not listed:
        raise UsageError(f"{path}: [serves] needs lists of feature names.", 'Write "segment" = ["feature", …].')
    entries = table.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: rules are not a list.", "Begin each rule with [[rule]].")
    places = _Places(path)
    rules = tuple(_rule(places, number, entry) for number, entry in enumerate(entries))
    ids = [rule.id for rule in rules]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            raise UsageError(f"{places.of(number, 'id')}: two rules have the id '{id_}'.", "Give each rule its own id.")
    return InterventionRules(rules, {name: tuple(features) for name, features in serves.items()})


class _Places:
    """Finds the lines of rules and their keys, which parsed TOML does not contain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.read_text(encoding="utf-8-sig").splitlines()
        self.starts = [
            line_index for line_index, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)
        ]

    def lines_of(self, number: int) -> tuple[int, int | None]:
        """Return the index of the first line of rule ``number``, and that of the next rule's."""
        if number >= len(self.starts):
            return 0, None
        return self.starts[number], self.starts[number + 1] if number + 1 < len(self.starts) else None

    def of(self, number: int, key: str = "") -> str:
        """Return ``file, line 12`` for rule ``number``, or for its ``key`` where that begins a line; else only the file."""
        if number >= len(self.starts):
            return str(self.path)
        first = self.starts[number]
        last = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.lines)
        key_lines = [
            line_index
            for line_index in range(first, last)
            if key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", self.lines[line_index])
        ]
        return f"{self.path}, line {(key_lines or [first])[0] + 1}"


def _rule(places: _Places, number: int, entry: Mapping[str, object]) -> Rule:
    id_, action, when = entry.get("id"), entry.get("action"), entry.get("when", {})
    rule = f"rule {id_ if isinstance(id_, str) else number + 1}"
    if unknown_keys := [key for key in entry if key not in ("id", "action", "when")]:
        raise UsageError(
            f"{places.of(number, unknown_keys[0])}: {rule}: '{unknown_keys[0]}' is not a part of a rule.",
            "A rule has id, action and [rule.when]; conditions stand under the last.",
        )
    if not isinstance(id_, str) or not isinstance(action, str) or not isinstance(when, dict) or not when:
        raise UsageError(
            f"{places.of(number)}: {rule} lacks an id, an action or its conditions.",
            "A rule has id, action and [rule.when].",
        )
    conditions = tuple(
        _condition(f"{places.of(number, str(name))}: {rule}", str(name), comparison)
        for name, comparison in when.items()
        if name != "column"
    )
    first, last = places.lines_of(number)
    columns = (
        read_conditions(places.path, when["column"], first=first, last=last, about=rule) if "column" in when else ()
    )
    filled_in = _placeholders(f"{places.of(number, 'action')}: {rule}", action)
    return Rule(id_, action, conditions, tuple(dict.fromkeys([c.field for c in conditions] + filled_in)), columns)


def _placeholders(place: str, action: str) -> list[str]:
    """Return the fields in an action's text, after checking that their formats accept values of their kind."""
    try:
        parts = [part for part in string.Formatter().parse(action) if part[1] is not None]
    except ValueError as error:
        raise UsageError(f"{place}: its action cannot be read: {error}.", "Write {{ for a brace.") from error
    names = [str(name) for _, name, _, _ in parts]
    for name in names:
        _check_field(place, name)
    samples = {name: 1 if name in _NUMBERS else True if name in _YES_NO else "text" for name in names}
    try:
        action.format(**samples)
    except (ValueError, KeyError, IndexError) as error:
        raise UsageError(
            f"{place}: its action cannot be filled in: {error}.", "Write only the field: {seats}."
        ) from error
    return names


def _check_field(place: str, name: str) -> None:
    if name not in FIELDS:
        raise UsageError(f"{place}: '{name}' is not a field of a profile.", f"Fields: {', '.join(FIELDS)}.")


def _condition(place: str, name: str, comparison: object) -> Condition:
    _check_field(place, name)
    if isinstance(comparison, dict):
        unknown_keys = [key for key in comparison if key not in COMPARISONS]
        bounds = {key: value for key, value in comparison.items() if isinstance(value, int | float)}
        if unknown_keys or not bounds or len(bounds) < len(comparison):
            raise UsageError(f"{place}: {name} has no bounds that can be read.", "Write { at_least = 5, at_most = 9 }.")
        if name not in _NUMBERS:
            raise UsageError(
                f"{place}: {name} is not a number and cannot have bounds.", "Write a text or a list of texts."
            )
        return Condition(name, (), bounds.get("at_least"), bounds.get("at_most"))
    accepted_values: list[object] = list(comparison) if isinstance(comparison, list) else [comparison]
    values = tuple(value for value in accepted_values if isinstance(value, str | int | float))
    if not values or len(values) < len(accepted_values):
        raise UsageError(f"{place}: {name} has no value that can be compared.", 'Write "at_risk" or a list of texts.')
    for value in values:
        _possible(place, name, value)
    return Condition(name, values)


def _possible(place: str, name: str, value: Value) -> None:
    """Refuse an impossible value of a field: the rule would never apply."""
    if name in _YES_NO and not isinstance(value, bool):
        raise UsageError(f"{place}: {name} is true or false, not {value!r}.", f"Write {name} = true, without quotes.")
    if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise UsageError(f"{place}: {name} is a number, not {value!r}.", f"Write {name} = {{ at_least = 5 }}.")
    if name in _YES_NO | _NUMBERS:
        return
    if not isinstance(value, str):
        raise UsageError(f"{place}: {name} is a text, not {value!r}.", f'Write {name} = "…".')
    possible = _WORDS.get(name)
    if possible and value.casefold() not in {word.casefold() for word in possible}:
        raise UsageError(f"{place}: {name} is never {value!r}.", f"It is one of: {', '.join(possible)}.")
