"""Room 6: what a profile drives."""

from needsseg.decisions.interventions import InterventionRules, load_rules, with_actions

__all__ = ["InterventionRules", "load_rules", "with_actions"]
