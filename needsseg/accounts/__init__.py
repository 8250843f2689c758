"""Room 5: accounts gain four tiers: firmographic, needs-based, behavioural, lifecycle.

The order of work: ``guess_mapping`` and ``ingest`` for each file, ``match`` for the participants, then ``build``.
Importing this package loads no engine; each function loads what it needs.
"""

from needsseg.accounts.ingest.cells import FORMATS, salesforce_18
from needsseg.accounts.ingest.crosschecks import usage_before_subscription
from needsseg.accounts.ingest.databases import database_kind, tables
from needsseg.accounts.ingest.databases.addresses import address, is_address
from needsseg.accounts.ingest.dates import DateColumn, DatesUnclearError, chosen_date_formats
from needsseg.accounts.ingest.file_rows import read_header
from needsseg.accounts.ingest.gathering import Gathered, Part, gathered, label, laid_out
from needsseg.accounts.ingest.ingestion import Ingested, over_all
from needsseg.accounts.ingest.mapping import (
    DATE_FIELDS,
    DESCRIBING,
    KINDS,
    NAMES,
    REQUIRED,
    Mapping,
    check_mapping,
    guess_mapping,
    kind_of,
    missing_fields,
)
from needsseg.accounts.ingest.preview import Preview, PreviewRow, preview
from needsseg.accounts.ingest.rejects import Reject, read_rejects, rejects_file
from needsseg.accounts.ingest.workbooks import is_workbook
from needsseg.accounts.kinds.fields import TENURE, noun, rows_of_kind
from needsseg.accounts.kinds.tenure import QUESTIONS, UNITS, checked_answers, has_tenure, open_questions
from needsseg.accounts.matching import match, normalised_name, registrable_domain
from needsseg.accounts.tiers.firmographic import Firmographic, IcpRule
from needsseg.accounts.tiers.profile import AccountProfile, Action, profiles
from needsseg.accounts.tiers.stack import (
    Accounts,
    Rules,
    StackFiles,
    accounts_in_each_unit,
    build,
    load_rules,
    read_accounts,
    read_subscriptions,
)

__all__ = [
    "DATE_FIELDS",
    "DESCRIBING",
    "FORMATS",
    "KINDS",
    "NAMES",
    "QUESTIONS",
    "REQUIRED",
    "TENURE",
    "UNITS",
    "AccountProfile",
    "Accounts",
    "Action",
    "DateColumn",
    "DatesUnclearError",
    "Firmographic",
    "Gathered",
    "IcpRule",
    "Ingested",
    "Mapping",
    "Part",
    "Preview",
    "PreviewRow",
    "Reject",
    "Rules",
    "StackFiles",
    "accounts_in_each_unit",
    "address",
    "build",
    "check_mapping",
    "checked_answers",
    "chosen_date_formats",
    "database_kind",
    "gathered",
    "guess_mapping",
    "has_tenure",
    "is_address",
    "is_workbook",
    "kind_of",
    "label",
    "laid_out",
    "load_rules",
    "match",
    "missing_fields",
    "normalised_name",
    "noun",
    "open_questions",
    "over_all",
    "preview",
    "profiles",
    "read_accounts",
    "read_header",
    "read_rejects",
    "read_subscriptions",
    "registrable_domain",
    "rejects_file",
    "rows_of_kind",
    "salesforce_18",
    "tables",
    "usage_before_subscription",
]
