"""Verbs on what a profile drives: rules, triggers, RICE."""
