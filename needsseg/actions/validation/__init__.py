"""Verbs that test whether segments say who stays."""

from __future__ import annotations

from needsseg.validation.retention import Validation

__all__ = ["Validation"]
