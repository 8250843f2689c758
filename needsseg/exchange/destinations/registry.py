"""All destinations by name, in listing order: a new one is one line here and a separate module."""

from __future__ import annotations

from needsseg.exchange.destinations import (
    amplitude,
    dbt,
    hubspot,
    hubspot_triggers,
    mixpanel,
    salesforce,
    segment,
    warehouse,
)
from needsseg.exchange.destinations.destination import Destination

DESTINATIONS: dict[str, Destination] = {
    each.name: each
    for each in (
        warehouse.SQLITE,
        warehouse.DUCKDB,
        dbt.DBT,
        segment.ACCOUNTS,
        segment.USERS,
        segment.TRIGGERS,
        amplitude.GROUPS,
        amplitude.TRIGGERS,
        amplitude.COHORT,
        mixpanel.MIXPANEL,
        mixpanel.TRIGGERS,
        hubspot.HUBSPOT,
        hubspot_triggers.TRIGGERS,
        hubspot_triggers.NOTES,
        salesforce.SALESFORCE,
    )
}
