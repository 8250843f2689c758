"""Interpret HTTP statuses of batches for all clients, and import the official clients when sending."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from needsseg.errors import NeedssegError
from needsseg.exchange.destinations.delivery import Answer

SECONDS = 15.0  # how long one request may take


def answered(code: int, words: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer for a status: 2xx accepted; 408, 429 and 5xx to be retried; 401 and 403 mean a wrong key."""
    if 200 <= code < 300:
        return Answer("accepted", code, words)
    if code in (408, 429) or code >= 500:
        return Answer("failed", code, words, retry_after=_retry_after(headers or {}))
    return Answer("refused", code, words, fatal=code in (401, 403) or 300 <= code < 400)


def unanswered(error: Exception) -> Answer:
    """Return the answer for a failed request, with the error's type only, since its text may contain the data sent."""
    return Answer("failed", None, f"no answer ({type(error).__name__})")


def official(module: str, package: str) -> Any:
    """Import a module of an official client; NeedssegError where the extra is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise NeedssegError(
            f"Sending needs the package {package}.", "Install it with: pip install 'needsseg[send]'"
        ) from error


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After, a number or a date, in seconds."""
    value = next((text for name, text in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time()) if value else None
    except (ValueError, OverflowError):
        return None
