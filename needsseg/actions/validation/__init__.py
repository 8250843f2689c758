"""Verbs that test whether segments say who stays."""
