"""What the intervention rules recommend for each account, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from needsseg.accounts import AccountProfile, Action
from needsseg.accounts.own.columns import OwnValue, field_text
from needsseg.many_records import changed
from needsseg.playbook.interventions import FIELDS, Condition, InterventionRules, Reader, Rule, Value
from needsseg.playbook.telling import TellingFeature

FEWEST_PEERS = 2
_Named = tuple[str, str]
"""A feature that is named for an account, and why; both are empty where there is none."""
NOTHING: _Named = ("", "")
_FEATURES = ("unused_feature", "telling_feature")


def with_actions(
    profiles: Sequence[AccountProfile],
    rules: InterventionRules,
    own: Mapping[str, Mapping[str, OwnValue]] | None = None,
    telling: Mapping[str, Sequence[TellingFeature]] | None = None,
) -> list[AccountProfile]:
    """Return the profiles with their actions; ``recommended_action`` is the actions' texts joined by ``; ``.

    A rule that reads a field of a missing tier does not apply. ``unused_feature`` is the first feature listed under
    ``[serves]`` for the account's segment that the account never used; for a segment not listed there, the feature used
    by most accounts of that segment, at least two. ``telling_feature`` is the first feature of ``telling`` for its segment that
    it never used. ``own`` are the values by account that the rules ask for of own columns, by
    their names there; a rule does not apply where one is empty.
    """
    recommender = _Recommender(
        [_prepared(rule) for rule in rules.rules],
        {name.casefold(): features for name, features in rules.serves.items()},
        _popular(profiles),
        own or {},
        telling or {},
    )
    recommended = [recommender.recommended(profile) for profile in profiles]
    if not any(actions for actions, _ in recommended) and not any(profile.actions for profile in profiles):
        return list(profiles)
    actions, texts = zip(*recommended, strict=True)
    return changed(profiles, actions=actions, recommended_action=texts)


@dataclass(frozen=True, slots=True)
class _Recommender:
    """The rules, what they ask for beside profiles, and ``applicable``: by the values of _KNOWN, the rules that may apply."""

    rules: Sequence[_Prepared]
    serves: Mapping[str, Sequence[str]]
    popular: Mapping[str, Sequence[tuple[str, int]]]
    own: Mapping[str, Mapping[str, OwnValue]]
    telling: Mapping[str, Sequence[TellingFeature]]
    applicable: dict[tuple[object, ...], _Applicable] = field(default_factory=dict)

    def recommended(self, profile: AccountProfile) -> _Recommended:
        """Return the actions for an account; accounts with the same evidence share them."""
        known = _known_of(profile)
        candidates = self.applicable.get(known)
        if candidates is None:
            candidates = self.applicable[known] = self._applicable(known)
        # The label's source and who confirmed it are part of the evidence on a need.
        if profile.needs_segment or (candidates.single and self._any_fires(candidates.single, profile)):
            return self._fired(candidates.rules, profile)
        evidence = tuple(map(profile.lifecycle.evidence.get, candidates.flags))
        shared = candidates.shared.get(evidence)
        if shared is None:
            shared = candidates.shared[evidence] = self._fired(candidates.rules, profile)
        return shared

    def _applicable(self, known: tuple[object, ...]) -> _Applicable:
        values = dict(zip(_KNOWN, known, strict=True))
        rules = tuple(each for each in self.rules if _may_fire(each, values))
        single = tuple(each for each in rules if each.rule.columns or not set(_KNOWN).issuperset(each.rule.fields))
        return _Applicable(rules, single, tuple(dict.fromkeys(flag for each in rules for flag in each.flags)))

    def _any_fires(self, rules: Sequence[_Prepared], profile: AccountProfile) -> bool:
        """Return whether any rule applies to an account without a label."""
        cells = self.own.get(profile.account_id, {})
        return any(_fire(rule, profile, {}, cells) is not None for rule in rules)

    def _fired(self, rules: Sequence[_Prepared], profile: AccountProfile) -> _Recommended:
        features = {"unused_feature": _unused_feature(profile, self.serves, self.popular)}
        if self.telling:
            features["telling_feature"] = _telling_feature(profile, self.telling)
        cells = self.own.get(profile.account_id, {})
        actions_or_none = [_fire(rule, profile, features, cells) for rule in rules]
        actions = tuple([action for action in actions_or_none if action is not None])
        return actions, "; ".join([action.text for action in actions])


_Recommended = tuple[tuple[Action, ...], str]
"""The actions for an account, and their texts joined."""
_KNOWN = (
    "missing", "needs_segment", "behavioral_segment", "behavioral_flags", "lifecycle_stage", "lifecycle_flags",
)  # fmt: skip
"""Attributes of a profile that rules ask for and that many accounts have in common; all but the first are fields of rules."""
_known_of = attrgetter(*_KNOWN)


def _may_fire(prepared: _Prepared, known: Mapping[str, Any]) -> bool:
    """Return False where what is known of an account, the values of _KNOWN, is enough to say that a rule does not apply."""
    if any(FIELDS[name][0] in known["missing"] for name in prepared.rule.fields):
        return False
    if any(known.get(name) == "" for name in prepared.rule.fields):
        return False
    checks = [check for check in prepared.checks if check[0] in known]
    return all(_holds(accepted, bounds, known[name]) for name, _, accepted, bounds in checks)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A rule with what is the same for all accounts: how its conditions are read, the flags that it asks for.

    ``checks`` have a field, its reader, the values that are accepted, and whether it has bounds.
    """

    rule: Rule
    checks: tuple[tuple[str, Reader, frozenset[Value], Condition | None], ...]
    flags: tuple[str, ...]
    is_template: bool


@dataclass(frozen=True, slots=True)
class _Applicable:
    """The rules that may apply to accounts with the same values of _KNOWN.

    Those in ``single`` read more than these values; where none of them applies, accounts with the same evidence of ``flags``
    have the same actions, which are kept in ``shared``.
    """

    rules: tuple[_Prepared, ...]
    single: tuple[_Prepared, ...]
    flags: tuple[str, ...]
    shared: dict[tuple[str | None, ...], _Recommended] = field(default_factory=dict)


def _prepared(rule: Rule) -> _Prepared:
    checks = tuple(
        (
            condition.field,
            FIELDS[condition.field][1],
            frozenset(_folded(value) for value in condition.among),
            None if condition.at_least is None and condition.at_most is None else condition,
        )
        for condition in rule.conditions
    )
    return _Prepared(rule, checks, tuple(_flags(rule)), "{" in rule.action or "}" in rule.action)


def _fire(
    prepared: _Prepared, profile: AccountProfile, features: Mapping[str, _Named], own: Mapping[str, OwnValue]
) -> Action | None:
    """Return the action of a rule whose tiers the profile has, None where a value is unknown or a condition fails."""
    values: dict[str, Value | tuple[str, ...]] = {}
    for name, read, accepted, bounds in prepared.checks:
        value = read(profile) if name not in _FEATURES else features.get(name, NOTHING)[0]
        if value is None or value == "" or not _holds(accepted, bounds, value):
            return None
        values[name] = value
    rule = prepared.rule
    if rule.columns and not all(each.holds(own.get(each.name), profile.as_of_date) for each in rule.columns):
        return None
    for name in rule.fields:
        value = values[name] if name in values else _value(name, profile, features)
        if value is None or value == "":
            return None
        values[name] = value
    evidence = [f"{name} = {_value_text(values[name])}{_sureness(profile, name)}" for name in rule.fields]
    evidence += [f"{each.name} = {field_text(own[each.name], each.kind)}" for each in rule.columns]
    evidence += [features[name][1] for name in _FEATURES if name in values]
    known = profile.lifecycle.evidence
    evidence += [f"{flag}: {known[flag]}" for flag in prepared.flags if flag in known]
    text = rule.action.format(**values) if prepared.is_template else rule.action
    return Action(rule.id, text, tuple(evidence))


def _value(name: str, profile: AccountProfile, features: Mapping[str, _Named]) -> Value | tuple[str, ...] | None:
    return (features.get(name, NOTHING)[0] or None) if name in _FEATURES else FIELDS[name][1](profile)


def _sureness(profile: AccountProfile, name: str) -> str:
    """Return the source of the need's label and whether a person confirmed it, for evidence on the need."""
    if name != "needs_segment":
        return ""
    by = profile.needs_segment_confirmed_by
    return f" ({profile.needs_segment_source}, {f'confirmed by {by}' if by else 'unconfirmed'})"


def _flags(rule: Rule) -> list[str]:
    stage_conditions = [
        condition for condition in rule.conditions if condition.field in ("lifecycle_stage", "lifecycle_flags")
    ]
    return [str(value) for condition in stage_conditions for value in condition.among]


def _holds(accepted: frozenset[Value], bounds: Condition | None, value: Value | tuple[str, ...]) -> bool:
    if isinstance(value, tuple):
        return not accepted or any(_folded(item) in accepted for item in value)
    if accepted and _folded(value) not in accepted:
        return False
    if bounds is None:
        return True
    if not isinstance(value, int | float):
        return False
    is_above = bounds.at_least is None or value >= bounds.at_least
    return is_above and (bounds.at_most is None or value <= bounds.at_most)


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _value_text(value: object) -> str:
    if isinstance(value, bool | tuple):
        return ", ".join(value) if isinstance(value, tuple) else "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _popular(profiles: Sequence[AccountProfile]) -> dict[str, list[tuple[str, int]]]:
    """Return per segment the features that its accounts use, most used first, with the number of accounts."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for profile in profiles:
        if profile.needs_segment and profile.behaviour is not None:
            counts[profile.needs_segment].update(profile.behaviour.features)
    return {segment: sorted(count.items(), key=lambda item: (-item[1], item[0])) for segment, count in counts.items()}


def _unused_feature(
    profile: AccountProfile, serves: Mapping[str, Sequence[str]], popular: Mapping[str, Sequence[tuple[str, int]]]
) -> tuple[str, str]:
    """Return the feature and why it; ``serves`` has the segments' names without case."""
    if not profile.needs_segment or profile.behaviour is None:
        return "", ""
    used = set(profile.behaviour.features)
    listed = serves.get(profile.needs_segment.casefold())
    if listed is not None:
        feature = next((name for name in listed if name not in used), "")
        return feature, f"{feature} serves {profile.needs_segment} and was never used"
    for name, accounts in popular.get(profile.needs_segment, ()):
        if name not in used and accounts >= FEWEST_PEERS:
            return name, f"{accounts} accounts of {profile.needs_segment} use {name}, this one never did"
    return "", ""


def _telling_feature(profile: AccountProfile, telling: Mapping[str, Sequence[TellingFeature]]) -> _Named:
    """Return the feature that tells the account's segment apart most, of those that it never used."""
    if not profile.needs_segment or profile.behaviour is None:
        return NOTHING
    used = set(profile.behaviour.features)
    for each in telling.get(profile.needs_segment, ()):
        if each.feature not in used:
            return each.feature, each.reason(profile.needs_segment)
    return NOTHING
