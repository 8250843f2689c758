"""The rules from which interventions follow: which are in force, from which file, and what is wrong with an edited one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.lifecycle_file import load_lifecycle_rules
from needsseg.accounts.own.conditions import OwnCondition, checked_columns
from needsseg.accounts.tiers.event_meanings import load_event_rules
from needsseg.accounts.tiers.firmographic import load_icp
from needsseg.accounts.tiers.series import features_in
from needsseg.accounts.tiers.signals import DEFINITIONS, SEGMENTS
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.own_columns import own_columns
from needsseg.playbook.interventions import InterventionRules, load_rules
from needsseg.playbook.trigger_rules import load_trigger_rules
from needsseg.settings import load, prompt_file, shipped
from needsseg.study.connection import Study
from needsseg.study.segments import segments

FILE = "interventions.toml"


@dataclass(frozen=True, slots=True)
class RulesReport:
    """Rules read from ``file``, which is the program's own where ``shipped``; ``warnings`` name what the study does not know."""

    file: Path
    shipped: bool
    rules: InterventionRules
    warnings: tuple[str, ...]


def in_force(study: Study) -> RulesReport:
    """The rules that profiles are computed with: those of the folder that the setting ``prompts`` names, else the shipped."""
    return check(study, prompt_file(FILE, load(study.path)))


def check(study: Study, file: Path) -> RulesReport:
    """Read a file of rules without putting it in force; UsageError naming file, line and rule where one does not fit."""
    rules = load_rules(file)
    check_columns(study, rules.columns)
    own = file.resolve() == (shipped("prompts") / FILE).resolve()
    return RulesReport(file, own, rules, tuple(_warnings(study, rules)))


@dataclass(frozen=True, slots=True)
class Definition:
    """When a stage, segment or trigger holds, in words; ``tier`` is lifecycle, behavioral or trigger, ``file`` its numbers'."""

    tier: str
    name: str
    definition: str
    file: Path | None


def definitions(study: Study) -> tuple[Definition, ...]:
    """Return the definitions in force, in the order in which they win; behavioural ones are the program's own."""
    settings = load(study.path)
    lifecycle_file, trigger_file = (prompt_file(name, settings) for name in ("lifecycle.toml", "triggers.toml"))
    stages, fired = load_lifecycle_rules(lifecycle_file), load_trigger_rules(trigger_file)
    return (
        *(Definition("lifecycle", name, words, lifecycle_file) for name, words in stages.definitions.items()),
        *(Definition("behavioral", name, DEFINITIONS[name], None) for name in SEGMENTS),
        *(Definition("trigger", name, words, trigger_file) for name, words in fired.definitions.items()),
    )


_READERS: dict[str, Callable[[Path], object]] = {
    "lifecycle.toml": load_lifecycle_rules,
    "triggers.toml": load_trigger_rules,
    "icp.toml": load_icp,
    "events.toml": load_event_rules,
}
"""The other files of rules by name, with what reads them."""


def check_columns(study: Study, conditions: Sequence[OwnCondition]) -> None:
    """Raise UsageError, with the place, for a condition on a column that the accounts do not have, or have with another type.

    Without accounts nothing is known of columns.
    """
    if "accounts" in accounts.sources(study):
        checked_columns(conditions, own_columns(study))


def conditions_in(file: Path) -> tuple[OwnCondition, ...]:
    """Return the conditions on own columns in a file of rules on triggers or the ICP; none of any other."""
    if file.name == "triggers.toml":
        return load_trigger_rules(file).conditions
    return load_icp(file).columns if file.name == "icp.toml" else ()


def check_other(file: Path) -> bool:
    """Read a file of rules on stages, triggers, the ICP or events, known by its name; False where it is none of these.

    UsageError naming file, line and key where it does not fit.
    """
    reader = _READERS.get(file.name)
    if reader is not None:
        reader(file)
    return reader is not None


def _warnings(study: Study, rules: InterventionRules) -> list[str]:
    """Return warnings about segments and features that the rules name and the study does not have."""
    segment_names = {row.name.casefold() for row in segments.listing(study) if row.status in ("named", "confirmed")}
    named_segments = [
        (f"rule {rule.id}", str(value))
        for rule in rules.rules
        for condition in rule.conditions
        if condition.field == "needs_segment"
        for value in condition.among
    ]
    named_segments += [("[serves]", name) for name in rules.serves]
    warnings = [
        f"{where}: no segment is called “{name}”."
        for where, name in named_segments
        if name.casefold() not in segment_names
    ]
    if rules.serves and (used_features := _features(study)):
        for name, features in rules.serves.items():
            warnings += [
                f"[serves] {name}: no account ever used “{feature}”, so it would be shown to all of them."
                for feature in features
                if feature not in used_features
            ]
    if not rules.rules:
        warnings.append("There is no rule, so no action follows for any account.")
    return warnings


def _features(study: Study) -> frozenset[str]:
    events = account_sources.stack_files(study).events if "accounts" in accounts.sources(study) else None
    if events is None:
        return frozenset()
    with open_engine(load(study.path).engine) as engine:
        return features_in(engine, events)
