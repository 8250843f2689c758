"""Every destination by its name, in the order in which they are listed: a new one is a line here and a module of its own."""

from __future__ import annotations

from needsseg.exchange.destinations import amplitude, dbt, hubspot, mixpanel, salesforce, segment, warehouse
from needsseg.exchange.destinations.destination import Destination

DESTINATIONS: dict[str, Destination] = {
    each.name: each
    for each in (
        warehouse.SQLITE,
        warehouse.DUCKDB,
        dbt.DBT,
        segment.ACCOUNTS,
        segment.USERS,
        amplitude.GROUPS,
        amplitude.COHORT,
        mixpanel.MIXPANEL,
        hubspot.HUBSPOT,
        salesforce.SALESFORCE,
    )
}
