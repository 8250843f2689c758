"""Patterns of use among a study's accounts as of a date."""

from __future__ import annotations

from datetime import date

from needsseg.accounts.tiers.patterns import Patterns
from needsseg.accounts.tiers.patterns import patterns as found
from needsseg.actions.accounts import account_sources, accounts
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.progress import Progress, silent
from needsseg.settings import load
from needsseg.study.connection import Study


def patterns(study: Study, as_of: date, progress: Progress = silent, engine: str | None = None) -> Patterns:
    """Cluster accounts by how they use the product; NeedssegError without usage events or with too few active accounts.

    ``engine`` as in ``accounts.profiles``.
    """
    if account_sources.stack_files(study).events is None:
        raise NeedssegError("There are no usage events yet.", Advice("Import them: ", Fix.IMPORT_ACCOUNTS))
    profiles = accounts.profiles(study, as_of, progress, engine)
    rows = [row.behaviour for row in profiles if row.behaviour is not None]
    progress("looking for patterns", 0, 1)
    result = found(rows, load(study.path).seed)
    progress("looking for patterns", 1, 1)
    return result
