"""The day on which a participant was interviewed, from the attribute that says so."""

from __future__ import annotations

from datetime import date

from needsseg.errors import Advice, Fix, UsageError
from needsseg.records import Participant

_NAMES = ("interview_date", "interviewed", "interviewed_on", "date_of_interview")


def interview_date(who: Participant) -> date | None:
    """Return the day of a participant's interview, None where no attribute names it; UsageError for one that is no date."""
    for name, value in who.attributes.items():
        if name.strip().casefold().replace(" ", "_").replace("-", "_") in _NAMES and value.strip():
            try:
                return date.fromisoformat(value.strip())
            except ValueError as error:
                raise UsageError(
                    f"{who.key}: {name} is '{value}', which is no date written YYYY-MM-DD.",
                    Advice("Set it: ", Fix.SET_PARTICIPANT.of(participant=who.key, value=f"{name}=2026-03-31")),
                ) from error
    return None
