"""Where each target is, which field it knows an account by, and where its host and secret are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from needsseg.errors import UsageError

KEYS = {
    "amplitude": "account",
    "mixpanel": "account_id",
    "hubspot": "hs_object_id",
    "salesforce": "Id",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """A destination that can be sent to: its host, and the names under which host and secret are looked up."""

    target: str
    title: str
    host: str
    host_name: str
    secret_name: str


PLACES = {
    place.target: place
    for place in (
        Place("segment", "Segment", "https://api.segment.io", "NEEDSSEG_SEGMENT_HOST", "SEGMENT_WRITE_KEY"),
        Place("segment-users", "Segment", "https://api.segment.io", "NEEDSSEG_SEGMENT_HOST", "SEGMENT_WRITE_KEY"),
        Place("mixpanel", "Mixpanel", "https://api.mixpanel.com", "NEEDSSEG_MIXPANEL_HOST", "MIXPANEL_TOKEN"),
        Place("amplitude", "Amplitude", "https://api2.amplitude.com", "NEEDSSEG_AMPLITUDE_HOST", "AMPLITUDE_API_KEY"),
        Place("hubspot", "HubSpot", "https://api.hubapi.com", "NEEDSSEG_HUBSPOT_HOST", "HUBSPOT_ACCESS_TOKEN"),
    )
}


def checked_host(name: str, host: str) -> str:
    """A host as ``https://name``; UsageError for what a secret must not be sent to: plain http beyond this machine."""
    try:
        parts = urlsplit(host)
        inside = parts.hostname in _LOOPBACK and (parts.port or 80) > 0
    except ValueError as error:
        raise UsageError(f"{name} is not a valid address.", "Write it as https://name.") from error
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(f"{name}: only scheme, name and port belong into it.", "Write it as https://name.")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and inside)):
        raise UsageError(
            f"{name}: '{host}' is not an https address.", "Keys are sent by https only, or to this machine."
        )
    return host.rstrip("/")
