"""Room 5: accounts gain four tiers: firmographic, needs-based, behavioural, lifecycle.

The order of work: ``guess_mapping`` and ``ingest`` for each file, ``match`` for the participants, then ``build``.
Importing this package loads no engine; each function loads what it needs.
"""

from needsseg.accounts.firmographic import Firmographic, IcpRule
from needsseg.accounts.mapping import KINDS, REQUIRED, Mapping, check_mapping, guess_mapping
from needsseg.accounts.matching import match, normalised_name, registrable_domain
from needsseg.accounts.profile import AccountProfile, Action, profiles
from needsseg.accounts.reading import read_header
from needsseg.accounts.sources import Ingested, Reject, ingest
from needsseg.accounts.stack import (
    Accounts,
    Rules,
    StackFiles,
    build,
    load_rules,
    read_accounts,
    read_subscriptions,
)

__all__ = [
    "KINDS",
    "REQUIRED",
    "AccountProfile",
    "Accounts",
    "Action",
    "Firmographic",
    "IcpRule",
    "Ingested",
    "Mapping",
    "Reject",
    "Rules",
    "StackFiles",
    "build",
    "check_mapping",
    "guess_mapping",
    "ingest",
    "load_rules",
    "match",
    "normalised_name",
    "profiles",
    "read_accounts",
    "read_header",
    "read_subscriptions",
    "registrable_domain",
]
