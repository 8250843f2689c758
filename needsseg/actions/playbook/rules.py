"""The rules from which interventions follow: which are in force, from which file, and what is wrong with an edited one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.series import features_in
from needsseg.actions.accounts import account_sources, accounts
from needsseg.playbook.interventions import InterventionRules, load_rules
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
    own = file.resolve() == (shipped("prompts") / FILE).resolve()
    return RulesReport(file, own, rules, tuple(_warnings(study, rules)))


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
