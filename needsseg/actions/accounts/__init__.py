"""Verbs on account data: sources in, profiles, one account opened, roll-ups, patterns."""
