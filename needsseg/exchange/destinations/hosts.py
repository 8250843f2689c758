"""Check the hosts to which a secret may be sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from needsseg.errors import UsageError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def checked_host(name: str, host: str) -> str:
    """Return a host as ``https://name``; UsageError for plain http other than to this machine, which may not get a secret."""
    try:
        parts = urlsplit(host)
        inside = parts.hostname in _LOOPBACK and (parts.port or 80) > 0
    except ValueError as error:
        raise UsageError(f"{name} is not a valid address.", "Write it as https://name.") from error
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(f"{name}: only scheme, name and port are allowed.", "Write it as https://name.")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and inside)):
        raise UsageError(
            f"{name}: '{host}' is not an https address.", "Keys are sent by https only, or to this machine."
        )
    return host.rstrip("/")
