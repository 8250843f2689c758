"""Verbs on what a profile drives: rules, triggers, RICE."""

from __future__ import annotations

from needsseg.playbook.fired import KINDS, day_text
from needsseg.playbook.interventions import Condition
from needsseg.playbook.rice import Score, Weight, in_numbers

__all__ = ["KINDS", "Condition", "Score", "Weight", "day_text", "in_numbers"]
