"""Verbs on what a profile drives: rules, triggers, RICE."""

from __future__ import annotations

from needsseg.playbook.interventions import Condition
from needsseg.playbook.rice import Score, Weight, in_numbers
from needsseg.playbook.triggers import KINDS

__all__ = ["KINDS", "Condition", "Score", "Weight", "in_numbers"]
