"""Verbs on the onboarding survey: draft, edit, route responses, measure its accuracy."""
